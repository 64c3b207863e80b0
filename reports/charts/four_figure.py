"""The four behaviours side by side as a plotly figure: two axes with bars in the figures' own units.

Left, ranges from 0 to 10; right, counts from nought. Heights and texts are in logical pixels.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from reports.charts import text_width
from reports.charts.canvas import CARD, INK, MARGIN, MUTED, RIGHT, ROOM, RULE, WIDTH, escaped, stripes
from reports.charts.spec import BehaviourRow, FourPicture, RangeRow

BEHAVIOUR_COLOURS = {
    "attending": "#1F4690",
    "understanding": "#178A8F",
    "empathising": "#7A1F3D",
    "helping": "#B07423",
}
TRACK = "#E4E0D7"
SCALE = 10.0
NAME, ITEM, FIGURE, SMALLEST = 16, 14, 15, 13

_HEAD_LINE, _ROW, _ROW_OF_COUNTS = 16.0, 77.0, 62.0
_BAR, _LED_HIGH, _COUNT_HIGH, _BEFORE_HIGH, _GAP = 25.0, 15.0, 10.0, 5.0, 2.0
_FIGURE_BELOW = 34.0
_NOTE_LINE = 20.0
_OUTLINE = 1.5
_LEAST, _FEWEST, _FEW = 4.0, 8.0, 12.0
"""Pixels: the shortest range, the bar of a hidden count, and the shortest bar of a shown count."""
_HIDDEN = 4
"""A count under five is drawn from nought to four, whichever it is."""
_BETWEEN = 6.0


@dataclass(frozen=True, slots=True)
class _Half:
    """Where a half lies across the card, and how many pixels one of its units takes."""

    axis: str
    left: float
    right: float
    units: float

    @property
    def pixels(self) -> float:
        return (self.right - self.left) / self.units


@dataclass(slots=True)
class _Card:
    traces: list[dict[str, Any]] = field(default_factory=list)
    shapes: list[dict[str, Any]] = field(default_factory=list)
    texts: list[dict[str, Any]] = field(default_factory=list)

    def write(self, words: str, x: float, y: float, **style: Any) -> None:  # noqa: ANN401 - plotly's own values
        """One line of text with its middle at a height; nothing reaches plotly unescaped."""
        font = {"size": style.get("size", ITEM), "color": style.get("colour", INK)}
        if style.get("bold"):
            font["weight"] = 700
        anchor = style.get("anchor", "left")
        place = {"x": x / WIDTH, "y": y, "xref": "paper", "yref": "y", "xanchor": anchor}
        self.texts.append({"text": escaped(words), "font": font, **place})

    def bar(self, half: _Half, low: float, high: float, y: float, thick: float, **style: Any) -> None:  # noqa: ANN401 - likewise, and a bar has four edges
        """A bar in its half's own units, `y` its middle; `striped` where the figure is open or hidden."""
        colour = style["colour"]
        marker: dict[str, Any] = {"color": colour, "line": {"width": 0}}
        if style.get("striped"):
            marker = {"color": CARD, "line": {"width": _OUTLINE, "color": colour}, "pattern": stripes(colour)}
            # The outline is drawn half outside, so the bar is that much smaller.
            inset = _OUTLINE / 2 / half.pixels
            low, high, thick = low + inset, high - inset, thick - _OUTLINE
        self.traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "xaxis": half.axis,
                "base": [low],
                "x": [high - low],
                "y": [y],
                "width": [thick],
                "marker": marker,
                "name": style["name"],
                "hoverinfo": "skip",
            }
        )

    def upright(self, half: _Half, value: float, top: float, bottom: float) -> None:
        """A line of a pixel at a value of a half's axis."""
        ends = {"x0": value, "x1": value, "y0": top, "y1": bottom}
        line = {"width": 1, "color": RULE}
        self.shapes.append({"type": "line", "xref": half.axis, "yref": "y", "line": line, **ends})


def figure(picture: FourPicture) -> dict[str, Any]:
    """Traces and layout of the picture."""
    led, thanks = _halves(picture)
    card = _Card()
    y = _headings(card, picture, led, thanks)
    row_high = _ROW if led else _ROW_OF_COUNTS
    for row in picture.rows:
        _name(card, row, y)
        if led:
            _led(card, row, led, y)
        if thanks:
            _thanks(card, row, thanks, y, is_beside=led is None)
        y += row_high
    y = _foot(card, picture, led, y)
    return {"data": card.traces, "layout": _layout(card, y, led, thanks)}


def _halves(picture: FourPicture) -> tuple[_Half | None, _Half | None]:
    counts = [count for row in picture.rows for count in (row.count, row.count_before) if count]
    largest = float(max([_HIDDEN + 1, *counts]))
    if not picture.thanks_heading:
        return _Half("x", MARGIN, RIGHT, SCALE), None
    if not picture.led_heading:
        # The counts stand beside their bars.
        widest = max(text_width.width(row.count_words, FIGURE) for row in picture.rows)
        return None, _Half("x2", MARGIN, min(290.0, RIGHT - _BETWEEN - widest), largest)
    return _Half("x", MARGIN, 208.0, SCALE), _Half("x2", 232.0, RIGHT, largest)


def _headings(card: _Card, picture: FourPicture, led: _Half | None, thanks: _Half | None) -> float:
    """The halves' headings; gives where the first row begins."""
    columns = []
    if led:
        columns.append((picture.led_heading, led.left, (thanks.left - 8 if thanks else RIGHT) - led.left))
    if thanks:
        # Its words may come nearer to the edge than its bars.
        columns.append((picture.thanks_heading, thanks.left, WIDTH - 4 - thanks.left))
    size = _heading_size(columns)
    lines = [(text_width.even_lines(words, room, size), x) for words, x, room in columns]
    for several, x in lines:
        for place, line in enumerate(several):
            card.write(line, x, 22 + place * _HEAD_LINE, size=size, colour=MUTED)
    return 32.0 + _HEAD_LINE * max(len(several) for several, _ in lines)


def _heading_size(columns: list[tuple[str, float, float]]) -> int:
    """The larger size at which every heading fits on two lines, else the smaller one."""
    fits = all(len(text_width.even_lines(words, room, ITEM)) < 3 for words, _, room in columns)  # noqa: PLR2004 - two lines
    return ITEM if fits else SMALLEST


def _name(card: _Card, row: BehaviourRow, top: float) -> None:
    middle, name = top + 12, text_width.truncate(row.name, ROOM, NAME, bold=True)
    card.write(name, MARGIN, middle, size=NAME, bold=True)
    left = MARGIN + text_width.width(name, NAME, bold=True) + 8
    room = RIGHT - left
    if row.item and room > 3 * NAME:
        size = ITEM if text_width.width(row.item, ITEM) <= room else SMALLEST
        card.write(text_width.truncate(row.item, room, size), left, middle, size=size, colour=MUTED)


def _led(card: _Card, row: BehaviourRow, half: _Half, top: float) -> None:
    middle = top + _BAR + _LED_HIGH / 2
    card.bar(half, 0.0, SCALE, middle, _LED_HIGH, colour=TRACK, name="track")
    card.upright(half, SCALE / 2, top + _BAR - 3, top + _BAR + _LED_HIGH + 10)
    if row.led:
        low, high = _ends(row.led, half)
        striped = row.led.low is None or row.led.high is None
        colour = BEHAVIOUR_COLOURS[row.behaviour]
        card.bar(half, low, high, middle, _LED_HIGH, colour=colour, striped=striped, name=row.behaviour)
    if row.led_before:
        low, high = _ends(row.led_before, half)
        below = top + _BAR + _LED_HIGH + _GAP + _BEFORE_HIGH / 2
        card.bar(half, low, high, below, _BEFORE_HIGH, colour=RULE, name="before")
    style = {"bold": True} if row.led else {"colour": MUTED}
    card.write(row.led_words, half.left, top + _BAR + _FIGURE_BELOW, size=FIGURE, **style)


def _ends(row: RangeRow, half: _Half) -> tuple[float, float]:
    """From where to where a range is drawn: an open one to the scale's end, a narrow one four pixels wide."""
    low = 0.0 if row.low is None else row.low
    high = SCALE if row.high is None else row.high
    least = _LEAST / half.pixels
    if high - low >= least:
        return low, high
    left = min(max(0.0, (low + high - least) / 2), SCALE - least)
    return left, left + least


def _thanks(card: _Card, row: BehaviourRow, half: _Half, top: float, *, is_beside: bool) -> None:
    middle = top + _BAR + _LED_HIGH - _COUNT_HIGH / 2
    end = _reached(row.count, half)
    colour = BEHAVIOUR_COLOURS[row.behaviour]
    card.upright(half, 0.0, top + _BAR - 3, top + _BAR + _LED_HIGH + 10)
    hidden = row.count is None
    card.bar(half, 0.0, end, middle, _COUNT_HIGH, colour=colour, striped=hidden, name=row.behaviour)
    if row.count_before is not None:
        below = top + _BAR + _LED_HIGH + _GAP + _BEFORE_HIGH / 2
        before = _reached(row.count_before, half)
        card.bar(half, 0.0, before, below, _BEFORE_HIGH, colour=RULE, name="before")
    if is_beside:
        longest = max(end, _reached(row.count_before, half) if row.count_before is not None else 0.0)
        card.write(row.count_words, half.left + longest * half.pixels + _BETWEEN, middle + 2, size=FIGURE)
    else:
        card.write(row.count_words, half.left, top + _BAR + _FIGURE_BELOW, size=FIGURE)


def _reached(count: int | None, half: _Half) -> float:
    """The length of a count's bar: a hidden one is always shorter than a shown one."""
    if count is None:
        return max(_FEWEST / half.pixels, min(_HIDDEN, half.units))
    return max(_FEW / half.pixels, float(count))


def _foot(card: _Card, picture: FourPicture, led: _Half | None, y: float) -> float:
    if led:
        card.write(picture.disagree, led.left, y + 4, size=SMALLEST, colour=MUTED)
        card.write(picture.agree, led.right, y + 4, size=SMALLEST, colour=MUTED, anchor="right")
        y += 20
    place = {"x0": MARGIN / WIDTH, "x1": RIGHT / WIDTH, "y0": y, "y1": y, "xref": "paper", "yref": "y"}
    card.shapes.append({"type": "line", "line": {"width": 1, "color": RULE}, **place})
    y += 17
    for line in _foot_lines(picture):
        card.write(line, MARGIN, y, colour=MUTED)
        y += _NOTE_LINE
    return y + 5


def _foot_lines(picture: FourPicture) -> Iterable[str]:
    for note in picture.notes:
        yield from text_width.even_lines(note, ROOM, ITEM, most=2)
    month = f", {picture.month}"
    yield text_width.truncate(picture.team, ROOM - text_width.width(month, ITEM), ITEM) + month


def _layout(card: _Card, high: float, led: _Half | None, thanks: _Half | None) -> dict[str, Any]:
    hidden = {"visible": False, "fixedrange": True}
    layout: dict[str, Any] = {
        "height": high,
        "shapes": card.shapes,
        "annotations": card.texts,
        "yaxis": {"range": [high, 0], **hidden},
        "xaxis": {"visible": False},
    }
    for half, axis in ((led, "xaxis"), (thanks, "xaxis2")):
        if half:
            domain = [half.left / WIDTH, half.right / WIDTH]
            layout[axis] = {"range": [0, half.units], "domain": domain, **hidden}
    return layout
