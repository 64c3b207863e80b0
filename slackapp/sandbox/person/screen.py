"""What a person sees, as JSON of the Person API."""

from collections.abc import Iterator
from typing import Any

from slackapp.sandbox.blocks.controls import MULTIPLE, Control, controls, options_of
from slackapp.sandbox.blocks.surface import every_block
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import SLACKBOT, Blocks, Channel, File, Message, Person, View, Workspace
from slackapp.sandbox.person.conversations import (
    conversation_channels,
    conversation_people,
    visible_channels,
)
from slackapp.sandbox.person.plain_text import Reader
from slackapp.sandbox.slack.files import file_path
from slackapp.sandbox.slack.messages import known_file

TROUBLE = "This did not work just now. Try again?"


class Screen:
    """One person's view of their workspace."""

    def __init__(self, slack: Simulator, space: Workspace, person: Person) -> None:
        self._slack = slack
        self._space = space
        self._person = person
        self._reader = Reader(slack, space)

    def of_channel(self, place: str, channel: Channel) -> dict[str, Any]:
        """Return a channel or the direct conversation as seen by the person."""
        messages = [self.message(message) for message in channel.seen_by(self._person.id)]
        return {"place": place, "messages": messages, "modal": self.modal()}

    def of_home(self) -> dict[str, Any]:
        """Return the app's Home tab: one entry, or none before the app has published it."""
        view = self._slack.state.homes.get(self._person.id)
        entry = [self._home(view)] if view else []
        return {"place": "home", "messages": entry, "modal": self.modal()}

    def message(self, message: Message) -> dict[str, Any]:
        """One message."""
        blocks = message.all_blocks
        out: dict[str, Any] = {
            "ts": message.ts,
            "from": self.author(message.author),
            "text": self._text(message),
            "controls": [self.control(control) for control in controls(blocks)],
            "images": list(self._images(blocks, message.files)),
            "files": [{"name": file.name, "url": file_path(file)} for file in self._files(message)],
            "ephemeral": message.only_for is not None,
        }
        if message.thread_ts:
            out["thread_ts"] = message.thread_ts
        if message.failed:
            out["trouble"] = sorted(message.failed.values())
        return out

    def modal(self) -> dict[str, Any] | None:
        """Return the modal on top."""
        view = self._slack.state.top_modal(self._person.id)
        if view is None:
            return None
        return {
            "title": view.body["title"]["text"],
            "text": self._reader.blocks(view.body["blocks"]),
            "controls": [self.control(control) for control in controls(view.body["blocks"])]
            + modal_buttons(view),
            "errors": _by_label(view),
        }

    def control(self, control: Control) -> dict[str, Any]:
        """Return a control with its label and options, if any."""
        out: dict[str, Any] = {"kind": control.kind, "label": control.label}
        offered = self.offered(control)
        if offered is not None:
            out["options"] = offered
        return out

    def offered(self, control: Control) -> list[str] | None:
        """Return the labels that a person can choose from."""
        if control.type in {"channels_select", "multi_channels_select"}:
            return [
                "#" + channel.name
                for channel in visible_channels(self._space, self._person)
                if not channel.is_private
            ]
        if control.type in {"conversations_select", "multi_conversations_select"}:
            channels = conversation_channels(self._space, self._person, control.element)
            people = conversation_people(self._space, control.element)
            return ["#" + channel.name for channel in channels] + [other.name for other in people]
        if control.kind in {"select", "radio", "checkboxes", "menu"}:
            return [self._reader.text_object(option["text"]) for option in options_of(control.element)]
        return None

    def author(self, user: str) -> str:
        """A display name."""
        if user == SLACKBOT:
            return "Slackbot"
        person = self._space.people.get(user)
        return person.name if person else user

    def _home(self, view: View) -> dict[str, Any]:
        blocks = view.body["blocks"]
        out: dict[str, Any] = {
            "ts": f"{view.published:.6f}",
            "from": self.author(self._space.bot_user_id),
            "text": self._reader.blocks(blocks),
            "controls": [self.control(control) for control in controls(blocks)],
            "images": list(self._images(blocks, [])),
            "files": [],
            "ephemeral": False,
        }
        if view.errors:
            out["trouble"] = sorted(view.errors.values())
        return out

    def _text(self, message: Message) -> str:
        read = self._reader.blocks(message.blocks) if message.blocks else self._reader.mrkdwn(message.text)
        parts = [read, *(self._reader.attachment(attachment) for attachment in message.attachments)]
        return "\n".join(part for part in parts if part)

    def _files(self, message: Message) -> list[File]:
        files = (self._slack.state.files[file_id] for file_id in message.files)
        return [file for file in files if not file.deleted]

    def _images(self, blocks: Blocks, files: list[str]) -> Iterator[dict[str, str]]:
        for image in images_in(blocks):
            yield {"alt": image.get("alt_text", ""), "url": self._address(image)}
        for file in (self._slack.state.files[file_id] for file_id in files):
            if file.mimetype.startswith("image/") and not file.deleted:
                yield {"alt": file.alt, "url": file_path(file)}

    def _address(self, image: dict[str, Any]) -> str:
        if "slack_file" not in image:
            return str(image.get("image_url", ""))
        file = known_file(self._slack, image["slack_file"])
        return file_path(file) if file else ""


def images_in(blocks: Blocks) -> Iterator[dict[str, Any]]:
    """Return the pictures in these blocks."""
    for _, block in every_block(blocks):
        beside = [block.get(name) for name in ("accessory", "hero_image", "icon")]
        candidates = [block, *beside, *(block.get("elements", ()) if block["type"] == "context" else ())]
        for element in candidates:
            if isinstance(element, dict) and element.get("type") == "image":
                yield element


def _by_label(view: View) -> dict[str, str]:
    """Return the errors by label; errors of fields with the same label are joined."""
    labels = {control.error_key: control.label for control in controls(view.body["blocks"])}
    errors: dict[str, list[str]] = {}
    for spot, words in view.errors.items():
        errors.setdefault(labels.get(spot, ""), []).append(words)
    return {label: "\n".join(dict.fromkeys(words)) for label, words in errors.items()}


def modal_buttons(view: View) -> list[dict[str, Any]]:
    """Return the submit and close buttons of a modal."""
    labels = [view.body.get("submit"), view.body.get("close")]
    return [{"kind": "button", "label": label["text"]} for label in labels if label]


def takes_several(control: Control) -> bool:
    """Whether the control accepts several choices."""
    return control.type in MULTIPLE
