"""The words by which people name the behaviours and subcommands, of every language in `locales/`."""

# ruff: noqa: RUF001 - telephones type these apostrophes

import difflib
import re
from collections.abc import Iterable
from enum import StrEnum

from slackapp.core.behaviours import Behaviour
from slackapp.core.i18n import typed
from slackapp.core.normal_form import command_word

_SUBCOMMAND_CUTOFF = 0.75


class Subcommand(StrEnum):
    """A subcommand, typed in place of a thank-you."""

    HELP = "help"
    MINE = "mine"
    UNDO = "undo"
    EDIT = "edit"
    SETTINGS = "settings"
    PRIVACY = "privacy"
    TALK = "talk"


_SUBCOMMANDS = {
    word: subcommand for subcommand in Subcommand for word in typed("subcommands", subcommand.value)
}


def parse_subcommand(text: str) -> Subcommand | None:
    """Return the subcommand if the text is nothing else: a thank-you names somebody or what they did."""
    return _SUBCOMMANDS.get(command_word(text))


def closest_subcommand(text: str) -> str | None:
    """Return the subcommand that a single mistyped word is closest to."""
    word = command_word(text)
    if not word.isalpha():
        return None
    near = difflib.get_close_matches(word, {**_SUBCOMMANDS, **VOCABULARY}, n=1, cutoff=_SUBCOMMAND_CUTOFF)
    return near[0] if near and near[0] in _SUBCOMMANDS and word not in VOCABULARY else None


def any_of(words: Iterable[str]) -> str:
    """Return regular expression alternatives, longest first; an apostrophe also matches a curly one."""
    longest_first = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word).replace("'", "['’]").replace(r"\ ", r"\s+") for word in longest_first)


HEADINGS = {form: behaviour for behaviour in Behaviour for form in typed("behaviours", behaviour, "headings")}
"""The label itself, mutated where a preposition does so: a heading before or after the words."""

_OTHER_FORMS = {
    form: behaviour for behaviour in Behaviour for form in typed("behaviours", behaviour, "forms")
}
VOCABULARY = HEADINGS | _OTHER_FORMS
"""Every form; those that are no heading are usually part of the sentence."""

_ANY = any_of(VOCABULARY)
_INSIDE = re.compile(rf"(?<!\w)(?<!\w['’])(?:{_ANY})(?!\w|['’]\w)", re.IGNORECASE)
# "couldn't help laughing" and "no help" praise nobody.
_NOT_MEANT = re.compile(
    rf"(?:\b(?:{any_of(typed('sentence', 'negations'))})|{any_of(typed('sentence', 'negative_endings'))})"
    r"\s+(?:\w+\s+)?\Z",
    re.IGNORECASE,
)

_NEAR = 0.8
"""How alike two words are for one to be proposed, by difflib's ratio."""

_SHORTEST = 6
"""Shorter forms lie too near to ordinary words: "dealt" is no slip for "deall"."""

_ORDINARY = frozenset(typed("sentence", "ordinary"))


def named_inside(words: str) -> Behaviour | None:
    """Return the behaviour that a sentence names; None if it names none or several."""
    behaviours = {
        VOCABULARY[" ".join(subcommand[0].lower().split())]
        for subcommand in _INSIDE.finditer(words)
        if not _NOT_MEANT.search(words, 0, subcommand.start())
    }
    return behaviours.pop() if len(behaviours) == 1 else None


def closest(word: str) -> str | None:
    """Return the form that a mistyped word is closest to."""
    if word.lower() in _ORDINARY:
        return None
    long_enough = [form for form in VOCABULARY if len(form) >= _SHORTEST]
    return next(iter(difflib.get_close_matches(word.lower(), long_enough, n=1, cutoff=_NEAR)), None)
