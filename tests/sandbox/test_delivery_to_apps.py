"""Socket Mode and signed HTTP: envelopes, retries, refresh, cuts, signatures."""

import queue
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import httpx
import orjson
import pytest
from slack_bolt import App, BoltRequest
from slack_sdk.signature import SignatureVerifier

from slackapp.sandbox.alone import serve_alone

ADA, BEN = "U0WARD00001", "U0WARD00002"
GENERAL = "C0WARD00001"
APP_TOKEN = "xapp-ward-app-token"


def joins(ward: Any) -> None:
    ward.control("change", kind="leave", channel=GENERAL, user=BEN)


class RawSocket:
    """A Socket Mode client without any manners of its own, in a thread."""

    def __init__(self, ward: Any) -> None:
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
def socket(ward: Any) -> Iterator[Callable[[], RawSocket]]:
    opened: list[RawSocket] = []

    def connect() -> RawSocket:
        opened.append(RawSocket(ward))
        return opened[-1]

    yield connect
    for one in opened:
        one.close()


def test_a_ticket_opens_one_connection(ward: Any) -> None:
    url = ward.call("apps.connections.open", token=APP_TOKEN)["url"].replace("ws://", "http://")
    headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    assert ward.http.get(url.replace("ticket=", "ticket=0"), headers=headers).status_code == 403


def test_an_unacknowledged_event_comes_again_and_an_acknowledged_one_does_not(ward: Any, socket: Any) -> None:
    raw = socket()
    joins(ward)
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
    joins(ward)
    assert raw.next()["payload"]["event_id"] not in {
        first["payload"]["event_id"],
        following["payload"]["event_id"],
    }


def test_later_retries_follow_the_sandboxs_clock(open_ward: Callable[..., Any], until: Any) -> None:
    ward = open_ward()
    joins(ward)  # nobody is connected: each attempt fails at once

    def attempts() -> int:
        return len(ward.sent("event_callback"))

    until(lambda: attempts() == 2)
    ward.control("clock", advance=61)
    until(lambda: attempts() == 3)
    ward.control("clock", advance=301)
    until(lambda: attempts() == 4)
    assert len({one["event_id"] for one in ward.sent("event_callback")}) == 1


def test_several_connections_share_the_work(ward: Any, socket: Any, until: Any) -> None:
    first, second = socket(), socket()
    got = []
    for kind in ("leave", "join", "leave", "join"):
        ward.control("change", kind=kind, channel=GENERAL, user=BEN)
        until(lambda: not (first.received.empty() and second.received.empty()))
        whose = first if not first.received.empty() else second
        whose.ack(whose.next())
        got.append(whose)
    assert set(got) == {first, second}


def test_a_refresh_is_asked_for_and_a_real_client_stays_reachable(ward: Any, until: Any) -> None:
    app = ward.bolt()
    app.command("/kettle")(lambda ack: ack("tea"))
    handler = ward.connect(app)
    before = handler.client.current_session
    ward.control("connection", kind="refresh")
    until(lambda: handler.client.current_session is not before and handler.client.is_connected())
    assert ward.person(ADA).types("/kettle")["messages"][-1]["text"] == "tea"


def test_a_cut_connection_is_noticed_and_opened_again(ward: Any, socket: Any) -> None:
    raw = socket()
    ward.control("connection", kind="drop")
    assert raw.next() == {"type": "closed"}
    again = socket()
    joins(ward)
    again.ack(again.next())


def test_events_without_their_scope_or_subscription_are_not_sent(
    open_ward: Callable[..., Any], ward: Any
) -> None:
    import copy

    raw = copy.deepcopy(ward.sandbox.slack.manifest.raw)
    raw["settings"]["event_subscriptions"]["bot_events"] = ["reaction_added", "user_change"]
    raw["oauth_config"]["scopes"]["bot"] = ["commands", "chat:write", "users:read"]
    other = open_ward(manifest=raw)
    ts = other.client.chat_postMessage(channel=GENERAL, text="tea")["ts"]
    assert other.person(ADA).does("react", place=GENERAL, ts=ts, emoji="tea").status_code == 200
    joins(other)
    other.control("change", kind="person", user=BEN, title="Consultant")
    assert {one["event"]["type"] for one in other.sent("event_callback")} <= {"user_change"}


def test_reactions_are_kept_and_told(ward: Any, socket: Any) -> None:
    raw = socket()
    ts = ward.client.chat_postMessage(channel=GENERAL, text="tea")["ts"]
    for remove, name in ((False, "reaction_added"), (True, "reaction_removed")):
        ward.person(ADA).does("react", place=GENERAL, ts=ts, emoji=":tea:", remove=remove)
        told = raw.next()
        raw.ack(told)
        event = told["payload"]["event"]
        assert (event["type"], event["reaction"], event["item"]["ts"]) == (name, "tea", ts)
        assert event["item_user"] == "U0WARDBOT01"
        kept = ward.client.reactions_get(channel=GENERAL, timestamp=ts)["message"].get("reactions", [])
        assert [one["users"] for one in kept] == ([] if remove else [[ADA]])


def test_an_uninstalled_app_is_told_and_its_token_opens_nothing(ward: Any, socket: Any) -> None:
    raw = socket()
    ward.control("change", kind="uninstall")
    told = {raw.next()["payload"]["event"]["type"] for _ in range(2)}
    assert told == {"tokens_revoked", "app_uninstalled"}
    assert ward.call("auth.test")["error"] == "token_revoked"


class Receiver(HTTPServer):
    """An app's HTTP address that keeps what it gets and answers with what it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()
        self.answer: Callable[[dict[str, str], bytes], tuple[int, bytes, dict[str, str]]] = lambda *_: (
            200,
            b"",
            {},
        )


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.got.put((headers, body))
        status, content, extra = self.server.answer(headers, body)
        self.send_response(status)
        for name, value in extra.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Nothing on the console."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def served(open_ward: Callable[..., Any], receiver: Receiver) -> Any:
    return open_ward(deliver_to=f"http://127.0.0.1:{receiver.server_port}/slack/events")


def test_requests_are_signed_as_slack_signs_them(served: Any, receiver: Receiver) -> None:
    receiver.answer = lambda *_: (200, b"plain words", {})
    (seen,) = served.person(ADA).types("/kettle two cups")["messages"]
    assert seen["text"] == "plain words"
    headers, body = receiver.got.get(timeout=5)
    verifier = SignatureVerifier(served.sandbox.slack.app.signing_secret)
    assert verifier.is_valid_request(body, headers)
    assert not verifier.is_valid_request(body + b"&x=1", headers)
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(body.decode())["text"] == ["two cups"]


def test_a_real_bolt_app_accepts_the_signed_requests(served: Any, receiver: Receiver) -> None:
    app = App(client=served.client, signing_secret=served.sandbox.slack.app.signing_secret)
    app.command("/kettle")(lambda ack: ack(text="from Bolt"))
    app.global_shortcut("boil")(lambda ack: ack())

    def answer(headers: dict[str, str], body: bytes) -> tuple[int, bytes, dict[str, str]]:
        response = app.dispatch(BoltRequest(body=body.decode(), headers=headers))
        content_type = {"Content-Type": response.first_headers()["content-type"]} if response.headers else {}
        return response.status, (response.body or "").encode(), content_type

    receiver.answer = answer
    assert served.person(ADA).types("/kettle")["messages"][-1]["text"] == "from Bolt"
    assert served.person(ADA).does("shortcut", name="boil").status_code == 200
    assert served.calls("ack:shortcut")
    assert served.control("connection", kind="challenge")["ok"] is True


def test_a_failed_event_is_repeated_with_its_headers_unless_the_app_says_no(
    served: Any, receiver: Receiver
) -> None:

    def failing(headers: dict[str, str], _body: bytes) -> tuple[int, bytes, dict[str, str]]:
        last = headers.get("x-slack-retry-num") == "2"
        return 500, b"", {"X-Slack-No-Retry": "1"} if last else {}

    receiver.answer = failing
    joins(served)
    first, _ = receiver.got.get(timeout=5)
    second, _ = receiver.got.get(timeout=5)
    assert "x-slack-retry-num" not in first
    assert (second["x-slack-retry-num"], second["x-slack-retry-reason"]) == ("1", "http_error")
    served.control("clock", advance=61)
    third, _ = receiver.got.get(timeout=5)
    assert third["x-slack-retry-num"] == "2"
    served.control("clock", advance=3600)
    receiver.answer = lambda *_: (200, b"", {})
    served.control("change", kind="join", channel=GENERAL, user=BEN)
    headers, _ = receiver.got.get(timeout=5)
    assert "x-slack-retry-num" not in headers


def test_an_app_is_installed_through_oauth(served: Any) -> None:
    app = served.sandbox.slack.app
    asked = {
        "client_id": app.client_id,
        "state": "s",
        "redirect_uri": "http://127.0.0.1:1/slack/oauth_redirect",
    }
    sent_back = served.http.get("/oauth/v2/authorize", params=asked).headers["Location"]
    code = parse_qs(sent_back.partition("?")[2])["code"][0]
    exchange = {"client_id": app.client_id, "client_secret": "wrong", "code": code}
    exchange["redirect_uri"] = asked["redirect_uri"]
    assert served.call("oauth.v2.access", exchange, form=True, token=None)["error"] == "bad_client_secret"
    exchange["client_secret"] = app.client_secret
    answer = served.call("oauth.v2.access", exchange, form=True, token=None)
    assert served.call("auth.test", token=answer["access_token"])["ok"]
    assert served.call("auth.test")["error"] == "token_revoked"
    assert served.call("oauth.v2.access", exchange, form=True, token=None)["error"] == "invalid_code"
    journal = served.http.get("/control/journal").text
    assert answer["access_token"] not in journal
    assert app.client_secret not in journal


def test_alone_it_delivers_to_an_address_and_goes_on_from_a_file(
    receiver: Receiver, tmp_path: Path, capsys: pytest.CaptureFixture[str], until: Callable[..., Any]
) -> None:
    manifest = tmp_path / "manifest.yml"
    manifest.write_text(
        "{display_information: {name: Kettle}, features: {slash_commands: [{command: /kettle}]}, "
        "oauth_config: {scopes: {bot: [commands]}}}"
    )
    receiver.answer = lambda *_: (200, b"Tea for two", {})

    def once(command: str) -> list[str]:
        stop = threading.Event()
        options = {"manifest": manifest, "port": 0, "state": tmp_path / "state.json", "stop": stop}
        options["deliver_to"] = f"http://127.0.0.1:{receiver.server_port}/slack/events"
        alone = threading.Thread(target=serve_alone, kwargs=options)
        alone.start()
        try:
            said = until(lambda: re.search(r"Practice workspace: (http\S+)/", capsys.readouterr().out))
            typed = {"place": "C0PRACTICE1", "text": command}
            answer = httpx.post(f"{said[1]}/person/U0PRACTICE1/type", json=typed, timeout=15)
            return [one["text"] for one in answer.json()["screen"]["messages"]]
        finally:
            stop.set()
            alone.join(10)

    assert once("/kettle") == ["Tea for two"]
    assert once("Good morning") == ["Tea for two", "Good morning"]
    assert receiver.got.qsize() == 1
