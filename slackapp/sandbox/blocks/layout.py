"""Checks of every block, by the surfaces on which it is allowed."""

from collections.abc import Mapping
from typing import Final, Literal

from slackapp.sandbox.blocks import composition, elements
from slackapp.sandbox.blocks.charts import data_visualization
from slackapp.sandbox.blocks.richtext import rich_text, rich_text_shape
from slackapp.sandbox.blocks.schema import (
    Check,
    Shape,
    add_problem,
    array,
    at_least_one,
    at_most_one,
    boolean,
    by_type,
    integer,
    number,
    one_of,
    only,
    or_null,
    string,
    url,
)
from slackapp.sandbox.blocks.surface import MARKDOWN_LIMIT, check_single_focus, check_totals, check_unique_ids

Surface = Literal["message", "modal", "home"]

MOST_BLOCKS: Final[Mapping[Surface, int]] = {"message": 50, "modal": 100, "home": 100}

_id: Mapping[str, Check] = {"block_id": composition.block_id}


def _element_of(names: frozenset[str], surface: Surface) -> Check:
    """Return a check for one of these elements, where the surface allows it."""
    return by_type(elements.checks_for(names - elements.NOT_ON[surface]), known=elements.ELEMENTS)


def _check_row_width(value: Mapping[str, object], at: str, problems: list[str]) -> None:
    """Check that all rows of a data table have the same number of cells."""
    rows = value["rows"]
    if isinstance(rows, list) and len({len(row) for row in rows}) > 1:
        add_problem(problems, "all rows must have the same number of cells", f"{at}/rows")


def _check_plain_header(value: Mapping[str, object], at: str, problems: list[str]) -> None:
    """Check that the header cells of a data table hold no rich text."""
    rows = value["rows"]
    for place, cell in enumerate(rows[0] if isinstance(rows, list) else ()):
        if cell["type"] == "rich_text":
            add_problem(problems, "rich_text is not allowed in the header row", f"{at}/rows/0/{place}/type")


def _check_divider(value: Mapping[str, object], at: str, problems: list[str]) -> None:
    if value.get("is_collapsible") is True and value.get("has_header_divider") is True:
        add_problem(problems, "has_header_divider cannot be set when is_collapsible is true", at)


_cells: Mapping[str, Check] = {
    "raw_text": Shape({"text": string(0)}),
    "raw_number": Shape({"value": number}, {"text": string(1)}),
    "rich_text": rich_text,
}
_row = array(by_type(_cells), 1, 20)

_task = Shape(
    {
        "task_id": string(),
        "title": string(),
    },
    {
        **_id,
        "status": one_of("pending", "in_progress", "complete", "error"),
        "details": rich_text,
        "output": rich_text,
        "sources": array(only("url", Shape({"url": url(), "text": string()})), 0),
    },
)
# A plan holds only tasks, so their type may be missing.
_plan_task = by_type({"task_card": _task}, otherwise="task_card")
_picture = only("image", elements.image)
_button = only("button", elements.button)
_slack_icon = only("icon", Shape({"name": one_of(*sorted(composition.ICONS))}))
_card = Shape(
    {},
    {
        **_id,
        "hero_image": _picture,
        "icon": _picture,
        "slack_icon": _slack_icon,
        "title": composition.text(150),
        "subtitle": composition.text(150),
        "body": composition.text(200),
        "actions": array(_button, 1, 5),
    },
    (at_least_one("hero_image", "title", "actions", "body"), at_most_one("icon", "slack_icon")),
)
_https = url(schemes=("https",))


def _common(surface: Surface) -> dict[str, Check]:
    """Return the blocks that are allowed on every surface."""
    return {
        "section": Shape(
            {},
            {
                **_id,
                "text": composition.text(3000),
                "fields": array(composition.text(2000), 1, 10),
                "accessory": _element_of(elements.IN_SECTION, surface),
                "expand": boolean,
            },
            (at_least_one("text", "fields"),),
        ),
        "header": Shape({"text": composition.plain(150)}, _id),
        "divider": Shape({}, _id),
        "context": Shape({"elements": array(_context_element, 1, 10)}, _id),
        "image": Shape(
            {"alt_text": composition.alt_text},
            {**_id, **composition.picture, "title": composition.plain(2000)},
            (composition.picture_rule,),
        ),
        "actions": Shape({"elements": array(_element_of(elements.IN_ACTIONS, surface), 1, 25)}, _id),
        "input": Shape(
            {"label": composition.plain(2000), "element": _element_of(elements.IN_INPUT, surface)},
            {**_id, "hint": composition.plain(2000), "optional": boolean, "dispatch_action": boolean},
        ),
        "rich_text": rich_text_shape,
        "video": _video,
        "card": _card,
        "auth_provider": _auth_provider,
    }


_texts: Mapping[str, Check] = {
    "plain_text": Shape({"text": string(1, 3000)}, {"emoji": boolean}),
    "mrkdwn": Shape({"text": string(1, 3000)}, {"verbatim": boolean}),
}
_context_element = by_type({**_texts, "image": elements.image})

_video = Shape(
    {
        "title": composition.plain(200),
        "video_url": _https,
        "thumbnail_url": url(),
        "alt_text": composition.alt_text,
    },
    {
        **_id,
        "title_url": _https,
        "description": composition.plain(200),
        "provider_icon_url": url(),
        "provider_name": string(1, 50),
        "author_name": string(1, 50),
    },
)

_auth_provider = Shape(
    {"value": string(1, 150), "name": composition.plain(75), "is_connected": boolean},
    {
        **_id,
        "description": composition.plain(150),
        "icon_url": _https,
        "auth_url": _https,
        "disconnect_url": _https,
        "connected_identity": composition.plain(75),
        "connected_context": composition.plain(75),
        "accessory": only("overflow", elements.ELEMENTS["overflow"]),
        "fallback": array(by_type({"section": Shape({"text": composition.text(3000)}, _id)}), 1),
    },
)


def _message_only() -> dict[str, Check]:
    """Return the blocks that are allowed in messages only."""
    return {
        "context_actions": Shape(
            {"elements": array(by_type(elements.checks_for(elements.IN_CONTEXT_ACTIONS)), 1, 5)}, _id
        ),
        "file": Shape({"external_id": string(1, 255), "source": one_of("remote")}, _id),
        "call": Shape({"call_id": string(1)}, _id),
        "markdown": Shape({"text": string(1, MARKDOWN_LIMIT)}, _id),
        "table": Shape(
            {"rows": array(_row, 1, 100)},
            {**_id, "column_settings": array(or_null(composition.column), 1, 20)},
        ),
        "data_table": Shape(
            {"caption": string(1), "rows": array(_row, 2, 101)},
            {**_id, "page_size": integer(1, 100), "row_header_column_index": integer(0, 19)},
            (_check_row_width, _check_plain_header),
        ),
        "data_visualization": data_visualization,
        "task_card": _task,
        "plan": Shape(
            {"title": string()},
            {**_id, "tasks": array(_plan_task, 0)},
        ),
    }


def _container(children: Mapping[str, Check]) -> Shape:
    """Return the container block, which holds other blocks but no container."""
    return Shape(
        {"child_blocks": array(by_type(children), 1, 10)},
        {
            **_id,
            "title": composition.plain(150),
            "rich_text_title": rich_text,
            "subtitle": composition.text(150),
            "width": one_of("narrow", "standard", "wide", "full"),
            "icon": _picture,
            "is_collapsible": boolean,
            "default_collapsed": boolean,
            "has_header_divider": boolean,
        },
        (at_least_one("title", "rich_text_title"), _check_divider),
    )


_carousel = Shape({"elements": array(only("card", _card), 1, 10)}, _id)
_alert = Shape(
    {"text": composition.text(200)},
    {**_id, "level": one_of("default", "info", "warning", "error", "success")},
)


def _blocks_of(surface: Surface) -> dict[str, Check]:
    """Return the blocks of a surface as in https://docs.slack.dev/reference/block-kit/blocks."""
    common: dict[str, Check] = _common(surface)
    if surface == "modal":
        return {**common, "alert": _alert}
    if surface == "home":
        return {**common, "carousel": _carousel}
    inside: dict[str, Check] = {**common, **_message_only(), "carousel": _carousel}
    return {**inside, "container": _container(inside)}


_KNOWN: Final = frozenset({*_blocks_of("message"), "alert"})
_LISTS: Final[Mapping[Surface, Check]] = {
    surface: array(by_type(_blocks_of(surface), known=_KNOWN), 0 if surface == "message" else 1, most)
    for surface, most in MOST_BLOCKS.items()
}


def check_blocks(blocks: object, at: str, problems: list[str], *, surface: Surface) -> None:
    """Add every problem of these blocks on this surface."""
    _LISTS[surface](blocks, at, problems)
    if isinstance(blocks, list) and not problems:
        check_unique_ids(blocks, at, problems)
        check_single_focus(blocks, at, problems)
        if surface == "message":
            check_totals(blocks, at, problems)
