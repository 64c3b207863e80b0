"""Scheduled work scans no table that grows with every message sent."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, select, text
from sqlalchemy.orm import Session

from reports.publishing import failures
from slackapp.core.db import new_id
from slackapp.models import Delivery, DeliveryState, Digest, Team
from slackapp.outbox.queue import Method, Priority
from slackapp.privacy import retention, slack_redaction
from slackapp.recognition import undelivered
from tests.support.workspace_ward import WorkspaceWard

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
SENT = 6000


def send(session: Session, workspace_id: str) -> None:
    """Messages as after some months: nearly all have been sent."""
    rows = [
        {
            "id": new_id(),
            "key": f"old:{number}",
            "token": new_id(),
            "workspace_id": workspace_id,
            "method": Method.POST,
            "target": f"U{number}",
            "kind": "recognition",
            "reference": f"{number:024}:{number:024}",
            "priority": int(Priority.PERSON),
            "due": NOW - timedelta(minutes=number),
            "last_try": NOW - timedelta(minutes=number),
            "state": DeliveryState.DEAD if number % 2000 == 0 else DeliveryState.SENT,
        }
        for number in range(SENT)
    ]
    session.execute(insert(Delivery), rows)


Values = tuple[Any, ...] | dict[str, Any]
"""The parameters of a statement."""


def plans(session: Session, work: Callable[[], object]) -> list[str]:
    """The query plans of every statement about messages that this work executes."""
    statements: list[tuple[str, Values]] = []

    def note(_on: Connection, _cursor: object, statement: str, values: Values, *_more: object) -> None:
        statements.append((statement, values))

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    work()
    event.remove(connection, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
    return [
        "\n".join(str(tuple(line)) for line in connection.exec_driver_sql(explain + statement, values))
        for statement, values in statements
        if "delivery" in statement
    ]


WORK: dict[str, Callable[[Session, WorkspaceWard], object]] = {
    "removals that have ended": lambda session, _: slack_redaction.delete_finished(session, NOW),
    "old digests' comments": lambda session, ward: retention._comments(
        session, ward.workspace(session), NOW - timedelta(days=365), NOW
    ),
    "thanks that failed": lambda session, _: undelivered._not_notified(session, NOW),
    "digests that failed": lambda session, _: failures.workspaces_with_failures(session, NOW),
}
WALKS = ("SCAN delivery", "Seq Scan on delivery")


@pytest.mark.parametrize("name", WORK)
def test_it_seeks_in_an_index(ward: WorkspaceWard, name: str) -> None:
    with ward.database.begin() as session:
        send(session, ward.workspace_id)
        team = session.scalars(select(Team).where(Team.name == "Ward 7")).one()
        reader = ward.person(session, "U0LEALEADER").id
        session.add(Digest(team_id=team.id, month="2024-01", recipient_id=reader, made_at=NOW))
    with ward.database.begin() as session:
        if not ward.database.is_sqlite:
            session.execute(text("ANALYZE delivery"))
        query_plans = plans(session, lambda: WORK[name](session, ward))
    assert query_plans, "the premise"
    for plan in query_plans:
        assert not [walk for walk in WALKS if walk in plan], plan
    if name == "removals that have ended":
        assert len(query_plans) == 2
        assert all("ix_delivery_removal" in plan for plan in query_plans), query_plans
