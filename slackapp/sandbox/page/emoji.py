"""Emoji by Slack's names. An unknown name, perhaps a custom emoji, stays as text."""

import re
import sys
from functools import cache
from importlib.resources import files
from typing import Final

import orjson

# The emoji offered in a message's menu.
OFFERED: Final = ("+1", "heart", "pray", "clap", "raised_hands", "eyes", "white_check_mark", "tada")
# A name between colons, perhaps with a skin tone: `:wave:`, `:wave::skin-tone-3:`.
WRITTEN: Final = r":([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):"
# Code points of emoji, flags, tones and joiners; with letters and digits an app could write any text.
DRAWABLE: Final = re.compile(r"[0-9a-f]{4,6}(?:-[0-9a-f]{4,6})*", re.IGNORECASE)
FIRST_TONE: Final = 0x1F3FB
LEAST: Final = 0x2000


def sign(name: str, *, unicode: str = "", tone: int = 0) -> str | None:
    """Return the emoji for a name or else for its code points ("1f44b-1f3fc"); None if unknown.

    `tone` is Slack's, 2 to 6; a name may carry it too ("wave::skin-tone-3").
    """
    bare, _, toned = name.partition("::skin-tone-")
    known = _signs().get(bare) or _of_code_points(unicode)
    shade = int(toned) if toned.isdigit() else tone
    if known is None or not 2 <= shade <= 6:  # noqa: PLR2004  # the five tones as Slack counts them
        return known
    return known[0] + chr(FIRST_TONE + shade - 2) + known[1:].lstrip("\ufe0f")


@cache
def _signs() -> dict[str, str]:
    """Return the standard emoji by their names in Slack (source: the sandbox's README.md)."""
    signs: dict[str, str] = orjson.loads(files("slackapp.sandbox.page").joinpath("emoji.json").read_bytes())
    return signs


def _of_code_points(unicode: str) -> str | None:
    if not DRAWABLE.fullmatch(unicode):
        return None
    points = [int(code, 16) for code in unicode.split("-")]
    return "".join(map(chr, points)) if all(LEAST <= point <= sys.maxunicode for point in points) else None
