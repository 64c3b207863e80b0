"""How fast it goes, and who goes first."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from slackapp.delivery import delete_idle_limits
from slackapp.delivery import rate_limits as limits
from slackapp.models import Bucket, DeliveryState
from slackapp.outbox import queue as outbox
from slackapp.outbox.queue import Priority
from slackapp.outbox.rendered import Message
from tests.delivery.conftest import NOON, Answer, Ward


def _sent_by(ward: Ward) -> list[str]:
    return [str(call.body["text"]).removeprefix("Thanks ") for call in ward.slack.messages]


def test_ten_go_at_once_and_then_four_a_second(ward: Ward) -> None:
    for n in range(14):
        ward.owes(str(n), target=f"U{n}")
    deliveries = ward.deliveries()
    counts, moments = [], []
    moment: datetime | None = NOON
    while moment is not None:
        moments.append(round((moment - NOON).total_seconds(), 3))
        ward.clock.now = moment
        moment = deliveries.drain(moment)
        counts.append(len(ward.slack.messages))
    assert counts == [10, 11, 12, 13, 14]
    assert moments[0] == 0
    assert all(0.2 < later - earlier < 0.3 for earlier, later in pairwise(moments))


def test_a_channel_gets_one_message_in_its_second_while_others_pass(ward: Ward) -> None:
    for n in range(3):
        ward.owes(f"team {n}", target="C0TEAM")
    ward.owes("other", target="U0OTHER", due=NOON)
    deliveries = ward.deliveries()
    following = deliveries.drain()
    assert "other" in _sent_by(ward)
    assert len(_sent_by(ward)) == 2
    assert following == NOON + timedelta(seconds=1.05)
    deliveries.drain(NOON + timedelta(seconds=1))
    assert len(_sent_by(ward)) == 2
    deliveries.drain(following)
    assert len(_sent_by(ward)) == 3


def test_two_hundred_to_one_channel_do_not_hide_one_to_another(ward: Ward) -> None:
    for n in range(60):
        ward.owes(f"team {n}", target="C0TEAM", due=NOON - timedelta(hours=1))
    ward.owes("other", target="U0OTHER")
    ward.deliveries().drain()
    assert "other" in _sent_by(ward)


def test_what_a_person_waits_for_goes_first_and_has_a_reserve(ward: Ward) -> None:
    for n in range(20):
        ward.owes(f"digest {n}", target=f"U{n}", priority=Priority.DIGEST, due=NOON - timedelta(days=1))
    deliveries = ward.deliveries()
    deliveries.drain()
    assert len(_sent_by(ward)) == 8
    for n in range(3):
        ward.owes(f"person {n}", target=f"U9{n}")
    deliveries.drain()
    assert [name.partition(" ")[0] for name in _sent_by(ward)[8:]] == ["person", "person"]


def test_slots_are_kept_for_a_person_while_bulk_hangs(ward: Ward) -> None:
    ward.slack.order("chat.postMessage", *[Answer(ending="hold") for _ in range(6)])
    for n in range(8):
        ward.owes(f"digest {n}", target=f"U{n}", priority=Priority.DIGEST)
    deliveries = ward.deliveries()
    deliveries.run_once()
    ward.slack.wait_for_calls(6)
    assert not deliveries.run_once()
    urgent = ward.owes("person", target="U1PERSON")
    assert deliveries.run_once()
    ward.slack.wait_for(lambda: len(ward.slack.calls) == 7)
    assert _sent_by(ward)[6:] == ["person"]
    assert ward.row(urgent).state == DeliveryState.SENDING


def test_a_429_is_honoured_by_every_worker_until_retry_after(ward: Ward) -> None:
    refused = Answer(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "30"})
    ward.slack.order("chat.postMessage", refused)
    first, second = ward.deliveries(), ward.deliveries()
    row = ward.owes("one", target="U1")
    first.drain()
    assert (ward.row(row).state, ward.row(row).attempts) == (DeliveryState.READY, 0)
    other = ward.owes("two", target="U2")
    for worker in (first, second):
        worker.drain(NOON + timedelta(seconds=29))
    assert len(ward.slack.calls) == 1
    assert second.next_due() >= NOON + timedelta(seconds=30)  # type: ignore[operator]
    second.drain(NOON + timedelta(seconds=31))
    assert ward.row(row).state == ward.row(other).state == DeliveryState.SENT
    assert sorted(_sent_by(ward)) == ["one", "two"]


def test_what_a_429_taught_stays_in_the_row_for_the_next_fan_out(ward: Ward) -> None:
    with ward.sessions.begin() as session:
        limits.block(session, ward.workspace.id, "chat.postMessage", seconds=1, now=NOON)
        bucket = session.get_one(Bucket, (ward.workspace.id, "method:chat.postMessage"))
        assert bucket.known_limit == pytest.approx(3.6)
        tomorrow = NOON + timedelta(days=1)
        limits.RateGate(session, ward.workspace.id, tomorrow).consume("chat.postMessage", "U1")
        assert bucket.fraction * 4 == pytest.approx(3.6 * 1.02 * 0.97)


def test_after_a_429_messages_go_one_by_one_and_not_in_a_burst(ward: Ward) -> None:
    with ward.sessions.begin() as session:
        limits.block(session, ward.workspace.id, outbox.Method.POST, seconds=30, now=NOON)
    for n in range(5):
        ward.owes(str(n), target=f"U{n}")
    deliveries = ward.deliveries()
    gaps: list[float] = []
    moment = deliveries.drain(NOON + timedelta(seconds=30))
    assert ward.slack.calls == []
    while moment is not None:
        before, moment = moment, deliveries.drain(moment)
        gaps += [round((moment - before).total_seconds(), 2)] if moment else []
    # A quarter of a second, at nine tenths of the rate and a little less.
    assert len(gaps) == 4
    assert all(0.27 < gap < 0.31 for gap in gaps)
    assert len(ward.slack.messages) == 5


def test_a_429_with_a_shorter_wait_does_not_end_a_longer_one(ward: Ward) -> None:
    with ward.sessions.begin() as session:
        for seconds in (60, 5):
            limits.block(session, ward.workspace.id, outbox.Method.POST, seconds=seconds, now=NOON)
        post = [(outbox.Method.POST, "U1")]
        moments = limits.next_free(session, ward.workspace.id, post, priority=Priority.PERSON, now=NOON)
        assert moments[0] >= NOON + timedelta(seconds=60)


def test_a_429_on_one_method_leaves_the_others_alone(ward: Ward) -> None:
    with ward.sessions.begin() as session:
        limits.block(session, ward.workspace.id, outbox.Method.POST, seconds=60, now=NOON)
    row = ward.owes(method=outbox.Method.UPDATE)
    post = ward.owes("post", target="U0OTHER")

    def changed(*_: object) -> Message:
        return Message("New", [], channel="C0TEAM", replaces="1.1")

    ward.deliveries(thanks=changed).drain()
    assert (ward.row(row).state, ward.row(post).state) == (DeliveryState.SENT, DeliveryState.READY)


def test_a_clock_that_was_set_back_does_not_stop_delivery(ward: Ward) -> None:
    with ward.sessions.begin() as session:
        gate = limits.RateGate(session, ward.workspace.id, NOON + timedelta(days=400))
        gate.consume(outbox.Method.POST, "U0NURSE")
        limits.block(
            session, ward.workspace.id, outbox.Method.POST, seconds=60, now=NOON + timedelta(days=400)
        )
    row = ward.owes()
    deliveries = ward.deliveries()
    deliveries.drain()
    deliveries.drain(NOON + timedelta(seconds=10))
    assert ward.row(row).state == DeliveryState.SENT


def test_idle_channels_are_forgotten_and_methods_are_not(ward: Ward) -> None:
    ward.owes()
    ward.deliveries().drain()
    with ward.sessions.begin() as session:
        delete_idle_limits(session, NOON + timedelta(minutes=50))
        assert session.get(Bucket, (ward.workspace.id, "channel:U0NURSE")) is not None
        delete_idle_limits(session, NOON + timedelta(hours=2))
        names = {bucket.name for bucket in session.query(Bucket)}
    assert "channel:U0NURSE" not in names
    assert "method:chat.postMessage" in names
