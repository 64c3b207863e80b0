"""Buttons, menus and shortcuts in messages and on Home; who sees which place."""

from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk.errors import SlackApiError

from tests.sandbox.acting.tea import ME_TOO
from tests.sandbox.block_parts import plain
from tests.sandbox.conftest import Person, Until, Ward
from tests.sandbox.ward import ADA, BEN, CERYS, GENERAL, GONE, OLD, PRIVATE, UNJOINED


def _general(person: Person) -> Any:
    person.sees(GENERAL)
    return person


def test_a_button_in_a_message_is_pressed_by_its_label(
    ward: Ward, serve: Callable[..., App], posted: Callable[..., str]
) -> None:
    def press(ack: Any, respond: Any) -> None:
        ack()
        respond(text="Noted", response_type="ephemeral", replace_original=False)

    serve(ward, me_too=press)
    ts = posted(ward)
    ada = ward.person(ADA)
    assert [control["kind"] for control in ada.sees(GENERAL)["messages"][0]["controls"]] == [
        "button",
        "menu",
        "select",
    ]
    seen = ada.presses("me too")["messages"]
    assert [(message["text"], message["ephemeral"]) for message in seen] == [("Tea?", False), ("Noted", True)]
    (payload,) = ward.sent("block_actions")
    assert payload["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": GENERAL,
        "is_ephemeral": False,
    }
    (action,) = payload["actions"]
    assert (action["action_id"], action["block_id"], action["value"]) == ("me_too", "do", "7")
    assert payload["state"]["values"] == {"do": {"cup": {"type": "static_select", "selected_option": None}}}


def test_choosing_in_a_message_tells_the_app_at_once(
    ward: Ward, serve: Callable[..., App], posted: Callable[..., str]
) -> None:
    app = serve(ward)
    app.action({"action_id": "cup", "block_id": "do"})(lambda ack: ack())
    app.action("more")(lambda ack: ack())
    posted(ward)
    ada = ward.person(ADA)
    ada.sees(GENERAL)
    ada.fills("Cup", "Big")
    ada.presses("Mute")
    chosen, menu = (payload["actions"][0] for payload in ward.sent("block_actions"))
    assert chosen["selected_option"]["value"] == "1"
    assert menu["selected_option"]["value"] == "m"
    assert ward.sent("block_actions")[1]["state"]["values"]["do"]["cup"]["selected_option"]["value"] == "1"


def test_what_is_not_on_the_screen_cannot_be_pressed_or_filled(
    ward: Ward, posted: Callable[..., str]
) -> None:
    posted(ward)
    ada = ward.person(ADA)
    ada.sees(GENERAL)
    refused = ada.does("press", label="Pour")
    assert (refused.status_code, refused.json()["labels"]) == (409, ["Me too", "Mute", "Leave"])
    refused = ada.does("fill", label="Cup", value="Huge")
    assert (refused.status_code, refused.json()["options"]) == (409, ["Big"])
    refused = ada.does("fill", label="Saucer", value="Big")
    assert (refused.status_code, refused.json()["labels"]) == (409, ["Cup"])
    assert ada.does("submit").status_code == 409
    assert ward.sent("block_actions") == []


def test_a_modal_is_in_front_of_everything(
    ward: Ward, opened: Callable[..., Person], posted: Callable[..., str]
) -> None:
    posted(ward)
    ada = opened(ward, me_too=lambda ack: ack())
    refused = ada.does("press", label="Me too")
    assert (refused.status_code, refused.json()["labels"]) == (409, ["Brew"])
    assert ada.does("press", label="Me too", within=ada.sees(GENERAL)["messages"][0]["ts"]).status_code == 200


def test_the_newest_message_with_such_a_label_is_meant(
    ward: Ward, serve: Callable[..., App], posted: Callable[..., str]
) -> None:
    serve(ward, me_too=lambda ack: ack())
    older, newer = posted(ward), posted(ward)
    ada = ward.person(ADA)
    ada.sees(GENERAL)
    ada.presses("Me too")
    ada.presses("Me too", within=older)
    assert [payload["container"]["message_ts"] for payload in ward.sent("block_actions")] == [newer, older]


def test_a_press_nobody_acknowledges_is_marked(ward: Ward, posted: Callable[..., str]) -> None:
    posted(ward)
    (seen,) = _general(ward.person(ADA)).presses("Me too")["messages"]
    assert seen["trouble"]


def test_an_original_can_be_replaced_and_taken_back(
    ward: Ward, serve: Callable[..., App], posted: Callable[..., str]
) -> None:
    serve(ward, me_too=lambda ack: ack())
    ts = posted(ward)
    ada = _general(ward.person(ADA))
    ada.presses("Me too")
    address = ward.sent("block_actions")[-1]["response_url"]
    refused = ward.http.post(address, json={"replace_original": True, "blocks": [{"type": "dividend"}]})
    assert refused.json()["error"] == "invalid_blocks"
    ward.http.post(address, json={"replace_original": True, "text": "Poured"})
    assert [(message["ts"], message["text"]) for message in ada.sees(GENERAL)["messages"]] == [(ts, "Poured")]
    ward.http.post(address, json={"delete_original": True})
    assert ada.texts(GENERAL) == []


def test_looking_at_home_tells_the_app_and_shows_what_it_publishes(
    ward: Ward, serve: Callable[..., App], opened_homes: Callable[[Ward], list[dict[str, Any]]]
) -> None:
    def publish(client: Any, event: Any) -> None:
        blocks = [
            {"type": "header", "text": plain(f"Hello {event['user']}")},
            {"type": "actions", "elements": [ME_TOO]},
        ]
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    serve(ward, home=publish, me_too=lambda ack: ack())
    ada = ward.person(ADA)
    (home,) = ada.sees("home")["messages"]
    assert (home["text"], home["from"]) == (f"Hello {ADA}", "Kettle")
    ada.sees("home")
    assert len(opened_homes(ward)) == 1
    ada.presses("Me too", within="home")
    assert ward.sent("block_actions")[-1]["container"]["type"] == "view"
    ada.sees("dm")
    ada.sees("home")
    first, second = opened_homes(ward)
    assert "view" not in first["event"]
    assert second["event"]["view"]["type"] == "home"


def test_opening_the_conversation_is_the_other_tab_of_home(
    ward: Ward, until: Until, serve: Callable[..., App]
) -> None:
    serve(ward, home=lambda: None)
    ada = ward.person(ADA)
    ada.sees(GENERAL)
    ada.sees("dm")
    (payload,) = until(lambda: ward.sent("event_callback"))
    assert (payload["event"]["type"], payload["event"]["tab"]) == ("app_home_opened", "messages")


def test_shortcuts_are_found_by_name(ward: Ward, serve: Callable[..., App]) -> None:
    serve(ward, boil=lambda ack: ack(), serve=lambda ack: ack())
    ada = ward.person(ADA)
    (message,) = ada.types("thirsty")["messages"]
    assert ada.does("shortcut", name="Put the kettle on").status_code == 200
    assert ada.does("shortcut", name="Tea with this", place=GENERAL, ts=message["ts"]).status_code == 200
    assert ward.sent("shortcut")[0]["callback_id"] == "boil"
    assert ward.sent("message_action")[0]["message"]["text"] == "thirsty"
    unknown = ada.does("shortcut", name="Coffee")
    assert (unknown.status_code, unknown.json()["labels"]) == (409, ["Put the kettle on", "Tea with this"])


def test_people_see_only_the_places_that_are_theirs(ward: Ward) -> None:
    def status(user: str, place: str) -> int:
        return int(ward.http.get(f"/person/{user}/screen", params={"place": place}).status_code)

    assert status(CERYS, PRIVATE) == 200
    assert status(ADA, PRIVATE) == 404
    assert status(ADA, UNJOINED) == 200
    assert status(ADA, "C0NOSUCH") == 404
    assert status(GONE, GENERAL) == 404
    assert status("U0NOSUCH", GENERAL) == 404
    assert ward.person(ADA).does("type", place=OLD, text="hi").status_code == 409
    assert ward.person(CERYS).does("type", place=UNJOINED, text="hi").status_code == 409
    assert [person["id"] for person in ward.http.get("/person").json()] == [ADA, BEN, CERYS]


def test_the_app_is_invited_into_a_channel_as_people_do_it(ward: Ward) -> None:
    ada = ward.person(ADA)
    with pytest.raises(SlackApiError, match="not_in_channel"):
        ward.client.chat_postMessage(channel=UNJOINED, text="hi")
    ada.types("/invite @Kettle", UNJOINED)
    ward.client.chat_postMessage(channel=UNJOINED, text="hi")
    assert ada.texts(UNJOINED) == ["hi"]
