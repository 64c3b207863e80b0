"""The sandbox and somebody's app as two processes, and people who act in it."""

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from typing import Any, TypeVar

import httpx
import pytest

from slackapp.sandbox.core.seeds import AppSeed

HERE = Path(__file__).parent
START_SECONDS = 30.0
WAIT_SECONDS = 10.0
ADA, BEN = "U0PRACTICE1", "U0PRACTICE2"
GENERAL = "C0PRACTICE1"
BOT = "U0SANDBOXBOT"
LANGUAGES = ("python", "javascript")
Found = TypeVar("Found")


class Program:
    """A process whose output is read as it comes."""

    def __init__(self, arguments: list[str], environment: dict[str, str], folder: Path) -> None:
        self.lines: list[str] = []
        self._fresh: Queue[str | None] = Queue()
        self._process = subprocess.Popen(
            arguments,
            env=environment,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_for(self, pattern: str) -> re.Match[str]:
        """The first line that holds this pattern."""
        end = time.monotonic() + START_SECONDS
        while (left := end - time.monotonic()) > 0:
            try:
                line = self._fresh.get(timeout=left)
            except Empty:
                break
            if line is None:
                break
            if match := re.search(pattern, line):
                return match
        raise AssertionError(f"{pattern!r} never came:\n" + "".join(self.lines))

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(5)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            self.lines.append(line)
            self._fresh.put(line)
        self._fresh.put(None)


@dataclass
class Running:
    """An app beside its sandbox."""

    http: httpx.Client
    app: Program
    sandbox: Program
    app_url: str = ""

    def does(self, user: str, action: str, **body: object) -> dict[str, Any]:
        """Somebody does something, two seconds later than the last; gives what they see then.

        An app may post once a second in a channel, and people are no faster. It is the sandbox's clock that
        tells.
        """
        self.http.post("/control/clock", json={"advance": 2})
        answer = self.http.post(f"/person/{user}/{action}", json=body)
        assert answer.status_code == 200, f"{answer.text}\n{''.join(self.app.lines)}"
        return dict(answer.json()["screen"])

    def screen(self, user: str, place: str) -> dict[str, Any]:
        """What somebody sees in a place."""
        answer = self.http.get(f"/person/{user}/screen", params={"place": place})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def reads(self, user: str, place: str, text: str) -> dict[str, Any]:
        """The newest message with this text, once it is there."""

        def look() -> dict[str, Any] | None:
            messages = self.screen(user, place)["messages"]
            return next((message for message in reversed(messages) if text in message["text"]), None)

        return self.until(look, text)

    def until(self, look: Callable[[], Found | None], what: str) -> Found:
        """What `look` gives, once it gives something."""
        end = time.monotonic() + WAIT_SECONDS
        while not (result := look()):
            if time.monotonic() > end:
                output = "".join(self.app.lines)
                raise AssertionError(f"{what!r} never came.\n{output}\n{self.refusals()}")
            time.sleep(0.05)  # between looks only; the deadline above is what counts
        return result

    def refusals(self) -> list[dict[str, Any]]:
        """The app's calls that were refused."""
        import json

        calls = [json.loads(line) for line in self.http.get("/control/journal").text.splitlines()]
        return [call for call in calls if call["response"].get("ok") is False]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _command(language: str, name: str) -> list[str]:
    if language == "python":
        return [sys.executable, str(HERE / "python" / f"{name}.py")]
    node = shutil.which("node")
    if node is None or not (HERE / "javascript" / "node_modules" / "@slack" / "bolt").exists():
        pytest.skip("Node with @slack/bolt is not here: make third-party installs it where npm is.")
    return [node, str(HERE / "javascript" / f"{name}.js")]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start the sandbox with the app's manifest, then the app, which is given the base URL and its keys."""
    with ExitStack() as stack:

        def start(name: str, language: str, *, over_http: bool = False, manifest: str = "") -> Running:
            command = _command(language, name)
            port, app_port = free_port(), free_port()
            app_url = f"http://127.0.0.1:{app_port}"
            described = HERE / "manifests" / f"{manifest or name}.yml"
            arguments = ["--port", str(port), "--manifest", str(described)]
            if over_http:
                arguments += ["--deliver-to", f"{app_url}/slack/events"]
            base = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
            slackapp = str(Path(sys.executable).with_name("slackapp"))
            sandbox = Program([slackapp, "sandbox", *arguments], base, tmp_path)
            stack.callback(sandbox.stop)
            sandbox.wait_for("SLACK_SIGNING_SECRET=")
            app = Program(
                command,
                {
                    **base,
                    "PYTHONUNBUFFERED": "1",
                    "SLACK_API_URL": f"http://127.0.0.1:{port}/api/",
                    "SLACK_BOT_TOKEN": "xoxb-sandbox-practice",
                    "SLACK_APP_TOKEN": "xapp-sandbox-practice",
                    "SLACK_SIGNING_SECRET": AppSeed().signing_secret,
                    **_oauth(tmp_path, app_port, over_http=over_http),
                },
                tmp_path,
            )
            stack.callback(app.stop)
            app.wait_for("Bolt app is running")
            http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=15)
            stack.callback(http.close)
            return Running(http, app, sandbox, app_url)

        yield start


def _oauth(folder: Path, port: int, *, over_http: bool) -> dict[str, str]:
    if not over_http:
        return {}
    seed = AppSeed()
    return {
        "PORT": str(port),
        "APP_DATA": str(folder / "app"),
        "SLACK_CLIENT_ID": seed.client_id,
        "SLACK_CLIENT_SECRET": seed.client_secret,
    }
