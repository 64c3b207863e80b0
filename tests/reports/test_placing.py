"""Where things stand on a picture, told by the figure's data: nothing is cut, touches or shrinks away."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import orjson
import pytest

from reports.charts import side_by_side, text_width
from reports.charts.canvas import WIDTH
from reports.charts.content import ChartContent
from reports.charts.from_figures import chart_contents
from reports.charts.renderer import ChartRenderer
from reports.figures.team_month import Mix, Pulse, TeamMonth
from slackapp.core.i18n import voice
from tests.reports import samples

MISSING = {"en": "not enough answers", "cy": "dim digon o atebion"}


def charts(language: str, month: TeamMonth) -> list[ChartContent]:
    say = voice(language)
    four = side_by_side.chart(say, month)
    return [*chart_contents(say, month), *([four] if four else [])]


def figure(drawing: ChartRenderer, month: TeamMonth, name: str, language: str = "en") -> Any:
    picture = next(chart.picture for chart in charts(language, month) if chart.name == name)
    figure_json = drawing.figure_json(picture)
    assert figure_json is not None
    return orjson.loads(figure_json)


def notes(plot: Any) -> list[Any]:
    return list(plot["layout"]["annotations"])


def box(note: Any) -> tuple[float, float]:
    """From where to where a text stands across the picture."""
    font = note["font"]
    wide = text_width.width(note["text"], font["size"], bold=font.get("weight") == 700)
    x = note["x"] * WIDTH if note.get("xref") == "paper" else note["x"]
    left = {"left": x, "right": x - wide, "center": x - wide / 2}[note["xanchor"]]
    return left, left + wide


def touching(plot: Any) -> list[tuple[str, str]]:
    """Texts of which one stands on the other, in a line or from one line to the next."""
    high = [(note["y"], *box(note), note["font"]["size"], note["text"]) for note in notes(plot)]
    return [
        (text[4], other[4])
        for place, text in enumerate(high)
        for other in high[place + 1 :]
        if abs(text[0] - other[0]) < min(text[3], other[3]) and text[1] < other[2] and other[1] < text[2]
    ]


def missing_in_november(count: int) -> Pulse:
    return samples.pulse(*([*row[6 - count : 5], None] for row in samples.RICH_ROWS))


@pytest.mark.parametrize("language", MISSING)
@pytest.mark.parametrize("count", [2, 3, 6])
def test_an_item_keeps_its_whole_name_where_the_newest_month_has_not_enough_answers(
    drawing: ChartRenderer, language: str, count: int
) -> None:
    month = replace(samples.RICH, pulse=missing_in_november(count))
    plot = figure(drawing, month, "ranges", language)
    texts = [note["text"] for note in notes(plot)]
    assert [text for text in texts if "…" in text] == []
    labels = month.pulse.labels.values()
    assert {voice(language)(label).capitalize() for label in labels} <= set(texts)
    newest = [
        note for note in notes(plot) if note["text"] == MISSING[language] and note["xanchor"] == "right"
    ]
    assert len(newest) == 4
    assert touching(plot) == []
    assert plot["layout"]["height"] <= 470


@pytest.mark.parametrize("month", samples.ALL.values(), ids=list(samples.ALL))
@pytest.mark.parametrize("language", MISSING)
def test_no_text_stands_on_another(drawing: ChartRenderer, language: str, month: TeamMonth) -> None:
    for chart in charts(language, month):
        assert touching(figure(drawing, month, chart.name, language)) == []


def test_with_two_months_each_name_has_a_line_of_its_own(drawing: ChartRenderer) -> None:
    plot = figure(drawing, samples.TWO_MONTHS, "ranges")
    heights = [note["y"] for note in notes(plot) if note["text"] in {"Oct", "Nov"}]
    assert all(second - first >= 13 for first, second in pairwise(heights)), "11 pixels high, and air"


def bars(plot: Any) -> list[tuple[float, bool]]:
    """How far each bar reaches, and whether it is striped."""
    drawn = [trace for trace in plot["data"] if trace["type"] == "bar"]
    return [(trace["base"][0] + trace["x"][0], "pattern" in trace["marker"]) for trace in drawn]


def marks(plot: Any) -> list[float]:
    above = [shape for shape in plot["layout"]["shapes"] if shape["layer"] == "above"]
    return [shape["x1"] - 1 for shape in above if shape["x1"] - shape["x0"] == 2]


def test_a_hidden_count_beside_very_many_is_still_a_striped_bar_and_shorter_than_any_told(
    drawing: ChartRenderer,
) -> None:
    mix = Mix((900, None, 300, 5), (850, 6, None, None))
    plot = figure(drawing, replace(samples.RICH, mix=mix), "mix")
    many, hidden, third, five = bars(plot)
    assert [bar[1] for bar in (many, hidden, third, five)] == [False, True, False, False]
    assert hidden[0] - 16 >= 7, "eight with its outline"
    assert hidden[0] < five[0] < third[0] < many[0]
    assert third[0] - 16 == pytest.approx((many[0] - 16) / 3), "the others keep their scale"
    assert marks(plot)[1] - 3 > hidden[0], "the line's halo leaves the stripes whole"


def test_counts_that_are_long_enough_stand_on_one_scale_from_nought(drawing: ChartRenderer) -> None:
    plot = figure(drawing, replace(samples.RICH, mix=Mix((12, 9, 19, None), (10, 11, 12, 6))), "mix")
    per_one = 322 / 19
    assert [bar[0] - 16 for bar in bars(plot)] == pytest.approx(
        [12 * per_one, 9 * per_one, 322, 4 * per_one - 0.6]
    )
    assert [mark - 16 for mark in marks(plot)] == pytest.approx([per_one * mark for mark in (10, 11, 12, 6)])


def drawn(plot: Any, axis: str) -> list[tuple[str, float, float]]:
    """What stands on a half, by the bars' own units: whose, from where to where."""
    return [
        (trace["name"], round(trace["base"][0], 1), round(trace["base"][0] + trace["x"][0], 1))
        for trace in plot["data"]
        if trace["xaxis"] == axis and trace["name"] != "track"
    ]


def test_the_four_stand_on_two_axes_in_the_figures_own_units(drawing: ChartRenderer) -> None:
    month = replace(samples.RICH, mix=Mix((12, 9, 19, 5), (10, None, 12, 6)))
    plot = figure(drawing, month, "four")
    assert plot["layout"]["xaxis"]["range"] == [0, 10]
    assert plot["layout"]["xaxis2"]["range"] == [0, 19]
    assert plot["layout"]["height"] == 474
    assert drawn(plot, "x") == [
        ("attending", 6.1, 6.9),
        ("before", 5.7, 6.7),
        ("understanding", 5.0, 5.8),
        ("before", 4.5, 5.5),
        ("empathising", 8.4, 10.0),
        ("before", 7.0, 8.0),
        ("helping", 1.5, 2.4),
        ("before", 2.0, 3.0),
    ]
    assert drawn(plot, "x2") == [
        ("attending", 0, 12),
        ("before", 0, 10),
        ("understanding", 0, 9),
        ("empathising", 0, 19),
        ("before", 0, 12),
        ("helping", 0, 5),
        ("before", 0, 6),
    ]


def striped(plot: Any) -> set[tuple[str, str]]:
    return {(trace["xaxis"], trace["name"]) for trace in plot["data"] if "pattern" in trace["marker"]}


def test_what_is_open_or_hidden_is_striped_and_a_half_that_is_missing_leaves_the_other_all_the_room(
    drawing: ChartRenderer,
) -> None:
    assert striped(figure(drawing, samples.RICH, "four")) == {("x", "empathising"), ("x2", "helping")}
    quiet = figure(drawing, replace(samples.RICH, mix=None), "four")
    assert {trace["xaxis"] for trace in quiet["data"]} == {"x"}
    assert quiet["layout"]["xaxis"]["domain"] == [16 / 360, 344 / 360]
    few = figure(drawing, samples.TOO_FEW, "four")
    assert {trace["xaxis"] for trace in few["data"]} == {"x2"}
    assert side_by_side.chart(voice(), samples.EMPTY) is None
