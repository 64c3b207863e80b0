"""Files that a person uploads in a form."""

import base64
import binascii
from typing import Any

from slackapp.sandbox.blocks.controls import Control
from slackapp.sandbox.core.responses import RequestError
from slackapp.sandbox.core.state import File, new_id
from slackapp.sandbox.person.lookup import ElementFinder
from slackapp.sandbox.slack.files import file_object, guess_type, scanned_at

MOST_FILES = 10


def add_files(finder: ElementFinder, control: Control, value: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # JSON in
    """Return the state of a file_input with these files: `{"name", "text"}` or `{"name", "base64"}`.

    Raises RequestError for files that the element does not accept.
    """
    uploads = value if isinstance(value, list) else [value] if value else []
    most = control.element.get("max_files", MOST_FILES)
    if len(uploads) > most:
        raise RequestError(
            409, f"At most {most} can be chosen for “{control.label}”.", labels=[control.label]
        )
    contents = [_content(control, upload) for upload in uploads]
    return [_add_file(finder, name, content) for name, content in contents]


def _content(control: Control, upload: Any) -> tuple[str, bytes]:  # noqa: ANN401  # likewise
    """Return a file's name and bytes."""
    name = upload.get("name") if isinstance(upload, dict) else None
    if not isinstance(name, str) or not name:
        raise RequestError(400, "A file is an object with its name and its text or base64.")
    allowed = control.element.get("filetypes")
    if allowed and name.rpartition(".")[2].lower() not in {extension.lower() for extension in allowed}:
        raise RequestError(409, f"“{name}” is of a kind that cannot be chosen here.", labels=[control.label])
    try:
        if isinstance(upload.get("text"), str):
            return name, upload["text"].encode()
        return name, base64.b64decode(upload.get("base64", ""), validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise RequestError(400, f"“{name}” is no base64.") from None


def _add_file(finder: ElementFinder, name: str, content: bytes) -> dict[str, Any]:
    """Add the file to the workspace and return it as in Slack's API."""
    slack = finder.slack
    file = File(
        id=new_id("F"),
        team_id=finder.space.id,
        name=name,
        length=len(content),
        mimetype=guess_type(name),
        created=int(slack.clock.epoch()),
        owner=finder.person.id,
        ready_at=scanned_at(slack),
        uploaded=True,
        complete=True,
    )
    slack.state.files[file.id] = file
    slack.state.contents[file.id] = content
    return file_object(slack, file)
