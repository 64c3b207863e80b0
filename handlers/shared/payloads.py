"""Read the common parts of payloads: the caller, the press, people's profiles."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from slackapp.core.calendar import known_zone
from slackapp.core.text import is_blank
from slackapp.workspace.members import SlackProfile

Payload = Mapping[str, Any]

_SLACKBOT = "USLACKBOT"
"""Slack's own helper, whose profile does not say that it is a bot."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The person who acts, their workspace, and the trigger id for a modal (3 s, once)."""

    team: str
    user: str
    trigger_id: str = ""


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """One press of a button, or one choice in a form."""

    caller: Caller
    action_id: str
    value: str
    view_id: str | None
    """The modal or Home tab it happened in; None in a message."""
    view_hash: str | None
    is_home: bool
    receipt_url: str = field(default="", repr=False)
    """The URL to replace an ephemeral message; empty for any other message or view."""


def caller(body: Payload) -> Caller:
    """Return the caller of an interactive payload or slash command."""
    if "user_id" in body:
        return Caller(team=body["team_id"], user=body["user_id"], trigger_id=body.get("trigger_id", ""))
    team = body.get("team") or {}
    user = body["user"]
    return Caller(
        team=team.get("id") or user.get("team_id", ""), user=user["id"], trigger_id=body.get("trigger_id", "")
    )


def workspace_id(body: Payload) -> str:
    """Return Slack's id of a payload's workspace; empty for a whole organisation."""
    if "event" in body:
        return str(body.get("team_id") or "")
    return caller(body).team if "user" in body or "user_id" in body else ""


def event_caller(body: Payload) -> Caller:
    """Return the person of an Events API callback; `user` may be an id or a profile."""
    user = body["event"].get("user", "")
    return Caller(team=body["team_id"], user=user if isinstance(user, str) else user["id"])


def press(body: Payload) -> ButtonPress:
    """Return the press in a `block_actions` payload."""
    action = body["actions"][0]
    view = body.get("view") or {}
    chosen = action.get("selected_option") or {}
    return ButtonPress(
        caller=caller(body),
        action_id=action["action_id"],
        value=action.get("value") or chosen.get("value") or "",
        view_id=view.get("id"),
        view_hash=view.get("hash"),
        is_home=view.get("type") == "home",
        receipt_url=_receipt_url(body),
    )


def _receipt_url(body: Payload) -> str:
    is_ephemeral = (body.get("container") or {}).get("is_ephemeral")
    return str(body.get("response_url") or "") if is_ephemeral else ""


def person(user: Payload, *, slack_team_id: str) -> SlackProfile:
    """A person's profile from `users.info`, `users.list`, `team_join` or `user_change`."""
    profile = user.get("profile") or {}
    names = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))
    return SlackProfile(
        slack_user_id=user["id"],
        name=next((storable(name).strip() for name in names if name and name.strip()), user["id"]),
        time_zone=known_zone(user.get("tz")),
        is_bot=bool(user.get("is_bot") or user.get("is_workflow_bot") or user["id"] == _SLACKBOT),
        is_stranger=_is_stranger(user, slack_team_id),
        is_admin=bool(user.get("is_admin") or user.get("is_owner")),
        left=bool(user.get("deleted")),
    )


def typed_text(value: object) -> str:
    """Return the text of a field; empty when all of it is invisible."""
    text = storable(str(value or ""))
    return "" if is_blank(text) else text


def storable(text: str) -> str:
    """Return the text without what no database stores: NUL, and lone surrogates, which JSON allows."""
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "ignore")


def _is_stranger(user: Payload, slack_team_id: str) -> bool:
    """Return whether somebody belongs to another organisation; `teams` lists workspaces in an enterprise."""
    if user.get("is_stranger"):
        return True
    team_id = user.get("team_id")
    teams = (user.get("enterprise_user") or {}).get("teams") or []
    return bool(team_id and team_id != slack_team_id and slack_team_id not in teams)
