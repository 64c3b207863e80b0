"""A workspace that owes messages and receives payloads."""

import pytest

from slackapp.core.db import Sessions
from slackapp.models import Workspace
from slackapp.workspace import registry as workspaces


@pytest.fixture
def workspace(database: Sessions) -> Workspace:
    with database.begin() as session:
        return workspaces.install(session, slack_team_id="T1", name="Hospital", bot_user_id="UAPP")
