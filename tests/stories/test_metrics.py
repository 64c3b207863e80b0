"""Which requests the metrics count: everything but those about a check-in."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import BoltRequest, BoltResponse

from handlers.deadline import Answering, client_of_request
from handlers.pulse import survey_view
from handlers.shared.languages import Languages
from slackapp.core import metrics
from slackapp.core.db import Sessions
from tests.support.alerts import buckets, is_slow

COMMAND = {"command": "/appreciate", "text": "help", "team_id": "T1", "user_id": "U1"}
CHECK_INS: list[dict[str, Any]] = [
    {"command": "/pulse", "text": "", "team_id": "T1", "user_id": "U1"},
    {"type": "view_submission", "view": {"callback_id": survey_view.SUBMIT}},
    *(
        {"type": "block_actions", "actions": [{"action_id": action}]}
        for action in (survey_view.ANSWER, survey_view.ABOUT, survey_view.WITHDRAW)
    ),
]


def counted() -> float:
    kinds = ("command", "view_submission", "block_actions", "event")
    return sum(metrics.sample("appreciate_ack_seconds_count", kind=kind) or 0.0 for kind in kinds)


def abandoned() -> float:
    return metrics.sample("appreciate_answers_abandoned_total", words="nothing_done") or 0.0


@pytest.fixture
def answering(database: Sessions) -> Iterator[Answering]:
    def answers(_request: BoltRequest) -> BoltResponse:
        return BoltResponse(status=200, body="")

    answering = Answering(answers, Languages(), database, client_of=client_of_request)
    yield answering
    answering.close()


def test_a_command_is_counted_and_a_check_in_never(answering: Answering) -> None:
    before = counted()
    answering.dispatch(BoltRequest(body=json.dumps(COMMAND), mode="http"))
    assert counted() == before + 1
    for body in CHECK_INS:
        answering.dispatch(BoltRequest(body=body, mode="socket_mode"))
    assert counted() == before + 1


def test_what_was_abandoned_is_counted_unless_it_is_about_a_check_in(database: Sessions) -> None:
    release = threading.Event()

    def hangs(_request: BoltRequest) -> BoltResponse:
        release.wait(20)
        return BoltResponse(status=200, body="")

    answering = Answering(hangs, Languages(), database, client_of=client_of_request, seconds=0.1)
    before = abandoned()
    try:
        answering.dispatch(BoltRequest(body=COMMAND, mode="socket_mode"))
        answering.dispatch(BoltRequest(body=CHECK_INS[0], mode="socket_mode"))
    finally:
        release.set()
        answering.close()
    assert abandoned() == before + 1


def test_slow_answers_raise_the_alarm_and_quick_ones_do_not() -> None:
    before = buckets("AppreciateAckSlow")
    for seconds in [0.1] * 1000:
        metrics.ACK_SECONDS.labels("command").observe(seconds)
    assert not is_slow("AppreciateAckSlow", since=before)
    for seconds in [2.0] * 30:
        metrics.ACK_SECONDS.labels("command").observe(seconds)
    assert is_slow("AppreciateAckSlow", since=before)
