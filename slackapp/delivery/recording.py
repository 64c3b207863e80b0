"""Record the results of finished calls."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_, update
from sqlalchemy.orm import Session

from slackapp.core import log
from slackapp.delivery import circuit, holding, outbox_metrics, rate_limits, results
from slackapp.delivery.claims import ClaimedMessage
from slackapp.delivery.holding import Place
from slackapp.delivery.results import (
    FAULT,
    Failed,
    FeatureOff,
    Held,
    NotRendered,
    Outcome,
    RateLimited,
    RetryLater,
    Sent,
    Unknown,
)
from slackapp.models import Delivery, HoldScope
from slackapp.outbox import queue
from slackapp.outbox.kinds import Kind, SecondCopy
from slackapp.outbox.rendered import FollowUp, Skip, WaitUntil

_logger = logging.getLogger(__name__)
_LONGEST_WAIT = 300.0
_RENDER_AGAIN, _RENDER_LATEST = timedelta(minutes=5), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished call and its outcome."""

    claimed: ClaimedMessage
    outcome: Outcome
    follow_up: FollowUp | None = None
    """Runs once the outcome is recorded."""

    @property
    def concerns_others(self) -> bool:
        """Whether it delays other messages, too: after a 429, or where a hold begins."""
        return isinstance(self.outcome, RateLimited | Held | FeatureOff) or self.is_unclear

    @property
    def is_unclear(self) -> bool:
        """Whether Slack, and no fault of ours, left open whether a post arrived."""
        is_post = self.claimed.row.method in circuit.POSTS
        return is_post and isinstance(self.outcome, Unknown) and self.outcome.reason != FAULT

    @property
    def has_arrived(self) -> bool:
        """Whether Slack has accepted a post."""
        return self.claimed.row.method in circuit.POSTS and isinstance(self.outcome, Sent)


@dataclass(frozen=True, slots=True)
class Repeats:
    """Whether a message that may have arrived is sent again, and whether this try counts for that."""

    is_harmless: bool
    is_counted: bool


class Harmless:
    """Tells by kind which messages are harmless when sent twice, and which are only awkward."""

    def __init__(self, kinds: Iterable[Kind[Any]] = ()) -> None:
        self._kinds = {str(kind): kind for kind in kinds}
        kinds = self._kinds.values()
        of = {effect: [str(kind) for kind in kinds if kind.second_copy is effect] for effect in SecondCopy}
        self.awkward = of[SecondCopy.AWKWARD]
        """Names of the kinds of which a second copy may be sent once."""
        anywhere, to_person = of[SecondCopy.HARMLESS_ANYWHERE], of[SecondCopy.HARMLESS]
        channel = or_(Delivery.target.startswith("C"), Delivery.target.startswith("G"))
        harmless = or_(Delivery.kind.in_(anywhere), and_(Delivery.kind.in_(to_person), ~channel))
        self.order: ColumnElement[int] = case((harmless, 0), (channel, 2), else_=1)
        """Sorts deliveries: harmless twice, then awkward, then what a whole channel would see."""

    def __call__(self, row: Delivery) -> bool:
        """Return whether a second copy of this message would be harmless."""
        kind = self._kinds.get(row.kind)
        return kind is not None and kind.is_harmless(to_channel=row.is_to_channel)


def keep_back(session: Session, finished: list[Finished], *, now: datetime) -> None:
    """Record rate limits and holds for all processes.

    Run it in a transaction of its own: a claim locks limits in the order of workspaces, and
    so does this.
    """
    refused = [
        (_place(done.claimed.row, done.outcome), done.outcome.reason)
        for done in finished
        if isinstance(done.outcome, Held | FeatureOff)
    ]
    reasons = dict(refused)
    for place in holding.hold(session, refused, now=now):
        # Once, at its beginning; how often it was tried is told at its end.
        _logger.warning("Slack takes no message (%s, %s)", place.scope, reasons[place])
    unclear = [
        (done.claimed.row.workspace_id, done.outcome.reason)
        for done in finished
        if done.is_unclear and isinstance(done.outcome, Unknown)
    ]
    for _workspace_id in circuit.count_unclear(session, unclear, now=now):
        _logger.warning("Slack answers posts with errors: they wait, and one is tried now and then")
    for done in sorted(finished, key=lambda done: (done.claimed.row.workspace_id, done.claimed.row.method)):
        if isinstance(done.outcome, RateLimited):
            row = done.claimed.row
            rate_limits.block(session, row.workspace_id, row.method, seconds=done.outcome.seconds, now=now)
    # The wait for pictures is counted only while they could be sent.
    _wait_anew(session, [done.claimed.row for done in finished if isinstance(done.outcome, Held)])


def _wait_anew(session: Session, rows: Iterable[Delivery]) -> None:
    groups = {row.group_key for row in rows if row.group_key}
    if groups:
        waiting = update(Delivery).where(Delivery.group_key.in_(groups), queue.IN_GROUP)
        session.execute(waiting.values(wait_until=None))


def record_results(session: Session, finished: list[Finished], harmless: Harmless, *, now: datetime) -> None:
    """Record each outcome in its row, in the order of the ids, so that two processes cannot deadlock."""
    unclear = {done.claimed.row.workspace_id for done in finished if done.is_unclear}
    open_circuits = circuit.open_among(session, unclear) if unclear else set()
    for done in sorted(finished, key=lambda done: done.claimed.claim.id):
        outbox_metrics.count(done.claimed.row.method, done.outcome)
        repeats = Repeats(
            is_harmless=harmless(done.claimed.row),
            is_counted=done.claimed.row.workspace_id not in open_circuits,
        )
        is_ours = _settle(session, done.claimed, done.outcome, now, repeats)
        if is_ours:
            _follow_up(session, done, now)
        is_told_once = isinstance(done.outcome, Held | FeatureOff) or not repeats.is_counted
        if not is_ours or not (is_told_once or isinstance(done.outcome, Sent | WaitUntil | Skip)):
            _logger.warning(
                "delivery %s of kind %s: %s%s",
                done.claimed.row.id,
                done.claimed.row.kind,
                _in_words(done.outcome),
                "" if is_ours else " (no longer ours)",
            )
    _lift(session, finished, now)
    _repeat_awkward(session, finished, harmless, now)


def _repeat_awkward(session: Session, finished: list[Finished], harmless: Harmless, now: datetime) -> None:
    """Send again what Slack answered with an error of its own, now that it has accepted a later post."""
    arrived: dict[str, datetime] = {}
    for done in finished:
        if done.has_arrived:
            workspace_id = done.claimed.row.workspace_id
            arrived[workspace_id] = max(done.claimed.now, arrived.get(workspace_id, done.claimed.now))
    for workspace_id, moment in sorted(arrived.items()):
        again = queue.repeat_once(
            session,
            workspace_id,
            harmless.awkward,
            tried_before=moment,
            reasons=results.of_slacks_own_failure(Delivery.reason),
            now=now,
        )
        for delivery_id in again:
            _logger.info("delivery %s is sent once more: Slack answered with an error", delivery_id)


def _follow_up(session: Session, done: Finished, now: datetime) -> None:
    follow_up = done.follow_up if isinstance(done.outcome, Sent | WaitUntil | Skip) else None
    if follow_up is None:
        return
    try:
        with session.begin_nested():
            follow_up(session, done.claimed.row, now)
    except Exception as problem:  # noqa: BLE001 - one bad follow-up must not undo what is known of all the others
        log.failure(_logger, f"following up {done.claimed.row.kind} {done.claimed.row.id}", problem)


def _lift(session: Session, finished: list[Finished], now: datetime) -> None:
    """Lift holds on places to which a message was sent."""
    sent = [done.claimed.row for done in finished if isinstance(done.outcome, Sent)]
    if not sent:
        return
    trials = holding.on_trial(session, (row.workspace_id for row in sent), now=now)
    ended = [place for row in sent for place in holding.places_of(row) if place in trials]
    for hold in holding.lift(session, ended):
        if hold.scope != HoldScope.POSTS or circuit.is_open(hold):
            seconds = (now - hold.since).total_seconds()
            _logger.warning(
                "Slack takes messages again (%s, %s, after %d s and %d checks)",
                *(hold.scope, hold.reason, seconds, hold.looks),
            )


def _place(row: Delivery, refusal: Held | FeatureOff) -> Place:
    if isinstance(refusal, FeatureOff):
        return Place(row.workspace_id, HoldScope.FEATURE, holding.FILES)
    subjects = {HoldScope.TARGET: row.target, HoldScope.MESSAGE: row.id}
    return Place(row.workspace_id, refusal.scope, subjects.get(refusal.scope, ""))


def _settle(
    session: Session, claimed: ClaimedMessage, outcome: Outcome, now: datetime, repeats: Repeats
) -> bool:
    receipt = claimed.claim
    if isinstance(outcome, WaitUntil | Skip | NotRendered):
        return _settle_unsent(session, claimed, outcome, now)
    match outcome:
        case Sent(arrived):
            return queue.mark_sent(session, receipt, arrived)
        case RateLimited() | Held():
            # It keeps its due time, and so its place in the queue; the bucket or the hold delays it.
            return queue.hold_back(session, receipt, due=claimed.row.due)
        case RetryLater(reason, wait):
            due = now + timedelta(seconds=_wait(claimed, reason) if wait is None else wait)
            return queue.retry_later(session, receipt, due=due, reason=reason)
        case Failed(reason) | FeatureOff(reason):
            return queue.mark_failed(session, receipt, reason=reason)
        case Unknown(reason):
            return queue.mark_unknown(
                session,
                receipt,
                reason=reason,
                now=now,
                is_harmless=repeats.is_harmless,
                is_counted=repeats.is_counted,
            )


def _settle_unsent(
    session: Session, claimed: ClaimedMessage, result: WaitUntil | Skip | NotRendered, now: datetime
) -> bool:
    """Record an outcome for which Slack was not called."""
    match result:
        case WaitUntil(due):
            return queue.retry_later(session, claimed.claim, due=due, reason="later", counted=False)
        case Skip(reason):
            return queue.mark_skipped(session, claimed.claim, reason=reason)
        case NotRendered(reason):
            tried = claimed.row.attempts if claimed.row.reason == reason else 0
            due = now + min(_RENDER_AGAIN * (tried + 1), _RENDER_LATEST)
            return queue.retry_later(session, claimed.claim, due=due, reason=reason)


def _wait(claimed: ClaimedMessage, reason: str) -> float:
    tried = claimed.row.attempts if claimed.row.reason == reason else 0
    return float(min(2.0 ** min(tried, 16), _LONGEST_WAIT))


def _in_words(outcome: Outcome) -> str:
    name = type(outcome).__name__.lower()
    return name if isinstance(outcome, Sent | RateLimited | WaitUntil) else f"{name} ({outcome.reason})"
