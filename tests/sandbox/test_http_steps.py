"""HTTP mode and installing through OAuth, tried on the sandbox by the steps of docs/sandbox.md."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from slackapp.sandbox.core.seeds import practice_workspace

ROOT = Path(__file__).parents[2]
ADA = practice_workspace().people[0].id


def steps() -> list[str]:
    """The two terminals' commands."""
    text = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
    section = text.partition("### HTTP mode and installing through OAuth")[2].partition("\n#")[0]
    return re.findall(r"```sh\n(.*?)```", section, re.DOTALL)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def terminal(commands: str, folder: Path, environment: dict[str, str]) -> Iterator[Path]:
    """A shell that runs the commands, the last until it is ended; gives the file with what it prints."""
    printed = folder / f"{abs(hash(commands))}.txt"
    with printed.open("wb") as out:
        shell = subprocess.Popen(
            ["/bin/sh", "-ec", commands],
            cwd=folder,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield printed
        finally:
            with suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGTERM)
            shell.wait(20)


def wait_for(so: Callable[[], bool], printed: Path) -> None:
    end = time.monotonic() + 60
    while not so():
        assert time.monotonic() < end, printed.read_text()
        time.sleep(0.1)  # between looks only; the deadline above is what counts


def answers(address: str) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(address).status_code < 500
    return False


@pytest.mark.timeout(180)
def test_the_documented_steps_lead_to_an_installed_app(tmp_path: Path) -> None:
    slack, app = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    first, second = (
        commands.replace("http://127.0.0.1:3999", slack)
        .replace("http://127.0.0.1:3000", app)
        .replace("--port 3999", f"--port {slack.rpartition(':')[2]}")
        for commands in steps()
    )
    environment = {
        "PATH": f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "HTTP_ADDRESS": app.removeprefix("http://"),
        "HEALTH_PORT": "0",
    }
    with terminal(first, tmp_path, environment) as printed:
        wait_for(lambda: answers(f"{slack}/control/clock"), printed)
        wait_for(lambda: "SLACK_CLIENT_SECRET=sandbox-client-secret" in printed.read_text(), printed)
        assert "SLACK_CLIENT_ID=100000000001.200000000002" in printed.read_text()
        with terminal(second, tmp_path, environment) as served:
            wait_for(lambda: answers(f"{app}/slack/install"), served)
            with httpx.Client(follow_redirects=True) as browser:
                done = browser.get(f"{app}/slack/install")
                if "/slack/install" in str(done.url):
                    link = re.search(r'href="([^"]*oauth/v2/authorize[^"]*)"', done.text)
                    assert link, done.text
                    done = browser.get(link[1].replace("&amp;", "&"))
            assert done.status_code == 200, done.text
            assert "Practice workspace" in done.text
            typed = {"place": "dm", "text": "/appreciate help"}
            screen = httpx.post(f"{slack}/person/{ADA}/type", json=typed, timeout=20).json()["screen"]
            # Whoever installed it gets the first steps as well, before or after it.
            assert any("attending" in str(message["text"]).lower() for message in screen["messages"])
