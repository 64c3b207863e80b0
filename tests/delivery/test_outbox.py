"""Owing, fences and leases, by the database alone."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from slackapp.core.db import new_id
from slackapp.delivery import claims as claiming
from slackapp.delivery.claims import Lease
from slackapp.models import Delivery, DeliveryState
from slackapp.outbox import queue as outbox
from slackapp.outbox.queue import Claim, NewDelivery, Priority, SlackMessageId
from slackapp.workspace import registry as workspaces
from tests.delivery.conftest import NOON, Ward


def _claimed(session: Session, row: str, lease: float = 120.0) -> Claim:
    delivery = session.get_one(Delivery, row)
    return outbox.claim(delivery, lease_until=time.time() + lease, now=NOON)


def _lapse(session: Session, *, harmless: bool = False) -> int:
    return outbox.release_expired_leases(
        session, real_now=time.time(), now=NOON, harmless=lambda _row: harmless
    )


def _state_of(session: Session, row: str) -> str:
    return session.scalars(select(Delivery.state).where(Delivery.id == row)).one()


def test_owing_the_same_key_twice_writes_one_row(ward: Ward) -> None:
    delivery = NewDelivery("thanks:1:U0NURSE", "thanks", "1", "U0NURSE", NOON)
    with ward.sessions.begin() as session:
        assert outbox.enqueue(session, ward.workspace, delivery) is not None
        assert outbox.enqueue(session, ward.workspace, delivery) is None
        many = [delivery, NewDelivery("thanks:2:U0NURSE", "thanks", "2", "U0NURSE", NOON)]
        assert [row.reference for row in outbox.enqueue_many(session, ward.workspace, many)] == ["2"]
    with ward.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == 2


def test_the_worker_is_woken_by_whatever_makes_a_message_due(ward: Ward) -> None:
    woken: list[str] = []
    ward.sessions.on_commit(outbox.OUTBOX, lambda: woken.append("woken"))
    delivery = NewDelivery("thanks:1:U0NURSE", "thanks", "1", "U0NURSE", NOON)
    with ward.sessions.begin() as session:
        first = outbox.enqueue(session, ward.workspace, delivery)
        outbox.enqueue(session, ward.workspace, NewDelivery("thanks:2", "thanks", "2", "U0NURSE", NOON))
    assert woken == ["woken"]
    assert first is not None
    with ward.sessions.begin() as session:
        outbox.enqueue(session, ward.workspace, delivery)
        outbox.cancel(session, "2")
    assert woken == ["woken"]
    with ward.sessions.begin() as session:
        outbox.fan_out(session, ward.workspace, key="poll:1", kind="poll", reference="1")
    with ward.sessions.begin() as session:
        outbox.mark_unknown(session, _claimed(session, first.id), reason="lease_over", now=NOON)
    assert len(woken) == 2
    with ward.sessions.begin() as session:
        outbox.send_again(session, first.id, now=NOON)
    assert len(woken) == 3


def test_a_rolled_back_transaction_owes_nothing(ward: Ward) -> None:
    def press() -> None:
        with ward.sessions.begin() as session:
            outbox.enqueue(session, ward.workspace, NewDelivery("thanks:1", "thanks", "1", "U0NURSE", NOON))
            assert session.scalar(select(func.count()).select_from(Delivery)) == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        press()
    ward.deliveries().drain()
    with ward.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == 0
    assert ward.slack.calls == []


def test_twelve_hundred_rows_are_written_and_named_once_each(ward: Ward) -> None:
    deliveries = [
        NewDelivery(f"poll:1:{n}", "thanks", str(n), f"U{n}", NOON, Priority.POLL) for n in range(1200)
    ]
    with ward.sessions.begin() as session:
        assert len({row.id for row in outbox.enqueue_many(session, ward.workspace, deliveries)}) == 1200
        assert outbox.enqueue_many(session, ward.workspace, deliveries) == []


def test_a_claim_that_was_taken_over_can_no_longer_say_how_it_ended(ward: Ward) -> None:
    row = ward.owes()
    with ward.sessions.begin() as session:
        first = _claimed(session, row)
        outbox.mark_unknown(session, first, reason="lease_over", now=NOON)
        assert outbox.send_again(session, row, now=NOON)
        second = _claimed(session, row)
    with ward.sessions.begin() as session:
        assert not outbox.mark_failed(session, first, reason="channel_not_found")
        assert not outbox.mark_sent(session, first, SlackMessageId("D0NURSE", "1.1"))
        assert not outbox.retry_later(session, first, due=NOON, reason="ratelimited")
        assert outbox.mark_sent(session, second, SlackMessageId("D0NURSE", "2.2"))
    assert (ward.row(row).state, ward.row(row).slack_ts) == (DeliveryState.SENT, "2.2")


def test_an_answer_that_comes_after_the_lease_still_turns_doubt_into_knowledge(ward: Ward) -> None:
    row = ward.owes()
    with ward.sessions.begin() as session:
        receipt = _claimed(session, row, lease=-1)
        assert _lapse(session) == 1
    assert ward.row(row).state == DeliveryState.UNKNOWN
    with ward.sessions.begin() as session:
        assert outbox.mark_sent(session, receipt, SlackMessageId("D0NURSE", "1.1"))
    assert ward.row(row).state == DeliveryState.SENT


def test_a_lease_that_holds_is_left_alone(ward: Ward) -> None:
    row = ward.owes()
    with ward.sessions.begin() as session:
        _claimed(session, row, lease=60)
        assert _lapse(session) == 0
    assert ward.row(row).state == DeliveryState.SENDING


def test_what_kills_its_worker_again_and_again_is_given_up(ward: Ward) -> None:
    row = ward.owes(method=outbox.Method.UPLOAD)
    states = []
    for _ in range(6):
        with ward.sessions.begin() as session:
            _claimed(session, row, lease=-1)
            _lapse(session)
        states.append(ward.row(row).state)
    assert states == [DeliveryState.READY] * 5 + [DeliveryState.DEAD]


def test_a_month_of_refusals_ends_no_message_but_its_own_end_does(ward: Ward) -> None:
    lasting, ending = (
        ward.owes("lasting"),
        ward.owes("ending", target="U0OTHER", expires=NOON + timedelta(days=20)),
    )
    for row in (lasting, ending):
        for day in range(30):
            with ward.sessions.begin() as session:
                delivery = session.get_one(Delivery, row, populate_existing=True)
                now = NOON + timedelta(days=day)
                failing = outbox.claim(delivery, lease_until=time.time() + 120, now=now)
                outbox.retry_later(session, failing, due=now, reason="request_timeout")
    assert ward.row(lasting).state == ward.row(ending).state == DeliveryState.READY
    ward.deliveries().drain(NOON + timedelta(days=31))
    assert [ward.row(row).state for row in (lasting, ending)] == [DeliveryState.SENT, DeliveryState.EXPIRED]


def test_how_long_it_waits_for_its_pictures_is_not_counted_while_it_is_held_back(ward: Ward) -> None:
    row = ward.owes()
    with ward.sessions.begin() as session:
        outbox.hold_back(session, _claimed(session, row), due=NOON)
    assert ward.row(row).first_try is None
    with ward.sessions.begin() as session:
        outbox.retry_later(session, _claimed(session, row), due=NOON, reason="later", counted=False)
    assert ward.row(row).first_try == NOON


def test_a_lease_ends_by_whichever_clock_comes_first() -> None:
    wall, steady = time.time(), time.monotonic()
    assert Lease(wall + 60, steady + 60).holds()
    assert not Lease(wall - 1, steady + 60).holds(), "the machine was suspended"
    assert not Lease(wall + 60, steady - 1).holds(), "the clock was set back"


def test_doubtful_messages_go_again_only_when_a_person_says_so(ward: Ward) -> None:
    row = ward.owes(expires=NOON + timedelta(hours=1))
    with ward.sessions.begin() as session:
        outbox.mark_unknown(session, _claimed(session, row), reason="http_500", now=NOON)
    deliveries = ward.deliveries()
    assert deliveries.drain(NOON + timedelta(days=3)) is None
    assert ward.slack.calls == []
    # Whoever says so has seen how late it is.
    later = NOON + timedelta(days=3)
    with ward.sessions.begin() as session:
        assert outbox.send_again(session, row, now=later)
        assert not outbox.send_again(session, row, now=later)
    deliveries.drain(later)
    assert ward.row(row).state == DeliveryState.SENT


def test_what_is_owed_where_the_app_was_taken_away_waits_for_its_return(ward: Ward) -> None:
    row, deliveries = ward.owes(), ward.deliveries()
    with ward.sessions.begin() as session:
        workspaces.uninstall(session, "T0WARD", now=NOON)
    assert deliveries.drain() is None
    assert (ward.slack.calls, ward.row(row).state) == ([], DeliveryState.READY)
    with ward.sessions.begin() as session:
        workspaces.install(session, slack_team_id="T0WARD", name="Ward", bot_user_id="U0BOT")
    deliveries.drain()
    assert ward.row(row).state == DeliveryState.SENT


def test_what_is_withdrawn_before_it_was_sent_does_not_go(ward: Ward) -> None:
    row, other = ward.owes("withdrawn"), ward.owes("kept", target="U0OTHER")
    with ward.sessions.begin() as session:
        assert outbox.cancel(session, "withdrawn") == 1
    ward.deliveries().drain()
    assert (ward.row(row).state, ward.row(other).state) == (DeliveryState.EXPIRED, DeliveryState.SENT)


def test_what_is_too_late_does_not_go(ward: Ward) -> None:
    row = ward.owes(expires=NOON + timedelta(hours=1))
    ward.deliveries().drain(NOON + timedelta(hours=1))
    assert (ward.row(row).state, ward.row(row).reason) == (DeliveryState.EXPIRED, "too_late")
    assert ward.slack.calls == []


def _fill(ward: Ward, rows: int) -> None:
    with ward.sessions.begin() as session:
        session.execute(
            outbox.insert_for(session)(Delivery),
            [
                {
                    "id": new_id(),
                    "key": f"old:{n}",
                    "token": new_id(),
                    "workspace_id": ward.workspace.id,
                    "method": outbox.Method.POST,
                    "target": f"U{n}",
                    "kind": "thanks",
                    "reference": str(n),
                    "priority": int(Priority.POLL),
                    "due": NOON + timedelta(seconds=n),
                    "state": DeliveryState.SENT if n % 20 else DeliveryState.READY,
                }
                for n in range(rows)
            ],
        )


def _plan(ward: Ward, statement: object) -> str:
    with ward.sessions.begin() as session:
        if not ward.sessions.is_sqlite:
            session.execute(text("ANALYZE delivery"))
        compiled = statement.compile(session.get_bind(), compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined]
        explain = "EXPLAIN QUERY PLAN " if ward.sessions.is_sqlite else "EXPLAIN "
        values = {name: str(value) for name, value in compiled.params.items()}
        if ward.sessions.is_sqlite:
            steps = session.connection().exec_driver_sql(
                explain + str(compiled), tuple(values[name] for name in compiled.positiontup or ())
            )
        else:
            steps = session.connection().exec_driver_sql(explain + str(compiled), values)
        return "\n".join(str(tuple(line)) for line in steps)


def test_the_claim_seeks_in_the_index_on_both_databases(ward: Ward) -> None:
    _fill(ward, 6000)
    due = (
        select(Delivery)
        .where(*claiming._due(ward.workspace.id, Priority.POLL, NOON + timedelta(seconds=100)))
        .order_by(Delivery.due, Delivery.id)
        .limit(20)
    )
    plan = _plan(ward, due)
    assert "ix_delivery_due" in plan
    assert "SCAN delivery" not in plan
    assert "Seq Scan" not in plan
    if ward.sessions.is_sqlite:
        assert "priority=? AND due<?" in plan
        assert "TEMP B-TREE" not in plan


def test_old_leases_are_found_in_the_index_on_both_databases(ward: Ward) -> None:
    _fill(ward, 6000)
    lapsed = select(Delivery).where(Delivery.state == DeliveryState.SENDING, Delivery.lease_until < 1.0)
    assert "ix_delivery_lease" in _plan(ward, lapsed)


def test_a_naive_query_is_seen_to_scan(ward: Ward) -> None:
    _fill(ward, 6000)
    plan = _plan(ward, select(Delivery).where(Delivery.kind == "thanks"))
    assert "SCAN delivery" in plan or "Seq Scan" in plan
