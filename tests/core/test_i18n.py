"""The Welsh catalogue holds every sentence of the app, and none that the app no longer uses."""

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po

from slackapp.core.i18n import LOCALES

ROOT = Path(__file__).parents[2]
SAME_IN_BOTH = {
    "*{behaviour}*: {meaning}",
    *("Appreciate", "Person {mark}", "Slack"),
    *("{n} ms", "{name} {now} ({before})", "{source}, {year}, {nation}"),
}


def _said() -> set[str]:
    """Every sentence in the code and the templates, gathered as `make catalogue` gathers them."""
    script = (ROOT / "deploy" / "catalogue.sh").read_text()
    keywords = parse_keywords(re.findall(r"--keyword (\S+)", script))
    with (ROOT / "deploy" / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)
    extracted = [
        message
        for package in ("slackapp", "handlers", "reports")
        for _, _, message, _, _ in extract_from_dir(
            ROOT / package, method_map=methods, options_map=options, keywords=keywords
        )
    ]
    return {message if isinstance(message, str) else message[0] for message in extracted}


def test_every_sentence_has_a_welsh_draft_and_no_draft_is_left_over() -> None:
    with (LOCALES / "cy" / "LC_MESSAGES" / "appreciate.po").open("rb") as opened:
        drafts = {
            message.id if isinstance(message.id, str) else message.id[0]: message.string
            for message in read_po(opened, locale="cy")
            if message.id
        }
    translations = _said()
    assert len(translations) > 1000
    assert "{giver} thanked you for *attending*." in translations
    whole = {
        sentence
        for sentence, draft in drafts.items()
        if all(draft if isinstance(draft, (list, tuple)) else [draft])
        and (draft != sentence or sentence in SAME_IN_BOTH)
    }
    assert translations - whole == set(), "say these in Welsh, too"
    assert set(drafts) - translations == set(), "nobody says these any more, or the gathering misses them"
