"""The Welsh catalogue holds every sentence of the app, and no sentence that nobody says any more."""

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po

from slackapp.core.i18n import LOCALES

ROOT = Path(__file__).parents[2]
SAME_IN_BOTH = {
    *("Appreciate", "Person {mark}", "Slack"),
    *("{n} ms", "{name} {now} ({before})", "{source}, {year}, {nation}"),
}


def _said() -> set[str]:
    """Every sentence in the code and the templates, gathered as `make catalogue` gathers them."""
    script = (ROOT / "deploy" / "catalogue.sh").read_text()
    keywords = parse_keywords(re.findall(r"--keyword (\S+)", script))
    with (ROOT / "deploy" / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)
    found = [
        message
        for package in ("slackapp", "handlers", "reports")
        for _, _, message, _, _ in extract_from_dir(
            ROOT / package, method_map=methods, options_map=options, keywords=keywords
        )
    ]
    return {one if isinstance(one, str) else one[0] for one in found}


def test_every_sentence_has_a_welsh_draft_and_no_draft_is_left_over() -> None:
    with (LOCALES / "cy" / "LC_MESSAGES" / "appreciate.po").open("rb") as opened:
        drafts = {
            one.id if isinstance(one.id, str) else one.id[0]: one.string
            for one in read_po(opened, locale="cy")
            if one.id
        }
    said = _said()
    assert len(said) > 1000
    assert "*A colleague thanked you.* {giver} named this as *{behaviour}*: {meaning}." in said
    whole = {
        sentence
        for sentence, draft in drafts.items()
        if all(draft if isinstance(draft, (list, tuple)) else [draft])
        and (draft != sentence or sentence in SAME_IN_BOTH)
    }
    assert said - whole == set(), "say these in Welsh, too"
    assert set(drafts) - said == set(), "nobody says these any more, or the gathering misses them"
