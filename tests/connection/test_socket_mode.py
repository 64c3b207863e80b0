"""Socket Mode when lines break, fall silent or are refreshed: no command is lost that can be saved."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
import pytest
from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from slackapp.connection.socket_mode import LINES, SocketLines
from slackapp.sandbox.server import Sandbox
from slackapp.sandbox.slack import socket_mode
from tests.page.small_app import MANIFEST, NOW, seed
from tests.support.human import Human
from tests.support.waiting import comes
from tests.support.wire import Wire, wire

FAILED = "failed with the error"


@dataclass
class Small:
    """A Bolt app with one command, its Slack, and somebody who types."""

    sandbox: Sandbox
    http: httpx.Client
    person: Human
    bolt: App
    client: WebClient
    typed: list[float] = field(default_factory=list)

    def types(self) -> bool:
        """Type the command; return whether it was answered."""
        number = f"{len(self.typed)}."
        self.typed.append(time.monotonic())
        self.person.types(f"/tidy {number}")
        return f"heard {number}" in self.person.screen().texts

    def connection(self, kind: str) -> None:
        self.http.post("/control/connection", json={"kind": kind}).raise_for_status()

    def back_within(self, seconds: float) -> float:
        """Return after how many seconds a command is answered again; at least `seconds` if never."""
        begun = time.monotonic()
        while not self.types() and time.monotonic() - begun < seconds:
            threading.Event().wait(0.02)
        return time.monotonic() - begun


@pytest.fixture
def small() -> Iterator[Small]:
    with Sandbox(manifest=MANIFEST, now=NOW, rate_limits=False) as sandbox, ExitStack() as ending:
        sandbox.seed(seed())
        client = WebClient(token="xoxb-page", base_url=f"{sandbox.url}/api/", retry_handlers=[])
        bolt = App(client=client, process_before_response=True)

        def heard(ack: Ack, body: dict[str, str]) -> None:
            ack(text=f"heard {body['text']}")

        bolt.command("/tidy")(heard)
        http = ending.enter_context(httpx.Client(base_url=sandbox.url, timeout=20))
        person = seed().people[0].id
        yield Small(sandbox, http, Human(http, person), bolt, client)


@contextmanager
def lines_of(small: Small) -> Iterator[SocketLines]:
    lines = SocketLines(small.bolt, "xapp-page", small.client)
    assert lines.connect()
    yield lines
    lines.close()


@contextmanager
def usual(small: Small) -> Iterator[SocketModeHandler]:
    """The naive twin: slack_bolt's own handler, as it comes."""
    handler = SocketModeHandler(small.bolt, "xapp-page", web_client=small.client)
    handler.connect()
    yield handler
    handler.client.current_session_state.terminated = True
    handler.close()


def test_a_line_that_breaks_is_replaced_at_once(small: Small, caplog: pytest.LogCaptureFixture) -> None:
    with lines_of(small) as lines:
        assert small.types()
        for _ in range(3):
            small.connection("drop")
            assert small.back_within(5) < 1
        assert lines.losses >= 3
        comes(lambda: lines.is_connected)
    assert not [record for record in caplog.records if record.levelname in {"WARNING", "ERROR"}]


def test_slack_bolt_s_own_line_is_deaf_much_longer(small: Small) -> None:
    with usual(small):
        assert small.types()
        small.connection("drop")
        assert small.back_within(4) >= 4


def _while_refreshed(small: Small) -> list[bool]:
    """Whether each command was answered that was typed around two planned refreshes."""
    answered = []
    for _ in range(2):
        refreshing = threading.Thread(target=small.connection, args=("refresh",))
        refreshing.start()
        answered += [small.types() for _ in range(25)]
        refreshing.join()
    return answered


def test_no_command_is_lost_at_a_planned_refresh(small: Small) -> None:
    with lines_of(small) as lines:
        assert all(_while_refreshed(small))
        assert lines.losses == 0


def test_old_lines_are_read_until_slack_closes_them_and_two_are_left(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_mode, "GOODBYE_SECONDS", 1.0)
    delivery = small.sandbox.slack.delivery
    assert isinstance(delivery, socket_mode.SocketMode)
    with lines_of(small):
        small.connection("refresh")
        comes(lambda: delivery.connections == 2 * LINES)
        comes(lambda: delivery.connections == LINES)


def test_slack_bolt_s_own_line_loses_one(small: Small) -> None:
    with usual(small):
        assert not all(_while_refreshed(small))


@contextmanager
def through_a_line(small: Small) -> Iterator[Wire]:
    """Between the app and its Slack, for Socket Mode alone."""
    port = urlsplit(small.sandbox.url).port
    assert port
    with wire(port) as line:
        small.sandbox.slack.url = f"http://127.0.0.1:{line.port}"
        yield line


def test_a_line_that_falls_silent_is_noticed_within_six_seconds(small: Small) -> None:
    with through_a_line(small) as line, lines_of(small) as lines:
        assert small.types()
        assert lines.silence() < 3
        # What is there falls silent; what is opened anew goes straight.
        small.sandbox.slack.url = small.sandbox.url
        line.freeze()
        begun = time.monotonic()
        comes(lambda: lines.losses == 2 and lines.is_connected)
        assert time.monotonic() - begun < 6
        line.close()
        assert small.back_within(4) < 1


def test_slack_bolt_s_own_line_does_not_notice_it(small: Small) -> None:
    with through_a_line(small) as line, usual(small) as handler:
        assert small.types()
        small.sandbox.slack.url = small.sandbox.url
        line.freeze()
        before = handler.client.session_id()
        threading.Event().wait(6)
        assert handler.client.session_id() == before
        line.close()


def test_slack_that_is_away_is_said_once_and_tried_until_it_is_back(
    small: Small, caplog: pytest.LogCaptureFixture
) -> None:
    with lines_of(small) as lines:
        fault = {"method": "apps.connections.open", "kind": "500", "for": 3600}
        small.http.post("/control/fault", json=fault).raise_for_status()
        small.connection("drop")
        comes(lambda: "Slack cannot be reached over Socket Mode" in caplog.text)
        assert not lines.is_connected
        small.http.post("/control/fault", json={"clear": True}).raise_for_status()
        comes(small.types)
    assert caplog.text.count("Slack cannot be reached over Socket Mode") == 1


def test_what_is_being_answered_is_answered_before_the_lines_close(small: Small) -> None:
    begun, release = threading.Event(), threading.Event()

    def slow(ack: Ack) -> None:
        begun.set()
        release.wait(5)
        ack(text="heard slowly")

    small.bolt._listeners.clear()
    small.bolt.command("/tidy")(slow)
    lines = SocketLines(small.bolt, "xapp-page", small.client)
    assert lines.connect()
    typing = threading.Thread(target=small.types)
    typing.start()
    assert begun.wait(5)
    closing = threading.Thread(target=lines.close)
    closing.start()
    release.set()
    closing.join(10)
    typing.join(10)
    assert "heard slowly" in small.person.screen().texts


def test_what_passes_before_it_connects_is_no_silence(
    small: Small, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as long_ago:
        composed = time.monotonic() - 3600
        long_ago.setattr(time, "monotonic", lambda: composed)
        lines = SocketLines(small.bolt, "xapp-page", small.client)
    assert lines.silence() > 3000
    assert lines.connect()
    lines.close()
    assert caplog.records == []


def test_a_start_without_slack_comes_back_by_itself(small: Small) -> None:
    fault = {"method": "apps.connections.open", "kind": "500", "for": 3600}
    small.http.post("/control/fault", json=fault).raise_for_status()
    lines = SocketLines(small.bolt, "xapp-page", small.client)
    assert not lines.connect(seconds=0.2)
    small.http.post("/control/fault", json={"clear": True}).raise_for_status()
    comes(small.types)
    lines.close()
