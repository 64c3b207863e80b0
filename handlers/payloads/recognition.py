"""Slash text, forms and buttons about thanks, as values."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from handlers.payloads.common import Caller, Payload, caller, storable
from slackapp.behaviours import Behaviour
from slackapp.models import Visibility
from slackapp.recognitions.drafts import MOST_PEOPLE, Draft, Field
from slackapp.views.appreciate import BEHAVIOUR

_SLACK_USER_ID = re.compile(r"[UW][A-Z0-9]{1,30}")


@dataclass(frozen=True, slots=True)
class Typed:
    """A slash command: who typed what."""

    caller: Caller
    text: str


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it stands: what is filled in, and which recognition it changes, if any."""

    caller: Caller
    view_id: str
    draft: Draft
    recognition_id: str


def typed(body: Payload) -> Typed:
    """What stands behind `/appreciate`."""
    return Typed(caller(body), storable(body.get("text") or ""))


def form(body: Payload) -> Form:
    """The state of the form in a `view_submission` or `block_actions` payload."""
    view = body["view"]
    return Form(
        caller=caller(body),
        view_id=view["id"],
        draft=_filled_in((view.get("state") or {}).get("values") or {}),
        recognition_id=view.get("private_metadata") or "",
    )


def carried(value: str) -> Draft:
    """The draft that a button carried; an empty one when it carried nothing that can be read."""
    try:
        read = json.loads(value)
    except ValueError:
        return Draft()
    if not isinstance(read, dict):
        return Draft()
    return Draft(
        people=_people(read.get(Field.PEOPLE) or ()),
        behaviour=_behaviour(read.get(Field.BEHAVIOUR)),
        words=storable(str(read.get(Field.WORDS) or "")),
        visibility=_visibility(read.get(Field.VISIBILITY)),
    )


def _filled_in(values: Payload) -> Draft:
    def field(name: Field, action_id: str) -> Payload:
        found: Payload = (values.get(name) or {}).get(action_id) or {}
        return found

    return Draft(
        people=_people(field(Field.PEOPLE, Field.PEOPLE).get("selected_users") or ()),
        behaviour=_behaviour(_option(field(Field.BEHAVIOUR, BEHAVIOUR))),
        words=storable(field(Field.WORDS, Field.WORDS).get("value") or "").strip(),
        visibility=_visibility(_option(field(Field.VISIBILITY, Field.VISIBILITY))),
    )


def _option(element: Payload) -> Any:  # noqa: ANN401 - as Slack sent it, judged by the caller
    return (element.get("selected_option") or {}).get("value")


def _people(ids: Iterable[object]) -> tuple[str, ...]:
    known = [one for one in ids if isinstance(one, str) and _SLACK_USER_ID.fullmatch(one)]
    # One more than may be thanked at once, so that too many are still told apart.
    return tuple(dict.fromkeys(known))[: MOST_PEOPLE + 2]


def _behaviour(value: object) -> Behaviour | None:
    return next((one for one in Behaviour if one == value), None)


def _visibility(value: object) -> Visibility:
    return Visibility.TEAM if value == Visibility.TEAM else Visibility.PRIVATE
