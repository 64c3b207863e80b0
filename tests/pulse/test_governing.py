"""What an admin settles, what staff are told of it, and what a person settles for themselves."""

import json
from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from sqlalchemy import select

from handlers import pulse_letters
from slackapp.actions import rights
from slackapp.errors import UserError
from slackapp.i18n import voice
from slackapp.letters import Later, Message, Nothing
from slackapp.models import Ballot, Delivery, FanOut, Member, Poll, Question, Team, Workspace
from slackapp.pulse import asking, governing, invitations, rounds, telling
from slackapp.pulse.governing import Thresholds
from slackapp.pulse.questions import NHS_FOUR, NHS_SOURCE
from slackapp.sandbox.blocks import problems, view_problems
from slackapp.views import admin_pulse as view
from slackapp.views import pulse, pulse_settings
from tests.pulse.conftest import Front, Hospital

Element = Mapping[str, object]


def chosen(value: str) -> Element:
    return {"type": "static_select", "selected_option": {"value": value}}


def ticked(*values: str) -> Element:
    return {"type": "checkboxes", "selected_options": [{"value": value} for value in values]}


FILLED: dict[str, Element] = {
    view.CADENCE: chosen("fortnightly"),
    view.WEEKDAY: chosen("1"),
    view.AT: {"type": "timepicker", "selected_time": "10:30"},
    view.DAYS_OPEN: chosen("14"),
    view.QUESTION_SET: chosen("nhs"),
    view.ROTATING: chosen("2"),
    view.COMMENTS: ticked("yes"),
    view.CONTACT: {"type": "plain_text_input", "value": "the site manager, extension 2222"},
    view.K: chosen("11"),
    view.FEWEST: chosen("11"),
    view.C: chosen("1"),
    view.PAUSE_FROM: {"type": "datepicker", "selected_date": "2026-12-21"},
    view.PAUSE_UNTIL: {"type": "datepicker", "selected_date": "2027-01-03"},
}


@pytest.fixture
def boss(front: Front) -> str:
    """Somebody who is an admin of the workspace."""
    with front.hospital.sessions.begin() as session:
        session.get_one(Member, front.hospital.people["Medicine leader"]).is_admin = True
    return front.slack_id("Medicine leader")


def shown(front: Front) -> dict[str, Any]:
    """The view that Slack was last asked for."""
    body = front.slack.calls[-1][1]
    found = json.loads(body)["view"] if body.startswith(b"{") else parse_qs(body.decode())["view"][0]
    view_shown: dict[str, Any] = json.loads(found) if isinstance(found, str) else found
    assert view_problems(view_shown) == []
    return view_shown


def words(what: object) -> str:
    return json.dumps(what, ensure_ascii=False)


def workspace(front: Front) -> Workspace:
    with front.hospital.sessions.read() as session:
        return session.get_one(Workspace, front.hospital.workspace_id)


def test_an_admin_settles_everything_in_one_form(front: Front, boss: str) -> None:
    front.types(boss, "/pulse", "admin")
    assert "The check-in is on." in words(shown(front))
    reply = json.loads(front.fills_in(boss, view.FORM, FILLED).body)
    assert "Saved." in words(reply)
    kept = workspace(front)
    assert (kept.pulse_cadence, kept.pulse_weekday, kept.pulse_time) == ("fortnightly", 1, time(10, 30))
    assert (kept.k, kept.c, kept.comment_threshold, kept.rotating_a_poll) == (11, 1, 11, 2)
    assert kept.contact == "the site manager, extension 2222"
    assert kept.pulse_pauses == [["2026-12-21", "2027-01-03"]]
    front.types(boss, "/pulse", "admin")
    assert "Monday 21 December 2026" in words(shown(front))


def test_one_press_raises_both_thresholds_to_the_eleven_of_many_nhs_organisations(
    front: Front, boss: str
) -> None:
    front.types(boss, "/pulse", "admin")
    (button,) = [
        one
        for block in shown(front)["blocks"]
        for one in block.get("elements", [])
        if one.get("action_id") == view.NHS
    ]
    assert "can't be lowered again" in words(button["confirm"])
    with front.hospital.sessions.begin() as session:
        session.get_one(Workspace, front.hospital.workspace_id).comment_threshold = 15
    front.presses(boss, view.NHS, view_id="V1")
    assert (workspace(front).k, workspace(front).c, workspace(front).comment_threshold) == (11, 1, 15)
    assert view.NHS not in words(shown(front)), "there is nothing left to raise"
    with front.hospital.sessions.read() as session:
        assert session.scalars(select(FanOut.kind).where(FanOut.kind == governing.RULES_CHANGED)).all()
    front.presses(front.slack_id("Ward 7 1"), view.NHS, view_id="V1")
    named = {
        f"{name}:11-1-15" if name in {view.K, view.FEWEST, view.C} else name: one
        for name, one in FILLED.items()
    }
    named[f"{view.FEWEST}:11-1-15"] = chosen("15")
    assert "Saved." in front.fills_in(boss, view.FORM, named).body


def test_an_admin_is_told_how_many_messages_reached_nobody_and_never_whose(front: Front, boss: str) -> None:
    front.types(boss, "/pulse", "admin")
    assert "Messages of the check-in" not in words(shown(front))
    with front.hospital.sessions.begin() as session:
        asked = session.scalars(select(FanOut).where(FanOut.kind == "poll")).one()
        assert invitations.expand(session, asked, front.now)
        owed = session.scalars(select(Delivery).where(Delivery.kind == "poll").order_by(Delivery.key)).all()
        for one, state in zip(owed, ("expired", "expired", "dead"), strict=False):
            one.state = state
    front.types(boss, "/pulse", "admin")
    told = words(shown(front))
    assert "Messages of the check-in that opened on Monday 2 November: 2 were not sent" in told
    assert "1 was refused by Slack." in told
    assert not any(one.target in told for one in owed)


REFUSED: list[tuple[dict[str, Element], str]] = [
    ({view.K: chosen("4")}, "never lowered"),
    ({view.C: chosen("0")}, "never lowered"),
    ({view.K: chosen("99")}, "not one of the choices"),
    ({view.CADENCE: chosen("hourly")}, "not one of the choices"),
    ({view.AT: {"selected_time": "late"}}, "not one of the choices"),
    ({view.CADENCE: chosen("weekly")}, "one week at most"),
    ({view.PAUSE_UNTIL: {"selected_date": None}}, "both the first and the last day"),
    ({view.PAUSE_UNTIL: {"selected_date": "2026-12-01"}}, "can't come before its first"),
]


def test_what_makes_no_sense_is_refused_beside_the_form_and_nothing_is_stored(
    front: Front, boss: str
) -> None:
    for changed, refusal in REFUSED:
        reply = json.loads(front.fills_in(boss, view.FORM, FILLED | changed).body)
        assert reply["response_action"] == "errors", changed
        assert refusal in words(reply), changed
        assert (workspace(front).k, workspace(front).pulse_weekday) == (5, 0), changed


def test_nobody_but_an_admin_can_settle_anything(front: Front) -> None:
    nurse = front.slack_id("Ward 7 1")
    assert "Only an admin" in front.fills_in(nurse, view.FORM, FILLED).body
    assert "Only an admin" in front.types(nurse, "/pulse", "admin").body
    for action in (view.GO_LIVE, view.STOP, view.PREVIEW, view.TEST, view.QUESTIONS, view.RETIRE):
        front.slack.calls.clear()
        front.presses(nurse, action, view_id="V1")
        assert "Only an admin" in words([json.loads(json.dumps(str(call))) for call in front.slack.calls])
    assert workspace(front).pulse_on is True
    assert workspace(front).k == 5


def test_before_go_live_nothing_opens_and_afterwards_the_next_opening_does(front: Front, boss: str) -> None:
    hospital = front.hospital
    front.presses(boss, view.STOP, view_id="V1")
    assert "The check-in is off." in words(shown(front))
    assert rounds.open_due(hospital.sessions, hospital.keys, hospital.workspace_id, hospital.close_at) is None
    front.now = hospital.close_at + timedelta(days=3)
    front.presses(boss, view.GO_LIVE, view_id="V1")
    assert workspace(front).pulse_since == front.now
    next_monday = hospital.close_at + timedelta(days=7)
    assert hospital.open(next_monday) == hospital.poll_id
    with hospital.sessions.read() as session:
        assert session.get_one(Poll, hospital.poll_id).opens_at == next_monday


def test_every_message_can_be_looked_at_beforehand(front: Front, boss: str) -> None:
    front.presses(boss, view.PREVIEW, view_id="V1")
    seen = words(shown(front))
    for sentence in (
        "How were your last few shifts?",
        "Nothing has been recorded yet.",
        "The check-in is open until",
        "This check-in was lost",
        "Check-in results are now shown only for groups of 5 or more",
        "find a second pair of hands until eight",
        "Medicine leader leads Hospital now",
    ):
        assert sentence in seen
    assert "actions" not in {block["type"] for block in shown(front)["blocks"]}


def test_a_test_reaches_the_admin_alone_and_stores_nothing(front: Front, boss: str) -> None:
    hospital = front.hospital
    front.presses(boss, view.TEST, view_id="V1")
    with hospital.sessions.read() as session:
        (owed,) = session.scalars(select(Delivery).where(Delivery.kind == "poll_test"))
        sent = pulse_letters.RENDERERS["poll_test"](session, owed, front.now)
    assert owed.target == boss
    assert isinstance(sent, Message)
    assert problems(sent.blocks, surface="message") == []
    assert "This is a test" in sent.text
    front.presses(boss, view.ANSWER_TEST, value="test")
    modal = shown(front)
    assert "This is a test. Nothing is stored." in words(modal)
    answered = front.sends(
        front.submission(
            boss, {"helping": 5}, "tried out", callback_id=view.TEST_SUBMIT, private_metadata="test"
        )
    )
    assert "Nothing was stored." in answered.body
    with hospital.sessions.read() as session:
        assert session.scalars(select(Ballot)).all() == []


def test_everybody_in_a_team_is_told_once_when_a_threshold_rises(front: Front) -> None:
    hospital = front.hospital
    with hospital.sessions.begin() as session:
        here = session.get_one(Workspace, hospital.workspace_id)
        assert governing.tighten(session, here, Thresholds(8, 1, 8)) is True
        assert governing.tighten(session, here, Thresholds(8, 1, 8)) is False
        with pytest.raises(UserError):
            governing.tighten(session, here, Thresholds(7, 1, 8))
        (asked,) = session.scalars(select(FanOut).where(FanOut.kind == governing.RULES_CHANGED))
        while not telling.expand_rules(session, asked, front.now, chunk=4):
            pass
        owed = session.scalars(select(Delivery).where(Delivery.kind == governing.RULES_CHANGED)).all()
        # Nine in the ward and its leader; whoever leads the top belongs to no team.
        assert len({one.target for one in owed}) == len(owed) == 10
        sent = pulse_letters.RENDERERS[governing.RULES_CHANGED](session, owed[0], front.now)
        assert isinstance(sent, Message)
        assert "groups of 8 or more" in sent.text
    hospital.open(hospital.close_at)
    with hospital.sessions.read() as session:
        assert session.get_one(Poll, hospital.poll_id).k == 8


def test_a_team_is_told_who_leads_it_now(front: Front) -> None:
    hospital = front.hospital
    with hospital.sessions.begin() as session:
        team = session.get_one(Team, hospital.teams["Ward 7"])
        here = session.get_one(Workspace, hospital.workspace_id)
        telling.owe_new_leader(session, here, team, front.now)
        (asked,) = session.scalars(select(FanOut).where(FanOut.kind == telling.NEW_LEADER))
        assert telling.expand_leader(session, asked, front.now) is True
        owed = session.scalars(select(Delivery).where(Delivery.kind == telling.NEW_LEADER)).all()
        assert len(owed) == 9
        sent = pulse_letters.RENDERERS[telling.NEW_LEADER](session, owed[0], front.now)
        assert isinstance(sent, Message)
        assert "Ward 7 leader leads Ward 7 now" in sent.text


def test_a_change_of_leader_is_noticed_and_told_once(front: Front) -> None:
    hospital = front.hospital
    with hospital.sessions.begin() as session:
        here = session.get_one(Workspace, hospital.workspace_id)
        assert rights.notice(session, here, front.now) == []
        session.get_one(Team, hospital.teams["Ward 7"]).leader_id = hospital.people["Ward 7 3"]
        session.flush()
        for _ in range(2):
            rights.notice(session, here, front.now)
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
        sent = [pulse_letters.RENDERERS[telling.REMINDER](session, one, one.due) for one in owed]
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
        sent = {one.target: pulse_letters.RENDERERS[telling.REMINDER](session, one, one.due) for one in owed}
    both, english = sent["C1WARD "], sent["C1THEAT"]
    assert isinstance(both, Message)
    assert isinstance(english, Message)
    assert both.text.splitlines()[1:] == [english.text]
    assert "Mae'r holiadur ar agor tan" in both.text.splitlines()[0]
    assert problems(both.blocks, surface="message") == []


def test_own_questions_are_asked_in_their_turn_and_kept_when_retired(front: Front, boss: str) -> None:
    hospital = front.hospital
    for wording in ("Handover starts on time.", "I know who is in charge."):
        answered = front.fills_in(boss, view.QUESTION_FORM, {view.WORDING: {"value": f"  {wording} "}})
        assert (
            wording in json.loads(answered.body)["view"]["blocks"][0]["text"]["text"]
            or wording in answered.body
        )
    assert "the person leading my team ..." in answered.body, "the four are the ends of a sentence"
    assert (
        "on the list already"
        in front.fills_in(
            boss, view.QUESTION_FORM, {view.WORDING: {"value": "Handover starts on time."}}
        ).body
    )
    with hospital.sessions.read() as session:
        first, second = session.scalars(select(Question).order_by(Question.place))
    front.presses(boss, view.MOVE_UP, view_id="V1", value=second.id)
    hospital.open(hospital.close_at)
    front.now = hospital.close_at + timedelta(hours=1)
    front.presses(front.slack_id("Ward 7 1"), pulse.ANSWER)
    assert "I know who is in charge." in words(shown(front))
    front.presses(boss, view.RETIRE, view_id="V1", value=second.id)
    front.presses(front.slack_id("Ward 7 1"), pulse.ANSWER)
    assert "I know who is in charge." in words(shown(front)), "a round keeps what it asked"
    key = asking.key_of(second)
    scored = {"type": "radio_buttons", "selected_option": {"value": "4"}}
    for number in range(1, 7):
        payload = front.submission(front.slack_id(f"Ward 7 {number}"), {"helping": 3}, None)
        payload["view"]["state"]["values"][key] = {pulse.CHOICE: scored}  # type: ignore[index]
        payload["view"]["state"]["values"]["own_of_nobody"] = {pulse.CHOICE: scored}  # type: ignore[index]
        assert "Your answer is stored." in front.sends(payload).body
    hospital.close()
    assert ("Ward 7", key) in hospital.results()
    assert {item for _, item in hospital.results()} == {"helping", key}
    with hospital.sessions.read() as session:
        here = session.get_one(Workspace, hospital.workspace_id)
        assert [one.wording for one in asking.own(session, here)] == ["Handover starts on time."]
        assert first.wording == "Handover starts on time."


def test_the_staff_survey_s_wording_comes_with_its_source(front: Front) -> None:
    hospital = front.hospital
    with hospital.sessions.begin() as session:
        session.get_one(Workspace, hospital.workspace_id).question_set = "nhs"
    hospital.open(hospital.close_at)
    front.now = hospital.close_at + timedelta(hours=1)
    front.presses(front.slack_id("Ward 7 1"), pulse.ANSWER)
    seen = words(shown(front))
    assert NHS_SOURCE in seen
    assert all(item.wording in seen for item in NHS_FOUR)
    assert "made time to really listen" not in seen


def test_the_contact_for_what_cannot_wait_is_named_beside_the_comment(front: Front) -> None:
    with front.hospital.sessions.begin() as session:
        session.get_one(Workspace, front.hospital.workspace_id).contact = "ring the site manager on 2222."
    front.presses(front.slack_id("Ward 7 1"), pulse.ANSWER)
    assert "ring the site manager on 2222." in words(shown(front))


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
    reply = front.fills_in(who, pulse_settings.FORM, OWN)
    assert json.loads(reply.body)["response_action"] == "update"
    with front.hospital.sessions.read() as session:
        kept = session.get_one(Member, front.hospital.people["Ward 7 1"])
        assert (kept.pulse_messages, kept.language, kept.days_off) == (False, "cy", 0b1000001)
        assert (kept.quiet_from, kept.quiet_until) == (time(8), time(16))
        assert (kept.away_from, kept.away_until) == (date(2026, 11, 9), date(2026, 11, 15))
        here = session.get_one(Workspace, front.hospital.workspace_id)
        # Leave ends on a Sunday, and the Monday is a day off.
        first = telling.allowed(kept, here, front.hospital.close_at)
        assert f"{first:%a %d %H:%M}" == "Tue 17 00:00"
    assert "Your answer is stored." in front.submits(who, {"helping": 4}).body or front.hospital.ballots()
    for changed in ({pulse_settings.DAYS_OFF: ticked(*"0123456")}, {pulse_settings.LANGUAGE: chosen("xx")}):
        refused = json.loads(front.fills_in(who, pulse_settings.FORM, OWN | changed).body)
        assert refused["response_action"] == "errors"


def test_a_message_that_is_late_waits_for_the_person_s_hours_and_is_not_sent_to_whoever_stopped_them(
    front: Front,
) -> None:
    night = front.hospital.opening + timedelta(hours=14)
    with front.hospital.sessions.begin() as session:
        fan_out = session.scalars(select(FanOut).where(FanOut.kind == "poll")).one()
        assert invitations.expand(session, fan_out, front.now)
        first, second = session.scalars(select(Delivery).where(Delivery.kind == "poll").limit(2))
        # The server was away from the morning on, and comes back at eleven at night.
        late = pulse_letters.RENDERERS["poll"](session, first, night)
        assert late == Later(front.hospital.opening + timedelta(hours=23))
        assert isinstance(pulse_letters.RENDERERS["poll"](session, first, late.due), Message)
        found = select(Member).where(Member.slack_user_id == second.target)
        session.scalars(found).one().pulse_messages = False
        assert pulse_letters.RENDERERS["poll"](session, second, late.due) == Nothing("not_wanted")


def test_whoever_stopped_the_messages_gets_none(front: Front) -> None:
    hospital = front.hospital
    front.fills_in(front.slack_id("Ward 7 1"), pulse_settings.FORM, OWN)
    with hospital.sessions.begin() as session:
        fan_out = session.scalars(select(FanOut).where(FanOut.kind == "poll")).one()
        assert invitations.expand(session, fan_out, front.now)
        targets = set(session.scalars(select(Delivery.target).where(Delivery.kind == "poll")))
    assert front.slack_id("Ward 7 1") not in targets
    assert front.slack_id("Ward 7 2") in targets


def test_the_admin_s_and_the_person_s_forms_fit_slack_whatever_is_settled() -> None:
    extreme = Workspace(
        name="H" * 200,
        pulse_cadence="monthly",
        pulse_weekday=6,
        pulse_time=time(23, 59),
        pulse_days_open=14,
        pulse_pauses=[["2026-12-21", "2027-01-03"]] * 12,
        question_set="nhs",
        rotating_a_poll=3,
        contact="c" * 300,
        comments_on=True,
        k=30,
        c=2,
        comment_threshold=30,
        pulse_on=False,
    )
    assert view_problems(view.form(voice(), extreme)) == []
    many = [Question(id=f"{number:024}", wording="W" * 120, place=number) for number in range(20)]
    assert view_problems(view.questions(voice(), many, NHS_FOUR)) == []
