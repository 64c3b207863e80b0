"""What in a comment might tell who wrote it, or of whom. Read before it is sealed, and never changed."""

import re
import unicodedata
from collections.abc import Iterable

from slackapp.core.confidentiality import ConfidentialityCheck
from slackapp.pulse.comment_shapes import (
    SHAPES,
    WORDS_THAT_ARE_NAMES,
    WORDS_THAT_BEGIN_NAMES,
    CommentWarning,
)

__all__ = ["CommentWarning", "warnings_for"]

_SHORTEST_NAME = 2
"""Jo and Li are names; one letter is an initial."""

_SHORT_FORM = 3
"""Gwen for Gwenllian. Names of up to three letters count with a capital only."""

_APOSTROPHES = str.maketrans({"\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{MODIFIER LETTER APOSTROPHE}": "'"})


def warnings_for(words: str, names: Iterable[str], watch: ConfidentialityCheck) -> tuple[CommentWarning, ...]:
    """What to look at again, each once. `names` are those of the people around the writer."""
    warnings = [CommentWarning(str(finding.kind)) for finding in watch.check(words)]
    if _names_somebody(words, names):
        warnings.append(CommentWarning.NAME)
    # Telephones type curved apostrophes.
    straight = words.translate(_APOSTROPHES)
    warnings += [warning for warning, shape in SHAPES if shape.search(straight)]
    return tuple(dict.fromkeys(warnings))


def _names_somebody(words: str, names: Iterable[str]) -> bool:
    parts = {part.casefold() for name in names for part in _words(name) if len(part) >= _SHORTEST_NAME}
    return any(_is_a_name(word, parts) for word in _words(words))


def _is_a_name(word: str, parts: set[str]) -> bool:
    """Whether a word names one of the people. A profile may have no capitals, or nothing else."""
    folded, has_capital = word.casefold(), word[:1].isupper()
    if folded in parts:
        # "will" and "may" are everyday words: with a capital they are names.
        return has_capital or (len(folded) > _SHORT_FORM and folded not in WORDS_THAT_ARE_NAMES)
    is_short_form = has_capital and len(folded) >= _SHORT_FORM and folded not in WORDS_THAT_BEGIN_NAMES
    return is_short_form and any(part.startswith(folded) for part in parts)


def _words(written: str) -> list[str]:
    # A letter and its accent can be written as two signs or as one.
    return re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", written))
