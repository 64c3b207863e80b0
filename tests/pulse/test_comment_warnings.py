"""Comments that give their writer away are questioned, and harmless ones are not."""

import re

import pytest

from slackapp.core import confidentiality as guard
from slackapp.pulse.comment_warnings import CommentWarning, warnings_for
from tests.pulse.comment_samples import GIVES_AWAY, HARMLESS, NAMES

WATCH = guard.standard()


def naive_warnings(words: str) -> bool:
    """The naive twin, as the first version had it: a list of phrases, and names with a capital."""
    parts = {part for name in NAMES for part in name.split()}
    phrases = (
        r"\bthe only (?:one|man|woman|nurse|porter)\b|\bas the (?:only|newest)\b|yesterday|last night|\d\d"
    )
    return bool(re.search(phrases, words)) or bool(parts & set(re.findall(r"\w+", words)))


def test_most_of_what_gives_somebody_away_is_questioned_and_hardly_anything_else() -> None:
    found = [words for words in GIVES_AWAY if warnings_for(words, NAMES, WATCH)]
    wrong = [words for words in HARMLESS if warnings_for(words, NAMES, WATCH)]
    assert (len(GIVES_AWAY), len(HARMLESS)) == (60, 80)
    assert len(found) >= 51, sorted(set(GIVES_AWAY) - set(found))
    assert len(wrong) <= 4, wrong
    # A list of phrases misses most of them.
    assert sum(naive_warnings(words) for words in GIVES_AWAY) < 20


@pytest.mark.parametrize(
    ("words", "warning"),
    [
        ("I’m the only band 3 here.", CommentWarning.ALONE),  # noqa: RUF001 - telephones type it
        ("gwenllian never listens", CommentWarning.NAME),
        ("Gwen never listens", CommentWarning.NAME),
        ("since my maternity leave", CommentWarning.HEALTH),
        ("on Tuesdays it is chaos", CommentWarning.WHEN),
        ("the lady in bed 6", CommentWarning.PATIENT),
    ],
)
def test_the_reason_is_the_one_that_people_read(words: str, warning: CommentWarning) -> None:
    assert warning in warnings_for(words, NAMES, WATCH)


@pytest.mark.parametrize(
    "words", ["It will do, and may be enough.", "We hand on what we price.", "Guest rooms"]
)
def test_everyday_words_are_no_names(words: str) -> None:
    assert warnings_for(words, ["Will May", "Grace Hand", "Ann Price", "Guido Guerra"], WATCH) == ()
