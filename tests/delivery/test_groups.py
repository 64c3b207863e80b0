"""A message that needs another first is not claimed before it; waiting is data, not looking again."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from slackapp.core.db import Sessions
from slackapp.delivery import DeliveryWorker
from slackapp.delivery.claims import _is_its_turn
from slackapp.models import Delivery, DeliveryState
from slackapp.outbox.kinds import Kind, SecondCopy
from slackapp.outbox.references import RecognitionRef
from slackapp.outbox.rendered import Message, Route, by_kind
from tests.delivery.conftest import NOON, Answer, Ward

PATIENCE = timedelta(minutes=15)
IMPATIENT = Kind("message", RecognitionRef, second_copy=SecondCopy.HARMLESS, patience=PATIENCE)


def _deliveries(ward: Ward, loaded: list[str] | None = None) -> DeliveryWorker:
    loads = loaded if loaded is not None else []

    def load(_session: object, about: RecognitionRef, _row: Delivery, _now: object) -> RecognitionRef:
        loads.append(about.recognition_id)
        return about

    message = Route(IMPATIENT, load, lambda about: Message(f"Message {about}", []))
    routes = {**ward.deliveries().routes, **by_kind(message)}
    deliveries = DeliveryWorker(ward.sessions, ward.slack.client(), routes, ward.clock)
    ward.open.append(deliveries)
    return deliveries


def test_a_message_goes_after_all_lower_steps_of_its_group(ward: Ward) -> None:
    last = ward.owes("last", kind="message", group="g", step=2, target="U1")
    middle = ward.owes("middle", kind="message", group="g", step=1, target="U1")
    first = ward.owes("first", group="g", step=0, target="U2", due=NOON + timedelta(hours=1))
    other = ward.owes("other", group="another", step=7, target="U3")
    loads: list[str] = []
    deliveries = _deliveries(ward, loads)
    assert deliveries.drain() == NOON + timedelta(hours=1)
    assert ward.row(other).state == DeliveryState.SENT
    assert loads == [], "nothing is loaded while it waits"
    moment: datetime | None = NOON + timedelta(hours=1)
    while moment is not None:
        moment = deliveries.drain(moment)
    assert loads == ["middle", "last"]
    assert {ward.row(row).state for row in (first, middle, last)} == {DeliveryState.SENT}


def test_the_naive_outbox_without_groups_sends_it_before_what_it_needs(ward: Ward) -> None:
    ward.owes("first", target="U2", due=NOON + timedelta(hours=1))
    later = ward.owes("later", target="U1")
    ward.deliveries().drain()
    assert ward.row(later).state == DeliveryState.SENT


def test_it_waits_no_longer_than_its_kind_says_from_when_the_first_was_tried(ward: Ward) -> None:
    ward.slack.order("chat.postMessage", *[Answer(status=400, body="a proxy")] * 50)
    ward.owes("chart", group="g", step=0, target="U2")
    message = ward.owes("message", kind="message", group="g", step=1, target="U1")
    deliveries = _deliveries(ward)
    deliveries.drain()
    assert ward.row(message).wait_until == NOON + PATIENCE
    ward.slack.orders.clear()
    with ward.sessions.begin() as session:
        chart = update(Delivery).where(Delivery.kind == "thanks")
        session.execute(chart.values(due=NOON + timedelta(days=1)))
    assert deliveries.next_due(NOON) == NOON + PATIENCE
    deliveries.drain(NOON + PATIENCE)
    assert ward.row(message).state == DeliveryState.SENT


def test_a_hold_lets_the_wait_begin_anew(ward: Ward) -> None:
    ward.slack.order("chat.postMessage", Answer(body={"ok": False, "error": "token_revoked"}))
    ward.owes("chart", group="g", step=0, target="U2")
    message = ward.owes("message", kind="message", group="g", step=1, target="U1")
    _deliveries(ward).drain()
    assert ward.row(message).wait_until is None


def test_a_group_is_looked_up_by_its_own_small_index(database: Sessions) -> None:
    if not database.is_sqlite:
        return
    turn = select(Delivery.id).where(Delivery.state == "ready", _is_its_turn(NOON))
    with database.engine.connect() as connection:
        compiled = turn.compile(connection, compile_kwargs={"literal_binds": True})
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all()
    assert any("ix_delivery_group" in str(line) for line in plan), plan
