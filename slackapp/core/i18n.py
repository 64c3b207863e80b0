"""Translate every sentence that a person reads, whole, into the reader's language.

A language is one folder of `locales/`: its gettext catalogue (a .po file, read when it is first needed),
`grammar.toml` (its name, and how lists are joined), `typed.toml` (words that people type) and
`confidentiality.toml` (words that may identify a patient). The message is the plain English sentence.
"""

import gettext
import tomllib
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import dates, lists
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

DEFAULT_LANGUAGE = "en"
LOCALES = Path(__file__).parent.parent / "locales"


@cache
def languages() -> dict[str, str]:
    """Return the languages by code, each with its own name: the folders of `locales/`, the default first."""
    codes = sorted(path.parent.name for path in LOCALES.glob("*/grammar.toml"))
    codes.sort(key=lambda code: code != DEFAULT_LANGUAGE)
    return {code: str(_grammar(code)["name"]) for code in codes}


def language_name(language: str) -> str:
    """Return a language's own name, or its code if there is no folder for it."""
    return languages().get(language, language)


def in_channel_order(codes: Iterable[str]) -> list[str]:
    """Sort languages as they follow one another in a message to a whole channel."""
    return sorted(codes, key=lambda code: (_grammar(code).get("channel_order", _LAST), code))


def typed(*keys: str) -> tuple[str, ...]:
    """Return the words that people type, of every language, at these keys of `typed.toml`."""
    entries: list[str] = []
    for code in languages():
        table: Any = _toml(code, "typed")
        for key in keys:
            table = table[key]
        entries += table
    return tuple(entries)


@cache
def _toml(language: str, name: str) -> dict[str, Any]:
    return tomllib.loads((LOCALES / language / f"{name}.toml").read_text(encoding="utf-8"))


def _grammar(language: str) -> dict[str, Any]:
    return _toml(language, "grammar") if (LOCALES / language / "grammar.toml").is_file() else {}


_LAST = 1_000


def translatable(message: str) -> str:
    """Mark a sentence for the catalogue where it is defined but not yet translated."""
    return message


class Voice:
    """Translates catalogue messages into one language; call it with a message."""

    def __init__(self, language: str, catalogue: gettext.NullTranslations) -> None:
        self.language = language
        self._catalogue = catalogue
        self._grammar = _grammar(language)
        self._locale = str(self._grammar.get("locale", language))

    def __call__(self, message: str, **values: object) -> str:
        """Return the message in this language with `values` in its named placeholders."""
        translated = self._catalogue.gettext(message)
        return translated.format(**values) if values else translated

    def count(self, singular: str, plural: str, n: int, **values: object) -> str:
        """Return the plural form for `n`, which also fills the placeholder `{n}`."""
        return self._catalogue.ngettext(singular, plural, n).format(n=n, **values)

    def day(self, moment: date, *, year: bool = False) -> str:
        """Format a day for inside a sentence, as in "Sunday 9 November", with its year if `year`."""
        day = dates.format_date(moment, "EEEE d MMMM yyyy" if year else "EEEE d MMMM", locale=self._locale)
        # A Welsh day has a capital only where a line begins with it.
        return day[:1].lower() + day[1:] if self._grammar.get("small_days") else day

    def short_day(self, moment: date) -> str:
        """Format a day without its weekday, as in "9 November"."""
        return dates.format_date(moment, "d MMMM", locale=self._locale)

    def moment(self, moment: datetime, zone: str, *, year: bool = False) -> str:
        """Format day and time in a zone, as in "Sunday 9 November, 20:00"."""
        local = moment.astimezone(ZoneInfo(zone))
        return f"{self.day(local.date(), year=year)}, {local:%H:%M}"

    def month(self, first: date, *, year: bool = False) -> str:
        """Return a month's name, as in "November", or "November 2025" with its year."""
        return dates.format_date(first, "LLLL yyyy" if year else "LLLL", locale=self._locale)

    def short_month(self, first: date) -> str:
        """Return a month's short name, as in "Nov"."""
        return dates.format_date(first, "LLL", locale=self._locale)

    def listing(self, names: Iterable[str]) -> str:
        """Join names as the language does: "a, b and c"."""
        several = list(names)
        joined = lists.format_list(several, locale=self._locale)
        conjunction = self._grammar.get("list_and", {})
        if not conjunction.get("placeholder"):
            return joined
        initial = several[-1].lstrip("“*_ ")[:1].lower() if several else ""
        word = conjunction["before"] if initial in set(conjunction["letters"]) else conjunction["usual"]
        return joined.replace(f" {conjunction['placeholder']} ", f" {word} ")


@cache
def voice(language: str = DEFAULT_LANGUAGE) -> Voice:
    """Return the voice of a language; without a catalogue it returns the English messages."""
    source = LOCALES / language / "LC_MESSAGES" / "appreciate.po"
    if not source.is_file():
        return Voice(DEFAULT_LANGUAGE, gettext.NullTranslations())
    compiled = BytesIO()
    with source.open("rb") as opened:
        write_mo(compiled, read_po(opened, locale=language))
    compiled.seek(0)
    return Voice(language, gettext.GNUTranslations(compiled))
