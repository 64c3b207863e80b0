"""A guided tour: steps, each with a check.

The sandbox does not know the app. A step names the person, the place and the task; its check inspects the
traffic between the app and this Slack.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from slackapp.sandbox.blocks.controls import controls
from slackapp.sandbox.core.journal import Entry
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Message, State

HIDDEN = "hidden"
"""Marker among the completed steps: the tour is hidden."""


@dataclass(frozen=True, slots=True)
class Activity:
    """Input of a check: the journal's newest `entries`, oldest first, and the state."""

    entries: Sequence[Entry]
    state: State


Check = Callable[[Activity], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step. `title` and `words` are English sentences of the catalogue.

    [Show me] opens `place` (a channel id, "dm" or "home") as `person`, fills the message box with `typed`
    and scrolls to the button with the text `points_at`.
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
    """Progress of the tour. Completed steps stay completed and are saved with the state."""

    def __init__(self, slack: Simulator, steps: Sequence[Step]) -> None:
        self._slack = slack
        self._since = slack.journal.number
        self.steps = tuple(steps)
        if steps:
            slack.journal.watcher = self.update

    def update(self) -> None:
        """Check every step that is not done yet against the activity since the tour began.

        Called whenever the page is rendered, and by the journal before it drops entries.
        """
        completed = self._slack.state.completed_steps
        entries = [entry for entry in self._slack.journal.recent if entry.number > self._since]
        activity = Activity(entries, self._slack.state)
        completed.update(step.key for step in self.steps if step.key not in completed and step.done(activity))

    def done(self, step: Step) -> bool:
        """Whether this step is completed or skipped."""
        return step.key in self._slack.state.completed_steps

    @property
    def current(self) -> Step | None:
        """The first step that is not done."""
        return next((step for step in self.steps if not self.done(step)), None)

    @property
    def hidden(self) -> bool:
        """Whether the tour is hidden."""
        return HIDDEN in self._slack.state.completed_steps

    def apply(self, order: str) -> None:
        """Apply an order of the card's buttons: "skip", "hide", "show" or "again".

        Raises ValueError for any other order.
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
            # Earlier activity would complete steps at once.
            self._since = self._slack.journal.number
        elif order != "skip":
            raise ValueError(order)
        self._slack.state.touch()

    def report(self) -> list[dict[str, Any]]:
        """Return the steps as JSON: key, title, person, place and done."""
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
    """Return a check: this person submitted this form and the app accepted it."""

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
    """Return a check: after an action of this person, the app sent a message with this element."""

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
    """Return a check: this person views a direct conversation that contains this element."""

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
    """Return the id of the person who caused a payload."""
    user = entry.body.get("user_id") or entry.body.get("user") or ""
    return str(user.get("id") if isinstance(user, dict) else user)
