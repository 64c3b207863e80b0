"""Reads commands, forms and buttons about thanks."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from handlers.recognition import settings_view
from handlers.recognition.form_view import BEHAVIOUR
from handlers.recognition.report_view import BLOCK, BLOCK_FIELD
from handlers.shared.payloads import Caller, Payload, caller, storable, typed_text
from slackapp.core.behaviours import Behaviour
from slackapp.models import SharingChoice, Visibility
from slackapp.recognition.draft import MOST_PEOPLE, Draft, Field

_SLACK_USER_ID = re.compile(r"[UW][A-Z0-9]{1,30}")
_TS = re.compile(r"\d{1,20}\.\d{1,20}")
_PERMALINK = re.compile(
    r"https://[a-z0-9-]{1,60}\.slack\.com/archives/[CG][A-Z0-9]{1,30}/p\d{1,30}"
    r"(?:\?thread_ts=[\d.]{1,40}&cid=[CG][A-Z0-9]{1,30})?"
)


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


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings to save."""

    caller: Caller
    choices: settings_view.Choices


@dataclass(frozen=True, slots=True)
class Reaction:
    """A reaction that came or went. `author` wrote the message it is on.

    `at` is Slack's own moment as digits of one length, so that of two the later one is known.
    """

    caller: Caller
    at: str
    author: str | None
    channel: str
    ts: str
    name: str
    added: bool


def typed(body: Payload) -> Typed:
    """What was typed after `/appreciate`."""
    return Typed(caller(body), storable(body.get("text") or ""))


def form(body: Payload) -> Form:
    """The state of the form in a `view_submission` or `block_actions` payload."""
    view = body["view"]
    metadata = _object(view.get("private_metadata") or "")
    draft = _filled_in((view.get("state") or {}).get("values") or {})
    if metadata.get("id"):
        # Who it was sent to is not asked again, only said.
        draft = draft.about(people=_people(_texts(metadata.get("people"))))
    return Form(
        caller=caller(body),
        view_id=view["id"],
        draft=draft.about(
            accepted_questions=_texts(metadata.get("accepted")),
            link=_link(metadata.get("link")),
            link_author=_author(metadata.get("author")),
        ),
        recognition_id=str(metadata.get("id") or ""),
    )


def about_message(body: Payload) -> Draft:
    """What is known when a thank-you begins with a message: its author, and the way to it.

    A message in a direct conversation has no link: nobody else could follow it.
    """
    message, channel = body["message"], body["channel"]["id"]
    author = message.get("user")
    domain = (body.get("team") or {}).get("domain") or ""
    ts = str(message.get("ts") or body.get("message_ts") or "")
    link = f"https://{domain}.slack.com/archives/{channel}/p{ts.replace('.', '')}"
    parent = str(message.get("thread_ts") or "")
    if _TS.fullmatch(parent) and parent != ts:
        link += f"?thread_ts={parent}&cid={channel}"
    people = _people([author]) if author != body["user"]["id"] and not message.get("bot_id") else ()
    is_linked = channel[:1] in "CG"
    return Draft(
        people=people,
        link=_link(link) if is_linked else None,
        link_author=_author(author) if is_linked else None,
    )


def pressed_where(body: Payload) -> str:
    """The message in which a button was pressed, as part of a key."""
    container = body.get("container") or {}
    return f"{container.get('channel_id', '')}:{container.get('message_ts', '')}"


def pressed_channel(body: Payload) -> str:
    """The channel of the message in which a button was pressed."""
    return str((body.get("container") or {}).get("channel_id") or "")


def pressed_when(body: Payload) -> str:
    """Slack's time of the press, which a repeat carries too."""
    return str(body["actions"][0].get("action_ts") or "")


def settings(body: Payload) -> Settings:
    """The settings as they were filled in."""
    values = (body["view"].get("state") or {}).get("values") or {}

    def field(name: str) -> Payload:
        element: Payload = (values.get(name) or {}).get(name) or {}
        return element

    habits = {user_id.get("value") for user_id in field(settings_view.HABITS).get("selected_options") or ()}
    return Settings(
        caller=caller(body),
        choices=settings_view.Choices(
            sharing=_sharing(_option(field(settings_view.SHARING))),
            nudges=settings_view.NUDGES in habits,
            accepts_thanks=settings_view.DECLINED not in habits,
            blocked=tuple(
                user_id
                for user_id in field(settings_view.BLOCKED).get("selected_users") or ()
                if isinstance(user_id, str)
            ),
            contact=field(settings_view.CONTACT).get("selected_user"),
            may_name_contact=settings_view.CONTACT in values,
        ),
    )


def also_block(body: Payload) -> bool:
    """Whether a report asks for no more thank-yous from that person."""
    values = (body["view"].get("state") or {}).get("values") or {}
    ticked = ((values.get(BLOCK_FIELD) or {}).get(BLOCK_FIELD) or {}).get("selected_options") or ()
    return any(option.get("value") == BLOCK for option in ticked)


def reaction(body: Payload) -> Reaction | None:
    """A reaction to a message that the app posted itself may be one to a thank-you; others are not ours."""
    event = body["event"]
    item = event.get("item") or {}
    if item.get("type") != "message" or not event.get("user"):
        return None
    return Reaction(
        caller=Caller(team=body["team_id"], user=event["user"]),
        at=_digits(event.get("event_ts")),
        author=event.get("item_user"),
        channel=item.get("channel", ""),
        ts=item.get("ts", ""),
        name=str(event.get("reaction", ""))[:90],
        added=event["type"] == "reaction_added",
    )


def _digits(ts: object) -> str:
    seconds, _, fraction = ts.partition(".") if isinstance(ts, str) and _TS.fullmatch(ts) else ("0", "", "0")
    return f"{seconds:0>20}{fraction:0<20}"


def carried(value: str) -> Draft:
    """The draft that a button carried; an empty one when it carried nothing that can be read."""
    fields = _object(value)
    return Draft(
        people=_people(fields.get(Field.PEOPLE) or ()),
        behaviour=_behaviour(fields.get(Field.BEHAVIOUR)),
        words=storable(str(fields.get(Field.WORDS) or "")),
        visibility=_visibility(fields.get(Field.VISIBILITY)),
        group_members=_people(fields.get("gathered") or ()),
        accepted_questions=_texts(fields.get("accepted")),
        link=_link(fields.get("link")),
        link_author=_author(fields.get("author")),
    )


def idempotency_key(value: str) -> str:
    """The ticket of the command that a button was asked about; "" when it carries none."""
    return str(_object(value).get("ticket") or "")


def _object(value: str) -> dict[str, Any]:
    try:
        fields = json.loads(value)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


def _texts(value: object) -> tuple[str, ...]:
    return tuple(text for text in value if isinstance(text, str)) if isinstance(value, list) else ()


def _link(value: object) -> str | None:
    return value if isinstance(value, str) and _PERMALINK.fullmatch(value) else None


def _author(value: object) -> str | None:
    return next(iter(_people([value])), None)


def _sharing(value: object) -> SharingChoice:
    return next((choice for choice in SharingChoice if choice == value), SharingChoice.ASK)


def _filled_in(values: Payload) -> Draft:
    def field(name: Field, action_id: str) -> Payload:
        element: Payload = (values.get(name) or {}).get(action_id) or {}
        return element

    return Draft(
        people=_people(field(Field.PEOPLE, Field.PEOPLE).get("selected_users") or ()),
        behaviour=_behaviour(_option(field(Field.BEHAVIOUR, BEHAVIOUR))),
        words=typed_text(field(Field.WORDS, Field.WORDS).get("value")).strip(),
        visibility=_visibility(_option(field(Field.VISIBILITY, Field.VISIBILITY))),
    )


def _option(element: Payload) -> Any:  # noqa: ANN401 - as Slack sent it, judged by the caller
    return (element.get("selected_option") or {}).get("value")


def _people(ids: Iterable[object]) -> tuple[str, ...]:
    user_ids = [user_id for user_id in ids if isinstance(user_id, str) and _SLACK_USER_ID.fullmatch(user_id)]
    # One more than may be thanked at once, so that too many are still told apart.
    return tuple(dict.fromkeys(user_ids))[: MOST_PEOPLE + 2]


def _behaviour(value: object) -> Behaviour | None:
    return next((behaviour for behaviour in Behaviour if behaviour == value), None)


def _visibility(value: object) -> Visibility:
    return Visibility.TEAM if value == Visibility.TEAM else Visibility.PRIVATE
