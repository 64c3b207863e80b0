"""Two teams become one: people, channel and what lies below move; what was is read by who leads now."""

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
    """Let one team go up in another; gives how many people came over.

    The team ends and lies below the other, so that its thank-yous and figures count for it as they do for
    any team below. Answers to a check-in that is open are counted as they were asked for. The channel or
    group that it followed is followed on where the other follows none.

    Raises:
        UserError: It is the same team, one has ended, or the other lies below it.
    """
    _check(session, workspace, team, into)
    leader = session.get(Member, team.leader_id) if team.leader_id else None
    came = list(session.scalars(select(Member.id).where(Member.team_id == team.id)))
    session.execute(update(Member).where(Member.id.in_(came)).values(team_id=into.id))
    _hand_over(session, team, into)
    below = list(session.scalars(select(Team).where(Team.parent_id == team.id)))
    end(session, workspace, team, now=now)
    team.parent_id = into.id
    for one in below:
        one.parent_id = into.id
    session.flush()
    session.expire_all()
    for led_by in filter(None, (one.leader_id for one in below)):
        members.put_in_team(session, session.get_one(Member, led_by), into)
    if leader is not None and leader.can_be_reached and leader.id not in leading(session, workspace.id):
        members.put_in_team(session, leader, into)
        came.append(leader.id)
    return len(came)


def _hand_over(session: Session, team: Team, into: Team) -> None:
    """Leader, deputy, channel and what is followed, each only where the other has none."""
    if into.leader_id is None and team.leader_id is not None:
        members.set_leader(session, into, session.get_one(Member, team.leader_id))
    into.deputy_id = into.deputy_id or (team.deputy_id if team.deputy_id != into.leader_id else None)
    into.slack_channel_id = into.slack_channel_id or team.slack_channel_id
    source = session.get(TeamSource, team.id)
    if source is not None and session.get(TeamSource, into.id) is None:
        kept = {name: getattr(source, name) for name in ("workspace_id", "kind", "slack_id", "called")}
        session.delete(source)
        session.flush()
        session.add(TeamSource(team_id=into.id, **kept))
    session.flush()


def _check(session: Session, workspace: Workspace, team: Team, into: Team) -> None:
    if team.id == into.id or {team.workspace_id, into.workspace_id} != {workspace.id}:
        raise UserError(translatable("Please name two different teams of this workspace."))
    if team.closed_at is not None or into.closed_at is not None:
        raise UserError(translatable("One of these teams is no longer here."))
    found = session.execute(select(Team.id, Team.parent_id).where(Team.workspace_id == workspace.id))
    check_tree({row.id: row.parent_id for row in found} | {team.id: into.id})
