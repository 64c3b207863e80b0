"""Broken choices, pickers and inputs: what each is refused with, and where."""

from tests.sandbox.block_parts import (
    BOXES,
    NUMBER,
    RADIO,
    TEXT_INPUT,
    Refused,
    asks,
    button,
    mrkdwn,
    option,
    options,
    plain,
)

INPUTS: Refused = {
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
}
