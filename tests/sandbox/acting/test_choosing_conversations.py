"""What a conversation menu offers and gives: by its filter, no bots, ids of conversations only."""

from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt import App

from tests.sandbox.block_parts import plain
from tests.sandbox.conftest import Person, Ward
from tests.sandbox.ward import ADA, BEN, CERYS, GENERAL, PRIVATE


def form(element: dict[str, Any]) -> dict[str, Any]:
    where = {"type": "input", "block_id": "where", "label": plain("Where?"), "element": element}
    return {
        "type": "modal",
        "callback_id": "tea",
        "title": plain("Tea"),
        "submit": plain("Send"),
        "blocks": [where],
    }


@pytest.fixture
def asks(ward: Ward, serve: Callable[..., App]) -> Any:
    """A person in front of a form with one conversation menu; the submissions so far."""

    def ask(user: str, **settings: Any) -> tuple[Any, list[Any]]:
        element = {"type": "conversations_select", "action_id": "a", **settings}
        submitted: list[Any] = []

        def open_form(ack: Any, body: Any, client: Any) -> None:
            client.views_open(trigger_id=body["trigger_id"], view=form(element))
            ack()

        def take(ack: Any, view: Any) -> None:
            submitted.append(view["state"]["values"]["where"]["a"])
            ack()

        serve(ward, command=open_form, tea=take)
        person = ward.person(user)
        person.types("/kettle")
        return person, submitted

    return ask


def offered(person: Person) -> list[str]:
    (menu,) = [control for control in person.sees()["modal"]["controls"] if control["label"] == "Where?"]
    return list(menu["options"])


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"include": ["public"]}, {"#general", "#random", "#last-year"}),
        ({"include": ["private"]}, {"#leaders"}),
        ({"include": ["im"]}, {"Ada Morgan", "Ben", "Ben Okoro-Hughes", "Visitor"}),
        ({"include": ["public"], "exclude_external_shared_channels": True}, {"#random", "#last-year"}),
    ],
)
def test_the_filter_decides_what_is_offered(asks: Any, choice: dict[str, Any], expected: set[str]) -> None:
    cerys, _ = asks(CERYS, filter=choice)
    assert set(offered(cerys)) == expected


def test_no_bot_is_ever_offered_and_choosing_one_is_refused(asks: Any) -> None:
    ada, _ = asks(ADA)
    assert not {"Rota", "Kettle", "Gone Away"} & set(offered(ada))
    assert ada.does("fill", label="Where?", value="Rota").status_code == 409


def test_what_the_filter_leaves_out_cannot_be_chosen(asks: Any) -> None:
    ada, _ = asks(ADA, filter={"include": ["im"]})
    assert ada.does("fill", label="Where?", value="#general").status_code == 409


def test_a_person_stands_for_the_direct_conversation_with_them(ward: Ward, asks: Any) -> None:
    ada, submitted = asks(ADA)
    ada.fills("Where?", "Ben")
    ada.submits()
    chosen = submitted[0]["selected_conversation"]
    assert chosen.startswith("D")
    # The app is not in it: it can neither look at it nor write there.
    assert ward.call("chat.postMessage", {"channel": chosen, "text": "hi"})["error"] == "channel_not_found"
    assert ward.call("conversations.info", {"channel": chosen}, form=True)["error"] == "channel_not_found"
    assert ward.person(BEN).texts(chosen) == []
    assert ward.http.get(f"/person/{CERYS}/screen", params={"place": chosen}).status_code == 404


@pytest.mark.parametrize(
    ("user", "label", "channel"), [(ADA, "#general", GENERAL), (CERYS, "leaders", PRIVATE)]
)
def test_a_channel_stands_for_itself(asks: Any, user: str, label: str, channel: str) -> None:
    person, submitted = asks(user)
    person.fills("Where?", label)
    person.submits()
    assert submitted[0]["selected_conversation"] == channel


@pytest.mark.parametrize("place", [GENERAL, "dm"])
def test_a_menu_may_begin_with_where_the_person_is(asks: Any, place: str) -> None:
    ada, submitted = asks(ADA, default_to_current_conversation=True)
    ada.dismisses()
    ada.types("/kettle", place)
    ada.submits()
    chosen = submitted[0]["selected_conversation"]
    assert chosen == GENERAL if place == GENERAL else chosen.startswith("D")
