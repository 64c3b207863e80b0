"""The single words after /appreciate that ask for something else than a thank-you."""

import difflib
from enum import StrEnum

from slackapp.recognitions.forms import VOCABULARY

_SUBCOMMAND_CUTOFF = 0.75


class Subcommand(StrEnum):
    """What a single word after the command asks for, in place of a thank-you."""

    HELP = "help"
    MINE = "mine"
    UNDO = "undo"
    EDIT = "edit"
    SETTINGS = "settings"
    PRIVACY = "privacy"


_SUBCOMMANDS = {
    **{one.value: one for one in Subcommand},
    **dict.fromkeys(("?", "--help", "cymorth"), Subcommand.HELP),
    **dict.fromkeys(("received", "fy rhai i"), Subcommand.MINE),
    **dict.fromkeys(("take back", "dadwneud"), Subcommand.UNDO),
    "golygu": Subcommand.EDIT,
    **dict.fromkeys(("setting", "gosodiadau"), Subcommand.SETTINGS),
    "preifatrwydd": Subcommand.PRIVACY,
}


def parse_subcommand(text: str) -> Subcommand | None:
    """The errand, when the text is nothing else: a thank-you always names somebody or says what they did."""
    return _SUBCOMMANDS.get(_bare(text))


def closest_subcommand(text: str) -> str | None:
    """The errand's word that a single mistyped word was most likely meant to be."""
    word = _bare(text)
    if not word.isalpha():
        return None
    near = difflib.get_close_matches(word, {**_SUBCOMMANDS, **VOCABULARY}, n=1, cutoff=_SUBCOMMAND_CUTOFF)
    return near[0] if near and near[0] in _SUBCOMMANDS and word not in VOCABULARY else None


def _bare(text: str) -> str:
    return " ".join(text.lower().split()).rstrip(".!")
