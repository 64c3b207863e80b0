"""What a reader sees of a text: much that can be typed leaves no trace on a screen."""

import re
import unicodedata

# Fillers and variants, which Unicode counts among letters and marks.
_FILLERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs"})
"""Unicode's categories of control and direction marks, joiners, and what no font has."""


def strip_invisible(text: str) -> str:
    """The text without what leaves no trace; line breaks stay, and joined emoji come apart."""
    if text.isascii() and text.isprintable():
        return text
    visible = _FILLERS.sub("", text)
    return "".join(
        character
        for character in visible
        if character == "\n" or unicodedata.category(character) not in _UNSEEN
    )


def is_blank(text: str) -> bool:
    """Whether nobody sees anything of it."""
    return not strip_invisible(text).strip()
