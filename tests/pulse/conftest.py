"""A ward with a leader, and a pulse that can be opened, answered and closed."""

import itertools
import json
import os
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from urllib.parse import urlencode

import psycopg
import pytest
from slack_bolt import App, BoltRequest, BoltResponse
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier
from sqlalchemy import select, text
from sqlalchemy.orm import Session

import handlers
from handlers.desk import Desk
from slackapp import migrations
from slackapp.db import Base, Sessions, connect
from slackapp.models import Ballot, Bundle, BundleScore, Comment, Member, Poll, PollState, Team, Workspace
from slackapp.pulse import rounds
from slackapp.pulse.ballots import KeyDirectory
from slackapp.pulse.questions import FOUR
from slackapp.pulse.rounds import Paper
from slackapp.views.pulse import CHOICE, COMMENT, SUBMIT

OPENING = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
"""A Monday, in winter time: nine o'clock in London."""
CLOSE = OPENING + timedelta(days=7)


@dataclass
class Hospital:
    """One directorate with teams of chosen sizes, on one database with one key directory."""

    sessions: Sessions
    keys: KeyDirectory
    workspace_id: str = ""
    teams: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    poll_id: str = ""
    opening = OPENING
    close_at = CLOSE

    def build(self, sizes: Mapping[str, int], **settled: object) -> "Hospital":
        """`{"Ward 7": 9}` makes the team Ward 7 with a leader and nine others: "Ward 7 1" to "Ward 7 9"."""
        self.keys.attach(self.sessions)
        with self.sessions.begin() as session:
            workspace = Workspace(slack_team_id="T1HOSPITAL", name="Hospital", pulse_on=True, **settled)
            workspace.pulse_since = OPENING - timedelta(days=1)
            session.add(workspace)
            session.flush()
            self.workspace_id = workspace.id
            self._team(session, "Medicine", None, 0)
            for name, size in sizes.items():
                self._team(session, name, self.teams["Medicine"], size)
        return self

    def _team(self, session: Session, name: str, parent_id: str | None, size: int) -> None:
        leader = self._person(session, f"{name} leader", parent_id)
        team = Team(workspace_id=self.workspace_id, name=name, parent_id=parent_id, leader_id=leader.id)
        session.add(team)
        session.flush()
        self.teams[name] = team.id
        for number in range(1, size + 1):
            self._person(session, f"{name} {number}", team.id)

    def _person(self, session: Session, name: str, team_id: str | None) -> Member:
        person = Member(
            workspace_id=self.workspace_id,
            slack_user_id=f"U1{len(self.people):06}",
            name=name,
            team_id=team_id,
        )
        session.add(person)
        session.flush()
        self.people[name] = person.id
        return person

    def open(self, now: datetime = OPENING) -> str:
        opened = rounds.open_due(self.sessions, self.keys, self.workspace_id, now)
        assert opened is not None
        self.poll_id = opened
        return opened

    def answer(
        self, name: str, scores: Mapping[str, int] | int, comment: str = "", nonce: bytes | None = None
    ) -> None:
        """Hand in an answer; one number stands for all four behaviours."""
        said = {item.key: scores for item in FOUR} if isinstance(scores, int) else scores
        paper = Paper(self.poll_id, self.people[name], said, comment, nonce or os.urandom(12))
        with self.sessions.begin() as session:
            rounds.submit(session, self.keys, paper, OPENING + timedelta(hours=1))

    def close(self, chance: Random | None = None) -> None:
        rounds.close(self.sessions, self.keys, self.poll_id, chance)

    def secret(self) -> bytes:
        """The key of the poll that is open now."""
        found = self.keys.load(self.poll_id)
        assert found is not None
        return found

    def state(self) -> str:
        with self.sessions.read() as session:
            return session.get_one(Poll, self.poll_id).state

    def results(self) -> dict[tuple[str, str], tuple[int, int, int]]:
        names = {team_id: name for name, team_id in self.teams.items()}
        with self.sessions.read() as session:
            found = session.scalars(select(BundleScore).where(BundleScore.poll_id == self.poll_id))
            return {(names[one.unit_id], one.item): (one.n, one.sum_lo, one.sum_hi) for one in found}

    def bundles(self) -> dict[str, int]:
        names = {team_id: name for name, team_id in self.teams.items()}
        with self.sessions.read() as session:
            found = session.scalars(select(Bundle).where(Bundle.poll_id == self.poll_id))
            return {names[one.unit_id]: one.ballots for one in found}

    def comments(self) -> dict[str, list[str]]:
        names = {team_id: name for name, team_id in self.teams.items()}
        with self.sessions.read() as session:
            kept: dict[str, list[str]] = {}
            for one in session.scalars(select(Comment)):
                kept.setdefault(names[one.unit_id], []).append(one.words)
            return kept

    def ballots(self) -> list[tuple[bytes, bytes]]:
        with self.sessions.read() as session:
            found = session.execute(select(Ballot.receipt, Ballot.box).where(Ballot.poll_id == self.poll_id))
            return [(receipt, box) for receipt, box in found]

    def is_closed(self) -> bool:
        return self.state() == PollState.CLOSED

    def over(self, sessions: Sessions, keys: KeyDirectory) -> "Hospital":
        """The same hospital, on a copy of its database."""
        return Hospital(sessions, keys, self.workspace_id, dict(self.teams), dict(self.people), self.poll_id)


Copy = Callable[[Hospital], Hospital]


@pytest.fixture
def keys(tmp_path: Path) -> KeyDirectory:
    """A key directory that does not exist yet."""
    return KeyDirectory(tmp_path / "keys")


@pytest.fixture
def hospital(database: Sessions, keys: KeyDirectory) -> Hospital:
    """A hospital that still has to be built, on either database."""
    return Hospital(database, keys)


@pytest.fixture
def hospital_on_sqlite(tmp_path: Path, keys: KeyDirectory) -> Iterator[Hospital]:
    """A hospital for what only a SQLite file has."""
    sessions = connect(f"sqlite:///{tmp_path / 'appreciate.db'}")
    migrations.upgrade(sessions)
    yield Hospital(sessions, keys)
    sessions.dispose()


@contextmanager
def private_database() -> Iterator[str]:
    """A PostgreSQL database, dropped afterwards: for tests that change tables or need a second one."""
    server, name = os.environ["APPRECIATE_TEST_POSTGRESQL"], f"p{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE appreciate_template')
    head, _, query = server.partition("?")
    try:
        yield head.rsplit("/", 1)[0] + f"/{name}?{query}"
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def private_postgresql_url() -> Iterator[str]:
    """Likewise, as a fixture."""
    with private_database() as url:
        yield url


def copy_rows(source: Sessions, target: Sessions) -> None:
    """Everything that stands in one database into another that has the same empty tables."""
    with source.read() as reading, target.begin() as writing:
        writing.execute(text("SET LOCAL session_replication_role = replica"))
        for table in Base.metadata.tables.values():
            rows = [dict(row) for row in reading.execute(table.select()).mappings()]
            if rows:
                writing.execute(table.insert(), rows)


def start_over(world: Hospital, original: Hospital) -> None:
    """Bring a copy back to where the original stands, whatever has become of it."""
    shutil.rmtree(world.keys.path)
    shutil.copytree(original.keys.path, world.keys.path)
    if world.sessions.is_sqlite:
        world.sessions.dispose()
        there = Path(world.sessions.engine.url.database or "")
        for left_over in there.parent.glob("appreciate.db-*"):
            left_over.unlink()
        shutil.copy(original.sessions.engine.url.database or "", there)
        return
    with world.sessions.begin() as session:
        names = ", ".join(f'"{name}"' for name in Base.metadata.tables)
        session.execute(text(f"TRUNCATE {names}"))
    copy_rows(original.sessions, world.sessions)


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Copy]:
    """Copies a hospital with everything it has, database and keys, into a second world."""
    with ExitStack() as leaving:
        count = itertools.count()

        def copied(hospital: Hospital) -> Hospital:
            target = tmp_path / f"copy{next(count)}"
            target.mkdir()
            shutil.copytree(hospital.keys.path, target / "keys")
            if hospital.sessions.is_sqlite:
                hospital.sessions.dispose()
                shutil.copy(hospital.sessions.engine.url.database or "", target / "appreciate.db")
                sessions = connect(f"sqlite:///{target / 'appreciate.db'}")
            else:
                sessions = connect(leaving.enter_context(private_database()))
                copy_rows(hospital.sessions, sessions)
            leaving.callback(sessions.dispose)
            return hospital.over(sessions, KeyDirectory(target / "keys"))

        yield copied


class Slack:
    """A small Slack on a local port that writes every call down and says yes."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, bytes]] = []
        slack = self

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                slack.calls.append((self.path, body))
                answer = json.dumps(ANSWERS.get(self.path, {"ok": True})).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Nothing is said on the terminal."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.url = f"http://127.0.0.1:{self.server.server_port}/api/"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


ANSWERS = {
    "/api/auth.test": {
        "ok": True,
        "url": "https://hospital.slack.com/",
        "team": "Hospital",
        "user": "appreciate",
        "team_id": "T1HOSPITAL",
        "user_id": "U1APP00000",
        "bot_id": "B1APP00000",
    }
}
SECRET = "a-signing-secret-for-tests"


class Front:
    """The app's listeners, reached as Slack reaches them: by signed requests."""

    def __init__(self, hospital: Hospital, slack: Slack, register: Callable[[App, Desk], None]) -> None:
        self.hospital, self.slack = hospital, slack
        client = WebClient("xoxb-made-up", base_url=slack.url, retry_handlers=[])
        self.bolt = App(
            client=client,
            signing_secret=SECRET,
            process_before_response=True,
            token_verification_enabled=False,
        )
        self.now = OPENING + timedelta(hours=2)
        register(self.bolt, Desk(hospital.sessions, lambda: self.now, hospital.keys, lambda: None))

    def send(self, form: Mapping[str, str], *, signed_with: str = SECRET) -> BoltResponse:
        body, stamp = urlencode(form), str(int(time.time()))
        signature = SignatureVerifier(signed_with).generate_signature(timestamp=stamp, body=body)
        headers: dict[str, str | Sequence[str]] = {
            "content-type": ["application/x-www-form-urlencoded"],
            "x-slack-request-timestamp": [stamp],
            "x-slack-signature": [signature or ""],
        }
        return self.bolt.dispatch(BoltRequest(body=body, headers=headers))

    def sends(self, payload: Mapping[str, object], *, signed_with: str = SECRET) -> BoltResponse:
        return self.send({"payload": json.dumps(payload)}, signed_with=signed_with)

    def types(self, who: str, command: str, words: str = "") -> BoltResponse:
        return self.send(
            {
                "token": "made-up",
                "team_id": "T1HOSPITAL",
                "team_domain": "hospital",
                "channel_id": "C1WARD7000",
                "channel_name": "ward-7",
                "user_id": who,
                "user_name": "somebody",
                "command": command,
                "text": words,
                "api_app_id": "A1APP00000",
                "trigger_id": "1.2.command",
                "response_url": "https://hooks.slack.com/commands/1/2/3",
            }
        )

    def presses(
        self,
        who: str,
        action_id: str,
        *,
        view_id: str | None = None,
        trigger: str = "1.2.press",
        value: str | None = None,
    ) -> BoltResponse:
        container = (
            {"type": "view", "view_id": view_id} if view_id else {"type": "message", "message_ts": "1.2"}
        )
        action = {"action_id": action_id, "block_id": "b", "type": "button", "action_ts": "1.2"}
        payload: dict[str, object] = self._common(who) | {
            "type": "block_actions",
            "container": container,
            "trigger_id": trigger,
            "response_url": "https://hooks.slack.com/actions/1/2/3",
            "actions": [action | {"value": value or self.hospital.poll_id}],
        }
        if view_id:
            payload["view"] = {"id": view_id, "type": "modal", "hash": "1.h", "state": {"values": {}}}
        return self.sends(payload)

    def submission(
        self, who: str, scores: Mapping[str, int], comment: str | None, **extra: object
    ) -> dict[str, object]:
        values: dict[str, object] = {
            item: {CHOICE: {"type": "radio_buttons", "selected_option": self._option(scores.get(item))}}
            for item in (one.key for one in FOUR)
        }
        values[COMMENT] = {COMMENT: {"type": "plain_text_input", "value": comment}}
        view = {
            "id": "V1CHECKIN0",
            "team_id": "T1HOSPITAL",
            "type": "modal",
            "callback_id": SUBMIT,
            "private_metadata": self.hospital.poll_id,
            "hash": "1.h",
            "blocks": [{"type": "input", "block_id": COMMENT}],
            "state": {"values": values},
        }
        return self._common(who) | {
            "type": "view_submission",
            "trigger_id": "1.2.submit",
            "view": view | extra,
            "response_urls": [],
        }

    def fills_in(
        self, who: str, callback_id: str, elements: Mapping[str, Mapping[str, object]]
    ) -> BoltResponse:
        """Hand in a form whose blocks hold one element of the same name."""
        values = {name: {name.partition(":")[0]: element} for name, element in elements.items()}
        blocks = [{"type": "input", "block_id": name} for name in elements]
        view = {"id": "V1FORM0000", "type": "modal", "callback_id": callback_id, "private_metadata": ""}
        view |= {"blocks": blocks, "hash": "1.h", "state": {"values": values}}
        payload = self._common(who) | {"type": "view_submission", "trigger_id": "1.2.form", "view": view}
        return self.sends(payload | {"response_urls": []})

    def submits(self, who: str, scores: Mapping[str, int], comment: str | None = None) -> BoltResponse:
        return self.sends(self.submission(who, scores, comment))

    @staticmethod
    def _option(score: int | None) -> dict[str, object] | None:
        return (
            {"text": {"type": "plain_text", "text": "..."}, "value": str(score)}
            if score is not None
            else None
        )

    @staticmethod
    def _common(who: str) -> dict[str, object]:
        return {
            "team": {"id": "T1HOSPITAL", "domain": "hospital"},
            "user": {"id": who, "username": "somebody", "name": "somebody", "team_id": "T1HOSPITAL"},
            "api_app_id": "A1APP00000",
            "token": "made-up",
        }

    def slack_id(self, name: str) -> str:
        with self.hospital.sessions.read() as session:
            return session.get_one(Member, self.hospital.people[name]).slack_user_id


@pytest.fixture
def slack() -> Iterator[Slack]:
    """A Slack that writes down what it is told."""
    running = Slack()
    yield running
    running.stop()


@pytest.fixture
def front(hospital: Hospital, slack: Slack) -> Front:
    """An open check-in with comments in a ward of nine, and all of the app's listeners."""
    hospital.build({"Ward 7": 9}, comments_on=True)
    hospital.open()
    return Front(hospital, slack, handlers.register)
