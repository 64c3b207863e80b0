"""A message whose process died while it was being sent."""

from datetime import UTC, datetime

import pytest

from slackapp.core.db import Sessions
from slackapp.models import Delivery, DeliveryState, Workspace
from slackapp.outbox import queue
from slackapp.outbox.queue import Method, NewDelivery

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
HIDDEN_OR_IDEMPOTENT = {Method.UPDATE, Method.UPLOAD, Method.DELETE, Method.DELETE_FILE}
"""A second copy of these changes nothing that people see."""


def after_a_crash(database: Sessions, workspace: Workspace, method: Method) -> Delivery:
    """The row of a message whose process died with the call under way, once its lease is over."""
    new_delivery = NewDelivery(f"page:{method}", "page", "one", target="C0WARD", due=NOON, method=method)
    with database.begin() as session:
        delivery = queue.enqueue(session, workspace, new_delivery)
        assert delivery is not None
        queue.claim(delivery, lease_until=1.0, now=NOON)
    with database.begin() as session:
        ended = queue.release_expired_leases(session, real_now=2.0, now=NOON, harmless=lambda _row: False)
        assert ended == 1
    with database.read() as session:
        return session.get_one(Delivery, delivery.id)


@pytest.mark.parametrize("method", Method)
def test_after_a_crash_only_what_nobody_sees_twice_goes_again(
    database: Sessions, workspace: Workspace, method: Method
) -> None:
    """A shared file stands in its thread at once: sent again, everybody would see it twice."""
    expected = DeliveryState.READY if method in HIDDEN_OR_IDEMPOTENT else DeliveryState.UNKNOWN
    assert after_a_crash(database, workspace, method).state == expected


def test_a_shared_file_taken_for_repeatable_would_be_noticed(
    database: Sessions, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The naive twin, which sends every file again."""
    monkeypatch.setattr(queue, "REPEATABLE", (*queue.REPEATABLE, Method.SHARE))
    assert after_a_crash(database, workspace, Method.SHARE).state == DeliveryState.READY
