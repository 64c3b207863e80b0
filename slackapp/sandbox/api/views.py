"""views.*: open, push, update, publish."""

import time
from typing import Any

from slackapp.sandbox.api.calls import Call
from slackapp.sandbox.core.responses import Refused, missing_field
from slackapp.sandbox.core.simulator import Trigger
from slackapp.sandbox.core.state import View
from slackapp.sandbox.slack import views


def open_view(call: Call) -> dict[str, Any]:
    """views.open."""
    trigger = _trigger(call)
    view = call.args["view"]
    views.check(call.slack, view, "modal")
    views.check_external_id(call.slack, view)
    trigger.used = True
    fresh = views.new_view(call.slack, call.workspace, trigger.user, view)
    views.open_root(call.slack, fresh)
    return _answer(call, fresh)


def push_view(call: Call) -> dict[str, Any]:
    """views.push: only from within an open modal."""
    trigger = _trigger(call)
    view = call.args["view"]
    views.check(call.slack, view, "modal")
    views.check_external_id(call.slack, view)
    top = call.slack.state.top_modal(trigger.user)
    if top is None:
        raise Refused("not_found")
    fresh = views.new_view(call.slack, call.workspace, trigger.user, view, under=top)
    views.push(call.slack, fresh)
    trigger.used = True
    return _answer(call, fresh)


def update_view(call: Call) -> dict[str, Any]:
    """views.update, by view_id or external_id."""
    known = _known(call)
    view = call.args["view"]
    views.check(call.slack, view, known.kind)
    views.check_external_id(call.slack, view, but=known.id)
    _check_hash(call, known)
    return _answer(call, views.update(call.slack, known, view))


def publish_view(call: Call) -> dict[str, Any]:
    """views.publish: a person's Home."""
    if not call.slack.manifest.home_tab:
        raise Refused("not_enabled")
    person = call.workspace.people.get(call.args["user_id"])
    if person is None:
        raise Refused("invalid_arguments", "[ERROR] invalid user id [json-pointer:/user_id]")
    view = call.args["view"]
    views.check(call.slack, view, "home")
    known = call.slack.state.homes.get(person.id)
    if known:
        _check_hash(call, known)
        views.check_external_id(call.slack, view, but=known.id)
        return _answer(call, views.update(call.slack, known, view))
    fresh = views.new_view(call.slack, call.workspace, person.id, view)
    call.slack.state.homes[person.id] = fresh
    call.slack.state.touch()
    return _answer(call, fresh)


def _answer(call: Call, view: View) -> dict[str, Any]:
    return {"view": views.view_object(call.slack, call.workspace, view)}


def _trigger(call: Call) -> Trigger:
    trigger_id = call.args.get("trigger_id") or call.args.get("interactivity_pointer")
    if not trigger_id:
        raise missing_field("trigger_id")
    trigger = call.slack.triggers.get(trigger_id)
    if trigger is None or trigger.team_id != call.workspace.id:
        raise Refused("invalid_trigger_id")
    if trigger.used:
        raise Refused("exchanged_trigger_id")
    if time.monotonic() > trigger.expires:
        raise Refused("expired_trigger_id")
    return trigger


def _known(call: Call) -> View:
    if view_id := call.args.get("view_id"):
        view = call.slack.state.view(view_id)
    elif external_id := call.args.get("external_id"):
        view = next(iter(views.with_external_id(call.slack, external_id)), None)
    else:
        raise missing_field("view_id")
    if view is None or view.team_id != call.workspace.id:
        raise Refused("not_found")
    return view


def _check_hash(call: Call, view: View) -> None:
    if call.args.get("hash") and call.args["hash"] != view.hash:
        raise Refused("hash_conflict")
