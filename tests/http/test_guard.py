"""HTTP mode: what the guard lets through, and what it refuses."""

import hashlib
import hmac
import io
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

import httpx
import pytest

from slackapp import manifest_path
from slackapp.app import Appreciate
from slackapp.core.config import Settings
from slackapp.http import web
from slackapp.http.guard import LARGEST, Guard
from slackapp.http.settings import HttpSettings
from slackapp.sandbox.server import Sandbox
from tests.support.hosting import SECRET, seed


def signed(body: bytes, **changed: str) -> dict[str, str]:
    stamp = str(int(time.time()))
    digest = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}
    return {**headers, "Content-Type": "application/x-www-form-urlencoded", **changed}


def ask(app: WSGIApplication, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """One request as a WSGI server passes it on: headers decoded as Latin-1."""
    names = {name.upper().replace("-", "_"): value for name, value in headers.items()}
    length = names.pop("CONTENT_LENGTH", str(len(body)))
    environ: dict[str, Any] = {f"HTTP_{name}": value for name, value in names.items()}
    environ |= {"CONTENT_TYPE": environ.pop("HTTP_CONTENT_TYPE"), "CONTENT_LENGTH": length}
    environ |= {"REQUEST_METHOD": "POST", "PATH_INFO": "/slack/events", "QUERY_STRING": ""}
    environ |= {
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
    }
    statuses: list[str] = []

    def start_response(status: str, *_: object) -> Callable[[bytes], object]:
        statuses.append(status)
        return bytes

    answer = b"".join(app(environ, start_response))
    return int(statuses[0][:3]), answer.decode()


@pytest.fixture
def listening(sqlite_url: str, tmp_path: Path) -> Iterator[WSGIApplication]:
    """The WSGI application without a server."""
    with Sandbox(manifest=manifest_path()) as sandbox:
        place = replace(
            seed("T0NORTH", "North", "U0NORTH1", "U0NORTH2"), bot_token="xoxb-single", installed=True
        )
        sandbox.seed(place)
        settings = Settings("xoxb-single", "", sqlite_url, tmp_path / "keys", SECRET, sandbox.url)
        app = Appreciate(settings, http=True)
        yield web.application(app, HttpSettings(settings, "127.0.0.1", 1))
        app.stop()


BODY = b"command=%2Fpulse&team_id=T0NOBODY&user_id=U0NOBODY&trigger_id=1.2"


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, BODY, 200),
        ({"X-Slack-Request-Timestamp": "soon"}, BODY, 401),
        ({"X-Slack-Request-Timestamp": "-5"}, BODY, 401),
        ({"X-Slack-Request-Timestamp": "²³"}, BODY, 401),
        ({"X-Slack-Request-Timestamp": "12"}, BODY, 401),
        ({"X-Slack-Signature": "v0=é"}, BODY, 401),
        ({"X-Slack-Signature": "v0=" + "a" * 64}, BODY, 401),
        ({"X-Slack-Signature": ""}, BODY, 401),
        ({}, b"payload=\xff\xfe", 401),
        ({}, b"x" * (LARGEST + 1), 413),
        ({"Content-Length": str(10**14)}, BODY, 413),
        ({"Content-Length": "many"}, BODY, 400),
    ],
)
def test_what_slack_did_not_send_is_refused_and_never_fails(
    listening: WSGIApplication, headers: dict[str, str], body: bytes, status: int
) -> None:
    given, words = ask(listening, body, signed(body) | headers)
    assert given == status, words
    assert "Traceback" not in words


def test_a_body_longer_than_its_header_says_is_not_read_to_its_end(listening: WSGIApplication) -> None:
    given, _ = ask(listening, b"x" * (2 * LARGEST), signed(BODY) | {"Content-Length": ""})
    assert given == 413


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b"[]"),
        ("application/json", b"null"),
        ("application/json", b'{"authorizations": 7}'),
        ("application/json", b'{"user": "x", "view": [], "team": 7}'),
        ("application/x-www-form-urlencoded", b"payload=%7B"),
        ("application/x-www-form-urlencoded", b"payload=null"),
        ("application/x-www-form-urlencoded", b""),
        ("text/plain", BODY),
        ("multipart/form-data; boundary=x", BODY),
        ("", BODY),
    ],
)
def test_a_body_of_another_kind_never_fails(listening: WSGIApplication, kind: str, body: bytes) -> None:
    given, words = ask(listening, body, signed(body) | {"Content-Type": kind})
    assert (given < 500, "Traceback" in words) == (True, False), words
    # A body with a wrong signature is never parsed.
    stranger = signed(body) | {"Content-Type": kind, "X-Slack-Signature": "v0=" + "a" * 64}
    assert ask(listening, body, stranger)[0] == 401


CHECK = b"ssl_check=1&token=Jhj5dZrVaK7ZwHHjRyZWjbDl"


def test_slack_may_look_at_the_certificate_by_get_and_post_and_without_a_signature(
    listening: WSGIApplication,
) -> None:
    guarded = httpx.Client(transport=httpx.WSGITransport(listening), base_url="http://app")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answers = [
        guarded.get("/slack/events", params={"ssl_check": "1", "token": "Jhj5dZrVaK7ZwHHjRyZWjbDl"}),
        guarded.post("/slack/events", content=CHECK, headers=form),
        guarded.post("/slack/events", content=CHECK, headers=signed(CHECK)),
        guarded.post("/slack/events?ssl_check=1", headers=form),
    ]
    assert [answer.status_code for answer in answers] == [200] * 4
    # A request that only resembles one is still treated as unsigned.
    for other in (b"ssl_check=0", b"ssl_check=11", b"not_ssl_check=1", b"text=ssl_check%3D1", b"ssl_check="):
        assert guarded.post("/slack/events", content=other, headers=form).status_code == 401
    assert guarded.get("/slack/events?ssl_check=0").status_code == 405


def test_an_answer_to_head_has_no_body(listening: WSGIApplication) -> None:
    guarded = httpx.Client(transport=httpx.WSGITransport(listening), base_url="http://app")
    answers = [guarded.head(path) for path in ("/slack/events", "/healthz", "/nothing")]
    assert [(answer.status_code, answer.content) for answer in answers] == [
        (405, b""),
        (405, b""),
        (404, b""),
    ]


def test_other_paths_and_methods_are_not_there(listening: WSGIApplication) -> None:
    guarded = httpx.Client(transport=httpx.WSGITransport(listening), base_url="http://app")
    for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"):
        assert guarded.request(method, "/slack/events").status_code == 405
    assert guarded.post("/healthz").status_code == 405
    assert [guarded.get(path).status_code for path in ("/", "/slack/install", "/../etc/passwd")] == [404] * 3
    assert guarded.get("/healthz").json()["ok"] is True


def test_without_the_guard_the_same_requests_fail() -> None:
    """The naive twin: Bolt alone answers 500, which the tests above would notice."""
    from slack_bolt import App
    from slack_bolt.adapter.wsgi import SlackRequestHandler
    from slack_sdk import WebClient

    bolt = App(client=WebClient("xoxb-none"), signing_secret=SECRET, token_verification_enabled=False)
    naive = SlackRequestHandler(bolt)
    bad = signed(BODY) | {"X-Slack-Request-Timestamp": "soon"}
    assert ask(naive, BODY, bad)[0] == 500
    assert ask(Guard(naive, {}, secret=SECRET), BODY, bad)[0] == 401
    stranger = signed(b"{") | {"X-Slack-Signature": "v0=" + "a" * 64, "Content-Type": "application/json"}
    with pytest.raises(json.JSONDecodeError):
        ask(naive, b"{", stranger)
