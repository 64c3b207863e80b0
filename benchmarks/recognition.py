"""`/appreciate` beside a bare Bolt listener that stores one row, and with a million thank-yous stored.

Both get requests as Slack signs them, in the same process, on the same database, in turns.
What is owed to Slack is written down in the same transaction but not sent, as it is not in the bare one.
"""

import argparse
import cProfile
import secrets
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from slack_bolt import Ack, App, BoltRequest
from slack_sdk import WebClient
from sqlalchemy import DateTime, String, Text, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from benchmarks import slack
from benchmarks.databases import Maker, fill, makers
from benchmarks.measuring import Line, Work, compared, in_turns, show
from slackapp.app import Appreciate, Clock
from slackapp.core.config import Settings
from slackapp.core.db import Sessions, new_id
from slackapp.models import Delivery, Recognition
from slackapp.workspace import members, registry

WORDS = "stayed after the shift to find us a bed"
ROUNDS = 7
CALLS = 160
_BEGINNING = datetime(2026, 11, 2, tzinfo=UTC)


class Base(DeclarativeBase):
    pass


class Note(Base):
    """What the bare listener stores."""

    __tablename__ = "measured_note"
    id: Mapped[str] = mapped_column(String(24), primary_key=True, default=new_id)
    author: Mapped[str] = mapped_column(String(32))
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class Place:
    """The app and the bare listener on one database."""

    app: Appreciate
    bare: App

    def thanks(self, number: int, calls: int) -> Iterator[Work]:
        for place in range(calls):
            giver, receiver = _pair(number * calls + place)
            typed = f"<@{receiver}|someone> helping {WORDS}"
            request = slack.command("/appreciate", typed, user=giver, ticket=secrets.token_hex(8))
            yield _answered(self.app.bolt, request, "Sent")

    def notes(self, number: int, calls: int) -> Iterator[Work]:
        for place in range(calls):
            giver, _ = _pair(number * calls + place)
            request = slack.command("/note", WORDS, user=giver, ticket=secrets.token_hex(8))
            yield _answered(self.bare, request, "Noted")

    def homes(self, number: int, calls: int) -> Iterator[Work]:
        for place in range(calls):
            request = slack.home_opened(_pair(place)[0], number * calls + place)
            yield _answered(self.app.bolt, request, "")


def _pair(number: int) -> tuple[str, str]:
    count = len(slack.PEOPLE)
    return slack.PEOPLE[number % count], slack.PEOPLE[(number * 7 + 1) % count]


def _answered(bolt: App, request: BoltRequest, begins: str) -> Work:
    def call() -> None:
        answer = bolt.dispatch(request)
        # A refusal would be fast and worth nothing.
        assert answer.status == 200, answer.status
        assert begins in answer.body, answer.body

    return call


@contextmanager
def opened(url: str, slack_url: str, folder: Path) -> Iterator[Place]:
    """The app as it is composed for production, without its clockwork, and the bare listener."""
    settings = Settings(
        bot_token=slack.TOKEN,
        app_token=slack.APP_TOKEN,
        database_url=url,
        key_directory=folder / secrets.token_hex(4),
        signing_secret=slack.SIGNING_SECRET,
        slack_api_url=slack_url,
    )
    app = Appreciate(settings, now=_days_go_by())
    app.sync_all_members()
    _set_up(app.sessions)
    Base.metadata.create_all(app.sessions.engine)
    try:
        yield Place(app, _bare(app.sessions, slack_url))
    finally:
        app.sessions.dispose()


def _days_go_by() -> Clock:
    """A clock that goes on 20 minutes whenever it is read: nobody gives thanks hundreds of times a day."""
    reads = count()
    return lambda: _BEGINNING + timedelta(minutes=20 * next(reads))


def _set_up(sessions: Sessions) -> None:
    with sessions.begin() as session:
        workspace = registry.find(session, slack.TEAM)
        assert workspace
        team = members.create_team(session, workspace, "Ward", channel=slack.CHANNEL)
        for member in members.get_all(session, workspace, slack.PEOPLE).values():
            members.put_in_team(session, member, team)


def _bare(sessions: Sessions, slack_url: str) -> App:
    bolt = App(
        client=WebClient(slack.TOKEN, base_url=f"{slack_url}/api/"),
        signing_secret=slack.SIGNING_SECRET,
        process_before_response=True,
        token_verification_enabled=False,
        listener_executor=ThreadPoolExecutor(32),
    )

    @bolt.command("/note")
    def note(ack: Ack, body: dict[str, str]) -> None:
        with sessions.begin() as session:
            session.add(Note(author=body["user_id"], words=body["text"], at=datetime.now(UTC)))
        ack(text="Noted.")

    return bolt


def beside_bare(place: Place, name: str, *, rounds: int, threads: int) -> Line:
    before = _stored(place.app.sessions)
    app, bare = in_turns(
        [lambda number: place.thanks(number, CALLS), lambda number: place.notes(number, CALLS)],
        rounds=rounds,
        threads=threads,
    )
    # The premise: every one was stored, with the message it owes.
    stored = _stored(place.app.sessions)
    assert [now - earlier for now, earlier in zip(stored, before, strict=True)] == [(rounds + 1) * CALLS] * 2
    label = f"/appreciate, one receiver, {name}, {_threads(threads)}; beside a bare listener"
    return Line(label, app.told(), bare.told(), compared(app, bare))


def _threads(number: int) -> str:
    return "1 thread" if number == 1 else f"{number} threads"


def _stored(sessions: Sessions) -> list[int]:
    with sessions.read() as session:
        return [
            session.scalar(select(func.count()).select_from(model)) or 0 for model in (Recognition, Delivery)
        ]


def quick(*, rounds: int = ROUNDS) -> list[Line]:
    """Beside the bare listener, on both databases, with 1 and with 16 threads."""
    lines = []
    with _everything() as (folder, slack_url, kinds):
        for name, make in kinds.items():
            for threads in (1, 16):
                with opened(make(), slack_url, folder) as place:
                    lines.append(beside_bare(place, name, rounds=rounds, threads=threads))
    return lines


def work(*, requests: int = 100) -> list[Line]:
    """Python's function calls a request: the same however busy the machine is."""
    lines = []
    with _everything() as (folder, slack_url, kinds):
        for name, make in kinds.items():
            with opened(make(), slack_url, folder) as place:
                app, bare = (_calls(prepare, requests) for prepare in (place.thanks, place.notes))
            label = f"Function calls a request, /appreciate, {name}; beside a bare listener"
            lines.append(Line(label, f"{app:,.0f}", f"{bare:,.0f}", f"{app / bare:.1f} times as many"))
    return lines


def _calls(prepare: Callable[[int, int], Iterator[Work]], requests: int) -> float:
    for call in prepare(0, requests):
        call()
    counted, profile = list(prepare(1, requests)), cProfile.Profile()
    profile.enable()
    for call in counted:
        call()
    profile.disable()
    return sum(entry.callcount for entry in profile.getstats()) / requests


def large(stored: int, *, rounds: int = ROUNDS) -> list[Line]:
    """With that many thank-yous stored, beside a database that holds a few."""
    with _everything() as (folder, slack_url, kinds):
        return [
            line
            for name, make in kinds.items()
            for line in _large(make, name, stored, lambda url: opened(url, slack_url, folder), rounds)
        ]


def _large(
    make: Maker, name: str, stored: int, open_at: Callable[[str], AbstractContextManager[Place]], rounds: int
) -> Iterator[Line]:
    with open_at(make()) as full, open_at(make()) as new:
        # Enough for everybody's Home tab to show a whole page in both.
        fill(new.app.sessions, new.app.workspace_id, len(slack.PEOPLE) * 20)
        fill(full.app.sessions, full.app.workspace_id, stored)
        for threads in (1, 16):
            large_runs, small_runs = in_turns(
                [lambda number: full.thanks(number, CALLS), lambda number: new.thanks(number, CALLS)],
                rounds=rounds,
                threads=threads,
            )
            label = f"/appreciate, {name}, {_threads(threads)}, {stored:,} stored; beside few stored"
            yield Line(label, large_runs.told(), small_runs.told(), compared(large_runs, small_runs))
        large_runs, small_runs = in_turns(
            [lambda number: full.homes(number, 40), lambda number: new.homes(number, 40)],
            rounds=rounds,
            threads=1,
        )
        label = f"Home tab with its call to Slack, {name}, {stored:,} stored; beside few stored"
        yield Line(label, large_runs.told(), small_runs.told(), compared(large_runs, small_runs))


@contextmanager
def _everything() -> Iterator[tuple[Path, str, dict[str, Maker]]]:
    with (
        tempfile.TemporaryDirectory(prefix="measure") as folder,
        slack.sandbox_process() as slack_url,
        makers(Path(folder)) as kinds,
    ):
        yield Path(folder), slack_url, kinds


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--rounds", type=int, default=ROUNDS)
    reader.add_argument("--large", type=int, nargs="?", const=1_000_000, metavar="COUNT")
    reader.add_argument("--calls", action="store_true")
    options = reader.parse_args()
    if options.calls:
        show(work())
        return
    show(large(options.large, rounds=options.rounds) if options.large else quick(rounds=options.rounds))


if __name__ == "__main__":
    main()
