"""Leaders on leave, people who have left, archived channels: each message reaches its reader."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.publishing import schedule
from slackapp import teams
from slackapp.core.db import Sessions
from slackapp.core.errors import UserError
from slackapp.models import (
    Delivery,
    Digest,
    Member,
    PollMember,
    Recognition,
    SourceKind,
    Team,
    TeamSource,
    Workspace,
)
from slackapp.pulse import rounds
from slackapp.workspace import members, permissions
from tests.reports.hospital import Hospital, hospital, moment, thanks_within
from tests.support.running_app import RunningApp
from tests.support.workspace_ward import WorkspaceWard

NINE = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)
ENOUGH = {"attending": 6, "understanding": 7, "empathising": 9, "helping": 3}


def team_named(session: Session, workspace: Workspace, name: str) -> Team:
    team = teams.named(session, workspace, name)
    assert team is not None
    return team


@pytest.fixture
def led(database: Sessions) -> Hospital:
    """A hospital in which the ward's leader has a deputy and is on leave in the first week of December."""
    with database.begin() as session:
        people = hospital(session)
        thanks_within(session, people.staff[people.ward.id], ENOUGH, moment(11, 3))
        team = session.get_one(Team, people.ward.id)
        team.deputy_id = people.staff[people.ward.id][0].id
        leader = session.get_one(Member, team.leader_id)
        leader.away_from, leader.away_until = date(2025, 12, 1), date(2025, 12, 5)
        return people


def read_by(database: Sessions, led: Hospital) -> list[str]:
    """Our ids of the readers of the ward's digests, in the order of making."""
    with database.read() as session:
        query = select(Digest).where(Digest.team_id == led.ward.id).order_by(Digest.made_at)
        return [digest_row.recipient_id for digest_row in session.scalars(query)]


def test_the_digest_goes_to_the_deputy_while_the_leader_is_on_leave_and_to_the_leader_on_return(
    database: Sessions, led: Hospital
) -> None:
    deputy = led.staff[led.ward.id][0]
    with database.read() as session:
        leader = session.get_one(Team, led.ward.id).leader_id
    schedule.enqueue_due(database, NINE)
    schedule.enqueue_due(database, NINE + timedelta(hours=1))
    assert read_by(database, led) == [deputy.id]
    with database.read() as session:
        targets = set(session.scalars(select(Delivery.target).where(Delivery.kind == schedule.MESSAGE)))
        assert deputy.slack_user_id in targets
        assert session.get_one(Member, leader).slack_user_id not in targets
    schedule.enqueue_due(database, NINE + timedelta(days=7))
    assert read_by(database, led) == [deputy.id, leader]


def test_a_digest_that_the_leader_has_had_is_not_told_once_more_when_the_deputy_takes_over(
    database: Sessions, led: Hospital
) -> None:
    with database.begin() as session:
        leader = session.get_one(Team, led.ward.id).leader_id
        session.get_one(Member, leader).away_from = date(2025, 12, 3)
    schedule.enqueue_due(database, NINE)
    schedule.enqueue_due(database, NINE + timedelta(days=3))
    assert read_by(database, led) == [leader]


def test_with_the_leader_gone_and_no_deputy_the_leader_above_is_told(
    database: Sessions, led: Hospital
) -> None:
    with database.begin() as session:
        team = session.get_one(Team, led.ward.id)
        session.get_one(Member, team.leader_id).left = True
        above = session.get_one(Member, session.get_one(Team, led.medicine.id).leader_id).slack_user_id
    schedule.enqueue_due(database, NINE)
    assert read_by(database, led) == [led.staff[led.ward.id][0].id], "the deputy reads it"
    with database.begin() as session:
        assert not session.scalars(select(Delivery).where(Delivery.kind == "digest-no-reader")).all()
        session.get_one(Team, led.ward.id).deputy_id = None
    schedule.enqueue_due(database, NINE + timedelta(hours=1))
    with database.read() as session:
        targets = session.scalars(select(Delivery.target).where(Delivery.kind == "digest-no-reader")).all()
        assert targets == [above]


def test_two_teams_become_one_with_their_people_their_history_and_their_open_check_in(
    ward: WorkspaceWard,
) -> None:
    earlier = ward.thank("U0NIANURSE", "U0COLLEAGUE", "You found us a bed when there was none")
    with ward.database.begin() as session:
        workspace = ward.workspace(session)
        medicine, seven = (team_named(session, workspace, name) for name in ("Medicine", "Ward 7"))
        eight = members.create_team(session, workspace, "Ward 8", parent=medicine, channel="C0WARD8")
        nights = members.create_team(session, workspace, "Nights", parent=seven)
        members.set_leader(session, eight, ward.person(session, "U0ADAADMIN"))
        members.set_leader(session, nights, ward.person(session, "U0THEOTHIRD"))
        teams.follow(session, workspace, seven, teams.MembershipSource(SourceKind.CHANNEL, "C0WARD7"))
        workspace.pulse_on, workspace.pulse_since = True, datetime(2026, 11, 2, tzinfo=UTC)
    poll_id = rounds.open_due(ward.database, ward.keys, ward.workspace_id, ward.noon)
    with ward.database.begin() as session:
        workspace = ward.workspace(session)
        seven, eight = (team_named(session, workspace, name) for name in ("Ward 7", "Ward 8"))
        nia = ward.person(session, "U0NIANURSE").id
        for wrong in ((seven, seven), (medicine, seven)):
            with pytest.raises(UserError):
                teams.merge(session, workspace, *wrong, now=ward.noon)
        assert teams.merge(session, workspace, seven, eight, now=ward.noon) == 4
        # Who was asked, and in which group, stays as it was when the check-in opened.
        assert session.get_one(PollMember, (poll_id, nia)).unit_id == seven.id
    with ward.database.read() as session:
        workspace = ward.workspace(session)
        eight = team_named(session, workspace, "Ward 8")
        assert teams.named(session, workspace, "Ward 7") is None
        people = {person.slack_user_id: person.team_id for person in session.scalars(select(Member))}
        came = {user for user, team in people.items() if team == eight.id}
        assert came == {"U0NIANURSE", "U0COLLEAGUE", "U0THEOTHIRD", "U0LEALEADER"}
        assert team_named(session, workspace, "Nights").parent_id == eight.id
        assert eight.slack_channel_id == "C0WARD8"
        assert session.get_one(TeamSource, eight.id).slack_id == "C0WARD7"
        # What was given in Ward 7 counts for Ward 8 now, as that of any team below it.
        old = session.get_one(Recognition, earlier)
        ada = ward.person(session, "U0ADAADMIN")
        team = session.get_one(Team, old.giver_team_id)
        assert (
            permissions.require(session, ada, permissions.Permission.READ_TEAM, now=ward.noon, team=team)
            is ada
        )


def everybody_of(place: RunningApp, method: str) -> set[str]:
    """The channels in which calls of this method succeeded."""
    return {call["body"]["channel"] for call in place.calls(method) if call["response"]["ok"]}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_goes_to_who_has_left_nor_to_a_channel_that_is_archived(place: RunningApp) -> None:
    carys, dylan, joy, ward_7 = "U0HOSP00011", "U0HOSP00015", "U0HOSP00016", "C0WARD70000"
    place.person(carys).types("/appreciate @Dylan Hughes helping with the team You found the drug key")
    seen = place.person(dylan).sees("You found the drug key")
    place.change(kind="archive", channel=ward_7)
    # Whoever leads the team is told that its channel is archived.
    place.person("U0HOSP00010").sees("archived")
    place.person(dylan).presses("Share with my team", within=seen["messages"][-1]["ts"])
    place.person(dylan).screen()
    place.change(kind="person", user=joy, deleted=True)
    place.change(kind="person", user=carys, name="Carys Bevan-Jones")
    place.person(dylan).types("/appreciate @Joy Fernandes helping You carried the night with me")
    # At once, or, when the app hears of it only after it was sent, once Slack has refused it and was asked.
    place.person(dylan).sees("has left")
    place.person(dylan).types("/appreciate @Carys Bevan-Jones helping You carried the night with me")
    place.person(carys).sees("You carried the night with me")
    # The check-in opens for everybody who is still here.
    place.clock(now="2026-11-09T10:00:00+00:00")
    place.person(carys).sees("How were your last few shifts?")
    channels = everybody_of(place, "chat.postMessage")
    assert {carys, dylan} <= channels
    assert joy not in channels
    assert ward_7 not in channels


def test_a_team_that_ends_leaves_those_who_lead_below_it_a_place_to_answer(ward: WorkspaceWard) -> None:
    """The one above: where their teams lie now."""
    with ward.database.begin() as session:
        workspace = ward.workspace(session)
        medicine, seven = (team_named(session, workspace, name) for name in ("Medicine", "Ward 7"))
        nights = members.create_team(session, workspace, "Nights", parent=seven)
        leader = ward.person(session, "U0THEOTHIRD")
        members.set_leader(session, nights, leader)
        assert leader.team_id == seven.id, "the premise"
        teams.end(session, workspace, seven, now=ward.noon)
        session.expire_all()
        assert (nights.parent_id, leader.team_id) == (medicine.id, medicine.id)


def test_nobody_becomes_their_own_deputy_when_two_teams_become_one(ward: WorkspaceWard) -> None:
    with ward.database.begin() as session:
        workspace = ward.workspace(session)
        medicine, seven = (team_named(session, workspace, name) for name in ("Medicine", "Ward 7"))
        eight = members.create_team(session, workspace, "Ward 8", parent=medicine)
        theo = ward.person(session, "U0THEOTHIRD")
        members.set_leader(session, eight, theo)
        seven.deputy_id = theo.id
        teams.merge(session, workspace, seven, eight, now=ward.noon)
        assert (eight.leader_id, eight.deputy_id) == (theo.id, None)
