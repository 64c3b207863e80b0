"""Who reads a digest once leaders change, and how often a team is asked, told through what people press."""

from datetime import datetime

import pytest
from sqlalchemy import select

from slackapp.demo import hospital
from slackapp.models import AuditEntry, Member, Team, Workspace
from slackapp.workspace import members
from tests.support.human import Human, Screen
from tests.support.running_app import RunningApp

ADMIN = hospital.OPERATIONS.id
SISTER, ACUTE_LEADER = hospital.WARD_7.staff[4].id, hospital.ACUTE.leader.id
TOOK_OVER = "leads Ward 7 now and reads its digests from here on."


pytestmark = pytest.mark.usefixtures("without_browser")


@pytest.fixture
def database_url(postgresql_url: str) -> str:
    """One kind of database is enough here: other tests run the same queries on both."""
    return postgresql_url


@pytest.fixture
def december(practice: RunningApp) -> RunningApp:
    """The first of December: each leader has November's digest."""
    check_ins(practice, on=False)
    practice.nurse.types("/appreciate @Dylan Hughes helping You found us a bed on a bad day")
    practice.clock(now="2026-12-01T09:01:00+00:00")
    practice.leader.sees("Ward 7 in November", seconds=30)
    return practice


def check_ins(practice: RunningApp, *, on: bool) -> None:
    with practice.app.sessions.begin() as session:
        workspace = session.get_one(Workspace, practice.app.workspace_id)
        workspace.pulse_on, workspace.pulse_since = on, practice.app.now()


def appoint(practice: RunningApp, team: str, leader: str) -> None:
    with practice.app.sessions.begin() as session:
        row = session.scalars(select(Team).where(Team.name == team)).one()
        person = session.scalars(select(Member).where(Member.slack_user_id == leader)).one()
        members.set_leader(session, row, person)


def file_for(person: Human, typed: str) -> str:
    """The command's answer."""
    before = len(person.screen()["messages"])
    person.types(typed)
    return str(person.waits(lambda seen: len(seen["messages"]) > before)["messages"][-1]["text"])


def last(screen: Screen, text: str) -> str:
    return str([message for message in screen["messages"] if text in message["text"]][-1]["ts"])


def test_a_new_leader_reads_earlier_digests_once_the_outgoing_one_or_an_admin_hands_them_on(
    december: RunningApp,
) -> None:
    sister, matron, admin = (december.person(user) for user in (SISTER, hospital.DIRECTOR.id, ADMIN))
    appoint(december, "Ward 7", SISTER)
    appoint(december, "Acute Medical Unit", SISTER)
    refused = "has not been opened to you"
    assert refused in file_for(sister, "/digest Ward 7 november")
    screen = december.leader.sees(TOOK_OVER, seconds=10)
    december.leader.presses("Hand them on", within=last(screen, TOOK_OVER))
    assert "can now read its earlier digests" in december.leader.screen()["modal"]["text"]
    assert "Ward 7 in November" in file_for(sister, "/digest Ward 7 november")
    assert refused in file_for(sister, "/digest Acute november"), "the other team's were not handed on"

    matron.types("/digest admin")
    assert "Only an admin of this workspace can do this." in matron.screen().texts
    admin.types("/digest admin")
    modal = admin.sees("cannot read its earlier digests")["modal"]
    assert "has led Acute Medical Unit since Tuesday 1 December" in modal["text"]
    assert "Ward 7" not in modal["text"]
    admin.presses("Hand them on")
    assert "can read its earlier digests" in admin.screen()["modal"]["text"]
    assert refused in file_for(sister, "/digest Acute november"), "an admin opens it from the next month on"
    december.clock(now="2027-01-01T00:01:00+00:00")
    assert "Acute Medical Unit in November" in file_for(sister, "/digest Acute november")


def test_admins_read_every_digest_only_where_the_workspace_says_so(december: RunningApp) -> None:
    admin = december.person(ADMIN)
    assert "Ward 7 in November" not in file_for(admin, "/digest Ward 7")
    for choice in ("Every team's digest, with released comments", "What is shared"):
        admin.types("/digest admin")
        label = "What may the admins of this workspace read?"
        options = next(
            control for control in admin.screen()["modal"]["controls"] if control["label"] == label
        )["options"]
        chosen = [str(option["text"] if isinstance(option, dict) else option) for option in options]
        admin.fills(label, next(option for option in chosen if option.startswith(choice)))
        admin.submits()
        assert "Saved." in admin.screen()["modal"]["text"]
        admin.does("dismiss")
        assert "Ward 7 in November" not in file_for(admin, "/digest Ward 7"), "it was out before"
    with december.app.sessions.read() as session:
        changed = session.scalars(select(AuditEntry).where(AuditEntry.subject == "admins_read_digests"))
        assert [(change.before, change.after) for change in changed] == [("False", "True"), ("True", "False")]


def test_after_two_digests_without_a_reply_a_leader_pauses_the_check_in_and_takes_it_up_again(
    december: RunningApp,
) -> None:
    leader, question = december.leader, "Would a slower check-in help?"
    with december.app.sessions.begin() as session:
        workspace = session.get_one(Workspace, december.app.workspace_id)
        workspace.digests_from = "2026-11"
    december.clock(now="2027-01-04T09:01:00+00:00")
    assert question not in str(leader.sees("Ward 7 in December", seconds=20)["messages"])
    december.clock(now="2027-02-01T09:01:00+00:00")
    seen = leader.sees("Ward 7 in January", seconds=20)
    assert question in str(seen["messages"])
    here = last(seen, "Ward 7 in January")
    for button, sentence in (
        ("Keep it", "is asked as often as everybody"),
        ("Once a month", "is asked once a month"),
        ("Pause", "is not asked any more"),
    ):
        leader.presses(button, within=here)
        assert sentence in leader.screen()["modal"]["text"]
        leader.does("dismiss")
    director = december.person(hospital.DIRECTOR.id)
    above = director.sees("Medicine in January", seconds=10)
    assert question in str(above["messages"])

    check_ins(december, on=True)
    december.clock(now="2027-02-08T10:00:00+00:00")
    other = december.person(hospital.ACUTE.staff[0].id)
    other.sees("How were your last few shifts?", seconds=10)
    assert "How were your last few shifts?" not in december.nurse.screen().texts
    check_ins(december, on=False)

    december.clock(now="2027-03-01T09:01:00+00:00")
    seen = leader.sees("Ward 7 in February", seconds=20)
    assert "The check-in is paused for this team." in str(seen["messages"])
    leader.presses("Ask as often as before", within=last(seen, "Ward 7 in February"))
    assert "is asked as often as everybody" in leader.screen()["modal"]["text"]
    assert datetime.fromisoformat("2027-03-01T09:00:00+00:00") < december.app.now()


def test_a_team_is_found_by_a_name_that_slack_escapes_and_what_is_unknown_is_said_back_as_typed(
    december: RunningApp,
) -> None:
    with december.app.sessions.begin() as session:
        session.scalars(select(Team).where(Team.name == "Ward 7")).one().name = "A&E <Majors>"
    assert "A&E <Majors> in November" in file_for(december.leader, "/digest A&E november")
    assert "A&E <Majors> in November" in file_for(december.leader, "/digest A&E <Majors> 2026-11")
    assert "I don't know a team “A&E <Minors>”" in file_for(december.leader, "/digest A&E <Minors>")


def test_a_month_that_no_calendar_has_is_not_taken_for_a_team(december: RunningApp) -> None:
    for typed in ("Ward 7 2026-13", "2026-00", "11-2026"):
        sentence = f"There is no month “{typed.split()[-1]}”. Write one by its name, or as in 2026-11."
        assert sentence in file_for(december.leader, f"/digest {typed}")
    for typed in ("Ward 7 2026-11", "2026/11"):
        assert "Ward 7 in November" in file_for(december.leader, f"/digest {typed}")
    for typed in ("2026-9", "1999-11", "nov 1999"):
        assert "Digests here begin with November 2026." in file_for(
            december.leader, f"/digest Ward 7 {typed}"
        )
    far = file_for(december.leader, "/digest Ward 7 2098-12")
    assert far == "That month's digest comes out on Friday 2 January 2099, 09:00."
    assert "I don't know a team “Ward 24/7”" in file_for(december.leader, "/digest Ward 24/7")
