"""Measure texts on a picture; wrap and cut them to fit.

DejaVu Sans is the widest of the fonts a picture may be drawn with, so what fits by
its widths fits in all of them.
"""

import json
import unicodedata
from functools import cache
from itertools import pairwise
from pathlib import Path

from slackapp.core.text import strip_format_marks

_SOURCE = Path(__file__).with_name("widths.json")
_EM = 1000
_UNKNOWN = 1100
"""A little more than an em, for scripts the table does not hold."""
ELLIPSIS = "…"


@cache
def _widths(*, bold: bool) -> dict[int, int]:
    runs: dict[str, list[int | None]] = json.loads(_SOURCE.read_text())["bold" if bold else "regular"]
    return {
        int(first, 16) + step: width
        for first, widths in runs.items()
        for step, width in enumerate(widths)
        if width is not None
    }


def width(words: str, size: float, *, bold: bool = False) -> float:
    """Return the width of `words` on one line in logical pixels; `size` is the font's, in pixels."""
    table = _widths(bold=bold)
    return sum(_advance(table, character) for character in words) * size / _EM


def _advance(table: dict[int, int], character: str) -> int:
    known = table.get(ord(character))
    if known is not None:
        return known
    return 0 if unicodedata.combining(character) else _UNKNOWN


def plain(name: str) -> str:
    """A name fit for one line of a picture: no control, direction or line-break characters."""
    characters = (
        " " if unicodedata.category(character) in {"Cc", "Zl", "Zp"} else character
        for character in strip_format_marks(name)
    )
    return " ".join("".join(characters).split())


def truncate(words: str, room: float, size: float, *, bold: bool = False) -> str:
    """`words`, or their beginning with an ellipsis, within `room` logical pixels."""
    if width(words, size, bold=bold) <= room:
        return words
    end = len(words)
    while end and width(words[:end].rstrip() + ELLIPSIS, size, bold=bold) > room:
        end -= 1
    return words[:end].rstrip() + ELLIPSIS


def even_lines(words: str, room: float, size: float, *, bold: bool = False, most: int = 3) -> list[str]:
    """`words` on the fewest lines that fit, the lines as even as they can be.

    Where even `most` lines do not hold them, the last one is cut with an ellipsis.
    """
    parts = words.split(" ")
    for count in range(1, most + 1):
        fitting = [
            lines
            for lines in _splits(parts, count)
            if all(width(line, size, bold=bold) <= room for line in lines)
        ]
        if fitting:
            return min(fitting, key=lambda lines: _unevenness(lines, size, bold=bold))
    return _greedily(parts, room, size, bold=bold, most=most)


def _splits(parts: list[str], count: int) -> list[list[str]]:
    if count == 1:
        return [[" ".join(parts)]]
    return [
        [" ".join(parts[:end]), *rest]
        for end in range(1, len(parts) - count + 2)
        for rest in _splits(parts[end:], count - 1)
    ]


def _unevenness(lines: list[str], size: float, *, bold: bool) -> tuple[float, float]:
    widths = [width(line, size, bold=bold) for line in lines]
    # A line should end with its sentence where it can.
    broken = sum(not line.endswith((".", ",", ":")) for line in lines[:-1])
    # What is quoted should stand on one line.
    torn = sum(line.count("“") != line.count("”") for line in lines)
    return max(widths) * (1 + 0.12 * broken + 0.2 * torn), sum(abs(a - b) for a, b in pairwise(widths))


def _greedily(parts: list[str], room: float, size: float, *, bold: bool, most: int) -> list[str]:
    lines: list[str] = []
    while parts and len(lines) < most - 1:
        taken = 1
        while taken < len(parts) and width(" ".join(parts[: taken + 1]), size, bold=bold) <= room:
            taken += 1
        lines.append(truncate(" ".join(parts[:taken]), room, size, bold=bold))
        parts = parts[taken:]
    return [*lines, truncate(" ".join(parts), room, size, bold=bold)] if parts else lines
