"""Hiding a comment is for whoever leads the team, and takes nothing else back."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select

from handlers.digest import comments_view as written
from reports.publishing import message
from slackapp.core.i18n import voice
from slackapp.models import AuditEntry, Comment, Digest, HiddenComment
from slackapp.pulse import comments
from slackapp.pulse.comments import PublishedComment
from slackapp.sandbox.blocks import view_problems
from tests.pulse.front import Front

AT = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.fixture
def carried(front: Front) -> str:
    """What the button beside one of four comments carries."""
    teams, people = front.hospital.teams, front.hospital.people
    with front.hospital.sessions.begin() as session:
        session.add_all(
            Comment(unit_id=teams["Ward 7"], month="2026-11", words=f"comment {number}")
            for number in range(4)
        )
        reader = people["Ward 7 leader"]
        digest = Digest(team_id=teams["Ward 7"], month="2026-11", recipient_id=reader, made_at=AT)
        session.add(digest)
        session.flush()
        first = session.scalars(select(Comment.id).order_by(Comment.id)).first()
        return message.comments_value(digest.id, 0, str(first))


def hidden(front: Front) -> list[str]:
    with front.hospital.sessions.read() as session:
        return list(session.scalars(select(HiddenComment.comment_id)))


def test_nobody_but_the_leader_of_the_team_can_hide_or_read(front: Front, carried: str) -> None:
    for name in ("Ward 7 1", "Medicine leader"):
        front.slack.calls.clear()
        for action in (message.OPEN_COMMENTS, written.HIDE, written.SHOW, written.TURN):
            front.presses(front.slack_id(name), action, view_id="V1", value=carried)
        assert "comment 1" not in str(front.slack.calls)
    assert hidden(front) == []
    front.presses(front.slack_id("Ward 7 leader"), written.HIDE, view_id="V1", value=carried)
    assert hidden(front) == [carried.split(":")[2]]


def test_a_comment_of_another_unit_stays_and_repeating_notes_nothing_twice(
    front: Front, carried: str
) -> None:
    leader = front.slack_id("Ward 7 leader")
    with front.hospital.sessions.begin() as session:
        other = Comment(unit_id=front.hospital.teams["Medicine"], month="2026-11", words="theirs")
        session.add(other)
    head = carried.rsplit(":", 1)[0]
    front.presses(leader, written.HIDE, view_id="V1", value=f"{head}:{other.id}")
    assert hidden(front) == []
    for _ in range(2):
        front.presses(leader, written.HIDE, view_id="V1", value=carried)
    with front.hospital.sessions.begin() as session:
        noted = session.scalars(select(AuditEntry)).all()
        assert [(one.deed, one.subject) for one in noted] == [("hid a comment", carried.split(":")[2])]
        assert "comment" not in json.dumps([one.before or one.after for one in noted])
        # What is deleted when its time has come takes the mark with it.
        session.execute(delete(Comment))
    assert hidden(front) == []


@pytest.mark.usefixtures("carried")
def test_a_hidden_comment_still_counts_among_the_three(front: Front) -> None:
    ward = front.hospital.teams["Ward 7"]
    with front.hospital.sessions.begin() as session:
        for comment in session.scalars(select(Comment).limit(2)):
            assert comments.hide(session, ward, comment.id, hidden=True)
        told = comments.published(session, [ward], "2026-11")[ward]
        assert [one.is_hidden for one in told].count(False) == 2
        assert len(told) == 4


def test_the_list_fits_slack_however_much_was_written() -> None:
    many = [PublishedComment(f"{number:024x}", "W" * 500, number % 2 == 0) for number in range(87)]
    for page in range(6):
        assert view_problems(written.comment_list(voice(), "d" * 24, many, page)) == []
    assert "000000000000000000000056" in str(written.comment_list(voice(), "d", many, 4))


def test_comments_stand_in_an_order_of_chance_and_not_of_their_words(front: Front) -> None:
    """Nor in that of the ballots: they are sorted first, so that nothing but chance is left."""
    hospital, written = front.hospital, [f"{number} cups of tea" for number in range(9)]
    for number, words in enumerate(written, start=1):
        hospital.answer(f"Ward 7 {number}", 4, words)
    hospital.close()
    with hospital.sessions.read() as session:
        stored = list(session.scalars(select(Comment.words).order_by(Comment.id)))
    assert sorted(stored) == written
    assert stored not in (written, written[::-1])
