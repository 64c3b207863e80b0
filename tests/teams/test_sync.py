"""What becomes of a team when its channel or group changes, and what can go wrong on the way to one."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from handlers.teams import sync
from slackapp.demo import hospital
from slackapp.models import AuditEntry, Hold, Member, Team, TeamSource
from slackapp.sandbox.core.state import UserGroup
from tests.support.human import Human
from tests.support.running_app import RunningApp
from tests.support.waiting import comes

GENERAL, GROUP = "C0GENERAL00", "S0NIGHT0000"
IDRIS, MAIR = hospital.OPERATIONS.id, hospital.WARD_7.leader.id
CARYS, DYLAN, TOMOS = (hospital.WARD_7.staff[position].id for position in (0, 4, 1))
WARD_7 = hospital.WARD_7.channel_id
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def team_of(place: RunningApp, user: str) -> str | None:
    with place.app.sessions.read() as session:
        person = session.scalars(select(Member).where(Member.slack_user_id == user)).one()
        return session.get_one(Team, person.team_id).name if person.team_id else None


def names(place: RunningApp) -> set[str]:
    with place.app.sessions.read() as session:
        return set(session.scalars(select(Team.name)))


def follows(place: RunningApp, name: str) -> str | None:
    with place.app.sessions.read() as session:
        team = session.scalars(select(Team).where(Team.name == name)).one()
        source = session.get(TeamSource, team.id)
        return source.slack_id if source else None


def called(place: RunningApp) -> str | None:
    with place.app.sessions.read() as session:
        return session.scalars(select(TeamSource.called)).one()


def free(place: RunningApp, *users: str) -> None:
    with place.app.sessions.begin() as session:
        for person in session.scalars(select(Member).where(Member.slack_user_id.in_(users))):
            person.team_id = None


def repaired(place: RunningApp) -> None:
    client = place.app.clients.of(place.app.workspace_id)
    assert client is not None
    sync.repair(client, place.app.context, place.app.workspace_id)


def invited(place: RunningApp, inviter: str = IDRIS) -> Human:
    """Somebody invites the app to #general, is asked, and has pressed [Make it a team]."""
    person = place.person(inviter)
    place.change(kind="join", channel=GENERAL, user=hospital.BOT, inviter=inviter)
    person.sees("Shall it be a team here?")
    person.presses("Make it a team")
    return person


def make(person: Human, name: str = "Hospital at night") -> None:
    person.fills("What is the team called?", name)
    person.submits()
    person.submits()
    person.submits()


@pytest.fixture
def nights(place: RunningApp) -> RunningApp:
    """A team that follows a user group, made by an admin."""
    group = UserGroup(id=GROUP, handle="nights", name="Night nurses", members=[CARYS, DYLAN])
    place.sandbox.slack.state.workspaces[hospital.TEAM_ID].usergroups[GROUP] = group
    free(place, CARYS, DYLAN, TOMOS)
    idris = place.person(IDRIS)
    idris.sees("For admins", place="home")
    idris.presses("Teams", within="home")
    idris.presses("New team")
    idris.fills("What is it called?", "Night nurses")
    idris.fills("Who belongs to it?", "Whoever is in the group Night nurses")
    idris.submits()
    idris.sees("Saved.")
    return place


def test_a_team_follows_its_user_group_in_people_name_and_end(nights: RunningApp) -> None:
    place = nights
    assert {team_of(place, CARYS), team_of(place, DYLAN)} == {"Night nurses"}
    place.change(kind="usergroup", usergroup=GROUP, members=[DYLAN, TOMOS])
    comes(lambda: team_of(place, CARYS) is None and team_of(place, TOMOS) == "Night nurses")
    place.change(kind="usergroup", usergroup=GROUP, name="Nights")
    comes(lambda: "Nights" in names(place))
    # What no event told of is found at night.
    free(place, DYLAN)
    repaired(place)
    assert team_of(place, DYLAN) == "Nights"
    place.change(kind="usergroup", usergroup=GROUP, off=True)
    comes(lambda: follows(place, "Nights") is None)
    assert {team_of(place, DYLAN), team_of(place, TOMOS)} == {"Nights"}


def test_a_group_whose_end_was_missed_is_let_go_at_night(nights: RunningApp) -> None:
    place = nights
    del place.sandbox.slack.state.workspaces[hospital.TEAM_ID].usergroups[GROUP]
    repaired(place)
    assert follows(place, "Night nurses") is None
    assert team_of(place, CARYS) == "Night nurses"


def test_a_team_takes_its_channels_new_name_unless_it_was_named_otherwise(place: RunningApp) -> None:
    idris = invited(place)
    make(idris, "General")
    place.change(kind="rename", channel=GENERAL, name="whole-hospital")
    comes(lambda: "Whole hospital" in names(place))
    with place.app.sessions.begin() as session:
        session.scalars(select(Team).where(Team.name == "Whole hospital")).one().name = "Everybody"
    place.change(kind="rename", channel=GENERAL, name="all-of-us")
    comes(lambda: called(place) == "All of us")
    place.change(kind="rename", channel=GENERAL, name="ward-7-too")
    comes(lambda: called(place) == "Ward 7 too")
    assert "Everybody" in names(place)


def test_an_archived_channel_keeps_its_team_and_its_leader_is_told(place: RunningApp) -> None:
    mair = place.person(MAIR)
    place.change(kind="archive", channel=WARD_7)
    screen = mair.sees("The channel of Ward 7 was archived.")
    assert len([message for message in screen["messages"] if "was archived" in message["text"]]) == 1
    repaired(place)
    with place.app.sessions.read() as session:
        team = session.scalars(select(Team).where(Team.name == "Ward 7")).one()
        assert team.slack_channel_id == WARD_7
    assert team_of(place, CARYS) == "Ward 7"
    place.change(kind="archive", channel=WARD_7, archived=False)
    place.person(CARYS).types(
        "/appreciate @Dylan Hughes helping with the team Found us a bed at the end of it all"
    )
    place.person(DYLAN).sees("Found us a bed")
    place.person(DYLAN).presses("Share with my team")
    place.person(CARYS).sees("Found us a bed", place=WARD_7)


def test_the_deputy_is_told_of_an_archived_channel_while_the_leader_is_on_leave(place: RunningApp) -> None:
    with place.app.sessions.begin() as session:
        people = {member.slack_user_id: member for member in session.scalars(select(Member))}
        session.scalars(select(Team).where(Team.name == "Ward 7")).one().deputy_id = people[CARYS].id
        today = place.app.now().date()
        people[MAIR].away_from, people[MAIR].away_until = today, today + timedelta(days=7)
    place.change(kind="archive", channel=WARD_7)
    place.person(CARYS).sees("The channel of Ward 7 was archived.")
    assert "was archived" not in place.person(MAIR).screen(place="dm").texts


def test_an_archived_channel_that_a_team_follows_is_left_alone_at_night(place: RunningApp) -> None:
    free(place, CARYS)
    make(invited(place))
    place.person(IDRIS).sees("is a team now")
    channel = place.sandbox.slack.state.workspaces[hospital.TEAM_ID].channels[GENERAL]
    channel.archived, channel.members = True, []
    repaired(place)
    assert follows(place, "Hospital at night") == GENERAL
    assert team_of(place, CARYS) == "Hospital at night"


def test_a_deleted_channel_is_let_go_and_its_team_keeps_its_people(place: RunningApp) -> None:
    place.change(kind="delete", channel=WARD_7)

    def shares_nowhere() -> bool:
        with place.app.sessions.read() as session:
            team = session.scalars(select(Team).where(Team.name == "Ward 7")).one()
            return team.slack_channel_id is None

    comes(shares_nowhere)
    assert team_of(place, CARYS) == "Ward 7"


def test_somebody_the_app_has_not_met_joins_the_team_with_the_channel(place: RunningApp) -> None:
    make(invited(place))
    # Out of the channel without a word, so that nothing but his coming is told.
    place.sandbox.slack.state.workspaces[hospital.TEAM_ID].channels[GENERAL].members.remove(TOMOS)
    with place.app.sessions.begin() as session:
        person = session.scalars(select(Member).where(Member.slack_user_id == TOMOS)).one()
        person.slack_user_id = "U0UNHEARDOF"
    place.change(kind="join", channel=GENERAL, user=TOMOS)

    def joined() -> bool:
        with place.app.sessions.read() as session:
            member = session.scalars(select(Member).where(Member.slack_user_id == TOMOS)).one_or_none()
            return member is not None and member.team_id is not None

    comes(joined)


def test_cancelled_halfway_nothing_is_kept_and_it_can_begin_again(place: RunningApp) -> None:
    before = names(place)
    idris = invited(place)
    idris.fills("What is the team called?", "Hospital at night")
    idris.submits()
    idris.does("dismiss")
    assert (names(place), idris.screen()["modal"]) == (before, None)
    idris.presses("Make it a team")
    make(idris)
    idris.sees("Hospital at night is a team now.")
    assert names(place) - before == {"Hospital at night"}
    texts = idris.sees("made this channel a team in Appreciate: Hospital at night, led by", GENERAL).texts
    assert "Whoever joins the channel joins the team" in texts


def test_a_channel_is_made_a_team_once_however_often_it_is_pressed(place: RunningApp) -> None:
    idris, mair = invited(place), place.person(MAIR)
    place.change(kind="leave", channel=GENERAL, user=hospital.BOT)
    place.change(kind="join", channel=GENERAL, user=hospital.BOT, inviter=MAIR)
    mair.sees("Shall it be a team here?")
    mair.presses("Make it a team")
    mair.fills("What is the team called?", "Another name")
    mair.submits()
    mair.submits()
    make(idris)
    idris.sees("is a team now")
    mair.submits()
    assert "This channel makes the team Hospital at night already." in mair.screen().texts
    idris.does("dismiss")
    idris.presses("Make it a team")
    assert "This channel makes the team Hospital at night already." in idris.screen().texts
    assert "Another name" not in names(place)
    with place.app.sessions.read() as session:
        assert [entry.deed for entry in session.scalars(select(AuditEntry))] == ["made a team"]


def test_without_the_right_to_nobody_is_asked_and_no_button_helps(place: RunningApp) -> None:
    idris = invited(place)
    stranger = "U0STRANGER0"
    place.change(kind="leave", channel=GENERAL, user=hospital.BOT)
    sent = len(place.calls("chat.postMessage"))
    place.change(kind="join", channel=GENERAL, user=hospital.BOT, inviter=stranger)
    # Whoever has left the channel meanwhile makes no team of it.
    place.change(kind="leave", channel=GENERAL, user=IDRIS)
    idris.does("dismiss")
    idris.presses("Make it a team")
    assert "Please join the channel first, then make it a team." in idris.screen().texts
    assert [call["body"]["channel"] for call in place.calls("chat.postMessage")[sent:]] == []


def test_a_leader_who_cannot_lead_is_refused_before_the_last_step(place: RunningApp) -> None:
    idris = invited(place)
    idris.fills("What is the team called?", "Night")
    idris.submits()
    idris.fills("Who leads it?", "Rota Bot")
    idris.submits()
    assert "Rota Bot has left, is an app, or is in another organisation." in str(
        idris.screen()["modal"]["errors"]
    )
    assert "Night" not in names(place)


def test_a_channel_of_a_team_is_not_taken_over_and_its_posts_wait(place: RunningApp) -> None:
    mair, dylan = place.person(MAIR), place.person(DYLAN)
    place.change(kind="leave", channel=WARD_7, user=hospital.BOT)
    mair.sees("I was removed from the channel of Ward 7.")
    place.person(CARYS).types(
        "/appreciate @Dylan Hughes helping with the team Found us a bed at the end of it"
    )
    dylan.sees("Found us a bed")
    dylan.presses("Share with my team")
    comes(lambda: bool(holds(place)))
    assert "Found us a bed" not in place.person(TOMOS).screen(place=WARD_7).texts
    # Somebody else invites it back: no team is offered, the ward keeps its channel, and the post comes.
    place.change(kind="join", channel=WARD_7, user=hospital.BOT, inviter=TOMOS)
    place.person(TOMOS).sees("Found us a bed", place=WARD_7)
    assert "Shall it be a team here?" not in place.person(TOMOS).screen().texts


def test_an_offer_that_is_older_than_the_team_makes_no_second_one(place: RunningApp) -> None:
    idris = invited(place)
    with place.app.sessions.begin() as session:
        session.scalars(select(Team).where(Team.name == "Ward 7")).one().slack_channel_id = GENERAL
    make(idris)
    assert "The team Ward 7 uses this channel." in str(idris.screen()["modal"])
    assert "Hospital at night" not in names(place)


def holds(place: RunningApp) -> list[str]:
    with place.app.sessions.read() as session:
        return list(session.scalars(select(Hold.subject)))
