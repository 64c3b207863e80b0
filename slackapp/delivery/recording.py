"""Writing down how calls ended."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from slackapp.delivery import rate_limits as limits
from slackapp.delivery.claims import ClaimedMessage
from slackapp.delivery.results import Failed, Outcome, RateLimited, RetryLater, Sent, Unknown
from slackapp.outbox import queue as outbox

_logger = logging.getLogger(__name__)
_LONGEST_WAIT = 300.0


@dataclass(frozen=True, slots=True)
class Finished:
    """A call that has ended, and how."""

    claimed: ClaimedMessage
    outcome: Outcome

    @property
    def limited(self) -> bool:
        """Whether Slack refused it with 429."""
        return isinstance(self.outcome, RateLimited)


def record_rate_limits(session: Session, finished: list[Finished], *, now: datetime) -> None:
    """Hold back what Slack refused with 429, for all processes.

    In a transaction of its own: a claim locks limits in the order of workspaces, and
    so does this.
    """
    for one in sorted(finished, key=lambda done: (done.claimed.row.workspace_id, done.claimed.row.method)):
        if isinstance(one.outcome, RateLimited):
            row = one.claimed.row
            limits.block(session, row.workspace_id, row.method, seconds=one.outcome.seconds, now=now)


def record_results(session: Session, finished: list[Finished], *, now: datetime) -> None:
    """Settle every row, in the order of their ids, so that two processes never wait in a circle."""
    for one in sorted(finished, key=lambda done: done.claimed.claim.id):
        kept = _settle(session, one.claimed, one.outcome, now)
        if not kept or not isinstance(one.outcome, Sent):
            _logger.warning(
                "delivery %s of kind %s: %s%s",
                one.claimed.row.id,
                one.claimed.row.kind,
                _in_words(one.outcome),
                "" if kept else " (no longer ours)",
            )


def _settle(session: Session, claimed: ClaimedMessage, outcome: Outcome, now: datetime) -> bool:
    receipt = claimed.claim
    match outcome:
        case Sent(arrived):
            return outbox.mark_sent(session, receipt, arrived)
        case RateLimited():
            # Still due when it was: the blocked bucket holds it back, and it keeps its place.
            return outbox.retry_later(
                session, receipt, due=claimed.row.due, reason="ratelimited", counted=False
            )
        case RetryLater(reason, wait):
            due = now + timedelta(seconds=_wait(claimed, reason) if wait is None else wait)
            return outbox.retry_later(session, receipt, due=due, reason=reason)
        case Failed(reason):
            return outbox.mark_failed(session, receipt, reason=reason)
        case Unknown(reason):
            return outbox.mark_unknown(session, receipt, reason=reason)


def _wait(claimed: ClaimedMessage, reason: str) -> float:
    tried = claimed.row.attempts if claimed.row.reason == reason else 0
    return float(min(2.0 ** min(tried, 16), _LONGEST_WAIT))


def _in_words(outcome: Outcome) -> str:
    name = type(outcome).__name__.lower()
    return name if isinstance(outcome, Sent | RateLimited) else f"{name} ({outcome.reason})"
