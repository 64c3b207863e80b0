"""A leader hides a comment that points to somebody, told through what people press and read."""

import pytest
from sqlalchemy import select

from reports import queries
from reports.publishing.csv_export import sheet
from slackapp.core.i18n import voice
from slackapp.demo import hospital
from slackapp.models import AuditEntry, Comment, HiddenComment, Team, Workspace
from tests.support.running_app import RunningApp

UNKIND = "The tall one on nights never helps <!channel>"
OTHERS = ["A clock that works", "Breaks on time", "A second pair of hands"]


pytestmark = pytest.mark.usefixtures("without_browser")


@pytest.fixture
def database_url(postgresql_url: str) -> str:
    """One kind of database is enough here: other tests run the same queries on both."""
    return postgresql_url


@pytest.fixture
def wrote(practice: RunningApp) -> RunningApp:
    """The first of December: the digest is there, with four comments in its thread."""
    with practice.app.sessions.begin() as session:
        workspace = session.get_one(Workspace, practice.app.workspace_id)
        workspace.pulse_on = False
        ward = session.scalars(select(Team).where(Team.name == hospital.WARD_7.name)).one()
        session.add_all(Comment(unit_id=ward.id, month="2026-11", words=words) for words in (UNKIND, *OTHERS))
    practice.nurse.types("/appreciate @Dylan Hughes helping You found us a bed on a bad day")
    practice.clock(now="2026-12-01T09:01:00+00:00")
    practice.leader.sees("what people wrote, in no order", seconds=30)
    return practice


def test_a_hidden_comment_leaves_every_place_and_can_be_shown_again(wrote: RunningApp) -> None:
    leader = wrote.leader
    leader.presses("Hide a comment")
    seen = leader.screen()["modal"]["text"]
    assert all(words in seen for words in (UNKIND, *OTHERS))
    # Whichever stands first: their order is random.
    leader.presses("Hide")
    assert "Show it again" in str(leader.screen()["modal"])
    with wrote.app.sessions.read() as session:
        hidden = session.scalars(select(Comment).join(HiddenComment)).one()
        workspace = session.get_one(Workspace, wrote.app.workspace_id)
        ward = session.get_one(Team, hidden.unit_id)
        month = queries.months(session, workspace, "2026-11", [ward])[ward.id]
        # The three others stay out, though three are the fewest that come out together.
        assert sorted(month.comments) == sorted({UNKIND, *OTHERS} - {hidden.words})
        assert hidden.words.encode() not in sheet(voice(), month)
        noted = session.scalars(select(AuditEntry).where(AuditEntry.deed == "hid a comment")).all()
        assert [entry.subject for entry in noted] == [hidden.id]
        assert not any(hidden.words in str(vars(entry)) for entry in noted)
    leader.waits(lambda seen: hidden.words not in str(seen["messages"]))
    leader.presses("Show it again")
    leader.waits(lambda seen: hidden.words in str(seen["messages"]))
