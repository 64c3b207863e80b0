"""Who may read which digest: leaders theirs and below, admins what is allowed, members what was shared."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Digest, Leadership, Member, SharedDigest, Team, Workspace
from slackapp.outbox.queue import insert_for
from slackapp.pulse import notices
from slackapp.workspace.permissions import (
    Permission,
    Refused,
    acting_leader,
    allows,
    ancestors,
    leads,
    reads_everything,
    require,
    teams,
)

NOT_LEADER = translatable("Only the leader of {team} can do this.")
NOT_A_LEADER = translatable("Only the leader of the team can do this.")
_NOT_YOURS_TO_HAND_ON = translatable(
    "Only whoever led the team before, or an admin, can hand its digests on."
)


def record_leaders(session: Session, workspace: Workspace, now: datetime) -> list[Leadership]:
    """Write down who leads what, and since when; gives the teams whose leader is another one now.

    The first leader that is noticed has led from the start. Of several processes that notice
    the same, one writes it down and gives it.
    """
    known = {
        leadership.team_id: leadership
        for leadership in session.scalars(
            select(Leadership).join(Team).where(Team.workspace_id == workspace.id)
        )
    }
    led = select(Team).where(Team.workspace_id == workspace.id, Team.leader_id.is_not(None))
    changed = []
    for team in session.scalars(led.order_by(Team.id)):
        row = known.get(team.id)
        if row is None:
            first = {"team_id": team.id, "member_id": team.leader_id, "since": None, "handed_on": False}
            session.execute(insert_for(session)(Leadership).on_conflict_do_nothing().values(first))
        elif row.member_id != team.leader_id and _took_over(session, row, team, now):
            changed.append(row)
            notices.announce_new_leader(session, workspace, team, now)
    session.flush()
    return changed


def _took_over(session: Session, row: Leadership, team: Team, now: datetime) -> bool:
    before = row.member_id
    new = {"member_id": team.leader_id, "before_id": before, "since": now, "handed_on": False}
    mine = update(Leadership).where(Leadership.team_id == team.id, Leadership.member_id == before)
    written = session.scalar(mine.values(new).returning(Leadership.team_id))
    session.refresh(row)
    return written is not None


def hand_on(session: Session, team: Team, *, by: Member) -> None:
    """Let a team's leader read what was told before they took over.

    Raises:
        UserError: It is not theirs to hand on.
    """
    row = session.get(Leadership, team.id)
    led_before = row is not None and by.id == row.before_id and by.can_be_reached
    is_theirs = led_before or allows(by, Permission.HAND_ON)
    if row is None or team.workspace_id != by.workspace_id or not is_theirs:
        raise UserError(_NOT_YOURS_TO_HAND_ON)
    row.handed_on = True
    session.flush()


def not_handed_on(session: Session, workspace: Workspace) -> list[tuple[Team, Member, date]]:
    """Teams whose present leader took over, since when, and was not handed the digests before; by name."""
    rows = session.execute(
        select(Team, Member, Leadership.since)
        .join(Leadership, Leadership.team_id == Team.id)
        .join(Member, Member.id == Team.leader_id)
        .where(Team.workspace_id == workspace.id, Leadership.member_id == Team.leader_id)
        .where(Leadership.since.is_not(None), Leadership.handed_on.is_(False))
        .order_by(Team.name)
    )
    zone = ZoneInfo(workspace.time_zone)
    return [(team, leader, since.astimezone(zone).date()) for team, leader, since in rows if since]


def require_led_team(session: Session, team_id: str, member: Member, now: datetime) -> Team:
    """The team, when this person leads it.

    Raises:
        UserError: They do not.
    """
    team = session.get(Team, team_id)
    if team is None or team.workspace_id != member.workspace_id:
        raise UserError(NOT_A_LEADER)
    try:
        require(session, member, Permission.LEAD_TEAM, now=now, team=team)
    except Refused:
        raise UserError(NOT_LEADER, team=team.name) from None
    return team


def is_for_leader(session: Session, team: Team, published: datetime) -> bool:
    """Whether a digest published then is for the team's present leader, and so for who stands in for them.

    While there is no leader, the deputy reads what the last one could.
    """
    row = session.get(Leadership, team.id)
    if row is None or (team.leader_id and row.member_id != team.leader_id):
        return row is None
    return row.since is None or row.handed_on or published >= row.since


def withheld_teams(session: Session, workspace: Workspace, published: datetime) -> frozenset[str]:
    """Teams whose present leader took over after a digest published then, and was not handed it."""
    later = select(Leadership.team_id).join(Team).where(Team.workspace_id == workspace.id)
    return frozenset(
        session.scalars(later.where(Leadership.since > published, Leadership.handed_on.is_(False)))
    )


def may_read(session: Session, member: Member, team: Team, month: str, *, at: Mapping[str, datetime]) -> bool:
    """Whether this person may read a team's digest. `at` holds "now" and "published", when it came out."""
    if may_read_all(session, member, team, at=at):
        return True
    if member.left or member.workspace_id != team.workspace_id or member.team_id is None:
        return False
    own = ancestors(teams(session, team.workspace_id), member.team_id)
    return team.id in own and session.get(SharedDigest, (team.id, month)) is not None


def may_read_all(session: Session, member: Member, team: Team, *, at: Mapping[str, datetime]) -> bool:
    """Whether they may read its files and comments too: whoever leads it, and an admin if allowed."""
    if member.left or member.workspace_id != team.workspace_id:
        return False
    if reads_everything(session, member):
        return True
    tree = teams(session, team.workspace_id)
    return any(
        leads(session, tree[top], member, at["now"]) and is_for_leader(session, tree[top], at["published"])
        for top in ancestors(tree, team.id)
    )


def may_receive(session: Session, digest: Digest, *, at: Mapping[str, datetime]) -> bool:
    """Whether a digest's reader may have it at this moment: asked again just before anything of it is sent.

    What was enqueued for a leader who has been replaced or has left since, or for a deputy whose leader is
    back, goes to nobody.
    """
    reader, team = session.get(Member, digest.recipient_id), session.get(Team, digest.team_id)
    return reader is not None and team is not None and may_read_all(session, reader, team, at=at)


def readable_teams(session: Session, member: Member, now: datetime) -> list[Team]:
    """The teams of which this person may read any digest at all, by name."""
    tree = teams(session, member.workspace_id)
    shared = set(session.scalars(select(SharedDigest.team_id).where(SharedDigest.team_id.in_(list(tree)))))
    everything = reads_everything(session, member)
    tops = {team.id for team in tree.values() if leads(session, team, member, now)}
    own = set(ancestors(tree, member.team_id)) & shared if member.team_id else set()
    readable = [
        team
        for team in tree.values()
        if everything or team.id in own or tops.intersection(ancestors(tree, team.id))
    ]
    return sorted(readable, key=lambda team: team.name.casefold())


def nearest_leader(
    session: Session, tree: Mapping[str, Team], team: Team, now: datetime, *, but: Collection[str] = ()
) -> Member | None:
    """Whoever leads above a team now and can be reached."""
    above = (acting_leader(session, tree[up], now) for up in ancestors(tree, team.id)[1:])
    return next((leader for leader in above if leader is not None and leader.id not in but), None)
