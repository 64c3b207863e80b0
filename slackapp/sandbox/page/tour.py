"""A short guided path that whoever composes the sandbox may give it: steps as values, each with a check.

The sandbox knows nothing of the app. A step says who one is, where, and what to do; its check looks at
what has passed between the app and this Slack.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from slackapp.sandbox.blocks.controls import controls
from slackapp.sandbox.core.journal import Entry
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Message, State

HIDDEN = "hidden"
"""Stands among the steps done when the person has put the tour away."""


@dataclass(frozen=True, slots=True)
class Activity:
    """What a check is asked about: the journal's newest `entries`, oldest first, and all that is known."""

    entries: Sequence[Entry]
    state: State


Check = Callable[[Activity], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step. `title` and `words` are English sentences of the catalogue.

    `person` and `place` (a channel id, "dm" or "home") say where [Show me] leads; `typed` is what it then
    puts into the message box, `points_at` the text of the button it brings into view.
    """

    key: str
    person: str
    place: str
    title: str
    words: str
    done: Check
    typed: str = ""
    points_at: str = ""


class Tour:
    """How far one has come. What is done stays done, and a saved state keeps it."""

    def __init__(self, slack: Simulator, steps: Sequence[Step]) -> None:
        self._slack = slack
        self._since = slack.journal.number
        self.steps = tuple(steps)
        if steps:
            slack.journal.watcher = self.update

    def update(self) -> None:
        """Check every step that is not done yet, by what happened since the tour began.

        Asked whenever the page is drawn, and by the journal before anything falls out of its newest entries.
        """
        completed = self._slack.state.completed_steps
        entries = [entry for entry in self._slack.journal.recent if entry.number > self._since]
        activity = Activity(entries, self._slack.state)
        completed.update(step.key for step in self.steps if step.key not in completed and step.done(activity))

    def done(self, step: Step) -> bool:
        """Whether this step has been done (or passed over)."""
        return step.key in self._slack.state.completed_steps

    @property
    def current(self) -> Step | None:
        """The first step that is still to do."""
        return next((step for step in self.steps if not self.done(step)), None)

    @property
    def hidden(self) -> bool:
        """Whether the person has put the tour away."""
        return HIDDEN in self._slack.state.completed_steps

    def apply(self, order: str) -> None:
        """Do what the card's buttons say: "skip" the current step, "hide", "show", or begin "again".

        Raises ValueError for anything else.
        """
        completed = self._slack.state.completed_steps
        if order == "skip" and self.current is not None:
            completed.add(self.current.key)
        elif order == "hide":
            completed.add(HIDDEN)
        elif order == "show":
            completed.discard(HIDDEN)
        elif order == "again":
            completed.clear()
            # What lies behind would count at once.
            self._since = self._slack.journal.number
        elif order != "skip":
            raise ValueError(order)
        self._slack.state.touch()

    def report(self) -> list[dict[str, Any]]:
        """The steps for tools: key, title, person, place, and whether each is done."""
        return [
            {
                "key": step.key,
                "title": step.title,
                "person": step.person,
                "place": step.place,
                "done": self.done(step),
            }
            for step in self.steps
        ]


def submits(user: str, callback_id: str) -> Check:
    """Whether this person has sent this form and the app has taken it without objecting to a field."""

    def done(activity: Activity) -> bool:
        waiting = False
        for entry in activity.entries:
            if entry.sent and entry.name == "view_submission":
                waiting = _who(entry) == user and entry.body["view"]["callback_id"] == callback_id
            elif waiting and entry.name == "ack:view_submission":
                if (entry.body or {}).get("response_action") != "errors" and entry.response["ok"]:
                    return True
                waiting = False
        return False

    return done


def leads_to(user: str, action_id: str) -> Check:
    """Whether, after this person did something, the app said something that holds such an element."""

    def done(activity: Activity) -> bool:
        acted = False
        for entry in activity.entries:
            acted = acted or (entry.sent and entry.name != "event_callback" and _who(entry) == user)
            taken = not entry.sent and isinstance(entry.response, dict) and entry.response.get("ok")
            if acted and taken and action_id in _action_ids(entry.body):
                return True
        return False

    return done


def reads(user: str, action_id: str) -> Check:
    """Whether a message with such an element stands in the direct conversation this person looks at."""

    def done(activity: Activity) -> bool:
        space = activity.state.workspace_of(user)
        if space is None or space.people[user].place != "dm" or user not in space.dms:
            return False
        return any(_has(message, action_id) for message in space.channels[space.dms[user]].seen_by(user))

    return done


def _has(message: Message, action_id: str) -> bool:
    return any(control.action_id == action_id for control in controls(message.all_blocks))


def _action_ids(body: Any) -> Iterator[str]:  # noqa: ANN401  # any JSON
    if isinstance(body, dict):
        if "action_id" in body:
            yield str(body["action_id"])
        body = list(body.values())
    if isinstance(body, list):
        for member in body:
            yield from _action_ids(member)


def _who(entry: Entry) -> str:
    """Who did what was sent to the app."""
    user = entry.body.get("user_id") or entry.body.get("user") or ""
    return str(user.get("id") if isinstance(user, dict) else user)
