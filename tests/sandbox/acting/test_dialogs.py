"""Dialogs, the older kind of form: opened, filled in, answered with mistakes, cancelled."""

from typing import Any

import pytest

from tests.sandbox.conftest import Ward
from tests.sandbox.ward import ADA, BEN, GENERAL


def dialog(**changes: Any) -> dict[str, Any]:
    elements = [
        {"type": "text", "label": "Which tea?", "name": "tea", "max_length": 20},
        {"type": "textarea", "label": "Why?", "name": "why", "optional": True, "hint": "In a word"},
        {"type": "select", "label": "Cup", "name": "cup", "value": "s", "options": [
            {"label": "Small", "value": "s"}, {"label": "Large", "value": "l"}]},
        {"type": "select", "label": "Who for?", "name": "who", "data_source": "users"},
    ]  # fmt: skip
    return {
        "title": "Tea",
        "callback_id": "tea-dialog",
        "submit_label": "Brew",
        "state": "kettle",
        "notify_on_cancel": True,
        "elements": elements,
    } | changes


@pytest.fixture
def submissions(ward: Ward) -> list[dict[str, Any]]:
    """Ada in front of the dialog; what the app is sent about it. No tea called "mud" is taken."""
    sent: list[dict[str, Any]] = []
    app = ward.bolt()

    def open_dialog(ack: Any, body: Any, client: Any) -> None:
        client.dialog_open(trigger_id=body["trigger_id"], dialog=dialog())
        ack()

    def submitted(ack: Any, body: Any) -> None:
        sent.append(body)
        if body["submission"]["tea"] == "mud":
            ack({"errors": [{"name": "tea", "error": "Nobody drinks that"}]})
        else:
            ack()

    def cancelled(ack: Any, body: Any) -> None:
        sent.append(body)
        ack()

    app.command("/kettle")(open_dialog)
    app.dialog_submission("tea-dialog")(submitted)
    app.dialog_cancellation("tea-dialog")(cancelled)
    ward.connect(app)
    ward.person(ADA).types("/kettle")
    return sent


def test_a_dialog_is_filled_in_and_told_by_the_names_of_its_elements(
    ward: Ward, submissions: list[dict[str, Any]]
) -> None:
    ada = ward.person(ADA)
    ada.fills("Which tea?", "Earl Grey")
    ada.fills("Who for?", "Ben")
    assert ada.submits()["modal"] is None
    (body,) = submissions
    assert body["submission"] == {"tea": "Earl Grey", "why": None, "cup": "s", "who": BEN}
    assert (body["type"], body["callback_id"], body["state"]) == ("dialog_submission", "tea-dialog", "kettle")
    assert body["channel"]["id"] == GENERAL
    assert ward.http.post(body["response_url"], json={"text": "Brewing"}).status_code == 200
    assert ada.texts(GENERAL)[-1] == "Brewing"


def test_mistakes_stand_beside_their_element_until_mended(
    ward: Ward, submissions: list[dict[str, Any]]
) -> None:
    ada = ward.person(ADA)
    ada.fills("Who for?", "Ben")
    assert "Which tea?" in ada.submits()["modal"]["errors"]
    assert not submissions
    ada.fills("Which tea?", "mud")
    assert ada.submits()["modal"]["errors"] == {"Which tea?": "Nobody drinks that"}
    ada.fills("Which tea?", "Assam")
    assert ada.submits()["modal"] is None


def test_a_cancelled_dialog_is_told_where_the_app_asked_for_it(
    ward: Ward, submissions: list[dict[str, Any]]
) -> None:
    ward.person(ADA).dismisses()
    assert [body["type"] for body in submissions] == ["dialog_cancellation"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": "x" * 25}, "`title`"),
        ({"callback_id": ""}, "`callback_id`"),
        ({"elements": []}, "`elements`"),
        ({"elements": [{"type": "text", "label": "A"}]}, "`name`"),
        ({"elements": [{"type": "radio", "label": "A", "name": "a"}]}, "`type`"),
        ({"elements": [{"type": "select", "label": "A", "name": "a"}]}, "`options`"),
        ({"elements": ["text"]}, "object"),
        ({"elements": [{"type": "select", "label": "A", "name": "a", "options": [7]}]}, "`options`"),
        ({"elements": [{"type": "text", "label": "A", "name": "a", "max_length": "x"}]}, "`max_length`"),
        ({"elements": [{"type": "text", "label": "A", "name": "a", "value": 7}]}, "`value`"),
    ],
)
def test_a_broken_dialog_is_refused_with_what_is_wrong(
    ward: Ward, changes: dict[str, Any], words: str
) -> None:
    trigger = ward.sandbox.run(lambda: ward.sandbox.slack.new_trigger("T0WARD00001", ADA))
    answer = ward.call("dialog.open", {"trigger_id": trigger, "dialog": dialog(**changes)})
    assert answer["error"] == "validation_errors"
    assert any(words in line for line in answer["response_metadata"]["messages"]), answer
    assert ward.call("dialog.open", {"trigger_id": trigger, "dialog": dialog()})["ok"]
    assert (
        ward.call("dialog.open", {"trigger_id": trigger, "dialog": dialog()})["error"] == "trigger_exchanged"
    )


def test_without_trigger_or_dialog_the_missing_one_is_named(ward: Ward) -> None:
    assert ward.call("dialog.open", {"dialog": dialog()})["error"] == "missing_trigger"
    assert ward.call("dialog.open", {"trigger_id": "1.2.3"})["error"] == "missing_dialog"
    assert ward.call("dialog.open", {"trigger_id": "1.2.3", "dialog": dialog()})["error"] == "invalid_trigger"
