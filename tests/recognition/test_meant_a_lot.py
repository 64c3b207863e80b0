"""[That meant a lot]: one press, which only the giver hears of, once."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from slackapp.core.errors import UserError
from slackapp.core.i18n import voice
from slackapp.models import Delivery, Recipient, Sharing
from slackapp.recognition import edit, give, meant_a_lot, sharing
from slackapp.recognition.notifications import Kind
from tests.support.practice import Practice
from tests.support.recognition_ward import NOON, RecognitionWard

WORDS = "Stayed after the shift to find us a bed, and until the family had come and gone again"
BEGINNING = "Stayed after the shift to find us a bed, and until the fami"


def test_one_press_tells_the_giver_once_and_the_button_goes(practice: Practice) -> None:
    practice.nurse.types(f"/appreciate @col helping {WORDS}")
    practice.colleague.sees(WORDS)
    practice.colleague.presses("That meant a lot")
    seen = practice.colleague.sees("You told @Nia Nurse that it meant a lot.")
    assert [control["label"] for control in seen["messages"][-1]["controls"]] == ["More actions"]
    to_giver = practice.nurse.sees("@Col League says that your thank-you meant a lot.")["messages"][-1]
    assert to_giver["text"].endswith(f"{BEGINNING}…")
    assert to_giver["controls"] == []
    for screen in (practice.third.screen(practice.ward.channel), practice.colleague.screen("home")):
        assert "meant a lot" not in screen.texts
    assert len(told(practice)) == 1


def test_what_is_taken_back_or_changed_is_so_in_that_message_too(practice: Practice) -> None:
    practice.nurse.types(f"/appreciate @col helping {WORDS}")
    practice.colleague.sees(WORDS)
    practice.colleague.presses("That meant a lot")
    practice.nurse.sees("says that your thank-you meant a lot.")
    practice.nurse.types("/appreciate edit")
    practice.nurse.waits(lambda seen: seen["modal"] is not None)
    practice.nurse.fills("What did they do, and what became easier?", "You found the notes before the round")
    practice.nurse.submits()
    practice.nurse.does("dismiss")
    practice.nurse.waits(lambda seen: "found the notes" in seen["messages"][-1]["text"])
    practice.nurse.types("/appreciate undo")
    practice.nurse.sees("Taken back.")
    practice.nurse.waits(lambda seen: "You have already taken this one back." in seen.texts)
    lasting = [each for each in practice.nurse.screen()["messages"] if not each["ephemeral"]]
    assert [each["text"] for each in lasting] == ["You have already taken this one back."]


def test_of_several_nobody_is_named_and_a_day_brings_one_message(ward: RecognitionWard) -> None:
    recognition_id = ward.give(ward.draft(ward.colleague, ward.third, ward.leader))
    for receiver, days in ((ward.colleague, 0), (ward.third, 0), (ward.leader, 1)):
        press(ward, recognition_id, receiver, days=days)
        press(ward, recognition_id, receiver, days=days)
    rows = [row for row in ward.rows(Delivery) if row.kind == Kind.MEANT_A_LOT]
    assert [row.target for row in rows] == [ward.nurse] * 2
    assert len({row.key for row in rows}) == 2
    assert {row.meant_a_lot for row in ward.rows(Recipient)} == {True}


def test_several_are_told_of_without_a_name(practice: Practice) -> None:
    practice.nurse.types(f"/appreciate @col @theo helping {WORDS}")
    practice.colleague.sees(WORDS)
    practice.colleague.presses("That meant a lot")
    text = practice.nurse.sees("Somebody you thanked says that your thank-you meant a lot.")["messages"][-1]
    assert "@Col" not in text["text"]


def test_whoever_found_it_unkind_or_did_not_get_it_tells_nobody(ward: RecognitionWard) -> None:
    recognition_id = ward.give(ward.draft(ward.colleague))
    with pytest.raises(UserError):
        press(ward, recognition_id, ward.third)
    with ward.database.begin() as session:
        workspace = ward.workspace(session)
        recipient = sharing.lock_recipient(session, workspace, recognition_id, ward.colleague)
        sharing.report(session, workspace, recipient, now=NOON)
        assert recipient.sharing == Sharing.REPORTED
    with pytest.raises(UserError):
        press(ward, recognition_id, ward.colleague)
    assert ward.rows(Recipient)[0].meant_a_lot is False
    assert [row for row in ward.rows(Delivery) if row.kind == Kind.MEANT_A_LOT] == []


def test_what_was_taken_back_has_nothing_to_press(ward: RecognitionWard) -> None:
    recognition_id = ward.give(ward.draft(ward.colleague))
    press(ward, recognition_id, ward.colleague)
    with ward.database.begin() as session:
        occasion = give.GiveContext(ward.nurse, "", NOON)
        edit.undo(session, ward.workspace(session), recognition_id, occasion)
    states = {row.kind: row.state for row in ward.rows(Delivery)}
    assert states[Kind.MEANT_A_LOT] == "expired", "what waits is not sent"
    with pytest.raises(UserError):
        press(ward, recognition_id, ward.colleague)


def test_a_giver_who_has_left_is_not_said_to_have_been_told(ward: RecognitionWard) -> None:
    recognition_id = ward.give(ward.draft(ward.colleague))
    with ward.database.begin() as session:
        ward.person(session, ward.nurse).left = True
    with pytest.raises(UserError) as refused:
        press(ward, recognition_id, ward.colleague)
    assert "has left" in refused.value.words(voice())
    assert ward.rows(Recipient)[0].meant_a_lot is False


def press(ward: RecognitionWard, recognition_id: str, receiver: str, *, days: int = 0) -> None:
    with ward.database.begin() as session:
        workspace = ward.workspace(session)
        recipient = sharing.lock_recipient(session, workspace, recognition_id, receiver)
        meant_a_lot.tell_giver(session, workspace, recipient, now=NOON + timedelta(days=days))


def told(practice: Practice) -> list[str]:
    """The messages to the giver, as they are stored; none says when the button was pressed."""
    with practice.ward.database.read() as session:
        rows = session.scalars(select(Delivery).where(Delivery.kind == Kind.MEANT_A_LOT)).all()
    return [json.dumps([row.target, row.reference]) for row in rows]
