"""What Slack refuses: one row per rule, with the sentence and the place it must name."""

import copy
from typing import Any

import pytest

from slackapp.sandbox.blocks import problems

Json = dict[str, Any]


def plain(text: str = "Words") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "Words") -> Json:
    return {"type": "mrkdwn", "text": text}


def section(**more: object) -> Json:
    return {"type": "section", "text": mrkdwn(), **more}


def button(**more: object) -> Json:
    return {"type": "button", "text": plain(), "action_id": "press", **more}


def option(value: str = "one", **more: object) -> Json:
    return {"text": plain(f"Option {value}"), "value": value, **more}


def options(count: int) -> list[Json]:
    return [option(str(number)) for number in range(count)]


def asks(element: Json, **more: object) -> list[Json]:
    return [{"type": "input", "label": plain("Label"), "element": element, **more}]


def acts(*elements: Json) -> list[Json]:
    return [{"type": "actions", "elements": list(elements)}]


def beside(element: Json) -> list[Json]:
    return [section(accessory=element)]


def rich(*elements: Json) -> list[Json]:
    return [{"type": "rich_text", "elements": list(elements)}]


def line(*pieces: Json) -> list[Json]:
    return rich({"type": "rich_text_section", "elements": list(pieces)})


def image(**more: object) -> Json:
    return {"type": "image", "image_url": "https://example.org/a.png", "alt_text": "A chart", **more}


def select(**more: object) -> Json:
    return {"type": "static_select", "action_id": "pick", "options": options(2), **more}


def without(value: Json, *names: str) -> Json:
    return {name: one for name, one in value.items() if name not in names}


CONFIRM = {"title": plain(), "text": plain(), "confirm": plain("Yes"), "deny": plain("No")}
RADIO = {"type": "radio_buttons", "options": options(2)}
BOXES = {"type": "checkboxes", "options": options(2)}
TEXT_INPUT = {"type": "plain_text_input", "action_id": "words"}
NUMBER = {"type": "number_input", "is_decimal_allowed": False}
VIDEO = {
    "type": "video",
    "title": plain(),
    "video_url": "https://example.org/v",
    "thumbnail_url": "https://example.org/t.png",
    "alt_text": "A film",
}
TABLE = {"type": "table", "rows": [[{"type": "raw_text", "text": "cell"}]]}
DATA_TABLE = {"type": "data_table", "caption": "Figures", "rows": TABLE["rows"] * 2}
FEEDBACK = {
    "type": "feedback_buttons",
    "positive_button": {"text": plain("Good"), "value": "good"},
    "negative_button": {"text": plain("Bad"), "value": "bad"},
}
LONG = "more than 0 characters"

# surface, blocks, words of the refusal, place
REFUSED: dict[str, tuple[str, object, str, str]] = {
    # the list of blocks
    "blocks are an object": ("message", {}, "must provide an array", "/blocks"),
    "blocks are a string": ("message", "[]", "must provide an array", "/blocks"),
    "51 blocks in a message": ("message", [section()] * 51, "no more than 50 items allowed", "/blocks"),
    "101 blocks in a modal": ("modal", [section()] * 101, "no more than 100 items allowed", "/blocks"),
    "101 blocks in a home": ("home", [section()] * 101, "no more than 100 items allowed", "/blocks"),
    "no blocks in a modal": ("modal", [], "no fewer than 1 items allowed", "/blocks"),
    "a block is a string": ("message", ["section"], "must provide an object", "/blocks/0"),
    "a block without type": ("message", [{"text": mrkdwn()}], "missing required field: type", "/blocks/0"),
    "an unknown block": ("message", [{"type": "hologram"}], "unsupported type: hologram", "/blocks/0/type"),
    "a type that is a list": ("message", [{"type": ["section"]}], "unsupported type", "/blocks/0/type"),
    "the same block_id twice": (
        "message",
        [section(block_id="a"), section(block_id="a")],
        "block_id must be unique",
        "/blocks/1/block_id",
    ),
    "block_id too long": (
        "message",
        [section(block_id="b" * 256)],
        "must be less than 256 characters",
        "/blocks/0/block_id",
    ),
    "block_id is a number": ("message", [section(block_id=7)], "must provide a string", "/blocks/0/block_id"),
    # section
    "section without words": ("message", [{"type": "section"}], "must define either `text`", "/blocks/0"),
    "section with an unknown key": (
        "message",
        [section(colour="red")],
        "invalid additional property: colour",
        "/blocks/0",
    ),
    "section text is bare": ("message", [section(text="hi")], "must provide an object", "/blocks/0/text"),
    "section text is empty": ("message", [section(text=mrkdwn(""))], LONG, "/blocks/0/text/text"),
    "section text of 3,001": (
        "message",
        [section(text=mrkdwn("x" * 3001))],
        "must be less than 3001 characters",
        "/blocks/0/text/text",
    ),
    "text of an unknown type": (
        "message",
        [section(text={"type": "markdown", "text": "x"})],
        "unsupported type: markdown",
        "/blocks/0/text/type",
    ),
    "text without text": (
        "message",
        [section(text={"type": "mrkdwn"})],
        "missing required field: text",
        "/blocks/0/text",
    ),
    "mrkdwn with emoji": (
        "message",
        [section(text={**mrkdwn(), "emoji": True})],
        "invalid additional property: emoji",
        "/blocks/0/text",
    ),
    "plain_text with verbatim": (
        "message",
        [section(text={**plain(), "verbatim": True})],
        "invalid additional property: verbatim",
        "/blocks/0/text",
    ),
    "emoji is a word": (
        "message",
        [section(text={**plain(), "emoji": "yes"})],
        "must provide a boolean",
        "/blocks/0/text/emoji",
    ),
    "eleven fields": (
        "message",
        [section(fields=[plain()] * 11)],
        "no more than 10 items allowed",
        "/blocks/0/fields",
    ),
    "no fields": ("message", [section(fields=[])], "no fewer than 1 items", "/blocks/0/fields"),
    "a field of 2,001": (
        "message",
        [section(fields=[plain("x" * 2001)])],
        "must be less than 2001 characters",
        "/blocks/0/fields/0/text",
    ),
    "a text input beside a section": (
        "modal",
        beside(TEXT_INPUT),
        "plain_text_input is not allowed here",
        "/blocks/0/accessory/type",
    ),
    "a date and time beside a section": (
        "message",
        beside({"type": "datetimepicker"}),
        "datetimepicker is not allowed here",
        "/blocks/0/accessory/type",
    ),
    # header, context, divider, image
    "header in mrkdwn": (
        "message",
        [{"type": "header", "text": mrkdwn()}],
        "unsupported type: mrkdwn",
        "/blocks/0/text/type",
    ),
    "header of 151": (
        "message",
        [{"type": "header", "text": plain("x" * 151)}],
        "must be less than 151 characters",
        "/blocks/0/text/text",
    ),
    "header without text": ("message", [{"type": "header"}], "missing required field: text", "/blocks/0"),
    "divider with text": (
        "message",
        [{"type": "divider", "text": plain()}],
        "invalid additional property: text",
        "/blocks/0",
    ),
    "context of eleven": (
        "message",
        [{"type": "context", "elements": [plain()] * 11}],
        "no more than 10 items allowed",
        "/blocks/0/elements",
    ),
    "context of nothing": (
        "message",
        [{"type": "context", "elements": []}],
        "no fewer than 1 items",
        "/blocks/0/elements",
    ),
    "a button in a context": (
        "message",
        [{"type": "context", "elements": [button()]}],
        "unsupported type: button",
        "/blocks/0/elements/0/type",
    ),
    "image without alt_text": (
        "message",
        [without(image(), "alt_text")],
        "missing required field: alt_text",
        "/blocks/0",
    ),
    "image with empty alt_text": ("message", [image(alt_text="")], LONG, "/blocks/0/alt_text"),
    "alt_text of 2,001": (
        "message",
        [image(alt_text="x" * 2001)],
        "must be less than 2001 characters",
        "/blocks/0/alt_text",
    ),
    "image from nowhere": (
        "message",
        [without(image(), "image_url")],
        "must define either `image_url` or `slack_file`",
        "/blocks/0",
    ),
    "image from two places": (
        "message",
        [image(slack_file={"id": "F1"})],
        "must define only one of `image_url` or `slack_file`",
        "/blocks/0",
    ),
    "image from a relative address": (
        "message",
        [image(image_url="/chart.png")],
        "must be a valid URL",
        "/blocks/0/image_url",
    ),
    "image from a script": (
        "message",
        [image(image_url="javascript:alert(1)")],
        "must be a valid URL",
        "/blocks/0/image_url",
    ),
    "image address of 3,001": (
        "message",
        [image(image_url="https://e.org/" + "x" * 3000)],
        "must be less than 3001 characters",
        "/blocks/0/image_url",
    ),
    "slack_file with id and url": (
        "message",
        [{**without(image(), "image_url"), "slack_file": {"id": "F1", "url": "https://e.org/f"}}],
        "must define only one of `id` or `url`",
        "/blocks/0/slack_file",
    ),
    "slack_file that is no file id": (
        "message",
        [{**without(image(), "image_url"), "slack_file": {"id": "C123"}}],
        "failed to match",
        "/blocks/0/slack_file/id",
    ),
    "image title in mrkdwn": ("message", [image(title=mrkdwn())], "unsupported type", "/blocks/0/title/type"),
    # actions and buttons
    "26 buttons": (
        "message",
        acts(*[button(action_id=str(number)) for number in range(26)]),
        "no more than 25 items allowed",
        "/blocks/0/elements",
    ),
    "actions of nothing": ("message", acts(), "no fewer than 1 items", "/blocks/0/elements"),
    "the same action_id twice": (
        "message",
        acts(button(), button()),
        "action_id must be unique: press",
        "/blocks/0/elements/1/action_id",
    ),
    "action_id of 256": (
        "message",
        acts(button(action_id="a" * 256)),
        "must be less than 256 characters",
        "/blocks/0/elements/0/action_id",
    ),
    "an image among actions": (
        "message",
        acts(image()),
        "image is not allowed here",
        "/blocks/0/elements/0/type",
    ),
    "a text input among actions": (
        "modal",
        acts(TEXT_INPUT),
        "plain_text_input is not allowed here",
        "/blocks/0/elements/0/type",
    ),
    "button without words": (
        "message",
        acts(without(button(), "text")),
        "missing required field: text",
        "/blocks/0/elements/0",
    ),
    "button in mrkdwn": (
        "message",
        acts(button(text=mrkdwn())),
        "unsupported type: mrkdwn",
        "/blocks/0/elements/0/text/type",
    ),
    "button of 76": (
        "message",
        acts(button(text=plain("x" * 76))),
        "must be less than 76 characters",
        "/blocks/0/elements/0/text/text",
    ),
    "button value of 2,001": (
        "message",
        acts(button(value="x" * 2001)),
        "must be less than 2001 characters",
        "/blocks/0/elements/0/value",
    ),
    "button value that is a number": (
        "message",
        acts(button(value=7)),
        "must provide a string",
        "/blocks/0/elements/0/value",
    ),
    "button in another style": (
        "message",
        acts(button(style="default")),
        "must be a valid enum value",
        "/blocks/0/elements/0/style",
    ),
    "button with focus": (
        "modal",
        acts(button(focus_on_load=True)),
        "invalid additional property: focus_on_load",
        "/blocks/0/elements/0",
    ),
    "accessibility_label of 76": (
        "message",
        acts(button(accessibility_label="x" * 76)),
        "must be less than 76 characters",
        "/blocks/0/elements/0/accessibility_label",
    ),
    "confirm without deny": (
        "message",
        acts(button(confirm=without(CONFIRM, "deny"))),
        "missing required field: deny",
        "/blocks/0/elements/0/confirm",
    ),
    "confirm title of 101": (
        "message",
        acts(button(confirm={**CONFIRM, "title": plain("x" * 101)})),
        "must be less than 101 characters",
        "/blocks/0/elements/0/confirm/title/text",
    ),
    "confirm text of 301": (
        "message",
        acts(button(confirm={**CONFIRM, "text": plain("x" * 301)})),
        "must be less than 301 characters",
        "/blocks/0/elements/0/confirm/text/text",
    ),
    "confirm button of 31": (
        "message",
        acts(button(confirm={**CONFIRM, "confirm": plain("x" * 31)})),
        "must be less than 31 characters",
        "/blocks/0/elements/0/confirm/confirm/text",
    ),
    "overflow of six": (
        "message",
        acts({"type": "overflow", "options": options(6)}),
        "no more than 5 items allowed",
        "/blocks/0/elements/0/options",
    ),
    "workflow button without workflow": (
        "message",
        acts({"type": "workflow_button", "text": plain(), "action_id": "w"}),
        "missing required field: workflow",
        "/blocks/0/elements/0",
    ),
    # menus
    "menu without options": (
        "message",
        acts(without(select(), "options")),
        "must define either `options` or `option_groups`",
        "/blocks/0/elements/0",
    ),
    "menu with options and groups": (
        "message",
        acts(select(option_groups=[{"label": plain(), "options": options(1)}])),
        "must define only one of",
        "/blocks/0/elements/0",
    ),
    "menu of 101": (
        "message",
        acts(select(options=options(101))),
        "no more than 100 items allowed",
        "/blocks/0/elements/0/options",
    ),
    "menu option in mrkdwn": (
        "message",
        acts(select(options=[{"text": mrkdwn(), "value": "v"}])),
        "unsupported type: mrkdwn",
        "/blocks/0/elements/0/options/0/text/type",
    ),
    "option of 76": (
        "message",
        acts(select(options=[{"text": plain("x" * 76), "value": "v"}])),
        "must be less than 76 characters",
        "/blocks/0/elements/0/options/0/text/text",
    ),
    "option value of 151": (
        "message",
        acts(select(options=[option("v" * 151, text=plain())])),
        "must be less than 151 characters",
        "/blocks/0/elements/0/options/0/value",
    ),
    "option without value": (
        "message",
        acts(select(options=[{"text": plain()}])),
        "missing required field: value",
        "/blocks/0/elements/0/options/0",
    ),
    "option description of 76": (
        "message",
        acts(select(options=[option(description=plain("x" * 76))])),
        "must be less than 76 characters",
        "/blocks/0/elements/0/options/0/description/text",
    ),
    "menu option with an address": (
        "message",
        acts(select(options=[option(url="https://e.org")])),
        "invalid additional property: url",
        "/blocks/0/elements/0/options/0",
    ),
    "group label of 76": (
        "message",
        acts(without(select(option_groups=[{"label": plain("x" * 76), "options": options(1)}]), "options")),
        "must be less than 76 characters",
        "/blocks/0/elements/0/option_groups/0/label/text",
    ),
    "initial option not offered": (
        "message",
        acts(select(initial_option=option("9"))),
        "initial option must be one of the options",
        "/blocks/0/elements/0/initial_option",
    ),
    "initial option with other words": (
        "message",
        acts(select(initial_option={"text": plain("Other"), "value": "0"})),
        "initial option must be one of the options",
        "/blocks/0/elements/0/initial_option",
    ),
    "several initial options, one not offered": (
        "modal",
        asks({"type": "multi_static_select", "options": options(2), "initial_options": options(3)}),
        "initial options must be among the options",
        "/blocks/0/element/initial_options",
    ),
    "placeholder of 151": (
        "message",
        acts(select(placeholder=plain("x" * 151))),
        "must be less than 151 characters",
        "/blocks/0/elements/0/placeholder/text",
    ),
    "no items may be selected": (
        "modal",
        asks({"type": "multi_users_select", "max_selected_items": 0}),
        "must be greater than or equal to 1",
        "/blocks/0/element/max_selected_items",
    ),
    "initial user is a name": (
        "modal",
        asks({"type": "users_select", "initial_user": "@nurse"}),
        "failed to match",
        "/blocks/0/element/initial_user",
    ),
    "empty conversation filter": (
        "modal",
        asks({"type": "conversations_select", "filter": {}}),
        "must define either",
        "/blocks/0/element/filter",
    ),
    "conversation filter of nothing": (
        "modal",
        asks({"type": "conversations_select", "filter": {"include": []}}),
        "no fewer than 1 items",
        "/blocks/0/element/filter/include",
    ),
    # choices and pickers
    "eleven radio buttons": (
        "modal",
        asks({"type": "radio_buttons", "options": options(11)}),
        "no more than 10 items allowed",
        "/blocks/0/element/options",
    ),
    "eleven checkboxes": (
        "modal",
        asks({"type": "checkboxes", "options": options(11)}),
        "no more than 10 items allowed",
        "/blocks/0/element/options",
    ),
    "radio buttons with one value twice": (
        "modal",
        asks({"type": "radio_buttons", "options": [option("a"), option("a", text=plain("Other"))]}),
        "option values must be unique",
        "/blocks/0/element/options",
    ),
    "radio with initial_options": (
        "modal",
        asks({**RADIO, "initial_options": options(1)}),
        "invalid additional property: initial_options",
        "/blocks/0/element",
    ),
    "checkboxes with an option not offered": (
        "modal",
        asks({**BOXES, "initial_options": [option("9")]}),
        "initial options must be among the options",
        "/blocks/0/element/initial_options",
    ),
    "date of another shape": (
        "modal",
        asks({"type": "datepicker", "initial_date": "1/2/2026"}),
        "failed to match",
        "/blocks/0/element/initial_date",
    ),
    "time past midnight": (
        "modal",
        asks({"type": "timepicker", "initial_time": "24:00"}),
        "failed to match",
        "/blocks/0/element/initial_time",
    ),
    "moment in milliseconds": (
        "modal",
        asks({"type": "datetimepicker", "initial_date_time": 1_700_000_000_000}),
        "must be less than or equal to",
        "/blocks/0/element/initial_date_time",
    ),
    # inputs
    "input without label": (
        "modal",
        [{"type": "input", "element": TEXT_INPUT}],
        "missing required field: label",
        "/blocks/0",
    ),
    "input label in mrkdwn": (
        "modal",
        asks(TEXT_INPUT, label=mrkdwn()),
        "unsupported type: mrkdwn",
        "/blocks/0/label/type",
    ),
    "input label of 2,001": (
        "modal",
        asks(TEXT_INPUT, label=plain("x" * 2001)),
        "must be less than 2001 characters",
        "/blocks/0/label/text",
    ),
    "input hint of 2,001": (
        "modal",
        asks(TEXT_INPUT, hint=plain("x" * 2001)),
        "must be less than 2001 characters",
        "/blocks/0/hint/text",
    ),
    "a button as input": (
        "modal",
        asks(button()),
        "button is not allowed here",
        "/blocks/0/element/type",
    ),
    "optional is a word": (
        "modal",
        asks(TEXT_INPUT, optional="yes"),
        "must provide a boolean",
        "/blocks/0/optional",
    ),
    "a file asked for in a message": (
        "message",
        asks({"type": "file_input"}),
        "file_input is not allowed here",
        "/blocks/0/element/type",
    ),
    "a number asked for on the home tab": (
        "home",
        asks(NUMBER),
        "number_input is not allowed here",
        "/blocks/0/element/type",
    ),
    "max_length of 3,001": (
        "modal",
        asks({**TEXT_INPUT, "max_length": 3001}),
        "must be less than or equal to 3000",
        "/blocks/0/element/max_length",
    ),
    "max_length of 0": (
        "modal",
        asks({**TEXT_INPUT, "max_length": 0}),
        "must be greater than or equal to 1",
        "/blocks/0/element/max_length",
    ),
    "min_length above max_length": (
        "modal",
        asks({**TEXT_INPUT, "min_length": 9, "max_length": 5}),
        "`min_length` must not be greater than `max_length`",
        "/blocks/0/element",
    ),
    "true as a length": (
        "modal",
        asks({**TEXT_INPUT, "max_length": True}),
        "must provide an integer",
        "/blocks/0/element/max_length",
    ),
    "dispatch on nothing": (
        "modal",
        asks({**TEXT_INPUT, "dispatch_action_config": {"trigger_actions_on": []}}),
        "no fewer than 1 items",
        "/blocks/0/element/dispatch_action_config/trigger_actions_on",
    ),
    "dispatch on another event": (
        "modal",
        asks({**TEXT_INPUT, "dispatch_action_config": {"trigger_actions_on": ["on_blur"]}}),
        "must be a valid enum value",
        "/blocks/0/element/dispatch_action_config/trigger_actions_on/0",
    ),
    "number without is_decimal_allowed": (
        "modal",
        asks({"type": "number_input"}),
        "missing required field: is_decimal_allowed",
        "/blocks/0/element",
    ),
    "number limits as numbers": (
        "modal",
        asks({**NUMBER, "min_value": 1}),
        "must provide a string",
        "/blocks/0/element/min_value",
    ),
    "a decimal where none is allowed": (
        "modal",
        asks({**NUMBER, "initial_value": "1.5"}),
        "decimals are not allowed",
        "/blocks/0/element/initial_value",
    ),
    "first number above the most": (
        "modal",
        asks({**NUMBER, "initial_value": "9", "max_value": "5"}),
        "`initial_value` must not be greater than `max_value`",
        "/blocks/0/element",
    ),
    "eleven files": (
        "modal",
        asks({"type": "file_input", "max_files": 11}),
        "must be less than or equal to 10",
        "/blocks/0/element/max_files",
    ),
    "two elements take the focus": (
        "modal",
        [
            *asks({**TEXT_INPUT, "focus_on_load": True}),
            *asks({**TEXT_INPUT, "focus_on_load": True}),
        ],
        "only one element can have focus_on_load",
        "/blocks/1/element/focus_on_load",
    ),
    # rich text
    "rich text of nothing": ("message", rich(), "no fewer than 1 items", "/blocks/0/elements"),
    "rich text with a bare piece": (
        "message",
        rich({"type": "text", "text": "x"}),
        "unsupported type: text",
        "/blocks/0/elements/0/type",
    ),
    "rich text piece without text": (
        "message",
        line({"type": "text"}),
        "missing required field: text",
        "/blocks/0/elements/0/elements/0",
    ),
    "an empty rich text piece": (
        "message",
        line({"type": "text", "text": ""}),
        LONG,
        "/blocks/0/elements/0/elements/0/text",
    ),
    "a style that is no style": (
        "message",
        line({"type": "text", "text": "x", "style": {"loud": True}}),
        "invalid additional property: loud",
        "/blocks/0/elements/0/elements/0/style",
    ),
    "a list of text": (
        "message",
        rich({"type": "rich_text_list", "style": "bullet", "elements": [{"type": "text", "text": "x"}]}),
        "unsupported type: text",
        "/blocks/0/elements/0/elements/0/type",
    ),
    "a list in another style": (
        "message",
        rich(
            {
                "type": "rich_text_list",
                "style": "roman",
                "elements": [{"type": "rich_text_section", "elements": []}],
            }
        ),
        "must be a valid enum value",
        "/blocks/0/elements/0/style",
    ),
    "a person by name": (
        "message",
        line({"type": "user", "user_id": "nurse"}),
        "failed to match",
        "/blocks/0/elements/0/elements/0/user_id",
    ),
    "a broadcast to all wards": (
        "message",
        line({"type": "broadcast", "range": "wards"}),
        "must be a valid enum value",
        "/blocks/0/elements/0/elements/0/range",
    ),
    "a link to a script": (
        "message",
        line({"type": "link", "url": "javascript:alert(1)"}),
        "must be a valid URL",
        "/blocks/0/elements/0/elements/0/url",
    ),
    # the others
    "video over plain http": (
        "message",
        [{**VIDEO, "video_url": "http://e.org/v"}],
        "must be a valid URL",
        "/blocks/0/video_url",
    ),
    "video without words": (
        "message",
        [without(VIDEO, "alt_text")],
        "missing required field: alt_text",
        "/blocks/0",
    ),
    "a table in a modal": ("modal", [TABLE], "table is not allowed here", "/blocks/0/type"),
    "markdown in a modal": (
        "modal",
        [{"type": "markdown", "text": "x"}],
        "markdown is not allowed here",
        "/blocks/0/type",
    ),
    "markdown of 12,001": (
        "message",
        [{"type": "markdown", "text": "x" * 12_001}],
        "must be less than 12001 characters",
        "/blocks/0/text",
    ),
    "two markdown blocks over 12,000 together": (
        "message",
        [{"type": "markdown", "text": "x" * 6_001}] * 2,
        "must be less than 12001 characters together",
        "/blocks",
    ),
    "two tables": ("message", [TABLE, TABLE], "only one table allowed", "/blocks"),
    "a table of 101 rows": (
        "message",
        [{**TABLE, "rows": TABLE["rows"] * 101}],
        "no more than 100 items allowed",
        "/blocks/0/rows",
    ),
    "a table of 21 columns": (
        "message",
        [{**TABLE, "rows": [TABLE["rows"][0] * 21]}],
        "no more than 20 items allowed",
        "/blocks/0/rows/0",
    ),
    "a table cell in mrkdwn": (
        "message",
        [{**TABLE, "rows": [[mrkdwn()]]}],
        "unsupported type: mrkdwn",
        "/blocks/0/rows/0/0/type",
    ),
    "a table over 10,000 characters": (
        "message",
        [{**TABLE, "rows": [[{"type": "raw_text", "text": "x" * 10_001}]]}],
        "must be less than 10001 characters in all cells",
        "/blocks/0/rows",
    ),
    "a data table with uneven rows": (
        "message",
        [{**DATA_TABLE, "rows": [TABLE["rows"][0], TABLE["rows"][0] * 2]}],
        "all rows must have the same number of cells",
        "/blocks/0/rows",
    ),
    "an alert in a message": (
        "message",
        [{"type": "alert", "text": plain()}],
        "alert is not allowed here",
        "/blocks/0/type",
    ),
    "context actions in a modal": (
        "modal",
        [{"type": "context_actions", "elements": [FEEDBACK]}],
        "context_actions is not allowed here",
        "/blocks/0/type",
    ),
    "a button among context actions": (
        "message",
        [{"type": "context_actions", "elements": [button()]}],
        "unsupported type: button",
        "/blocks/0/elements/0/type",
    ),
    "a card of nothing": ("message", [{"type": "card"}], "must define either", "/blocks/0"),
    "a carousel of headers": (
        "message",
        [{"type": "carousel", "elements": [{"type": "header", "text": plain()}]}],
        "unsupported type: header",
        "/blocks/0/elements/0/type",
    ),
    "a remote file from elsewhere": (
        "message",
        [{"type": "file", "external_id": "A", "source": "local"}],
        "must be a valid enum value",
        "/blocks/0/source",
    ),
    "a task in an unknown state": (
        "message",
        [{"type": "task_card", "task_id": "1", "title": "T", "status": "late"}],
        "must be a valid enum value",
        "/blocks/0/status",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_each_broken_block_is_refused_with_its_reason_and_its_place(name: str) -> None:
    surface, blocks, words, place = REFUSED[name]
    before = copy.deepcopy(blocks)

    found = problems(blocks, surface=surface)  # type: ignore[arg-type]  # the table holds plain words

    assert len(found) == 1, found
    assert words in found[0]
    assert found[0].endswith(f" [json-pointer:{place}]"), found[0]
    assert blocks == before, "checking must change nothing"


def test_every_problem_is_told_and_not_only_the_first() -> None:
    found = problems(
        [section(text=mrkdwn("")), {"type": "hologram"}, *acts(button(text=mrkdwn(), style="loud"))],
        surface="message",
    )

    assert len(found) == 4


@pytest.mark.parametrize("junk", [None, 7, True, [], [[]], [None], [7], "x", {"type": "section"}])
def test_no_junk_makes_the_check_itself_fail(junk: object) -> None:
    for surface in ("message", "modal", "home"):
        assert isinstance(problems(junk, surface=surface), list)
        assert isinstance(problems([{"type": "actions", "elements": junk}], surface=surface), list)
        assert isinstance(problems([{"type": "section", "text": junk}], surface=surface), list)
