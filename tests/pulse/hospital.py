"""A ward with a leader, and a pulse that can be opened, answered and closed."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core.db import Sessions
from slackapp.models import Ballot, Bundle, BundleScore, Comment, Member, Poll, PollState, Team, Workspace
from slackapp.pulse import held_comments, rounds
from slackapp.pulse.keys import KeyDirectory
from slackapp.pulse.questions import FOUR
from slackapp.pulse.rounds import Answers

OPENING = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
"""A Monday, in winter time: nine o'clock in London."""
CLOSE = OPENING + timedelta(days=7)
THREE_TEAMS = {"Ward 7": 9, "Theatres": 6, "Clinic": 4}


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
        self,
        name: str,
        scores: Mapping[str, int] | int,
        comment: str = "",
        nonce: bytes | None = None,
        now: datetime | None = None,
    ) -> None:
        """Hand in an answer; one number stands for all four behaviours."""
        said = {item.key: scores for item in FOUR} if isinstance(scores, int) else scores
        answers = Answers(self.poll_id, self.person(name), said, comment, nonce or os.urandom(12))
        with self.sessions.begin() as session:
            rounds.submit(session, self.keys, answers, now or OPENING + timedelta(hours=1))

    def person(self, name: str) -> str:
        """Somebody as Slack's signed payloads name them."""
        return f"T1HOSPITAL/U1{list(self.people).index(name):06}"

    def close(self, chance: Random | None = None, now: datetime | None = None) -> None:
        """Close the check-in when its time has come, and let the month of its comments pass."""
        moment = self.count(chance, now)
        held_comments.release(self.sessions, self.keys, moment + timedelta(days=40))

    def count(self, chance: Random | None = None, now: datetime | None = None) -> datetime:
        """Close the check-in when its time has come; that moment. Its comments wait."""
        with self.sessions.read() as session:
            moment = now or session.get_one(Poll, self.poll_id).closes_at
        rounds.close(self.sessions, self.keys, self.poll_id, moment, chance)
        return moment

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
