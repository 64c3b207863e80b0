"""When a thank-you did not arrive, or may not have, its giver alone is told."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from handlers.recognition.renderers import RENDERERS
from slackapp.core.errors import UserError
from slackapp.core.i18n import voice
from slackapp.models import Delivery, DeliveryState, Member, Recognition
from slackapp.outbox.rendered import Message, Skip
from slackapp.privacy import erasure, shared_copies
from slackapp.recognition import edit, history, undelivered
from slackapp.recognition.give import GiveContext
from slackapp.recognition.history import Side
from slackapp.recognition.notifications import Kind
from tests.support.running_app import RunningApp
from tests.support.workspace_ward import WorkspaceWard

NIA, COL, THEO, LEA = "U0NIANURSE", "U0COLLEAGUE", "U0THEOTHIRD", "U0LEALEADER"
WORDS = "You stayed after the shift to find us a bed"
UNSURE = "We can't tell if Slack delivered this to"


def ended(ward: WorkspaceWard, receiver: str, state: DeliveryState, *, minutes: int = 0) -> None:
    """Set the final state of the message to one receiver."""
    with ward.database.begin() as session:
        of_theirs = (Delivery.kind == Kind.THANKS, Delivery.target == receiver)
        row = session.scalars(select(Delivery).where(*of_theirs)).one()
        row.state, row.last_try = state, ward.noon + timedelta(minutes=minutes)


def notices(ward: WorkspaceWard) -> list[str]:
    """What givers are told, as it would be sent now: whom it goes to, and the text."""
    with ward.database.begin() as session:
        rows = session.scalars(
            select(Delivery).where(Delivery.kind == undelivered.KIND).order_by(Delivery.key)
        )
        rendered = [(row, RENDERERS[row.kind](session, row, ward.noon)) for row in rows]
        return [f"{row.target}: {message.text}" for row, message in rendered if isinstance(message, Message)]


def test_the_giver_hears_once_whom_it_has_missed_and_why(ward: WorkspaceWard) -> None:
    ward.thank(NIA, COL, WORDS)
    ward.thank(NIA, THEO, WORDS)
    ward.thank(NIA, LEA, WORDS)
    ended(ward, COL, DeliveryState.DEAD)
    ended(ward, THEO, DeliveryState.UNKNOWN)
    ended(ward, LEA, DeliveryState.SENT)
    assert undelivered.notify_givers(ward.database, ward.noon) == 2
    assert undelivered.notify_givers(ward.database, ward.noon + timedelta(minutes=1)) == 0, "told once"
    refused, unsure = sorted(notices(ward), key=lambda notice: UNSURE in notice)
    assert refused.startswith(f"{NIA}: *Your thank-you did not reach everyone")
    assert f"This did not reach <@{COL}>: Slack does not let Appreciate send just now." in refused
    assert "left" not in refused, "Slack has not said so"
    assert unsure.startswith(f"{NIA}: *Your thank-you may not have arrived.*")
    assert f"{UNSURE} <@{THEO}>." in unsure
    assert WORDS not in "".join(notices(ward)), "the words stand where they can be taken back"
    with ward.database.begin() as session:
        ward.person(session, COL).left = True
    assert any(f"<@{COL}> has left, so this can't reach them." in notice for notice in notices(ward))


def test_what_arrived_after_all_or_was_taken_back_is_not_spoken_of(ward: WorkspaceWard) -> None:
    late, undone = ward.thank(NIA, COL, WORDS), ward.thank(NIA, THEO, WORDS)
    ended(ward, COL, DeliveryState.UNKNOWN)
    ended(ward, THEO, DeliveryState.UNKNOWN)
    assert undelivered.notify_givers(ward.database, ward.noon) == 2
    assert len(notices(ward)) == 2, "the premise"
    ended(ward, COL, DeliveryState.SENT)
    with ward.database.begin() as session:
        edit.undo(session, ward.workspace(session), undone, GiveContext(NIA, "", ward.noon))
    assert notices(ward) == []
    with ward.database.begin() as session:
        rows = session.scalars(select(Delivery).where(Delivery.kind == undelivered.KIND))
        ends = {row.reference: RENDERERS[row.kind](session, row, ward.noon) for row in rows}
        assert ends == {late: Skip("arrived"), undone: Skip("undone")}


def test_another_failure_of_the_same_message_is_told_anew(ward: WorkspaceWard) -> None:
    ward.thank(NIA, COL, WORDS)
    ended(ward, COL, DeliveryState.UNKNOWN)
    assert undelivered.notify_givers(ward.database, ward.noon) == 1
    ended(ward, COL, DeliveryState.UNKNOWN, minutes=5)
    assert undelivered.notify_givers(ward.database, ward.noon + timedelta(minutes=5)) == 1
    assert undelivered.notify_givers(ward.database, ward.noon + timedelta(days=3)) == 0, (
        "nobody is told of old things"
    )


def test_a_giver_who_has_left_is_told_nothing(ward: WorkspaceWard) -> None:
    ward.thank(NIA, COL, WORDS)
    ended(ward, COL, DeliveryState.DEAD)
    with ward.database.begin() as session:
        ward.person(session, NIA).left = True
    undelivered.notify_givers(ward.database, ward.noon)
    assert notices(ward) == []


def test_only_the_giver_sends_it_again_and_only_what_is_in_doubt(ward: WorkspaceWard) -> None:
    thanks = ward.thank(NIA, COL, WORDS)
    ended(ward, COL, DeliveryState.UNKNOWN)
    with ward.database.begin() as session:
        page = history.page(session, ward.person(session, NIA), Side.GIVEN)
        assert page.entries[0].undelivered == undelivered.Undelivered(unsure=(COL,))
        assert not history.page(session, ward.person(session, COL), Side.RECEIVED).entries[0].undelivered
    for giver, state, words in (
        (COL, DeliveryState.UNKNOWN, "Only the person who wrote this can send it again."),
        (NIA, DeliveryState.DEAD, "Somebody has seen to this message already."),
        (NIA, DeliveryState.SENT, "Somebody has seen to this message already."),
    ):
        ended(ward, COL, state)
        with ward.database.begin() as session, pytest.raises(UserError) as refused:
            undelivered.send_again(
                session, ward.workspace(session), thanks, GiveContext(giver, "", ward.noon)
            )
        assert refused.value.words(voice()) == words
    ended(ward, COL, DeliveryState.UNKNOWN)
    with ward.database.begin() as session:
        undelivered.send_again(session, ward.workspace(session), thanks, GiveContext(NIA, "", ward.noon))
        row = session.scalars(select(Delivery).where(Delivery.kind == Kind.THANKS)).one()
        assert row.state == DeliveryState.READY


def test_what_was_taken_back_is_never_sent_again(ward: WorkspaceWard) -> None:
    thanks = ward.thank(NIA, COL, WORDS)
    ended(ward, COL, DeliveryState.UNKNOWN)
    occasion = GiveContext(NIA, "", ward.noon)
    with ward.database.begin() as session:
        edit.undo(session, ward.workspace(session), thanks, occasion)
        with pytest.raises(UserError) as refused:
            undelivered.send_again(session, ward.workspace(session), thanks, occasion)
        assert refused.value.words(voice()) == "You have already taken this one back."
        assert session.get_one(Recognition, thanks).words is None


def test_after_the_receivers_erasure_no_message_names_whom_it_missed(ward: WorkspaceWard) -> None:
    ward.thank(NIA, COL, WORDS)
    ended(ward, COL, DeliveryState.DEAD)
    undelivered.notify_givers(ward.database, ward.noon)
    with ward.database.begin() as session:
        notice = session.scalars(select(Delivery).where(Delivery.kind == undelivered.KIND)).one()
        notice.state, notice.slack_channel_id, notice.slack_ts = DeliveryState.SENT, "D0NIA", "1.000001"
    assert undelivered.KIND in shared_copies.WITH_WORDS, "its row stays, or it could not be found any more"
    erasure.erase(ward.database, ward.keys, ward.workspace_id, erasure.ErasureRequest(COL), ward.noon)
    with ward.database.read() as session:
        removal = session.scalars(select(Delivery).where(Delivery.method == "chat.delete")).all()
        assert [(row.target, row.reference) for row in removal] == [("D0NIA", "1.000001")]
        assert not session.scalars(select(Delivery).where(Delivery.kind == undelivered.KIND)).all()
        assert not session.scalars(select(Member).where(Member.slack_user_id == COL)).all()


def test_a_dropped_connection_is_told_and_sent_again_by_a_press(place: RunningApp) -> None:
    carys, dylan = "U0HOSP00011", "U0HOSP00015"
    dropped = {"method": "chat.postMessage", "kind": "drop", "count": 1}
    assert place.http.post("/control/fault", json=dropped).status_code == 200
    place.person(carys).types(f"/appreciate @Dylan Hughes helping {WORDS}")
    # Slack took it before the connection broke, which the app cannot know.
    place.person(dylan).sees(WORDS)
    seen = place.person(carys).sees("Your thank-you may not have arrived.")
    labels = [control["label"] for control in seen["messages"][-1]["controls"]]
    assert labels == ["Send again", "Undo"]
    place.person(carys).screen("home")
    place.person(carys).presses("Given", within="home")
    place.person(carys).sees(UNSURE, "home")
    place.person(carys).presses("Send again", within=seen["messages"][-1]["ts"])
    place.person(carys).sees("It goes once more to whoever may not have had it.")
    place.person(dylan).waits(lambda seen: seen.texts.count(WORDS) == 2)
    place.person(carys).does("dismiss")
    place.person(carys).presses("Send again", within=seen["messages"][-1]["ts"])
    place.person(carys).sees("Somebody has seen to this message already.")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_somebody_leaves_while_their_thanks_are_on_the_way(place: RunningApp) -> None:
    carys, joy = "U0HOSP00011", "U0HOSP00016"
    held = {"method": "chat.postMessage", "kind": "429", "count": 1, "retry_after": 1}
    assert place.http.post("/control/fault", json=held).status_code == 200
    place.person(carys).types(f"/appreciate @Joy Fernandes helping {WORDS}")
    place.person(carys).sees("On its way to")
    place.change(kind="person", user=joy, deleted=True)
    seen = place.person(carys).sees("Your thank-you did not reach everyone it was for.")
    assert "has left, so this can't reach them" in seen.texts
    labels = [control["label"] for control in seen["messages"][-1]["controls"]]
    assert labels == ["Undo"], "there is nothing in doubt that could be sent again"
