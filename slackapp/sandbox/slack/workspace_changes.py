"""What happens in a workspace by itself: somebody joins, leaves or is renamed, a channel is archived."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from slackapp.sandbox.core.json_input import flag, names, words, words_if_any
from slackapp.sandbox.core.responses import NotFound
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Channel, Person, Workspace
from slackapp.sandbox.slack import events
from slackapp.sandbox.slack import grants as granting


def _zone(asked: dict[str, Any], name: str) -> str:
    """The name of a time zone that there is."""
    zone = words(asked, name)
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise NotFound(400, f"“{name}” must be the name of a time zone.") from None
    return zone


# What may change about a person, and how it is read.
ABOUT: dict[str, Callable[[dict[str, Any], str], Any]] = {
    "name": words,
    "handle": words,
    "title": words,
    "tz": _zone,
    "deleted": flag,
    "is_admin": flag,
    "is_guest": flag,
    "locale": words,
}


class WorkspaceChanges:
    """One change in a workspace that no person makes through a screen."""

    def __init__(self, slack: Simulator, asked: dict[str, Any]) -> None:
        self._slack = slack
        self._asked = asked

    def apply(self) -> None:
        """Do it, or raise NotHere."""
        deeds: dict[str, Callable[[], None]] = {
            "join": self._join,
            "leave": lambda: events.left(self._slack, self._channel(), words(self._asked, "user")),
            "archive": self._archive,
            "rename": lambda: events.renamed(self._slack, self._channel(), words(self._asked, "name")),
            "delete": lambda: events.deleted(self._slack, self._channel()),
            "person": self._person_changes,
            "team_join": self._team_join,
            "usergroup": self._usergroup,
            "uninstall": self._uninstall,
            "grant": lambda: granting.grant(self._slack, self._of_organisation()),
            "revoke": lambda: granting.revoke(self._slack, self._of_organisation()),
        }
        deed = deeds.get(words(self._asked, "kind"))
        if deed is None:
            raise NotFound(400, f"“kind” must be one of {', '.join(deeds)}.")
        deed()

    def _workspace(self) -> Workspace:
        spaces = self._slack.state.workspaces
        space = spaces.get(words_if_any(self._asked, "workspace") or next(iter(spaces), ""))
        if space is None:
            raise NotFound(404, "There is no such workspace.")
        return space

    def _of_organisation(self) -> Workspace:
        space = self._workspace()
        if space.enterprise_id not in self._slack.organisations:
            raise NotFound(400, f"The app is not installed in an organisation to which {space.id} belongs.")
        return space

    def _channel(self) -> Channel:
        wanted_id = words(self._asked, "channel")
        for space in self._slack.state.workspaces.values():
            if wanted_id in space.channels:
                return space.channels[wanted_id]
        raise NotFound(404, f"There is no channel {wanted_id}.")

    def _join(self) -> None:
        channel, user = self._channel(), words(self._asked, "user")
        if user not in self._slack.state.workspaces[channel.team_id].people:
            raise NotFound(404, f"There is no person {user}.")
        events.joined(self._slack, channel, user, words_if_any(self._asked, "inviter"))

    def _uninstall(self) -> None:
        """From one workspace or, by its id, from an organisation that has it as a whole."""
        wanted_id = words_if_any(self._asked, "workspace") or ""
        if wanted_id in self._slack.organisations:
            granting.end(self._slack, wanted_id)
        else:
            events.app_uninstalled(self._slack, self._workspace())

    def _archive(self) -> None:
        events.archived(self._slack, self._channel(), is_archived=bool(self._asked.get("archived", True)))

    def _person_changes(self) -> None:
        user = words(self._asked, "user")
        space = self._slack.state.workspace_of(user)
        if space is None:
            raise NotFound(404, f"There is no person {user}.")
        person = space.people[user]
        changed = {name: read(self._asked, name) for name, read in ABOUT.items() if name in self._asked}
        for name, value in changed.items():
            setattr(person, name, value)
        events.person_changed(self._slack, person)

    def _team_join(self) -> None:
        space = self._workspace()
        person = Person(
            id=words(self._asked, "user"),
            team_id=space.id,
            name=words(self._asked, "name"),
            handle=words(self._asked, "handle"),
            roles=names(self._asked, "roles"),
            is_guest=bool(self._asked.get("is_guest")),
        )
        events.person_joined_team(self._slack, person)

    def _usergroup(self) -> None:
        space = self._workspace()
        group = space.usergroups.get(words(self._asked, "usergroup"))
        if group is None:
            raise NotFound(404, "There is no such user group.")
        if "name" in self._asked or self._asked.get("off"):
            name = words(self._asked, "name", group.name)
            events.group_updated(self._slack, space, group, name=name, is_off=bool(self._asked.get("off")))
        else:
            events.group_changed(self._slack, space, group, names(self._asked, "members"))
