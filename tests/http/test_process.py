"""The server as it runs: what it needs to start, what it answers, and how it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import psutil
import pytest

from slackapp.core.errors import SettingsError
from slackapp.http import settings
from slackapp.sandbox.server import Sandbox
from tests.support.hanging import (
    BODY_THAT_LOOKS_SIGNED,
    HEADERS,
    LOOKS_SIGNED,
    UNSIGNED_BODY,
    answers,
    hanging,
    status,
)
from tests.support.hosting import SECRET, free_port, manifest, seed
from tests.support.human import Human
from tests.support.waiting import comes


def test_missing_settings_are_named_all_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as missing:
        settings.read({"KEY_DIR": str(tmp_path / "keys"), "SLACK_CLIENT_ID": "1.2", "HTTP_ADDRESS": "x"})
    for name in ("SLACK_SIGNING_SECRET", "SLACK_CLIENT_SECRET", "PUBLIC_URL", "TOKEN_KEYS", "HTTP_ADDRESS"):
        assert name in str(missing.value)
    assert "SLACK_BOT_TOKEN" not in str(missing.value)


CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


def refused_over_the_wire(port: int) -> None:
    """Send the running server what no client library would send."""

    def status_of(rest: bytes, first: bytes = b"POST /slack/events HTTP/1.1") -> int:
        with hanging(port, first + b"\r\nHost: app\r\n" + rest, 1) as (line,):
            return status(line)

    much = b"".join(b"10000\r\n" + b"x" * 0x10000 + b"\r\n" for _ in range(17)) + b"0\r\n\r\n"
    assert status_of(b"\r\n", b"HEAD /slack/events HTTP/1.1") == 405
    assert status_of(b"\r\n", b"GET /slack/events?ssl_check=1&token=none HTTP/1.1") == 200
    assert status_of(b"Content-Length: 11\r\n\r\nssl_check=1") == 200
    assert status_of(b"Content-Length: 2\r\n\r\nab") == 401
    assert status_of(LOOKS_SIGNED + LOOKS_SIGNED + b"Content-Length: 2\r\n\r\nab") == 401
    assert status_of(LOOKS_SIGNED + CHUNKED + b"3\r\nabc\r\n0\r\n\r\n") == 401
    assert status_of(LOOKS_SIGNED + CHUNKED + b"no number\r\nabc") in {400, 401}
    assert status_of(LOOKS_SIGNED + CHUNKED + much) == 413
    assert status_of(b"Content-Length: 1000001\r\n\r\n") == 413


@dataclass(frozen=True, slots=True)
class Running:
    """`slackapp serve --http` as a process of its own, beside its Slack."""

    process: subprocess.Popen[str]
    port: int
    health_port: int
    slack: httpx.Client
    nurse: Human
    colleague: Human

    def thanks(self, words: str) -> None:
        """The nurse thanks the colleague; Slack's own three seconds are the limit."""
        self.nurse.types(f"/appreciate <@U0NORTH2> helping {words}")
        self.colleague.sees(words)
        assert "failed with the error" not in self.nurse.screen().texts

    def ends(self) -> str:
        """Stop the server; returns its log once it has ended with status 0."""
        self.process.send_signal(signal.SIGTERM)
        _, logged = self.process.communicate(timeout=40)
        assert self.process.returncode == 0, logged
        assert "Traceback" not in logged
        return logged


@pytest.fixture
def running(sqlite_url: str, tmp_path: Path) -> Iterator[Running]:
    port, health_port = free_port(), free_port()
    place = replace(seed("T0NORTH", "North", "U0NORTH1", "U0NORTH2"), bot_token="xoxb-single", installed=True)
    with Sandbox(manifest=manifest(port), deliver_to=f"http://127.0.0.1:{port}/slack/events") as sandbox:
        sandbox.seed(place)
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(sys.path),
            "SLACK_BOT_TOKEN": place.bot_token,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": sandbox.url,
            "HTTP_ADDRESS": f"127.0.0.1:{port}",
            "HEALTH_PORT": str(health_port),
            "KEY_DIR": str(tmp_path.with_name(f"{tmp_path.name}-keys")),
            "DATABASE_URL": sqlite_url,
        }
        program = [str(Path(sys.executable).with_name("slackapp")), "serve", "--http"]
        with (
            subprocess.Popen(program, env=environment, stderr=subprocess.PIPE, text=True) as process,
            httpx.Client(base_url=sandbox.url, timeout=30) as slack,
        ):
            assert process.stderr
            for line in process.stderr:
                if "Appreciate is listening" in line:
                    break
            nurse, colleague = Human(slack, "U0NORTH1"), Human(slack, "U0NORTH2")
            yield Running(process, port, health_port, slack, nurse, colleague)
            process.kill()


@pytest.mark.timeout(90)
def test_serve_over_http_answers_and_ends_cleanly(running: Running) -> None:
    running.thanks("You found us a bed tonight")
    refused_over_the_wire(running.port)
    for port in (running.port, running.health_port):
        for page in ("healthz", "readyz"):
            assert httpx.get(f"http://127.0.0.1:{port}/{page}").json() == {"ok": True}
    comes(lambda: httpx.get(f"http://127.0.0.1:{running.health_port}/status").status_code == 200)
    metrics = httpx.get(f"http://127.0.0.1:{running.health_port}/metrics").text
    assert 'appreciate_delivery_outcomes_total{error="",outcome="sent"} 1.0' in metrics
    assert "appreciate_database_up 1.0" in metrics
    assert not any(name in metrics for name in ("U0NORTH", "T0NORTH", "bed tonight"))
    # Not where strangers reach it.
    for page in ("metrics", "status"):
        assert httpx.get(f"http://127.0.0.1:{running.port}/{page}").status_code == 404
    assert psutil.Process(running.process.pid).children() == []
    running.ends()
    for port in (running.port, running.health_port):
        with pytest.raises(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{port}/healthz")


@pytest.mark.timeout(120)
def test_requests_that_never_arrive_stop_nobody_and_are_refused(running: Running) -> None:
    with (
        hanging(running.port, UNSIGNED_BODY, 1) as connection,
        hanging(running.port, UNSIGNED_BODY, 100) as bodies,
        hanging(running.port, BODY_THAT_LOOKS_SIGNED, 100) as signed,
        hanging(running.port, HEADERS, 200) as headers,
    ):
        # All of them stay open meanwhile.
        for words in (
            "You found us a bed tonight",
            "You stayed for the handover",
            "You came in early to help us",
        ):
            running.thanks(words)
        assert answers(running.port, seconds=3)
        assert answers(running.health_port, seconds=3)
        assert {status(line) for line in connection + bodies + signed + headers} == {408}
    running.thanks("You came back when it was over")
    running.ends()


@pytest.mark.timeout(120)
def test_an_answer_under_way_is_sent_although_the_app_is_to_end_and_others_hang(
    running: Running,
) -> None:
    slow = {"method": "views.open", "kind": "slow", "seconds": 1.5}
    assert running.slack.post("/control/fault", json=slow).status_code == 200
    with (
        hanging(running.port, UNSIGNED_BODY, 100),
        hanging(running.port, HEADERS, 200),
        ThreadPoolExecutor(1) as person,
    ):
        typed = person.submit(running.nurse.types, "/appreciate")
        running.nurse.waits(lambda seen: seen["modal"] is not None)
        begun = time.monotonic()
        running.ends()
        # The stop does not wait for clients that hang.
        assert time.monotonic() - begun < 9
        typed.result(10)
    assert "failed with the error" not in running.nurse.screen().texts
