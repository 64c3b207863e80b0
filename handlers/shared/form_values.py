"""Read the state of a submitted form. Every field has its own name, whatever its block id."""

from collections.abc import Mapping
from typing import Any

from handlers.shared.payloads import Payload, typed_text


def about(body: Payload) -> tuple[str, tuple[str, ...]]:
    """The context of a form, and the ids of the questions that its writer has read."""
    subject, *marks = str(body["view"].get("private_metadata") or "").split(" ")
    return subject, tuple(marks)


class Values:
    """The values of a form by the field's name; a blank field is empty."""

    def __init__(self, body: Payload) -> None:
        self._values: Mapping[str, Any] = (body["view"].get("state") or {}).get("values") or {}

    def text(self, name: str) -> str:
        """Return the typed text; empty when all of it is invisible."""
        return typed_text(self._element(name).get("value"))

    def chosen(self, name: str) -> str:
        """Return the value of a single choice."""
        return str((self._element(name).get("selected_option") or {}).get("value") or "")

    def ticked(self, name: str) -> bool:
        """Return whether the single box is ticked."""
        return bool(self._element(name).get("selected_options"))

    def person(self, name: str) -> str:
        """Return the Slack id of a single person."""
        return str(self._element(name).get("selected_user") or "")

    def people(self, name: str) -> list[str]:
        """Return the Slack ids of the people."""
        return [str(user_id) for user_id in self._element(name).get("selected_users") or ()]

    def place(self, name: str) -> str:
        """Return the Slack id of the channel."""
        element = self._element(name)
        return str(element.get("selected_conversation") or element.get("selected_channel") or "")

    def day(self, name: str) -> str:
        """Return the chosen day as in "2026-11-30", or nothing."""
        return str(self._element(name).get("selected_date") or "")

    def number(self, name: str) -> int | None:
        """Return the typed whole number, or None."""
        typed = str(self._element(name).get("value") or "").strip()
        return int(typed) if typed.isascii() and typed.isdecimal() else None

    def _element(self, name: str) -> Mapping[str, Any]:
        return next((block[name] for block in self._values.values() if name in block), None) or {}
