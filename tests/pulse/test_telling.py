"""What staff are told: stricter thresholds, who leads and reads, and that there is still time."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from handlers.pulse import messages_view as pulse_messages
from handlers.pulse import renderers as pulse_letters
from handlers.pulse import survey_view as pulse
from slackapp.core.errors import UserError
from slackapp.core.i18n import voice
from slackapp.digest import readers as rights
from slackapp.models import Delivery, FanOut, Member, Poll, Team, Workspace
from slackapp.outbox.rendered import Message
from slackapp.pulse import notices as telling
from slackapp.pulse import settings as governing
from slackapp.pulse.settings import Thresholds
from slackapp.sandbox.blocks import problems
from tests.pulse.forms import shown, words
from tests.pulse.front import Front
from tests.pulse.hospital import Hospital


def test_everybody_in_a_team_is_told_once_when_a_threshold_rises(front: Front) -> None:
    hospital = front.hospital
    with hospital.sessions.begin() as session:
        here = session.get_one(Workspace, hospital.workspace_id)
        assert governing.raise_thresholds(session, here, Thresholds(8, 1, 8)) is True
        assert governing.raise_thresholds(session, here, Thresholds(8, 1, 8)) is False
        with pytest.raises(UserError):
            governing.raise_thresholds(session, here, Thresholds(7, 1, 8))
        (asked,) = session.scalars(select(FanOut).where(FanOut.kind == governing.RULES_CHANGED))
        while not telling.enqueue_threshold_notices(session, asked, front.now, chunk=4):
            pass
        owed = session.scalars(select(Delivery).where(Delivery.kind == governing.RULES_CHANGED)).all()
        # Nine in the ward and its leader; whoever leads the top belongs to no team.
        assert len({one.target for one in owed}) == len(owed) == 10
        sent = pulse_letters.ROUTES[governing.RULES_CHANGED].rendered(session, owed[0], front.now)
        assert isinstance(sent, Message)
        assert "groups of 8 or more" in sent.text
    hospital.open(hospital.close_at)
    with hospital.sessions.read() as session:
        assert session.get_one(Poll, hospital.poll_id).k == 8


def test_a_threshold_that_was_stricter_already_is_not_told_as_news() -> None:
    told = pulse_messages.rules_text(voice(), k=11, c=2, comments=11)
    assert "merged more widely than usual" in told
    assert "than before" not in told


def test_a_team_is_told_who_leads_it_now(front: Front) -> None:
    hospital = front.hospital
    with hospital.sessions.begin() as session:
        team = session.get_one(Team, hospital.teams["Ward 7"])
        here = session.get_one(Workspace, hospital.workspace_id)
        telling.announce_new_leader(session, here, team, front.now)
        (asked,) = session.scalars(select(FanOut).where(FanOut.kind == telling.NEW_LEADER))
        assert telling.enqueue_leader_notices(session, asked, front.now) is True
        owed = session.scalars(select(Delivery).where(Delivery.kind == telling.NEW_LEADER)).all()
        assert len(owed) == 9
        sent = pulse_letters.ROUTES[telling.NEW_LEADER].rendered(session, owed[0], front.now)
        assert isinstance(sent, Message)
        assert "Ward 7 leader leads Ward 7 now" in sent.text


def test_a_change_of_leader_is_noticed_and_told_once(front: Front) -> None:
    hospital = front.hospital
    with hospital.sessions.begin() as session:
        here = session.get_one(Workspace, hospital.workspace_id)
        assert rights.record_leaders(session, here, front.now) == []
        session.get_one(Team, hospital.teams["Ward 7"]).leader_id = hospital.people["Ward 7 3"]
        session.flush()
        for _ in range(2):
            rights.record_leaders(session, here, front.now)
        asked = session.scalars(select(FanOut).where(FanOut.kind == telling.NEW_LEADER)).all()
        assert [one.reference for one in asked] == [hospital.teams["Ward 7"]]


def test_who_sees_the_results_is_told_by_name_and_role(front: Front) -> None:
    front.presses(front.slack_id("Ward 7 1"), pulse.ABOUT)
    seen = words(shown(front))
    assert "Who sees its results" in seen
    assert "Ward 7 leader, who leads Ward 7" in seen
    assert "Medicine leader, who leads Medicine" in seen
    assert "The admins of this workspace" not in seen


def test_one_reminder_goes_to_each_channel_in_the_same_words(hospital: Hospital) -> None:
    hospital.build({"Ward 7": 6, "Theatres": 5, "Clinic": 5})
    with hospital.sessions.begin() as session:
        for name, channel in (("Ward 7", "C1SHARED"), ("Theatres", "C1SHARED"), ("Medicine", "C1MEDICINE")):
            session.get_one(Team, hospital.teams[name]).slack_channel_id = channel
    hospital.open()
    with hospital.sessions.begin() as session:
        owed = session.scalars(select(Delivery).where(Delivery.kind == telling.REMINDER)).all()
        assert sorted(one.target for one in owed) == ["C1MEDICINE", "C1SHARED"]
        assert {one.due for one in owed} == {hospital.opening + timedelta(days=4)}
        assert {one.expires for one in owed} == {hospital.close_at}
        sent = [pulse_letters.ROUTES[telling.REMINDER].rendered(session, one, one.due) for one in owed]
        assert sent[0] == sent[1]
        assert "Monday 9 November, 09:00" in sent[0].text  # type: ignore[union-attr]


def test_where_both_languages_are_read_the_reminder_is_in_both_welsh_first(hospital: Hospital) -> None:
    hospital.build({"Ward 7": 6, "Theatres": 5})
    with hospital.sessions.begin() as session:
        for name in ("Ward 7", "Theatres"):
            session.get_one(Team, hospital.teams[name]).slack_channel_id = f"C1{name[:5].upper()}"
        session.get_one(Member, hospital.people["Ward 7 3"]).language = "cy"
        gone = session.get_one(Member, hospital.people["Theatres 1"])
        gone.language, gone.left = "cy", True
    hospital.open()
    with hospital.sessions.begin() as session:
        owed = session.scalars(select(Delivery).where(Delivery.kind == telling.REMINDER)).all()
        sent = {
            one.target: pulse_letters.ROUTES[telling.REMINDER].rendered(session, one, one.due) for one in owed
        }
    both, english = sent["C1WARD "], sent["C1THEAT"]
    assert isinstance(both, Message)
    assert isinstance(english, Message)
    assert both.text.splitlines()[1:] == [english.text]
    assert "Mae'r holiadur ar agor tan" in both.text.splitlines()[0]
    assert problems(both.blocks, surface="message") == []
