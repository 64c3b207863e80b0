"""What the outbox says in /metrics, and the alerts on it."""

from datetime import timedelta

from slackapp.core import metrics
from slackapp.delivery import outbox_metrics
from slackapp.models import HoldScope
from tests.delivery.conftest import NOON, Answer, Ward
from tests.support.alerts import is_firing


def collect(ward: Ward, minutes: float = 0) -> None:
    with ward.sessions.read() as session:
        outbox_metrics.collect(session, NOON + timedelta(minutes=minutes))


def outcomes(outcome: str, error: str = "") -> float:
    return metrics.sample("appreciate_delivery_outcomes_total", outcome=outcome, error=error) or 0.0


def test_calls_are_counted_by_how_they_ended(ward: Ward) -> None:
    sent, limited = outcomes("sent"), outcomes("rate_limited")
    refusals = metrics.sample("appreciate_slack_refusals_total", method="chat.postMessage") or 0.0
    ward.slack.order(
        "chat.postMessage", Answer(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "1"})
    )
    ward.owes()
    ward.deliveries().drain()
    ward.deliveries().drain(NOON + timedelta(seconds=5))
    assert (outcomes("sent"), outcomes("rate_limited")) == (sent + 1, limited + 1)
    assert metrics.sample("appreciate_slack_refusals_total", method="chat.postMessage") == refusals + 1


def test_a_message_that_waits_long_raises_the_alarm_and_a_fresh_one_does_not(ward: Ward) -> None:
    row = ward.owes()
    collect(ward, minutes=9)
    assert not is_firing("AppreciateOldestDue")
    collect(ward, minutes=11)
    assert is_firing("AppreciateOldestDue")
    assert metrics.sample("appreciate_deliveries", kind=ward.row(row).kind, state="ready") == 1
    ward.deliveries().drain(NOON + timedelta(minutes=11))
    collect(ward, minutes=11)
    assert not is_firing("AppreciateOldestDue")
    assert metrics.sample("appreciate_deliveries", kind=ward.row(row).kind, state="ready") is None


def test_a_doubt_raises_the_alarm(ward: Ward) -> None:
    collect(ward)
    assert not is_firing("AppreciateDoubts")
    ward.slack.order("chat.postMessage", Answer(ending="drop"))
    ward.owes()
    ward.deliveries().drain()
    collect(ward)
    assert is_firing("AppreciateDoubts")


def test_a_held_workspace_raises_the_alarm_and_the_pace_is_known(ward: Ward) -> None:
    collect(ward)
    assert not is_firing("AppreciateHeld")
    ward.slack.order("chat.postMessage", Answer(body={"ok": False, "error": "account_inactive"}))
    ward.owes()
    ward.deliveries().drain()
    collect(ward)
    assert is_firing("AppreciateHeld")
    assert metrics.sample("appreciate_holds", scope=HoldScope.WORKSPACE) == 1
    assert metrics.sample("appreciate_pace", method="chat.postMessage") == 4.0


def test_no_label_names_a_workspace_a_person_or_a_channel(ward: Ward) -> None:
    ward.owes(target="U0SECRET")
    ward.owes("post", target="C0SECRET")
    collect(ward)
    ward.deliveries().drain()
    collect(ward)
    text = metrics.exposition().decode()
    assert "SECRET" not in text
    assert ward.workspace.id not in text
    assert ward.workspace.slack_team_id not in text
