"""Which characters are invisible on a screen, and which are not."""

import pytest

from slackapp.core.text import is_blank, strip_invisible


@pytest.mark.parametrize(
    "blank",
    ["", " \n", "\u200b", "\u202e\u202c", "\u3164", "\u2800", "\ufeff", "\u00ad", "\U000e0101", "\x07"],
)
def test_what_nobody_sees_is_blank(blank: str) -> None:
    assert is_blank(blank)
    assert not is_blank(f"{blank}a")


def test_what_is_seen_stays_as_it_is() -> None:
    for words in ("Diolch, Siân", "ร้าน", "שלום", "日本", "👍🏽", "two\nlines", ":smile:"):
        assert strip_invisible(words) == words


def test_marks_between_the_words_are_left_out() -> None:
    assert strip_invisible("a\u200db\u202ec\ufe0fd") == "abcd"
