"""Results have readers from a day on: who becomes one later reads later months, and staff are told before."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, text

from slackapp.demo import hospital
from slackapp.digest import reader_lists
from slackapp.models import Member, Team, Workspace
from slackapp.workspace import members
from tests.support.human import Human
from tests.support.running_app import RunningApp

ADMIN = hospital.OPERATIONS.id
SISTER, ACUTE_LEADER = hospital.WARD_7.staff[4].id, hospital.ACUTE.leader.id
REFUSED = "has not been opened to you"
EVERY, SHARED = "Every team's digest, with released comments", "What is shared with their own team"


pytestmark = pytest.mark.usefixtures("without_browser")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database; on PostgreSQL, where a month takes a minute of the suite, in the long run only."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def december(practice: RunningApp) -> RunningApp:
    """The first of December: November's figures are out."""
    practice.nurse.types("/appreciate @Dylan Hughes helping You found us a bed on a bad day")
    practice.clock(now="2026-12-01T09:01:00+00:00")
    practice.leader.sees("Ward 7 in November", seconds=30)
    return practice


def answer(person: Human, typed: str) -> str:
    """What a command says."""
    before = len(person.screen()["messages"])
    person.types(typed)
    return str(person.waits(lambda seen: len(seen["messages"]) > before)["messages"][-1]["text"])


def admins_read(admin: Human, beginning: str) -> None:
    admin.types("/digest admin")
    label = "What may the admins of this workspace read?"
    controls = admin.screen()["modal"]["controls"]
    options = next(control for control in controls if control["label"] == label)["options"]
    texts = [str(option["text"] if isinstance(option, dict) else option) for option in options]
    admin.fills(label, next(choice for choice in texts if choice.startswith(beginning)))
    admin.submits()
    assert "from the next month on" in admin.screen()["modal"]["text"]
    admin.does("dismiss")


def appoint(practice: RunningApp, team: str, leader: str) -> None:
    with practice.app.sessions.begin() as session:
        row = session.scalars(select(Team).where(Team.name == team)).one()
        person = session.scalars(select(Member).where(Member.slack_user_id == leader)).one()
        members.set_leader(session, row, person)


def test_an_admin_who_switches_it_on_reads_from_the_next_month_on_and_staff_are_told(
    december: RunningApp,
) -> None:
    admin, nurse = december.person(ADMIN), december.nurse
    admins_read(admin, EVERY)
    notice = "From January on, Idris Parry as an admin of this workspace can also read the results of Ward 7."
    nurse.sees(notice, seconds=20)
    nurse.sees("• from January on: Idris Parry as an admin of this workspace", place="home")
    assert REFUSED in answer(admin, "/digest Ward 7 november")
    december.clock(now="2027-01-04T09:01:00+00:00")
    december.leader.sees("Ward 7 in December", seconds=30)
    assert "Ward 7 in December" in answer(admin, "/digest Ward 7 december")
    assert REFUSED in answer(admin, "/digest Ward 7 november"), "what was out before stays closed"
    nurse.sees("• Idris Parry as an admin of this workspace", place="home")
    admins_read(admin, SHARED)
    nurse.sees("No longer reads the results of Ward 7: Idris Parry.", seconds=20)
    assert "no digest for you to read" in answer(admin, "/digest Ward 7 december"), "the right has gone"
    nurse.waits(lambda screen: "Idris Parry as an admin" not in screen.texts, place="home")


def switch_by_sql(december: RunningApp) -> str:
    with december.app.sessions.engine.begin() as connection:
        connection.execute(text("UPDATE workspace SET admins_read_digests = true"))
    return ADMIN


def put_above(december: RunningApp) -> str:
    with december.app.sessions.begin() as session:
        by_name = {team.name: team for team in session.scalars(select(Team))}
        by_name["Ward 7"].parent_id = by_name["Acute Medical Unit"].id
    return ACUTE_LEADER


def led_anew(december: RunningApp) -> str:
    appoint(december, "Ward 7", SISTER)
    return SISTER


def stands_in(december: RunningApp) -> str:
    with december.app.sessions.begin() as session:
        ward = session.scalars(select(Team).where(Team.name == "Ward 7")).one()
        ids = {member.slack_user_id: member.id for member in session.scalars(select(Member))}
        ward.leader_id, ward.deputy_id = None, ids[SISTER]
    return SISTER


@pytest.mark.parametrize("change", [switch_by_sql, put_above, led_anew, stands_in])
def test_a_month_that_is_out_stays_closed_to_whoever_becomes_a_reader_later(
    december: RunningApp, change: Callable[[RunningApp], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = december.person(change(december))
    december.clock(advance=120)
    assert REFUSED in answer(reader, "/digest Ward 7 november")
    december.nurse.sees("from January on" if change is led_anew else "From January on", seconds=20)
    with monkeypatch.context() as naive:
        # The rule as it was: whoever holds the right at present reads whatever is out.
        naive.setattr(reader_lists, "is_month_reader", lambda *_arguments: True)
        assert "Ward 7 in November" in answer(reader, "/digest Ward 7 november")


def test_an_admin_hands_on_from_the_next_month_on_and_staff_are_told_before(december: RunningApp) -> None:
    appoint(december, "Ward 7", SISTER)
    admin, sister = december.person(ADMIN), december.person(SISTER)
    admin.types("/digest admin")
    admin.sees("cannot read its earlier digests")
    admin.presses("Hand them on")
    assert "From Friday 1 January" in admin.screen()["modal"]["text"]
    december.nurse.sees("can read earlier results of Ward 7 too", seconds=20)
    assert REFUSED in answer(sister, "/digest Ward 7 november")
    december.clock(now="2027-01-01T00:01:00+00:00")
    assert "Ward 7 in November" in answer(sister, "/digest Ward 7 november")


def test_a_change_and_its_notice_are_one_transaction(december: RunningApp) -> None:
    with december.app.sessions.begin() as session:
        session.scalars(select(Workspace)).one().admins_read_digests = True
    with december.app.sessions.read() as session:
        kinds = session.execute(text("SELECT kind FROM fan_out")).scalars().all()
    assert "team_readers" in kinds
