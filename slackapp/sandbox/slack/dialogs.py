"""Dialogs, the predecessors of modals: shown as a modal, submitted in their own format."""

from typing import Any, Final

from slackapp.sandbox.blocks.controls import STATE_KEYS, initial_values
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Person, View, Workspace, new_id
from slackapp.sandbox.slack import payloads
from slackapp.sandbox.slack.block_defaults import with_defaults

Json = dict[str, Any]
KIND: Final = "dialog"
MOST_ELEMENTS: Final = 10
# A menu's data_source in a dialog -> the modal's element.
MENUS: Final = {
    "static": "static_select",
    "users": "users_select",
    "channels": "channels_select",
    "conversations": "conversations_select",
}
LONGEST: Final = 3_000
WRITTEN: Final = {"email": "email_text_input", "number": "number_input", "url": "url_text_input"}
LIMITS: Final = {"title": 24, "submit_label": 24, "callback_id": 255}
ELEMENT_LIMITS: Final = {"label": 48, "name": 300, "placeholder": 150, "hint": 150}


def problems(dialog: Json) -> list[str]:
    """Return the problems of a dialog in Slack's words."""
    elements = dialog.get("elements")
    wrong = [f"Field `{key}` is required" for key in ("title", "callback_id") if not dialog.get(key)]
    wrong += _too_long(dialog, LIMITS, "Field")
    if not isinstance(elements, list) or not 0 < len(elements) <= MOST_ELEMENTS:
        return [*wrong, f"Field `elements` must hold from 1 to {MOST_ELEMENTS} elements"]
    for place, element in enumerate(elements):
        wrong += [f"Element {place} {problem}" for problem in _element_problems(element)]
    return wrong


def _too_long(fields: Json, limits: dict[str, int], what: str) -> list[str]:
    return [
        f"{what} `{key}` must be a string of at most {most} characters"
        for key, most in limits.items()
        if key in fields and not (isinstance(fields[key], str) and len(fields[key]) <= most)
    ]


def _element_problems(element: object) -> list[str]:
    if not isinstance(element, dict):
        return ["must be an object"]
    wrong = [f"field `{key}` is required" for key in ("type", "label", "name") if not element.get(key)]
    wrong += _too_long(element, ELEMENT_LIMITS, "field")
    if element.get("type") not in {"text", "textarea", "select"}:
        wrong.append("field `type` must be text, textarea or select")
    if element.get("type") == "select":
        source = element.get("data_source", "static")
        if source not in MENUS:
            wrong.append("field `data_source` names a source the sandbox has not")
        if source == "static" and not _given_options(element):
            wrong.append("field `options` is required")
    return wrong + _wrong_values(element)


def _wrong_values(element: Json) -> list[str]:
    lengths = (element.get(key, 0) for key in ("min_length", "max_length"))
    wrong = []
    if not all(isinstance(length, int) and 0 <= length <= LONGEST for length in lengths):
        wrong.append(f"field `max_length` must be a number up to {LONGEST}")
    if not isinstance(element.get("value") or "", str):
        wrong.append("field `value` must be a string")
    if not all(_is_option(option) for option in _given_options(element)):
        wrong.append("field `options` must hold a label and a value each")
    return wrong


def _is_option(option: object) -> bool:
    return isinstance(option, dict) and all(isinstance(option.get(key), str) for key in ("label", "value"))


def _given_options(element: Json) -> list[Any]:
    """Return the app's options, including those of groups; a value that is no list is ignored."""
    groups = _listed(element.get("option_groups"))
    inside = [
        option for group in groups if isinstance(group, dict) for option in _listed(group.get("options"))
    ]
    return [*_listed(element.get("options")), *inside]


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _options(element: Json) -> list[Json]:
    return [
        {"text": {"type": "plain_text", "text": option["label"]}, "value": option["value"]}
        for option in _given_options(element)
    ]


def dialog_view(slack: Simulator, space: Workspace, person: Person, dialog: Json) -> View:
    """Return the dialog as a modal; `body["dialog"]` is the app's dialog."""
    blocks = with_defaults([_block(element) for element in dialog["elements"]])
    view_id = new_id("V")
    body = {
        "type": "modal",
        "title": {"type": "plain_text", "text": dialog["title"]},
        "submit": {"type": "plain_text", "text": dialog.get("submit_label") or "Submit"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "callback_id": dialog["callback_id"],
        "blocks": blocks,
        "dialog": dialog,
        "place": person.place,
    }
    return View(
        id=view_id,
        team_id=space.id,
        user=person.id,
        kind=KIND,
        body=body,
        hash="",
        root_id=view_id,
        values=initial_values(blocks),
        published=slack.clock.epoch(),
    )


def _block(element: Json) -> Json:
    name = element["name"]
    block = {
        "type": "input",
        "block_id": name,
        "label": {"type": "plain_text", "text": element["label"]},
        "element": _element(element) | {"action_id": name},
        "optional": bool(element.get("optional")),
    }
    if hint := element.get("hint"):
        block["hint"] = {"type": "plain_text", "text": hint}
    return block


def _element(element: Json) -> Json:
    converted: Json = {}
    if placeholder := element.get("placeholder"):
        converted["placeholder"] = {"type": "plain_text", "text": placeholder}
    if element["type"] != "select":
        converted["type"] = WRITTEN.get(element.get("subtype", ""), "plain_text_input")
        if converted["type"] == "plain_text_input":
            converted["multiline"] = element["type"] == "textarea"
            converted |= {key: element[key] for key in ("min_length", "max_length") if key in element}
        if converted["type"] == "number_input":
            converted["is_decimal_allowed"] = True
        return converted | ({"initial_value": element["value"]} if element.get("value") else {})
    converted["type"] = MENUS[element.get("data_source", "static")]
    if converted["type"] != "static_select":
        return converted
    options = _options(element)
    chosen = [option for option in options if option["value"] == str(element.get("value"))]
    return converted | {"options": options} | ({"initial_option": chosen[0]} if chosen else {})


def submission(view: View) -> Json:
    """Return the entered values by element name; None where empty."""
    entered: Json = {}
    for name, elements in view.values.items():
        state = elements[name]
        value = state.get(STATE_KEYS[state["type"]])
        entered[name] = value["value"] if isinstance(value, dict) else value
    return entered


def submission_payload(slack: Simulator, person: Person, view: View) -> Json:
    """Build dialog_submission."""
    payload = _payload(slack, person, view, "dialog_submission")
    return payload | {"submission": submission(view)}


def cancellation_payload(slack: Simulator, person: Person, view: View) -> Json:
    """Build dialog_cancellation."""
    return _payload(slack, person, view, "dialog_cancellation")


def errors_of(view: View, answer: Json) -> dict[str, str] | None:
    """Return the app's errors by element name; None if the answer is invalid."""
    errors = answer.get("errors")
    names = {block["block_id"] for block in view.body["blocks"]}
    if not isinstance(errors, list) or not all(isinstance(error, dict) for error in errors):
        return None
    if not all(error.get("name") in names and isinstance(error.get("error"), str) for error in errors):
        return None
    return {error["name"]: error["error"] for error in errors}


def _payload(slack: Simulator, person: Person, view: View, kind: str) -> Json:
    space = slack.state.workspaces[person.team_id]
    channel = space.channels.get(view.body["place"]) or slack.state.dm(space, person.id)
    return {
        "type": kind,
        "token": slack.app.verification_token,
        "action_ts": slack.state.next_ts(),
        "team": payloads.team_of(space),
        "user": {"id": person.id, "name": person.handle},
        "channel": {"id": channel.id, "name": payloads.channel_name(channel)},
        "is_enterprise_install": False,
        "enterprise": payloads.enterprise_of(space),
        "callback_id": view.body["callback_id"],
        "response_url": payloads.response_url(slack, person, channel, "app"),
        "state": view.body["dialog"].get("state", ""),
    }
