"""Checks of composition objects: texts, options, confirmations, filters, files."""

from collections.abc import Mapping

from slackapp.sandbox.blocks.schema import (
    Check,
    Rule,
    Shape,
    add_problem,
    array,
    at_least_one,
    boolean,
    by_type,
    exactly_one,
    integer,
    one_of,
    only,
    string,
    url,
)

OPTIONS = 100
CHOICES = 10
OVERFLOW_OPTIONS = 5
# Slack's own icons: https://docs.slack.dev/reference/block-kit/composition-objects/slack-icon-object
ICONS = frozenset(
    {
        "archive",
        "book",
        "bookmark",
        "bot",
        "bug",
        "calendar",
        "call",
        "caret-left",
        "caret-right",
        "check",
        "clipboard",
        "code",
        "comment",
        "compass",
        "copy",
        "cube",
        "download",
        "edit",
        "email",
        "eye-closed",
        "eye-open",
        "file",
        "flag",
        "folder",
        "gear",
        "globe",
        "heart",
        "help",
        "image",
        "info",
        "key",
        "lightbulb",
        "link",
        "map",
        "mobile",
        "new-window",
        "pin",
        "plus",
        "refine",
        "refresh",
        "rocket",
        "save",
        "screen",
        "share",
        "sparkle",
        "star",
        "star-filled",
        "tag",
        "thumbs-down",
        "thumbs-up",
        "trash",
        "upload",
        "user",
        "warning",
    }
)

block_id = string(0, 255)
action_id = string(1, 255)


def plain(most: int) -> Check:
    """A plain_text object."""
    return only("plain_text", Shape({"text": string(1, most)}, {"emoji": boolean}))


def text(most: int) -> Check:
    """A plain_text or mrkdwn object."""
    return by_type(
        {
            "plain_text": Shape({"text": string(1, most)}, {"emoji": boolean}),
            "mrkdwn": Shape({"text": string(1, most)}, {"verbatim": boolean}),
        }
    )


def option(words: Check, *, address: bool = False) -> Shape:
    """An option whose text and description are checked by `words`; `address` allows a url."""
    return Shape(
        {"text": words, "value": string(1, 150)},
        {"description": words, **({"url": url()} if address else {})},
    )


menu_option = option(plain(75))
choice_option = option(text(75))
overflow_option = option(plain(75), address=True)

option_group = Shape({"label": plain(75), "options": array(menu_option, 1, OPTIONS)})

confirm = Shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)

slack_file = Shape(
    {},
    {"id": string(1, 30, r"F[A-Z0-9]+"), "url": url(schemes=("https", "http"))},
    (exactly_one("id", "url"),),
)

conversation_filter = Shape(
    {},
    {
        "include": array(one_of("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
    (at_least_one("include", "exclude_external_shared_channels", "exclude_bot_users"),),
)

dispatch_action_config = Shape(
    {"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), 1, 2)},
)

workflow = Shape(
    {
        "trigger": Shape(
            {"url": url(schemes=("https",))},
            {
                "customizable_input_parameters": array(
                    Shape({"name": string(1, 3000), "value": string(1, 3000)}), 0, 100
                )
            },
        ),
    }
)

feedback_button = Shape(
    {"text": plain(75), "value": string(1, 2000)},
    {"accessibility_label": string(1, 75)},
)

# A picture has either an address or an uploaded file, and always an alt text.
picture: Mapping[str, Check] = {"image_url": url(), "slack_file": slack_file}
picture_rule: Rule = exactly_one("image_url", "slack_file")
alt_text = string(1, 2000)

column = Shape({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean})
column_count = integer(1, 20)


def _option_key(chosen: object) -> tuple[object, object]:
    """Return what identifies an option: its value and its text."""
    if not isinstance(chosen, dict):
        return (None, None)
    words = chosen.get("text")
    return (chosen.get("value"), words.get("text") if isinstance(words, dict) else None)


def _option_keys(value: Mapping[str, object]) -> set[tuple[object, object]]:
    """Return the keys of all options of a menu, grouped or not."""
    offered: list[object] = []
    plain_options, groups = value.get("options"), value.get("option_groups")
    if isinstance(plain_options, list):
        offered.extend(plain_options)
    if isinstance(groups, list):
        for group in groups:
            offered.extend(group.get("options", ()) if isinstance(group, dict) else ())
    return {_option_key(option) for option in offered}


def check_initial_option(value: Mapping[str, object], at: str, problems: list[str]) -> None:
    """Check that the initial options are among the options."""
    chosen = value.get("initial_options", [])
    if "initial_option" in value and _option_key(value["initial_option"]) not in _option_keys(value):
        add_problem(problems, "initial option must be one of the options", f"{at}/initial_option")
    if (
        isinstance(chosen, list)
        and chosen
        and not {_option_key(option) for option in chosen} <= _option_keys(value)
    ):
        add_problem(problems, "initial options must be among the options", f"{at}/initial_options")


def check_unique_values(value: Mapping[str, object], at: str, problems: list[str]) -> None:
    """Check that the options of an element have different values."""
    options = value.get("options")
    if isinstance(options, list):
        values = [option.get("value") for option in options if isinstance(option, dict)]
        if len(set(values)) < len(values):
            add_problem(problems, "option values must be unique", f"{at}/options")
