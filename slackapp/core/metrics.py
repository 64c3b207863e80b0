"""Metrics for Prometheus, in a registry of their own. No label ever holds a person, a team or a workspace.

A request that has to do with a check-in appears in none of them: how many answered must not be countable.
Names and labels are documented in docs/running.md; alerts on them are in deploy/alerts.yml.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_REGISTRY = CollectorRegistry(auto_describe=True)
_PREFIX = "appreciate"


def _counter(name: str, documentation: str, labels: tuple[str, ...] = ()) -> Counter:
    return Counter(name, documentation, labels, namespace=_PREFIX, registry=_REGISTRY)


def _gauge(name: str, documentation: str, labels: tuple[str, ...] = ()) -> Gauge:
    return Gauge(name, documentation, labels, namespace=_PREFIX, registry=_REGISTRY)


DELIVERY_OUTCOMES = _counter(
    "delivery_outcomes", "How calls that deliver a message ended.", ("outcome", "error")
)
SLACK_REFUSALS = _counter("slack_refusals", "Answers of Slack with status 429.", ("method",))
JOB_FAILURES = _counter("job_failures", "Runs of a background job that failed.", ("job",))
ACK_SECONDS = Histogram(
    "ack_seconds",
    "Time until a request was answered; those about check-ins are left out.",
    ("kind",),
    namespace=_PREFIX,
    registry=_REGISTRY,
    buckets=(0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 2.5, 3.0),
)
ANSWERS_ABANDONED = _counter(
    "answers_abandoned",
    "Requests answered before they had ended: nothing was done, or nobody knows yet.",
    ("words",),
)
JOB_LAST_SUCCESS = _gauge("job_last_success_timestamp", "When a background job last succeeded.", ("job",))

DELIVERIES = _gauge("deliveries", "Messages in the outbox that have not ended.", ("kind", "state"))
DELIVERY_OLDEST_SECONDS = _gauge(
    "delivery_oldest_seconds", "How long the oldest due message has waited.", ("priority",)
)
DOUBTS = _gauge("doubts", "Messages that may have arrived and that a person has to ask about.", ("kind",))
HOLDS = _gauge("holds", "Places that Slack takes no message for just now.", ("scope",))
PACE = _gauge("pace", "Messages a second that the slowest workspace gets.", ("method",))
CHECK_INS = _gauge("check_in_problems", "Check-ins that need an admin: alarms, overdue closes.", ("problem",))
CLOCK_DOUBTED = _gauge("clock_doubted", "1 while deletions wait because the clock may be wrong.")
DATABASE_UP = _gauge("database_up", "1 while the database answers.")
SLACK_CONNECTED = _gauge("slack_connected", "1 while requests can arrive from Slack.")


def exposition() -> bytes:
    """Return all metrics in Prometheus's text format."""
    return generate_latest(_REGISTRY)


def sample(name: str, **labels: str) -> float | None:
    """Return one sample's value by its full name; None where there is none."""
    return _REGISTRY.get_sample_value(name, labels)
