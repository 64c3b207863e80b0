"""Somebody who opens every screen that the app shows them, and writes down each request it offers.

Nothing here knows a button or a form by name: what is pressed was shown, with the values that stood in it, so
a new listener is found through the control that leads to it.
"""

import json
import re
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

from slack_bolt import App, BoltRequest
from slack_bolt.listener_matcher.builtins import BuiltinListenerMatcher
from slack_sdk.signature import SignatureVerifier

from tests.support.agreeable_slack import AgreeableSlack

SECRET = "a-signing-secret-for-tests"
_EACH = 2
"""Requests of one name that one person writes down: what differs between rows is the id alone."""
_MANY = 12
_CALLS_WITH_VIEWS = ("views.open", "views.push", "views.update", "views.publish")

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Offer:
    """One request that a screen offered to a person."""

    name: str
    body: Body = field(hash=False)
    person: str
    depth: int

    @property
    def subject(self) -> str:
        """What it is about: the name and every value in it, without what differs each time."""
        view = self.body.get("view") or {}
        actions = [
            (action.get("value"), action.get("selected_option")) for action in self.body.get("actions", ())
        ]
        return json.dumps(
            [self.name, actions, view.get("private_metadata"), self.body.get("text")], sort_keys=True
        )


@dataclass
class Desk:
    """The app's listeners, reached by signed requests; says which of them did their work."""

    bolt: App
    slack: AgreeableSlack
    worked: set[str] = field(default_factory=set)
    patterns: dict[str, str] = field(default_factory=dict)
    """What each listener listens for, and to which kind of request."""

    def __post_init__(self) -> None:
        for listener in self.bolt._listeners:
            kind, pattern = _listens_for(listener.matchers)
            if kind != "event":
                self.patterns[pattern] = kind
                listener.ack_function = self._noting(listener.ack_function, pattern)

    def _noting(self, work: Callable[..., Any], pattern: str) -> Callable[..., Any]:
        def noted(**arguments: Any) -> Any:  # noqa: ANN401 - Bolt's own arguments
            answer = work(**arguments)
            self.worked.add(pattern)
            return answer

        return noted

    def send(self, body: Body, user: str, team: str) -> "Answer":
        """One request of this person, as from this workspace."""
        self.slack.calls.clear()
        if "command" in body:
            form: Body = {**body, "user_id": user, "team_id": team, "team_domain": "x", "api_app_id": "A1"}
        elif body.get("type") == "event_callback":
            return self._dispatched(
                json.dumps({**body, "team_id": team, "api_app_id": "A1"}), "application/json"
            )
        else:
            who = {"user": {"id": user, "team_id": team}, "team": {"id": team, "domain": "x"}}
            form = {"payload": json.dumps({**body, **who, "api_app_id": "A1", "token": "t"})}
        return self._dispatched(urlencode(form), "application/x-www-form-urlencoded")

    def _dispatched(self, encoded: str, kind: str) -> "Answer":
        stamp = str(int(time.time()))
        signature = SignatureVerifier(SECRET).generate_signature(timestamp=stamp, body=encoded)
        headers: dict[str, str | Sequence[str]] = {
            "content-type": [kind],
            "x-slack-request-timestamp": [stamp],
            "x-slack-signature": [signature or ""],
        }
        answer = self.bolt.dispatch(BoltRequest(body=encoded, headers=headers))
        assert answer.status in {200, 404}, (encoded, answer.status, answer.body)
        calls = [(path.rpartition("/")[2], read_call(body.decode())) for path, body in self.slack.calls]
        return Answer(str(answer.body or ""), calls)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request led to: the response, and the calls to Slack."""

    body: str
    calls: list[tuple[str, Body]]

    @property
    def words(self) -> str:
        """Everything that somebody could read in it."""
        return "\n".join([self.body, *(json.dumps(call) for _, call in self.calls)])

    def views(self) -> Iterator[Body]:
        """The windows and Home tabs that it shows."""
        for method, call in self.calls:
            if method in _CALLS_WITH_VIEWS:
                yield _loaded(call["view"])
        response = json.loads(self.body) if self.body.startswith("{") else {}
        if "view" in response:
            yield response["view"]

    def blocks(self) -> Iterator[list[Body]]:
        """The layouts of messages in it, the answer to a command among them."""
        response = json.loads(self.body) if self.body.startswith("{") else {}
        if "blocks" in response:
            yield response["blocks"]
        for method, call in self.calls:
            if method.startswith("chat.") and "blocks" in call:
                yield _loaded(call["blocks"])

    def options(self) -> list[Body]:
        """The choices that it offers."""
        response = json.loads(self.body) if self.body.startswith("{") else {}
        groups = [option for group in response.get("option_groups", ()) for option in group["options"]]
        return [*response.get("options", ()), *groups]


class Crawl:
    """One person of one workspace, who presses whatever is shown. `after` is called after every request."""

    def __init__(self, desk: Desk, person: str, suffix: str, after: Callable[[], None]) -> None:
        self._desk, self.person, self._suffix, self._after = desk, person, suffix, after
        self.user, self.team = f"U0{person}{suffix}", f"T0{suffix}"
        self.offers: list[Offer] = []
        self.seen: list[str] = []
        """All that was shown."""
        self._waiting: deque[Offer] = deque()
        self._known: set[str] = set()
        self._times: Counter[str] = Counter()

    def run(self, messages: Sequence[tuple[str, Body]]) -> None:
        """Begin with Home, what can be typed, the shortcuts, and messages to this person or their channel."""
        opened = {
            "type": "event_callback",
            "event": {"type": "app_home_opened", "tab": "home", "user": self.user},
        }
        self._take(self._desk.send(opened, self.user, self.team), 0)
        for pattern, kind in self._desk.patterns.items():
            name = pattern.replace("\\", "")
            if kind == "command":
                for text in self._texts():
                    body = {
                        "command": name,
                        "text": text,
                        "trigger_id": "1.2.3",
                        "channel_id": f"C0WARD{self._suffix}",
                    }
                    self._offer(name, body, 0)
            elif kind in {"shortcut", "global_shortcut", "message_shortcut"}:
                self._offer(name, {"type": "shortcut", "callback_id": name, "trigger_id": "1.2.3"}, 0)
                message = {"user": f"U0OTHER{self._suffix}", "ts": "1.2", "text": "Thanks to everybody"}
                place = {"channel": {"id": f"C0WARD{self._suffix}", "name": "x"}, "message": message}
                self._offer(
                    name, {"type": "message_action", "callback_id": name, "trigger_id": "1.2.3", **place}, 0
                )
        for target, message in messages:
            if target in {self.user, f"C0WARD{self._suffix}"}:
                self.seen.append(json.dumps(message))
                self._controls(_loaded(message["blocks"]), self._message(target), 0)
        while self._waiting:
            offer = self._waiting.popleft()
            self.offers.append(offer)
            self._take(self._desk.send(offer.body, self.user, self.team), offer.depth + 1, offer)
            self._after()

    def _texts(self) -> Iterator[str]:
        yield from ("", "settings", "admin", "team", f"Ward of {self._suffix}")
        yield f"<@U0OTHER{self._suffix}> helping Found us a bed and stayed until it was made"
        yield f"<@U0OTHER{self._suffix}> helping Stayed with Mrs Jones in bed 4 until her son came"

    def _message(self, target: str) -> Body:
        return {
            "container": {"type": "message", "message_ts": "1.2", "channel_id": target},
            "channel": {"id": target, "name": "x"},
            "message": {"ts": "1.2", "bot_id": "B0"},
            "response_url": f"https://hooks.slack.com/actions/T0{self._suffix}/1/x",
        }

    def _take(self, answer: Answer, depth: int, offer: Offer | None = None) -> None:
        self.seen.append(answer.words)
        for view in answer.views():
            self._window(view, depth)
        for layout in answer.blocks():
            self._controls(layout, self._message(self.user), depth)
        if offer is not None and offer.body.get("type") == "block_suggestion":
            for choice in answer.options()[:2]:
                self._press(
                    {"type": "external_select", "action_id": offer.name}, choice, {**offer.body}, depth
                )

    def _window(self, view: Body, depth: int) -> None:
        given = {
            key: view[key] for key in ("type", "callback_id", "private_metadata", "blocks") if key in view
        }
        ids = {"id": "V1", "hash": "1.h", "root_view_id": "V1", "team_id": self.team}
        whole = (
            {"private_metadata": "", "callback_id": ""}
            | given
            | ids
            | {"state": {"values": self._state(view)}}
        )
        self._controls(view["blocks"], {"container": {"type": "view", "view_id": "V1"}, "view": whole}, depth)
        if view.get("type") == "modal" and view.get("submit"):
            self._offer(
                view["callback_id"], {"type": "view_submission", "trigger_id": "1.2.3", "view": whole}, depth
            )

    def _controls(self, layout: list[Body], place: Body, depth: int) -> None:
        for element in _elements(layout):
            name = element["action_id"]
            if element["type"] == "external_select" or "min_query_length" in element:
                body = {"type": "block_suggestion", "action_id": name, "block_id": "b", "value": "", **place}
                self._offer(name, body, depth)
            if element["type"] == "button":
                self._press(element, None, place, depth)
            choices = element.get("options", ())
            for choice in choices if element["type"] == "overflow" else choices[:_EACH]:
                self._press(element, choice, place, depth)

    def _press(self, element: Body, choice: Body | None, place: Body, depth: int) -> None:
        action = {
            "type": element["type"],
            "action_id": element["action_id"],
            "block_id": "b",
            "action_ts": "1.2",
        }
        action |= {"selected_option": choice} if choice else {"value": element.get("value", "")}
        around = {key: place[key] for key in place if key not in {"type", "action_id", "block_id", "value"}}
        body = {"type": "block_actions", "trigger_id": "1.2.3", "actions": [action], **around}
        self._offer(element["action_id"], body, depth)

    def _offer(self, name: str, body: Body, depth: int) -> None:
        offer = Offer(name, body, self.person, depth)
        key = f"{body.get('type')}:{offer.subject}"
        pattern = next((pattern for pattern in self._desk.patterns if re.fullmatch(pattern, name)), None)
        kind, most = f"{body.get('type')}:{pattern}", _MANY if _has_many(body) else _EACH
        if key in self._known or pattern is None or self._times[kind] >= most:
            return
        self._known.add(key)
        self._times[kind] += 1
        self._waiting.append(offer)

    def _state(self, view: Body) -> Body:
        values: Body = {}
        for block in view["blocks"]:
            if block.get("type") == "input":
                element = block["element"]
                values[block.get("block_id", element["action_id"])] = {
                    element["action_id"]: self._filled(element)
                }
        return values

    def _filled(self, element: Body) -> Body:
        """A value for a field, another than it had where there is a choice."""
        # Not the same person in two fields of a form.
        number = len(element["action_id"]) % 6
        user, channel = f"U0MORE{number}{self._suffix}", f"C0WARD{self._suffix}"
        options = element.get("options") or [element.get("initial_option")]
        by_kind: dict[str, Callable[[], Body]] = {
            "plain_text_input": lambda: {"value": element.get("initial_value") or "Words that were typed"},
            "number_input": lambda: {"value": element.get("min_value", "1")},
            "users_select": lambda: {"selected_user": element.get("initial_user") or user},
            "multi_users_select": lambda: {"selected_users": element.get("initial_users") or [user]},
            "conversations_select": lambda: {
                "selected_conversation": element.get("initial_conversation") or channel
            },
            "channels_select": lambda: {"selected_channel": element.get("initial_channel") or channel},
            "checkboxes": lambda: {"selected_options": options[:1]},
            "datepicker": lambda: {"selected_date": element.get("initial_date") or "2026-12-24"},
            "timepicker": lambda: {"selected_time": element.get("initial_time") or "10:30"},
        }
        value = by_kind.get(element["type"], lambda: {"selected_option": options[-1]})()
        return {"type": element["type"], **value}


def _has_many(body: Body) -> bool:
    """Whether one name stands for many things to do: words after a command, or a menu behind dots."""
    return "command" in body or any(action["type"] == "overflow" for action in body.get("actions", ()))


def _elements(layout: Any) -> Iterator[Body]:  # noqa: ANN401 - blocks nest
    if isinstance(layout, dict):
        if "action_id" in layout:
            yield layout
        for value in layout.values():
            yield from _elements(value)
    elif isinstance(layout, list):
        for value in layout:
            yield from _elements(value)


def _listens_for(matchers: Sequence[Any]) -> tuple[str, str]:
    for matcher in matchers:
        assert isinstance(matcher, BuiltinListenerMatcher)
        kind = matcher.func.__qualname__.partition(".")[0]
        for cell in matcher.func.__closure__ or ():
            value = cell.cell_contents
            return kind, value.pattern if isinstance(value, re.Pattern) else re.escape(str(value))
    raise AssertionError("a listener that matches everything")


def read_call(body: str) -> Body:
    if body.startswith("{"):
        return dict(json.loads(body))
    return {name: values[0] for name, values in parse_qs(body).items()}


def _loaded(value: Any) -> Any:  # noqa: ANN401 - Slack's JSON, sent as text or not
    return json.loads(value) if isinstance(value, str) else value


def replaced(body: Any, old: str, new: str) -> Iterator[Any]:  # noqa: ANN401 - any JSON
    """The same request once for every place in it that holds `old`, with `new` in that place alone."""
    if isinstance(body, str):
        if old in body:
            yield body.replace(old, new)
        return
    pairs: Any = (
        body.items() if isinstance(body, Mapping) else enumerate(body) if isinstance(body, list) else ()
    )
    for key, value in list(pairs):
        for other in replaced(value, old, new):
            copy: Any = dict(body) if isinstance(body, dict) else list(body)
            copy[key] = other
            yield copy
