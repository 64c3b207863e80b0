"""A clock that jumps deletes, closes and opens nothing; a server that was off recovers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from slackapp import clock, manifest_path
from slackapp.app import Appreciate
from slackapp.clock import ClockWatch
from slackapp.core.config import Settings
from slackapp.core.db import Sessions, new_id
from slackapp.demo import history, hospital
from slackapp.models import (
    Comment,
    Inbound,
    Installation,
    Member,
    Poll,
    PollState,
    Recognition,
    Team,
    Workspace,
)
from slackapp.sandbox.server import Sandbox
from tests.support.human import Human
from tests.support.running_app import CARYS, DYLAN, MONDAY

FAR = timedelta(days=1_100)
KEPT = (Recognition, Comment, Inbound, Installation, Member, Team, Workspace)


class Credulous(ClockWatch):
    """The naive twin: believes whatever the clock says."""

    def believes(self, now: datetime) -> bool:  # noqa: ARG002 - that is its fault
        """Always."""
        return True


@dataclass
class Server:
    """The app on a machine whose clock is `wrong_by`, beside a Slack whose clock is right."""

    sandbox: Sandbox
    database_url: str
    keys: Path
    wrong_by: timedelta = timedelta(0)
    apps: list[Appreciate] = field(default_factory=list)

    @property
    def app(self) -> Appreciate:
        """The one that runs now."""
        return self.apps[-1]

    def now(self) -> datetime:
        """What the machine's clock says."""
        return self.sandbox.clock.now() + self.wrong_by

    def start(self) -> None:
        """Start the app, again if it ran before."""
        place = hospital.workspace()
        settings = Settings(
            bot_token=place.bot_token,
            app_token=place.app_token,
            database_url=self.database_url,
            key_directory=self.keys,
            slack_api_url=self.sandbox.url,
        )
        self.apps.append(Appreciate(settings, now=self.now))

    def work(self) -> None:
        """Everything that the timetable does, once."""
        for job in self.app._jobs():
            job.work()

    def stands(self) -> dict[str, int]:
        """How many rows of each kind there are, and how many keys and open check-ins."""
        with self.app.sessions.read() as session:
            rows = {
                model.__tablename__: session.scalar(select(func.count()).select_from(model)) or 0
                for model in KEPT
            }
            is_open = select(func.count()).select_from(Poll).where(Poll.state == PollState.OPEN)
            polls = session.scalar(select(func.count()).select_from(Poll)) or 0
            more = {"open": session.scalar(is_open) or 0, "polls": polls}
        return {**rows, **more, "keys": len(self.app.keys.poll_ids())}


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    """At work on a Monday: a check-in is open, a thank-you was given, another workspace left two days ago."""
    with Sandbox(manifest=manifest_path(), now=MONDAY) as sandbox:
        sandbox.seed(hospital.workspace())
        server = Server(sandbox, database_url, tmp_path / "keys")
        server.start()
        server.app.sync_all_members()
        history.set_up(server.app, since=MONDAY)
        sandbox.clock.set(MONDAY + timedelta(hours=2))
        server.work()
        with server.app.sessions.begin() as session:
            _fill(session, server)
        assert server.stands() == {
            **server.stands(), "open": 1, "keys": 1, "polls": 1, "recognition": 1, "comment": 1
        }  # fmt: skip
        yield server
        for app in server.apps:
            app.sessions.dispose()


def _fill(session: Session, server: Server) -> None:
    now = server.sandbox.clock.now()
    here = session.get_one(Workspace, server.app.workspace_id)
    giver, other = (
        session.scalars(select(Member).where(Member.slack_user_id == user)).one() for user in (CARYS, DYLAN)
    )
    session.add(
        Recognition(
            id=new_id(),
            workspace_id=here.id,
            giver_id=giver.id,
            giver_team_id=other.team_id,
            behaviour="helping",
            words="You found us a bed",
            visibility="private",
            given_at=now,
            revision=0,
        )
    )
    session.add(Comment(unit_id=giver.team_id, month="2026-10", words="More chairs"))
    session.add(Inbound(workspace_id=here.id, key="command:1", received_at=now))
    session.add(
        Workspace(
            slack_team_id="T0LEFT",
            name="Left",
            bot_user_id="U0BOT",
            uninstalled_at=now - timedelta(days=2),
        )
    )


def test_a_clock_1100_days_ahead_deletes_closes_and_opens_nothing(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    before = server.stands()
    server.wrong_by = FAR
    for _ in range(2):
        server.work()
        server.start()
    assert server.stands() == before
    assert server.app.health()["clock"] is False
    with server.app.sessions.read() as session:
        assert clock.is_doubted(session)
    warnings = [message for message in caplog.messages if "Is the clock right?" in message]
    assert len(warnings) == len(server.apps), "once in each run of the app"

    server.wrong_by = timedelta(0)
    server.sandbox.clock.advance(timedelta(hours=1))
    server.work()
    assert server.stands() == before
    assert server.app.health()["clock"] is True


def test_without_the_watch_the_same_clock_deletes_it(server: Server) -> None:
    """The naive twin: without it the test above would prove nothing."""
    before = server.stands()
    server.wrong_by = FAR
    server.app.clock = Credulous(server.app.sessions, server.app.clients.slack_time)
    server.work()
    after = server.stands()
    gone = {kind for kind in before if after[kind] < before[kind]}
    assert {"recognition", "comment", "inbound", "workspace"} <= gone, (before, after)
    assert after["polls"] > before["polls"]


def test_a_clock_a_day_behind_deletes_nothing(server: Server) -> None:
    before = server.stands()
    server.wrong_by = timedelta(days=-1)
    server.work()
    assert server.stands() == before
    assert server.app.health()["clock"] is True


def test_a_server_that_was_off_for_weeks_comes_back_by_itself(server: Server) -> None:
    server.sandbox.clock.advance(timedelta(days=31))
    server.start()
    server.work()
    stands = server.stands()
    assert server.app.health()["clock"] is True
    assert stands["workspace"] == 1, "uninstalled 33 days ago"
    assert stands["polls"] > 1


def test_admins_read_it_on_home(server: Server) -> None:
    server.wrong_by = FAR
    server.work()
    server.app.start()
    with httpx.Client(base_url=server.sandbox.url, timeout=60) as http:
        admin = Human(http, hospital.OPERATIONS.id)
        admin.sees("The server's clock may be wrong.", place="home")
        server.wrong_by = timedelta(0)
        server.app.clock.believes(server.now())
        admin.screen()
        admin.waits(lambda seen: "The server's clock may be wrong." not in seen.texts, place="home")
    server.app.stop()


SAYS: dict[str, tuple[Callable[[datetime], datetime | None], bool]] = {
    "agrees": (lambda now: now - timedelta(minutes=4), True),
    "is another by six minutes": (lambda now: now - timedelta(minutes=6), False),
    "does not answer": (lambda _: None, False),
}


@pytest.mark.parametrize("second", SAYS)
@pytest.mark.parametrize("away", [timedelta(days=40), timedelta(days=-40)])
def test_what_a_second_clock_says_decides(database: Sessions, second: str, away: timedelta) -> None:
    says, is_believed = SAYS[second]
    now = MONDAY + away
    watch = ClockWatch(database, lambda: says(now))
    assert watch.believes(MONDAY), "a database without a single moment has nothing to lose"
    assert watch.believes(now) is is_believed
    with database.read() as session:
        assert clock.is_doubted(session) is not is_believed
    assert watch.believes(MONDAY + timedelta(hours=20)) is not is_believed
    with database.read() as session:
        assert clock.is_doubted(session) is is_believed


def test_a_jump_that_is_seen_every_minute_is_never_taken_for_time_that_passed(database: Sessions) -> None:
    watch = ClockWatch(database, lambda: None)
    assert watch.believes(MONDAY)
    for minute in range(3):
        assert not watch.believes(MONDAY + FAR + timedelta(minutes=2 * minute))


def test_a_night_without_power_needs_no_second_clock(database: Sessions) -> None:
    watch = ClockWatch(database, lambda: None)
    assert watch.believes(MONDAY)
    assert watch.believes(MONDAY + timedelta(hours=25))
    assert watch.believes(MONDAY + timedelta(hours=50))


@pytest.mark.parametrize("kind", ["500", "429", "drop"])
def test_slack_in_trouble_is_no_reason_to_delete(server: Server, kind: str) -> None:
    before = server.stands()
    server.wrong_by = FAR
    fault = {"method": "api.test", "kind": kind, "count": 50}
    httpx.post(f"{server.sandbox.url}/control/fault", json=fault).raise_for_status()
    server.work()
    assert server.stands() == before


def test_a_server_that_was_off_waits_for_slack_and_goes_on_once_it_answers(server: Server) -> None:
    before = server.stands()
    server.sandbox.clock.advance(timedelta(days=31))
    # The watch asks once a minute, and whoever would destroy an overdue key asks for itself.
    fault = {"method": "api.test", "kind": "drop", "count": 99}
    httpx.post(f"{server.sandbox.url}/control/fault", json=fault).raise_for_status()
    server.work()
    assert server.stands() == before
    httpx.post(f"{server.sandbox.url}/control/fault", json={"clear": True}).raise_for_status()
    server.sandbox.clock.advance(timedelta(minutes=1))
    server.work()
    assert server.stands()["workspace"] == 1
