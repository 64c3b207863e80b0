"""Forms as people see them, and as they fill them in."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from slackapp.sandbox.blocks import view_problems
from tests.pulse.front import Front

Element = Mapping[str, object]


def chosen(value: str) -> Element:
    return {"type": "static_select", "selected_option": {"value": value}}


def ticked(*values: str) -> Element:
    return {"type": "checkboxes", "selected_options": [{"value": value} for value in values]}


def shown(front: Front) -> dict[str, Any]:
    """The view that Slack was last asked to show, which is one that it takes."""
    path, body = front.slack.calls[-1]
    assert path in {"/api/views.open", "/api/views.update", "/api/views.push"}
    # slack_sdk sends a view as JSON of its own inside a form, or whole in a JSON body.
    found = json.loads(body)["view"] if body.startswith(b"{") else parse_qs(body.decode())["view"][0]
    view_shown: dict[str, Any] = json.loads(found) if isinstance(found, str) else found
    assert view_problems(view_shown) == []
    return view_shown


def words(what: object) -> str:
    return json.dumps(what, ensure_ascii=False)
