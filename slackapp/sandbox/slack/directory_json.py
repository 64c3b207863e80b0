"""People, channels and groups as Slack's JSON has them."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Channel, Person, UserGroup, Workspace

ELSEWHERE = "T0ELSEWHERE"
TOPIC = {"value": "", "creator": "", "last_set": 0}


def user_object(slack: Simulator, space: Workspace, person: Person) -> dict[str, Any]:
    """A user as users.info and the user events have it."""
    team = ELSEWHERE if person.stranger else space.id
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
        "is_restricted": person.is_guest,
        "is_ultra_restricted": False,
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
    profile: dict[str, Any] = {
        "title": person.title,
        "phone": "",
        "skype": "",
        "real_name": person.name,
        "real_name_normalized": person.name,
        "display_name": person.name,
        "display_name_normalized": person.name,
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
    return profile


def _time_zone(slack: Simulator, person: Person) -> dict[str, Any]:
    local = slack.clock.now().astimezone(ZoneInfo(person.tz))
    offset = local.utcoffset()
    seconds = int(offset.total_seconds()) if offset else 0
    return {"tz": person.tz, "tz_label": local.tzname() or person.tz, "tz_offset": seconds}


def channel_object(space: Workspace, channel: Channel) -> dict[str, Any]:
    """A conversation as conversations.info has it."""
    if channel.im_with:
        return _direct(space, channel)
    shared = any(space.people[one].stranger for one in channel.members if one in space.people)
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
        "shared_team_ids": [space.id],
        "pending_connected_team_ids": [],
        "is_member": space.bot_user_id in channel.members,
        "topic": dict(TOPIC),
        "purpose": dict(TOPIC),
        "previous_names": [],
    }


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
    """A user group as usergroups.list has it."""
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
        "date_delete": 0,
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
