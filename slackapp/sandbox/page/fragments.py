"""The page's fragments, rendered by jinja2 templates that escape everything."""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import orjson
from jinja2 import Environment, PackageLoader
from markupsafe import Markup, escape

from slackapp.core.i18n import Voice
from slackapp.sandbox.core.faults import Fault
from slackapp.sandbox.core.journal import Entry
from slackapp.sandbox.core.state import Channel, Message, View
from slackapp.sandbox.page import mrkdwn
from slackapp.sandbox.page.emoji import OFFERED
from slackapp.sandbox.page.scene import HOME, Scene, SceneNames
from slackapp.sandbox.page.tour import Tour
from slackapp.sandbox.page.values import At, choices, chosen, plotted
from slackapp.sandbox.slack.files import file_path
from slackapp.sandbox.slack.messages import known_file

INSPECTED: Final = 20
KILOBYTE: Final = 1024
Due = tuple[datetime, str] | None
Json = Mapping[str, Any]

_ENVIRONMENT: Final = Environment(
    loader=PackageLoader("slackapp.sandbox", "page/templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Drawing:
    """Renders one scene in one language."""

    def __init__(self, scene: Scene, say: Voice, *, due: Due = None, tour: Tour | None = None) -> None:
        self._scene = scene
        self._say = say
        self._names = SceneNames(scene)
        self._context: dict[str, Any] = {
            "scene": scene,
            "say": say,
            # A name of its own, because sentences are extracted only from calls of plain names.
            "count": say.count,
            "due": due,
            "tour": tour,
            **self._texts(),
            **self._parts(),
            **self._choices(),
        }

    def _texts(self) -> dict[str, Any]:
        names = self._names
        return {
            "names": names,
            "mrkdwn": lambda text: mrkdwn.mrkdwn(text, names),
            "plain": mrkdwn.plain,
            "lines": lambda text: escape(text).replace("\n", Markup("<br>")),
            "markdown": mrkdwn.markdown,
            "emoji": mrkdwn.emoji,
            "mention": mrkdwn.mention,
            "link": mrkdwn.link,
            "size": size,
            "people_named": lambda users: ", ".join(self._scene.name_of(user) for user in users),
            "members_of": self._members,
        }

    def _parts(self) -> dict[str, Any]:
        return {
            "chosen": chosen,
            "static_choices": choices,
            "confirmation": confirmation,
            "align": align,
            "plotted": plotted,
            "other_errors": other_errors,
            "asks": lambda blocks: any(block["type"] == "input" for block in blocks),
            "picture_address": self._picture,
            "file_address": file_path,
            "being_scanned": lambda file: file.ready_at > time.time(),
            "place_at": self._in_message,
            "view_at": self._in_view,
            "local_moment": self._local_moment,
            "address": lambda user, place: f"/?as={user}&place={place}",
        }

    def _choices(self) -> dict[str, Any]:
        scene = self._scene
        shortcuts = scene.slack.manifest.shortcuts
        people = [(person.id, _with_title(person.name, person.title)) for person in scene.people]
        return {
            "people_choices": people,
            "place_choices": [(channel.id, f"# {channel.name}") for channel in scene.channels],
            "conversation_choices": scene.conversation_choices,
            "global_shortcuts": [shortcut for shortcut in shortcuts if shortcut.kind == "global"],
            "message_shortcuts": [shortcut for shortcut in shortcuts if shortcut.kind == "message"],
            "offered_emoji": OFFERED,
        }

    def fragment(self, name: str, **more: object) -> str:
        """Render one part of the page, e.g. "side"."""
        return _ENVIRONMENT.get_template(f"{name}.html").render(self._context, **more)

    def inspector(self) -> str:
        """Render the payloads and calls between Slack and the app, newest first."""
        recent = list(self._scene.slack.journal.recent)[::-1]
        return self.fragment(
            "inspector",
            calls=[self._entry(entry) for entry in recent if not entry.sent][:INSPECTED],
            inbound=[self._entry(entry) for entry in recent if entry.sent][:INSPECTED],
            faults=[self._fault(fault) for fault in self._scene.slack.faults.in_force()],
        )

    def _fault(self, fault: Fault) -> dict[str, str]:
        """Describe an active fault: kind, method, remaining calls and end."""
        place = fault.where
        about = [name for name in (place.workspace, place.channel, place.user) if name]
        if fault.rate < 1:
            about.append(self._say("{n} of 100 calls", n=round(fault.rate * 100)))
        if fault.count is not None:
            about.append(self._say("calls still to meet it: {n}", n=fault.count))
        if fault.until is not None:
            moment = f"{self._scene.local(fault.until):%Y-%m-%d %H:%M}"
            about.append(self._say("until {moment}", moment=moment))
        if fault.count is None and fault.until is None:
            about.append(self._say("until it is called off"))
        name = f"{fault.method} {fault.kind} {fault.error}".strip()
        return {"name": name, "about": " · ".join(about)}

    def _entry(self, entry: Entry) -> dict[str, Any]:
        answer = entry.response if isinstance(entry.response, dict) else {}
        refused = not answer.get("ok", True)
        about = [self._whom(entry), f"{self._scene.local(entry.t):%H:%M:%S}"]
        if entry.took is not None:
            about.append(self._took(round(entry.took * 1000), answered=entry.sent and not refused))
        return {
            "number": entry.number,
            "name": f"{entry.name} {subject(entry.body)}".strip() if entry.sent else entry.name,
            "refused": refused,
            "outcome": str(answer.get("error", "refused")) if refused else "" if entry.sent else "ok",
            "about": " · ".join(part for part in about if part),
        }

    def _took(self, milliseconds: int, *, answered: bool) -> str:
        """Return the duration of a call, or of the app's answer."""
        if answered:
            return self._say("answered in {n} ms", n=milliseconds)
        return self._say("{n} ms", n=milliseconds) if milliseconds else self._say("under 1 ms")

    def entry(self, number: int) -> str:
        """Render one entry of the inspector in full."""
        known = next((entry for entry in self._scene.slack.journal.recent if entry.number == number), None)
        if known is None:
            return ""
        # The app's answer to a payload is an entry of its own.
        response = None if known.sent or not known.response else pretty(known.response)
        return self.fragment("entry", body=pretty(known.body), response=response)

    def _whom(self, entry: Entry) -> str:
        """Return the target of a call, or the sender of a payload."""
        body = entry.body if isinstance(entry.body, dict) else {}
        if entry.sent:
            event = body.get("event", {})
            user = body.get("user_id") or body.get("user") or event.get("user")
            user = user.get("id") if isinstance(user, dict) else user
            return self._say("from {name}", name=self._scene.name_of(str(user))) if user else ""
        target = str(body.get("channel") or body.get("user_id") or "")
        channel = self._scene.workspace.channels.get(target)
        if channel is not None and not channel.im_with:
            return self._say("to #{name}", name=channel.name)
        whom = channel.im_with if channel else target
        return self._say("to {name}", name=self._scene.name_of(str(whom))) if whom else ""

    def _members(self, channel: Channel) -> str:
        scene, bot = self._scene, self._scene.workspace.bot_user_id
        people = sum(user != bot for user in channel.members)
        if bot in channel.members:
            return self._say.count("{n} person and {app}", "{n} people and {app}", people, app=scene.app_name)
        return self._say.count("{n} person", "{n} people", people)

    def _picture(self, element: Json) -> str:
        """Return a picture's address on this server; pictures from elsewhere are not fetched."""
        slack_file = element.get("slack_file")
        if slack_file:
            file = known_file(self._scene.slack, dict(slack_file))
            return file_path(file) if file else ""
        address = str(element.get("image_url", ""))
        own = self._scene.slack.url
        return address.removeprefix(own) if own and address.startswith(f"{own}/") else ""

    def _in_message(self, message: Message, values: Mapping[str, Any]) -> At:
        return At(message.ts, values, {}, message.failed)

    def _in_view(self, view: View, within: str) -> At:
        return At(HOME if within == HOME else "modal", view.values, view.errors)

    def _local_moment(self, picked: list[str]) -> str:
        return f"{self._scene.local(picked[0]):%Y-%m-%dT%H:%M}" if picked else ""


def _with_title(name: str, title: str) -> str:
    return f"{name}, {title}" if title else name


def confirmation(confirm: Json) -> dict[str, str]:
    """Return a confirmation's four texts and its style."""
    texts = {name: str(confirm[name]["text"]) for name in ("title", "text", "confirm", "deny")}
    return {**texts, "style": str(confirm.get("style", ""))}


def align(table: Json, column: int) -> str:
    """Return the CSS class for a table column's alignment."""
    settings = table.get("column_settings") or []
    chosen_side = settings[column].get("align") if column < len(settings) and settings[column] else None
    return f"to-{chosen_side or 'left'}"


def other_errors(view: View) -> list[str]:
    """Return the errors that belong to the view and not to an input."""
    inputs = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
    return sorted({words for spot, words in view.errors.items() if spot not in inputs})


def subject(payload: Json) -> str:
    """Return a payload's command, event type, action id or callback id."""
    actions, view = payload.get("actions") or [{}], payload.get("view") or {}
    candidates = (
        payload.get("command"),
        (payload.get("event") or {}).get("type"),
        actions[0].get("action_id"),
        view.get("callback_id") or payload.get("callback_id"),
    )
    return next((str(candidate) for candidate in candidates if candidate), "")


def size(length: int) -> str:
    """Format a file's size."""
    if length < KILOBYTE:
        return f"{length} B"
    return f"{round(length / KILOBYTE)} kB" if length < KILOBYTE**2 else f"{length / KILOBYTE**2:.1f} MB"


def pretty(body: object) -> str:
    """Format JSON for reading, without tokens."""
    return orjson.dumps(_masked(body), option=orjson.OPT_INDENT_2, default=str).decode()


def _masked(value: Any, name: str = "") -> Any:  # noqa: ANN401  # any JSON
    if isinstance(value, dict):
        return {key: _masked(member, key) for key, member in value.items()}
    if isinstance(value, list):
        return [_masked(member) for member in value]
    if isinstance(value, str) and ("token" in name or "ticket=" in value):
        return "***"
    return value
