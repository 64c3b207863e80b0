"""Changes in a workspace through the control API: people, channels, installs."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from slackapp.sandbox.core.json_input import get_boolean, get_optional_string, get_string, get_strings
from slackapp.sandbox.core.responses import RequestError
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Channel, Person, UserGroup, Workspace
from slackapp.sandbox.slack import channel_events, events, grants, member_events
from slackapp.sandbox.slack.directory_json import ELSEWHERE


def _zone(order: dict[str, Any], name: str) -> str:
    """Return the name of an existing time zone."""
    zone = get_string(order, name)
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise RequestError(400, f"“{name}” must be the name of a time zone.") from None
    return zone


# The fields of a person that may change -> how to read them.
PERSON_FIELDS: dict[str, Callable[[dict[str, Any], str], Any]] = {
    "name": get_string,
    "handle": get_string,
    "title": get_string,
    "display_name": get_optional_string,
    "tz": _zone,
    "deleted": get_boolean,
    "is_admin": get_boolean,
    "is_guest": get_boolean,
    "is_single_channel": get_boolean,
    "locale": get_string,
}


class WorkspaceChanges:
    """One requested change in a workspace."""

    def __init__(self, slack: Simulator, order: dict[str, Any]) -> None:
        self._slack = slack
        self._order = order

    def apply(self) -> None:
        """Apply the change. Raises RequestError if its subject does not exist or it is invalid."""
        changes: dict[str, Callable[[], None]] = {
            "join": self._join,
            "leave": lambda: channel_events.remove_member(
                self._slack, self._channel(), get_string(self._order, "user")
            ),
            "create": self._create,
            "archive": self._archive,
            "rename": lambda: channel_events.rename(
                self._slack, self._channel(), get_string(self._order, "name")
            ),
            "convert": self._convert,
            "share": self._share,
            "unshare": self._unshare,
            "delete": lambda: channel_events.delete(self._slack, self._channel()),
            "person": self._person_changes,
            "team_join": self._team_join,
            "usergroup": self._usergroup,
            "uninstall": self._uninstall,
            "tokens_revoked": self._tokens_revoked,
            "rate_limited": lambda: events.rate_limited(self._slack, self._workspace()),
            "grant": lambda: grants.grant(self._slack, self._of_organisation()),
            "revoke": lambda: grants.revoke(self._slack, self._of_organisation()),
        }
        change = changes.get(get_string(self._order, "kind"))
        if change is None:
            raise RequestError(400, f"“kind” must be one of {', '.join(changes)}.")
        change()

    def _workspace(self) -> Workspace:
        spaces = self._slack.state.workspaces
        space = spaces.get(get_optional_string(self._order, "workspace") or next(iter(spaces), ""))
        if space is None:
            raise RequestError(404, "There is no such workspace.")
        return space

    def _of_organisation(self) -> Workspace:
        space = self._workspace()
        if space.enterprise_id not in self._slack.organisations:
            raise RequestError(
                400, f"The app is not installed in an organisation to which {space.id} belongs."
            )
        return space

    def _channel(self) -> Channel:
        channel_id = get_string(self._order, "channel")
        for space in self._slack.state.workspaces.values():
            if channel_id in space.channels:
                return space.channels[channel_id]
        raise RequestError(404, f"There is no channel {channel_id}.")

    def _join(self) -> None:
        channel, user = self._channel(), get_string(self._order, "user")
        person = self._slack.state.workspaces[channel.team_id].people.get(user)
        if person is None:
            raise RequestError(404, f"There is no person {user}.")
        if person.stranger and not channel.shared_with:
            channel.shared_with = [ELSEWHERE]
        channel_events.add_member(self._slack, channel, user, get_optional_string(self._order, "inviter"))

    def _create(self) -> None:
        """Create a channel with `members`."""
        space, channel_id = self._workspace(), get_string(self._order, "channel")
        channel = Channel(
            id=channel_id,
            team_id=space.id,
            name=get_string(self._order, "name"),
            is_private=bool(self._order.get("is_private")),
            members=get_strings(self._order, "members"),
            created=int(self._slack.clock.epoch()),
        )
        if channel_id in space.channels:
            raise RequestError(409, f"There is a channel {channel_id} already.")
        channel_events.create(self._slack, channel)

    def _convert(self) -> None:
        is_private = bool(self._order.get("is_private", True))
        channel_events.convert(self._slack, self._channel(), is_private=is_private)

    def _share(self) -> None:
        team = get_string(self._order, "with", ELSEWHERE)
        gets_new_id = bool(self._order.get("new_id"))
        channel_events.share(self._slack, self._channel(), team, gets_new_id=gets_new_id)

    def _unshare(self) -> None:
        channel_events.unshare(self._slack, self._channel(), get_string(self._order, "with", ELSEWHERE))

    def _uninstall(self) -> None:
        """Uninstall from a workspace or, by its id, from an organisation."""
        workspace_id = get_optional_string(self._order, "workspace") or ""
        if workspace_id in self._slack.organisations:
            grants.revoke_all(self._slack, workspace_id)
        else:
            events.app_uninstalled(self._slack, self._workspace())

    def _tokens_revoked(self) -> None:
        """Revoke the app's token or, with `users`, these people's tokens; the app stays installed."""
        space, users = self._workspace(), get_strings(self._order, "users")
        events.tokens_revoked(self._slack, space, [] if users else [space.bot_user_id], users)

    def _archive(self) -> None:
        is_archived = bool(self._order.get("archived", True))
        channel_events.set_archived(self._slack, self._channel(), is_archived=is_archived)

    def _person_changes(self) -> None:
        user = get_string(self._order, "user")
        space = self._slack.state.workspace_of(user)
        if space is None:
            raise RequestError(404, f"There is no person {user}.")
        person = space.people[user]
        values = {
            name: read(self._order, name) for name, read in PERSON_FIELDS.items() if name in self._order
        }
        for name, value in values.items():
            setattr(person, name, value)
        member_events.person_changed(self._slack, person)

    def _team_join(self) -> None:
        space = self._workspace()
        person = Person(
            id=get_string(self._order, "user"),
            team_id=space.id,
            name=get_string(self._order, "name"),
            handle=get_string(self._order, "handle"),
            roles=get_strings(self._order, "roles"),
            is_guest=bool(self._order.get("is_guest")),
            is_single_channel=bool(self._order.get("is_single_channel")),
            stranger=bool(self._order.get("stranger")),
            display_name=get_optional_string(self._order, "display_name"),
        )
        member_events.person_joined_team(self._slack, person)

    def _usergroup(self) -> None:
        space, group_id = self._workspace(), get_string(self._order, "usergroup")
        group = space.usergroups.get(group_id)
        if group is None and "handle" in self._order:
            name, members = get_string(self._order, "name"), get_strings(self._order, "members")
            group = UserGroup(group_id, get_string(self._order, "handle"), name, members)
            member_events.group_created(self._slack, space, group)
        elif group is None:
            raise RequestError(404, "There is no such user group.")
        elif "name" in self._order or "off" in self._order:
            name = get_string(self._order, "name", group.name)
            is_off = bool(self._order.get("off"))
            member_events.group_updated(self._slack, space, group, name=name, is_off=is_off)
        else:
            members = get_strings(self._order, "members")
            member_events.group_members_changed(self._slack, space, group, members)
