"""People and places as they come: guests, strangers, leavers, odd names, changing channels, late events."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.conftest import BOT, EVENTS, GROUP, SCOPES, Until, Ward, manifest
from tests.sandbox.test_message_events import listening_manifest
from tests.sandbox.ward import ADA, BEN, CERYS, GENERAL, GONE, PRIVATE, UNJOINED, VISITOR

CHANGES = [
    "channel_archive", "channel_created", "channel_deleted", "channel_id_changed", "channel_rename",
    "channel_shared", "channel_unshared", "channel_left", "group_archive", "group_deleted", "group_rename",
    "subteam_created", "subteam_updated", "app_rate_limited",
]  # fmt: skip
W_ID = "W0WARD00009"


@pytest.fixture
def wide(open_ward: Callable[..., Ward]) -> Ward:
    return open_ward(manifest=manifest(events=[*EVENTS, *CHANGES], scopes=SCOPES))


@pytest.fixture
def event_of(until: Until) -> Callable[[Any, str], dict[str, Any]]:
    """The newest event of this type once it has been sent."""

    def wait(ward: Ward, kind: str) -> dict[str, Any]:
        def newest() -> dict[str, Any] | None:
            events = [payload["event"] for payload in ward.sent("event_callback")]
            return next((event for event in reversed(events) if event["type"] == kind), None)

        return dict(until(newest))

    return wait


def user(ward: Ward, user_id: str) -> dict[str, Any]:
    answer = ward.call("users.info", {"user": user_id}, form=True)
    assert answer["ok"], answer
    return dict(answer["user"])


@pytest.mark.parametrize(
    ("change", "flags"),
    [({"is_guest": True}, (True, False)), ({"is_single_channel": True}, (True, True)), ({}, (False, False))],
)
def test_guests_of_several_channels_and_of_one_are_marked_as_slack_marks_them(
    wide: Ward,
    event_of: Callable[[Ward, str], dict[str, Any]],
    change: dict[str, bool],
    flags: tuple[bool, bool],
) -> None:
    wide.control("change", kind="person", user=BEN, **change)
    for described in (user(wide, BEN), event_of(wide, "user_change")["user"]):
        assert (described["is_restricted"], described["is_ultra_restricted"]) == flags


def test_a_guest_sees_only_their_own_channels(wide: Ward) -> None:
    wide.control("change", kind="person", user=CERYS, is_single_channel=True)
    places = {UNJOINED: 404, GENERAL: 200}
    for place, status in places.items():
        assert wide.http.get(f"/person/{CERYS}/screen", params={"place": place}).status_code == status


@pytest.mark.parametrize(
    "name", ["Ngô Thị Hương", "محمد علي", "山田 太郎", "Zoë O'Brien-Łęcka", "👩‍⚕️ Ward"]
)  # a name as it is written
def test_names_in_any_script_and_ids_with_w_come_through(
    wide: Ward, event_of: Callable[[Ward, str], dict[str, Any]], name: str
) -> None:
    wide.control("change", kind="team_join", user=W_ID, name=name, handle="new.one", display_name="")
    joined = event_of(wide, "team_join")["user"]
    assert (joined["id"], joined["real_name"], joined["profile"]["display_name"]) == (W_ID, name, "")
    wide.control("change", kind="join", channel=GENERAL, user=W_ID)
    wide.person(W_ID).types(f"I am <@{W_ID}>")
    assert wide.person(ADA).texts(GENERAL)[-1] == f"I am @{name}"


def test_somebody_who_has_left_is_told_with_less_and_cannot_act_until_they_are_back(
    wide: Ward, event_of: Callable[[Ward, str], dict[str, Any]]
) -> None:
    wide.control("change", kind="person", user=BEN, deleted=True)
    gone = event_of(wide, "user_change")["user"]
    assert gone["deleted"] is True
    assert not gone.keys() & {"real_name", "tz", "is_admin", "is_restricted"}
    assert wide.person(BEN).does("type", place=GENERAL, text="hi").status_code == 404
    assert wide.call("chat.postMessage", {"channel": BEN, "text": "hi"})["error"] == "channel_not_found"
    wide.control("change", kind="person", user=BEN, deleted=False)
    assert user(wide, BEN)["real_name"] == "Ben"
    assert wide.person(BEN).types("Back again")["messages"]


def test_a_stranger_acts_in_a_shared_channel_and_nowhere_else(ward: Ward) -> None:
    app = ward.bolt()
    presses: list[dict[str, Any]] = []

    def pressed(ack: Any, body: Any) -> None:
        presses.append(body)
        ack()

    app.action("go")(pressed)
    ward.connect(app)
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    ward.call("chat.postMessage", {"channel": GENERAL, "text": "Go?", "blocks": [
        {"type": "actions", "elements": [button]}]})  # fmt: skip
    visitor = ward.person(VISITOR)
    assert "Go" in [control["label"] for control in visitor.sees(GENERAL)["messages"][-1]["controls"]]
    visitor.presses("Go")
    (body,) = presses
    assert body["user"]["team_id"] != body["team"]["id"] == "T0WARD00001"
    for place in ("dm", "home", PRIVATE, UNJOINED):
        assert ward.http.get(f"/person/{VISITOR}/screen", params={"place": place}).status_code == 404
    message = visitor.types("/kettle two")["messages"][-1]
    assert "is not a valid command" in message["text"]
    assert visitor.does("shortcut", name="Put the kettle on").status_code == 409
    everyone = ward.http.get("/person", params={"strangers": "1"}).json()
    assert VISITOR in [person["id"] for person in everyone]
    assert VISITOR not in [person["id"] for person in ward.http.get("/person").json()]


def test_a_channel_is_created_renamed_archived_and_deleted(
    wide: Ward, event_of: Callable[[Ward, str], dict[str, Any]]
) -> None:
    fresh = "C0WARD00099"
    wide.control("change", kind="create", channel=fresh, name="tea", members=[ADA, BOT])
    assert event_of(wide, "channel_created")["channel"]["id"] == fresh
    wide.control("change", kind="rename", channel=fresh, name="coffee")
    assert event_of(wide, "channel_rename")["channel"]["name"] == "coffee"
    wide.control("change", kind="archive", channel=fresh)
    assert event_of(wide, "channel_archive")["channel"] == fresh
    wide.control("change", kind="delete", channel=fresh)
    assert event_of(wide, "channel_deleted")["channel"] == fresh
    assert wide.call("conversations.info", {"channel": fresh}, form=True)["error"] == "channel_not_found"


def test_a_channel_made_private_keeps_its_id_and_brings_a_line_only_history_shows(
    open_ward: Callable[..., Ward], event_of: Callable[[Ward, str], dict[str, Any]]
) -> None:
    ward = open_ward(manifest=listening_manifest())
    ward.control("change", kind="convert", channel=GENERAL)
    line = event_of(ward, "message")
    assert (line["subtype"], line["channel_type"]) == ("channel_convert_to_private", "group")
    described = ward.call("conversations.info", {"channel": GENERAL}, form=True)["channel"]
    assert (described["is_private"], described["is_channel"]) == (True, False)
    assert ward.http.get(f"/person/{CERYS}/screen", params={"place": GENERAL}).status_code == 200


def test_a_channel_that_is_shared_may_get_a_new_id(
    wide: Ward, event_of: Callable[[Ward, str], dict[str, Any]]
) -> None:
    wide.control("change", kind="share", channel=GENERAL, new_id=True)
    changed = event_of(wide, "channel_id_changed")
    assert changed["old_channel_id"] == GENERAL
    fresh = changed["new_channel_id"]
    assert event_of(wide, "channel_shared")["channel"] == fresh
    assert wide.call("chat.postMessage", {"channel": GENERAL, "text": "hi"})["error"] == "channel_not_found"
    described = wide.call("conversations.info", {"channel": fresh}, form=True)["channel"]
    assert described["is_ext_shared"] is True
    wide.control("change", kind="unshare", channel=fresh)
    assert event_of(wide, "channel_unshared")["is_ext_shared"] is False
    members = wide.call("conversations.members", {"channel": fresh}, form=True)["members"]
    assert VISITOR not in members


def test_a_user_group_is_made_disabled_and_enabled_again(
    wide: Ward, event_of: Callable[[Ward, str], dict[str, Any]]
) -> None:
    wide.control("change", kind="usergroup", usergroup="S0WARD00002", name="Porters", handle="porters",
                 members=[CERYS])  # fmt: skip
    assert event_of(wide, "subteam_created")["subteam"]["users"] == [CERYS]
    wide.control("change", kind="usergroup", usergroup=GROUP, off=True)
    assert event_of(wide, "subteam_updated")["subteam"]["date_delete"] > 0
    listed = wide.call("usergroups.list", {}, form=True)["usergroups"]
    assert [group["id"] for group in listed] == ["S0WARD00002"]
    everything = wide.call("usergroups.list", {"include_disabled": "true"}, form=True)["usergroups"]
    assert len(everything) == 2
    answer = wide.call("usergroups.users.list", {"usergroup": GROUP}, form=True)
    assert answer["error"] == "no_such_subteam"
    wide.control("change", kind="usergroup", usergroup=GROUP, off=False)
    assert wide.call("usergroups.users.list", {"usergroup": GROUP}, form=True)["users"] == [ADA, BEN]


def test_the_token_alone_is_revoked_and_nothing_tells_of_an_uninstallation(
    wide: Ward, event_of: Callable[[Ward, str], dict[str, Any]]
) -> None:
    wide.control("change", kind="tokens_revoked")
    assert event_of(wide, "tokens_revoked")["tokens"] == {"oauth": [], "bot": [BOT]}
    assert wide.call("auth.test")["error"] == "token_revoked"
    kinds = {payload["event"]["type"] for payload in wide.sent("event_callback")}
    assert "app_uninstalled" not in kinds


def test_revoked_tokens_of_people_leave_the_apps_own_alone(
    wide: Ward, event_of: Callable[[Ward, str], dict[str, Any]]
) -> None:
    wide.control("change", kind="tokens_revoked", users=[ADA])
    assert event_of(wide, "tokens_revoked")["tokens"] == {"oauth": [ADA], "bot": []}
    assert wide.call("auth.test")["ok"]


def test_too_many_events_are_told_outside_of_any_event(wide: Ward, until: Until) -> None:
    wide.control("change", kind="rate_limited")
    (payload,) = until(lambda: wide.sent("app_rate_limited"))
    assert (payload["type"], payload["team_id"]) == ("app_rate_limited", "T0WARD00001")
    assert payload["minute_rate_limited"] % 60 == 0
    assert "event" not in payload


def test_events_come_late_in_another_order_and_twice(ward: Ward, until: Until) -> None:
    heard: list[tuple[str, str]] = []
    app = ward.bolt()

    def note(body: Any) -> None:
        heard.append((body["event"]["type"], body["event_id"]))

    for kind in ("member_joined_channel", "member_left_channel"):
        app.event(kind)(note)
    ward.connect(app)
    ward.control("events", hold=True)
    ward.control("change", kind="leave", channel=GENERAL, user=BEN)
    ward.control("change", kind="join", channel=GENERAL, user=BEN)
    ward.control("clock", advance=7200)
    assert ward.http.get("/control/events").json()["waiting"] == [
        "member_left_channel", "member_joined_channel",
    ]  # fmt: skip
    assert not heard
    ward.control("events", release="reversed", times=2)
    until(lambda: len(heard) == 4)
    # A handler may take them side by side: the order in which they were sent is the journal's.
    sent = [payload["event"]["type"] for payload in ward.sent("event_callback")]
    assert sent == ["member_joined_channel", "member_left_channel"] * 2
    assert len({event_id for _, event_id in heard}) == 2
    members = ward.call("conversations.members", {"channel": GENERAL}, form=True)["members"]
    assert BEN in members


def test_an_order_that_there_is_not_is_refused(ward: Ward) -> None:
    answer = ward.http.post("/control/events", json={"release": "sideways"})
    assert answer.status_code == 400
    assert ward.http.post("/control/change", json={"kind": "convert", "channel": "C0NO"}).status_code == 404


def test_who_has_left_is_not_written_to(wide: Ward) -> None:
    assert "real_name" not in user(wide, GONE)
