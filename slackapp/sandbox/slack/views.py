"""Views: modals in stacks of three, and Home tabs."""

import secrets
from typing import Any

import orjson

from slackapp.sandbox.blocks import MOST_VIEW_BYTES, contents, view_problems
from slackapp.sandbox.blocks.controls import controls, initial_values
from slackapp.sandbox.core.responses import Refused
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Blocks, View, Workspace, new_id
from slackapp.sandbox.slack.block_defaults import plain, with_defaults
from slackapp.sandbox.slack.messages import invalid_images

MAX_STACK = 3


def check(slack: Simulator, view: dict[str, Any], kind: str) -> None:
    """Refuse a view that Slack would refuse; `kind` is "modal" or "home"."""
    if len(orjson.dumps(view)) > MOST_VIEW_BYTES:
        raise Refused("view_too_large")
    if view.get("type") in ("modal", "home") and view["type"] != kind:
        raise Refused("invalid_arguments", f"[ERROR] must be of type {kind} [json-pointer:/view/type]")
    sentences = view_problems(view) or invalid_images(slack, contents(view["blocks"], "/view/blocks"))
    if sentences:
        raise Refused("invalid_arguments", *sentences)


def check_external_id(slack: Simulator, view: dict[str, Any], *, but: str | None = None) -> None:
    """Refuse an external_id that another open view has."""
    external_id = view.get("external_id")
    if external_id and any(view.id != but for view in with_external_id(slack, external_id)):
        raise Refused("duplicate_external_id")


def with_external_id(slack: Simulator, external_id: str) -> list[View]:
    """Return the open views with this external_id."""
    open_views = [view for stack in slack.state.modals.values() for view in stack]
    open_views += slack.state.homes.values()
    return [view for view in open_views if view.body.get("external_id") == external_id]


def new_view(
    slack: Simulator, space: Workspace, user: str, view: dict[str, Any], *, under: View | None = None
) -> View:
    """Create a view as Slack stores it, on top of `under` if given."""
    blocks = _at_current_conversation(slack, space, user, with_defaults(view["blocks"]))
    view_id = new_id("V")
    return View(
        id=view_id,
        team_id=space.id,
        user=user,
        kind=view["type"],
        body={**view, "blocks": blocks},
        hash=new_hash(slack),
        root_id=under.root_id if under else view_id,
        previous_id=under.id if under else None,
        values=initial_values(blocks),
        published=slack.clock.epoch(),
    )


def _at_current_conversation(slack: Simulator, space: Workspace, user: str, blocks: Blocks) -> Blocks:
    """Set the initial value of menus with default_to_current_conversation."""
    person = space.people[user]
    place = slack.state.dm(space, user).id if person.place == "dm" else person.place
    for control in controls(blocks):
        if control.element.get("default_to_current_conversation") and place in space.channels:
            if control.type == "conversations_select":
                control.element.setdefault("initial_conversation", place)
            else:
                control.element.setdefault("initial_conversations", [place])
    return blocks


def update(slack: Simulator, known: View, view: dict[str, Any]) -> View:
    """Replace an open view's contents; values under the same ids are kept."""
    blocks = with_defaults(view["blocks"])
    known.body = {**view, "blocks": blocks}
    known.hash = new_hash(slack)
    known.values = initial_values(blocks, known.values)
    known.errors = {}
    known.published = slack.clock.epoch()
    slack.state.touch()
    return known


def open_root(slack: Simulator, view: View) -> None:
    """Open a modal; replaces this person's open modals."""
    slack.state.modals[view.user] = [view]
    slack.state.touch()


def push(slack: Simulator, view: View) -> None:
    """Push a modal on the stack."""
    stack = slack.state.modals[view.user]
    if len(stack) >= MAX_STACK:
        raise Refused("push_limit_reached")
    stack.append(view)
    slack.state.touch()


def new_hash(slack: Simulator) -> str:
    """Return a new view hash in Slack's format."""
    return f"{int(slack.clock.epoch())}.{secrets.token_urlsafe(6)[:8]}"


def view_object(slack: Simulator, space: Workspace, view: View) -> dict[str, Any]:
    """Return a view as in Slack's API."""
    body = view.body
    default_title = {"type": "plain_text", "text": "View Title", "emoji": True}
    return {
        "id": view.id,
        "team_id": view.team_id,
        "type": view.kind,
        "blocks": body["blocks"],
        "private_metadata": body.get("private_metadata") or "",
        "callback_id": body.get("callback_id") or "",
        "state": {"values": view.values},
        "hash": view.hash,
        "title": plain(body.get("title")) or default_title,
        "clear_on_close": bool(body.get("clear_on_close")),
        "notify_on_close": bool(body.get("notify_on_close")),
        "close": plain(body.get("close")),
        "submit": plain(body.get("submit")),
        "previous_view_id": view.previous_id,
        "root_view_id": view.root_id,
        "app_id": slack.app.app_id,
        "external_id": body.get("external_id") or "",
        "app_installed_team_id": space.id,
        "bot_id": space.bot_id,
    }
