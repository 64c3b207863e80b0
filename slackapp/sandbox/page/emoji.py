"""Emoji by Slack's names. One not known is the workspace's own, or none: it stays as it was written."""

import re
import sys
from functools import cache
from importlib.resources import files
from typing import Final

import orjson

# Those offered in the menu of a message.
OFFERED: Final = ("+1", "heart", "pray", "clap", "raised_hands", "eyes", "white_check_mark", "tada")
# A name between colons, perhaps with a tone: `:wave:`, `:wave::skin-tone-3:`.
WRITTEN: Final = r":([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):"
# Code points of signs, flags, tones and what joins them; letters and digits would let an app draw anything.
DRAWABLE: Final = re.compile(r"[0-9a-f]{4,6}(?:-[0-9a-f]{4,6})*", re.IGNORECASE)
FIRST_TONE: Final = 0x1F3FB
LEAST: Final = 0x2000


def sign(name: str, *, unicode: str = "", tone: int = 0) -> str | None:
    """The sign for a name; failing that, for the code points beside it ("1f44b-1f3fc"). None: there is none.

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
    """Every emoji of the standard by its name in Slack (see README.md in the sandbox's folder)."""
    signs: dict[str, str] = orjson.loads(files("slackapp.sandbox.page").joinpath("emoji.json").read_bytes())
    return signs


def _of_code_points(unicode: str) -> str | None:
    if not DRAWABLE.fullmatch(unicode):
        return None
    points = [int(code, 16) for code in unicode.split("-")]
    return "".join(map(chr, points)) if all(LEAST <= point <= sys.maxunicode for point in points) else None
