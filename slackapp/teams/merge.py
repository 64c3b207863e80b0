"""Merge two teams: people, channel and child teams move; the history is read by the new leader."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Member, Team, TeamSource, Workspace
from slackapp.teams.edit import check_tree, end
from slackapp.teams.sync import leading
from slackapp.workspace import members


def merge(session: Session, workspace: Workspace, team: Team, into: Team, *, now: datetime) -> int:
    """Merge a team into another; return how many people moved.

    The team ends and becomes a child of the other, so that its thank-yous and figures count for it as for
    any child. Answers to an open check-in are counted as they were asked for. The other team follows the
    channel or group that this one followed, if it follows none.

    Raises:
        UserError: It is the same team, one has ended, or the other lies below it.
    """
    _check(session, workspace, team, into)
    leader = session.get(Member, team.leader_id) if team.leader_id else None
    moved = list(session.scalars(select(Member.id).where(Member.team_id == team.id)))
    session.execute(update(Member).where(Member.id.in_(moved)).values(team_id=into.id))
    _hand_over(session, team, into)
    below = list(session.scalars(select(Team).where(Team.parent_id == team.id)))
    end(session, workspace, team, now=now)
    team.parent_id = into.id
    for child in below:
        child.parent_id = into.id
    session.flush()
    session.expire_all()
    for led_by in filter(None, (child.leader_id for child in below)):
        member = session.get_one(Member, led_by)
        if member.team_id is None:
            members.put_in_team(session, member, into)
    if leader is not None and leader.can_be_reached and leader.id not in leading(session, workspace.id):
        members.put_in_team(session, leader, into)
        moved.append(leader.id)
    return len(moved)


def _hand_over(session: Session, team: Team, into: Team) -> None:
    """Move leader, deputy, channel and source, each only where the other team has none."""
    if into.leader_id is None and team.leader_id is not None:
        members.set_leader(session, into, session.get_one(Member, team.leader_id))
    into.deputy_id = into.deputy_id or (team.deputy_id if team.deputy_id != into.leader_id else None)
    into.slack_channel_id = into.slack_channel_id or team.slack_channel_id
    source = session.get(TeamSource, team.id)
    if source is not None and session.get(TeamSource, into.id) is None:
        columns = {name: getattr(source, name) for name in ("workspace_id", "kind", "slack_id", "called")}
        session.delete(source)
        session.flush()
        session.add(TeamSource(team_id=into.id, **columns))
    session.flush()


def _check(session: Session, workspace: Workspace, team: Team, into: Team) -> None:
    if team.id == into.id or {team.workspace_id, into.workspace_id} != {workspace.id}:
        raise UserError(translatable("Please name two different teams of this workspace."))
    if team.closed_at is not None or into.closed_at is not None:
        raise UserError(translatable("One of these teams is no longer here."))
    rows = session.execute(select(Team.id, Team.parent_id).where(Team.workspace_id == workspace.id))
    check_tree({row.id: row.parent_id for row in rows} | {team.id: into.id})
