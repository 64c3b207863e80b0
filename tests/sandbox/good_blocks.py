"""Every kind of block and element at least once, to the last character that Slack takes."""

from tests.sandbox.block_parts import Json, options, plain


def verbatim(text: str = "*Words*") -> Json:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def asks(kind: str, **more: object) -> Json:
    return {"type": "input", "label": plain("Label"), "element": {"type": kind, "action_id": "a", **more}}


def acts(kind: str, **more: object) -> Json:
    return {"type": "actions", "elements": [{"type": kind, "action_id": "a", **more}]}


def beside(kind: str, **more: object) -> Json:
    return {"type": "section", "text": plain(), "accessory": {"type": kind, **more}}


def chart(drawn: Json) -> Json:
    return {"type": "data_visualization", "title": "x" * 50, "chart": drawn}


CONFIRM = {
    "title": plain("x" * 100),
    "text": verbatim("x" * 300),
    "confirm": plain("x" * 30),
    "deny": plain("No"),
    "style": "danger",
}
STYLES = {"bold": True, "italic": True, "strike": True, "code": True, "underline": True}
RICH = {
    "type": "rich_text",
    "block_id": "rich",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "Stayed late ", "style": STYLES},
                {"type": "user", "user_id": "U123", "style": {"highlight": True}},
                {"type": "usergroup", "usergroup_id": "S123"},
                {"type": "channel", "channel_id": "C123"},
                {"type": "team", "team_id": "T123"},
                {"type": "emoji", "name": "wave", "unicode": "1f44b", "skin_tone": 2},
                {"type": "link", "url": "https://e.org", "text": "here", "unsafe": False},
                {"type": "link", "url": "mailto:ward@e.org"},
                {"type": "date", "timestamp": 1720710212, "format": "{date_num}", "fallback": "soon"},
                {"type": "broadcast", "range": "here"},
                {"type": "color", "value": "#1F4690"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "ordered",
            "indent": 1,
            "offset": 2,
            "border": 0,
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]}],
        },
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "quoted"}], "border": 1},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "code"}], "border": 0},
    ],
}
IMAGE = {"type": "image", "image_url": "https://e.org/a.png", "alt_text": "x" * 2000}
FILE_IMAGE = {"type": "image", "slack_file": {"id": "F0123ABC"}, "alt_text": "A chart"}
GROUPS = [{"label": plain(), "options": options(100)}] * 2
CARD = {
    "type": "card",
    "title": plain("x" * 150),
    "hero_image": IMAGE,
    "body": verbatim("x" * 200),
    "actions": [{"type": "button", "text": plain()}],
}
CELLS = [{"type": "raw_text", "text": ""}, {**RICH, "block_id": "cell"}]
NUMBERS = [{"type": "raw_text", "text": "Beds"}, {"type": "raw_number", "value": 4.5, "text": "4.5"}]
POINTS = [{"label": "Mon", "value": 4}, {"label": "Tue", "value": -2.5}]
PLOTTED = {
    "series": [{"name": f"Ward {n}", "data": POINTS} for n in range(6)],
    "axis_config": {"categories": ["Mon", "Tue"], "x_label": "x" * 50, "y_label": "Thank-yous"},
}
TASK = {"type": "task_card", "task_id": "1", "title": "T", "status": "complete", "details": RICH}
EVERYWHERE: dict[str, Json] = {
    "section of 3,000": {
        "type": "section",
        "text": verbatim("x" * 3000),
        "block_id": "b" * 255,
        "expand": True,
    },
    "section of fields": {"type": "section", "fields": [plain("x" * 2000)] * 10},
    "header of 150": {"type": "header", "text": {**plain("x" * 150), "emoji": False}},
    "divider": {"type": "divider"},
    "context of ten": {
        "type": "context",
        "elements": [plain(), verbatim(), IMAGE, FILE_IMAGE] + [plain()] * 6,
    },
    "image": {**IMAGE, "title": plain("x" * 2000)},
    "image by file": FILE_IMAGE,
    "image by file address": {"type": "image", "slack_file": {"url": "https://e.org/f"}, "alt_text": "A"},
    "rich text": RICH,
    "video": {
        "type": "video",
        "title": plain("x" * 199),
        "title_url": "https://e.org",
        "description": plain(),
        "video_url": "https://e.org/v",
        "thumbnail_url": "https://e.org/t.png",
        "alt_text": "A film",
        "author_name": "x" * 49,
        "provider_name": "Trust",
        "provider_icon_url": "https://e.org/i.png",
    },
    "card": CARD,
    "auth provider": {
        "type": "auth_provider",
        "value": "rota",
        "name": plain(),
        "is_connected": False,
        "auth_url": "https://e.org/a",
    },
    "25 buttons": {
        "type": "actions",
        "elements": [{"type": "button", "text": plain(), "action_id": str(n)} for n in range(25)],
    },
    "button to the limit": acts(
        "button",
        text=plain("x" * 75),
        value="x" * 2000,
        url="https://e.org",
        style="primary",
        confirm=CONFIRM,
        accessibility_label="x" * 75,
    ),
    "overflow": beside("overflow", options=[{**option, "url": "https://e.org"} for option in options(5)]),
    "workflow button": acts(
        "workflow_button",
        text=plain(),
        workflow={
            "trigger": {
                "url": "https://slack.com/shortcuts/F1/x",
                "customizable_input_parameters": [{"name": "a", "value": "b"}],
            }
        },
    ),
    "menu of 100": acts(
        "static_select", options=options(100), initial_option=options(100)[99], placeholder=plain("x" * 150)
    ),
    "menu of groups": acts("static_select", option_groups=GROUPS, initial_option=options(1)[0]),
    "menu of several": beside("multi_static_select", options=options(2), initial_options=options(2)),
    "menu from outside": acts("external_select", min_query_length=0, initial_option=options(1)[0]),
    "menu of several from outside": beside("multi_external_select", max_selected_items=1),
    "menu of people": acts("users_select", initial_user="U1", confirm=CONFIRM),
    "menu of several people": acts("multi_users_select", initial_users=["U1", "W2"], max_selected_items=20),
    "menu of conversations": acts(
        "conversations_select",
        default_to_current_conversation=True,
        response_url_enabled=True,
        filter={"include": ["im", "public"], "exclude_bot_users": True},
    ),
    "menu of several conversations": acts("multi_conversations_select", initial_conversations=["C1", "D2"]),
    "menu of channels": acts("channels_select", initial_channel="C1"),
    "menu of several channels": acts("multi_channels_select", initial_channels=["C1"]),
    "ten radio buttons": acts(
        "radio_buttons",
        options=[
            {"text": verbatim(f"*{n}*"), "value": str(n), "description": verbatim("x" * 75)}
            for n in range(10)
        ],
    ),
    "ten checkboxes": beside("checkboxes", options=options(10), initial_options=options(10)),
    "date": acts("datepicker", initial_date="2026-02-28"),
    "time": acts("timepicker", initial_time="23:59", timezone="Europe/London"),
    "words asked for": asks(
        "plain_text_input",
        multiline=True,
        min_length=0,
        max_length=3000,
        initial_value="x" * 3000,
        placeholder=plain(),
        focus_on_load=True,
        dispatch_action_config={"trigger_actions_on": ["on_enter_pressed", "on_character_entered"]},
    ),
    "rich words asked for": asks("rich_text_input", initial_value=RICH, min_lines=1, max_lines=4),
    "people asked for": {**asks("multi_users_select"), "optional": True, "hint": plain("x" * 2000)},
}
MODALS: dict[str, Json] = {
    "e-mail": asks("email_text_input", initial_value="ward@e.org"),
    "address": asks("url_text_input", placeholder=plain()),
    "number": asks(
        "number_input", is_decimal_allowed=True, initial_value="1.5", min_value="-1", max_value="2"
    ),
    "file": asks("file_input", filetypes=["pdf"], max_files=10),
    "date and time": asks("datetimepicker", initial_date_time=1628633820),
    "alert": {"type": "alert", "text": verbatim("x" * 200), "level": "warning"},
}
MESSAGES: dict[str, Json] = {
    "date and time among actions": acts("datetimepicker", initial_date_time=1628633820),
    "markdown": {"type": "markdown", "text": "x" * 12_000},
    "table": {
        "type": "table",
        "rows": [CELLS] * 3,
        "column_settings": [None, {"align": "right", "is_wrapped": True}, None],
    },
    "data table": {"type": "data_table", "caption": "Beds", "rows": [NUMBERS, NUMBERS], "page_size": 100},
    "table of numbers": {"type": "table", "rows": [NUMBERS, NUMBERS]},
    "pie": chart({"type": "pie", "segments": [{"label": "Listened for an hour", "value": 0.5}] * 6}),
    **{f"{kind} chart": chart({"type": kind, **PLOTTED}) for kind in ("bar", "area", "line")},
    "card with Slack's icon": {
        "type": "card",
        "title": plain(),
        "slack_icon": {"type": "icon", "name": "star-filled"},
    },
    "remote file": {"type": "file", "external_id": "ABC", "source": "remote"},
    "call": {"type": "call", "call_id": "R123"},
    "context actions": {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "f",
                "positive_button": {"text": plain("Good"), "value": "good"},
                "negative_button": {"text": plain("Bad"), "value": "bad", "accessibility_label": "Bad"},
            },
            {"type": "icon_button", "icon": "trash", "text": plain("Delete"), "action_id": "d"},
        ],
    },
    "task": TASK,
    "plan": {"type": "plan", "title": "P", "tasks": [TASK]},
    "plan as Slack's reference shows it": {
        "type": "plan",
        "title": "Thinking completed",
        "tasks": [
            {"task_id": "call_001", "title": "Fetched", "status": "in_progress", "details": RICH},
            {"task_id": "call_002", "title": "Checked", "status": "pending"},
        ],
    },
    "plan without tasks": {"type": "plan", "title": "P"},
    "carousel": {"type": "carousel", "elements": [CARD]},
    "container": {
        "type": "container",
        "title": plain(),
        "width": "full",
        "child_blocks": [{"type": "divider"}, TASK],
    },
}
