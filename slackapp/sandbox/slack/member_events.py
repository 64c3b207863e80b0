"""Changes of people and user groups, and their events."""

from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Person, UserGroup, Workspace
from slackapp.sandbox.slack.directory_json import group_object, user_object
from slackapp.sandbox.slack.events import emit


def person_changed(slack: Simulator, person: Person) -> None:
    """Send the events of a changed profile."""
    space = slack.state.workspaces[person.team_id]
    person.updated = int(slack.clock.epoch())
    if person.deleted:
        slack.state.modals.pop(person.id, None)
    slack.state.touch()
    user = user_object(slack, space, person)
    for kind in ("user_change", "user_profile_changed"):
        emit(slack, space, {"type": kind, "user": user, "cache_ts": person.updated})


def person_joined_team(slack: Simulator, person: Person) -> None:
    """Add a person to the workspace and send team_join, except for a stranger."""
    space = slack.state.workspaces[person.team_id]
    space.people[person.id] = person
    slack.state.touch()
    if not person.stranger:
        emit(slack, space, {"type": "team_join", "user": user_object(slack, space, person)})


def group_created(slack: Simulator, space: Workspace, group: UserGroup) -> None:
    """Add a user group and send its event."""
    space.usergroups[group.id] = group
    _group_event(slack, space, group, "subteam_created")


def group_members_changed(slack: Simulator, space: Workspace, group: UserGroup, members: list[str]) -> None:
    """Set a user group's members and send its event."""
    added = [user for user in members if user not in group.members]
    removed = [user for user in group.members if user not in members]
    group.members = list(members)
    slack.state.touch()
    event = {
        "type": "subteam_members_changed",
        "subteam_id": group.id,
        "team_id": space.id,
        "date_previous_update": int(slack.clock.epoch()),
        "date_update": int(slack.clock.epoch()),
        "added_users": added,
        "added_users_count": len(added),
        "removed_users": removed,
        "removed_users_count": len(removed),
        "event_ts": slack.state.next_ts(),
    }
    emit(slack, space, event)


def group_updated(slack: Simulator, space: Workspace, group: UserGroup, *, name: str, is_off: bool) -> None:
    """Rename, disable or enable a user group, and send its event."""
    group.name = name
    group.disabled_at = int(slack.clock.epoch()) if is_off else 0
    _group_event(slack, space, group, "subteam_updated")


def _group_event(slack: Simulator, space: Workspace, group: UserGroup, kind: str) -> None:
    slack.state.touch()
    subteam = group_object(space, group, users=True, count=True)
    subteam["date_update"] = int(slack.clock.epoch())
    emit(slack, space, {"type": kind, "subteam": subteam, "event_ts": slack.state.next_ts()})
