"""Modals: filled in, submitted, answered, stacked and dismissed."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk.errors import SlackApiError

from tests.sandbox.acting.tea import ME_TOO
from tests.sandbox.block_parts import plain
from tests.sandbox.conftest import Person, Ward
from tests.sandbox.ward import ADA, BEN


def _kept(text: str, value: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": text, "emoji": True}, "value": value}


def test_a_form_is_filled_in_and_submitted(
    ward: Ward, serve: Callable[..., App], tea_form: Callable[..., dict[str, Any]]
) -> None:
    stored: list[Any] = []

    def brew(ack: Any, view: Any) -> None:
        stored.append(view["state"]["values"])
        ack()

    def open_form(ack: Any, body: Any, client: Any) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=tea_form())
        ack()

    serve(ward, command=open_form, tea=brew)
    ada = ward.person(ADA)
    modal = ada.types("/kettle")["modal"]
    assert modal["title"] == "Tea"
    assert [(control["kind"], control["label"]) for control in modal["controls"]] == [
        ("people", "Who for?"), ("radio", "Which tea?"), ("select", "Cup"), ("checkboxes", "With"),
        ("date", "When?"), ("text", "A note"), ("button", "Brew"),
    ]  # fmt: skip
    assert modal["controls"][1]["options"] == ["Black", "Green"]
    assert ada.submits()["modal"]["errors"].keys() == {"Who for?", "Which tea?"}
    assert ward.sent("view_submission") == []
    ada.fills("Who for?", ["@Ben", "Ada Morgan"])
    ada.fills("which tea?", "Green")
    ada.fills("With", ["Black", "green"])
    ada.fills("When?", "2025-11-09")
    ada.fills("A note", "x" * 21)
    assert ada.submits()["modal"]["errors"].keys() == {"A note"}
    ada.fills("A note", "hot & <strong>")
    assert ada.submits()["modal"] is None
    assert stored == [
        {
            "who": {"a": {"type": "multi_users_select", "selected_users": [BEN, ADA]}},
            "kind": {"a": {"type": "radio_buttons", "selected_option": _kept("Green", "g")}},
            "cup": {"a": {"type": "static_select", "selected_option": None}},
            "extra": {
                "a": {"type": "checkboxes", "selected_options": [_kept("Black", "b"), _kept("Green", "g")]}
            },
            "when": {"a": {"type": "datepicker", "selected_date": "2025-11-09"}},
            "note": {"a": {"type": "plain_text_input", "value": "hot & <strong>"}},
        }
    ]


def test_errors_stand_beside_their_labels(ward: Ward, opened: Callable[..., Person]) -> None:
    ada = opened(ward, tea=lambda ack: ack(response_action="errors", errors={"who": "Not them."}))
    assert ada.submits()["modal"]["errors"] == {"Who for?": "Not them."}


def test_errors_for_blocks_that_are_not_there_are_a_trouble(
    ward: Ward, opened: Callable[..., Person]
) -> None:
    ada = opened(ward, tea=lambda ack: ack(response_action="errors", errors={"nobody": "Not them."}))
    assert list(ada.submits()["modal"]["errors"].values()) == ["We had some trouble connecting. Try again?"]
    assert ward.calls("ack:view_submission")[-1]["response"]["ok"] is False


def test_a_submission_not_acknowledged_leaves_the_form_with_slacks_words(
    ward: Ward, opened: Callable[..., Person]
) -> None:
    ada = opened(ward, tea=lambda: None)
    assert list(ada.submits()["modal"]["errors"].values()) == ["We had some trouble connecting. Try again?"]


def test_update_keeps_what_was_entered_and_push_stacks_up_to_three(
    ward: Ward, tea_form: Callable[..., dict[str, Any]], opened: Callable[..., Person]
) -> None:
    answers = iter(
        [
            {"response_action": "update", "view": tea_form(title=plain("Sure?"))},
            {"response_action": "push", "view": tea_form(title=plain("Second"))},
        ]
    )
    ada = opened(ward, tea=lambda ack: ack(**next(answers)))
    assert ada.submits()["modal"]["title"] == "Sure?"
    assert ada.submits()["modal"]["title"] == "Second"
    first, second = ward.sent("view_submission")
    assert first["view"]["id"] == second["view"]["id"]
    assert first["view"]["hash"] != second["view"]["hash"]
    assert second["view"]["state"] == first["view"]["state"]
    assert ada.dismisses()["modal"]["title"] == "Sure?"


def test_clear_closes_the_whole_stack_and_tells_of_those_beneath(
    ward: Ward, tea_form: Callable[..., dict[str, Any]], opened: Callable[..., Person]
) -> None:
    push: dict[str, Any] = {"response_action": "push", "view": tea_form()}
    answers = iter([push, {"response_action": "clear"}])
    ada = opened(ward, tea=lambda ack: ack(**next(answers)), closed=lambda ack: ack())
    ada.submits()
    ada.fills("Who for?", "Ben")
    ada.fills("Which tea?", "Green")
    assert ada.submits()["modal"] is None
    (payload,) = ward.sent("view_closed")
    assert payload["is_cleared"] is True


def test_dismissing_tells_the_app_that_asked_to_be_told(ward: Ward, opened: Callable[..., Person]) -> None:
    ada = opened(ward, closed=lambda ack: ack())
    assert ada.dismisses()["modal"] is None
    (payload,) = ward.sent("view_closed")
    assert (payload["is_cleared"], payload["view"]["callback_id"]) == (False, "tea")


def test_a_trigger_opens_one_view_within_three_seconds(
    open_ward: Callable[..., Ward], serve: Callable[..., App], tea_form: Callable[..., dict[str, Any]]
) -> None:
    ward = open_ward()
    serve(ward, command=lambda ack: ack())
    ward.person(ADA).types("/kettle")
    trigger = ward.sent("slash_command")[-1]["trigger_id"]
    ward.client.views_open(trigger_id=trigger, view=tea_form())
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        ward.client.views_open(trigger_id=trigger, view=tea_form())
    ward.person(ADA).types("/kettle")
    late = ward.sent("slash_command")[-1]["trigger_id"]
    assert ward.sandbox.slack.triggers[late].expires <= time.monotonic() + 3
    ward.sandbox.run(lambda: setattr(ward.sandbox.slack.triggers[late], "expires", 0.0))
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        ward.client.views_open(trigger_id=late, view=tea_form())


def test_the_stack_holds_three_and_hashes_conflict(
    ward: Ward, tea_form: Callable[..., dict[str, Any]], opened: Callable[..., Person]
) -> None:
    ada = opened(ward, me_too=lambda ack: ack())
    form = tea_form(blocks=[{"type": "actions", "elements": [ME_TOO]}])
    for _ in range(2):
        top = ward.sandbox.state.top_modal(ADA)
        assert top
        ward.client.views_update(view_id=top.id, hash=top.hash, view=form)
        with pytest.raises(SlackApiError, match="hash_conflict"):
            ward.client.views_update(view_id=top.id, hash="1.old", view=form)
        ada.presses("Me too")
        trigger = ward.sent("block_actions")[-1]["trigger_id"]
        pushed = ward.client.views_push(trigger_id=trigger, view=form)["view"]
        assert pushed["previous_view_id"] == top.id
        assert pushed["root_view_id"] == top.root_id
    ada.presses("Me too")
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        ward.client.views_push(trigger_id=ward.sent("block_actions")[-1]["trigger_id"], view=form)


def test_the_client_checks_the_form_of_what_is_typed(
    ward: Ward, serve: Callable[..., App], tea_form: Callable[..., dict[str, Any]]
) -> None:
    kinds = {"Number": "number_input", "Email": "email_text_input", "Page": "url_text_input"}

    def field(label: str, kind: str) -> dict[str, Any]:
        element = {"type": kind, "action_id": "a"} | (
            {"is_decimal_allowed": True} if label == "Number" else {}
        )
        return {"type": "input", "label": plain(label), "element": element}

    def open_form(ack: Any, body: Any, client: Any) -> None:
        form = tea_form(blocks=[field(label, kind) for label, kind in kinds.items()])
        client.views_open(trigger_id=body["trigger_id"], view=form)
        ack()

    serve(ward, command=open_form, tea=lambda ack: ack())
    ada = ward.person(ADA)
    ada.types("/kettle")
    for label in kinds:
        ada.fills(label, "seven")
    assert ada.submits()["modal"]["errors"].keys() == kinds.keys()
    for label, value in (("Number", "-7.5"), ("Email", "a@ward.uk"), ("Page", "https://nhs.uk")):
        ada.fills(label, value)
    assert ada.submits()["modal"] is None


def test_the_journal_keeps_calls_and_acknowledgements_in_order_and_no_token(
    ward: Ward, opened: Callable[..., Person]
) -> None:
    ada = opened(ward, tea=lambda ack: ack())
    ada.submits()
    journal = ward.calls()
    methods = [call["method"] for call in journal]
    assert methods[-3:] == ["views.open", "ack:command", "ack:view_submission"]
    assert all(call.keys() == {"method", "body", "enc", "t", "response"} for call in journal)
    everything = ward.http.get("/control/journal").text + "".join(
        line.decode() for line in ward.sandbox.slack.journal.inbound
    )
    for secret in ("xoxb-", "xapp-", ward.sandbox.slack.app.verification_token, "ticket="):
        assert secret not in everything
    assert "view_submission" in everything
