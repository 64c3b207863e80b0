"""What Slack tells late about an installation that has been replaced since."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.shared.context import Context
from handlers.workspace.lifecycle import People
from slackapp.models import Installation
from tests.support.workspace_ward import WorkspaceWard

INSTALLED = datetime(2026, 11, 2, 9, 0, 0, 700_000, tzinfo=UTC)


@pytest.mark.parametrize("kind", ["app_uninstalled", "tokens_revoked"])
@pytest.mark.parametrize(
    ("happened", "is_uninstalled"),
    [
        (INSTALLED - timedelta(hours=2), False),
        (INSTALLED - timedelta(seconds=1), False),
        # Slack gives whole seconds: the same second may be after.
        (INSTALLED, True),
        (INSTALLED + timedelta(hours=2), True),
        (None, True),
    ],
)
def test_an_event_that_is_older_than_the_installation_takes_nothing_away(
    ward: WorkspaceWard, kind: str, happened: datetime | None, *, is_uninstalled: bool
) -> None:
    with ward.database.begin() as session:
        session.add(
            Installation(
                key="T0WARD",
                name="Hospital",
                sealed_token="sealed",
                bot_user_id="U0APPBOT",
                scopes="chat:write",
                installed_at=INSTALLED,
            )
        )
    body: dict[str, Any] = {
        "team_id": "T0WARD",
        "event": {"type": kind, "tokens": {"bot": ["U0APPBOT"]}},
    }
    if happened is not None:
        body["event_time"] = int(happened.timestamp())
    people = People(Context(ward.database, lambda: ward.noon, ward.keys))
    (people.uninstalled if kind == "app_uninstalled" else people.revoked)(body)
    with ward.database.read() as session:
        assert (ward.workspace(session).uninstalled_at is not None) is is_uninstalled
        assert (session.get(Installation, "T0WARD") is None) is is_uninstalled
