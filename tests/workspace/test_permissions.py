"""Every combination of role, permission and workspace: what is not allowed is refused."""

from datetime import UTC, date, datetime
from itertools import product

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.models import Team, Workspace
from slackapp.workspace import members, permissions, registry
from slackapp.workspace.members import SlackProfile
from slackapp.workspace.permissions import Permission, Refused, Role, acting_leader
from tests.support.workspace_ward import WorkspaceWard

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
WHO = {
    Role.NOBODY: "U0GONEAWAY",
    Role.MEMBER: "U0NIANURSE",
    Role.LEADER: "U0LEALEADER",
    Role.ADMIN: "U0ADAADMIN",
}
ADMINS_DO = {
    Permission.MAKE_TEAM,
    Permission.CHANGE_TEAM,
    Permission.SETTLE,
    Permission.READ_AUDIT,
    Permission.READ_HEALTH,
    Permission.SEND_AGAIN,
    Permission.HAND_ON,
}
LEADERS_DO = {Permission.READ_TEAM, Permission.LEAD_TEAM}
EVERYBODY_DOES = {
    Permission.THANK,
    Permission.ANSWER,
    Permission.MAKE_TEAM_OF_CHANNEL,
}
ANYBODY_DOES = {Permission.EXPORT_SELF, Permission.ERASE_SELF}
# Written down a second time on purpose: whoever changes the table must mean it twice.
ALLOWED = (
    {(Role.ADMIN, permission) for permission in ADMINS_DO | EVERYBODY_DOES}
    | {(Role.LEADER, permission) for permission in LEADERS_DO | EVERYBODY_DOES}
    | {(Role.MEMBER, permission) for permission in EVERYBODY_DOES}
    | {(role, permission) for role, permission in product(Role, ANYBODY_DOES)}
)


@pytest.fixture
def two(ward: WorkspaceWard) -> WorkspaceWard:
    """The ward, and another workspace with a team of the same name and other people."""
    with ward.database.begin() as session:
        workspace = ward.workspace(session)
        members.upsert_one(session, workspace, SlackProfile("U0GONEAWAY", "Gwen Gone", left=True))
        other = registry.install(session, slack_team_id="T0OTHER", name="Other", bot_user_id="U0BOT")
        members.create_team(session, other, "Ward 7")
    return ward


def ward_7(session: Session, workspace: Workspace) -> Team:
    query = select(Team).where(Team.name == "Ward 7", Team.workspace_id == workspace.id)
    return session.scalars(query).one()


def allowed(
    session: Session, workspace: Workspace, user: str, permission: Permission, team: Team | None = None
) -> None:
    """Check as a listener does: the person is looked up in the press's own workspace."""
    permissions.require(session, members.find(session, workspace, user), permission, now=NOON, team=team)


def is_allowed(ward: WorkspaceWard, role: Role, permission: Permission, *, here: bool) -> bool:
    with ward.database.read() as session:
        workspace = ward.workspace(session) if here else registry.find(session, "T0OTHER")
        assert workspace is not None
        workspace.admins_read_digests = False
        try:
            allowed(session, workspace, WHO[role], permission, ward_7(session, workspace))
        except Refused:
            return False
        return True


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_cell_of_the_table_is_as_it_was_meant(two: WorkspaceWard) -> None:
    cells = {
        (role, permission, here): is_allowed(two, role, permission, here=here)
        for role, permission, here in product(Role, Permission, (True, False))
    }
    wrong = {
        cell: given for cell, given in cells.items() if given != (cell[2] and (cell[0], cell[1]) in ALLOWED)
    }
    assert len(cells) == len(Role) * len(Permission) * 2
    assert sum(cells.values()) == len(ALLOWED)
    assert wrong == {}


def test_a_team_of_another_workspace_is_refused_also_when_it_is_handed_in(two: WorkspaceWard) -> None:
    with two.database.read() as session:
        other = registry.find(session, "T0OTHER")
        assert other is not None
        for role, permission in product(Role, Permission):
            with pytest.raises(Refused):
                allowed(session, two.workspace(session), WHO[role], permission, ward_7(session, other))


def test_a_leader_reads_the_teams_below_and_none_beside(two: WorkspaceWard) -> None:
    with two.database.begin() as session:
        workspace = two.workspace(session)
        medicine = session.scalars(select(Team).where(Team.name == "Medicine")).one()
        beside = members.create_team(session, workspace, "Ward 9", parent=medicine)
        below = ward_7(session, workspace)
        allowed(session, workspace, "U0DIDIRECTOR", Permission.READ_TEAM, below)
        allowed(session, workspace, "U0LEALEADER", Permission.READ_TEAM, below)
        for team in (beside, medicine):
            with pytest.raises(Refused):
                allowed(session, workspace, "U0LEALEADER", Permission.READ_TEAM, team)


def test_a_team_is_led_by_its_own_leader_and_read_by_those_above(two: WorkspaceWard) -> None:
    with two.database.begin() as session:
        workspace = two.workspace(session)
        team = ward_7(session, workspace)
        allowed(session, workspace, "U0LEALEADER", Permission.LEAD_TEAM, team)
        with pytest.raises(Refused):
            allowed(session, workspace, "U0DIDIRECTOR", Permission.LEAD_TEAM, team)


def test_a_deputy_stands_in_only_while_the_leader_is_on_leave(two: WorkspaceWard) -> None:
    with two.database.begin() as session:
        workspace = two.workspace(session)
        team = ward_7(session, workspace)
        team.deputy_id = two.person(session, "U0COLLEAGUE").id
        leader = two.person(session, "U0LEALEADER")
        for permission in (Permission.READ_TEAM, Permission.LEAD_TEAM):
            with pytest.raises(Refused):
                allowed(session, workspace, "U0COLLEAGUE", permission, team)
        leader.away_from, leader.away_until = date(2026, 11, 2), date(2026, 11, 3)
        for permission in (Permission.READ_TEAM, Permission.LEAD_TEAM):
            allowed(session, workspace, "U0COLLEAGUE", permission, team)


@pytest.mark.parametrize("gone", ["left", "nobody"])
def test_a_deputy_stands_in_for_a_leader_who_is_gone_until_there_is_another(
    two: WorkspaceWard, gone: str
) -> None:
    with two.database.begin() as session:
        workspace = two.workspace(session)
        team, leader = ward_7(session, workspace), two.person(session, "U0LEALEADER")
        deputy, another = two.person(session, "U0COLLEAGUE"), two.person(session, "U0THEOTHIRD")
        team.deputy_id = deputy.id
        if gone == "left":
            leader.left = True
        else:
            team.leader_id = None
        allowed(session, workspace, "U0COLLEAGUE", Permission.LEAD_TEAM, team)
        assert acting_leader(session, team, two.noon) is deputy
        team.leader_id = another.id
        with pytest.raises(Refused):
            allowed(session, workspace, "U0COLLEAGUE", Permission.LEAD_TEAM, team)
        assert acting_leader(session, team, two.noon) is another


def test_an_admin_may_be_named_and_stays_one_whatever_slack_says(two: WorkspaceWard) -> None:
    with two.database.begin() as session:
        workspace = two.workspace(session)
        two.person(session, "U0NIANURSE").named_admin = True
        members.upsert_one(session, workspace, SlackProfile("U0NIANURSE", "Nia Nurse", is_admin=False))
        allowed(session, workspace, "U0NIANURSE", Permission.SETTLE)
        with pytest.raises(Refused):
            allowed(session, workspace, "U0COLLEAGUE", Permission.SETTLE)


def test_an_admin_reads_digests_only_where_the_workspace_has_said_so(two: WorkspaceWard) -> None:
    with two.database.begin() as session:
        workspace = two.workspace(session)
        team = ward_7(session, workspace)
        workspace.admins_read_digests = False
        with pytest.raises(Refused):
            allowed(session, workspace, "U0ADAADMIN", Permission.READ_TEAM, team)
        workspace.admins_read_digests = True
        allowed(session, workspace, "U0ADAADMIN", Permission.READ_TEAM, team)
        with pytest.raises(Refused):
            allowed(session, workspace, "U0ADAADMIN", Permission.LEAD_TEAM, team)


def test_a_deed_about_a_team_must_name_it(two: WorkspaceWard) -> None:
    with two.database.read() as session, pytest.raises(ValueError, match="of which team"):
        allowed(session, two.workspace(session), "U0LEALEADER", Permission.READ_TEAM)


def test_the_refusal_says_who_may() -> None:
    from slackapp.core.i18n import voice

    refusals = {permission: Refused(permission).words(voice()) for permission in Permission}
    assert refusals[Permission.SETTLE] == "Only an admin of this workspace can do this."
    assert refusals[Permission.READ_TEAM] == "Only whoever leads the team can do this."
    assert set(permissions.ALLOWED) == set(Permission) == set(refusals)
