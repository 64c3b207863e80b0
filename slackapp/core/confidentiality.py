"""Check a text, before it is sent, for what may identify a patient or tell of a colleague's health.

Nothing is sent away, stored or logged. A valid NHS number is refused; the rest is only a question,
because no list of words knows what a sentence means. The words of every language are used, whatever
language the giver reads: `locales/<xx>/confidentiality.toml`.
"""

# ruff: noqa: RUF001 - telephones type these apostrophes

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from slackapp.core.i18n import LOCALES
from slackapp.core.text import strip_format_marks

_DIGIT = "0-9"
"""Added to the words of a text that contains a digit."""

_SHOWN = 60
_NHS_DIGITS = 10
_RECENT = 2016
"""A full date before this year is taken for a date of birth."""

_DIGITS = re.compile(r"(?<![\d+])\d(?:[ \-.]?\d){9}(?![\d])")
_PHONE = re.compile(r"(?<!\d)(?:\+44[ \-]?\(?0?\)?|0)[1-37]\d(?:[ \-]?\d){7,8}(?!\d)")
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}\b")
_FULL_DATE = re.compile(r"\b\d{1,2}[/.\-]\d{1,2}[/.\-](?P<year>(?:18|19|20)\d{2})\b")
_NAME = r"(?-i:[A-Z]{2,3}|[A-ZÀ-ÖØ-ÞŴŶ](?:[a-zà-öø-ÿŵŷ'’-]+[A-ZÀ-ÞŴŶ]?[a-zà-ÿŵŷ]*|\.?))"


class Kind(StrEnum):
    """The kinds of findings."""

    NHS_NUMBER = "nhs_number"
    PATIENT = "patient"
    HEALTH = "health"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding; `text` is the giver's own words around it, shortened."""

    kind: Kind
    text: str

    @property
    def mark(self) -> str:
        """Identifies this finding where its text may not be stored."""
        return hashlib.sha256(f"{self.kind}:{self.text.casefold()}".encode()).hexdigest()[:10]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression, and the words of which a text must contain one for it to match."""

    kind: Kind
    shape: re.Pattern[str]
    words: frozenset[str]
    beginnings: tuple[str, ...]

    def may_match(self, words: frozenset[str]) -> bool:
        """Whether it can match at all: a quick test, since most texts contain none of the words."""
        if not self.words.isdisjoint(words):
            return True
        return bool(self.beginnings) and any(word.startswith(self.beginnings) for word in words)


class ConfidentialityCheck:
    """Finds what the word lists describe."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._patterns = patterns
        # The words of all patterns, tested at once: most texts contain none of them.
        self._words = frozenset[str]().union(*(pattern.words for pattern in patterns))
        self._beginnings = tuple({start: None for pattern in patterns for start in pattern.beginnings})

    def check(self, words: str) -> tuple[Finding, ...]:
        """Return the findings, each once, in the order of the patterns."""
        text = _readable(words)
        matches = [*_numbers(text), *_dates(text), *self._listed(text)]
        return tuple(dict.fromkeys(Finding(kind, _shortened(match)) for kind, match in matches))

    def _listed(self, text: str) -> Iterator[tuple[Kind, str]]:
        words = frozenset(re.findall(r"\w+", text.lower()))
        if any(character.isdecimal() for character in text):
            words |= {_DIGIT}
        if self._words.isdisjoint(words) and not any(word.startswith(self._beginnings) for word in words):
            return
        for pattern in self._patterns:
            if not pattern.may_match(words):
                continue
            for match in pattern.shape.finditer(text):
                # "Meeting room 2" is no place of a patient.
                if not match.groupdict().get("other"):
                    yield pattern.kind, match[0]


def is_nhs_number(digits: str) -> bool:
    """Whether ten digits carry the check digit of an NHS number (modulus 11)."""
    if len(digits) != _NHS_DIGITS or not digits.isdecimal() or len(set(digits)) == 1:
        return False
    remainder = sum(int(digit) * (10 - place) for place, digit in enumerate(digits[:9])) % 11
    return (11 - remainder) % 11 == int(digits[9])


@cache
def standard(extra: Path | None = None) -> ConfidentialityCheck:
    """Build the check from the words of every language, and those of an organisation's own file.

    Raises:
        OSError: The file is not there.
        ValueError: It is not TOML of lists of words.
    """
    compiled_lists = [_compiled(_read(path)) for path in sorted(LOCALES.glob("*/confidentiality.toml"))]
    if extra is not None:
        compiled_lists.append(_compiled(_read(extra)))
    return ConfidentialityCheck([pattern for compiled in compiled_lists for pattern in compiled])


def _read(path: Path) -> dict[str, list[str]]:
    lists = tomllib.loads(path.read_text(encoding="utf-8"))
    for name, entries in lists.items():
        if not isinstance(entries, list) or not all(isinstance(entry, str) and entry for entry in entries):
            raise ValueError(f"{path.name}: {name} is not a list of words")
    return lists


def _compiled(lists: Mapping[str, list[str]]) -> Iterator[Pattern]:
    """Yield the patterns of one language; one whose words are missing finds nothing."""
    w = {name: _any_of(lists.get(name, [])) for name in _LISTS}
    for kind, parts in ((Kind.PATIENT, _about_patients(w)), (Kind.HEALTH, _about_health(w))):
        for needed, pattern in parts:
            words, beginnings = _needed(lists.get(needed, [])) if needed else (frozenset({_DIGIT}), ())
            yield Pattern(kind, re.compile(pattern, re.IGNORECASE), words, beginnings)


def _about_patients(w: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each pattern after the list of which it needs a word; an empty name means that it needs a digit."""
    capital = f"(?-i:{w['capital_titles']})"
    some = r"(?:\s+[\w'’-]+){0,2}"
    number = rf"(?:(?:number|no\.?|rhif)\s*)?(?:\d{{1,3}}\s?(?-i:[A-Da-d])?|(?-i:[A-F])|{w['numbers']})"
    yield "titles", rf"\b{w['titles']}\.?\s+(?!{w['not_names']}\b)[^\W\d_][\w'’-]*"
    yield "capital_titles", rf"\b{capital}\.?\s+(?!{w['not_names']}\b){_NAME}(?!\w)"
    place = (
        rf"(?<!\w)(?:(?P<other>{w['not_places']})\s+)?(?:the\s+)?\b{w['places']}\s*{number}(?![\w%])"
        rf"(?!\s*(?:{w['counted']})\b)(?!\s*[:.]\d\d)"
    )
    yield "places", place
    yield "patients", rf"\b{w['patients']}\s+(?!{w['not_names']}\b){_NAME}(?!\w)"
    yield "persons", rf"\b{w['persons']}{some}\s+{w['called']}\s+\w+"
    yield "", rf"\b\d{{1,3}}[\s-]*{w['old']}(?!\w)(?!\s+{w['not_persons']}\b)"
    yield "", rf"\b{w['aged']}\s+\d{{1,3}}\b"
    record = rf"\b{w['record_numbers']}\W{{0,3}}(?:is\s+|was\s+|yw\s+)?[A-Z]{{0,3}}\d[\d \-]{{2,}}"
    yield "", record
    birth = rf"\b{w['birth']}\W{{0,3}}(?:\w+\W{{1,2}}){{0,2}}?(?:\d{{1,2}}\W)?{_date(w['months'])}"
    yield "", birth
    condition = (
        rf"\b(?:the|that|this|our|a|an|y|yr)\s+(?:[\w'’-]+\s+){{0,2}}{w['persons']}{some}\s+{w['joined']}"
        rf"\s+{w['conditions']}\b"
    )
    yield "conditions", condition


def _about_health(w: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    own = rf"(?:{w['owners']}|\w+['’]s)"
    some = r"(?:\s+[\w'’-]+){0,2}"
    yield "told_alone", rf"\b{w['told_alone']}(?!\w)"
    yield "health", rf"\b{own}\s+(?:[\w'’-]+\s+)?{w['health']}(?!\w)"
    yield "relatives", rf"\b{own}\s+{w['relatives']}(?:['’]s)?{some}\s+{w['death']}(?!\w)"
    yield "relatives", rf"\b{w['lost']}\s+{own}\s+{w['relatives']}(?!\w)"
    yield "relatives", rf"\b{w['death']}\s+{own}\s+{w['relatives']}(?!\w)"
    yield from _about_somebody(w, own)


def _about_somebody(w: Mapping[str, str], own: str) -> Iterator[tuple[str, str]]:
    """Yield patterns for how a person is or was, what they had, and that they died."""
    one_word = r"(?:[\w'’-]+\s+)?"
    named = rf"(?!{w['not_people']}\b){_NAME}"
    name_who = rf"{named}(?:,?\s+who)?"
    end = rf"(?!\w)(?!\s+(?:{w['not_ailing']})(?!\w))"
    yield "states", rf"\b{w['people']}\s+{one_word}{w['were']}\s+{one_word}{w['states']}{end}"
    for state in ("states", "ailing"):
        yield state, rf"\b{name_who}\s+{one_word}{w['were']}\s+{one_word}{w[state]}{end}"
    # Welsh says "was she pregnant", and its "yn" may be one letter at the end of the word before.
    yield "states", rf"\b{w['were']}\s+(?:{w['people']}|{named})\s*{w['states']}{end}"
    yield "ailing", rf"\b{w['were']}\s+{named}\s*{w['ailing']}{end}"
    somebody = rf"(?:{w['people']}|{name_who})"
    yield "ailments", rf"\b{somebody}\s+{one_word}{w['had']}\s+(?:{own}\s+)?{w['ailments']}{end}"
    yield "died", rf"\b{named}\s+{one_word}{w['died']}{end}"


def _needed(entries: Iterable[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the longest word of every entry: a text without any of them need not be searched."""
    longest = [max(re.findall(r"\w+\*?", entry.lower()), key=len) for entry in entries]
    beginnings = tuple(entry.rstrip("*") for entry in longest if entry.endswith("*"))
    return frozenset(entry for entry in longest if not entry.endswith("*")), beginnings


_LISTS = (
    *("titles", "capital_titles", "not_names", "places", "not_places", "counted", "numbers", "patients"),
    *(
        "called",
        "old",
        "aged",
        "persons",
        "not_persons",
        "record_numbers",
        "birth",
        "months",
        "told_alone",
        "owners",
    ),
    *("health", "relatives", "lost", "death", "were", "states", "conditions", "joined"),
    *("people", "not_people", "ailing", "not_ailing", "had", "ailments", "died"),
)


def _any_of(words: Iterable[str]) -> str:
    """Return a pattern for any of these words or phrases; without any, it never matches."""
    listed = sorted(words, key=len, reverse=True)
    if not listed:
        return r"(?!)"
    return "(?:" + "|".join(_pattern(word) for word in listed) + ")"


def _pattern(word: str) -> str:
    return re.escape(word).replace(r"\*", r"\w*").replace(r"\ ", r"[\s-]+").replace("'", "['’]")


def _date(months: str) -> str:
    return rf"(?:\d{{1,2}}[/.\- ]\d{{1,2}}[/.\- ]\d{{2,4}}|{months}\W+\d{{2,4}}|(?:18|19|20)\d\d)"


def _numbers(text: str) -> Iterator[tuple[Kind, str]]:
    for match in _DIGITS.finditer(text):
        if is_nhs_number(re.sub(r"\D", "", match[0])):
            yield Kind.NHS_NUMBER, match[0]
    for pattern in (_PHONE, _POSTCODE):
        for match in pattern.finditer(text):
            yield Kind.PATIENT, match[0]


def _dates(text: str) -> Iterator[tuple[Kind, str]]:
    for match in _FULL_DATE.finditer(text):
        if int(match["year"]) < _RECENT:
            yield Kind.PATIENT, match[0]


def _readable(words: str) -> str:
    """Normalise to what a reader sees: full-width digits plain, nothing invisible in between."""
    if words.isascii():
        return words
    folded = unicodedata.normalize("NFKC", words)
    return "".join(_plain(character) for character in strip_format_marks(folded))


def _plain(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    # All the dashes that telephones put between figures.
    return "-" if unicodedata.category(character) == "Pd" else character


def _shortened(match: str) -> str:
    text = " ".join(match.split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
