"""Who is shown, a week before, what a level above will read about their team."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from slackapp.digest import leader_words
from slackapp.models import Member, Team, Workspace
from slackapp.outbox import queue
from slackapp.outbox.references import TeamMonthRef
from slackapp.pulse.notices import next_allowed_time
from slackapp.workspace import permissions

BEFORE = timedelta(days=7)
_IN_TIME = timedelta(days=6)


def enqueue(session: Session, workspace: Workspace, month: str, *, due: datetime, now: datetime) -> None:
    """Owe each leader the line about her team, a week before the digest of this month is due.

    After a standstill of a day it is too late: then nobody is named in that digest.
    """
    if not due - BEFORE <= now < due - _IN_TIME:
        return
    rows = [
        leader_words.LINE.new(
            TeamMonthRef(team.id, month), leader.slack_user_id, next_allowed_time(leader, workspace, now)
        )
        for team, leader in permissions.readers(session, workspace.id, now)
        if leader is not None and team.closed_at is None and above(session, team, leader, now)
    ]
    queue.enqueue_many(session, workspace, rows)


def above(session: Session, team: Team, leader: Member, now: datetime) -> list[Member]:
    """Who leads the levels above a team now, the nearest first, and is somebody else."""
    tree = permissions.teams(session, team.workspace_id)
    higher = permissions.ancestors(tree, team.id)[1:]
    leaders = [permissions.acting_leader(session, tree[up], now) for up in higher]
    several = {reader.id: reader for reader in leaders if reader is not None and reader.id != leader.id}
    return list(several.values())
