"""What may have arrived: sent again where a second copy harms nobody, and never where it does."""

import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from slackapp.delivery import DeliveryWorker, Harmless
from slackapp.models import Delivery, DeliveryState
from slackapp.outbox import queue as outbox
from slackapp.outbox.kinds import Kind, SecondCopy
from slackapp.outbox.references import RecognitionRef
from slackapp.outbox.rendered import Upload
from slackapp.pulse import notices as telling
from slackapp.pulse import opening
from tests.delivery.conftest import NOON, Answer, Ward

MINUTE = timedelta(minutes=1)
DOUBTS = {
    "500": Answer(status=500),
    "503": Answer(status=503, body="<html>Busy</html>"),
    "internal_error": Answer(body={"ok": False, "error": "internal_error"}, done=False),
    "drop": Answer(ending="drop"),
    "unreadable": Answer(body="<html>A portal</html>"),
}


def _declared(name: str, second_copy: SecondCopy) -> Harmless:
    return Harmless([Kind(name, RecognitionRef, second_copy=second_copy)])


def _harmless(ward: Ward) -> DeliveryWorker:
    deliveries = ward.deliveries()
    deliveries.harmless = _declared("thanks", SecondCopy.HARMLESS)
    return deliveries


def _posts(ward: Ward) -> int:
    return len(ward.slack.of("chat.postMessage"))


def _another_arrives(ward: Ward, deliveries: DeliveryWorker, moment: datetime) -> None:
    """A message to somebody else, which shows that Slack takes messages in between."""
    ward.owes(f"other{moment:%H%M}", target="U0OTHER", due=moment)
    deliveries.drain(moment)


@pytest.mark.parametrize("doubt", DOUBTS.values(), ids=DOUBTS)
def test_it_goes_again_after_one_five_and_thirty_minutes_and_then_no_more(ward: Ward, doubt: Answer) -> None:
    row = ward.owes()
    deliveries, moment = _harmless(ward), NOON
    ward.slack.order("chat.postMessage", doubt)
    deliveries.drain()
    for minutes in (1, 5, 30):
        _another_arrives(ward, deliveries, moment)
        assert ward.row(row).state == DeliveryState.READY
        posts = _posts(ward)
        deliveries.drain(moment + minutes * MINUTE - timedelta(seconds=1))
        assert _posts(ward) == posts, f"sent before {minutes} minutes had passed"
        moment += minutes * MINUTE
        ward.slack.order("chat.postMessage", doubt)
        deliveries.drain(moment)
        assert _posts(ward) == posts + 1
    deliveries.drain(moment + timedelta(days=1))
    assert ward.row(row).state == DeliveryState.UNKNOWN
    assert _posts(ward) == 4 + 3, "those that arrived among them"


def test_once_slack_says_ok_it_is_sent(ward: Ward) -> None:
    ward.slack.order("chat.postMessage", Answer(status=500), Answer(ending="drop"))
    row = ward.owes()
    deliveries = _harmless(ward)
    for minutes in (0, 1, 6, 60):
        deliveries.drain(NOON + minutes * MINUTE)
    assert ward.row(row).state == DeliveryState.SENT
    assert (_posts(ward), len(ward.slack.messages)) == (3, 2), "the copy was harmless"


@pytest.mark.parametrize("target", ["C0TEAM", "G0GROUP"])
def test_a_copy_in_a_channel_is_seen_by_all_and_never_sent(ward: Ward, target: str) -> None:
    ward.slack.order("chat.postMessage", Answer(ending="drop"))
    row = ward.owes(target=target)
    deliveries = _harmless(ward)
    deliveries.drain()
    deliveries.drain(NOON + timedelta(days=1))
    assert ward.row(row).state == DeliveryState.UNKNOWN
    assert _posts(ward) == 1


def test_a_kind_that_was_not_named_is_never_repeated(ward: Ward) -> None:
    ward.slack.order("chat.postMessage", Answer(status=500))
    row = ward.owes()
    deliveries = ward.deliveries()
    deliveries.drain()
    deliveries.drain(NOON + timedelta(days=1))
    assert ward.row(row).state == DeliveryState.UNKNOWN


def test_the_naive_worker_that_repeats_every_doubt_thanks_twice(ward: Ward) -> None:
    ward.slack.order("chat.postMessage", Answer(ending="drop"))
    ward.owes()
    naive = ward.deliveries()
    naive.harmless = _declared("thanks", SecondCopy.HARMLESS_ANYWHERE)
    naive.drain()
    naive.drain(NOON + MINUTE)
    assert len(ward.slack.messages) == 2


@pytest.mark.parametrize(("minutes", "posts"), [(1, 1), (3, 2), (20, 3), (60, 4)])
def test_it_is_never_sent_after_its_time_and_stays_in_doubt(ward: Ward, minutes: int, posts: int) -> None:
    ward.slack.order("chat.postMessage", *[Answer(status=500)] * 9)
    row = ward.owes(expires=NOON + minutes * MINUTE)
    deliveries = _harmless(ward)
    for minute in (0, 1, 6, 36, 90):
        deliveries.drain(NOON + minute * MINUTE)
    assert (_posts(ward), ward.row(row).state) == (posts, DeliveryState.UNKNOWN)


def test_what_a_standstill_kept_from_being_repeated_in_time_stays_in_doubt(ward: Ward) -> None:
    ward.slack.order("chat.postMessage", Answer(status=500))
    row = ward.owes(expires=NOON + 10 * MINUTE)
    deliveries = _harmless(ward)
    deliveries.drain()
    deliveries.drain(NOON + 20 * MINUTE)
    assert (ward.row(row).state, _posts(ward)) == (DeliveryState.UNKNOWN, 1), "it may have arrived"


def test_a_worker_that_died_leaves_a_copy_to_send_where_that_harms_nobody(ward: Ward) -> None:
    row = ward.owes()
    with ward.sessions.begin() as session:
        outbox.claim(session.get_one(Delivery, row), lease_until=time.time() - 1, now=NOON)
    deliveries = _harmless(ward)
    deliveries.drain()
    assert (ward.row(row).state, _posts(ward)) == (DeliveryState.READY, 0)
    deliveries.drain(NOON + MINUTE)
    assert ward.row(row).state == DeliveryState.SENT


def test_an_answer_after_the_lease_spares_the_copy(ward: Ward) -> None:
    row = ward.owes()
    with ward.sessions.begin() as session:
        delivery = session.get_one(Delivery, row)
        receipt = outbox.claim(delivery, lease_until=time.time() - 1, now=NOON)
        outbox.release_expired_leases(session, real_now=time.time(), now=NOON, harmless=lambda _row: True)
    assert ward.row(row).state == DeliveryState.READY
    with ward.sessions.begin() as session:
        assert outbox.mark_sent(session, receipt, outbox.SlackMessageId("D0NURSE", "1.1"))
    _harmless(ward).drain(NOON + MINUTE)
    assert (ward.row(row).state, _posts(ward)) == (DeliveryState.SENT, 0)


def test_a_shared_file_in_a_direct_message_is_completed_again(ward: Ward) -> None:
    ward.slack.order("files.completeUploadExternal", Answer(status=500))
    row = ward.owes(kind="page", method=outbox.Method.SHARE)
    deliveries = ward.deliveries(
        page=lambda *_: Upload("a.html", "Page", "A page", lambda: b"<p>", "D0NURSE")
    )
    deliveries.harmless = _declared("page", SecondCopy.HARMLESS)
    deliveries.drain()
    deliveries.drain(NOON + MINUTE)
    assert ward.row(row).state == DeliveryState.SENT


def test_a_person_who_sends_it_again_begins_the_copies_anew(ward: Ward) -> None:
    row = ward.owes()
    deliveries = _harmless(ward)
    for minutes in (0, 1, 6, 36):
        ward.slack.order("chat.postMessage", Answer(status=500))
        deliveries.drain(NOON + minutes * MINUTE)
        _another_arrives(ward, deliveries, NOON + minutes * MINUTE)
    assert ward.row(row).state == DeliveryState.UNKNOWN
    ward.slack.order("chat.postMessage", Answer(status=500))
    with ward.sessions.begin() as session:
        assert outbox.send_again(session, row, now=NOON + 40 * MINUTE)
    deliveries.drain(NOON + 40 * MINUTE)
    assert ward.row(row).state == DeliveryState.READY
    deliveries.drain(NOON + 45 * MINUTE)
    assert ward.row(row).state == DeliveryState.SENT


def test_a_person_who_sends_it_again_before_its_end_does_not_lift_that_end(ward: Ward) -> None:
    early, late = ward.owes("early", expires=NOON + MINUTE), ward.owes("late", expires=NOON - MINUTE)
    with ward.sessions.begin() as session:
        session.execute(update(Delivery).values(state=DeliveryState.UNKNOWN))
        for row in (early, late):
            outbox.send_again(session, row, now=NOON)
    assert (ward.row(early).expires, ward.row(late).expires) == (NOON + MINUTE, None)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_everything_the_app_sends_has_been_thought_of(ward: Ward, tmp_path: Path) -> None:
    """By kind, to a person: a new kind of message is in doubt until somebody decides about it."""
    from reports.charts.renderer import ChartRenderer
    from slackapp.app import routes
    from slackapp.core.pseudonyms import Pseudonyms

    sent = routes(ChartRenderer(None), Pseudonyms(tmp_path))
    harmless = Harmless(route.kind for route in sent.values())
    for kind in sent:
        ward.owes(kind, kind=kind)
    with ward.sessions.read() as session:
        awkward = {row.kind for row in session.scalars(select(Delivery)) if not harmless(row)}
    posts = {"recognition-post", "digest-shared", "promises", "promise-kept", "obstacle-post", "team-made"}
    assert awkward == {"recognition"} | posts


def test_of_what_goes_to_a_channel_only_the_check_ins_reminder_may_come_twice() -> None:
    to_channel = (
        Delivery(target="C0TEAM", kind=telling.REMINDER),
        Delivery(target="C0TEAM", kind=opening.INVITATION),
    )
    harmless = Harmless([telling.REMINDER, opening.INVITATION])
    assert [harmless(row) for row in to_channel] == [True, False]
