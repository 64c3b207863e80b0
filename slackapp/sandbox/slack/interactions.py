"""Interactions of a person: payloads sent to the app, and the effects of its answers."""

import re
from typing import Any

from slackapp.sandbox.blocks.controls import STATE_KEYS, Control, controls
from slackapp.sandbox.core.escaping import escape_characters, escape_text
from slackapp.sandbox.core.responses import Refused
from slackapp.sandbox.core.simulator import Ack, Simulator
from slackapp.sandbox.core.state import Channel, Message, Person, View
from slackapp.sandbox.slack import dialogs, events, message_events, messages, payloads, views

TROUBLE = "We had some trouble connecting. Try again?"
REQUIRED = "Please complete this required field."
FAILURES = {
    "timeout": "operation_timeout",
    "dispatch_failed": "dispatch_failed",
    "http_error": "http_service_error",
}


async def command(slack: Simulator, person: Person, channel: Channel, typed: str) -> None:
    """Send a slash command that the manifest declares."""
    name, _, text = typed.partition(" ")
    space = slack.state.workspaces[person.team_id]
    declared = slack.manifest.commands[name]
    text = escape_text(text.strip(), space, person, resolve=declared.should_escape, labels=True)
    payload = payloads.slash_command(slack, person, channel, name, text)
    ack = await slack.send("slash_command", payload)
    if ack.failure:
        code = FAILURES.get(ack.failure, "dispatch_unknown_error")
        messages.post_notice(slack, channel, person.id, f"{name} failed with the error “{code}”")
        return
    try:
        post_answer(slack, person, channel, ack.payload)
        slack.journal.call("ack:command", ack.payload or {}, "json", {"ok": True})
    except Refused as refused:
        slack.journal.call("ack:command", ack.payload, "json", refused.answer())
        messages.post_notice(slack, channel, person.id, f"{name} failed with the error “{refused.error}”")
    await slack.wait_until_idle()


def post_answer(slack: Simulator, person: Person, channel: Channel, payload: Any) -> Message | None:  # noqa: ANN401  # any JSON
    """Post an app's answer to a command or response_url; return None if it has no message."""
    if isinstance(payload, str):
        payload = {"text": payload}
    if not isinstance(payload, dict):
        return None
    payload = messages.without_nulls(payload)
    if not payload.keys() & {"text", "blocks", "attachments"}:
        return None
    fields = messages.content(slack, payload)
    space = slack.state.workspaces[person.team_id]
    message = Message(
        ts=slack.state.next_ts(),
        author=space.bot_user_id,
        only_for=None if payload.get("response_type") == "in_channel" else person.id,
        thread_ts=payload.get("thread_ts"),
        **fields,
    )
    return message_events.post(slack, channel, message)


def unknown_command(slack: Simulator, person: Person, channel: Channel, typed: str) -> None:
    """Show Slack's notice about an unknown command."""
    name = typed.split(" ", 1)[0]
    words = (
        f"{name} is not a valid command. In Slack, all messages that start with the “/” character "
        "are interpreted as commands.\n\nIf you are trying to send a message and not run a command, try "
        "preceding the “/” with an empty space."
    )
    messages.post_notice(slack, channel, person.id, escape_characters(words))


async def act_in_message(
    slack: Simulator,
    person: Person,
    channel: Channel,
    message: Message,
    *,
    control: Control,
    chosen: dict[str, Any],
) -> None:
    """Send the action of a button or choice in a message."""
    action = payloads.action_of(control.element, control.block_id, chosen, slack.state.next_ts())
    payload = payloads.message_press(slack, person, channel, message, action)
    ack = await _send_action(slack, payload)
    if ack.failure:
        message.failed[control.action_id] = TROUBLE
    else:
        message.failed.pop(control.action_id, None)
    slack.state.touch()


async def act_in_view(
    slack: Simulator, person: Person, view: View, control: Control, chosen: dict[str, Any]
) -> None:
    """Send the action of a button or choice in a modal or the Home tab."""
    action = payloads.action_of(control.element, control.block_id, chosen, slack.state.next_ts())
    ack = await _send_action(slack, payloads.view_press(slack, person, view, action))
    if ack.failure:
        view.errors[control.error_key] = TROUBLE
    else:
        view.errors.pop(control.error_key, None)
    slack.state.touch()


async def _send_action(slack: Simulator, payload: dict[str, Any]) -> Ack:
    ack = await slack.send("block_actions", payload)
    if ack.failure is None:
        slack.journal.call("ack:block_actions", ack.payload or {}, "json", {"ok": True})
        await slack.wait_until_idle()
    return ack


async def submit(slack: Simulator, person: Person, view: View) -> None:
    """Submit the modal on top: run the client's checks, then apply the app's answer."""
    view.errors = input_errors(view)
    slack.state.touch()
    if view.errors:
        return
    if view.kind == dialogs.KIND:
        await _submit_dialog(slack, person, view)
        return
    ack = await slack.send("view_submission", payloads.view_submission(slack, person, view))
    if ack.failure:
        view.errors = {"": TROUBLE}
        slack.state.touch()
        return
    answer = ack.payload or {}
    try:
        cleared = _apply_answer(slack, person, view, answer)
        slack.journal.call("ack:view_submission", answer, "json", {"ok": True})
    except Refused as refused:
        cleared = []
        view.errors = {"": TROUBLE}
        slack.journal.call("ack:view_submission", answer, "json", refused.answer())
    slack.state.touch()
    await slack.wait_until_idle()
    for closed_view in cleared:
        await _tell_closed(slack, person, closed_view, is_cleared=True)


async def _submit_dialog(slack: Simulator, person: Person, view: View) -> None:
    ack = await slack.send("dialog_submission", dialogs.submission_payload(slack, person, view))
    answer = ack.payload or {}
    errors = dialogs.errors_of(view, answer) if isinstance(answer, dict) and answer else {}
    if ack.failure or errors is None:
        view.errors = {"": TROUBLE}
    elif errors:
        view.errors = errors
    else:
        close(slack, person, view)
    if ack.failure is None:
        slack.journal.call("ack:dialog_submission", answer, "json", {"ok": errors is not None})
    slack.state.touch()
    await slack.wait_until_idle()


def input_errors(view: View) -> dict[str, str]:
    """Return the errors that the client finds itself: required inputs, formats, lengths."""
    errors: dict[str, str] = {}
    for control in controls(view.body["blocks"]):
        if not control.is_input or control.type not in STATE_KEYS:
            continue
        value = view.values[control.block_id][control.action_id].get(STATE_KEYS[control.type])
        if not value:
            if not control.block.get("optional"):
                errors[control.error_key] = REQUIRED
        elif isinstance(value, str) and (
            problem := _format_error(control.type, value) or _length_error(control, value)
        ):
            errors[control.error_key] = problem
    return errors


def _format_error(kind: str, value: str) -> str | None:
    """Return the client's error for a text in the wrong format."""
    if kind == "number_input" and not re.fullmatch(r"-?\d+(\.\d+)?", value):
        return "Please enter a number."
    if kind == "email_text_input" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        return "Please enter a valid email address."
    if kind == "url_text_input" and not re.fullmatch(r"https?://\S+", value):
        return "Please enter a valid URL."
    return None


def _length_error(control: Control, value: str) -> str | None:
    shortest, longest = control.element.get("min_length", 0), control.element.get("max_length", 3000)
    if control.kind != "text":
        return None
    if len(value) < shortest:
        return f"This must be at least {shortest} characters."
    return f"This must be at most {longest} characters." if len(value) > longest else None


def _apply_answer(slack: Simulator, person: Person, view: View, answer: Any) -> list[View]:  # noqa: ANN401  # the app's own words
    action = answer.get("response_action") if isinstance(answer, dict) else "unknown"
    if action is None and not answer:
        close(slack, person, view)
    elif action == "clear":
        stack = slack.state.modals.pop(person.id, [])
        return [open_view for open_view in reversed(stack) if open_view is not view]
    elif action == "errors":
        view.errors = _errors(view, answer.get("errors"))
    elif action in ("update", "push"):  # the app may send what no set can hold
        _apply_view(slack, person, view, answer, push=action == "push")
    else:
        raise Refused("invalid_arguments", f"[ERROR] unknown response_action: {action}")
    return []


def _errors(view: View, errors: Any) -> dict[str, str]:  # noqa: ANN401  # likewise
    inputs = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not errors.keys() <= inputs:
        raise Refused("invalid_arguments", "[ERROR] errors must name input blocks of the view by block_id")
    if not all(isinstance(words, str) for words in errors.values()):
        raise Refused("invalid_arguments", "[ERROR] errors must be strings")
    return dict(errors)


def _apply_view(slack: Simulator, person: Person, view: View, answer: dict[str, Any], *, push: bool) -> None:
    new_view = answer.get("view")
    if not isinstance(new_view, dict):
        raise Refused("invalid_arguments", "[ERROR] missing required field: view")
    views.check(slack, new_view, "modal")
    views.check_external_id(slack, new_view, but=None if push else view.id)
    if push:
        space = slack.state.workspaces[person.team_id]
        views.push(slack, views.new_view(slack, space, person.id, new_view, under=view))
    else:
        views.update(slack, view, new_view)


def close(slack: Simulator, person: Person, view: View) -> None:
    """Close a view; the one below becomes visible."""
    stack = slack.state.modals.get(person.id, [])
    remaining = (
        []
        if view.body.get("clear_on_close")
        else [open_view for open_view in stack if open_view.id != view.id]
    )
    slack.state.modals[person.id] = remaining
    slack.state.touch()


async def dismiss(slack: Simulator, person: Person, view: View) -> None:
    """Close the modal on top as the person."""
    stack = list(slack.state.modals.get(person.id, []))
    cleared = bool(view.body.get("clear_on_close"))
    close(slack, person, view)
    for closed_view in reversed(stack) if cleared else [view]:
        await _tell_closed(slack, person, closed_view, is_cleared=cleared)


async def _tell_closed(slack: Simulator, person: Person, view: View, *, is_cleared: bool) -> None:
    if view.kind == dialogs.KIND:
        if view.body["dialog"].get("notify_on_cancel"):
            await slack.send("dialog_cancellation", dialogs.cancellation_payload(slack, person, view))
        return
    if not view.body.get("notify_on_close"):
        return
    ack = await slack.send("view_closed", payloads.view_closed(slack, person, view, is_cleared=is_cleared))
    if ack.failure is None:
        slack.journal.call("ack:view_closed", ack.payload or {}, "json", {"ok": True})
        await slack.wait_until_idle()


async def shortcut(
    slack: Simulator, person: Person, payload: dict[str, Any], channel: Channel | None
) -> None:
    """Send a global or message shortcut."""
    ack = await slack.send(payload["type"], payload)
    if ack.failure is None:
        slack.journal.call("ack:shortcut", ack.payload or {}, "json", {"ok": True})
        await slack.wait_until_idle()
        return
    space = slack.state.workspaces[person.team_id]
    messages.post_notice(slack, channel or slack.state.dm(space, person.id), person.id, TROUBLE)


async def open_home(slack: Simulator, person: Person) -> None:
    """Send app_home_opened and wait, at most `PUBLISH_SECONDS`, until the app has published."""
    known = slack.state.homes.get(person.id)
    space = slack.state.workspaces[person.team_id]
    if (
        not slack.manifest.home_tab
        or not space.installed
        or not events.is_subscribed(slack, "app_home_opened", space)
    ):
        return
    view_json = views.view_object(slack, space, known) if known else None
    number = slack.state.changes.number
    before = known.hash if known else None
    ack = await events.emit_now(slack, space, events.home_opened(slack, person, "home", view_json))
    if ack.failure:
        return
    for _ in range(PUBLISH_WAITS):
        view = slack.state.homes.get(person.id)
        if view is not None and view.hash != before:
            return
        number = await slack.state.changes.after(number, timeout=PUBLISH_SECONDS / PUBLISH_WAITS)


PUBLISH_SECONDS = 1.0
PUBLISH_WAITS = 20
