"""Signed HTTP: signatures, repeats, installing, and the sandbox alone."""

import queue
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from slack_bolt import App, BoltRequest
from slack_sdk.signature import SignatureVerifier

from slackapp.sandbox.standalone import serve_standalone
from tests.sandbox.conftest import Ward
from tests.sandbox.ward import ADA, BEN, GENERAL, ben_leaves


class Receiver(HTTPServer):
    """An app's HTTP address that records requests and answers as `answer` says."""

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
def served(open_ward: Callable[..., Ward], receiver: Receiver) -> Ward:
    return open_ward(deliver_to=f"http://127.0.0.1:{receiver.server_port}/slack/events")


def test_requests_are_signed_as_slack_signs_them(served: Ward, receiver: Receiver) -> None:
    receiver.answer = lambda *_: (200, b"plain words", {})
    (seen,) = served.person(ADA).types("/kettle two cups")["messages"]
    assert seen["text"] == "plain words"
    headers, body = receiver.got.get(timeout=5)
    verifier = SignatureVerifier(served.sandbox.slack.app.signing_secret)
    assert verifier.is_valid_request(body, headers)
    assert not verifier.is_valid_request(body + b"&x=1", headers)
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(body.decode())["text"] == ["two cups"]


def test_a_real_bolt_app_accepts_the_signed_requests(served: Ward, receiver: Receiver) -> None:
    app = App(client=served.client, signing_secret=served.sandbox.slack.app.signing_secret)
    app.command("/kettle")(lambda ack: ack(text="from Bolt"))
    app.global_shortcut("boil")(lambda ack: ack())

    def answer(headers: dict[str, str], body: bytes) -> tuple[int, bytes, dict[str, str]]:
        response = app.dispatch(BoltRequest(body=body.decode(), headers={**headers}))
        content_type = {"Content-Type": response.first_headers()["content-type"]} if response.headers else {}
        return response.status, (response.body or "").encode(), content_type

    receiver.answer = answer
    assert served.person(ADA).types("/kettle")["messages"][-1]["text"] == "from Bolt"
    assert served.person(ADA).does("shortcut", name="boil").status_code == 200
    assert served.calls("ack:shortcut")
    assert served.control("connection", kind="challenge")["ok"] is True


def test_a_failed_event_is_repeated_with_its_headers_unless_the_app_says_no(
    served: Ward, receiver: Receiver
) -> None:

    def failing(headers: dict[str, str], _body: bytes) -> tuple[int, bytes, dict[str, str]]:
        last = headers.get("x-slack-retry-num") == "2"
        return 500, b"", {"X-Slack-No-Retry": "1"} if last else {}

    receiver.answer = failing
    ben_leaves(served)
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


def test_an_app_is_installed_through_oauth(served: Ward) -> None:
    app = served.sandbox.slack.app
    query = {
        "client_id": app.client_id,
        "state": "s",
        "redirect_uri": "http://127.0.0.1:1/slack/oauth_redirect",
    }
    sent_back = served.http.get("/oauth/v2/authorize", params=query).headers["Location"]
    code = parse_qs(sent_back.partition("?")[2])["code"][0]
    exchange = {"client_id": app.client_id, "client_secret": "wrong", "code": code}
    exchange["redirect_uri"] = query["redirect_uri"]
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
        "{display_information: {name: Kettle}, "
        "features: {slash_commands: [{command: /kettle, description: Tea}]}, "
        "oauth_config: {scopes: {bot: [commands]}}}"
    )
    receiver.answer = lambda *_: (200, b"Tea for two", {})

    def once(command: str) -> list[str]:
        stop = threading.Event()
        options = {"manifest": manifest, "port": 0, "state": tmp_path / "state.json", "stop": stop}
        options["deliver_to"] = f"http://127.0.0.1:{receiver.server_port}/slack/events"
        alone = threading.Thread(target=serve_standalone, kwargs=options)
        alone.start()
        try:
            match = until(lambda: re.search(r"Practice workspace: (http\S+)/", capsys.readouterr().out))
            typed = {"place": "C0PRACTICE1", "text": command}
            answer = httpx.post(f"{match[1]}/person/U0PRACTICE1/type", json=typed, timeout=15)
            return [message["text"] for message in answer.json()["screen"]["messages"]]
        finally:
            stop.set()
            alone.join(10)

    assert once("/kettle") == ["Tea for two"]
    assert once("Good morning") == ["Tea for two", "Good morning"]
    assert receiver.got.qsize() == 1
