"""Blocks that hold much: charts, tables, cards, and blocks inside blocks."""

import copy
from typing import Any

import pytest

from slackapp.sandbox.blocks import problems
from slackapp.sandbox.page.values import plotted

Json = dict[str, Any]
MON, TUE = {"label": "Mon", "value": 4}, {"label": "Tue", "value": 2.5}
AXIS = {"categories": ["Mon", "Tue"]}
SERIES = {"name": "Ward 7", "data": [MON, TUE]}


def chart(kind: str = "bar", **drawn: Any) -> Json:
    whole = {"type": kind} | ({"series": [SERIES], "axis_config": AXIS} if kind != "pie" else {})
    return {"type": "data_visualization", "title": "Thank-yous", "chart": whole | drawn}


def button(action: str = "go") -> Json:
    return {"type": "button", "action_id": action, "text": {"type": "plain_text", "text": "Go"}}


def card(**more: Any) -> Json:
    return {"type": "card", "title": {"type": "plain_text", "text": "Rota"}, **more}


def container(*children: Json) -> Json:
    return {
        "type": "container",
        "title": {"type": "plain_text", "text": "Box"},
        "child_blocks": list(children),
    }


def acts(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


CELL = {"type": "raw_text", "text": "x"}
ICON = {"type": "icon", "name": "star"}
PICTURE = {"type": "image", "image_url": "https://e.org/a.png", "alt_text": "A"}
REFUSED: dict[str, tuple[Json, str, str]] = {
    "a chart without title": (
        {key: item for key, item in chart().items() if key != "title"},
        "missing required field: title",
        "",
    ),
    "a chart's title of 51": ({**chart(), "title": "x" * 51}, "must be less than 51", "/title"),
    "a chart of an unknown kind": (chart("radar"), "unsupported type: radar", "/chart/type"),
    "a pie of nothing": (chart("pie", segments=[]), "no fewer than 1", "/chart/segments"),
    "a pie of seven": (chart("pie", segments=[MON] * 7), "no more than 6", "/chart/segments"),
    "a slice of nothing": (
        chart("pie", segments=[{**MON, "value": 0}]),
        "must be greater than 0",
        "/chart/segments/0/value",
    ),
    "a slice in words": (
        chart("pie", segments=[{**MON, "value": "4"}]),
        "must provide a number",
        "/chart/segments/0/value",
    ),
    "a label of 21": (
        chart("pie", segments=[{**MON, "label": "x" * 21}]),
        "must be less than 21",
        "/chart/segments/0/label",
    ),
    "bars without axis": (
        {**chart(), "chart": {"type": "bar", "series": [SERIES]}},
        "missing required field: axis_config",
        "/chart",
    ),
    "two series of one name": (chart(series=[SERIES] * 2), "series names must be unique", "/chart/series"),
    "a day that is no category": (
        chart(series=[{**SERIES, "data": [MON]}]),
        "labels must match the categories",
        "/chart/series/0/data",
    ),
    "an icon that Slack has not": (
        card(slack_icon={"type": "icon", "name": "unicorn"}),
        "must be a valid enum value",
        "/slack_icon/name",
    ),
    "two icons": (card(slack_icon=ICON, icon=PICTURE), "must define only one of", ""),
    "one id twice, one of them in a box": (
        container({"type": "divider", "block_id": "d"}, {"type": "divider", "block_id": "d"}),
        "block_id must be unique",
        "/child_blocks/1/block_id",
    ),
    "one action twice in a boxed row": (
        container(acts(button(), button())),
        "action_id must be unique",
        "/child_blocks/0/elements/1/action_id",
    ),
    "one action twice on a card of several": (
        {"type": "carousel", "elements": [card(actions=[button(), button()])]},
        "action_id must be unique",
        "/elements/0/actions/1/action_id",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_each_broken_one_is_refused_with_its_reason_and_its_place(name: str) -> None:
    block, words, place = REFUSED[name]
    before = copy.deepcopy(block)

    findings = problems([block], surface="message")

    assert len(findings) == 1, findings
    assert words in findings[0]
    assert findings[0].endswith(f" [json-pointer:/blocks/0{place}]"), findings[0]
    assert block == before


def test_the_head_of_a_data_table_holds_no_rich_text_and_its_body_may() -> None:
    words = {"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}
    rich = {"type": "rich_text", "elements": [words]}
    table = {"type": "data_table", "caption": "Beds", "rows": [[CELL], [rich]]}

    assert problems([table], surface="message") == []
    findings = problems([{**table, "rows": [[rich], [CELL]]}], surface="message")
    assert findings == ["rich_text is not allowed in the header row [json-pointer:/blocks/0/rows/0/0/type]"]


def test_the_same_action_may_stand_on_two_cards() -> None:
    cards = [card(actions=[button()]), card(actions=[button()])]
    assert problems([{"type": "carousel", "elements": cards}], surface="message") == []


def test_a_chart_is_drawn_as_bars_beside_the_longest() -> None:
    drawn = plotted(chart("line")["chart"])
    assert (drawn.names, drawn.rows) == (["Ward 7"], [("Mon", [(4, 100.0)]), ("Tue", [(2.5, 62.5)])])

    pie = plotted({"type": "pie", "segments": [MON, TUE]})
    assert (pie.names, pie.rows) == ([], drawn.rows)
