"""The circuit breaker: while Slack answers posts with errors, they wait, and one is tried now and then."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from slackapp.delivery import DeliveryWorker, Harmless, circuit
from slackapp.models import Delivery, DeliveryState, Hold, HoldScope
from slackapp.outbox import queue as outbox
from slackapp.outbox.kinds import Kind, SecondCopy
from slackapp.outbox.references import RecognitionRef
from slackapp.outbox.rendered import Message
from slackapp.workspace import registry
from tests.delivery.conftest import NOON, Answer, Ward

SECOND = timedelta(seconds=1)
ERROR = Answer(status=500)
CALM = timedelta(hours=3)


def _kinds() -> Harmless:
    """Invitations are harmless twice, thanks awkward; an announcement would be seen by all."""
    return Harmless(
        [
            Kind("invitation", RecognitionRef, second_copy=SecondCopy.HARMLESS),
            Kind("thanks", RecognitionRef, second_copy=SecondCopy.AWKWARD),
            Kind("announcement", RecognitionRef, second_copy=SecondCopy.SEEN_BY_ALL),
        ]
    )


def _worker(ward: Ward) -> DeliveryWorker:
    def render(_session: object, row: Delivery, _now: datetime) -> Message:
        return Message(text=f"{row.kind} {row.reference}", blocks=[])

    worker = ward.deliveries(invitation=render, thanks=render, announcement=render)
    worker.harmless = _kinds()
    return worker


def _invite(ward: Ward, count: int, **changes: object) -> list[str]:
    return [
        ward.owes(str(number), **{"target": f"U{number:03}", "kind": "invitation", **changes})
        for number in range(count)
    ]


def _posts(ward: Ward) -> list[str]:
    """The texts of all posts that were tried."""
    return [call.body["text"] for call in ward.slack.of("chat.postMessage")]


def _states(ward: Ward, kind: str) -> dict[str, int]:
    with ward.sessions.read() as session:
        counted = select(Delivery.state, func.count()).where(Delivery.kind == kind).group_by(Delivery.state)
        states: dict[str, int] = dict(session.execute(counted).all())
        return states


def _run(worker: DeliveryWorker, start: datetime, end: datetime) -> None:
    """Let the worker send at every moment at which something is due."""
    moment = start
    while moment <= end:
        following = worker.drain(moment)
        if following is None:
            return
        moment = following


def _is_open(ward: Ward) -> bool:
    with ward.sessions.read() as session:
        return ward.workspace.id in circuit.open_among(session, [ward.workspace.id])


def test_the_waits_double_from_fifteen_seconds_to_five_minutes() -> None:
    waits = [circuit.wait_after(unclear).total_seconds() for unclear in range(3, 11)]
    assert waits == [15, 30, 60, 120, 240, 300, 300, 300]


@pytest.mark.parametrize(
    "unclear",
    [ERROR, Answer(body={"ok": False, "error": "internal_error"}, done=False), Answer(ending="drop")],
    ids=["500", "internal_error", "drop"],
)
def test_after_three_unclear_answers_in_a_row_one_post_is_tried_after_each_wait(
    ward: Ward, unclear: Answer
) -> None:
    _invite(ward, 40)
    ward.slack.order("chat.postMessage", *[unclear] * 1000)
    worker = _worker(ward)
    worker.drain()
    at_once = len(_posts(ward))
    assert at_once <= 8, "as many as there are slots"
    assert _is_open(ward)
    moment, waits = NOON, []
    for _ in range(7):
        following = worker.next_due(moment)
        assert following is not None
        tried = len(_posts(ward))
        worker.drain(following - SECOND)
        assert len(_posts(ward)) == tried, "nothing is tried before its time"
        worker.drain(following)
        assert len(_posts(ward)) == tried + 1, "one is tried"
        waits.append(round((following - moment).total_seconds()))
        moment = following
    assert waits == [15, 30, 60, 120, 240, 300, 300]
    assert _states(ward, "invitation") == {DeliveryState.READY: 40}, "no try while it is open counts"


def test_each_trial_takes_what_was_tried_least(ward: Ward) -> None:
    _invite(ward, 12)
    ward.slack.order("chat.postMessage", *[ERROR] * 1000)
    worker = _worker(ward)
    _run(worker, NOON, NOON + timedelta(minutes=40))
    tries = [_posts(ward).count(f"invitation {number}") for number in range(12)]
    assert max(tries) - min(tries) <= 1, tries
    assert sum(tries) >= 12


def test_any_post_that_arrives_closes_it_and_everything_goes_out(ward: Ward) -> None:
    _invite(ward, 30)
    ward.slack.order("chat.postMessage", *[ERROR] * 10)
    worker = _worker(ward)
    _run(worker, NOON, NOON + CALM)
    assert not _is_open(ward)
    assert _states(ward, "invitation") == {DeliveryState.SENT: 30}
    assert len(ward.slack.messages) == 30, "one each: Slack took none while it answered errors"


def test_two_unclear_answers_and_one_that_is_clear_do_not_open_it(ward: Ward) -> None:
    worker = _worker(ward)
    for number in range(6):
        ward.slack.order("chat.postMessage", *([ERROR] if number % 3 else []))
        ward.owes(str(number), target=f"U{number:03}", kind="invitation")
        worker.drain()
        assert not _is_open(ward)


def test_a_thank_you_is_not_tried_while_something_harmless_waits(ward: Ward) -> None:
    _invite(ward, 10)
    ward.slack.order("chat.postMessage", *[ERROR] * 1000)
    worker = _worker(ward)
    worker.drain()
    thanks = ward.owes("thanks", kind="thanks", target="U0NURSE")
    post = ward.owes("post", kind="announcement", target="C0TEAM")
    _run(worker, NOON + SECOND, NOON + timedelta(minutes=30))
    assert not [text for text in _posts(ward) if not text.startswith("invitation")]
    assert ward.row(thanks).state == ward.row(post).state == DeliveryState.READY
    ward.slack.orders.clear()
    _run(worker, NOON + timedelta(minutes=30), NOON + CALM)
    assert ward.row(thanks).state == ward.row(post).state == DeliveryState.SENT
    assert _posts(ward).count("thanks thanks") == 1
    assert _posts(ward).count("announcement post") == 1


def test_without_anything_harmless_the_thank_you_goes_before_what_a_channel_sees(ward: Ward) -> None:
    _invite(ward, 3)
    ward.slack.order("chat.postMessage", *[ERROR] * 3)
    worker = _worker(ward)
    worker.drain()
    with ward.sessions.begin() as session:
        for row in session.scalars(select(Delivery)):
            session.delete(row)
    ward.owes("post", kind="announcement", target="C0TEAM", due=NOON - SECOND)
    ward.owes("thanks", kind="thanks", target="U0NURSE")
    _run(worker, NOON + SECOND, NOON + timedelta(minutes=1))
    assert _posts(ward)[3:] == ["thanks thanks", "announcement post"]


def test_while_slack_does_not_even_answer_auth_test_nothing_is_tried(ward: Ward) -> None:
    _invite(ward, 20)
    ward.slack.order("chat.postMessage", *[ERROR] * 1000)
    ward.slack.order("auth.test", *[Answer(status=503)] * 1000)
    worker = _worker(ward)
    worker.drain()
    tried = len(_posts(ward))
    _run(worker, NOON + SECOND, NOON + timedelta(minutes=20))
    assert len(_posts(ward)) == tried
    ward.slack.orders.clear()
    _run(worker, NOON + timedelta(minutes=20), NOON + CALM)
    assert _states(ward, "invitation") == {DeliveryState.SENT: 20}


def test_changes_and_uploads_that_nobody_sees_go_on(ward: Ward) -> None:
    _invite(ward, 3)
    ward.slack.order("chat.postMessage", *[ERROR] * 1000)
    worker = ward.deliveries(change=lambda *_: Message("New", [], channel="C0TEAM", replaces="1.0001"))
    worker.harmless = _kinds()
    worker.drain()
    row = ward.owes("change", kind="change", method=outbox.Method.UPDATE)
    worker.drain(NOON + SECOND)
    assert ward.row(row).state == DeliveryState.SENT


def test_no_workspace_waits_for_another(ward: Ward) -> None:
    _invite(ward, 4)
    ward.slack.order("chat.postMessage", *[ERROR] * 4)
    worker = _worker(ward)
    worker.drain()
    assert _is_open(ward)
    with ward.sessions.begin() as session:
        ward.workspace = registry.install(session, slack_team_id="T0OTHER", name="X", bot_user_id="U0BOT")
    other = ward.owes("other", target="U0OTHER", kind="invitation")
    worker.drain(NOON + SECOND)
    assert ward.row(other).state == DeliveryState.SENT


def test_what_is_still_in_doubt_at_its_end_stays_in_doubt(ward: Ward) -> None:
    rows = _invite(ward, 3, expires=NOON + timedelta(minutes=20))
    ward.slack.order("chat.postMessage", *[ERROR] * 1000)
    worker = _worker(ward)
    _run(worker, NOON, NOON + timedelta(minutes=40))
    assert [ward.row(row).state for row in rows] == [DeliveryState.UNKNOWN] * 3


def test_a_fault_of_our_own_keeps_back_nobody_elses_messages(ward: Ward) -> None:
    def broken(*_arguments: object) -> Message:
        return Message(text="x", blocks=[object()])  # type: ignore[list-item]

    for number in range(4):
        ward.owes(str(number), target=f"U{number}", kind="broken")
    worker = ward.deliveries(broken=broken)
    worker.drain()
    assert not _is_open(ward)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_outage_costs_few_lines_in_the_log(ward: Ward, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("WARNING", logger="slackapp")
    _invite(ward, 40)
    ward.slack.order("chat.postMessage", *[ERROR] * 20)
    worker = _worker(ward)
    _run(worker, NOON, NOON + CALM)
    assert _states(ward, "invitation") == {DeliveryState.SENT: 40}
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("slackapp")]
    assert len(lines) <= 8 + 2, lines
    assert "Slack answers posts with errors" in "\n".join(lines)
    assert lines[-1].startswith("Slack takes messages again (posts, http_500, after")


def test_two_processes_count_the_same_answers(ward: Ward) -> None:
    ward.slack.order("chat.postMessage", *[ERROR] * 1000)
    workers = [_worker(ward), _worker(ward)]
    for number in range(6):
        ward.owes(str(number), target=f"U{number:03}", kind="invitation")
        workers[number % 2].drain()
    assert len(_posts(ward)) == circuit.OPENS_AFTER
    with ward.sessions.read() as session:
        hold = session.get_one(Hold, (ward.workspace.id, HoldScope.POSTS, ""))
        assert hold.again == NOON + timedelta(seconds=15)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_naive_worker_without_a_circuit_tries_every_message_in_the_outage(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(circuit, "state", lambda *_arguments: circuit.Circuit.CLOSED)
    _invite(ward, 12)
    ward.slack.order("chat.postMessage", *[ERROR] * 1000)
    worker = _worker(ward)
    _run(worker, NOON, NOON + timedelta(seconds=10))
    assert len(_posts(ward)) >= 12
