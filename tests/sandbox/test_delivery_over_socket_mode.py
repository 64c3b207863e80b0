"""Socket Mode: envelopes, retries, refresh, cuts."""

import queue
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import aiohttp
import orjson
import pytest
from slack_sdk.socket_mode.builtin.connection import ConnectionState

from tests.sandbox.conftest import Until, Ward
from tests.sandbox.ward import ADA, APP_TOKEN, BEN, GENERAL, ben_leaves
from tests.support.closing import close_socket
from tests.support.waiting import comes


class RawSocket:
    """A Socket Mode client that acknowledges nothing by itself, in a thread."""

    def __init__(self, ward: Ward) -> None:
        self.received: queue.Queue[dict[str, Any]] = queue.Queue()
        self.out: queue.Queue[str | None] = queue.Queue()
        self._url = ward.call("apps.connections.open", token=APP_TOKEN)["url"]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self.next()["type"] == "hello"

    def next(self) -> dict[str, Any]:
        return self.received.get(timeout=8)

    def ack(self, envelope: dict[str, Any]) -> None:
        self.out.put(orjson.dumps({"envelope_id": envelope["envelope_id"]}).decode())

    def close(self) -> None:
        self.out.put(None)
        self._thread.join(5)

    def _run(self) -> None:
        import asyncio

        asyncio.run(self._talk())

    async def _talk(self) -> None:
        import asyncio

        async with aiohttp.ClientSession() as session, session.ws_connect(self._url) as socket:
            reader = asyncio.ensure_future(self._read(socket))
            while (message := await asyncio.to_thread(self.out.get)) is not None:
                await socket.send_str(message)
            reader.cancel()

    async def _read(self, socket: Any) -> None:
        async for message in socket:
            self.received.put(orjson.loads(message.data))
        self.received.put({"type": "closed"})


@pytest.fixture
def socket(ward: Ward) -> Iterator[Callable[[], RawSocket]]:
    opened: list[RawSocket] = []

    def connect() -> RawSocket:
        opened.append(RawSocket(ward))
        return opened[-1]

    yield connect
    for raw_socket in opened:
        raw_socket.close()


def test_a_ticket_opens_one_connection(ward: Ward) -> None:
    url = ward.call("apps.connections.open", token=APP_TOKEN)["url"].replace("ws://", "http://")
    headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    assert ward.http.get(url.replace("ticket=", "ticket=0"), headers=headers).status_code == 403


def test_an_unacknowledged_event_comes_again_and_an_acknowledged_one_does_not(
    ward: Ward, socket: Any
) -> None:
    raw = socket()
    ben_leaves(ward)
    first = raw.next()
    assert (first["type"], first["retry_attempt"], first["accepts_response_payload"]) == (
        "events_api",
        0,
        False,
    )
    second = raw.next()
    assert (second["retry_attempt"], second["retry_reason"]) == (1, "timeout")
    assert second["payload"]["event_id"] == first["payload"]["event_id"]
    assert second["envelope_id"] != first["envelope_id"]
    raw.ack(second)
    ward.control("change", kind="join", channel=GENERAL, user=BEN)
    following = raw.next()
    assert following["payload"]["event"]["type"] == "member_joined_channel"
    raw.ack(following)
    ward.control("clock", advance=3600)
    ben_leaves(ward)
    assert raw.next()["payload"]["event_id"] not in {
        first["payload"]["event_id"],
        following["payload"]["event_id"],
    }


def test_later_retries_follow_the_sandboxs_clock(open_ward: Callable[..., Ward], until: Until) -> None:
    ward = open_ward()
    ben_leaves(ward)  # nobody is connected: each attempt fails at once

    def attempts() -> int:
        return len(ward.sent("event_callback"))

    until(lambda: attempts() == 2)
    ward.control("clock", advance=61)
    until(lambda: attempts() == 3)
    ward.control("clock", advance=301)
    until(lambda: attempts() == 4)
    assert len({payload["event_id"] for payload in ward.sent("event_callback")}) == 1


def test_several_connections_share_the_work(ward: Ward, socket: Any, until: Until) -> None:
    first, second = socket(), socket()
    got = []
    for kind in ("leave", "join", "leave", "join"):
        ward.control("change", kind=kind, channel=GENERAL, user=BEN)
        until(lambda: not (first.received.empty() and second.received.empty()))
        whose = first if not first.received.empty() else second
        whose.ack(whose.next())
        got.append(whose)
    assert set(got) == {first, second}


def test_a_refresh_is_asked_for_and_a_real_client_stays_reachable(ward: Ward, until: Until) -> None:
    app = ward.bolt()
    app.command("/kettle")(lambda ack: ack("tea"))
    handler = ward.connect(app)
    before = handler.client.current_session
    ward.control("connection", kind="refresh")
    until(lambda: handler.client.current_session is not before and handler.client.is_connected())
    assert ward.person(ADA).types("/kettle")["messages"][-1]["text"] == "tea"


def test_a_cut_connection_is_noticed_and_opened_again(ward: Ward, socket: Any) -> None:
    raw = socket()
    ward.control("connection", kind="drop")
    assert raw.next() == {"type": "closed"}
    again = socket()
    ben_leaves(ward)
    again.ack(again.next())


def test_events_without_their_scope_or_subscription_are_not_sent(
    open_ward: Callable[..., Ward], ward: Ward
) -> None:
    import copy

    raw = copy.deepcopy(ward.sandbox.slack.manifest.raw)
    raw["settings"]["event_subscriptions"]["bot_events"] = ["reaction_added", "user_change"]
    raw["oauth_config"]["scopes"]["bot"] = ["commands", "chat:write", "users:read"]
    other = open_ward(manifest=raw)
    ts = other.client.chat_postMessage(channel=GENERAL, text="tea")["ts"]
    assert other.person(ADA).does("react", place=GENERAL, ts=ts, emoji="tea").status_code == 200
    ben_leaves(other)
    other.control("change", kind="person", user=BEN, title="Consultant")
    assert {payload["event"]["type"] for payload in other.sent("event_callback")} <= {"user_change"}


def test_reactions_are_kept_and_told(ward: Ward, socket: Any) -> None:
    raw = socket()
    ts = ward.client.chat_postMessage(channel=GENERAL, text="tea")["ts"]
    for remove, name in ((False, "reaction_added"), (True, "reaction_removed")):
        ward.person(ADA).does("react", place=GENERAL, ts=ts, emoji=":tea:", remove=remove)
        envelope = raw.next()
        raw.ack(envelope)
        event = envelope["payload"]["event"]
        assert (event["type"], event["reaction"], event["item"]["ts"]) == (name, "tea", ts)
        assert event["item_user"] == "U0WARDBOT01"
        reactions = ward.client.reactions_get(channel=GENERAL, timestamp=ts)["message"].get("reactions", [])
        assert [reaction["users"] for reaction in reactions] == ([] if remove else [[ADA]])


def test_an_uninstalled_app_is_told_and_its_token_opens_nothing(ward: Ward, socket: Any) -> None:
    raw = socket()
    ward.control("change", kind="uninstall")
    kinds = {raw.next()["payload"]["event"]["type"] for _ in range(2)}
    assert kinds == {"tokens_revoked", "app_uninstalled"}
    assert ward.call("auth.test")["error"] == "token_revoked"


@pytest.mark.parametrize("misses_it", [True, False])
def test_an_app_hangs_up_though_its_reader_was_not_told_to_end(ward: Ward, misses_it: bool) -> None:  # noqa: FBT001 - a case
    handler = ward.connect(ward.bolt())
    ward.apps.remove(handler)
    client, reader = handler.client, handler.client.current_session_runner.thread
    comes(lambda: "run_until_completion" in stack_of(reader), "the reader at its line")
    if misses_it:
        # As when it began while the library was putting a new line in place: between two assignments.
        client.current_session_state = ConnectionState()
    ended = threading.Thread(target=close_socket, args=(handler,), daemon=True)
    ended.start()
    ended.join(10)
    assert not ended.is_alive(), "it waits for ever"
    assert misses_it or not reader.is_alive()


def stack_of(thread: threading.Thread) -> set[str]:
    """The names of the functions that a thread is in."""
    frame = sys._current_frames().get(thread.ident or 0)
    return {outer.f_code.co_name for outer, _ in traceback.walk_stack(frame)} if frame else set()
