"""Find a first word in place of a behaviour that is none of the four: "kindness", "teamwork", "support".

Such a word is not part of the sentence, and must not be stored under a behaviour that was not meant:
the giver is asked. What reads like the beginning of a sentence is left alone.
"""

import re
from collections.abc import Callable

from slackapp.core.i18n import typed
from slackapp.recognition.draft import EMOJI
from slackapp.recognition.vocabulary import any_of

_VALUES = frozenset(typed("labels", "values"))
"""What organisations call their values, and what people take for a behaviour."""

_AMBIGUOUS = frozenset(typed("labels", "ambiguous"))
"""Values too, but they begin many sentences: "quality time", "trust me"."""

_ENDINGS = typed("labels", "endings")
"""How nouns of this kind end. Without a mark behind them they may still begin a sentence."""

_GREETINGS = frozenset(typed("labels", "greetings"))

_OPENERS = frozenset(typed("labels", "openers"))
"""With a capital these begin a sentence of their own: the text before them was a label."""

_CONTINUATIONS = frozenset(typed("labels", "continuations"))
"""After one of these the word belongs to a sentence: "support from you", "care of our patients"."""

_CLAUSE = re.compile("|".join(typed("labels", "clauses")), re.IGNORECASE)
"""\"Kindness you showed us\" goes on; \"kindness you stayed late\" does not."""

_FIRST = re.compile(
    rf"(?:(?:{any_of(typed('sentence', 'introductions'))})\s+)?(?P<sign>[(#*]?)"
    rf"(?P<word>{'|'.join(typed('labels', 'two_words'))}|[^\W\d_]{{3,30}})(?![\w'’])"  # noqa: RUF001 - typed so
    rf"(?P<mark>[)*]?\s*(?:(?!{EMOJI}|://)[:;.!–—]|-(?=\s)|,)+|[)*])?\s*",  # noqa: RUF001 - likewise
    re.IGNORECASE,
)
_NEXT = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")  # noqa: RUF001 - telephones type it


def label(text: str, is_apart: Callable[[str], bool]) -> tuple[str, str] | None:
    """Return the first word in place of a behaviour and what follows it; None for a sentence.

    `is_apart` tells whether what follows is no part of a sentence: who may see it.
    """
    match = _FIRST.match(text)
    if match is None:
        return None
    word, rest = match["word"], text[match.end() :]
    lower = " ".join(word.lower().split())
    mark = (match["mark"] or "").strip()
    if lower in _GREETINGS:
        return None
    ends_here = not rest or is_apart(rest)
    if lower in _VALUES:
        is_label = bool(mark) or ends_here or not _goes_on(rest)
    elif lower in _AMBIGUOUS or lower.endswith(_ENDINGS):
        is_label = bool(mark) or ends_here or rest[0].isupper()
    else:
        # A name may stand before a colon too; it has a capital.
        is_apart_itself = bool(match["sign"]) or (mark[:1] in set(":;–—-") and word.islower())  # noqa: RUF001
        is_label = rest != "" and ((bool(mark) and is_apart_itself) or (word.islower() and _opens(rest)))
    return (word, rest) if is_label else None


def _goes_on(rest: str) -> bool:
    """Whether the sentence that the word began goes on."""
    following = _NEXT.match(rest)
    if following is None or _opens(rest):
        return False
    return following[0].lower().replace("’", "'") in _CONTINUATIONS or _CLAUSE.match(rest) is not None  # noqa: RUF001


def _opens(rest: str) -> bool:
    """Whether a sentence of its own begins here."""
    following = _NEXT.match(rest)
    return following is not None and following[0][0].isupper() and following[0].lower() in _OPENERS
