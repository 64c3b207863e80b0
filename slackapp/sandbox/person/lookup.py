"""Look-up of places, messages and controls for a person."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from slackapp.sandbox.blocks.controls import Control, controls, options_of
from slackapp.sandbox.core.responses import RequestError
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Channel, Message, Person, View, Workspace
from slackapp.sandbox.person.conversations import visible_channels
from slackapp.sandbox.person.plain_text import Reader
from slackapp.sandbox.person.screen import Screen, modal_buttons


@dataclass(frozen=True, slots=True)
class Location:
    """A control and its location: a message of a channel, or a view."""

    control: Control
    channel: Channel | None = None
    message: Message | None = None
    view: View | None = None


@dataclass(slots=True)
class ElementFinder:
    """Finds what one person can see and use."""

    slack: Simulator
    space: Workspace
    person: Person

    @property
    def screen(self) -> Screen:
        """The person's screen."""
        return Screen(self.slack, self.space, self.person)

    def may_see_place(self) -> bool:
        """Whether the person may still see the place they viewed last."""
        place = self.person.place
        channel = self.space.channels.get(place)
        if place in {"dm", "home"}:
            return not self.person.stranger
        return channel is not None and self._may_see(channel)

    def first_place(self) -> str:
        """Return the default place; a stranger has no conversation with the app."""
        shared = visible_channels(self.space, self.person) if self.person.stranger else []
        return shared[0].id if shared else "dm"

    def channel(self, place: str) -> Channel:
        """Return the channel of a visible place; "dm" is the app's conversation."""
        if place == "dm" and self.person.stranger:
            raise RequestError(404, "The app has no direct conversation with people of other organisations.")
        if place == "dm":
            return self.slack.state.dm(self.space, self.person.id)
        channel = self.space.channels.get(place)
        if channel is None or not self._may_see(channel):
            raise RequestError(404, f"There is no place {place} for this person.")
        return channel

    def _may_see(self, channel: Channel) -> bool:
        if channel.is_direct:
            return self.person.id in channel.members
        return channel in visible_channels(self.space, self.person)

    def message(self, place: str | None, ts: str) -> tuple[Channel, Message]:
        """Find a visible message in `place` or in all visible places."""
        for channel in [self.channel(place)] if place else self._channels():
            message = channel.messages.get(ts)
            if message is not None and message.only_for in (None, self.person.id):
                return channel, message
        raise RequestError(404, f"There is no message {ts} here.")

    def _channels(self) -> list[Channel]:
        """Return the visible channels: the current place, the direct conversation, all others."""
        seen = visible_channels(self.space, self.person)
        if not self.person.stranger:
            seen.insert(0, self.slack.state.dm(self.space, self.person.id))
        first = [] if self.person.place == "home" else [self.channel(self.person.place)]
        return first + [channel for channel in seen if channel not in first]

    def locations(self, within: str | None) -> Iterator[Location]:
        """Yield the controls a person can use now, the most likely first.

        Without `within`: those of an open modal, else of the newest messages in the current place, then of
        the direct conversation, then of Home.
        """
        top = self.slack.state.top_modal(self.person.id)
        if within == "modal" or (within is None and top is not None):
            if top is None:
                raise RequestError(409, "No modal is open.", labels=[])
            yield from self._in_view(top)
        elif within == "home":
            yield from self._in_view(self.slack.state.homes.get(self.person.id))
        elif within is not None:
            yield from self._in_message(*self.message(None, within))
        else:
            yield from self._around()

    def _around(self) -> Iterator[Location]:
        home = self.slack.state.homes.get(self.person.id)
        if self.person.place == "home":
            yield from self._in_view(home)
        for channel in self._channels()[:2]:
            for message in reversed(list(channel.seen_by(self.person.id))):
                yield from self._in_message(channel, message)
        if self.person.place != "home":
            yield from self._in_view(home)

    def _in_view(self, view: View | None) -> Iterator[Location]:
        if view is not None:
            for control in controls(view.body["blocks"]):
                yield Location(control, view=view)

    def _in_message(self, channel: Channel, message: Message) -> Iterator[Location]:
        for control in controls(message.all_blocks):
            yield Location(control, channel=channel, message=message)

    def pressable(self, label: str, within: str | None) -> tuple[Location, dict[str, Any]]:
        """Find the button with this label, or the menu with this option, and the action's fields."""
        labels: list[str] = []
        for location in self.locations(within):
            if location.control.kind == "button":
                labels.append(location.control.label)
                if location.control.is_called(label):
                    return location, dict(location.control.says)
            elif location.control.kind == "menu":
                for option in options_of(location.control.element):
                    words = self.option_words(option)
                    labels.append(words)
                    if words.casefold() == label.strip().casefold():
                        return location, {"selected_option": option}
        top = self.slack.state.top_modal(self.person.id)
        if top is not None and within in (None, "modal"):
            labels += [button["label"] for button in modal_buttons(top)]
        raise RequestError(409, f"Nothing here is called “{label}”.", labels=list(dict.fromkeys(labels)))

    def fillable(self, label: str, within: str | None, nth: int = 1) -> Location:
        """Find the input with this label; the `nth` from the top if several have it."""
        labels: list[str] = []
        before = 0
        for location in self.locations(within):
            if location.control.kind in {"button", "menu"}:
                continue
            labels.append(location.control.label)
            before += location.control.is_called(label)
            if location.control.is_called(label) and before == nth:
                return location
        sentence = f"Nothing to fill in is called “{label}”."
        if before:
            sentence = f"Nothing here is the number {nth} of those called “{label}”: there are {before}."
        raise RequestError(409, sentence, labels=list(dict.fromkeys(labels)))

    def option_words(self, option: dict[str, Any]) -> str:
        """Return an option's visible text."""
        return Reader(self.slack, self.space).text_object(option["text"])
