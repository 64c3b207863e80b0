"""Payloads that Slack repeats, sends late or sent long ago are recognised."""

from datetime import UTC, datetime, timedelta

import pytest

from slackapp.core.db import Sessions
from slackapp.models import Workspace
from slackapp.outbox import deduplication
from slackapp.outbox.deduplication import IdempotencyKey
from slackapp.workspace import registry

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
KEY = "reaction:C1:1.1:U1:clap"


@pytest.fixture
def other(database: Sessions) -> Workspace:
    with database.begin() as session:
        return registry.install(session, slack_team_id="T2", name="Clinic", bot_user_id="UAPP")


def test_only_what_is_later_than_all_before_is_news(database: Sessions, workspace: Workspace) -> None:
    def is_news(at: str, key: str = KEY) -> bool:
        with database.begin() as session:
            return deduplication.is_newer(session, workspace, IdempotencyKey(key, outcome=at), now=NOON)

    answers = [is_news(at) for at in ("1793700000.000200", "1793700000.000200", "1793700000.000100")]
    assert answers == [True, False, False], "once, again, and something that came late"
    assert is_news("1793700000.000300")
    assert is_news("1793700000.000100", "reaction:C1:1.1:U2:clap"), "another's own"


def test_what_slack_can_still_repeat_is_remembered_for_a_week(
    database: Sessions, workspace: Workspace
) -> None:
    with database.begin() as session:
        assert deduplication.first_time(
            session, workspace, IdempotencyKey("command:1", outcome="sent"), now=NOON
        )
    for later, outcome in ((timedelta(days=7), "sent"), (timedelta(days=7, seconds=1), None)):
        with database.begin() as session:
            deduplication.purge(session, now=NOON + later)
            assert deduplication.earlier_outcome(session, workspace, "command:1") == outcome


def test_a_key_belongs_to_one_workspace(database: Sessions, workspace: Workspace, other: Workspace) -> None:
    """Two workspaces may meet the same key; neither's payload is taken for the other's."""
    for place, outcome in ((workspace, "first"), (other, "second")):
        with database.begin() as session:
            assert deduplication.first_time(session, place, IdempotencyKey("command:1", outcome), now=NOON)
    for place, outcome in ((workspace, "first"), (other, "second")):
        with database.begin() as session:
            assert deduplication.earlier_outcome(session, place, "command:1") == outcome
            assert not deduplication.first_time(
                session, place, IdempotencyKey("command:1", "again"), now=NOON
            )


def test_a_later_event_in_one_workspace_makes_none_old_in_another(
    database: Sessions, workspace: Workspace, other: Workspace
) -> None:
    for place, at in ((workspace, "1793700000.000300"), (other, "1793700000.000100")):
        with database.begin() as session:
            assert deduplication.is_newer(session, place, IdempotencyKey(KEY, at), now=NOON)


def test_the_id_of_what_a_payload_leads_to_is_its_workspaces_own() -> None:
    assert deduplication.id_for("T1", "command:1") == deduplication.id_for("T1", "command:1")
    assert deduplication.id_for("T1", "command:1") != deduplication.id_for("T2", "command:1")
    assert deduplication.id_for("T1", "command:1") != deduplication.id_for("T1", "command:2")
