"""Who may read which digest: leaders theirs and below, admins what is allowed, members what was shared."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from slackapp.core.calendar import month_bounds, month_of
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.digest import reader_lists
from slackapp.models import Digest, Leadership, Member, SharedDigest, Team, TeamReader, Workspace
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
    """Write down who leads what, since when, and who reads it; gives the teams with another leader now.

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
    reader_lists.record(session, workspace, now)
    return changed


def _took_over(session: Session, row: Leadership, team: Team, now: datetime) -> bool:
    before = row.member_id
    new = {"member_id": team.leader_id, "before_id": before, "since": now, "handed_on": False}
    mine = update(Leadership).where(Leadership.team_id == team.id, Leadership.member_id == before)
    written = session.scalar(mine.values(new).returning(Leadership.team_id))
    session.refresh(row)
    return written is not None


def hand_on(session: Session, team: Team, *, by: Member, now: datetime) -> datetime:
    """Let a team's leader read what was published before they took over; returns from when on.

    Whoever led the team before hands on at once what they could read themselves. An admin, who could read
    none of it, opens it from the next month on, so that the team's people are told before.

    Raises:
        UserError: It is not theirs to hand on.
    """
    row = session.get(Leadership, team.id)
    led_before = row is not None and by.id == row.before_id and by.can_be_reached
    is_theirs = led_before or allows(by, Permission.HAND_ON)
    if row is None or team.workspace_id != by.workspace_id or not is_theirs:
        raise UserError(_NOT_YOURS_TO_HAND_ON)
    row.handed_on = True
    zone = session.get_one(Workspace, team.workspace_id).time_zone
    readable_from = now if led_before else month_bounds(month_of(now, zone), zone)[1]
    leader = session.get(Member, team.leader_id) if team.leader_id else None
    if leader is not None:
        reader_lists.open_months(session, team, leader, of=row.before_id, readable_from=readable_from)
    session.flush()
    return readable_from


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
        # Whoever does not work here learns no team's name.
        is_staff = allows(member, Permission.ANSWER)
        raise UserError(NOT_LEADER, team=team.name) if is_staff else UserError(NOT_A_LEADER) from None
    return team


def may_read(session: Session, member: Member, team: Team, month: str, *, now: datetime) -> bool:
    """Whether this person may read a team's digest of a month, in full or as it was shared."""
    if may_read_all(session, member, team, month, now=now):
        return True
    if member.left or member.workspace_id != team.workspace_id or member.team_id is None:
        return False
    own = ancestors(teams(session, team.workspace_id), member.team_id)
    return team.id in own and session.get(SharedDigest, (team.id, month)) is not None


def may_read_all(session: Session, member: Member, team: Team, month: str, *, now: datetime) -> bool:
    """Whether they may read its files and comments too.

    The month's list names them, and they still hold the right: they lead the team or one above it, or are
    an admin where admins may. Neither is enough by itself.
    """
    return holds_right(session, member, team, now) and reader_lists.is_month_reader(
        session, member, team, month, now
    )


def holds_right(session: Session, member: Member, team: Team, now: datetime) -> bool:
    """Whether this person reads a team's results at present, by the tree or as an admin where they may."""
    if member.left or member.workspace_id != team.workspace_id:
        return False
    if reads_everything(session, member):
        return True
    tree = teams(session, team.workspace_id)
    return any(leads(session, tree[above], member, now) for above in ancestors(tree, team.id))


@dataclass(frozen=True, slots=True)
class TeamReading:
    """Somebody who reads a team's results: from which month on, and why. Months as "2026-12"."""

    name: str
    leads: str | None
    """The team they lead, or stand in for its leader; None for an admin."""
    stands_in: bool
    since: datetime | None
    first_month: str | None
    """The month in which they became one, while it lasts: they read from the next on."""

    def is_leader_of(self, team: Team) -> bool:
        """Whether they lead this very team."""
        return self.leads == team.name and not self.stands_in


def readers_of(session: Session, team: Team, now: datetime) -> list[TeamReading]:
    """Everybody who reads a team's results at present, nearest leader first, then admins by name."""
    workspace = session.get_one(Workspace, team.workspace_id)
    tree = teams(session, team.workspace_id)
    rows = session.execute(
        select(Member, TeamReader.since)
        .join(TeamReader, TeamReader.member_id == Member.id)
        .where(TeamReader.team_id == team.id, TeamReader.until.is_(None))
    )
    current_month = month_of(now, workspace.time_zone)
    places = ancestors(tree, team.id)
    readings: list[tuple[tuple[int, bool, str], TeamReading]] = []
    for member, since in rows:
        above = [key for key in places if member.id in (tree[key].leader_id, tree[key].deputy_id)]
        leads = tree[above[0]] if above else None
        first = month_of(since, workspace.time_zone) if since else None
        reading = TeamReading(
            member.name,
            leads.name if leads else None,
            stands_in=leads is not None and leads.leader_id != member.id,
            since=since,
            first_month=first if first == current_month else None,
        )
        place = places.index(above[0]) if above else len(places)
        readings.append(((place, reading.stands_in, reading.name), reading))
    return [reading for _, reading in sorted(readings, key=lambda pair: pair[0])]


def may_receive(session: Session, digest: Digest, *, now: datetime) -> bool:
    """Whether a digest's reader may have it at this moment: asked again just before anything of it is sent.

    What was enqueued for a leader who has been replaced or has left since, or for a deputy whose leader is
    back, goes to nobody.
    """
    reader, team = session.get(Member, digest.recipient_id), session.get(Team, digest.team_id)
    return (
        reader is not None and team is not None and may_read_all(session, reader, team, digest.month, now=now)
    )


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
