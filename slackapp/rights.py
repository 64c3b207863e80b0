"""Who may do what: one table, read before every deed that is not everybody's.

Nobody has any right in another workspace than their own, whatever they are there.
"""

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp import members
from slackapp.errors import UserError
from slackapp.i18n import marked
from slackapp.models import Member, Team, Workspace


class Role(StrEnum):
    """What somebody is here. A leader leads at least one team, or stands in for a leader on leave."""

    NOBODY = "nobody"
    """Has left, is an app, or belongs to another organisation."""
    MEMBER = "member"
    LEADER = "leader"
    ADMIN = "admin"


class Deed(StrEnum):
    """What there is to do that not everybody may."""

    THANK = "thank a colleague"
    ANSWER = "answer a check-in"
    EXPORT_SELF = "export one's own records"
    ERASE_SELF = "erase one's own records"
    READ_TEAM = "read a team's digest"
    LEAD_TEAM = "promise something to a team"
    MAKE_TEAM = "make a team"
    MAKE_TEAM_OF_CHANNEL = "make a team of a channel one is in and invited the app to"
    CHANGE_TEAM = "change a team"
    SETTLE = "change the workspace's settings"
    READ_AUDIT = "read the audit log"
    READ_HEALTH = "see what was not delivered"
    SEND_AGAIN = "send a message again"


_EVERYBODY = frozenset({Role.MEMBER, Role.LEADER, Role.ADMIN})
_LEADERS = frozenset({Role.LEADER})
_ADMINS = frozenset({Role.ADMIN})

TABLE: Mapping[Deed, frozenset[Role]] = {
    Deed.THANK: _EVERYBODY,
    Deed.ANSWER: _EVERYBODY,
    Deed.EXPORT_SELF: _EVERYBODY,
    Deed.ERASE_SELF: _EVERYBODY,
    # An admin reads digests only where the workspace has said so: see `check`.
    Deed.READ_TEAM: _LEADERS,
    Deed.LEAD_TEAM: _LEADERS,
    Deed.MAKE_TEAM: _ADMINS,
    # Ward managers are seldom workspace admins; nobody is moved out of another team by it.
    Deed.MAKE_TEAM_OF_CHANNEL: _EVERYBODY,
    Deed.CHANGE_TEAM: _ADMINS,
    Deed.SETTLE: _ADMINS,
    Deed.READ_AUDIT: _ADMINS,
    Deed.READ_HEALTH: _ADMINS,
    Deed.SEND_AGAIN: _ADMINS,
}

OF_THEIR_TEAM = frozenset({Deed.READ_TEAM, Deed.LEAD_TEAM})
"""Deeds that are about one team: a leader may do them for the teams they lead and those below."""

_SENTENCES = {
    _EVERYBODY: marked("Only people who work here can do this."),
    _LEADERS: marked("Only whoever leads the team can do this."),
    _ADMINS: marked("Only a workspace admin can do this."),
}


class Refused(UserError):  # noqa: N818 - it is told to a person, and nothing went wrong
    """Somebody may not do this; says who may."""

    def __init__(self, deed: Deed) -> None:
        super().__init__(_SENTENCES[TABLE[deed]])
        self.deed = deed


def roles_of(session: Session, member: Member) -> frozenset[Role]:
    """Everything somebody is here; an admin may lead a team too."""
    if not member.can_be_reached:
        return frozenset({Role.NOBODY})
    found = {Role.MEMBER}
    if member.is_admin:
        found.add(Role.ADMIN)
    if members.teams_led_by(session, member):
        found.add(Role.LEADER)
    return frozenset(found)


def may(roles: frozenset[Role], deed: Deed) -> bool:
    """Whether any of these roles allows it."""
    return bool(roles & TABLE[deed])


def check(
    session: Session, workspace: Workspace, slack_user_id: str, deed: Deed, team: Team | None = None
) -> Member:
    """The person, once it is certain that they may do this here.

    Raises:
        Refused: They may not, are not known in this workspace, or the team is another's.
        ValueError: The deed is about one team, and none was given.
    """
    member = members.find(session, workspace, slack_user_id)
    if member is None or (team is not None and team.workspace_id != workspace.id):
        raise Refused(deed)
    roles = roles_of(session, member)
    if deed is Deed.READ_TEAM and Role.ADMIN in roles and workspace.admins_read_digests:
        return member
    if not may(roles, deed):
        raise Refused(deed)
    if deed in OF_THEIR_TEAM:
        if team is None:
            raise ValueError(f"{deed}: of which team?")
        if not leads(session, member, team):
            raise Refused(deed)
    return member


def leads(session: Session, member: Member, team: Team) -> bool:
    """Whether somebody leads this team or one above it."""
    led = {one.id for one in members.teams_led_by(session, member)}
    parents = dict(
        session.execute(select(Team.id, Team.parent_id).where(Team.workspace_id == team.workspace_id)).all()
    )
    unit: str | None = team.id
    seen: set[str] = set()
    while unit is not None and unit not in seen:
        if unit in led:
            return True
        seen.add(unit)
        unit = parents.get(unit)
    return False
