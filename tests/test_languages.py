"""A language is one folder of `locales/`: every key of English is there in each."""

import tomllib
from typing import Any

import pytest

from slackapp.core import i18n
from slackapp.core.confidentiality import _LISTS
from slackapp.core.i18n import LOCALES, languages, typed, voice

FILES = ("typed.toml", "grammar.toml", "confidentiality.toml")


def keys(table: dict[str, Any], prefix: str = "") -> set[str]:
    """Every key of a TOML document, with those of its tables, joined by dots."""
    names = set()
    for name, value in table.items():
        names |= {f"{prefix}{name}"} | (keys(value, f"{prefix}{name}.") if isinstance(value, dict) else set())
    return names


def read(language: str, file: str) -> dict[str, Any]:
    return tomllib.loads((LOCALES / language / file).read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", FILES)
def test_every_folder_has_every_key_of_english(file: str) -> None:
    assert len(languages()) > 1
    for language in languages():
        assert keys(read(language, file)) == keys(read("en", file)), language


def test_the_word_lists_are_those_that_the_check_reads() -> None:
    assert keys(read("en", "confidentiality.toml")) == set(_LISTS)


def test_a_key_that_is_missing_is_noticed() -> None:
    assert keys({"a": ["x"], "b": {"c": 1}}) == {"a", "b", "b.c"}
    assert keys({"a": ["x"]}) != keys({"a": ["x"], "b": {"c": 1}})


def test_languages_are_the_folders_with_english_first() -> None:
    assert list(languages().items()) == [("en", "English"), ("cy", "Cymraeg")]
    assert {path.name for path in LOCALES.iterdir() if path.is_dir()} == set(languages())
    assert i18n.language_name("cy") == "Cymraeg"
    assert i18n.language_name("xx") == "xx"


def test_in_a_channel_welsh_comes_first() -> None:
    assert i18n.in_channel_order({"en", "cy"}) == ["cy", "en"]
    assert i18n.in_channel_order({"xx", "en"}) == ["en", "xx"]


def test_words_of_every_language_are_typed() -> None:
    assert set(typed("subcommands", "settings")) == {"settings", "setting", "gosodiadau"}


@pytest.mark.parametrize(
    ("language", "names", "joined"),
    [
        ("en", ["Ann", "Eve"], "Ann and Eve"),
        ("cy", ["Eve", "Bob"], "Eve a Bob"),
        ("cy", ["Bob", "Eve"], "Bob ac Eve"),
        ("cy", ["*“Eve”*"], "*“Eve”*"),
        ("cy", [], ""),
    ],
)
def test_names_are_joined_as_the_language_does(language: str, names: list[str], joined: str) -> None:
    assert voice(language).listing(names) == joined


def test_a_language_without_a_folder_speaks_english() -> None:
    assert voice("xx")("Close") == "Close"
    assert voice("xx").language == "en"
