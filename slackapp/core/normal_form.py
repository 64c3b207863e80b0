"""One normal form of what people type after a command, and of names, whatever their phone makes of it.

Phones turn "--" into a dash, '"' into curly quotation marks and a space into a narrow one; people copy the
square brackets of a usage hint, and put "++" behind a name.
"""
# ruff: noqa: RUF001 - these are the characters that phones put in place of plain ones

import re
import unicodedata

from slackapp.core.text import BLANKS, strip_format_marks, strip_invisible

DASHES = "-‐‑‒–—―−"
"""Every dash, the hyphen first: a regular expression's class may end with it reversed."""

OPENING = "[“\"'‘«„‚(<"
CLOSING = "]”\"'’»“‘)>"
"""What people put around a word: quotation marks of any kind, and the brackets of a usage hint."""

_SPACES = re.compile(rf"[\s{BLANKS}]+")
_DASH = re.compile(f"[{DASHES[1:]}]")
_APOSTROPHE = re.compile("[‘’‛ʼ′`´＇]")
_QUOTE = re.compile("[“”„‟«»″]")
_AROUND = f"{BLANKS}{DASHES}{OPENING}{CLOSING}.!?,;:/*_~+"


def normal(text: str) -> str:
    """Return the text with plain spaces, dashes, apostrophes and quotation marks, trimmed."""
    text = _QUOTE.sub('"', _APOSTROPHE.sub("'", _DASH.sub("-", text)))
    return strip_format_marks(_SPACES.sub(" ", text)).strip()


def command_word(text: str) -> str:
    """Return a word of command: "help" for "Help!", with a dash before it, or quoted."""
    return normal(text).strip(_AROUND).casefold()


def bare(text: str) -> str:
    """Return the text in its normal form, without marks around each word: a team and a month."""
    words = (word.strip(f"{OPENING}{CLOSING}+") for word in normal(text).split())
    return " ".join(word for word in words if word)


def name_key(name: str) -> str:
    """Return what two names have in common that look alike: for comparing, never for showing.

    One composed form of accented letters, no invisible characters, one kind of apostrophe, dash and space,
    small letters.
    """
    composed = unicodedata.normalize("NFC", normal(strip_invisible(name)))
    return unicodedata.normalize("NFC", composed.casefold())
