"""What the app is sent has the keys and types of Slack's recorded payloads."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.sandbox.block_parts import plain
from tests.sandbox.conftest import Ward
from tests.sandbox.ward import ADA, BEN, GENERAL

# Present only in an Enterprise organisation, or in events of an older form.
ELSEWHERE = ("enterprise", "authed_users", "event.enterprise")


BUTTON = {
    "type": "actions",
    "elements": [{"type": "button", "action_id": "go", "value": "1", "text": plain("Go")}],
}
FIELD = {
    "type": "input",
    "block_id": "n",
    "label": plain("Note"),
    "element": {"type": "plain_text_input", "action_id": "a"},
}
BAYS = {
    "type": "section",
    "text": plain("Which bay?"),
    "accessory": {"type": "external_select", "action_id": "bay", "placeholder": plain("Bay")},
}
FORM = {
    "type": "modal",
    "callback_id": "f",
    "title": plain("T"),
    "submit": plain("S"),
    "close": plain("C"),
    "notify_on_close": True,
}


def paths(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Every key path with the type of its value, as shapes.json names them."""
    if at:
        yield at, _kind(value)
    if isinstance(value, dict):
        for name, item in value.items():
            yield from paths(item, f"{at}.{name}" if at else name)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                yield from ((path, kind) for path, kind in paths(item, f"{at}[]") if path != f"{at}[]")


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    return {str: "str", int: "num", float: "num", list: "list", dict: "dict"}[type(value)]


def differences(payload: dict[str, Any], shape: dict[str, Any]) -> list[str]:
    """Keys that no recorded payload has, types that none has, and keys that all have but this one."""
    known: dict[str, list[str]] = shape["known"]
    found_paths = dict(paths(payload))
    wrong = []
    for path, kind in found_paths.items():
        if path in known:
            if kind not in known[path] and not (kind == "null" and _elsewhere(path)):
                wrong.append(f"{path} is {kind}, recorded {known[path]}")
        elif not _opaque(path, known):
            wrong.append(f"{path} is in no recorded payload")
    wrong += [
        f"{path} is missing" for path in shape["core"] if path not in found_paths and not _elsewhere(path)
    ]
    return wrong


def _opaque(path: str, known: dict[str, list[str]]) -> bool:
    """Whether the recorded shapes say nothing about the inside of what this path is in."""
    while "." in path:
        path = path.rpartition(".")[0]
        bare = path.removesuffix("[]")
        if bare in known:
            return not any(known_path.startswith((f"{bare}.", f"{bare}[].")) for known_path in known)
    return False


def _elsewhere(path: str) -> bool:
    return any(part.startswith(ELSEWHERE) for part in path.split("."))


@pytest.fixture
def busy(ward: Ward) -> Ward:
    """A ward in which every kind of payload was sent once."""
    app = ward.bolt()

    def open_form(ack: Any, body: Any, client: Any) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=FORM | {"blocks": [FIELD, BUTTON, BAYS]})
        ack()

    def publish(client: Any, event: Any) -> None:
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [BUTTON]})

    app.command("/kettle")(open_form)
    app.action("go")(lambda ack: ack())
    app.action("bay")(lambda ack: ack())
    app.options("bay")(lambda ack: ack(options=[{"text": plain("Bay 2"), "value": "2"}]))
    app.view("f")(lambda ack: ack(response_action="errors", errors={"n": "No."}))
    app.view_closed("f")(lambda ack: ack())
    app.global_shortcut("boil")(lambda ack: ack())
    app.message_shortcut("serve")(lambda ack: ack())
    app.event("app_home_opened")(publish)
    for name in ("app_uninstalled", "tokens_revoked", "member_joined_channel", "team_join", "user_change"):
        app.event(name)(lambda: None)
    ward.connect(app)
    _happen(ward)
    return ward


def _happen(ward: Ward) -> None:
    ada = ward.person(ADA)
    ts = ward.client.chat_postMessage(channel=GENERAL, text="Go?", blocks=[BUTTON])["ts"]
    ward.client.chat_postEphemeral(channel=GENERAL, user=ADA, text="Go?", blocks=[BUTTON])
    ada.sees(GENERAL)
    ada.presses("Go", within=ts)
    ada.presses("Go")
    ada.does("shortcut", name="serve", place=GENERAL, ts=ts)
    ada.does("shortcut", name="boil")
    ada.types("/kettle @Ben tea")
    ada.fills("Note", "hot")
    ada.presses("Go")
    ada.fills("Bay", "Bay 2")
    ada.submits()
    ada.dismisses()
    ada.sees("home")
    ada.presses("Go", within="home")
    ada.sees("dm")
    ada.sees("home")
    ward.control("change", kind="leave", channel=GENERAL, user=BEN)
    ward.control("change", kind="join", channel=GENERAL, user=BEN, inviter=ADA)
    ward.control("change", kind="person", user=BEN, title="Consultant")
    ward.control("change", kind="team_join", user="U0NEW000001", name="New Person", handle="new")
    ward.control("change", kind="uninstall")


def test_every_payload_is_of_a_recorded_shape(
    busy: Ward, shapes: dict[str, Any], until: Callable[..., Any]
) -> None:
    expected = {"app_home_opened", "member_joined_channel", "team_join", "user_change", "app_uninstalled"}
    expected |= {"tokens_revoked"}

    def events() -> dict[str, list[Any]]:
        payloads_of: dict[str, list[Any]] = {}
        for sent_payload in busy.sent("event_callback"):
            payloads_of.setdefault(sent_payload["event"]["type"], []).append(sent_payload)
        return payloads_of

    until(lambda: expected <= events().keys())
    kinds: tuple[str, ...] = (
        "slash_command",
        "block_actions",
        "view_submission",
        "view_closed",
        "shortcut",
        "message_action",
    )
    kinds += ("block_suggestion",)
    sent = {kind: busy.sent(kind) for kind in kinds}
    sent |= {f"event:{name}": events()[name] for name in expected}
    # In a message, to one person only, twice in a modal, on Home.
    assert len(sent["block_actions"]) == 5
    for kind, payloads in sent.items():
        assert payloads, kind
        for payload in payloads:
            # The Home event and the one question were recorded with little of a view: it is one everywhere.
            view = payload.get("event", {}).pop("view", None)
            if kind == "block_suggestion":
                view = {**payload.pop("view")}
            shape = {
                **shapes[kind],
                "core": [path for path in shapes[kind]["core"] if not _aside(kind, path)],
            }
            assert differences(payload, shape) == [], kind
            if view is not None:
                assert differences({"view": view}, shapes["block_actions"] | {"core": []}) == []


def _aside(kind: str, path: str) -> bool:
    """Whether the path lies in the view, which is compared by itself."""
    return kind == "block_suggestion" and path.partition(".")[0] == "view"


def test_the_comparison_notices_what_is_wrong(busy: Ward, shapes: dict[str, Any]) -> None:
    (command,) = busy.sent("slash_command")
    shape = shapes["slash_command"]
    assert differences(command | {"colour": "red"}, shape) == ["colour is in no recorded payload"]
    assert differences(command | {"text": 7}, shape) == ["text is num, recorded ['str']"]
    assert differences({name: value for name, value in command.items() if name != "user_id"}, shape) == [
        "user_id is missing"
    ]


def test_events_come_with_their_authorization(busy: Ward) -> None:
    for event in busy.sent("event_callback"):
        (authorization,) = event["authorizations"]
        assert (authorization["team_id"], authorization["user_id"], authorization["is_bot"]) == (
            "T0WARD00001",
            "U0WARDBOT01",
            True,
        )
        assert event["event_context"].startswith(f"1-{event['event']['type']}-T0WARD00001")
    ids = [payload["event_id"] for payload in busy.sent("event_callback")]
    assert len(set(ids)) == len(ids)
