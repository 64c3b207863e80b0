"""People, channels and user groups as in Slack's API."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from slackapp.sandbox.core.permissions import has_scope
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Channel, Person, UserGroup, Workspace

ELSEWHERE = "T0ELSEWHERE"
TOPIC = {"value": "", "creator": "", "last_set": 0}


def home_team(space: Workspace, person: Person) -> str:
    """Return the id of a person's workspace; a stranger's is in another organisation."""
    return ELSEWHERE if person.stranger else space.id


def user_object(slack: Simulator, space: Workspace, person: Person) -> dict[str, Any]:
    """Return a user as in users.info and user events; a deleted user has fewer fields."""
    team = home_team(space, person)
    if person.deleted:
        return {
            "id": person.id,
            "team_id": team,
            "name": person.handle,
            "deleted": True,
            "profile": _profile(slack, space, person, team),
            "is_bot": person.is_bot,
            "is_app_user": False,
            "is_forgotten": False,
            "updated": person.updated,
        }
    out: dict[str, Any] = {
        "id": person.id,
        "team_id": team,
        "name": person.handle,
        "deleted": person.deleted,
        "color": "1f5f66",
        "real_name": person.name,
        **_time_zone(slack, person),
        "profile": _profile(slack, space, person, team),
        "is_admin": person.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": person.is_guest or person.is_single_channel,
        "is_ultra_restricted": person.is_single_channel,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": person.updated,
        "is_email_confirmed": True,
        "who_can_share_contact_card": "EVERYONE",
    }
    if person.stranger:
        out["is_stranger"] = True
    return out


def _profile(slack: Simulator, space: Workspace, person: Person, team: str) -> dict[str, Any]:
    first, _, last = person.name.partition(" ")
    chosen = person.name if person.display_name is None else person.display_name
    profile: dict[str, Any] = {
        "title": person.title,
        "phone": "",
        "skype": "",
        "real_name": person.name,
        "real_name_normalized": person.name,
        "display_name": chosen,
        "display_name_normalized": chosen,
        "first_name": first,
        "last_name": last,
        "status_text": "",
        "status_emoji": "",
        "status_expiration": 0,
        "avatar_hash": f"g{person.id[-8:].lower()}",
        "image_48": f"{slack.url}/icons/{person.id}_48.png",
        "image_72": f"{slack.url}/icons/{person.id}_72.png",
        "team": team,
    }
    if person.id == space.bot_user_id:
        profile |= {"api_app_id": slack.app.app_id, "bot_id": space.bot_id, "always_active": True}
    elif has_scope(slack, space, "users:read.email") and not person.is_bot and not person.stranger:
        profile["email"] = email_of(space, person)
    return profile


def email_of(space: Workspace, person: Person) -> str:
    """Return an email address made of the handle; nothing is ever sent to it."""
    return f"{person.handle}@{space.domain}.example".casefold()


def _time_zone(slack: Simulator, person: Person) -> dict[str, Any]:
    local = slack.clock.now().astimezone(ZoneInfo(person.tz))
    offset = local.utcoffset()
    seconds = int(offset.total_seconds()) if offset else 0
    return {"tz": person.tz, "tz_label": local.tzname() or person.tz, "tz_offset": seconds}


def channel_object(space: Workspace, channel: Channel) -> dict[str, Any]:
    """Return a conversation as in conversations.info."""
    if channel.is_direct:
        return _mpim(space, channel) if channel.is_mpim else _direct(space, channel)
    shared = is_shared(space, channel)
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.is_private,
        "created": channel.created,
        "is_archived": channel.archived,
        "is_general": channel.name == "general",
        "unlinked": 0,
        "name_normalized": channel.name,
        "is_shared": shared,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "context_team_id": space.id,
        "updated": channel.created * 1000,
        "parent_conversation": None,
        "creator": next(iter(channel.members), space.bot_user_id),
        "is_ext_shared": shared,
        "shared_team_ids": [space.id, *_connected_teams(space, channel)],
        "pending_connected_team_ids": [],
        "is_member": space.bot_user_id in channel.members,
        "topic": {**TOPIC, "value": channel.topic},
        "purpose": {**TOPIC, "value": channel.purpose},
        "previous_names": list(channel.previous_names),
    }


def is_shared(space: Workspace, channel: Channel) -> bool:
    """Whether the channel is shared with other organisations (Slack Connect)."""
    return bool(_connected_teams(space, channel))


def _connected_teams(space: Workspace, channel: Channel) -> list[str]:
    people = (space.people.get(user) for user in channel.members)
    strangers = any(person is not None and person.stranger for person in people)
    return channel.shared_with or ([ELSEWHERE] if strangers else [])


def _mpim(space: Workspace, channel: Channel) -> dict[str, Any]:
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "created": channel.created,
        "creator": channel.members[0],
        "is_channel": False,
        "is_group": True,
        "is_im": False,
        "is_mpim": True,
        "is_private": True,
        "is_archived": channel.archived,
        "is_general": False,
        "is_shared": False,
        "is_ext_shared": False,
        "is_org_shared": False,
        "is_open": True,
        "is_member": space.bot_user_id in channel.members,
        "context_team_id": space.id,
        "updated": channel.created * 1000,
        "topic": dict(TOPIC),
        "purpose": {**TOPIC, "value": "Group messaging with: " + " ".join(_handles(space, channel))},
    }


def _handles(space: Workspace, channel: Channel) -> list[str]:
    return [f"@{space.people[user].handle}" for user in channel.members]


def _direct(space: Workspace, channel: Channel) -> dict[str, Any]:
    return {
        "id": channel.id,
        "created": channel.created,
        "is_archived": False,
        "is_im": True,
        "is_org_shared": False,
        "context_team_id": space.id,
        "updated": channel.created * 1000,
        "user": channel.im_with,
        "last_read": "0000000000.000000",
        "is_open": True,
        "priority": 0,
    }


def group_object(space: Workspace, group: UserGroup, *, users: bool, count: bool) -> dict[str, Any]:
    """Return a user group as in usergroups.list."""
    founded = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp())
    out: dict[str, Any] = {
        "id": group.id,
        "team_id": space.id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_create": founded,
        "date_update": founded,
        "date_delete": group.disabled_at,
        "auto_type": None,
        "auto_provision": False,
        "enterprise_subteam_id": "",
        "created_by": space.bot_user_id,
        "updated_by": space.bot_user_id,
        "deleted_by": None,
        "prefs": {"channels": [], "groups": []},
    }
    if users:
        out["users"] = list(group.members)
    if count:
        out["user_count"] = len(group.members)
    return out
