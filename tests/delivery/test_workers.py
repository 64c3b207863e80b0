"""Many workers on one database, and workers that die, freeze or are told to stop."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import select, update

from slackapp.delivery import DeliveryWorker, worker
from slackapp.models import Delivery, DeliveryState
from slackapp.outbox.rendered import Skip, WaitUntil
from tests.delivery.conftest import NOON, PATIENCE, Answer, Ward

WORKER = """
import sys
from datetime import UTC, datetime
from slack_sdk import WebClient
import slackapp.models
from slackapp.core.db import connect
from slackapp.delivery import DeliveryWorker, worker
from slackapp.outbox.kinds import Kind, SecondCopy
from slackapp.outbox.references import RecognitionRef
from slackapp.outbox.rendered import Message, Route, by_kind

database, slack = sys.argv[1:]
client = WebClient(token="xoxb-1-2-three", base_url=slack + "/api/", retry_handlers=[], timeout=30)
kind = Kind("thanks", RecognitionRef, second_copy=SecondCopy.AWKWARD)
load = lambda session, about, row, now: about
routes = by_kind(Route(kind, load, lambda about: Message(f"Thanks {about}", [])))
deliveries = DeliveryWorker(connect(database), client, routes, lambda: datetime(2026, 11, 2, 12, tzinfo=UTC))
deliveries.start()
print("ready", flush=True)
sys.stdin.read()
sys.exit(0 if deliveries.stop(20) else 1)
"""


def _worker(ward: Ward, database_url: str) -> subprocess.Popen[str]:
    root = str(Path(__file__).parents[2])
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, database_url, ward.slack.url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def _kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def _end_leases(ward: Ward) -> None:
    with ward.sessions.begin() as session:
        ended = update(Delivery).where(Delivery.state == DeliveryState.SENDING).values(lease_until=1.0)
        session.execute(ended)


def test_a_worker_killed_before_slack_answered_leaves_a_doubt_and_no_double(
    ward: Ward, database_url: str
) -> None:
    ward.slack.order("chat.postMessage", Answer(ending="hold"))
    row = ward.owes()
    process = _worker(ward, database_url)
    ward.slack.wait_for_calls(1)
    _kill(process)
    assert ward.row(row).state == DeliveryState.SENDING
    survivor = ward.deliveries()
    survivor.drain()
    assert ward.row(row).state == DeliveryState.SENDING, "its lease still held"
    _end_leases(ward)
    survivor.drain(NOON + timedelta(days=1))
    assert ward.row(row).state == DeliveryState.UNKNOWN
    assert len(ward.slack.messages) == 1


def test_a_worker_killed_between_slacks_answer_and_the_settling_leaves_a_doubt(
    ward: Ward, database_url: str
) -> None:
    row = ward.owes()
    # Locked after the claim and before the answer: the worker gets its ok and cannot write it down.
    ward.slack.order(
        "chat.postMessage", Answer(ending="hold", body={"ok": True, "ts": "1.1", "channel": "D1"})
    )
    ward.slack.hold_then_answer = True
    process = _worker(ward, database_url)
    ward.slack.wait_for_calls(1)
    with ward.sessions.begin() as session:
        session.scalars(select(Delivery).where(Delivery.id == row).with_for_update()).one()
        ward.slack.released.set()
        ward.slack.wait_for(lambda: ward.slack.answered >= 1)
        _kill(process)
    assert ward.row(row).state == DeliveryState.SENDING
    _end_leases(ward)
    ward.deliveries().drain(NOON + timedelta(days=1))
    assert ward.row(row).state == DeliveryState.UNKNOWN
    assert len(ward.slack.messages) == 1


def test_the_naive_worker_that_takes_up_what_was_being_sent_doubles_it(ward: Ward, database_url: str) -> None:
    ward.slack.order("chat.postMessage", Answer(ending="hold"))
    row = ward.owes()
    process = _worker(ward, database_url)
    ward.slack.wait_for_calls(1)
    _kill(process)
    with ward.sessions.begin() as session:
        session.execute(update(Delivery).where(Delivery.id == row).values(state=DeliveryState.READY))
    ward.deliveries().drain(NOON + timedelta(seconds=5))
    assert len(ward.slack.messages) == 2


def test_three_processes_on_one_database_send_everything_once(ward: Ward, database_url: str) -> None:
    for n in range(10):
        ward.owes(str(n), target=f"U{n}")
    processes = [_worker(ward, database_url) for _ in range(2)]
    here = ward.deliveries()
    here.start()
    ward.slack.wait_for(lambda: len(ward.slack.messages) >= 10)
    for process in processes:
        process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
    assert here.stop(PATIENCE)
    assert sorted(call.body["text"] for call in ward.slack.messages) == [f"Thanks {n}" for n in range(10)]
    with ward.sessions.read() as session:
        assert set(session.scalars(select(Delivery.state))) == {DeliveryState.SENT}


def test_stopping_waits_for_the_call_that_is_out_and_writes_it_down(ward: Ward, database_url: str) -> None:
    ward.slack.order(
        "chat.postMessage", Answer(ending="hold", body={"ok": True, "ts": "1.1", "channel": "D1"})
    )
    ward.slack.hold_then_answer = True
    row = ward.owes()
    process = _worker(ward, database_url)
    ward.slack.wait_for_calls(1)
    assert process.stdin is not None
    process.stdin.close()
    later = ward.owes("later", target="U0LATER")
    ward.slack.released.set()
    assert process.wait(PATIENCE) == 0
    assert process.stdout is not None
    process.stdout.close()
    assert ward.row(row).state == DeliveryState.SENT
    assert ward.row(later).state in (DeliveryState.READY, DeliveryState.SENT)


def test_a_claim_whose_lease_is_over_before_the_call_sends_nothing(ward: Ward) -> None:
    row = ward.owes()
    frozen = ward.deliveries()
    frozen.lease_seconds = 0.0
    frozen.run_once()
    frozen._pool.drain(PATIENCE)
    frozen.run_once()
    assert ward.slack.calls == []
    assert (ward.row(row).state, ward.row(row).reason) == (DeliveryState.READY, "lease_over")
    ward.deliveries().drain(NOON + timedelta(seconds=2))
    assert len(ward.slack.messages) == 1


def test_a_rung_bell_does_not_wait_for_the_next_look(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "POLL_SECONDS", 10 * PATIENCE)
    deliveries = ward.deliveries()
    deliveries.start()
    for n in range(3):
        row = ward.owes(str(n), target=f"U{n}")
        deliveries.wake()
        ward.slack.wait_for_calls(n + 1)
    assert deliveries.stop(PATIENCE)
    assert ward.row(row).state == DeliveryState.SENT


def test_what_another_process_owes_is_noticed_without_a_bell(ward: Ward) -> None:
    deliveries = ward.deliveries()
    deliveries.start()
    row = ward.owes()
    ward.slack.wait_for_calls(1)
    assert deliveries.stop(PATIENCE)
    assert ward.row(row).state == DeliveryState.SENT


def test_a_database_that_fails_for_a_while_does_not_end_the_worker(ward: Ward) -> None:
    failing = iter([True, False])
    failed = threading.Event()

    def clock() -> object:
        if next(failing, False):
            failed.set()
            raise ConnectionError
        return ward.clock.now

    deliveries = DeliveryWorker(ward.sessions, ward.slack.client(), dict(ward.deliveries().routes), clock)  # type: ignore[arg-type]
    ward.open.append(deliveries)
    ward.owes()
    deliveries.start()
    assert failed.wait(PATIENCE)
    ward.slack.wait_for_calls(1)


def test_what_is_not_there_yet_is_looked_at_later_and_what_is_gone_is_dropped(ward: Ward) -> None:
    waiting = ward.owes("waiting", kind="waiting")
    gone = ward.owes("gone", kind="gone")
    later = ward.clock.now.replace(hour=13)
    deliveries = ward.deliveries(waiting=lambda *_: WaitUntil(later), gone=lambda *_: Skip("undone"))
    assert deliveries.drain() == later
    assert (ward.row(waiting).state, ward.row(waiting).due) == (DeliveryState.READY, later)
    assert (ward.row(gone).state, ward.row(gone).reason) == (DeliveryState.EXPIRED, "undone")
    assert ward.slack.calls == []


def _raise(*_: object) -> NoReturn:
    raise ZeroDivisionError


def test_a_row_that_cannot_be_rendered_does_not_hold_up_the_others(ward: Ward) -> None:
    broken = ward.owes("broken", kind="broken", target="U0BROKEN")
    strange = ward.owes("strange", kind="from_another_version", target="U0STRANGE")
    well = ward.owes("well")
    ward.deliveries(broken=_raise).drain()
    assert ward.row(well).state == DeliveryState.SENT
    for row in (ward.row(broken), ward.row(strange)):
        assert (row.state, row.reason) == (DeliveryState.READY, "not_rendered")
        assert row.due > ward.clock.now


def test_only_the_sender_calls_what_people_see() -> None:
    root = Path(__file__).parents[2]
    banned = (
        "chat_postMessage",
        "chat_update",
        "files_upload",
        "files_getUpload",
        "files_complete",
        "say(text",
    )
    callers = {
        str(path.relative_to(root))
        for folder in ("slackapp", "handlers", "reports")
        for path in (root / folder).rglob("*.py")
        if "sandbox" not in path.parts and any(f".{name}" in path.read_text() for name in banned)
    }
    # What became of a request whose database did not answer, and alarms about the database itself, cannot
    # be enqueued in that database.
    assert callers == {"slackapp/delivery/sender.py", "handlers/late_answers.py", "slackapp/app.py"}
