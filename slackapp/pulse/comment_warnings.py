"""What in a comment might tell who wrote it, or of whom. Read before it is sealed, and never changed."""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum

from slackapp.core import confidentiality as guard


class CommentWarning(StrEnum):
    """Why somebody may want to look at their comment again. A number that names a patient is never stored."""

    NHS_NUMBER = "nhs_number"
    PATIENT = "patient"
    HEALTH = "health"
    NAME = "name"
    ALONE = "alone"
    WHEN = "when"
    LINK = "link"
    NUMBER = "number"


_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december"
    "|ionawr|chwefror|mawrth|ebrill|mai|mehefin|gorffennaf|awst|medi|hydref|tachwedd|rhagfyr"
)
_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday|llun|mawrth|mercher|iau|gwener|sadwrn|sul"
_SHAPES: tuple[tuple[CommentWarning, re.Pattern[str]], ...] = (
    (
        CommentWarning.ALONE,
        re.compile(
            r"\b(?:as|being|am|i'm|i’m) the (?:only|newest|oldest|youngest|one)\b"  # noqa: RUF001 - telephones type it
            r"|\bthe only (?:one|person|man|woman|nurse|doctor|male|female|hca|porter|student|bank|night)\b"
            r"|\bfel yr unig\b|\byr unig un\b",
            re.IGNORECASE,
        ),
    ),
    (
        CommentWarning.WHEN,
        re.compile(
            rf"\b\d{{1,2}}[/.\-]\d{{1,2}}\b|\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTHS})\b"
            rf"|\b(?:on|last|this|ddydd|nos|dydd)\s+(?:{_DAYS})\b"
            r"|\b(?:yesterday|last night|ddoe|neithiwr)\b"
            r"|\b\d{1,2}[:.]\d{2}\b",
            re.IGNORECASE,
        ),
    ),
    (
        CommentWarning.LINK,
        re.compile(r"https?://|\bwww\.|\b[\w-]+\.(?:com|org|net|uk|wales|cymru|nhs)\b", re.IGNORECASE),
    ),
    (CommentWarning.NUMBER, re.compile(r"\d{2,}")),
)
_SHORTEST_NAME = 2
"""Jo and Li are names; one letter is an initial."""


def warnings_for(
    words: str, names: Iterable[str], watch: guard.ConfidentialityCheck
) -> tuple[CommentWarning, ...]:
    """What to look at again, each once. `names` are those of the people around the writer."""
    found = [CommentWarning(str(finding.kind)) for finding in watch.check(words)]
    if _names_somebody(words, names):
        found.append(CommentWarning.NAME)
    found += [caution for caution, shape in _SHAPES if shape.search(words)]
    return tuple(dict.fromkeys(found))


def _names_somebody(words: str, names: Iterable[str]) -> bool:
    parts = {part.casefold() for name in names for part in _words(name) if len(part) >= _SHORTEST_NAME}
    # In a comment a name has a capital: "will" and "may" are everyday words. A profile may have none, or all.
    return any(word.casefold() in parts and word[:1].isupper() for word in _words(words))


def _words(written: str) -> list[str]:
    # A letter and its accent can be written as two signs or as one.
    return re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", written))
