"""Tell people once what Slack does not let the app do: a team's leader, or the admins."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from slackapp.core.db import Sessions
from slackapp.models import Hold, HoldScope, Member, Team, TeamSource, Workspace
from slackapp.outbox import queue
from slackapp.outbox.kinds import Kind, SecondCopy
from slackapp.outbox.references import ChannelRef, PauseRef, TrialRef
from slackapp.workspace import permissions

CHANNEL: Final = Kind("channel-held", ChannelRef, second_copy=SecondCopy.HARMLESS)
"""To a team's leader: its channel takes no posts."""
WORKSPACE: Final = Kind("workspace-held", PauseRef, second_copy=SecondCopy.HARMLESS)
"""To the admins, once messages go out again: for how long they did not."""
NO_FILES: Final = Kind("files-off", TrialRef, second_copy=SecondCopy.HARMLESS)
"""To the admins: Slack takes no pictures and pages."""

LONG: Final = timedelta(minutes=10)
"""A workspace's hold that is shorter than this is told to nobody."""

_TOLD_AT_ONCE = frozenset({"not_in_channel", "is_archived"})
"""Whoever leads a team that follows the channel has a message of its own as soon as Slack reports this."""


def notify(sessions: Sessions, now: datetime) -> int:
    """Enqueue a message about each hold of which nobody was told; return how many holds are new."""
    untold = select(Hold).where(Hold.told.is_(None), _is_to_tell(now))
    with sessions.read() as session:
        keys = [(hold.workspace_id, hold.scope, hold.subject) for hold in session.scalars(untold)]
    for key in sorted(keys):
        with sessions.begin() as session:
            hold = session.get(Hold, key, with_for_update=True)
            if hold is not None and hold.told is None:
                _tell(session, hold, now)
                hold.told = now
    return len(keys)


def _is_to_tell(now: datetime) -> Any:  # noqa: ANN401 - a condition
    return or_(
        (Hold.scope == HoldScope.TARGET) & (Hold.subject.startswith("C") | Hold.subject.startswith("G")),
        Hold.scope == HoldScope.FEATURE,
        (Hold.scope == HoldScope.WORKSPACE) & (Hold.since <= now - LONG) & Hold.again.is_not(None),
    )


def _tell(session: Session, hold: Hold, now: datetime) -> None:
    workspace = session.get_one(Workspace, hold.workspace_id)
    since = int(hold.since.timestamp())
    if hold.scope == HoldScope.WORKSPACE:
        deliveries = [
            WORKSPACE.new(PauseRef(since), admin, now, key=f"{WORKSPACE}:{workspace.id}:{since}:{admin}")
            for admin in _admins(session, workspace)
        ]
    elif hold.scope == HoldScope.FEATURE:
        deliveries = [
            NO_FILES.new(TrialRef(), admin, now, key=f"{NO_FILES}:{workspace.id}:{since}:{admin}")
            for admin in _admins(session, workspace)
        ]
    elif _is_told_already(session, hold):
        return
    else:
        people = _leaders(session, workspace, hold.subject, now) or _admins(session, workspace)
        deliveries = [
            CHANNEL.new(ChannelRef(hold.subject), user, now, key=f"{CHANNEL}:{hold.subject}:{since}:{user}")
            for user in people
        ]
    queue.enqueue_many(session, workspace, deliveries)


def _is_told_already(session: Session, hold: Hold) -> bool:
    follows = (TeamSource.workspace_id == hold.workspace_id, TeamSource.slack_id == hold.subject)
    is_followed = session.scalar(select(TeamSource.team_id).where(*follows).limit(1)) is not None
    return is_followed and hold.reason in _TOLD_AT_ONCE


def _leaders(session: Session, workspace: Workspace, channel: str, now: datetime) -> list[str]:
    """Return whoever acts for the teams that share in a channel, by Slack's ids."""
    here = (Team.workspace_id == workspace.id, Team.slack_channel_id == channel, Team.closed_at.is_(None))
    leaders = [
        permissions.acting_leader(session, team, now) for team in session.scalars(select(Team).where(*here))
    ]
    return _reachable(leader for leader in leaders if leader is not None)


def _admins(session: Session, workspace: Workspace) -> list[str]:
    is_admin = (Member.workspace_id == workspace.id, Member.is_admin.is_(True))
    return _reachable(session.scalars(select(Member).where(*is_admin).order_by(Member.id)))


def _reachable(people: Iterable[Member]) -> list[str]:
    return list(dict.fromkeys(member.slack_user_id for member in people if member.can_be_reached))
