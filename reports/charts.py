"""Pictures as plotly figures. The only module that imports plotly; the app process never does.

Everything is placed in logical pixels: the axes run over the card, so that a phone,
360 pixels wide, shows the sizes written here.
"""

import html
from typing import Any

from plotly import graph_objects

from reports import measure
from reports.pictures import MixPicture, MixRow, Picture, RangeGroup, RangesPicture

# Plotly ships no types, so from here on its figures are values of any type.
go: Any = graph_objects

WIDTH = 360
MARGIN = 16
RIGHT = WIDTH - MARGIN
ROOM = RIGHT - MARGIN

CARD, INK, MUTED, RULE, GRID = "#F7F5F0", "#22272B", "#525B63", "#868E95", "#DAD6CC"
BEHAVIOUR_COLOURS = {
    "attending": "#1F4690",
    "understanding": "#178A8F",
    "empathising": "#7A1F3D",
    "helping": "#B07423",
}
FONTS = "Noto Sans, DejaVu Sans, Liberation Sans, sans-serif"

TITLE, SECOND, LABEL, SMALL, FOOTER = 15, 12, 13, 12, 11
_TITLE_LINE = 20
_SECOND_LINE = 16
_TOP = 15

# The mix: rows of 44 with a bar of 13, and room at the right so that no bar touches the edge.
_ROW = 44
_BAR = 13
_MARK = 19
_LONGEST = 322

# The ranges: 0 to 10 lies between these two, so that the months' names have their place at the left.
_SCALE_FROM, _SCALE_TO = 45.0, 344.0
_OLDER, _NEWEST, _MISSING_ROW = 9.0, 10.0, 13.0
_OLDER_BAR, _NEWEST_BAR = 4.5, 8.0
_LABEL_ROOM = 18.0
_GROUP_PAD = 2.0
_LEAST_BAR = 4.0

HOUSE = go.layout.Template(
    layout={
        "width": WIDTH,
        "paper_bgcolor": CARD,
        "plot_bgcolor": CARD,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0, "pad": 0},
        "font": {"family": FONTS, "color": INK, "size": SMALL},
        "showlegend": False,
        # Several bar traces shift each other out of place in any other mode.
        "barmode": "overlay",
        "xaxis": {"range": [0, WIDTH], "visible": False, "fixedrange": True},
        "yaxis": {"visible": False, "fixedrange": True},
        "annotationdefaults": {"showarrow": False, "borderpad": 0, "yanchor": "middle"},
        "hoverlabel": {"bgcolor": CARD, "bordercolor": RULE, "font": {"family": FONTS, "color": INK}},
    }
)


def figure(picture: Picture) -> Any:  # noqa: ANN401 - a plotly figure
    """The figure for a picture, 360 logical pixels wide and as high as it needs."""
    return _mix(picture) if isinstance(picture, MixPicture) else _ranges(picture)


class _Card:
    """Collects what stands on one card; `y` is the next free line from the top."""

    def __init__(self, title: str) -> None:
        self.bars: list[Any] = []
        self.shapes: list[dict[str, Any]] = []
        self.notes: list[dict[str, Any]] = []
        self.y = float(_TOP)
        for line in measure.even_lines(title, ROOM, TITLE, bold=True):
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
                "pattern": _stripes(str(colour)),
            }
        self.bars.append(
            go.Bar(
                orientation="h",
                base=[left],
                x=[right - left],
                y=[middle],
                width=[thick],
                marker=marker,
                hoverinfo="text",
                hovertext=[escaped(str(style.get("hover", "")))],
            )
        )

    def line(self, x: float, top: float, bottom: float, *, colour: str, thick: float = 1.0) -> None:
        """An upright line under the bars."""
        self.shapes.append(
            _box(x - thick / 2, x + thick / 2, top=top, bottom=bottom)
            | {"fillcolor": colour, "layer": "below"}
        )

    def hide_lines(self, left: float, wide: float, middle: float) -> None:
        """Leave out the upright lines where words stand; bars stay whole."""
        half = _MISSING_ROW / 2
        edges = _box(left - 2, left + wide + 2, top=middle - half, bottom=middle + half)
        self.shapes.append(edges | {"fillcolor": CARD, "layer": "below"})

    def mark(self, x: float, middle: float) -> None:
        """Last month's line, with a halo so that it shows against a dark bar."""
        for half, colour in ((3.0, CARD), (1.0, INK)):
            edges = _box(x - half, x + half, top=middle - _MARK / 2, bottom=middle + _MARK / 2)
            self.shapes.append(edges | {"fillcolor": colour, "layer": "above"})

    def footer(self, words: str, team: str) -> None:
        """The last line: the team's name last, so that a cut loses only what the message says anyway."""
        line = measure.cut(f"{words} · {measure.plain(team)}", ROOM, FOOTER)
        self.write(line, MARGIN, self.y, size=FOOTER, colour=MUTED)
        self.y += 14

    def finished(self) -> Any:  # noqa: ANN401 - a plotly figure
        """The card as a figure."""
        layout = {"template": HOUSE, "height": self.y, "shapes": self.shapes, "annotations": self.notes}
        made = go.Figure(data=self.bars, layout=layout)
        made.update_yaxes(range=[self.y, 0])
        return made


def escaped(words: str) -> str:
    """Words that plotly will show as they are: no tag, no entity, no formula."""
    return html.escape(words, quote=False).replace("$", "&#36;").replace("\n", " ")


def _stripes(colour: str) -> dict[str, Any]:
    return {"shape": "/", "fgcolor": colour, "bgcolor": CARD, "fgopacity": 0.55, "size": 4, "solidity": 0.3}


def _box(left: float, right: float, *, top: float, bottom: float) -> dict[str, Any]:
    return {"type": "rect", "x0": left, "x1": right, "y0": top, "y1": bottom, "line": {"width": 0}}


def _mix(picture: MixPicture) -> Any:  # noqa: ANN401 - a plotly figure
    card = _Card(picture.title)
    for line in measure.even_lines(picture.key, ROOM, SECOND, most=2):
        card.write(line, MARGIN, card.y + 12, size=SECOND, colour=MUTED)
        card.y += _SECOND_LINE
    largest = max([5, *(count for row in picture.rows for count in (row.now, row.before) if count)])
    for place, row in enumerate(picture.rows):
        _behaviour(card, row, top=card.y + 19 + place * _ROW, pixels=_LONGEST / largest)
    card.y += 33 + _ROW * len(picture.rows)
    card.footer(picture.footer, picture.team)
    return card.finished()


def _behaviour(card: _Card, row: MixRow, *, top: float, pixels: float) -> None:
    _counts(card, row, top + 9)
    hidden = row.now is None
    card.bar(
        left=MARGIN,
        right=MARGIN + pixels * (4 if row.now is None else row.now),
        middle=top + 25.5,
        thick=_BAR,
        colour=BEHAVIOUR_COLOURS[row.behaviour],
        striped=hidden,
        hover=" ".join(filter(None, (row.name, row.now_words, row.before_words))),
    )
    if row.before is not None:
        card.mark(MARGIN + pixels * row.before, top + 25.5)


def _counts(card: _Card, row: MixRow, middle: float) -> None:
    room = RIGHT
    if row.before_words:
        card.write(row.before_words, RIGHT, middle, size=SMALL, colour=MUTED, anchor="right")
        room -= round(measure.width(row.before_words, SMALL)) + 3
    card.write(row.now_words, room, middle, size=SMALL, bold=True, anchor="right")
    left = room - measure.width(row.now_words, SMALL, bold=True) - MARGIN - 8
    card.write(measure.cut(row.name, left, LABEL, bold=True), MARGIN, middle, size=LABEL, bold=True)


def _ranges(picture: RangesPicture) -> Any:  # noqa: ANN401 - a plotly figure
    card = _Card(picture.title)
    card.y += 20
    _scale_words(card, picture)
    card.y += 9
    for group in picture.groups:
        _group(card, picture, group)
    card.y += 15
    card.footer(picture.footer, picture.team)
    return card.finished()


def _scale(value: float) -> float:
    return _SCALE_FROM + (_SCALE_TO - _SCALE_FROM) * value / 10


def _scale_words(card: _Card, picture: RangesPicture) -> None:
    placed = [(2.5, picture.disagree), (5.0, picture.neither), (7.5, picture.agree)]
    half = [measure.width(words, FOOTER) / 2 for _, words in placed]
    apart = _scale(5.0) - _scale(2.5)
    if max(half[0], half[2]) + half[1] + 6 > apart:
        # The words would touch: the middle one goes, its line stays.
        del placed[1]
    for value, words in placed:
        card.write(words, _scale(value), card.y, size=FOOTER, colour=MUTED, anchor="center")


def _group(card: _Card, picture: RangesPicture, group: RangeGroup) -> None:
    middle = card.y + 9
    measured = measure.width(group.newest, SMALL)
    name = measure.cut(group.name, ROOM - measured - 8, SMALL, bold=True)
    card.write(name, MARGIN, middle, size=SMALL, bold=True)
    missing = group.rows[-1].low is None and group.rows[-1].high is None
    card.write(group.newest, RIGHT, middle, size=SMALL, anchor="right", colour=MUTED if missing else INK)
    top = card.y + _LABEL_ROOM
    rows = _rows(group)
    bottom = top + sum(height for *_, height in rows) + 2 * _GROUP_PAD
    for value in (2.5, 5.0, 7.5):
        card.line(_scale(value), top, bottom, colour=RULE if value == 5.0 else GRID)  # noqa: PLR2004 - the middle of the scale
    _draw_rows(card, picture, group, top + _GROUP_PAD)
    card.y = bottom + 2


def _rows(group: RangeGroup) -> list[tuple[int, bool, float]]:
    """For each month: its place, whether words stand there, and its height.

    A run of months without enough answers is told once, in its first row; the newest
    month is told at the right of the label.
    """
    newest = len(group.rows) - 1
    older = _OLDER if len(group.rows) > 2 else _OLDER + 4  # noqa: PLR2004 - two months' names need more room
    rows = []
    for place, row in enumerate(group.rows):
        missing = row.low is None and row.high is None
        run_begins = missing and place < newest and not (place and _is_missing(group, place - 1))
        height = _NEWEST if place == newest else _MISSING_ROW if run_begins else older
        rows.append((place, run_begins, height))
    return rows


def _is_missing(group: RangeGroup, place: int) -> bool:
    return group.rows[place].low is None and group.rows[place].high is None


def _draw_rows(card: _Card, picture: RangesPicture, group: RangeGroup, top: float) -> None:
    newest = len(group.rows) - 1
    for place, says_missing, height in _rows(group):
        middle = top + height / 2
        if says_missing:
            card.write(picture.missing, _SCALE_FROM, middle, size=FOOTER, colour=MUTED)
            card.hide_lines(_SCALE_FROM, measure.width(picture.missing, FOOTER), middle)
        if not _is_missing(group, place):
            _range_bar(card, group, place, middle)
        if place == newest:
            card.write(picture.last_month, MARGIN, middle, size=FOOTER)
        elif place == 0:
            card.write(picture.first_month, MARGIN, middle, size=FOOTER, colour=MUTED)
        top += height


def _range_bar(card: _Card, group: RangeGroup, place: int, middle: float) -> None:
    row = group.rows[place]
    left = _scale(0.0 if row.low is None else row.low)
    right = _scale(10.0 if row.high is None else row.high)
    if right - left < _LEAST_BAR:
        centre = (left + right) / 2
        left, right = centre - _LEAST_BAR / 2, centre + _LEAST_BAR / 2
    card.bar(
        left=left,
        right=right,
        middle=middle,
        thick=_NEWEST_BAR if place == len(group.rows) - 1 else _OLDER_BAR,
        colour=BEHAVIOUR_COLOURS[group.behaviour],
        striped=row.low is None or row.high is None,
        hover=row.words,
    )
