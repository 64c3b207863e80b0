"""Comments are asked for only where somebody is named for danger or harm."""

from datetime import time
from pathlib import Path

import pytest

from slackapp.core.db import Sessions
from slackapp.core.errors import UserError
from slackapp.models import Cadence
from slackapp.pulse import audience, settings
from slackapp.workspace import formal_routes
from slackapp.workspace.formal_routes import Routes
from tests.support.workspace_ward import workspace_ward


def chosen(*, contact: str | None) -> settings.NewSettings:
    return settings.NewSettings(
        Cadence.WEEKLY,
        0,
        time(9),
        7,
        comments_on=True,
        question_set="appreciate",
        rotating=1,
        contact=contact,
    )


def test_comments_need_a_contact_and_it_cannot_be_taken_away_under_them(
    database: Sessions, tmp_path: Path
) -> None:
    ward = workspace_ward(database, tmp_path / "keys")
    with database.begin() as session:
        workspace = ward.workspace(session)
        for contact in (None, "  "):
            with pytest.raises(UserError) as refused:
                settings.save(session, workspace, chosen(contact=contact))
            assert refused.value.field == "contact"
        assert not workspace.comments_on
        settings.save(session, workspace, chosen(contact="Sian, 4100"))
        with pytest.raises(UserError) as refused:
            formal_routes.save(session, workspace, Routes(staff_union="RCN"))
        assert refused.value.field == "speaking_up"
        formal_routes.save(session, workspace, Routes("Sian,  4101", "RCN"))
        assert formal_routes.of(session, workspace) == Routes("Sian, 4101", "RCN")


def test_teams_of_fewer_than_eight_are_counted_for_the_set_up(database: Sessions, tmp_path: Path) -> None:
    ward = workspace_ward(database, tmp_path / "keys")
    with database.read() as session:
        assert audience.small_teams(session, ward.workspace(session)) == 1
