"""Who may do what: one table, read before everything that not everybody may do.

Nobody has any right in another workspace than their own, whatever they are there.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Member, Team, Workspace


class Role(StrEnum):
    """What somebody is here. A leader leads at least one team, or stands in for a leader on leave or gone."""

    NOBODY = "nobody"
    """Has left, is an app, or belongs to another organisation."""
    MEMBER = "member"
    LEADER = "leader"
    ADMIN = "admin"


class Permission(StrEnum):
    """What there is to do that not everybody may."""

    THANK = "thank a colleague"
    ANSWER = "answer a check-in"
    EXPORT_SELF = "export one's own records"
    ERASE_SELF = "erase one's own records"
    READ_TEAM = "read a team's digest"
    LEAD_TEAM = "promise something to a team"
    HAND_ON = "hand a team's earlier digests on to its leader"
    MAKE_TEAM = "make a team"
    MAKE_TEAM_OF_CHANNEL = "make a team of a channel one is in"
    CHANGE_TEAM = "change a team, or who belongs to it"
    SETTLE = "change the workspace's settings"
    READ_AUDIT = "read the audit log"
    READ_HEALTH = "see what was not delivered"
    SEND_AGAIN = "send a message again"


_ANYBODY = frozenset(Role)
_EVERYBODY = frozenset({Role.MEMBER, Role.LEADER, Role.ADMIN})
_LEADERS = frozenset({Role.LEADER})
_ADMINS = frozenset({Role.ADMIN})

ALLOWED: Mapping[Permission, frozenset[Role]] = {
    Permission.THANK: _EVERYBODY,
    Permission.ANSWER: _EVERYBODY,
    # Whose records they are does not end with the employment.
    Permission.EXPORT_SELF: _ANYBODY,
    Permission.ERASE_SELF: _ANYBODY,
    # An admin reads digests only where the workspace has said so: see `require`.
    Permission.READ_TEAM: _LEADERS,
    Permission.LEAD_TEAM: _LEADERS,
    # Whoever led the team before may, too: see `digest.readers`.
    Permission.HAND_ON: _ADMINS,
    Permission.MAKE_TEAM: _ADMINS,
    # Ward managers are seldom workspace admins; nobody is moved out of another team by it.
    Permission.MAKE_TEAM_OF_CHANNEL: _EVERYBODY,
    Permission.CHANGE_TEAM: _ADMINS,
    Permission.SETTLE: _ADMINS,
    Permission.READ_AUDIT: _ADMINS,
    Permission.READ_HEALTH: _ADMINS,
    Permission.SEND_AGAIN: _ADMINS,
}

PER_TEAM = frozenset({Permission.READ_TEAM, Permission.LEAD_TEAM})
"""Permissions about one team: read by whoever leads it or one above it, led by its own leader only."""

_SENTENCES = {
    _ANYBODY: translatable("Nothing is kept about you here."),
    _EVERYBODY: translatable("Only people who work here can do this."),
    _LEADERS: translatable("Only whoever leads the team can do this."),
    _ADMINS: translatable("Only an admin of this workspace can do this."),
}


class HasStatus(Protocol):
    """As much of a person as says whether they work here."""

    @property
    def left(self) -> bool:
        """Has left."""

    @property
    def is_bot(self) -> bool:
        """Is an app."""

    @property
    def is_stranger(self) -> bool:
        """Belongs to another organisation."""


class Refused(UserError):  # noqa: N818 - it is told to a person, and nothing went wrong
    """Somebody may not do this; says who may."""

    def __init__(self, permission: Permission) -> None:
        super().__init__(_SENTENCES[ALLOWED[permission]])
        self.deed = permission


def roles_without_teams(person: HasStatus, *, is_admin: bool = False) -> frozenset[Role]:
    """What somebody is here, whatever they lead."""
    if person.left or person.is_bot or person.is_stranger:
        return frozenset({Role.NOBODY})
    return frozenset({Role.MEMBER, Role.ADMIN} if is_admin else {Role.MEMBER})


def roles_of(session: Session, member: Member, now: datetime) -> frozenset[Role]:
    """Everything somebody is here; an admin may lead a team too."""
    roles = roles_without_teams(member, is_admin=member.administers)
    is_leader = Role.NOBODY not in roles and bool(led_by(session, member, now))
    return roles | {Role.LEADER} if is_leader else roles


def may(roles: frozenset[Role], permission: Permission) -> bool:
    """Whether any of these roles allows it."""
    return bool(roles & ALLOWED[permission])


def allows(member: Member, permission: Permission) -> bool:
    """Whether somebody may do this whatever they lead."""
    return may(roles_without_teams(member, is_admin=member.administers), permission)


def require_staff(person: HasStatus, permission: Permission) -> None:
    """For what everybody may do. Raises Refused for those who do not work here."""
    if not may(roles_without_teams(person), permission):
        raise Refused(permission)


def require(
    session: Session,
    member: Member | None,
    permission: Permission,
    *,
    now: datetime,
    team: Team | None = None,
) -> Member:
    """The person, once it is certain that they may do this in their own workspace.

    Raises:
        Refused: They may not, are not known here, or the team is another workspace's.
        ValueError: The permission is about one team, and none was given.
    """
    if member is None or (team is not None and team.workspace_id != member.workspace_id):
        raise Refused(permission)
    if permission is Permission.READ_TEAM and reads_everything(session, member):
        return member
    if not may(roles_of(session, member, now), permission):
        raise Refused(permission)
    if permission in PER_TEAM:
        if team is None:
            raise ValueError(f"{permission}: of which team?")
        is_allowed = leads_or_above if permission is Permission.READ_TEAM else leads
        if not is_allowed(session, team, member, now):
            raise Refused(permission)
    return member


def reads_everything(session: Session, member: Member) -> bool:
    """Whether this is an admin of a workspace that lets its admins read every digest."""
    is_admin = Role.ADMIN in roles_without_teams(member, is_admin=member.administers)
    return is_admin and session.get_one(Workspace, member.workspace_id).admins_read_digests


def leads(session: Session, team: Team, member: Member, now: datetime) -> bool:
    """Whether this person leads the team, or stands in for a leader who is on leave, gone or not named."""
    if Role.NOBODY in roles_without_teams(member) or member.workspace_id != team.workspace_id:
        return False
    if member.id == team.leader_id:
        return True
    leader = session.get(Member, team.leader_id) if team.leader_id else None
    leader_is_present = leader is not None and leader.can_be_reached and not _is_away(session, leader, now)
    return member.id == team.deputy_id and not leader_is_present


def leads_or_above(session: Session, team: Team, member: Member, now: datetime) -> bool:
    """Whether this person leads the team or one that it is part of."""
    tree = teams(session, team.workspace_id)
    return any(leads(session, tree[top], member, now) for top in ancestors(tree, team.id))


def acting_leader(session: Session, team: Team, now: datetime) -> Member | None:
    """Return who acts for a team now: its leader, or the deputy while the leader is on leave or gone.

    With nobody at work it is whoever can be reached at all; None when nobody can.
    """
    ids = [member_id for member_id in (team.leader_id, team.deputy_id) if member_id]
    named = [
        member for member_id in ids if (member := session.get(Member, member_id)) and member.can_be_reached
    ]
    at_work = [member for member in named if not _is_away(session, member, now)]
    return next(iter([*at_work, *named]), None)


def readers(session: Session, workspace_id: str, now: datetime) -> list[tuple[Team, Member | None]]:
    """Return each team of a workspace, ordered by id, with its acting leader."""
    teams = list(session.scalars(select(Team).where(Team.workspace_id == workspace_id).order_by(Team.id)))
    named = or_(Member.id == Team.leader_id, Member.id == Team.deputy_id)
    # Read at once and held until the end, so that none is asked for by itself.
    people = session.scalars(select(Member).join(Team, named).where(Team.workspace_id == workspace_id)).all()
    return [(team, acting_leader(session, team, now) if people else None) for team in teams]


def led_by(session: Session, member: Member, now: datetime) -> list[Team]:
    """The teams that somebody leads, or leads while their leader is not there; by name."""
    query = select(Team).where(or_(Team.leader_id == member.id, Team.deputy_id == member.id))
    return [team for team in session.scalars(query.order_by(Team.name)) if leads(session, team, member, now)]


def led_or_below(session: Session, member: Member, now: datetime) -> list[Team]:
    """The teams that somebody leads and every team below them that goes on, by name."""
    led = {team.id for team in led_by(session, member, now)}
    if not led:
        return []
    tree = teams(session, member.workspace_id)
    below = [
        team
        for team in tree.values()
        if team.closed_at is None and led.intersection(ancestors(tree, team.id))
    ]
    return sorted(below, key=lambda team: (team.name.casefold(), team.id))


def teams(session: Session, workspace_id: str) -> dict[str, Team]:
    """The workspace's teams by id, those that have ended included."""
    return {team.id: team for team in session.scalars(select(Team).where(Team.workspace_id == workspace_id))}


def ancestors(tree: Mapping[str, Team], team_id: str) -> list[str]:
    """A team and those above it, nearest first; a ring ends."""
    ids: list[str] = []
    current: str | None = team_id
    while current is not None and current in tree and current not in ids:
        ids.append(current)
        current = tree[current].parent_id
    return ids


def _is_away(session: Session, leader: Member, now: datetime) -> bool:
    if leader.away_from is None or leader.away_until is None:
        return False
    zone = leader.time_zone or session.get_one(Workspace, leader.workspace_id).time_zone
    return leader.away_from <= now.astimezone(ZoneInfo(zone)).date() <= leader.away_until
