"""A small Slack that does exactly the one wrong thing a test orders, and a ward to send to."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from slackapp.core.db import Sessions
from slackapp.delivery import DeliveryWorker
from slackapp.models import Delivery
from slackapp.outbox import queue as outbox
from slackapp.outbox.kinds import Kind, SecondCopy
from slackapp.outbox.queue import NewDelivery
from slackapp.outbox.references import RecognitionRef
from slackapp.outbox.rendered import Message, Rendered, Route, by_kind
from slackapp.workspace import registry as workspaces

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
PATIENCE = 20.0
Render = Callable[[Session, Delivery, datetime], Rendered]


@dataclass
class Answer:
    """What the next call meets. `ending`: answer, drop (after it was done) or hold (until released)."""

    status: int = 200
    body: dict[str, Any] | str = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    ending: str = "answer"
    done: bool = True


@dataclass
class Call:
    """One call that was made, as it was received."""

    method: str
    body: dict[str, Any]
    done: bool


class SmallSlack:
    """Remembers every call; `messages` are those that people would see."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.orders: dict[str, list[Answer]] = {}
        self.arrived = threading.Condition()
        self.released = threading.Event()
        self.hold_then_answer = False
        self.answered = 0
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def order(self, method: str, *answers: Answer) -> None:
        self.orders.setdefault(method, []).extend(answers)

    def of(self, method: str) -> list[Call]:
        with self.arrived:
            return [call for call in self.calls if call.method == method]

    @property
    def messages(self) -> list[Call]:
        return [call for call in self.of("chat.postMessage") if call.done]

    def wait_for(self, reached: Callable[[], bool]) -> None:
        with self.arrived:
            assert self.arrived.wait_for(reached, PATIENCE), "it never came"

    def wait_for_calls(self, count: int) -> None:
        self.wait_for(lambda: len(self.calls) >= count)

    def client(self, timeout: int = 10) -> WebClient:
        return WebClient(
            token="xoxb-1-2-three", base_url=f"{self.url}/api/", retry_handlers=[], timeout=timeout
        )

    def close(self) -> None:
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def meet(self, method: str, body: dict[str, Any]) -> Answer:
        with self.arrived:
            waiting = self.orders.get(method) or []
            answer = waiting.pop(0) if waiting else Answer()
            self.calls.append(Call(method, body, done=answer.done and answer.status == 200))
            if answer.status == 200 and not answer.body:
                answer = Answer(200, self._right(method, body), answer.headers, answer.ending)
            self.arrived.notify_all()
        return answer

    def _right(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        if method == "files.getUploadURLExternal":
            return {"ok": True, "upload_url": f"{self.url}/upload/1", "file_id": "F0PICTURE1"}
        if method == "files.completeUploadExternal":
            return {"ok": True, "files": [{"id": "F0PICTURE1"}]}
        channel = str(body.get("channel", ""))
        channel = f"D{channel[1:]}" if channel.startswith("U") else channel
        return {"ok": True, "channel": channel, "ts": f"{len(self.calls)}.000100"}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        slack = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                method = self.path.partition("?")[0].removeprefix("/api/").strip("/")
                kind = "" if method.startswith("upload/") else self.headers.get("Content-Type") or ""
                answer = slack.meet(method, _decoded(kind, raw))
                if answer.ending == "hold":
                    slack.released.wait(PATIENCE)
                if answer.ending == "drop" or (answer.ending == "hold" and not slack.hold_then_answer):
                    self.close_connection = True
                    return
                content = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content.encode())))
                self.end_headers()
                self.wfile.write(content.encode())
                with slack.arrived:
                    slack.answered += 1
                    slack.arrived.notify_all()

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def _decoded(kind: str, raw: bytes) -> dict[str, Any]:
    if "json" in kind:
        return dict(json.loads(raw or b"{}"))
    if "form-urlencoded" in kind:
        return {name: values[0] for name, values in parse_qs(raw.decode()).items()}
    return {"bytes": raw}


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


def thanks(_session: Session, delivery: Delivery, _now: datetime) -> Rendered:
    return Message(text=f"Thanks {delivery.reference}", blocks=[])


def route(name: str, render: Render) -> Route[Any, Any]:
    """A kind whose loader makes the whole message."""
    return Route(
        Kind(name, RecognitionRef, second_copy=SecondCopy.AWKWARD),
        lambda session, _about, row, now: render(session, row, now),
        lambda rendered: rendered,
    )


class Ward:
    """One workspace that owes messages."""

    def __init__(self, sessions: Sessions, slack: SmallSlack, clock: Clock) -> None:
        self.sessions, self.slack, self.clock = sessions, slack, clock
        with sessions.begin() as session:
            self.workspace = workspaces.install(
                session, slack_team_id="T0WARD", name="Ward", bot_user_id="U0BOT"
            )
        self.open: list[DeliveryWorker] = []

    def owes(self, reference: str = "one", **changes: Any) -> str:  # noqa: ANN401 - of any field
        plain = NewDelivery(f"thanks:{reference}", "thanks", reference, target="U0NURSE", due=self.clock.now)
        delivery = replace(plain, **changes)
        with self.sessions.begin() as session:
            written = outbox.enqueue(session, self.workspace, delivery)
        assert written is not None
        return written.id

    def deliveries(self, **renderers: Render) -> DeliveryWorker:
        routes = by_kind(*(route(name, render) for name, render in ({"thanks": thanks} | renderers).items()))
        worker = DeliveryWorker(self.sessions, self.slack.client(), routes, self.clock)
        self.open.append(worker)
        return worker

    def row(self, delivery_id: str) -> Delivery:
        with self.sessions.read() as session:
            row = session.get(Delivery, delivery_id)
        assert row is not None
        return row

    def close(self) -> None:
        self.slack.released.set()
        for worker in self.open:
            worker.stop(PATIENCE)


@pytest.fixture
def slack() -> Iterator[SmallSlack]:
    small = SmallSlack()
    yield small
    small.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ward(database: Sessions, slack: SmallSlack, clock: Clock) -> Iterator[Ward]:
    ward = Ward(database, slack, clock)
    yield ward
    ward.close()
