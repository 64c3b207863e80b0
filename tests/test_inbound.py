"""What Slack says twice, late or long ago is no news."""

from datetime import UTC, datetime, timedelta

import pytest

from slackapp.core.db import Sessions
from slackapp.models import Workspace
from slackapp.outbox import deduplication as inbound
from slackapp.outbox.deduplication import IdempotencyKey
from slackapp.workspace import registry as workspaces

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
KEY = "reaction:C1:1.1:U1:clap"


@pytest.fixture
def workspace(database: Sessions) -> Workspace:
    with database.begin() as session:
        return workspaces.install(session, slack_team_id="T1", name="Hospital", bot_user_id="UAPP")


def test_only_what_is_later_than_all_before_is_news(database: Sessions, workspace: Workspace) -> None:
    def is_news(at: str, key: str = KEY) -> bool:
        with database.begin() as session:
            return inbound.is_newer(session, workspace, IdempotencyKey(key, outcome=at), now=NOON)

    told = [is_news(at) for at in ("1793700000.000200", "1793700000.000200", "1793700000.000100")]
    assert told == [True, False, False], "once, again, and something that came late"
    assert is_news("1793700000.000300")
    assert is_news("1793700000.000100", "reaction:C1:1.1:U2:clap"), "another's own"


def test_what_slack_can_still_repeat_is_remembered_for_a_week(
    database: Sessions, workspace: Workspace
) -> None:
    with database.begin() as session:
        assert inbound.first_time(session, workspace, IdempotencyKey("command:1", outcome="sent"), now=NOON)
    for later, outcome in ((timedelta(days=7), "sent"), (timedelta(days=7, seconds=1), None)):
        with database.begin() as session:
            inbound.purge(session, now=NOON + later)
            assert inbound.earlier_outcome(session, workspace, "command:1") == outcome
