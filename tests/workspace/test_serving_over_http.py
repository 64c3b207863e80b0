"""The server as it runs: what it needs to start, what it answers, and how it ends."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from slackapp import migrations
from slackapp.core.db import connect
from slackapp.core.errors import SettingsError
from slackapp.http import settings as http_settings
from slackapp.http.guard import THREADS
from slackapp.sandbox.server import Sandbox
from tests.workspace.hosting import SECRET, free_port, manifest, seed


def test_missing_settings_are_named_all_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as missing:
        http_settings.read({"KEY_DIR": str(tmp_path / "keys"), "SLACK_CLIENT_ID": "1.2", "HTTP_ADDRESS": "x"})
    for name in ("SLACK_SIGNING_SECRET", "SLACK_CLIENT_SECRET", "PUBLIC_URL", "TOKEN_KEYS", "HTTP_ADDRESS"):
        assert name in str(missing.value)
    assert "SLACK_BOT_TOKEN" not in str(missing.value)


LOOKS_SIGNED = b"X-Slack-Request-Timestamp: 1700000000\r\nX-Slack-Signature: v0=" + b"a" * 64 + b"\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


def refused_over_the_wire(port: int) -> None:
    """What no client library would send, to the server as it runs."""

    def begin(rest: bytes, first: bytes = b"POST /slack/events HTTP/1.1") -> socket.socket:
        opened = socket.create_connection(("127.0.0.1", port), timeout=10)
        opened.sendall(first + b"\r\nHost: app\r\n" + rest)
        return opened

    def status(rest: bytes, first: bytes = b"POST /slack/events HTTP/1.1") -> int:
        with begin(rest, first) as opened:
            return int(opened.recv(64).split()[1])

    much = b"".join(b"10000\r\n" + b"x" * 0x10000 + b"\r\n" for _ in range(17)) + b"0\r\n\r\n"
    assert status(b"\r\n", b"HEAD /slack/events HTTP/1.1") == 405
    assert status(b"Content-Length: 2\r\n\r\nab") == 401
    assert status(LOOKS_SIGNED + LOOKS_SIGNED + b"Content-Length: 2\r\n\r\nab") == 401
    assert status(LOOKS_SIGNED + CHUNKED + b"3\r\nabc\r\n0\r\n\r\n") == 401
    assert status(LOOKS_SIGNED + CHUNKED + b"no number\r\nabc") in {400, 401}
    assert status(LOOKS_SIGNED + CHUNKED + much) == 413
    # More bodies that never come than there are requests at once: others are answered meanwhile.
    slow = [begin(LOOKS_SIGNED + b"Content-Length: 50\r\n\r\nabc") for _ in range(THREADS + 8)]
    assert httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=10).status_code == 200
    for one in slow:
        one.close()


@pytest.mark.timeout(90)
def test_serve_over_http_answers_through_granian_and_ends_cleanly(tmp_path: Path, human: Any) -> None:
    port = free_port()
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
            "KEY_DIR": str(tmp_path.with_name(f"{tmp_path.name}-keys")),
            "DATABASE_URL": f"sqlite:///{tmp_path / 'a.db'}",
        }
        sessions = connect(environment["DATABASE_URL"])
        migrations.upgrade(sessions)
        sessions.dispose()
        program = [Path(sys.executable).with_name("slackapp"), "serve", "--http"]
        with subprocess.Popen(program, env=environment, stderr=subprocess.PIPE, text=True) as app:
            deadline = time.monotonic() + 40
            while time.monotonic() < deadline:
                try:
                    if httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200:
                        break
                except httpx.TransportError:
                    threading.Event().wait(0.1)
            with httpx.Client(base_url=sandbox.url, timeout=20) as slack:
                human(slack, "U0NORTH1").types("/appreciate <@U0NORTH2> helping You found us a bed tonight")
                human(slack, "U0NORTH2").sees("You found us a bed tonight", seconds=10)
            refused_over_the_wire(port)
            app.send_signal(signal.SIGTERM)
            _, told = app.communicate(timeout=40)
            assert app.returncode == 0, told
        assert "Traceback" not in told
        with pytest.raises(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{port}/healthz")
