"""Who could find out what somebody answered: told in the README and in the app, in the same words."""

import re
from pathlib import Path

import pytest

from handlers.pulse import anonymity_view as anonymity
from slackapp import blocks as piece
from slackapp.core.i18n import voice
from slackapp.sandbox.blocks import view_problems
from tests.pulse.front import Front

README = (Path(__file__).parents[2] / "README.md").read_text()


def test_the_readme_has_the_table_that_the_app_shows() -> None:
    for one in anonymity.THREATS:
        assert f"| {one.who} | {one.sees} | {one.protects} | {one.remains} |" in README
    table = README[README.index("| who | what they see |") :].split("\n\n")[0]
    assert table.count("\n") == len(anonymity.THREATS) + 1


@pytest.mark.parametrize("language", ["en", "cy"])
def test_whoever_asks_about_privacy_reads_of_everybody_who_might_want_to_know(
    front: Front, language: str
) -> None:
    front.types(front.slack_id("Ward 7 1"), "/appreciate", "privacy")
    assert "Who could find out what you answered?" in str(front.slack.calls[-1])
    view = piece.notice(voice(language), "x", anonymity.threats(voice(language)))
    assert view_problems(view) == []
    assert len(view["blocks"]) == len(anonymity.THREATS) + 1


def test_the_words_are_plain() -> None:
    """A sentence has at most 25 words, and none of the craft's own words is in it."""
    told = [part for one in anonymity.THREATS for part in (one.who, one.sees, one.protects, one.remains)]
    for sentence in re.split(r"(?<=[.;:])\s", " ".join(told)):
        assert len(sentence.split()) <= 25, sentence
    assert not re.search(
        r"encrypt|cipher|hash|metadata|payload|token|HMAC|AES|nonce|WAL\b", " ".join(told), re.IGNORECASE
    )
