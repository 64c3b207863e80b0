"""What a person settles for themselves: when to be asked, and whether."""

import json
from datetime import date, time, timedelta

from sqlalchemy import select

from handlers.pulse import renderers as pulse_letters
from handlers.pulse import settings_view as pulse_settings
from handlers.recognition.settings_view import FORM
from slackapp.models import Delivery, FanOut, Member, Workspace
from slackapp.outbox.rendered import Message, Skip, WaitUntil
from slackapp.pulse import audience as invitations
from slackapp.pulse import notices as telling
from tests.pulse.forms import Element, chosen, shown, ticked, words
from tests.pulse.front import Front

OWN: dict[str, Element] = {
    pulse_settings.MESSAGES: ticked(),
    pulse_settings.QUIET_FROM: {"selected_time": "08:00"},
    pulse_settings.QUIET_UNTIL: {"selected_time": "16:00"},
    pulse_settings.DAYS_OFF: ticked("0", "6"),
    pulse_settings.AWAY_FROM: {"selected_date": "2026-11-09"},
    pulse_settings.AWAY_UNTIL: {"selected_date": "2026-11-15"},
    pulse_settings.LANGUAGE: chosen("cy"),
}


def test_a_person_settles_when_to_be_asked_and_can_still_answer(front: Front) -> None:
    who = front.slack_id("Ward 7 1")
    front.types(who, "/pulse", "settings")
    assert "After nights, try 08:00 to 16:00." in words(shown(front))
    reply = front.fills_in(who, FORM, OWN)
    assert json.loads(reply.body)["response_action"] == "update"
    with front.hospital.sessions.read() as session:
        kept = session.get_one(Member, front.hospital.people["Ward 7 1"])
        assert (kept.pulse_messages, kept.language, kept.days_off) == (False, "cy", 0b1000001)
        assert (kept.quiet_from, kept.quiet_until) == (time(8), time(16))
        assert (kept.away_from, kept.away_until) == (date(2026, 11, 9), date(2026, 11, 15))
        here = session.get_one(Workspace, front.hospital.workspace_id)
        # Leave ends on a Sunday, and the Monday is a day off.
        first = telling.next_allowed_time(kept, here, front.hospital.close_at)
        assert f"{first:%a %d %H:%M}" == "Tue 17 00:00"
    assert "Your answer is stored." in front.submits(who, {"helping": 4}).body or front.hospital.ballots()
    for changed in ({pulse_settings.DAYS_OFF: ticked(*"0123456")}, {pulse_settings.LANGUAGE: chosen("xx")}):
        refused = json.loads(front.fills_in(who, FORM, OWN | changed).body)
        assert refused["response_action"] == "errors"


def test_a_message_that_is_late_waits_for_the_person_s_hours_and_is_not_sent_to_whoever_stopped_them(
    front: Front,
) -> None:
    night = front.hospital.opening + timedelta(hours=14)
    with front.hospital.sessions.begin() as session:
        fan_out = session.scalars(select(FanOut).where(FanOut.kind == "poll")).one()
        assert invitations.enqueue_invitations(session, fan_out, front.now)
        first, second = session.scalars(select(Delivery).where(Delivery.kind == "poll").limit(2))
        # The server was away from the morning on, and comes back at eleven at night.
        late = pulse_letters.ROUTES["poll"].rendered(session, first, night)
        assert late == WaitUntil(front.hospital.opening + timedelta(hours=23))
        assert isinstance(pulse_letters.ROUTES["poll"].rendered(session, first, late.due), Message)
        found = select(Member).where(Member.slack_user_id == second.target)
        session.scalars(found).one().pulse_messages = False
        assert pulse_letters.ROUTES["poll"].rendered(session, second, late.due) == Skip("not_wanted")


def test_whoever_stopped_the_messages_gets_none(front: Front) -> None:
    hospital = front.hospital
    front.fills_in(front.slack_id("Ward 7 1"), FORM, OWN)
    with hospital.sessions.begin() as session:
        fan_out = session.scalars(select(FanOut).where(FanOut.kind == "poll")).one()
        assert invitations.enqueue_invitations(session, fan_out, front.now)
        targets = set(session.scalars(select(Delivery.target).where(Delivery.kind == "poll")))
    assert front.slack_id("Ward 7 1") not in targets
    assert front.slack_id("Ward 7 2") in targets
