"""Elements inside other blocks, in attachments and in updated forms are shown, usable and reported."""

from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt import App

from tests.sandbox.block_parts import plain
from tests.sandbox.conftest import Ward
from tests.sandbox.ward import ADA, BEN, GENERAL


def button(label: str, action: str = "me_too") -> dict[str, Any]:
    return {"type": "button", "action_id": action, "text": plain(label)}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


CARDS = {
    "type": "carousel",
    "elements": [
        {"type": "card", "title": plain("Early"), "actions": [button("Take the early")]},
        {"type": "card", "title": plain("Late"), "actions": [button("Take the late")]},
    ],
}
BOX = {
    "type": "container",
    "title": plain("Tonight"),
    "child_blocks": [section("*Who can stay?*"), {"type": "actions", "elements": [button("I can")]}],
}


def test_buttons_on_cards_and_in_boxes_are_pressed_like_any_other(
    ward: Ward, serve: Callable[..., App]
) -> None:
    heard: list[dict[str, Any]] = []

    def press(ack: Any, body: dict[str, Any]) -> None:
        heard.append(body)
        ack()

    serve(ward, me_too=press)
    ward.client.chat_postMessage(channel=GENERAL, text="Shifts", blocks=[CARDS, BOX])
    ada = ward.person(ADA)

    message = ada.sees(GENERAL)["messages"][-1]
    assert message["text"] == "Early\nLate\nTonight\nWho can stay?"
    assert [control["label"] for control in message["controls"]] == [
        "Take the early",
        "Take the late",
        "I can",
    ]
    for label in ("Take the late", "I can"):
        ada.presses(label)

    assert len({body["actions"][0]["block_id"] for body in heard}) == 2
    assert [body["actions"][0]["text"]["text"] for body in heard] == ["Take the late", "I can"]
    assert all(body["container"]["type"] == "message" for body in heard)


def test_a_button_in_an_attachment_is_told_with_the_attachments_number(
    ward: Ward, serve: Callable[..., App]
) -> None:
    heard: list[dict[str, Any]] = []

    def press(ack: Any, body: dict[str, Any]) -> None:
        heard.append(body)
        ack()

    serve(ward, me_too=press)
    attached = {"color": "#1f5f66", "blocks": [{"type": "actions", "elements": [button("Me too")]}]}
    ward.client.chat_postMessage(channel=GENERAL, text="hi", attachments=[{"text": "first"}, attached])
    ada = ward.person(ADA)
    ada.sees(GENERAL)
    ada.presses("Me too")

    container = heard[0]["container"]
    assert (container["type"], container["attachment_id"]) == ("message_attachment", 2)
    assert container["is_app_unfurl"] is False


@pytest.mark.parametrize(
    ("attachments", "error", "pointer"),
    [
        (["words"], "invalid_attachments", "/attachments/0"),
        ([{"blocks": [{"type": "dividend"}]}], "invalid_blocks", "/attachments/0/blocks/0/type"),
        ([{"text": "x"}, {"blocks": "x"}], "invalid_blocks", "/attachments/1/blocks"),
    ],
)
def test_broken_attachments_are_refused(ward: Ward, attachments: Any, error: str, pointer: str) -> None:
    answer = ward.call("chat.postMessage", {"channel": GENERAL, "text": "hi", "attachments": attachments})
    assert answer["error"] == error
    assert f"[json-pointer:{pointer}]" in answer["response_metadata"]["messages"][0]


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:3999/a.png",
        "http://localhost/a.png",
        "https://chart.local/a.png",
        "https://10.0.0.4/a.png",
        "https://intranet/a.png",
        "http://[::1]/a.png",
    ],
)
def test_a_picture_that_slack_could_not_fetch_is_refused(ward: Ward, address: str) -> None:
    picture = {"type": "image", "image_url": address, "alt_text": "A chart"}
    message = {"channel": GENERAL, "text": "hi", "blocks": [{"type": "divider"}, picture]}
    answer = ward.call("chat.postMessage", message)
    error = "[ERROR] downloading image failed [json-pointer:/blocks/1/image_url]"
    assert (answer["error"], answer["response_metadata"]["messages"]) == ("invalid_blocks", [error])

    view = {"type": "home", "blocks": [picture]}
    answer = ward.call("views.publish", {"user_id": ADA, "view": view})
    assert answer["error"] == "invalid_arguments"
    assert "json-pointer:/view/blocks/0/image_url" in answer["response_metadata"]["messages"][0]


def test_a_form_that_asks_where_to_answer_gets_an_address_for_there(
    ward: Ward, serve: Callable[..., App]
) -> None:
    sent: list[dict[str, Any]] = []
    element = {"type": "conversations_select", "action_id": "a", "response_url_enabled": True}
    where = {"type": "input", "block_id": "where", "label": plain("Where?"), "element": element}
    other = {**where, "block_id": "other", "label": plain("Where else?"), "optional": True}
    form = {
        "type": "modal",
        "callback_id": "tea",
        "title": plain("Tea"),
        "submit": plain("Send"),
        "blocks": [where, other, {"type": "actions", "elements": [button("Not an answer")]}],
    }

    def open_form(ack: Any, body: Any, client: Any) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=form)
        ack()

    def submit(ack: Any, body: dict[str, Any]) -> None:
        sent.append(body)
        ack()

    serve(ward, command=open_form, tea=submit)
    ada = ward.person(ADA)
    ada.types("/kettle")
    ada.fills("Where?", "#general")
    ada.submits()

    (address,) = sent[0]["response_urls"]
    assert {key: address[key] for key in ("block_id", "action_id", "channel_id")} == {
        "block_id": "where",
        "action_id": "a",
        "channel_id": GENERAL,
    }
    message = {"text": "Tea for all", "response_type": "in_channel"}
    assert ward.http.post(address["response_url"], json=message).status_code == 200
    assert ward.person(BEN).texts(GENERAL)[-1] == "Tea for all"
