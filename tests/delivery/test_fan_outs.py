"""What is owed to many at once, written in pieces."""

from datetime import timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from slackapp.delivery import DeliveryWorker
from slackapp.models import Delivery, DeliveryState, FanOut
from slackapp.outbox import queue as outbox
from slackapp.outbox.queue import NewDelivery, Priority
from slackapp.outbox.rendered import Message, by_kind
from tests.delivery.conftest import NOON, Ward, route


def test_a_fan_out_is_written_in_chunks_and_a_repeat_is_harmless(ward: Ward) -> None:
    chunks = []

    def expand(session: Session, fan_out: FanOut, now: object, chunk: int) -> bool:
        assert now == NOON
        start = int(fan_out.cursor or 0)
        people = list(range(start, min(start + chunk, 1100)))
        rows = [
            NewDelivery(f"poll:1:{n}", "thanks", str(n), f"U{n}", NOON + timedelta(days=1), Priority.POLL)
            for n in people
        ]
        outbox.enqueue_many(session, ward.workspace, rows)
        chunks.append(len(rows))
        fan_out.cursor = str(start + len(rows))
        return start + len(rows) == 1100

    for _ in range(2):
        with ward.sessions.begin() as session:
            outbox.fan_out(session, ward.workspace, key="poll:1", kind="poll", reference="1")
    deliveries = DeliveryWorker(ward.sessions, ward.slack.client(), {}, ward.clock, {"poll": expand})
    ward.open.append(deliveries)
    assert deliveries.next_due() == NOON
    assert deliveries.drain() == NOON + timedelta(days=1)
    assert chunks == [500, 500, 100]
    with ward.sessions.begin() as session:
        session.execute(text("UPDATE fan_out SET done = :no, cursor = ''"), {"no": False})
    deliveries.drain()
    with ward.sessions.read() as session:
        assert len(session.scalars(select(Delivery.id)).all()) == 1100


def test_a_fan_out_that_fails_leaves_nothing_behind_and_holds_nobody_up(ward: Ward) -> None:
    def expand(session: Session, *_: object) -> bool:
        outbox.enqueue(session, ward.workspace, NewDelivery("poll:1:1", "thanks", "1", "U1", NOON))
        raise ZeroDivisionError

    with ward.sessions.begin() as session:
        outbox.fan_out(session, ward.workspace, key="poll:1", kind="poll", reference="1")
    row = ward.owes()
    deliveries = DeliveryWorker(
        ward.sessions,
        ward.slack.client(),
        by_kind(route("thanks", lambda *_: Message("Hello", []))),
        ward.clock,
        {"poll": expand},
    )
    ward.open.append(deliveries)
    assert deliveries.drain() is None
    assert ward.row(row).state == DeliveryState.SENT
    assert len(ward.slack.messages) == 1
    with ward.sessions.read() as session:
        assert not session.scalars(select(FanOut)).one().done
