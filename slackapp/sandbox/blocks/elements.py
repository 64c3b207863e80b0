"""Checks of every interactive element, and the elements that each block may hold."""

from collections.abc import Mapping

from slackapp.sandbox.blocks import composition
from slackapp.sandbox.blocks.richtext import rich_text
from slackapp.sandbox.blocks.schema import (
    Check,
    Shape,
    add_problem,
    array,
    boolean,
    exactly_one,
    integer,
    one_of,
    ordered,
    string,
    url,
)

_named: Mapping[str, Check] = {"action_id": composition.action_id}
_asks: Mapping[str, Check] = {**_named, "confirm": composition.confirm}
_focusable: Mapping[str, Check] = {**_asks, "focus_on_load": boolean}
_menu: Mapping[str, Check] = {**_focusable, "placeholder": composition.plain(150)}
_typed: Mapping[str, Check] = {
    **_named,
    "placeholder": composition.plain(150),
    "focus_on_load": boolean,
    "dispatch_action_config": composition.dispatch_action_config,
}
_several: Mapping[str, Check] = {"max_selected_items": integer(1)}
_label: Mapping[str, Check] = {"accessibility_label": string(1, 75)}
_seen_by: Mapping[str, Check] = {"visible_to_user_ids": array(string(1), 1)}
_style = one_of("primary", "danger")
_number = string(1, 255, r"-?\d+(?:\.\d+)?")
_person = string(1, 255, r"[UW][A-Z0-9]+")
_conversation = string(1, 255, r"[CGDUW][A-Z0-9]+")
_channel = string(1, 255, r"[CG][A-Z0-9]+")
_date = string(1, 10, r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
_time = string(1, 5, r"(?:[01]\d|2[0-3]):[0-5]\d")
# A date and time is ten digits of seconds; milliseconds are refused.
_moment = integer(1_000_000_000, 9_999_999_999)


def _check_whole_numbers(value: Mapping[str, object], at: str, problems: list[str]) -> None:
    """Check that limits and initial value are whole numbers where decimals are not allowed."""
    if value.get("is_decimal_allowed") is False:
        for name in ("initial_value", "min_value", "max_value"):
            if "." in str(value.get(name, "")):
                add_problem(problems, "decimals are not allowed", f"{at}/{name}")


def _menus(several: bool) -> dict[str, Check]:  # noqa: FBT001  the one way the two families of menus differ
    """Return the five kinds of menu; `several` allows more than one choice."""
    more = _several if several else {}
    first: Mapping[str, Check] = (
        {"initial_options": array(composition.menu_option, 1, composition.OPTIONS)}
        if several
        else {"initial_option": composition.menu_option}
    )
    lists: Mapping[str, Check] = {
        "options": array(composition.menu_option, 1, composition.OPTIONS),
        "option_groups": array(composition.option_group, 1, composition.OPTIONS),
    }
    fixed = (exactly_one("options", "option_groups"), composition.check_initial_option)
    answers: Mapping[str, Check] = {} if several else {"response_url_enabled": boolean}
    conversations: Mapping[str, Check] = {
        "default_to_current_conversation": boolean,
        "filter": composition.conversation_filter,
    }
    return {
        "static_select": Shape({}, {**_menu, **more, **lists, **first}, fixed),
        "external_select": Shape({}, {**_menu, **more, **first, "min_query_length": integer(0)}),
        "users_select": Shape({}, {**_menu, **more, **_first("user", _person, several=several)}),
        "conversations_select": Shape(
            {},
            {
                **_menu,
                **more,
                **answers,
                **conversations,
                **_first("conversation", _conversation, several=several),
            },
        ),
        "channels_select": Shape(
            {}, {**_menu, **more, **answers, **_first("channel", _channel, several=several)}
        ),
    }


def _first(noun: str, check: Check, *, several: bool) -> dict[str, Check]:
    """Return the initial choice's field: `initial_user`, or `initial_users` as a list."""
    return (
        {f"initial_{noun}s": array(check, 0, composition.OPTIONS)} if several else {f"initial_{noun}": check}
    )


_button_optional: Mapping[str, Check] = {
    **_asks,
    **_label,
    **_seen_by,
    "url": url(schemes=("https", "http", "mailto", "tel", "slack")),
    "value": string(0, 2000),
    "style": _style,
    "agent_prompt": string(1, 4000),
    "agent_prompt_display": string(1, 4000),
}

button = Shape({"text": composition.plain(75)}, _button_optional)
image = Shape({"alt_text": composition.alt_text}, composition.picture, (composition.picture_rule,))

_choices = array(composition.choice_option, 1, composition.CHOICES)
_choice_rules = (composition.check_initial_option, composition.check_unique_values)

ELEMENTS: Mapping[str, Check] = {
    "button": button,
    "workflow_button": Shape(
        {"text": composition.plain(75), "workflow": composition.workflow, "action_id": composition.action_id},
        {**_label, "style": _style},
    ),
    "icon_button": Shape(
        {"icon": one_of("trash"), "text": composition.plain(75)},
        {**_asks, **_label, **_seen_by, "value": string(0, 2000)},
    ),
    "feedback_buttons": Shape(
        {"positive_button": composition.feedback_button, "negative_button": composition.feedback_button},
        _named,
    ),
    "overflow": Shape(
        {"options": array(composition.overflow_option, 1, composition.OVERFLOW_OPTIONS)},
        _asks,
        (composition.check_unique_values,),
    ),
    **_menus(several=False),
    **{f"multi_{name}": shape for name, shape in _menus(several=True).items()},
    "radio_buttons": Shape(
        {"options": _choices}, {**_focusable, "initial_option": composition.choice_option}, _choice_rules
    ),
    "checkboxes": Shape(
        {"options": _choices},
        {**_focusable, "initial_options": array(composition.choice_option, 1, composition.CHOICES)},
        _choice_rules,
    ),
    "datepicker": Shape({}, {**_menu, "initial_date": _date}),
    "timepicker": Shape({}, {**_menu, "initial_time": _time, "timezone": string(1, 255)}),
    "datetimepicker": Shape({}, {**_focusable, "initial_date_time": _moment}),
    "plain_text_input": Shape(
        {},
        {
            **_typed,
            "initial_value": string(0, 3000),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        },
        (ordered("min_length", "max_length"),),
    ),
    "email_text_input": Shape({}, {**_typed, "initial_value": string(0, 3000)}),
    "url_text_input": Shape({}, {**_typed, "initial_value": string(0, 3000)}),
    "number_input": Shape(
        {"is_decimal_allowed": boolean},
        {**_typed, "initial_value": _number, "min_value": _number, "max_value": _number},
        (
            _check_whole_numbers,
            ordered("min_value", "max_value"),
            ordered("min_value", "initial_value"),
            ordered("initial_value", "max_value"),
        ),
    ),
    "rich_text_input": Shape(
        {},
        {**_typed, "initial_value": rich_text, "min_lines": integer(1), "max_lines": integer(1)},
        (ordered("min_lines", "max_lines"),),
    ),
    "file_input": Shape({}, {**_named, "filetypes": array(string(1), 1), "max_files": integer(1, 10)}),
    "image": image,
}

_ALL_MENUS = frozenset(name for name in ELEMENTS if name.endswith("_select"))
_PICKERS = frozenset({"datepicker", "timepicker"})
_CHOICES = frozenset({"radio_buttons", "checkboxes"})
_BUTTONS = frozenset({"button", "workflow_button", "overflow"})
_TYPED = frozenset(
    {"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"}
)

IN_SECTION = _ALL_MENUS | _PICKERS | _CHOICES | _BUTTONS | {"image"}
IN_ACTIONS = _ALL_MENUS | _PICKERS | _CHOICES | _BUTTONS | {"datetimepicker", "rich_text_input"}
IN_INPUT = _ALL_MENUS | _PICKERS | _CHOICES | _TYPED | {"datetimepicker", "file_input"}
IN_CONTEXT_ACTIONS = frozenset({"feedback_buttons", "icon_button"})
# Elements that Slack documents for some surfaces only: https://docs.slack.dev/reference/block-kit/block-elements
NOT_ON: Mapping[str, frozenset[str]] = {
    "modal": frozenset(),
    "message": frozenset({"email_text_input", "url_text_input", "number_input", "file_input"}),
    "home": frozenset({"email_text_input", "url_text_input", "number_input", "file_input", "datetimepicker"}),
}


def checks_for(names: frozenset[str]) -> dict[str, Check]:
    """Return the checks of these elements."""
    return {name: ELEMENTS[name] for name in names}
