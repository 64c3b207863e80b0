"""Metrics of the outbox: how calls ended, what waits and since when, doubts, holds, and the pace."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from prometheus_client import Gauge
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from slackapp.core import metrics
from slackapp.delivery import circuit, pace
from slackapp.delivery.results import (
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
from slackapp.models import Bucket, Delivery, DeliveryState, Hold, HoldScope, Workspace
from slackapp.outbox.queue import Method, Priority
from slackapp.outbox.rendered import Skip, WaitUntil

_NAMES: dict[type[Outcome], str] = {
    Sent: "sent",
    RateLimited: "rate_limited",
    RetryLater: "retry",
    Held: "hold",
    Failed: "never",
    FeatureOff: "feature_off",
    Unknown: "may_have_arrived",
    WaitUntil: "waits",
    Skip: "skipped",
    NotRendered: "not_rendered",
}
_OPEN = (DeliveryState.READY, DeliveryState.SENDING, DeliveryState.UNKNOWN)


def count(method: str, outcome: Outcome) -> None:
    """Count how a call ended."""
    error = getattr(outcome, "reason", "")
    metrics.DELIVERY_OUTCOMES.labels(_NAMES[type(outcome)], error).inc()
    if isinstance(outcome, RateLimited):
        metrics.SLACK_REFUSALS.labels(method).inc()


def collect(session: Session, now: datetime) -> None:
    """Set the gauges of the outbox by what the database says at `now`."""
    installed = select(Workspace.id).where(Workspace.uninstalled_at.is_(None))
    _collect_deliveries(session)
    oldest = (
        select(Delivery.priority, func.min(Delivery.due))
        .where(
            Delivery.state == DeliveryState.READY, Delivery.due <= now, Delivery.workspace_id.in_(installed)
        )
        .group_by(Delivery.priority)
    )
    waiting = {priority: (now - due).total_seconds() for priority, due in session.execute(oldest)}
    for priority in Priority:
        metrics.DELIVERY_OLDEST_SECONDS.labels(priority.name.lower()).set(waiting.get(priority, 0.0))
    keeps_back = or_(Hold.scope != HoldScope.POSTS, Hold.looks >= circuit.OPENS_AFTER)
    held = (
        select(Hold.scope, func.count())
        .where(Hold.workspace_id.in_(installed), keeps_back)
        .group_by(Hold.scope)
    )
    _replace(metrics.HOLDS, {(scope,): float(count) for scope, count in session.execute(held)})
    slowest = select(Bucket.name, func.min(Bucket.fraction)).where(
        Bucket.name.in_([f"method:{method}" for method in Method])
    )
    paces = {
        (name.removeprefix("method:"),): fraction * pace.FIRST
        for name, fraction in session.execute(slowest.group_by(Bucket.name))
    }
    _replace(metrics.PACE, paces)


def _collect_deliveries(session: Session) -> None:
    counted = (
        select(Delivery.kind, Delivery.state, func.count())
        .where(Delivery.state.in_(_OPEN))
        .group_by(Delivery.kind, Delivery.state)
    )
    counts = {(kind, state): float(count) for kind, state, count in session.execute(counted)}
    _replace(metrics.DELIVERIES, counts)
    doubts = {(kind,): count for (kind, state), count in counts.items() if state == DeliveryState.UNKNOWN}
    _replace(metrics.DOUBTS, doubts)


def _replace(gauge: Gauge, values: Mapping[Any, float]) -> None:
    """Set a gauge to exactly these samples, by their labels."""
    gauge.clear()
    for labels, value in values.items():
        gauge.labels(*labels).set(value)
