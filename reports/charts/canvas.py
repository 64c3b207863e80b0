"""The shapes and texts of one card as plotly's, in logical pixels from its top left corner."""

import html
from typing import Any

from reports.charts import text_width

WIDTH = 360
MARGIN = 16
RIGHT = WIDTH - MARGIN
ROOM = RIGHT - MARGIN

CARD, INK, MUTED, RULE, GRID = "#F7F5F0", "#22272B", "#525B63", "#868E95", "#DAD6CC"

TITLE, SECOND, LABEL, SMALL, FOOTER = 15, 12, 13, 12, 11
_TITLE_LINE = 20
_TOP = 15
_FOOTER_ROOM = 14
_MARK = 19
_WORDS_HIGH = 13.0


class Canvas:
    """Collects the shapes and texts of one card; `y` is the next free line from the top."""

    def __init__(self, title: str) -> None:
        self.bars: list[dict[str, Any]] = []
        self.shapes: list[dict[str, Any]] = []
        self.notes: list[dict[str, Any]] = []
        self.y = float(_TOP)
        for line in text_width.even_lines(title, ROOM, TITLE, bold=True):
            self.write(line, MARGIN, self.y + _TITLE_LINE / 2, size=TITLE, bold=True)
            self.y += _TITLE_LINE

    def write(self, words: str, x: float, y: float, **style: Any) -> None:  # noqa: ANN401 - plotly's own values
        """Put words at a height: `size`, `bold`, `colour`; `anchor` says which part of them is at x.

        Plotly reads tags in every text and a browser would fetch what a style names,
        so nothing reaches it unescaped.
        """
        font = {"size": style.get("size", SMALL), "color": style.get("colour", INK)}
        if style.get("bold"):
            font["weight"] = 700
        anchor = style.get("anchor", "left")
        # Plotly leaves a pixel around text; the shift lines it up with the bars.
        shift = {"xshift": {"left": -1, "right": 1}.get(anchor, 0), "yshift": 1}
        self.notes.append({"text": escaped(words), "x": x, "y": y, "xanchor": anchor, "font": font, **shift})

    def bar(self, *, left: float, right: float, middle: float, thick: float, **style: str | bool) -> None:
        """One bar; `striped` where the figure is open or hidden. `hover` is its text."""
        colour = style["colour"]
        marker: dict[str, Any] = {"color": colour, "line": {"width": 0}}
        if style.get("striped"):
            # The outline is drawn half outside, so the bar is that much smaller.
            left, right, thick = left + 0.6, right - 0.6, thick - 0.6
            marker = {
                "color": CARD,
                "line": {"width": 1.2, "color": colour},
                "pattern": stripes(str(colour)),
            }
        self.bars.append(
            {
                "type": "bar",
                "orientation": "h",
                "base": [left],
                "x": [right - left],
                "y": [middle],
                "width": [thick],
                "marker": marker,
                "hoverinfo": "text",
                "hovertext": [escaped(str(style.get("hover", "")))],
            }
        )

    def line(self, x: float, top: float, bottom: float, *, colour: str, thick: float = 1.0) -> None:
        """An upright line under the bars."""
        self.shapes.append(
            _box(x - thick / 2, x + thick / 2, top=top, bottom=bottom)
            | {"fillcolor": colour, "layer": "below"}
        )

    def hide_lines(self, left: float, wide: float, middle: float) -> None:
        """Leave out the upright lines where words stand; bars stay whole."""
        half = _WORDS_HIGH / 2
        edges = _box(left - 2, left + wide + 2, top=middle - half, bottom=middle + half)
        self.shapes.append(edges | {"fillcolor": CARD, "layer": "below"})

    def mark(self, x: float, middle: float) -> None:
        """Last month's line, with a halo so that it shows against a dark bar."""
        for half, colour in ((3.0, CARD), (1.0, INK)):
            edges = _box(x - half, x + half, top=middle - _MARK / 2, bottom=middle + _MARK / 2)
            self.shapes.append(edges | {"fillcolor": colour, "layer": "above"})

    def footer(self, words: str, team: str) -> None:
        """The last line: the team's name last, so that a cut loses only what the message says anyway."""
        line = text_width.truncate(f"{words} · {text_width.plain(team)}", ROOM, FOOTER)
        self.write(line, MARGIN, self.y, size=FOOTER, colour=MUTED)
        self.y += _FOOTER_ROOM


def escaped(words: str) -> str:
    """Words that plotly will show as they are: no tag, no entity, no formula."""
    return html.escape(words, quote=False).replace("$", "&#36;").replace("\n", " ")


def stripes(colour: str) -> dict[str, Any]:
    """The pattern of a figure that is open or hidden."""
    return {"shape": "/", "fgcolor": colour, "bgcolor": CARD, "fgopacity": 0.55, "size": 4, "solidity": 0.3}


def _box(left: float, right: float, *, top: float, bottom: float) -> dict[str, Any]:
    return {"type": "rect", "x0": left, "x1": right, "y0": top, "y1": bottom, "line": {"width": 0}}
