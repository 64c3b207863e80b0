"""Pictures as plotly figures. The only module that imports plotly; the app process never does.

Everything is placed in logical pixels: the axes run over the card, so that a phone,
360 pixels wide, shows the sizes written here.
"""

from typing import Any

from plotly import graph_objects

from reports.charts import four_figure, text_width
from reports.charts.canvas import (
    CARD,
    FOOTER,
    GRID,
    INK,
    LABEL,
    MARGIN,
    MUTED,
    RIGHT,
    ROOM,
    RULE,
    SECOND,
    SMALL,
    WIDTH,
    Canvas,
)
from reports.charts.four_figure import BEHAVIOUR_COLOURS
from reports.charts.spec import FourPicture, MixPicture, MixRow, Picture, RangeGroup, RangesPicture

# Plotly ships no types, so from here on its figures are values of any type.
go: Any = graph_objects

FONTS = "Noto Sans, DejaVu Sans, Liberation Sans, sans-serif"
_SECOND_LINE = 16

# The mix: rows of 44 with a bar of 13, and room at the right so that no bar touches the edge.
_ROW = 44
_BAR = 13
_LONGEST = 322
_FEWEST, _FEW = 8.0, 12.0
"""The shortest bars: a hidden count needs this much for its stripes, beside however many others. A count
that is told is longer, and so stands last month's line, whose halo would hide the stripes' end."""

# The ranges: 0 to 10 lies between these two, so that the months' names have their place at the left.
_SCALE_FROM, _SCALE_TO = 45.0, 344.0
_OLDER, _NEWEST = 9.0, 10.0
_ONE_OF_TWO = 14.0
"""With two months their names stand right below each other, and each needs a line of its own."""
_MISSING_ROWS = (13.0, 11.5, 10.0)
"""How high a month without enough answers is, the more the better to read."""
_HIGHEST = 470
"""On a phone's screen this and the sentence above it are seen at once."""
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
    if isinstance(picture, FourPicture):
        parts = four_figure.figure(picture)
        return go.Figure(data=parts["data"], layout={"template": HOUSE, **parts["layout"]})
    return _mix(picture) if isinstance(picture, MixPicture) else _ranges(picture)


def _finished(card: Canvas) -> Any:  # noqa: ANN401 - a plotly figure
    layout = {"template": HOUSE, "height": card.y, "shapes": card.shapes, "annotations": card.notes}
    chart = go.Figure(data=card.bars, layout=layout)
    chart.update_yaxes(range=[card.y, 0])
    return chart


def _mix(picture: MixPicture) -> Any:  # noqa: ANN401 - a plotly figure
    card = Canvas(picture.title)
    for line in text_width.even_lines(picture.key, ROOM, SECOND, most=2):
        card.write(line, MARGIN, card.y + 12, size=SECOND, colour=MUTED)
        card.y += _SECOND_LINE
    largest = max([5, *(count for row in picture.rows for count in (row.now, row.before) if count)])
    for place, row in enumerate(picture.rows):
        _behaviour(card, row, top=card.y + 19 + place * _ROW, pixels=_LONGEST / largest)
    card.y += 33 + _ROW * len(picture.rows)
    card.footer(picture.footer, picture.team)
    return _finished(card)


def _behaviour(card: Canvas, row: MixRow, *, top: float, pixels: float) -> None:
    _counts(card, row, top + 9)
    hidden = row.now is None
    card.bar(
        left=MARGIN,
        right=_reached(row.now, pixels),
        middle=top + 25.5,
        thick=_BAR,
        colour=BEHAVIOUR_COLOURS[row.behaviour],
        striped=hidden,
        hover=" ".join(filter(None, (row.name, row.now_words, row.before_words))),
    )
    if row.before is not None:
        card.mark(_reached(row.before, pixels), top + 25.5)


def _reached(count: int | None, pixels: float) -> float:
    """The end of a count's bar and of last month's line; a hidden count never ends where a shown one does."""
    return MARGIN + (max(_FEWEST, pixels * 4) if count is None else max(_FEW, pixels * count))


def _counts(card: Canvas, row: MixRow, middle: float) -> None:
    room = RIGHT
    if row.before_words:
        card.write(row.before_words, RIGHT, middle, size=SMALL, colour=MUTED, anchor="right")
        room -= round(text_width.width(row.before_words, SMALL)) + 3
    card.write(row.now_words, room, middle, size=SMALL, bold=True, anchor="right")
    left = room - text_width.width(row.now_words, SMALL, bold=True) - MARGIN - 8
    card.write(text_width.truncate(row.name, left, LABEL, bold=True), MARGIN, middle, size=LABEL, bold=True)


def _ranges(picture: RangesPicture) -> Any:  # noqa: ANN401 - a plotly figure
    for missing_row in _MISSING_ROWS:
        card = _ranges_card(picture, missing_row)
        if card.y <= _HIGHEST:
            break
    return _finished(card)


def _ranges_card(picture: RangesPicture, missing_row: float) -> Canvas:
    card = Canvas(picture.title)
    card.y += 20
    _scale_words(card, picture)
    card.y += 9
    below = not all(_fits(group) for group in picture.groups)
    for group in picture.groups:
        _group(card, picture, group, rows=_rows(group, missing_row, below=below))
    card.y += 15
    card.footer(picture.footer, picture.team)
    return card


def _scale(value: float) -> float:
    return _SCALE_FROM + (_SCALE_TO - _SCALE_FROM) * value / 10


def _scale_words(card: Canvas, picture: RangesPicture) -> None:
    placed = [(2.5, picture.disagree), (5.0, picture.neither), (7.5, picture.agree)]
    half = [text_width.width(words, FOOTER) / 2 for _, words in placed]
    apart = _scale(5.0) - _scale(2.5)
    if max(half[0], half[2]) + half[1] + 6 > apart:
        # The words would touch: the middle one goes, its line stays.
        del placed[1]
    for value, words in placed:
        card.write(words, _scale(value), card.y, size=FOOTER, colour=MUTED, anchor="center")


_Row = tuple[int, bool, float]
"""A month's place, whether words stand there, and its height."""


def _group(card: Canvas, picture: RangesPicture, group: RangeGroup, *, rows: list[_Row]) -> None:
    middle = card.y + 9
    # With the text in the newest month's own row, the name has the whole width.
    newest = "" if rows[-1][1] else group.newest
    name = text_width.truncate(group.name, ROOM - text_width.width(newest, SMALL) - 8, SMALL, bold=True)
    card.write(name, MARGIN, middle, size=SMALL, bold=True)
    if newest:
        colour = MUTED if _is_missing(group, -1) else INK
        card.write(newest, RIGHT, middle, size=SMALL, anchor="right", colour=colour)
    top = card.y + _LABEL_ROOM
    bottom = top + sum(height for *_, height in rows) + 2 * _GROUP_PAD
    for value in (2.5, 5.0, 7.5):
        card.line(_scale(value), top, bottom, colour=RULE if value == 5.0 else GRID)  # noqa: PLR2004 - the middle of the scale
    _draw_rows(card, picture, group, top + _GROUP_PAD, rows=rows)
    card.y = bottom + 2


def _fits(group: RangeGroup) -> bool:
    """Whether the item's name and, where it is so, that the newest month is missing fit on one line."""
    words = text_width.width(group.name, SMALL, bold=True) + 8 + text_width.width(group.newest, SMALL)
    return words <= ROOM or not _is_missing(group, -1)


def _rows(group: RangeGroup, missing_row: float, *, below: bool) -> list[_Row]:
    """The months from old to new.

    A run of months without enough answers is told once, in its first row; the newest month
    is told at the right of the label, or `below` it in its own row where the two are too long.
    """
    newest = len(group.rows) - 1
    older, last = (_ONE_OF_TWO, _ONE_OF_TWO) if newest == 1 else (_OLDER, _NEWEST)
    rows = []
    for place in range(len(group.rows)):
        continues = 0 < place < newest and _is_missing(group, place - 1)
        is_marked = _is_missing(group, place) and not continues and (below or place < newest)
        height = last if place == newest else older
        rows.append((place, is_marked, max(height, missing_row) if is_marked else height))
    return rows


def _is_missing(group: RangeGroup, place: int) -> bool:
    return group.rows[place].low is None and group.rows[place].high is None


def _draw_rows(
    card: Canvas, picture: RangesPicture, group: RangeGroup, top: float, *, rows: list[_Row]
) -> None:
    newest = len(group.rows) - 1
    for place, says_missing, height in rows:
        middle = top + height / 2
        if says_missing:
            _missing(card, picture.missing, middle, at_right=place == newest)
        if not _is_missing(group, place):
            _range_bar(card, group, place, middle)
        if place == newest:
            card.write(picture.last_month, MARGIN, middle, size=FOOTER)
        elif place == 0:
            card.write(picture.first_month, MARGIN, middle, size=FOOTER, colour=MUTED)
        top += height


def _missing(card: Canvas, words: str, middle: float, *, at_right: bool) -> None:
    """Not enough answers: in an older month's row at the left, in the newest one's at the right."""
    wide = text_width.width(words, FOOTER)
    left = RIGHT - wide if at_right else _SCALE_FROM
    card.write(
        words,
        RIGHT if at_right else left,
        middle,
        size=FOOTER,
        colour=MUTED,
        anchor="right" if at_right else "left",
    )
    card.hide_lines(left, wide, middle)


def _range_bar(card: Canvas, group: RangeGroup, place: int, middle: float) -> None:
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
