"""Files that a person puts into a form: taken as they are, and told to the app as Slack tells of files."""

import base64
import binascii
from typing import Any

from slackapp.sandbox.blocks.controls import Control
from slackapp.sandbox.core.responses import NotFound
from slackapp.sandbox.core.state import File, new_id
from slackapp.sandbox.person.lookup import ElementFinder
from slackapp.sandbox.slack.files import file_object, guess_type, scanned_at

MOST_FILES = 10


def uploaded(finder: ElementFinder, control: Control, value: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # JSON in
    """The state of a file_input that holds these files, each `{"name", "text"}` or `{"name", "base64"}`.

    Raises NotHere for what its element does not take.
    """
    given = value if isinstance(value, list) else [value] if value else []
    most = control.element.get("max_files", MOST_FILES)
    if len(given) > most:
        raise NotFound(409, f"At most {most} can be chosen for “{control.label}”.", labels=[control.label])
    contents = [_content(control, each) for each in given]
    return [_kept(finder, name, content) for name, content in contents]


def _content(control: Control, given: Any) -> tuple[str, bytes]:  # noqa: ANN401  # likewise
    """A file's name and bytes."""
    name = given.get("name") if isinstance(given, dict) else None
    if not isinstance(name, str) or not name:
        raise NotFound(400, "A file is an object with its name and its text or base64.")
    allowed = control.element.get("filetypes")
    if allowed and name.rpartition(".")[2].lower() not in {one.lower() for one in allowed}:
        raise NotFound(409, f"“{name}” is of a kind that cannot be chosen here.", labels=[control.label])
    try:
        if isinstance(given.get("text"), str):
            return name, given["text"].encode()
        return name, base64.b64decode(given.get("base64", ""), validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise NotFound(400, f"“{name}” is no base64.") from None


def _kept(finder: ElementFinder, name: str, content: bytes) -> dict[str, Any]:
    """The file in the workspace, as Slack's JSON has it."""
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
