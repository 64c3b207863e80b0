"""What an admin settles, and what is asked because of it."""

import json
from datetime import time, timedelta

from sqlalchemy import select

from handlers.pulse import admin_view as view
from handlers.pulse import renderers as pulse_letters
from handlers.pulse import survey_view as pulse
from slackapp.core.i18n import voice
from slackapp.models import Ballot, Delivery, FanOut, Poll, Question, Workspace
from slackapp.outbox.rendered import Message
from slackapp.pulse import audience as invitations
from slackapp.pulse import question_rotation as asking
from slackapp.pulse import rounds
from slackapp.pulse import settings as governing
from slackapp.pulse.questions import NHS_FOUR, NHS_SOURCE, ROTATING
from slackapp.sandbox.blocks import problems, view_problems
from tests.pulse.forms import Element, chosen, shown, ticked, words
from tests.pulse.front import Front

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
        assert invitations.enqueue_invitations(session, asked, front.now)
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
        sent = pulse_letters.ROUTES["poll_test"].rendered(session, owed, front.now)
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
    # It speaks of the four above it, so the rotating one, here the second check-in's, comes after.
    assert seen.index(NHS_FOUR[-1].wording) < seen.index(NHS_SOURCE) < seen.index(ROTATING[1].wording)
    assert all(item.wording in seen for item in NHS_FOUR)
    assert "made time to really listen" not in seen


def test_the_contact_for_what_cannot_wait_is_named_beside_the_comment(front: Front) -> None:
    with front.hospital.sessions.begin() as session:
        session.get_one(Workspace, front.hospital.workspace_id).contact = "ring the site manager on 2222."
    front.presses(front.slack_id("Ward 7 1"), pulse.ANSWER)
    assert "ring the site manager on 2222." in words(shown(front))


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
