"""A workspace with queued messages and received payloads."""

import pytest

from slackapp.core.db import Sessions
from slackapp.models import Workspace
from slackapp.workspace import registry


@pytest.fixture
def workspace(database: Sessions) -> Workspace:
    with database.begin() as session:
        return registry.install(session, slack_team_id="T1", name="Hospital", bot_user_id="UAPP")
