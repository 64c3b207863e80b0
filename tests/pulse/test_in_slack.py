"""What Slack is told, and that it is the same whatever somebody answered."""

import json
from datetime import timedelta
from typing import Any

import pytest
from slack_bolt import Ack, App
from sqlalchemy import inspect, text

import handlers
from handlers.pulse import anonymity_view as anonymity
from handlers.pulse import renderers as pulse_letters
from handlers.pulse import survey_view as pulse
from handlers.shared.context import Context
from slackapp.core import confidentiality as guard
from slackapp.core.i18n import voice
from slackapp.models import Delivery, Inbound, Member, Workspace
from slackapp.outbox.rendered import Message, Skip
from slackapp.pulse import comment_warnings as cautions
from slackapp.pulse import rounds
from slackapp.pulse.audience import Group
from slackapp.pulse.ballots import CANT_SAY, SealedBallot, open_box
from slackapp.pulse.charter import Reader
from slackapp.pulse.questions import FOUR
from slackapp.sandbox.blocks import problems, view_problems
from tests.pulse.forms import shown, words
from tests.pulse.front import Front, Slack
from tests.pulse.hospital import Hospital

LONG = "\N{HONEYBEE}" * 500


def all_four(score: int) -> dict[str, int]:
    return {item.key: score for item in FOUR}


def whole_visit(front: Front, who: str, scores: dict[str, int], comment: str | None) -> list[tuple[Any, Any]]:
    """Everything that leaves the app while somebody opens, answers, looks again and withdraws."""
    front.slack.calls.clear()
    replies = [
        front.presses(who, pulse.ANSWER),
        front.submits(who, scores, comment),
        front.presses(who, pulse.ANSWER),
        front.presses(who, pulse.ABOUT),
        front.presses(who, pulse.WITHDRAW, view_id="V1CHECKIN0"),
        front.types(who, "/pulse"),
    ]
    assert [reply.status for reply in replies] == [200] * 6
    return [(reply.status, reply.body) for reply in replies] + list(front.slack.calls)


def test_what_leaves_the_app_is_the_same_for_every_answer(front: Front) -> None:
    who = front.slack_id("Ward 7 1")
    visits = [
        whole_visit(front, who, all_four(score), comment)
        for score in (1, 2, 3, 4, 5, CANT_SAY)
        for comment in (None, "short", LONG)
    ]
    # Bolt asks Slack once who it is; from the second visit on nothing may differ.
    assert [call[0] for call in visits[0] if call[0] == "/api/auth.test"] == ["/api/auth.test"]
    visits[0] = [call for call in visits[0] if call[0] != "/api/auth.test"]
    assert len(visits[0]) == 11
    assert [place for place, visit in enumerate(visits) if visit != visits[0]] == []


def echoing(bolt: App, _: Context) -> None:
    """The naive twin: it thanks people by telling them what they said."""

    def answered(ack: Ack, view: dict[str, object]) -> None:
        chosen = view["state"]["values"]["helping"][pulse.CHOICE]["selected_option"]["value"]  # type: ignore[index]
        ack(response_action="update", view=pulse.notice(voice(), f"You answered {chosen}."))

    bolt.view(pulse.SUBMIT)(answered)


def test_an_echo_of_the_answer_would_be_seen(front: Front, hospital: Hospital, slack: Slack) -> None:
    twin = Front(hospital, slack, echoing)
    who = front.slack_id("Ward 7 1")
    replies = [twin.submits(who, all_four(score)).body for score in (1, 5)]
    assert replies[0] != replies[1]


def test_an_answer_is_stored_as_given_and_nothing_else_is(front: Front, hospital: Hospital) -> None:
    who = front.slack_id("Ward 7 1")
    before = rows(hospital)
    reply = front.submits(who, {"attending": 5, "helping": CANT_SAY}, " a  comment ")
    assert "Your answer is stored." in words(json.loads(reply.body))
    after = rows(hospital)
    assert {table for table in after if after[table] != before[table]} == {"ballot"}
    ((receipt, box),) = hospital.ballots()
    said = open_box(hospital.secret(), hospital.poll_id, SealedBallot(receipt, box))
    assert (dict(said.scores), said.comment) == ({"attending": 5, "helping": CANT_SAY}, "a  comment")
    assert Inbound.__tablename__ in after
    front.presses(who, pulse.WITHDRAW, view_id="V1CHECKIN0")
    assert rows(hospital) == before


def rows(hospital: Hospital) -> dict[str, list[str]]:
    with hospital.sessions.read() as session:
        names = inspect(session.connection()).get_table_names()
        return {name: sorted(map(str, session.execute(text(f'SELECT * FROM "{name}"')))) for name in names}  # noqa: S608


def test_the_modal_asks_four_and_one_with_nothing_chosen_and_the_promise_unaltered(front: Front) -> None:
    front.presses(front.slack_id("Ward 7 1"), pulse.ANSWER)
    view = shown(front)
    asked = [block for block in view["blocks"] if block["type"] == "input"]
    assert len(asked) == 7
    for block in asked[:5]:
        assert block["optional"] is True
        assert len(block["element"]["options"]) == 6
        assert "initial_option" not in block["element"]
    assert asked[5]["element"]["max_length"] == 500
    assert anonymity.PRIVACY.format(k=5) in words(view)
    assert "Counted with Ward 7 (9 people). If fewer than 5 answer, with Medicine." in words(view)
    assert view["private_metadata"] == front.hospital.poll_id


def test_a_leader_s_answer_joins_the_parent(front: Front) -> None:
    front.presses(front.slack_id("Ward 7 leader"), pulse.ANSWER)
    text = words(shown(front))
    # A group of one, joined by others, is not told that nothing will be shown.
    assert "Counted with Medicine (1 person) and with teams below it that are too small" in text
    assert "If fewer than 5 answer together, nothing is shown." in text


def test_how_it_stays_anonymous_names_the_rules_and_the_group(front: Front) -> None:
    front.presses(front.slack_id("Ward 7 1"), pulse.ABOUT)
    view = shown(front)
    assert "at least 5 people answered" in words(view)
    mention = f"<@{front.slack_id('Ward 7 9')}>"
    assert mention in words(view)
    front.now += timedelta(days=30)
    front.presses(front.slack_id("Ward 7 1"), pulse.ABOUT)
    assert anonymity.PRIVACY.format(k=5) in words(shown(front))
    assert mention not in words(shown(front))


@pytest.mark.parametrize(
    ("name", "later", "sentence"),
    [
        ("Ward 7 1", timedelta(days=8), "This check-in has closed."),
        ("Medicine leader", timedelta(), "This check-in is for another team. None asks you"),
    ],
)
def test_closed_and_not_yours_are_kind_sentences(
    front: Front, name: str, later: timedelta, sentence: str
) -> None:
    front.now += later
    who = front.slack_id(name)
    front.presses(who, pulse.ANSWER)
    assert sentence in words(shown(front))
    front.presses(who, pulse.WITHDRAW, view_id="V1CHECKIN0")
    assert sentence in words(shown(front))
    reply = front.submits(who, all_four(4))
    assert sentence in reply.body
    assert front.hospital.ballots() == []


def test_late_joiners_and_leavers_stand_as_they_did_when_it_opened(front: Front, hospital: Hospital) -> None:
    with hospital.sessions.begin() as session:
        newcomer = Member(
            workspace_id=hospital.workspace_id,
            slack_user_id="U1NEWCOMER",
            name="New",
            team_id=hospital.teams["Ward 7"],
        )
        session.add(newcomer)
        session.get_one(Member, hospital.people["Ward 7 2"]).team_id = None
    front.presses("U1NEWCOMER", pulse.ANSWER)
    assert "before you came" in words(shown(front))
    assert "before you came" in front.submits("U1NEWCOMER", all_four(5)).body
    # Whoever has left the team since then still answers where they were asked.
    assert "Your answer is stored." in front.submits(front.slack_id("Ward 7 2"), all_four(5)).body
    assert len(hospital.ballots()) == 1
    hospital.open(hospital.close_at)
    front.now = hospital.close_at + timedelta(hours=1)
    assert "Your answer is stored." in front.submits("U1NEWCOMER", all_four(5)).body


def test_another_workspace_s_check_in_is_nobody_else_s(front: Front, hospital: Hospital) -> None:
    ours = hospital.poll_id
    with hospital.sessions.begin() as session:
        there = Workspace(slack_team_id="T1ELSEWHERE", name="Elsewhere", pulse_on=True)
        there.pulse_since = hospital.opening - timedelta(days=1)
        session.add(there)
    theirs = rounds.open_due(hospital.sessions, hospital.keys, there.id, hospital.opening)
    assert theirs not in {None, ours}
    hospital.poll_id = str(theirs)
    who = front.slack_id("Ward 7 1")
    front.presses(who, pulse.ANSWER)
    assert "This check-in is for another team." in words(shown(front))
    assert "This check-in is for another team." in front.submits(who, all_four(5)).body
    front.presses(who, pulse.WITHDRAW, view_id="V1CHECKIN0")
    assert "This check-in is for another team." in words(shown(front))
    assert hospital.ballots() == []


def test_who_leads_the_top_team_and_stands_in_it_is_promised_no_check_in(front: Front) -> None:
    with front.hospital.sessions.begin() as session:
        leader = session.get_one(Member, front.hospital.people["Medicine leader"])
        leader.team_id = front.hospital.teams["Medicine"]
    front.types(front.slack_id("Medicine leader"), "/pulse")
    assert "None asks you" in words(shown(front))
    assert "The next one asks you." not in words(shown(front))


def test_a_lost_check_in_says_so(front: Front) -> None:
    front.hospital.keys.destroy(front.hospital.poll_id)
    rounds.recover(front.hospital.sessions, front.hospital.keys, front.now)
    front.presses(front.slack_id("Ward 7 1"), pulse.ANSWER)
    assert "This check-in was lost, so no answer can be read. The next will work." in words(shown(front))


def test_the_command_opens_the_same_modal_or_says_that_there_is_none(front: Front) -> None:
    who = front.slack_id("Ward 7 1")
    front.presses(who, pulse.ANSWER)
    by_button = shown(front)
    front.types(who, "/pulse")
    assert shown(front) == by_button
    front.now += timedelta(days=8)
    front.types(who, "/pulse")
    assert "There is no check-in open just now." in words(shown(front))


def test_too_long_a_comment_is_refused_beside_its_field(front: Front) -> None:
    reply = json.loads(front.submits(front.slack_id("Ward 7 1"), all_four(4), "x" * 501).body)
    assert reply["response_action"] == "errors"
    assert list(reply["errors"]) == [pulse.COMMENT]
    assert front.hospital.ballots() == []


TELLING = {
    "Ward 7 leader never listens": "it names somebody around you",
    "As the only man on nights I am always asked": "it says what is true of you alone",
    "It went wrong on Tuesday": "it says when something happened",
    "Read https://example.org/rota": "it has a link",
    "We were 14 short": "it has a number",
    "Bed 4 was left waiting": "it may point to a patient",
}


def test_a_comment_that_may_give_somebody_away_is_stored_only_when_they_are_sure(front: Front) -> None:
    who = front.slack_id("Ward 7 1")
    for comment, reason in TELLING.items():
        reply = json.loads(front.submits(who, all_four(4), comment).body)
        assert reply["response_action"] == "errors", comment
        assert reason in reply["errors"][pulse.COMMENT], (comment, reply)
    assert front.hospital.ballots() == []
    sure = front.submission(who, all_four(4), "It went wrong on Tuesday")
    sure["view"]["state"]["values"][pulse.SURE] = {pulse.SURE: {"selected_options": [{"value": "yes"}]}}  # type: ignore[index]
    assert "Your answer is stored." in front.sends(sure).body
    sure["view"]["state"]["values"][pulse.COMMENT][pulse.COMMENT]["value"] = "Ask 943 476 5919 about it"  # type: ignore[index]
    assert "can't be stored" in front.sends(sure).body
    assert (
        "Your answer is stored." in front.submits(who, all_four(4), "More tea, and a clock that works.").body
    )


@pytest.mark.parametrize("on_the_profile", ["sarah jones", "SARAH JONES", "Sarah Jones", "Jo Sarah-Li"])
def test_a_name_is_noticed_however_it_stands_on_the_profile(on_the_profile: str) -> None:
    watch = guard.standard()
    for written in ("Sarah never listens.", "SARAH never listens.", "Ask Sarah’s opinion"):  # noqa: RUF001 - telephones type it
        assert cautions.warnings_for(written, [on_the_profile], watch) == (cautions.CommentWarning.NAME,), (
            written
        )
    assert cautions.warnings_for("Jo and Li never listen", ["Jo Brown"], watch) == (
        cautions.CommentWarning.NAME,
    )
    # Siân with its accent as a sign of its own, as some keyboards write it.
    assert cautions.warnings_for("Sia\u0302n never listens", ["Si\u00e2n Owen"], watch) == (
        cautions.CommentWarning.NAME,
    )
    assert cautions.warnings_for("It will do, and may be enough.", ["Will May"], watch) == ()


def test_a_value_that_no_option_has_is_not_stored(front: Front) -> None:
    front.submits(front.slack_id("Ward 7 1"), all_four(99) | {"helping": 4})
    ((receipt, box),) = front.hospital.ballots()
    said = open_box(front.hospital.secret(), front.hospital.poll_id, SealedBallot(receipt, box))
    assert dict(said.scores) == {"helping": 4}


def test_a_blank_form_is_not_stored_and_says_so_beside_its_first_question(front: Front) -> None:
    who = front.slack_id("Ward 7 1")
    assert "Your answer is stored." in front.submits(who, all_four(5), "More tea").body
    before = rows(front.hospital)
    for scores in ({}, all_four(99)):
        reply = json.loads(front.submits(who, scores).body)
        assert reply == {
            "response_action": "errors",
            "errors": {"attending": "Choose at least one answer, or close."},
        }
    assert rows(front.hospital) == before
    # Words alone are an answer.
    assert "Your answer is stored." in front.submits(front.slack_id("Ward 7 2"), {}, "More tea").body
    assert len(front.hospital.ballots()) == 2


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "en",
            "To change your answer before Monday 9 November, 09:00, answer all five again. ",
        ),
        (
            "cy",
            "I newid eich ateb cyn dydd Llun 9 Tachwedd, 09:00, atebwch y pum cwestiwn eto. ",
        ),
    ],
)
def test_once_it_is_stored_people_read_that_a_change_means_all_five_again(
    hospital: Hospital, slack: Slack, language: str, sentence: str
) -> None:
    hospital.build({"Ward 7": 9}, comments_on=True)
    with hospital.sessions.begin() as session:
        session.get_one(Member, hospital.people["Ward 7 1"]).language = language
    hospital.open()
    front = Front(hospital, slack, handlers.register)
    who = front.slack_id("Ward 7 1")
    assert sentence in words(json.loads(front.submits(who, all_four(5)).body))
    # It is so: what was answered before and left blank now is gone.
    front.submits(who, {"helping": 2})
    ((receipt, box),) = front.hospital.ballots()
    said = open_box(front.hospital.secret(), front.hospital.poll_id, SealedBallot(receipt, box))
    assert dict(said.scores) == {"helping": 2}


def test_a_poll_id_that_is_none_is_answered_like_a_closed_one(front: Front) -> None:
    front.hospital.poll_id = "../keys/identity"
    front.presses(front.slack_id("Ward 7 1"), pulse.ANSWER)
    assert "This check-in has closed." in words(shown(front))
    assert "This check-in has closed." in front.submits(front.slack_id("Ward 7 1"), all_four(4)).body


def test_the_message_names_the_close_and_goes_only_while_the_poll_is_open(front: Front) -> None:
    hospital = front.hospital
    with hospital.sessions.begin() as session:
        member = session.get_one(Member, hospital.people["Ward 7 1"])
        workspace = session.get_one(Workspace, hospital.workspace_id)
        delivery = Delivery(
            workspace_id=workspace.id, target=member.slack_user_id, kind="poll", reference=hospital.poll_id
        )
        sent = pulse_letters.ROUTES["poll"].rendered(session, delivery, front.now)
        assert isinstance(sent, Message)
        assert problems(sent.blocks, surface="message") == []
        assert "Open until Monday 9 November, 09:00." in sent.text
        assert "Nothing has been recorded yet." not in words(sent.blocks)
        late = pulse_letters.ROUTES["poll"].rendered(session, delivery, front.now + timedelta(days=8))
        assert isinstance(late, Skip)
    for weeks, is_told in ((1, False), (2, True)):
        opening = hospital.opening + timedelta(weeks=weeks)
        hospital.open(opening)
        with hospital.sessions.read() as session:
            delivery.reference = hospital.poll_id
            sent = pulse_letters.ROUTES["poll"].rendered(session, delivery, opening)
            assert isinstance(sent, Message)
            assert ("Nothing has been recorded yet." in words(sent.blocks)) is is_told


def test_a_ward_with_many_long_names_still_fits_the_modal() -> None:
    group = Group("W" * 150, 400, 5, "D" * 150)
    names = tuple(f"{'N' * 60} {number}" for number in range(400))
    readers = tuple(Reader("L" * 80, "W" * 150) for _ in range(30))
    view = anonymity.about(voice(), 5, anonymity.Company(group, names, readers))
    assert view_problems(view) == []
