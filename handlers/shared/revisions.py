"""Forms that were opened before somebody else saved: only what was changed in them is applied.

A form carries the values that it showed. A field that still has its value takes the present one; when it was
changed both here and by somebody else, the form stays open and says what stands there now.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from handlers.shared.payloads import Payload
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable

CHANGED = translatable(
    "Somebody else changed this meanwhile: it is {value} now. To change it, close the form and open it again."
)
EMPTIED = translatable(
    "Somebody else emptied this meanwhile. To change it, close the form and open it again."
)

Fields = Mapping[str, str]
"""What a form shows, by the name of its field."""


def carried(fields: Fields) -> str:
    """Return what a form carries as its private metadata."""
    return json.dumps(fields, ensure_ascii=False)


def read(body: Payload) -> Fields:
    """Return the values that the form showed; none for one that was opened by an earlier version."""
    written = str(body["view"].get("private_metadata") or "")
    values: Any = json.loads(written) if written.startswith("{") else {}
    return {str(name): str(value) for name, value in values.items()}


def merged(
    before: Fields,
    typed: Fields,
    present: Fields,
    display: Callable[[str, str], str] = lambda _, value: value,
) -> dict[str, str]:
    """Return each field as it was typed where that is a change, else as it stands now.

    `display` turns a field's value into what a person reads.

    Raises:
        UserError: A field was changed here and by somebody else; it stands beside the field.
    """
    values = {}
    for field, value in typed.items():
        is_changed_here = field not in before or value != before[field]
        is_changed_since = field in before and present[field] != before[field]
        if is_changed_here and is_changed_since and value != present[field]:
            raise _conflict(display(field, present[field])).beside(field)
        values[field] = value if is_changed_here else present[field]
    return values


def _conflict(value: str) -> UserError:
    return UserError(CHANGED, value=value) if value else UserError(EMPTIED)
