"""People as Slack tells us of them, teams by hand, pages of thanks."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from handlers.recognition.payloads import about_message
from handlers.shared.payloads import person, storable
from slackapp.models import Member, SharingChoice, Team
from slackapp.recognition import give, history
from slackapp.recognition.draft import Draft
from slackapp.recognition.history import Cursor, Side
from slackapp.workspace import members
from slackapp.workspace.members import SlackProfile
from tests.support.recognition_ward import RecognitionWard

USER = {
    "id": "U1",
    "team_id": "T1",
    "name": "sjones",
    "deleted": False,
    "tz": "Europe/London",
    "is_bot": False,
    "is_admin": True,
    "profile": {"display_name": "Sam J", "real_name": "Sam Jones"},
}


def test_a_profile_becomes_a_person() -> None:
    assert person(USER, slack_team_id="T1") == SlackProfile("U1", "Sam J", "Europe/London", is_admin=True)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"profile": {"display_name": " ", "real_name": "Sam Jones"}}, {"name": "Sam Jones"}),
        ({"profile": {}}, {"name": "sjones"}),
        ({"tz": "Mars/Base"}, {"time_zone": None}),
        ({"deleted": True}, {"left": True}),
        ({"is_bot": True}, {"is_bot": True}),
        ({"is_stranger": True}, {"is_stranger": True}),
        ({"team_id": "T2"}, {"is_stranger": True}),
        ({"team_id": "T2", "enterprise_user": {"teams": ["T1", "T2"]}}, {"is_stranger": False}),
    ],
)
def test_each_thing_slack_says_of_a_person_is_understood(
    change: dict[str, Any], expected: dict[str, Any]
) -> None:
    known = person(USER | change, slack_team_id="T1")
    assert {name: getattr(known, name) for name in expected} == expected


def test_slacks_own_helper_is_an_app() -> None:
    assert person(USER | {"id": "USLACKBOT"}, slack_team_id="T1").is_bot


def test_text_loses_only_what_no_database_can_hold() -> None:
    assert storable("a\0b \ud800c 😀 \u202e") == "ab c 😀 \u202e"


def test_what_a_person_chose_survives_what_slack_says(ward: RecognitionWard) -> None:
    with ward.database.begin() as session:
        workspace = ward.workspace(session)
        member = ward.person(session, ward.colleague)
        member.language, member.sharing, team = "cy", SharingChoice.NEVER, member.team_id
    with ward.database.begin() as session:
        workspace = ward.workspace(session)
        again = members.upsert_one(session, workspace, SlackProfile(ward.colleague, "New Name", left=True))
        assert (again.name, again.left, again.language, again.sharing) == ("New Name", True, "cy", "never")
        assert again.team_id == team is not None
        assert len(session.scalars(select(Member).where(Member.slack_user_id == ward.colleague)).all()) == 1


def test_a_leader_belongs_to_the_parent_of_the_topmost_team_they_lead(ward: RecognitionWard) -> None:
    with ward.database.begin() as session:
        workspace = ward.workspace(session)
        leader = ward.person(session, ward.leader)
        (ward7,) = members.teams_led_by(session, leader)
        assert leader.team_id == ward7.parent_id is not None
        members.put_in_team(session, leader, ward7)
        assert leader.team_id == ward7.parent_id
        bay = members.create_team(session, workspace, "Bay 1", parent=ward7)
        members.set_leader(session, bay, leader)
        assert leader.team_id == ward7.parent_id
        top = session.get_one(Team, ward7.parent_id)
        members.set_leader(session, top, leader)
        assert leader.team_id is None


def test_thanks_are_read_ten_at_a_time_there_and_back(ward: RecognitionWard) -> None:
    from slackapp.core.behaviours import Behaviour

    from_when = ward.noon
    with ward.database.begin() as session:
        for number in range(23):
            draft = Draft(
                (ward.colleague,), behaviour=Behaviour.HELPING, words=f"Thanks for the help, number {number}"
            )
            # Three of each moment: the order must hold where times are equal.
            moment = from_when + timedelta(days=number // 3)
            occasion = give.GiveContext(ward.nurse, f"k{number}", moment)
            give.give(session, ward.slack_team_id, draft, occasion)
    for who, side in ((ward.colleague, Side.RECEIVED), (ward.nurse, Side.GIVEN)):
        pages = _walk(ward, who, side)
        assert [len(page.entries) for page in pages] == [10, 10, 3, 10, 10]
        assert pages[0].entries == pages[4].entries
        assert pages[1].entries == pages[3].entries
        seen = [entry for page in pages[:3] for entry in page.entries]
        assert len({entry.id for entry in seen}) == 23
        assert [entry.given_at for entry in seen] == sorted((entry.given_at for entry in seen), reverse=True)
        assert pages[0].newer is None
        assert pages[4].newer is None
        assert pages[2].older is None
    assert _walk(ward, ward.third, Side.RECEIVED, pages=1)[0].entries == ()


def _walk(ward: RecognitionWard, who: str, side: Side, pages: int = 5) -> list[history.Page]:
    walked: list[history.Page] = []
    with ward.database.read() as session:
        member = ward.person(session, who)
        for step in range(pages):
            place = None if step == 0 else (walked[-1].older if step < 3 else walked[-1].newer)
            again = Cursor.read(place.written()) if place else None
            assert again == place
            walked.append(history.page(session, member, side, again))
    return walked


@pytest.mark.parametrize("value", ["", "older", "older.x.y", "sideways.1.a", "older.-1.a"])
def test_a_place_that_cannot_be_read_is_the_beginning(value: str) -> None:
    assert Cursor.read(value) is None


@pytest.mark.parametrize(
    ("message", "thanked"),
    [
        ({"user": "U0COL"}, ("U0COL",)),
        ({"user": "U0NIA"}, ()),
        ({"user": "U0COL", "bot_id": "B0WORKFLOW"}, ()),
        ({"bot_id": "B0WORKFLOW"}, ()),
    ],
)
def test_a_thank_you_about_a_message_begins_with_its_author_unless_it_is_oneself_or_an_app(
    message: dict[str, str], thanked: tuple[str, ...]
) -> None:
    body = {
        "user": {"id": "U0NIA"},
        "team": {"id": "T1", "domain": "ward"},
        "channel": {"id": "C0WARD"},
        "message": message | {"ts": "1.2", "text": "Bed 4 is free"},
    }
    assert about_message(body).people == thanked
