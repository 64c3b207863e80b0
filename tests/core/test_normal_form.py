"""What phones make of commands and names."""
# ruff: noqa: RUF001 - the characters are what it is about

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackapp.core.normal_form import DASHES, bare, command_word, name_key


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "help",
            "Help",
            "HELP.",
            " help! ",
            "— help",
            "–help",
            "--help",
            "“help”",
            "‘help’",
            "«help»",
            "„help“",
        ),
        *(
            "[help]",
            "(help)",
            "<help>",
            "`help`",
            "*help*",
            "/help",
            "help…"[:4],
            "\u202fhelp\u2009",
            "help++",
        ),
        *("\u2066help\u2069", "\ufeffhelp", "\xa0help\xa0?"),
    ],
)
def test_a_word_of_command_is_known_whatever_the_phone_made_of_it(typed: str) -> None:
    assert command_word(typed) == "help"


@pytest.mark.parametrize(
    "typed",
    [
        "Ward 7 2026-10",
        "[Ward 7] [2026–10]",
        "“Ward 7” 2026—10",
        "Ward\u202f7\u20092026−10",
        "ward\xa07 2026‑10",
    ],
)
def test_a_team_and_a_month_are_known_too(typed: str) -> None:
    assert bare(typed).casefold() == "ward 7 2026-10"


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("Siân", "Sia\u0302n"),
        ("O'Brien", "O’Brien"),
        ("O'Brien", "Oʼbrien"),
        ("Mary-Ann", "Mary‑Ann"),
        ("Mary-Ann", "mary–ann"),
        ("Ward 7", "Ward\u202f7"),
        ("Ward 7", "Wa\u200brd 7 "),
        ("Tŷ Gwyn", "TY\u0302 GWYN"),
    ],
)
def test_names_that_look_alike_are_compared_alike(name: str, same: str) -> None:
    assert name != same
    assert name_key(name) == name_key(same)


def test_names_that_look_different_stay_different() -> None:
    assert len({name_key(name) for name in ("Ty Gwyn", "Tŷ Gwyn", "T? Gwyn", "Ward 7", "Ward 17")}) == 5


@given(st.text(max_size=80))
def test_the_form_is_stable_and_composed(name: str) -> None:
    key = name_key(name)
    assert name_key(key) == key
    assert unicodedata.is_normalized("NFC", key)
    assert not set(DASHES[1:]) & set(key)
