"""Characters that are invisible on a screen."""

import re
import unicodedata

# Fillers and variants, which Unicode counts among letters and marks.
_FILLERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs"})
"""Unicode's categories of control and format characters, private use and surrogates."""

BLANKS = (
    " \t\r\n\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
    "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
    "\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""What phones leave around pasted text and names: white space, joiners and direction marks. For `strip`."""


def strip_invisible(text: str) -> str:
    """Return the text without invisible characters; line breaks stay, and joined emoji come apart."""
    if text.isascii() and text.isprintable():
        return text
    visible = _FILLERS.sub("", text)
    return "".join(
        character
        for character in visible
        if character == "\n" or unicodedata.category(character) not in _UNSEEN
    )


def is_blank(text: str) -> bool:
    """Whether nothing of it is visible."""
    return not strip_invisible(text).strip()


def strip_format_marks(text: str) -> str:
    """Return the text without joiners and direction marks (category Cf); control characters stay."""
    return "".join(character for character in text if unicodedata.category(character) != "Cf")
