"""Conversations that an app opens, joins, makes, reads and changes, and what Slack refuses of it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from slackapp.sandbox.api.methods import HANDLERS
from slackapp.sandbox.core.contract import read_contract
from tests.sandbox.conftest import BOT, SCOPES, Until, Ward, manifest
from tests.sandbox.ward import ADA, BEN, CERYS, GENERAL, GONE, HIDDEN, OLD, PRIVATE, ROBOT, UNJOINED, VISITOR

MAY = [
    "channels:history", "groups:history", "im:history", "mpim:history", "channels:join", "channels:manage",
    "groups:write", "im:write", "mpim:write", "mpim:read", "reactions:write", "users:read.email",
    "users.profile:read", "links:write",
]  # fmt: skip
DM = "dm of ada"


@pytest.fixture(scope="module")
def wide_manifest() -> dict[str, Any]:
    return manifest(scopes=[*SCOPES, *MAY])


@pytest.fixture
def wide(open_ward: Callable[..., Ward], wide_manifest: dict[str, Any]) -> Ward:
    return open_ward(manifest=wide_manifest)


def ok(ward: Ward, method: str, **body: Any) -> dict[str, Any]:
    answer = ward.call(method, body, form=True)
    assert answer["ok"], answer
    return dict(answer)


def test_a_direct_conversation_is_opened_once(wide: Ward) -> None:
    first = ok(wide, "conversations.open", users=ADA)
    assert first["channel"]["id"].startswith("D")
    again = ok(wide, "conversations.open", users=ADA, return_im="true")
    assert (again["already_open"], again["channel"]["user"]) == (True, ADA)
    assert again["channel"]["id"] == first["channel"]["id"]
    posted = ok(wide, "chat.postMessage", channel=first["channel"]["id"], text="Tea?")
    assert wide.person(ADA).texts() == ["Tea?"]
    assert posted["channel"] == first["channel"]["id"]


def test_a_conversation_with_several_is_seen_by_them_alone(wide: Ward) -> None:
    channel = ok(wide, "conversations.open", users=f"{ADA},{BEN}")["channel"]["id"]
    assert ok(wide, "conversations.open", users=f"{BEN},{ADA}")["channel"]["id"] == channel
    ok(wide, "chat.postMessage", channel=channel, text="Tea for two")
    assert wide.person(ADA).texts(channel) == ["Tea for two"]
    assert wide.http.get(f"/person/{CERYS}/screen", params={"place": channel}).status_code == 404
    described = ok(wide, "conversations.info", channel=channel)["channel"]
    assert (described["is_mpim"], described["is_im"]) == (True, False)


REFUSED = [
    ("conversations.open", {}, "users_list_not_supplied"),
    ("conversations.open", {"users": "U0NOBODY001"}, "user_not_found"),
    ("conversations.open", {"users": ROBOT}, "cannot_dm_bot"),
    ("conversations.open", {"users": GONE}, "user_disabled"),
    ("conversations.open", {"users": VISITOR}, "user_not_visible"),
    ("conversations.open", {"users": ",".join(f"U0WARD9000{n}" for n in range(9))}, "too_many_users"),
    ("conversations.open", {"channel": GENERAL}, "channel_not_found"),
    ("conversations.join", {"channel": HIDDEN}, "channel_not_found"),
    ("conversations.join", {"channel": OLD}, "is_archived"),
    ("conversations.leave", {"channel": GENERAL}, "cant_leave_general"),
    ("conversations.invite", {"channel": UNJOINED, "users": CERYS}, "not_in_channel"),
    ("conversations.invite", {"channel": PRIVATE, "users": "U0NOBODY001"}, "user_not_found"),
    ("conversations.invite", {"channel": PRIVATE, "users": BOT}, "cant_invite_self"),
    ("conversations.invite", {"channel": PRIVATE, "users": CERYS}, "already_in_channel"),
    ("conversations.kick", {"channel": GENERAL, "user": ADA}, "cant_kick_from_general"),
    ("conversations.kick", {"channel": PRIVATE, "user": BOT}, "cant_kick_self"),
    ("conversations.create", {"name": "Big Tea"}, "invalid_name_specials"),
    ("conversations.create", {"name": "general"}, "name_taken"),
    ("conversations.create", {"name": "---"}, "invalid_name_punctuation"),
    ("conversations.create", {"name": "x" * 81}, "invalid_name_maxlength"),
    ("conversations.create", {"name": "#"}, "invalid_name_required"),
    ("conversations.archive", {"channel": GENERAL}, "cant_archive_general"),
    ("conversations.archive", {"channel": OLD}, "already_archived"),
    ("conversations.setTopic", {"channel": GENERAL, "topic": "x" * 251}, "too_long"),
    ("conversations.history", {"channel": UNJOINED}, "not_in_channel"),
    ("conversations.history", {"channel": HIDDEN}, "channel_not_found"),
    ("conversations.history", {"channel": GENERAL, "oldest": "long ago"}, "invalid_ts_oldest"),
    ("conversations.history", {"channel": GENERAL, "latest": "nan"}, "invalid_ts_latest"),
    ("conversations.history", {"channel": GENERAL, "cursor": "next"}, "invalid_cursor"),
    ("conversations.replies", {"channel": GENERAL, "ts": "1.000000"}, "thread_not_found"),
    ("reactions.add", {"channel": GENERAL, "timestamp": "1.000000", "name": "tea"}, "message_not_found"),
    ("reactions.add", {"channel": GENERAL, "timestamp": "soon", "name": "tea"}, "bad_timestamp"),
    ("reactions.add", {"channel": GENERAL, "timestamp": "1.000000", "name": "t e a"}, "invalid_name"),
    ("reactions.remove", {"name": "tea"}, "no_item_specified"),
    ("users.lookupByEmail", {"email": "nobody@ward.example"}, "users_not_found"),
    ("bots.info", {"bot": "B0NOBODY001"}, "bot_not_found"),
    ("chat.scheduleMessage", {"channel": GENERAL, "text": "hi", "post_at": "1"}, "time_in_past"),
    ("chat.scheduleMessage", {"channel": GENERAL, "text": "hi", "post_at": "9999999999"}, "time_too_far"),
    ("chat.scheduleMessage", {"channel": GENERAL, "text": "hi", "post_at": "soon"}, "invalid_time"),
    ("chat.deleteScheduledMessage", {"channel": GENERAL, "scheduled_message_id": "Q1"},
     "invalid_scheduled_message_id"),
    ("chat.unfurl", {"channel": GENERAL, "ts": "1.0"}, "missing_unfurls"),
    ("chat.unfurl", {"channel": GENERAL, "ts": "1.0", "unfurls": "{}"}, "cannot_find_message"),
    ("chat.postMessage", {"channel": ROBOT, "text": "hi"}, "cannot_dm_bot"),
    ("chat.postMessage", {"channel": "#nowhere", "text": "hi"}, "channel_not_found"),
    ("chat.postMessage", {"channel": "#secret", "text": "hi"}, "channel_not_found"),
    ("chat.update", {"channel": "#general", "ts": "1.0", "text": "hi"}, "channel_not_found"),
    ("files.upload", {}, "method_deprecated"),
    ("channels.list", {}, "method_deprecated"),
    ("im.open", {"user": ADA}, "method_deprecated"),
    ("rtm.start", {}, "method_deprecated"),
]  # fmt: skip


@pytest.fixture(scope="module")
def steady_wide(wide_manifest: dict[str, Any]) -> Iterator[Ward]:
    """A ward shared by calls that are all refused."""
    import httpx

    from slackapp.sandbox.server import Sandbox
    from tests.sandbox.conftest import ward_seed

    with Sandbox(manifest=wide_manifest, rate_limits=False) as sandbox:
        sandbox.seed(ward_seed())
        with httpx.Client(base_url=sandbox.url, timeout=15) as http:
            yield Ward(sandbox, http)


@pytest.mark.parametrize(("method", "body", "error"), REFUSED)
def test_what_slack_refuses_is_refused_by_slacks_name(
    steady_wide: Ward, method: str, body: dict[str, Any], error: str
) -> None:
    answer = steady_wide.call(method, body, form=True)
    assert (answer["ok"], answer.get("error")) == (False, error), answer
    assert error in read_contract().errors


def test_the_app_joins_a_public_channel_and_leaves_it(wide: Ward) -> None:
    assert ok(wide, "conversations.join", channel=UNJOINED)["channel"]["is_member"] is True
    assert ok(wide, "conversations.join", channel=UNJOINED)["warning"] == "already_in_channel"
    ok(wide, "chat.postMessage", channel="#random", text="Hello")
    assert wide.person(ADA).texts(UNJOINED) == ["Hello"]
    ok(wide, "conversations.leave", channel=UNJOINED)
    assert ok(wide, "conversations.leave", channel=UNJOINED)["not_in_channel"] is True


def test_a_channel_is_made_filled_renamed_and_archived(wide: Ward) -> None:
    channel = ok(wide, "conversations.create", name="tea-round", is_private="true")["channel"]["id"]
    ok(wide, "conversations.invite", channel=channel, users=f"{ADA},{BEN}")
    ok(wide, "conversations.setTopic", channel=channel, topic="Who makes it?")
    ok(wide, "conversations.rename", channel=channel, name="coffee-round")
    ok(wide, "conversations.kick", channel=channel, user=BEN)
    described = ok(wide, "conversations.info", channel=channel)["channel"]
    assert described["topic"]["value"] == "Who makes it?"
    assert (described["name"], described["previous_names"]) == ("coffee-round", ["tea-round"])
    assert set(ok(wide, "conversations.members", channel=channel)["members"]) == {BOT, ADA}
    ok(wide, "conversations.archive", channel=channel)
    answer = wide.call("chat.postMessage", {"channel": channel, "text": "hi"})
    assert answer["error"] == "is_archived"


def test_history_is_newest_first_in_pages_without_threads_and_whispers(wide: Ward) -> None:
    times = [
        ok(wide, "chat.postMessage", channel=GENERAL, text=text)["ts"] for text in ("one", "two", "three")
    ]
    wide.person(ADA)._done("type", place=GENERAL, text="a reply", thread_ts=times[0])
    wide.call("chat.postEphemeral", {"channel": GENERAL, "user": ADA, "text": "hush"})
    page = ok(wide, "conversations.history", channel=GENERAL, limit="2")
    assert [message["text"] for message in page["messages"]] == ["three", "two"]
    assert page["has_more"] is True
    rest = ok(
        wide, "conversations.history", channel=GENERAL, limit="2",
        cursor=page["response_metadata"]["next_cursor"],
    )  # fmt: skip
    (first,) = rest["messages"]
    assert (first["reply_count"], first["reply_users"], rest["has_more"]) == (1, [ADA], False)
    since = ok(wide, "conversations.history", channel=GENERAL, oldest=times[1], inclusive="true")
    assert [message["ts"] for message in since["messages"]] == times[:0:-1]
    thread = ok(wide, "conversations.replies", channel=GENERAL, ts=times[0])["messages"]
    assert [message["text"] for message in thread] == ["one", "a reply"]
    assert thread[1]["parent_user_id"] == BOT


def test_history_needs_the_scope_of_that_kind_of_place(open_ward: Callable[..., Ward]) -> None:
    ward = open_ward(manifest=manifest(scopes=[*SCOPES, "im:history"]))
    answer = ward.call("conversations.history", {"channel": GENERAL}, form=True)
    assert (answer["error"], answer["needed"]) == ("missing_scope", "channels:history")


def test_a_scheduled_message_waits_for_the_sandboxs_clock(wide: Ward, until: Until) -> None:
    now = int(wide.sandbox.clock.epoch())
    at = str(now + 3600)
    ok(wide, "chat.scheduleMessage", channel=GENERAL, text="Tea time", post_at=at)
    dropped = ok(wide, "chat.scheduleMessage", channel=GENERAL, text="Coffee time", post_at=at)
    listed = ok(wide, "chat.scheduledMessages.list")["scheduled_messages"]
    assert [entry["text"] for entry in listed] == ["Tea time", "Coffee time"]
    ok(wide, "chat.deleteScheduledMessage", channel=GENERAL,
       scheduled_message_id=dropped["scheduled_message_id"])  # fmt: skip
    assert wide.person(ADA).texts(GENERAL) == []
    wide.control("clock", advance=3601)
    until(lambda: wide.person(ADA).texts(GENERAL) == ["Tea time"])
    assert ok(wide, "chat.scheduledMessages.list")["scheduled_messages"] == []


def test_the_app_reacts_and_takes_it_back(wide: Ward) -> None:
    ts = ok(wide, "chat.postMessage", channel=GENERAL, text="Tea")["ts"]
    target = {"channel": GENERAL, "timestamp": ts, "name": "tea"}
    ok(wide, "reactions.add", **target)
    assert wide.call("reactions.add", target)["error"] == "already_reacted"
    reactions = ok(wide, "reactions.get", channel=GENERAL, timestamp=ts)["message"]["reactions"]
    assert reactions == [{"name": "tea", "users": [BOT], "count": 1}]
    ok(wide, "reactions.remove", **target)
    assert wide.call("reactions.remove", target)["error"] == "no_reaction"


def test_people_and_bots_are_looked_up(wide: Ward) -> None:
    assert ok(wide, "users.lookupByEmail", email="Ada@ward.example")["user"]["id"] == ADA
    assert ok(wide, "users.profile.get", user=ADA)["profile"]["email"] == "ada@ward.example"
    assert ok(wide, "bots.info", bot="B0WARDBOT01")["bot"]["user_id"] == BOT
    mine = ok(wide, "users.conversations", types="public_channel,private_channel", exclude_archived="1")
    assert {channel["id"] for channel in mine["channels"]} == {GENERAL, PRIVATE}


def test_a_name_with_a_hash_is_taken_where_slack_takes_it(wide: Ward) -> None:
    assert ok(wide, "chat.postMessage", channel="#general", text="hi")["channel"] == GENERAL
    assert wide.call("chat.postEphemeral", {"channel": "#general", "user": ADA, "text": "hi"})["ok"]


ODD: list[Any] = [5, {"a": [1]}, [7], "é"]
ASSISTANTS = {"assistant.threads.setStatus", "assistant.threads.setSuggestedPrompts"}
METHODS = {method for method, _, _ in REFUSED} & HANDLERS.keys() | ASSISTANTS
LIKELY = {
    "channel": GENERAL,
    "channel_id": GENERAL,
    "users": ADA,
    "text": "hi",
    "ts": "1.000000",
    "timestamp": "1.000000",
    "name": "tea",
    "post_at": "9999999999",
}


@pytest.mark.parametrize("method", sorted(METHODS))
def test_an_argument_of_another_kind_is_refused_by_a_name_of_slacks(steady_wide: Ward, method: str) -> None:
    described = read_contract().methods[method]
    usual = {name: LIKELY[name] for name in described.arguments if name in LIKELY}
    for name in described.arguments - {"token"}:
        for value in ODD:
            sent = {**usual, name: value}
            if not described.reads_json:
                sent = {
                    key: each if isinstance(each, str) else json.dumps(each) for key, each in sent.items()
                }
            # `call` asserts that the status is 200.
            answer = steady_wide.call(method, sent, form=not described.reads_json)
            assert answer.get("error") in {None, *read_contract().errors}, (name, value, answer)
