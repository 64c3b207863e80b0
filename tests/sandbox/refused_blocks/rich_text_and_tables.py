"""Broken rich text, films, tables and the newer blocks: what each is refused with, and where."""

from tests.sandbox.block_parts import (
    DATA_TABLE,
    FEEDBACK,
    LONG,
    TABLE,
    VIDEO,
    Refused,
    button,
    line,
    mrkdwn,
    plain,
    rich,
    without,
)

RICH_TEXT_AND_TABLES: Refused = {
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
    "a plan with something else than tasks": (
        "message",
        [{"type": "plan", "title": "P", "tasks": [{"type": "divider"}]}],
        "unsupported type: divider",
        "/blocks/0/tasks/0/type",
    ),
    "a column setting that is none": (
        "message",
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]], "column_settings": [None, 7]}],
        "must provide an object",
        "/blocks/0/column_settings/1",
    ),
    "a task in an unknown state": (
        "message",
        [{"type": "task_card", "task_id": "1", "title": "T", "status": "late"}],
        "must be a valid enum value",
        "/blocks/0/status",
    ),
}
