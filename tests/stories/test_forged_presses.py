"""Every door of the app, pressed by everybody without the permission, for their own workspace and another.

Each press is a signed request as Slack sends them, made up as somebody would who knows our action ids:
with the right ids of the own workspace, with another workspace's, and in another workspace's name.
"""

import re
from collections.abc import Iterator
from itertools import product

import pytest
from slack_bolt import App
from slack_bolt.listener_matcher.builtins import BuiltinListenerMatcher

from slackapp.core.db import connect
from slackapp.workspace import permissions
from slackapp.workspace.permissions import Permission, Role
from tests.support.doors import DOORS, OF_ONES_OWN, THANKS
from tests.support.forging import NAIVE, Front, Slack
from tests.support.presses import Door, press


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """The app with two workspaces, both of them full, in one database."""
    from slackapp import migrations

    folder, slack = tmp_path_factory.mktemp("forged"), Slack()
    migrated = connect(f"sqlite:///{folder / 'appreciate.db'}")
    migrations.upgrade(migrated)
    migrated.dispose()
    two_workspaces = Front(folder, slack)
    yield two_workspaces
    two_workspaces.sessions.dispose()
    slack.stop()


WAYS = {"own": ("A", "A"), "another's things": ("B", "A"), "in another's name": ("B", "B")}


@pytest.mark.parametrize("permission", list(Permission))
def test_every_door_opens_for_those_who_may_and_for_nobody_else(front: Front, permission: Permission) -> None:
    wrong = []
    doors = [door for door in DOORS if door.permission is permission]
    assert doors, "a permission without a door"
    for door, role, way in product(doors, Role, WAYS):
        about, workspace = WAYS[way]
        if way == "another's things" and not door.is_about:
            continue
        allowed = way == "own" and role in permissions.ALLOWED[permission]
        if front.opens(door, role, about=about, workspace=workspace) is not allowed:
            wrong.append((door.name, str(role), way, "shut" if allowed else "open"))
    assert wrong == []


def test_a_month_whose_digest_is_not_out_is_sent_to_nobody(front: Front) -> None:
    def sending(month: str) -> Door:
        return Door(
            Permission.READ_TEAM, press, "digest_send", lambda world: f"{world.team}:{month}", is_about=True
        )

    assert front.opens(sending("2026-09"), Role.LEADER, about="A", workspace="A")
    assert not front.opens(sending("2026-11"), Role.LEADER, about="A", workspace="A")
    assert "comes out on" in front.said


@pytest.mark.parametrize("door", THANKS, ids=lambda door: door.name)
def test_a_thank_you_between_two_is_nobody_elses(front: Front, door: Door) -> None:
    for role, (about, workspace) in product(Role, WAYS.values()):
        assert not front.opens(door, role, about=about, workspace=workspace), (role, about, workspace)
        assert "Between two in" not in front.said


def test_a_door_that_asks_nobody_would_be_noticed(front: Front) -> None:
    naive = Door(Permission.SETTLE, press, NAIVE)
    assert all(front.opens(naive, role, about="A", workspace="A") for role in Role)


def test_no_door_was_forgotten(front: Front) -> None:
    known = {door.name for door in DOORS} | OF_ONES_OWN | {NAIVE}
    listened = set(_doors(front.bolt))
    assert {"office_end_team", "promise_form", "team_follows", re.escape("/appreciate")} <= listened
    assert [
        listened_id
        for listened_id in sorted(listened)
        if not any(re.fullmatch(listened_id, door) for door in known)
    ] == []


def _doors(bolt: App) -> Iterator[str]:
    """What people can reach of the app: every button, form, list, command and shortcut, as registered."""
    for matcher in (candidate for listener in bolt._listeners for candidate in listener.matchers):
        assert isinstance(matcher, BuiltinListenerMatcher)
        if matcher.func.__qualname__.startswith("event."):
            continue  # Slack tells of it; nobody presses it.
        for cell in matcher.func.__closure__ or ():
            value = cell.cell_contents
            yield value.pattern if isinstance(value, re.Pattern) else re.escape(value)
