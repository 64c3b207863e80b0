"""When a thank-you did not arrive, or may not have, its giver alone is told."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from handlers.recognition import unconfirmed_view
from handlers.recognition.renderers import ROUTES
from slackapp.core.errors import UserError
from slackapp.core.i18n import voice
from slackapp.models import Delivery, DeliveryState, Member, Recognition
from slackapp.outbox import queue
from slackapp.outbox.rendered import Message
from slackapp.privacy import erasure, shared_copies
from slackapp.recognition import edit, history, unconfirmed, undelivered
from slackapp.recognition.give import GiveContext
from slackapp.recognition.history import Side
from slackapp.recognition.notifications import Kind
from tests.support.running_app import RunningApp
from tests.support.workspace_ward import WorkspaceWard

NIA, COL, THEO, LEA = "U0NIANURSE", "U0COLLEAGUE", "U0THEOTHIRD", "U0LEALEADER"
WORDS = "You stayed after the shift to find us a bed"
UNSURE = "We can't tell if Slack delivered your thank-you to"


def ended(ward: WorkspaceWard, receiver: str, state: DeliveryState, *, minutes: int = 0) -> None:
    """Set the final state of the message to one receiver."""
    with ward.database.begin() as session:
        of_theirs = (Delivery.kind == Kind.THANKS, Delivery.target == receiver)
        row = session.scalars(select(Delivery).where(*of_theirs)).one()
        row.state, row.last_try = state, ward.noon + timedelta(minutes=minutes)


def notices(ward: WorkspaceWard) -> list[str]:
    """What givers are told, as it would be sent now: whom it goes to, and the text."""
    about = (undelivered.KIND, unconfirmed.NOTICE)
    with ward.database.begin() as session:
        rows = session.scalars(select(Delivery).where(Delivery.kind.in_(about)).order_by(Delivery.key))
        rendered = [(row, ROUTES[row.kind].rendered(session, row, ward.noon)) for row in rows]
        return [f"{row.target}: {message.text}" for row, message in rendered if isinstance(message, Message)]


def test_the_giver_hears_once_whom_it_has_missed_and_why(ward: WorkspaceWard) -> None:
    ward.thank(NIA, COL, WORDS)
    ward.thank(NIA, LEA, WORDS)
    ended(ward, COL, DeliveryState.DEAD)
    ended(ward, LEA, DeliveryState.SENT)
    assert undelivered.notify_givers(ward.database, ward.noon) == 1
    assert undelivered.notify_givers(ward.database, ward.noon + timedelta(minutes=1)) == 0, "told once"
    [refused] = notices(ward)
    assert refused.startswith(f"{NIA}: *Your thank-you did not reach everyone")
    assert f"This did not reach <@{COL}>: Slack does not let Appreciate send just now." in refused
    assert "left" not in refused, "Slack has not said so"
    assert WORDS not in refused, "the words stand where they can be taken back"
    with ward.database.begin() as session:
        ward.person(session, COL).left = True
    assert any(f"<@{COL}> has left, so this can't reach them." in notice for notice in notices(ward))


def test_the_giver_is_asked_once_about_all_that_is_in_doubt_ten_minutes_after_the_last(
    ward: WorkspaceWard,
) -> None:
    ward.thank(NIA, COL, WORDS)
    ward.thank(NIA, THEO, WORDS)
    ended(ward, COL, DeliveryState.UNKNOWN)
    ended(ward, THEO, DeliveryState.UNKNOWN, minutes=4)
    for minutes in (0, 5, 13):
        assert undelivered.notify_givers(ward.database, ward.noon + timedelta(minutes=minutes)) == 0
    assert undelivered.notify_givers(ward.database, ward.noon + timedelta(minutes=14)) == 1
    assert undelivered.notify_givers(ward.database, ward.noon + timedelta(minutes=30)) == 0, "asked once"
    [question] = notices(ward)
    assert question.startswith(f"{NIA}: *{UNSURE} <@{COL}> and <@{THEO}>.*")
    assert "Check before you send it again: they may get it twice." in question
    assert WORDS not in question


def test_what_arrived_after_all_or_was_taken_back_is_not_spoken_of(ward: WorkspaceWard) -> None:
    ward.thank(NIA, COL, WORDS)
    undone = ward.thank(NIA, THEO, WORDS)
    ended(ward, COL, DeliveryState.DEAD)
    ended(ward, THEO, DeliveryState.DEAD)
    assert undelivered.notify_givers(ward.database, ward.noon) == 2
    assert len(notices(ward)) == 2, "the premise"
    ended(ward, COL, DeliveryState.SENT)
    with ward.database.begin() as session:
        edit.undo(session, ward.workspace(session), undone, GiveContext(NIA, "", ward.noon))
    assert notices(ward) == []


def test_another_failure_of_the_same_message_is_told_anew(ward: WorkspaceWard) -> None:
    ward.thank(NIA, COL, WORDS)
    ended(ward, COL, DeliveryState.DEAD)
    assert undelivered.notify_givers(ward.database, ward.noon) == 1
    ended(ward, COL, DeliveryState.DEAD, minutes=5)
    assert undelivered.notify_givers(ward.database, ward.noon + timedelta(minutes=5)) == 1
    assert undelivered.notify_givers(ward.database, ward.noon + timedelta(days=3)) == 0, (
        "nobody is told of old things"
    )


def asked_about(ward: WorkspaceWard) -> str:
    """Have the giver asked about what is in doubt; returns the id of the message."""
    undelivered.notify_givers(ward.database, ward.noon + timedelta(minutes=10))
    with ward.database.begin() as session:
        notice = session.scalars(select(Delivery).where(Delivery.kind == unconfirmed.NOTICE)).one()
        notice.state, notice.slack_channel_id, notice.slack_ts = DeliveryState.SENT, "D0NIA", "1.000001"
        return notice.id


def changes(ward: WorkspaceWard) -> list[str]:
    """The texts to which the giver's question is changed, once their turn has come."""
    undelivered.notify_givers(ward.database, ward.noon + timedelta(minutes=11))
    with ward.database.begin() as session:
        query = select(Delivery).where(Delivery.kind == unconfirmed.NOTICE_CHANGED)
        rows = session.scalars(query.order_by(Delivery.step)).all()
        rendered = [ROUTES[row.kind].rendered(session, row, ward.noon) for row in rows]
        messages = [message for message in rendered if isinstance(message, Message)]
        assert all((message.channel, message.replaces) == ("D0NIA", "1.000001") for message in messages)
        return [message.text for message in messages]


def test_a_late_answer_of_slack_changes_the_question_to_what_came_out(ward: WorkspaceWard) -> None:
    ward.thank(NIA, COL, WORDS)
    ward.thank(NIA, THEO, WORDS)
    ended(ward, COL, DeliveryState.UNKNOWN)
    ended(ward, THEO, DeliveryState.UNKNOWN)
    asked_about(ward)
    assert changes(ward) == []
    with ward.database.begin() as session:
        row = session.scalars(select(Delivery).where(Delivery.target == COL)).one()
        assert queue.mark_sent(session, queue.Claim(row.id, row.fence), queue.SlackMessageId("D0COL", "2.1"))
    [change] = changes(ward)
    assert f"*{UNSURE} <@{THEO}>.*" in change
    assert f"It arrived after all: <@{COL}>." in change
    assert len(changes(ward)) == 1, "told once"


@pytest.mark.parametrize("undone", [False, True])
def test_a_press_on_its_button_proves_that_it_arrived(ward: WorkspaceWard, *, undone: bool) -> None:
    thanks = ward.thank(NIA, COL, WORDS)
    ended(ward, COL, DeliveryState.UNKNOWN)
    asked_about(ward)
    with ward.database.begin() as session:
        if undone:
            edit.undo(session, ward.workspace(session), thanks, GiveContext(NIA, "", ward.noon))
        arrived = queue.SlackMessageId("D0COL", "2.000002")
        member = ward.person(session, COL)
        assert unconfirmed.confirm_received(session, thanks, member, arrived, now=ward.noon)
        assert not unconfirmed.confirm_received(session, thanks, member, arrived, now=ward.noon)
    with ward.database.read() as session:
        row = session.scalars(select(Delivery).where(Delivery.kind == Kind.THANKS)).one()
        assert (row.state, row.slack_channel_id, row.slack_ts) == (DeliveryState.SENT, "D0COL", "2.000002")
        updates = session.scalars(select(Delivery).where(Delivery.kind == Kind.THANKS_CHANGED)).all()
        assert len(updates) == 1, "it may have been changed while nobody knew where it stands"
    assert f"It arrived after all: <@{COL}>." in changes(ward)[0]


def test_a_press_of_somebody_else_proves_nothing(ward: WorkspaceWard) -> None:
    thanks = ward.thank(NIA, COL, WORDS)
    ended(ward, COL, DeliveryState.UNKNOWN)
    with ward.database.begin() as session:
        arrived, member = queue.SlackMessageId("D0X", "2.1"), ward.person(session, THEO)
        assert not unconfirmed.confirm_received(session, thanks, member, arrived, now=ward.noon)
        assert not unconfirmed.confirm_posted(
            session, ward.workspace(session), thanks, arrived, now=ward.noon
        )


def test_the_giver_who_says_that_they_have_it_is_not_asked_again(ward: WorkspaceWard) -> None:
    ward.thank(NIA, COL, WORDS)
    ended(ward, COL, DeliveryState.UNKNOWN)
    notice = asked_about(ward)
    with ward.database.begin() as session:
        with pytest.raises(UserError):
            unconfirmed.they_have_it(session, ward.person(session, COL), notice_id=notice)
        assert unconfirmed.they_have_it(session, ward.person(session, NIA), notice_id=notice) == 1
    assert changes(ward) == [f"You said that they have it: <@{COL}>."]
    with ward.database.begin() as session, pytest.raises(UserError):
        unconfirmed.send_again(session, ward.person(session, NIA), notice_id=notice, now=ward.noon)


def test_a_question_with_hundreds_of_names_fits_a_message() -> None:
    everybody = tuple(f"U0{number:09}" for number in range(300))
    doubts = unconfirmed.Doubts(everybody, everybody, everybody, everybody, everybody)
    for language in ("en", "cy"):
        text, [section, _] = unconfirmed_view.about(voice(language), "x" * 24, doubts)
        assert len(section["text"]["text"]) <= 3000
        assert len(text) <= 4000


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


def drop_the_next(place: RunningApp, count: int = 1) -> None:
    dropped = {"method": "chat.postMessage", "kind": "drop", "count": count}
    assert place.http.post("/control/fault", json=dropped).status_code == 200


def test_a_dropped_connection_is_asked_about_and_sent_again_by_a_press(place: RunningApp) -> None:
    carys, dylan = "U0HOSP00011", "U0HOSP00015"
    drop_the_next(place)
    place.person(carys).types(f"/appreciate @Dylan Hughes helping {WORDS}")
    # Slack took it before the connection broke, which the app cannot know.
    place.person(dylan).sees(WORDS)
    place.clock(advance=9 * 60)
    assert UNSURE not in place.person(carys).screen().texts
    place.clock(advance=2 * 60)
    seen = place.person(carys).sees(UNSURE)
    labels = [control["label"] for control in seen["messages"][-1]["controls"]]
    assert labels == ["Send again", "They have it"]
    place.person(carys).screen("home")
    place.person(carys).presses("Thank-yous you gave", within="home")
    place.person(carys).sees("We can't tell if Slack delivered this to", "home")
    place.person(carys).does("dismiss")
    place.person(carys).presses("Send again", within=seen["messages"][-1]["ts"])
    place.person(carys).sees("It goes once more to whoever may not have had it.")
    place.person(dylan).waits(lambda seen: seen.texts.count(WORDS) == 2)
    place.person(dylan).sees("Sent again: Slack did not say whether the first one arrived.")
    place.person(carys).does("dismiss")
    place.person(carys).sees("It arrived after all:")
    place.person(carys).waits(lambda seen: UNSURE not in seen.texts)


def test_a_press_of_the_receiver_ends_the_givers_doubt(place: RunningApp) -> None:
    carys, dylan = "U0HOSP00011", "U0HOSP00015"
    drop_the_next(place)
    place.person(carys).types(f"/appreciate @Dylan Hughes helping {WORDS}")
    place.person(dylan).sees(WORDS)
    place.clock(advance=11 * 60)
    place.person(carys).sees(UNSURE)
    place.person(dylan).presses("That meant a lot")
    seen = place.person(carys).sees("It arrived after all:")
    assert UNSURE not in seen.texts
    place.person(dylan).sees("You told")
    assert place.person(dylan).screen().texts.count(WORDS) == 1


def test_an_error_of_slack_is_repaired_by_itself_once_a_later_post_has_arrived(place: RunningApp) -> None:
    carys, dylan, joy = "U0HOSP00011", "U0HOSP00015", "U0HOSP00016"
    failing = {"method": "chat.postMessage", "kind": "500", "count": 1}
    assert place.http.post("/control/fault", json=failing).status_code == 200
    place.person(carys).types(f"/appreciate @Dylan Hughes helping {WORDS}")
    place.person(carys).sees("On its way to")
    place.clock(advance=60)
    assert WORDS not in place.person(dylan).screen().texts
    place.person(carys).types("/appreciate @Joy Fernandes helping You found the key before the round")
    place.person(joy).sees("You found the key before the round")
    seen = place.person(dylan).sees(WORDS)
    assert "Sent again: Slack did not say whether the first one arrived." in seen.texts
    place.clock(advance=20 * 60)
    assert UNSURE not in place.person(carys).screen().texts
    assert place.person(dylan).screen().texts.count(WORDS) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_dropped_line_is_never_repaired_by_itself(place: RunningApp) -> None:
    carys, dylan, joy = "U0HOSP00011", "U0HOSP00015", "U0HOSP00016"
    drop_the_next(place)
    place.person(carys).types(f"/appreciate @Dylan Hughes helping {WORDS}")
    place.person(dylan).sees(WORDS)
    place.person(carys).types("/appreciate @Joy Fernandes helping You found the key before the round")
    place.person(joy).sees("You found the key before the round")
    place.clock(advance=9 * 60)
    assert place.person(dylan).screen().texts.count(WORDS) == 1


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
