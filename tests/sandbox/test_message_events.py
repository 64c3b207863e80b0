"""Message events: who writes what where, and which of it the app hears."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.conftest import BOT, EVENTS, SCOPES, Until, Ward, manifest
from tests.sandbox.test_payload_shapes import differences
from tests.sandbox.ward import ADA, BEN, CERYS, GENERAL, PRIVATE, UNJOINED, VISITOR

HEARS = [
    "message.channels", "message.groups", "message.im", "message.mpim", "app_mention", "link_shared",
    "assistant_thread_started", "assistant_thread_context_changed",
]  # fmt: skip
MAY = [
    "channels:history", "groups:history", "im:history", "mpim:history", "app_mentions:read", "links:read",
    "assistant:write", "links:write", "reactions:write", "im:write", "mpim:write",
]  # fmt: skip


def listening_manifest(**features: Any) -> dict[str, Any]:
    """A manifest that subscribes to every message event and may read them."""
    described = manifest(events=[*EVENTS, *HEARS], scopes=[*SCOPES, *MAY])
    described["features"] |= {
        "unfurl_domains": ["tea.example"],
        "assistant_view": {"assistant_description": "Tea"},
        **features,
    }
    return described


@pytest.fixture
def listening(open_ward: Callable[..., Ward]) -> Ward:
    return open_ward(manifest=listening_manifest())


@pytest.fixture
def heard(until: Until) -> Callable[..., dict[str, Any]]:
    """The newest event of this type (and subtype) once it has been sent."""

    def wait(ward: Ward, kind: str, subtype: str | None = None) -> dict[str, Any]:
        def newest() -> dict[str, Any] | None:
            events = [payload["event"] for payload in ward.sent("event_callback")]
            same = [event for event in events if (event["type"], event.get("subtype")) == (kind, subtype)]
            return same[-1] if same else None

        return dict(until(newest))

    return wait


def kinds(ward: Ward) -> list[tuple[str, str | None]]:
    """Type and subtype of every event so far; one that was sent again counts once."""
    events = {payload["event_id"]: payload["event"] for payload in ward.sent("event_callback")}
    return [(event["type"], event.get("subtype")) for event in events.values()]


def test_the_app_hears_messages_of_its_channels_as_slack_records_them(
    listening: Ward, heard: Callable[..., dict[str, Any]], shapes: Any
) -> None:
    listening.person(ADA).types("Tea for @Ben & <@U0WARD00003>? :tea: https://tea.example/a?b=1&c=2")
    event = heard(listening, "message")
    assert (event["channel"], event["channel_type"], event["user"]) == (GENERAL, "channel", ADA)
    elements = event["blocks"][0]["elements"][0]["elements"]
    assert [element["type"] for element in elements] == [
        "text", "user", "text", "user", "text", "emoji", "text", "link",
    ]  # fmt: skip
    assert elements[2]["text"] == " & "
    assert elements[-1]["url"] == "https://tea.example/a?b=1&c=2"
    payload = next(sent for sent in listening.sent("event_callback") if sent["event"]["type"] == "message")
    assert not [line for line in differences(payload, shapes["event:message"]) if "missing" in line]


@pytest.mark.parametrize(
    ("place", "kind"),
    [(GENERAL, "channel"), (PRIVATE, "group"), ("dm", "im")],
    ids=["public", "private", "dm"],
)
def test_each_kind_of_place_has_its_own_subscription(
    open_ward: Callable[..., Ward], heard: Callable[..., dict[str, Any]], place: str, kind: str
) -> None:
    from slackapp.sandbox.slack.message_events import SUBSCRIPTIONS

    described = listening_manifest()
    subscribed = described["settings"]["event_subscriptions"]["bot_events"]
    subscribed.remove(SUBSCRIPTIONS[kind])
    deaf, hearing = open_ward(manifest=described), open_ward(manifest=listening_manifest())
    for ward in (deaf, hearing):
        ward.person(CERYS).types("Hello", place)
    assert heard(hearing, "message")["channel_type"] == kind
    assert ("message", None) not in kinds(deaf)


def test_without_its_history_scope_the_app_hears_nothing(open_ward: Callable[..., Ward]) -> None:
    described = listening_manifest()
    described["oauth_config"]["scopes"]["bot"].remove("channels:history")
    ward = open_ward(manifest=described)
    ward.person(ADA).types("Hello")
    assert ("message", None) not in kinds(ward)


def test_where_the_app_is_not_it_hears_nothing_of_messages_or_mentions(listening: Ward) -> None:
    listening.person(ADA).types(f"Hello <@{BOT}>", UNJOINED)
    assert not kinds(listening)


def test_a_mention_comes_as_app_mention_and_as_message_but_in_a_dm_as_message_only(
    listening: Ward, heard: Callable[..., dict[str, Any]]
) -> None:
    listening.person(ADA).types(f"Hello <@{BOT}>")
    assert heard(listening, "app_mention")["text"] == f"Hello <@{BOT}>"
    heard(listening, "message")
    listening.person(BEN).types(f"Hello <@{BOT}>", "dm")
    assert kinds(listening).count(("app_mention", None)) == 1


def test_the_apps_own_message_comes_back_to_it_with_its_bot_id(
    listening: Ward, heard: Callable[..., dict[str, Any]]
) -> None:
    listening.call("chat.postMessage", {"channel": GENERAL, "text": f"I am <@{BOT}>"})
    event = heard(listening, "message")
    assert event["bot_id"] == "B0WARDBOT01"
    assert ("app_mention", None) not in kinds(listening)


def test_what_one_person_alone_sees_is_no_event(listening: Ward) -> None:
    listening.call("chat.postEphemeral", {"channel": GENERAL, "user": ADA, "text": "Hush"})
    listening.person(ADA).types("/unknown")
    assert not kinds(listening)


def test_an_edit_and_a_deletion_tell_what_was_there_before(
    listening: Ward, heard: Callable[..., dict[str, Any]]
) -> None:
    ada = listening.person(ADA)
    ts = ada.types("Tea")["messages"][-1]["ts"]
    ada._done("edit", place=GENERAL, ts=ts, text="Coffee")
    edited = heard(listening, "message", "message_changed")
    assert (edited["previous_message"]["text"], edited["message"]["text"]) == ("Tea", "Coffee")
    assert edited["message"]["edited"]["user"] == ADA
    ada._done("delete", place=GENERAL, ts=ts)
    deleted = heard(listening, "message", "message_deleted")
    assert (deleted["deleted_ts"], deleted["previous_message"]["text"]) == (ts, "Coffee")
    assert ada.texts(GENERAL) == []


def test_nobody_edits_or_deletes_what_another_wrote(listening: Ward) -> None:
    ts = listening.person(ADA).types("Tea")["messages"][-1]["ts"]
    for action in ("edit", "delete"):
        answer = listening.person(BEN).does(action, place=GENERAL, ts=ts, text="Coffee")
        assert answer.status_code == 409


def test_the_apps_edits_and_deletions_are_events_too(
    listening: Ward, heard: Callable[..., dict[str, Any]]
) -> None:
    ts = listening.call("chat.postMessage", {"channel": GENERAL, "text": "One"})["ts"]
    listening.call("chat.update", {"channel": GENERAL, "ts": ts, "text": "Two"})
    assert heard(listening, "message", "message_changed")["message"]["text"] == "Two"
    listening.call("chat.delete", {"channel": GENERAL, "ts": ts})
    assert heard(listening, "message", "message_deleted")["deleted_ts"] == ts


def test_a_reply_names_its_thread_and_whose_it_is(
    listening: Ward, heard: Callable[..., dict[str, Any]], until: Until
) -> None:
    ts = listening.person(ADA).types("Tea?")["messages"][-1]["ts"]
    listening.person(BEN)._done("type", place=GENERAL, text="Yes", thread_ts=ts)
    event = until(lambda: heard(listening, "message") if heard(listening, "message")["user"] == BEN else None)
    assert (event["thread_ts"], event["parent_user_id"]) == (ts, ADA)


def test_a_reaction_names_whose_message_it_was_given_to(
    listening: Ward, heard: Callable[..., dict[str, Any]]
) -> None:
    ts = listening.person(ADA).types("Tea?")["messages"][-1]["ts"]
    listening.person(BEN)._done("react", place=GENERAL, ts=ts, emoji="tea")
    assert heard(listening, "reaction_added")["item_user"] == ADA


def test_links_of_the_apps_domains_come_as_link_shared_and_can_be_unfurled(
    listening: Ward, heard: Callable[..., dict[str, Any]]
) -> None:
    text = "https://tea.example/1 https://a.tea.example/2 https://nottea.example/3"
    ts = listening.person(ADA).types(text)["messages"][-1]["ts"]
    event = heard(listening, "link_shared")
    assert [link["url"] for link in event["links"]] == ["https://tea.example/1", "https://a.tea.example/2"]
    assert (event["message_ts"], event["is_bot_user_member"]) == (ts, True)
    unfurls = {"https://tea.example/1": {"text": "Earl Grey"}}
    answer = listening.call(
        "chat.unfurl", {"unfurl_id": event["unfurl_id"], "source": event["source"], "unfurls": unfurls}
    )
    assert answer["ok"], answer
    assert "Earl Grey" in listening.person(ADA).texts(GENERAL)[-1]
    changed = heard(listening, "message", "message_changed")
    assert changed["message"]["attachments"][0]["text"] == "Earl Grey"


def test_a_visitor_of_another_organisation_is_told_by_their_team(
    listening: Ward, heard: Callable[..., dict[str, Any]]
) -> None:
    listening.person(VISITOR).types("Good morning")
    event = heard(listening, "message")
    assert event["user_team"] == event["team"] != "T0WARD00001"
    payload = [sent for sent in listening.sent("event_callback") if sent["event"]["type"] == "message"][-1]
    assert payload["is_ext_shared_channel"] is True
    assert payload["team_id"] == payload["authorizations"][0]["team_id"] == "T0WARD00001"


def test_an_assistant_thread_is_started_and_its_context_changes(
    listening: Ward, heard: Callable[..., dict[str, Any]]
) -> None:
    ada = listening.person(ADA)
    screen = ada._done("assistant", channel=GENERAL)
    thread = heard(listening, "assistant_thread_started")["assistant_thread"]
    assert thread["context"] == {"channel_id": GENERAL, "team_id": "T0WARD00001", "enterprise_id": None}
    assert thread["thread_ts"] == screen["messages"][-1]["ts"]
    ada._done("assistant", thread_ts=thread["thread_ts"], channel=UNJOINED)
    changed = heard(listening, "assistant_thread_context_changed")["assistant_thread"]
    assert (changed["context"]["channel_id"], changed["thread_ts"]) == (UNJOINED, thread["thread_ts"])
    ada._done("type", place="dm", text="Which tea?", thread_ts=thread["thread_ts"])
    assert heard(listening, "message")["thread_ts"] == thread["thread_ts"]


def test_without_an_assistant_in_the_manifest_there_is_no_such_thread(ward: Ward) -> None:
    assert ward.person(ADA).does("assistant").status_code == 409
