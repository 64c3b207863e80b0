"""The single words after /appreciate that ask for something else than a thank-you."""

import difflib
from enum import StrEnum

from slackapp.recognitions.forms import FORMS

_NEAR = 0.75


class Errand(StrEnum):
    """What a single word after the command asks for, in place of a thank-you."""

    HELP = "help"
    MINE = "mine"
    UNDO = "undo"
    EDIT = "edit"
    SETTINGS = "settings"
    PRIVACY = "privacy"


_WORDS = {
    **{one.value: one for one in Errand},
    **dict.fromkeys(("?", "--help", "cymorth"), Errand.HELP),
    **dict.fromkeys(("received", "fy rhai i"), Errand.MINE),
    **dict.fromkeys(("take back", "dadwneud"), Errand.UNDO),
    "golygu": Errand.EDIT,
    **dict.fromkeys(("setting", "gosodiadau"), Errand.SETTINGS),
    "preifatrwydd": Errand.PRIVACY,
}


def errand(text: str) -> Errand | None:
    """The errand, when the text is nothing else: a thank-you always names somebody or says what they did."""
    return _WORDS.get(_bare(text))


def nearly(text: str) -> str | None:
    """The errand's word that a single mistyped word was most likely meant to be."""
    word = _bare(text)
    if not word.isalpha():
        return None
    near = difflib.get_close_matches(word, {**_WORDS, **FORMS}, n=1, cutoff=_NEAR)
    return near[0] if near and near[0] in _WORDS and word not in FORMS else None


def _bare(text: str) -> str:
    return " ".join(text.lower().split()).rstrip(".!")
