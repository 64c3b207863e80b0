"""Work that fails for one workspace delays no other on the same server."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfoNotFoundError

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from slackapp.app import Appreciate
from slackapp.clock import ClockWatch
from slackapp.connection.installations import TokenEncryption
from slackapp.core.config import Settings
from slackapp.models import Delivery, Digest, Member, Poll, Team, Workspace
from slackapp.pulse import rounds
from slackapp.recognition import reminders

FRIDAY = datetime(2026, 11, 6, 14, 0, tzinfo=UTC)
STUCK, FINE = "0" * 24, "1" * 24


def served(database_url: str, folder: Path) -> Appreciate:
    """The app with two workspaces, in each of which a check-in, a digest and Friday's question are due."""
    settings = Settings("", "", database_url, folder / "keys")
    locker = TokenEncryption((Fernet.generate_key().decode(),))
    app = Appreciate(settings, now=lambda: FRIDAY, locker=locker, http=True)
    with app.sessions.begin() as session:
        for own in (STUCK, FINE):
            begun = {"pulse_on": True, "pulse_since": FRIDAY - timedelta(days=5)}
            workspace = Workspace(id=own, slack_team_id=f"T0{own[:3]}", name=own, **begun)
            workspace.digests_from = "2026-10"
            session.add(workspace)
            session.flush()
            leader = Member(workspace_id=own, slack_user_id="U0LEADER", name="Lea", nudges=True)
            session.add(leader)
            session.flush()
            session.add(Team(workspace_id=own, name="Ward 7", leader_id=leader.id))
    return app


def done(app: Appreciate) -> dict[str, set[str]]:
    """For which workspaces each kind of work was done."""
    teams = select(Team.workspace_id).join(Digest, Digest.team_id == Team.id)
    query = select(Delivery.workspace_id).where(Delivery.kind == reminders.KIND)
    with app.sessions.read() as session:
        return {
            "check-ins": set(session.scalars(select(Poll.workspace_id).where(Poll.state == "open"))),
            "digests": set(session.scalars(teams)),
            "questions": set(session.scalars(query)),
        }


def test_a_check_in_that_cannot_be_closed_holds_up_no_other(database_url: str, tmp_path: Path) -> None:
    """Neither those of other workspaces that are due, nor the next ones' opening there."""
    app = served(database_url, tmp_path)
    try:
        for own in (STUCK, FINE):
            poll_id = rounds.open_due(app.sessions, app.keys, own, FRIDAY)
            if own == STUCK:
                # As from a disk that gives nothing back of this one file.
                (app.keys.path / f"{poll_id}.key").unlink()
                (app.keys.path / f"{poll_id}.key").mkdir()
        with app.sessions.begin() as session:
            first = session.scalars(select(Poll).where(Poll.workspace_id == STUCK)).one()
            first.closes_at = FRIDAY + timedelta(days=1)
        later = FRIDAY + timedelta(days=7)
        # Nobody plays Slack here, whose clock would agree that a week has passed.
        app.clock = ClockWatch(app.sessions, lambda: later)
        with pytest.raises(IsADirectoryError):
            app.run_due(later)
        with app.sessions.read() as session:
            query = select(Poll.state).where(Poll.workspace_id == FINE).order_by(Poll.opens_on)
            assert session.scalars(query).all() == ["closed", "open"]
    finally:
        app.stop()


def test_a_workspace_whose_own_time_cannot_be_told_holds_up_no_other(
    database_url: str, tmp_path: Path
) -> None:
    app = served(database_url, tmp_path)
    try:
        with app.sessions.begin() as session:
            # As after a change of the machine's own zones.
            session.get_one(Workspace, STUCK).time_zone = "Europe/Nowhere"
        with pytest.raises(ZoneInfoNotFoundError):
            app.run_due(FRIDAY)
        assert done(app) == {"check-ins": {FINE}, "digests": {FINE}, "questions": {FINE}}
    finally:
        app.stop()
