"""blocks.validate: the rules for messages, views and bare blocks, with the place of what is wrong."""

import json
from typing import Any

import pytest

from tests.sandbox.conftest import Ward

TITLE = {"type": "plain_text", "text": "Tea"}
DIVIDER = [{"type": "divider"}]
MODAL = {"type": "modal", "title": TITLE, "blocks": DIVIDER}
LONG = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]


def section(length: int) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": "x" * length}}


@pytest.mark.parametrize(
    "body",
    [
        {"blocks": DIVIDER},
        {"message": {"blocks": DIVIDER}},
        {"message": {"attachments": [{"blocks": DIVIDER}]}},
        {"view": MODAL},
        {"view": {"type": "home", "blocks": DIVIDER}},
    ],
)
@pytest.mark.parametrize("token", [None, "xoxb-ward-bot-token"])
def test_what_slack_would_take_is_taken_with_a_token_or_without(
    steady_ward: Ward, body: dict[str, Any], token: str | None
) -> None:
    assert steady_ward.call("blocks.validate", body, token=token) == {"ok": True}
    form = {name: json.dumps(value) for name, value in body.items()}
    assert steady_ward.call("blocks.validate", form, form=True) == {"ok": True}


@pytest.mark.parametrize(
    ("body", "error", "pointer", "code"),
    [
        ({"blocks": LONG}, "invalid_blocks", "/0/text/text", "failed_constraint"),
        ({"blocks": [{"type": "dividend"}]}, "invalid_blocks", "/0/type", "failed_constraint"),
        ({"blocks": [section(2900)] * 5}, "invalid_blocks", "/", "failed_constraint"),
        ({"message": {"blocks": LONG}}, "invalid_message", "/blocks/0/text/text", "failed_constraint"),
        ({"message": {}}, "invalid_message", "/", "missing_required_field"),
        (
            {"message": {"attachments": [{"blocks": LONG}]}},
            "invalid_message",
            "/attachments/0/blocks/0/text/text",
            "failed_constraint",
        ),
        ({"message": {"attachments": "none"}}, "invalid_message", "/attachments", "invalid_type"),
        (
            {"view": MODAL | {"title": {"type": "plain_text", "text": "x" * 25}}},
            "invalid_view",
            "/title/text",
            "failed_constraint",
        ),
        ({"view": MODAL | {"colour": "red"}}, "invalid_view", "/", "additional_property"),
        (
            {"view": {"type": "home", "blocks": [section(3000)] * 100}},
            "invalid_view",
            "/",
            "failed_constraint",
        ),
    ],
)
def test_what_slack_would_refuse_is_refused_with_pointer_and_code(
    steady_ward: Ward, body: dict[str, Any], error: str, pointer: str, code: str
) -> None:
    answer = steady_ward.call("blocks.validate", body)
    assert answer["error"] == error
    assert (answer["errors"][0]["pointer"], answer["errors"][0]["code"]) == (pointer, code)
    assert answer["errors"][0]["message"]


def test_a_limit_is_told_as_a_constraint(steady_ward: Ward) -> None:
    answer = steady_ward.call("blocks.validate", {"blocks": LONG})
    assert answer["errors"][0]["constraint"] == {"type": "max_length", "limit": 3000}
    answer = steady_ward.call("blocks.validate", {"blocks": DIVIDER * 51})
    assert answer["errors"][0]["constraint"] == {"type": "max_items", "limit": 50}


@pytest.mark.parametrize("body", [{}, {"blocks": DIVIDER, "view": MODAL}, {"message": "{"}, {"view": []}])
def test_exactly_one_of_the_three_is_wanted(steady_ward: Ward, body: dict[str, Any]) -> None:
    assert steady_ward.call("blocks.validate", body)["error"] == "invalid_arguments"
