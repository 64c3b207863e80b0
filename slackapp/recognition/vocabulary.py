"""The words by which people name the four behaviours when they type, in English and in Welsh."""

# ruff: noqa: RUF001 - telephones type these apostrophes

import difflib
import re
from enum import StrEnum

from slackapp.core.behaviours import Behaviour

_SUBCOMMAND_CUTOFF = 0.75


class Subcommand(StrEnum):
    """A subcommand, typed in place of a thank-you."""

    HELP = "help"
    MINE = "mine"
    UNDO = "undo"
    EDIT = "edit"
    SETTINGS = "settings"
    PRIVACY = "privacy"


_SUBCOMMANDS = {
    **{subcommand.value: subcommand for subcommand in Subcommand},
    **dict.fromkeys(("?", "--help", "cymorth"), Subcommand.HELP),
    **dict.fromkeys(("received", "fy rhai i"), Subcommand.MINE),
    **dict.fromkeys(("take back", "dadwneud"), Subcommand.UNDO),
    "golygu": Subcommand.EDIT,
    **dict.fromkeys(("setting", "gosodiadau"), Subcommand.SETTINGS),
    "preifatrwydd": Subcommand.PRIVACY,
}


def parse_subcommand(text: str) -> Subcommand | None:
    """Return the subcommand if the text is nothing else: a thank-you names somebody or what they did."""
    return _SUBCOMMANDS.get(_bare(text))


def closest_subcommand(text: str) -> str | None:
    """Return the subcommand that a single mistyped word is closest to."""
    word = _bare(text)
    if not word.isalpha():
        return None
    near = difflib.get_close_matches(word, {**_SUBCOMMANDS, **VOCABULARY}, n=1, cutoff=_SUBCOMMAND_CUTOFF)
    return near[0] if near and near[0] in _SUBCOMMANDS and word not in VOCABULARY else None


def _bare(text: str) -> str:
    return " ".join(text.lower().split()).rstrip(".!")


HEADINGS = {
    **dict.fromkeys(("attending", "rhoi sylw", "roi sylw"), Behaviour.ATTENDING),
    **dict.fromkeys(("understanding", "deall", "ddeall"), Behaviour.UNDERSTANDING),
    **dict.fromkeys(
        ("empathising", "empathizing", "dangos empathi", "ddangos empathi"), Behaviour.EMPATHISING
    ),
    **dict.fromkeys(("helping", "helpu"), Behaviour.HELPING),
}
"""The label itself, mutated where a preposition does so: it stands as a heading before the words."""

_OTHER_FORMS = {
    **dict.fromkeys(
        ("attend", "attended", "attends", "attentive", "listen", "listened", "listening", "listens"),
        Behaviour.ATTENDING,
    ),
    **dict.fromkeys(("gwrando", "wrando", "gwrandawodd", "gwrandawoch", "gwrandawaist"), Behaviour.ATTENDING),
    **dict.fromkeys(("wrandawodd", "wrandawoch", "wrandawaist"), Behaviour.ATTENDING),
    **dict.fromkeys(("understood", "dealltwriaeth", "ddealltwriaeth", "deallodd"), Behaviour.UNDERSTANDING),
    **dict.fromkeys(("ddeallodd", "deallaist", "ddeallaist", "ddealloch"), Behaviour.UNDERSTANDING),
    **dict.fromkeys(
        ("empathy", "empathetic", "empathic", "empathise", "empathised", "empathize", "empathized"),
        Behaviour.EMPATHISING,
    ),
    **dict.fromkeys(("empathi", "empatheiddio", "cydymdeimlo", "cydymdeimlad"), Behaviour.EMPATHISING),
    **dict.fromkeys(("help", "helped", "helpful", "helps"), Behaviour.HELPING),
    **dict.fromkeys(("helpodd", "helpoch", "helpaist", "cymorth"), Behaviour.HELPING),
}
VOCABULARY = HEADINGS | _OTHER_FORMS
"""Every form; those that are no heading are usually part of the sentence."""

_ANY = "|".join(sorted(VOCABULARY, key=len, reverse=True))
_INSIDE = re.compile(rf"(?<!\w)(?<!\w['’])(?:{_ANY})(?!\w|['’]\w)", re.IGNORECASE)
# "couldn't help laughing" and "no help" praise nobody.
_NOT_MEANT = re.compile(r"(?:\b(?:not|no|never|without|cannot|dim)|n['’]t)\s+(?:\w+\s+)?\Z", re.IGNORECASE)

_NEAR = 0.8
"""How alike two words are for one to be proposed, by difflib's ratio."""

_SHORTEST = 6
"""Shorter forms lie too near to ordinary words: "dealt" is no slip for "deall"."""

_ORDINARY = frozenset({"helper", "helpers", "intending", "listed", "listing", "sympathy", "tending"})


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
