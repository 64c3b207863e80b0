"""Every sentence a person reads goes through here, whole, in the reader's language.

The catalogues are gettext .po files under `locales/`; they are read when a language
is first needed. The message itself is the plain English sentence.
"""

import gettext
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import dates, lists
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = {"en": "English", "cy": "Cymraeg"}


"""Each in its own name, so that whoever needs it can read it."""


def language_name(language: str) -> str:
    """A language's own name."""
    return LANGUAGES.get(language, language)


DEFAULT_LANGUAGE = "en"
LOCALES = Path(__file__).parent.parent / "locales"


def translatable(message: str) -> str:
    """Mark a sentence for the catalogue where it is written down but not yet said."""
    return message


class Voice:
    """Says catalogue messages in one language; calling it is saying one."""

    def __init__(self, language: str, catalogue: gettext.NullTranslations) -> None:
        self.language = language
        self._catalogue = catalogue

    def __call__(self, message: str, **values: object) -> str:
        """The message in this language, its named places filled with `values`."""
        translated = self._catalogue.gettext(message)
        return translated.format(**values) if values else translated

    def count(self, singular: str, plural: str, n: int, **values: object) -> str:
        """The right plural form for `n`, which also fills the place `{n}`."""
        return self._catalogue.ngettext(singular, plural, n).format(n=n, **values)

    def day(self, moment: date, *, year: bool = False) -> str:
        """A day, as in "Sunday 9 November", or "Sunday 9 November 2025" with its year."""
        return dates.format_date(moment, "EEEE d MMMM yyyy" if year else "EEEE d MMMM", locale=self._locale)

    def moment(self, moment: datetime, zone: str, *, year: bool = False) -> str:
        """Day and time in a zone, as in "Sunday 9 November, 20:00"."""
        local = moment.astimezone(ZoneInfo(zone))
        return f"{self.day(local.date(), year=year)}, {local:%H:%M}"

    def month(self, first: date, *, year: bool = False) -> str:
        """A month's name, as in "November", or "November 2025" with its year."""
        return dates.format_date(first, "LLLL yyyy" if year else "LLLL", locale=self._locale)

    def short_month(self, first: date) -> str:
        """A month's name where room is short, as in "Nov"."""
        return dates.format_date(first, "LLL", locale=self._locale)

    def listing(self, names: Iterable[str]) -> str:
        """Names joined the way the language joins them: "a, b and c"."""
        several = list(names)
        joined = lists.format_list(several, locale=self._locale)
        # Babel leaves "a(c)" to its caller: Welsh says "ac" before a vowel.
        begins = several[-1].lstrip("“*_ ")[:1].lower() if several else ""
        return joined.replace(" a(c) ", " ac " if begins in set("aeiouwyâêîôûŵŷ") else " a ")

    @property
    def _locale(self) -> str:
        return "en_GB" if self.language == "en" else self.language


@cache
def voice(language: str = DEFAULT_LANGUAGE) -> Voice:
    """The voice for a language; one without a catalogue speaks plain English."""
    source = LOCALES / language / "LC_MESSAGES" / "appreciate.po"
    if not source.is_file():
        return Voice(DEFAULT_LANGUAGE, gettext.NullTranslations())
    compiled = BytesIO()
    with source.open("rb") as opened:
        write_mo(compiled, read_po(opened, locale=language))
    compiled.seek(0)
    return Voice(language, gettext.GNUTranslations(compiled))
