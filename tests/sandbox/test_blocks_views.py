"""Views as a whole: the frame of a modal and of the Home tab."""

import pytest

from slackapp.sandbox.blocks import view_problems
from tests.sandbox.block_parts import Json, plain

DIVIDER = {"type": "divider"}
INPUT = {
    "type": "input",
    "label": plain(),
    "element": {"type": "plain_text_input", "action_id": "words"},
}


def modal(**more: object) -> Json:
    return {"type": "modal", "title": plain(), "blocks": [DIVIDER], **more}


def home(**more: object) -> Json:
    return {"type": "home", "blocks": [DIVIDER], **more}


def without(value: Json, name: str) -> Json:
    return {key: item for key, item in value.items() if key != name}


REFUSED: dict[str, tuple[object, str, str]] = {
    "a list": ([], "must provide an object", "/view"),
    "without type": (without(modal(), "type"), "missing required field: type", "/view"),
    "of an unknown type": (modal(type="workflow_step_x"), "unsupported type", "/view/type"),
    "without title": (without(modal(), "title"), "missing required field: title", "/view"),
    "without blocks": (without(modal(), "blocks"), "missing required field: blocks", "/view"),
    "title of 25": (modal(title=plain("x" * 25)), "must be less than 25 characters", "/view/title/text"),
    "empty title": (modal(title=plain("")), "must be more than 0 characters", "/view/title/text"),
    "title in mrkdwn": (
        modal(title={"type": "mrkdwn", "text": "x"}),
        "unsupported type: mrkdwn",
        "/view/title/type",
    ),
    "submit of 25": (modal(submit=plain("x" * 25)), "must be less than 25", "/view/submit/text"),
    "close of 25": (modal(close=plain("x" * 25)), "must be less than 25", "/view/close/text"),
    "input without submit": (modal(blocks=[INPUT]), "must define `submit`", "/view"),
    "callback_id of 256": (modal(callback_id="x" * 256), "must be less than 256", "/view/callback_id"),
    "external_id of 256": (modal(external_id="x" * 256), "must be less than 256", "/view/external_id"),
    "private_metadata of 3,001": (
        modal(private_metadata="x" * 3001),
        "must be less than 3001",
        "/view/private_metadata",
    ),
    "private_metadata as an object": (
        modal(private_metadata={}),
        "must provide a string",
        "/view/private_metadata",
    ),
    # A view as Slack gives it back says `"close": null`; one that is sent must leave it out.
    "close that is null": (modal(close=None), "must provide an object", "/view/close"),
    "submit that is null": (modal(submit=None), "must provide an object", "/view/submit"),
    "an unknown key": (modal(colour="red"), "invalid additional property: colour", "/view"),
    "notify_on_close as a word": (
        modal(notify_on_close="yes"),
        "must provide a boolean",
        "/view/notify_on_close",
    ),
    "101 blocks": (modal(blocks=[DIVIDER] * 101), "no more than 100 items", "/view/blocks"),
    "no blocks": (home(blocks=[]), "no fewer than 1 items", "/view/blocks"),
    "a table": (modal(blocks=[{"type": "table", "rows": []}]), "not allowed here", "/view/blocks/0/type"),
    "home with a title": (home(title=plain()), "invalid additional property: title", "/view"),
    "home with submit": (home(submit=plain()), "invalid additional property: submit", "/view"),
    "home with close": (home(close=plain()), "invalid additional property: close", "/view"),
    "home with an alert": (
        home(blocks=[{"type": "alert", "text": plain()}]),
        "not allowed here",
        "/view/blocks/0/type",
    ),
    "block ids twice": (
        modal(blocks=[{**DIVIDER, "block_id": "a"}] * 2),
        "block_id must be unique",
        "/view/blocks/1/block_id",
    ),
}
TAKEN: dict[str, Json] = {
    "the smallest modal": modal(),
    "the smallest home": home(),
    "an input with submit": modal(blocks=[INPUT], submit=plain()),
    "everything to the limit": modal(
        title=plain("x" * 24),
        submit=plain("x" * 24),
        close=plain("x" * 24),
        callback_id="x" * 255,
        external_id="x" * 255,
        private_metadata="x" * 3000,
        clear_on_close=True,
        notify_on_close=True,
        submit_disabled=False,
        blocks=[DIVIDER] * 100,
    ),
    "a home that asks": home(blocks=[INPUT], callback_id="home", private_metadata="{}", external_id="e"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_each_broken_view_is_refused_with_its_reason_and_its_place(name: str) -> None:
    view, words, place = REFUSED[name]

    problems = view_problems(view)

    assert len(problems) == 1, problems
    assert words in problems[0]
    assert problems[0].endswith(f" [json-pointer:{place}]"), problems[0]


@pytest.mark.parametrize("name", TAKEN)
def test_each_good_view_is_taken(name: str) -> None:
    assert view_problems(TAKEN[name]) == []


def test_a_view_with_several_faults_names_them_all() -> None:
    problems = view_problems({"type": "modal", "colour": 1, "blocks": [{"type": "nothing"}]})

    assert len(problems) == 3
