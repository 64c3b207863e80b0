"""The Person API: tools act in the sandbox as a person (docs/sandbox.md)."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from slackapp.sandbox.blocks.controls import STATE_KEYS, entry, initial_values
from slackapp.sandbox.core.escaping import escape_text
from slackapp.sandbox.core.json_input import get_number, get_optional_string, get_string, read_object
from slackapp.sandbox.core.manifest import Shortcut
from slackapp.sandbox.core.responses import RequestError, json_response
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Channel, Message, View
from slackapp.sandbox.person.external_options import EXTERNAL, find_option
from slackapp.sandbox.person.form_filling import to_element_value
from slackapp.sandbox.person.lookup import ElementFinder, Location
from slackapp.sandbox.person.screen import takes_several
from slackapp.sandbox.slack import (
    assistant,
    channel_events,
    events,
    interactions,
    message_events,
    messages,
    payloads,
)

HOME_SECONDS = 60.0
PersonAction = Callable[[ElementFinder, dict[str, Any]], Awaitable[None]]


class PersonApi:
    """The routes under /person."""

    def __init__(self, slack: Simulator) -> None:
        self._slack = slack

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        actions = {
            "type": self.type,
            "press": self.press,
            "fill": self.fill,
            "submit": self.submit,
            "dismiss": self.dismiss,
            "react": self.react,
            "shortcut": self.shortcut,
            "edit": self.edit,
            "delete": self.delete,
            "assistant": self.assistant,
        }
        action_routes = [
            web.post(f"/person/{{user}}/{name}", self._handler(action)) for name, action in actions.items()
        ]
        return [
            web.get("/person", self.people),
            web.get("/person/{user}/screen", self.screen),
            *action_routes,
        ]

    async def people(self, request: web.Request) -> web.StreamResponse:
        """List the people one can act as; `?strangers=1` adds those of other organisations."""
        with_strangers = "strangers" in request.query
        everyone = [
            {"id": person.id, "name": person.name, "workspace": space.name, "roles": list(person.roles)}
            for space in self._slack.state.workspaces.values()
            for person in space.people.values()
            if not (person.is_bot or person.deleted or (person.stranger and not with_strangers))
        ]
        return json_response(everyone)

    async def screen(self, request: web.Request) -> web.StreamResponse:
        """Return what a person sees in a place; viewing Home sends app_home_opened."""
        try:
            finder = self._finder(request)
            return json_response(await self._look(finder, request.query.get("place") or finder.person.place))
        except RequestError as answer:
            return json_response(answer.extra, status=answer.status)

    async def _look(self, finder: ElementFinder, place: str) -> dict[str, Any]:
        person, now = finder.person, self._slack.clock.epoch()
        if place == "home" and person.stranger:
            raise RequestError(404, "The app's Home is not for people of other organisations.")
        if place == "home":
            stale = person.home_asked > now or now - person.home_asked > HOME_SECONDS
            newly, person.place = person.place != "home", "home"
            if newly or stale or person.id not in self._slack.state.homes:
                person.home_asked = now
                await interactions.open_home(self._slack, person)
            return finder.screen.of_home()
        channel = finder.channel(place)
        if place == "dm" and person.place != "dm" and self._slack.manifest.messages_tab:
            # The app's conversation is the other tab of its Home: Slack sends the same event for it.
            events.emit(self._slack, finder.space, events.home_opened(self._slack, person, "messages", None))
        person.place = place
        return finder.screen.of_channel(place, channel)

    def _finder(self, request: web.Request) -> ElementFinder:
        user = request.match_info["user"]
        space = self._slack.state.workspace_of(user)
        if space is None or space.people[user].deleted or space.people[user].is_bot:
            raise RequestError(404, f"There is no person {user}.")
        finder = ElementFinder(self._slack, space, space.people[user])
        if not finder.may_see_place():
            # The person may no longer see the place they viewed last.
            finder.person.place = finder.first_place()
        return finder

    def _handler(self, act: PersonAction) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                finder = self._finder(request)
                await act(finder, await read_object(request))
                place = finder.person.place
                home = finder.screen.of_home() if place == "home" else None
                screen = home or finder.screen.of_channel(place, finder.channel(place))
                return json_response({"ok": True, "screen": screen})
            except RequestError as answer:
                return json_response(answer.extra, status=answer.status)

        return handle

    async def type(self, finder: ElementFinder, order: dict[str, Any]) -> None:
        """Type a message or a slash command into a place."""
        text, place = get_string(order, "text").strip(), get_string(order, "place", finder.person.place)
        channel = finder.channel(place)
        finder.person.place = place
        if channel.archived or finder.person.id not in channel.members:
            raise RequestError(
                409, "Nobody can write here." if channel.archived else "Join this channel to write in it."
            )
        thread = get_optional_string(order, "thread_ts")
        if text.startswith("/") and thread:
            name = text.split(maxsplit=1)[0]
            messages.post_notice(
                self._slack, channel, finder.person.id, f"{name} is not supported in threads. Sorry!"
            )
        elif text.startswith("/"):
            await self._command(finder, channel, text)
        elif text:
            self._say(finder, channel, text, finder.message(place, thread)[1] if thread else None)

    async def _command(self, finder: ElementFinder, channel: Channel, text: str) -> None:
        name = text.split(maxsplit=1)[0]
        # Strangers have no commands: their own workspace has not installed the app.
        if name in self._slack.manifest.commands and finder.space.installed and not finder.person.stranger:
            await interactions.command(self._slack, finder.person, channel, text)
        elif name in {"/invite", "/remove", "/leave"}:
            self._membership(finder, channel, name, text)
        else:
            interactions.unknown_command(self._slack, finder.person, channel, text)

    def _membership(self, finder: ElementFinder, channel: Channel, name: str, text: str) -> None:
        """Run Slack's own commands /invite, /remove and /leave."""
        if name == "/leave":
            channel_events.remove_member(self._slack, channel, finder.person.id)
            finder.person.place = "dm"
            return
        token = escape_text(
            text.partition(" ")[2].strip(), finder.space, finder.person, resolve=True, labels=False
        )
        user = token.removeprefix("<@").removesuffix(">")
        if user not in finder.space.people:
            messages.post_notice(self._slack, channel, finder.person.id, f"There is nobody called {token}.")
        elif name == "/invite":
            channel_events.add_member(self._slack, channel, user, finder.person.id)
        else:
            channel_events.remove_member(self._slack, channel, user)

    def _say(self, finder: ElementFinder, channel: Channel, text: str, parent: Message | None) -> None:
        if channel.im_with and (
            self._slack.manifest.messages_read_only or not self._slack.manifest.messages_tab
        ):
            raise RequestError(409, "Sending messages to this app has been turned off.")
        written = escape_text(text, finder.space, finder.person, resolve=True, labels=False)
        message = Message(
            ts=self._slack.state.next_ts(),
            author=finder.person.id,
            text=written,
            thread_ts=(parent.thread_ts or parent.ts) if parent else None,
        )
        message_events.post(self._slack, channel, message)

    async def press(self, finder: ElementFinder, order: dict[str, Any]) -> None:
        """Press a button, or choose from a menu, by its label."""
        label, within = get_string(order, "label"), get_optional_string(order, "within")
        top = self._slack.state.top_modal(finder.person.id)
        try:
            location, chosen = finder.pressable(label, within)
        except RequestError:
            if top is None or within not in (None, "modal") or not await self._frame(finder, top, label):
                raise
            return
        await self._tell(finder, location, chosen)

    async def _frame(self, finder: ElementFinder, top: View, label: str) -> bool:
        """Press submit or close of the modal; return whether one has this label."""
        pressed = label.strip().casefold()
        if top.body.get("submit") and top.body["submit"]["text"].casefold() == pressed:
            await interactions.submit(self._slack, finder.person, top)
        elif (top.body.get("close") or {"text": "Cancel"})["text"].casefold() == pressed:
            await interactions.dismiss(self._slack, finder.person, top)
        else:
            return False
        return True

    async def _tell(self, finder: ElementFinder, location: Location, chosen: dict[str, Any]) -> None:
        if location.view is not None:
            await interactions.act_in_view(
                self._slack, finder.person, location.view, location.control, chosen
            )
        elif location.channel is not None and location.message is not None:
            values = initial_values(
                location.message.all_blocks, location.message.values.get(finder.person.id)
            )
            location.message.values[finder.person.id] = values
            await interactions.act_in_message(
                *(self._slack, finder.person, location.channel, location.message),
                control=location.control,
                chosen=chosen,
            )

    async def fill(self, finder: ElementFinder, order: dict[str, Any]) -> None:
        """Enter or choose a value in the control with this label."""
        if "value" not in order:
            raise RequestError(400, "A value is needed.")
        nth = int(get_number(order, "nth", 1)) or 1
        location = finder.fillable(get_string(order, "label"), get_optional_string(order, "within"), nth)
        control = location.control
        value = order["value"]
        chosen = (
            await _from_outside(finder, location, value)
            if control.type in EXTERNAL
            else to_element_value(finder, control, value)
        )
        held = entry(control.element, chosen)
        if location.view is not None:
            location.view.values[control.block_id][control.action_id] = held
            location.view.errors.pop(control.error_key, None)
        elif location.message is not None:
            values = initial_values(
                location.message.all_blocks, location.message.values.get(finder.person.id)
            )
            values[control.block_id][control.action_id] = held
            location.message.values[finder.person.id] = values
        self._slack.state.touch()
        if control.dispatches:
            await self._tell(finder, location, {STATE_KEYS[control.type]: held[STATE_KEYS[control.type]]})

    async def submit(self, finder: ElementFinder, _order: dict[str, Any]) -> None:
        """Submit the modal on top."""
        await interactions.submit(self._slack, finder.person, self._modal(finder, "submit"))

    async def dismiss(self, finder: ElementFinder, _order: dict[str, Any]) -> None:
        """Close the modal on top."""
        await interactions.dismiss(self._slack, finder.person, self._modal(finder))

    def _modal(self, finder: ElementFinder, needed: str = "title") -> View:
        view = self._slack.state.top_modal(finder.person.id)
        if view is None:
            raise RequestError(409, "No modal is open.", labels=[])
        if not view.body.get(needed):
            raise RequestError(409, "This modal has nothing to submit.", labels=[])
        return view

    async def react(self, finder: ElementFinder, order: dict[str, Any]) -> None:
        """Add or remove a reaction to a message."""
        channel, message = finder.message(
            get_string(order, "place", finder.person.place), get_string(order, "ts")
        )
        emoji = get_string(order, "emoji").strip(":")
        events.set_reaction(
            self._slack, channel, message, finder.person.id, emoji, remove=bool(order.get("remove"))
        )

    async def edit(self, finder: ElementFinder, order: dict[str, Any]) -> None:
        """Edit one's own message."""
        channel, message = self._own(finder, order)
        before = message_events.before_edit(self._slack, channel, message)
        typed = get_string(order, "text").strip()
        message.text = escape_text(typed, finder.space, finder.person, resolve=True, labels=False)
        message.edited = self._slack.state.next_ts()
        self._slack.state.touch()
        message_events.edited(self._slack, channel, message, before)

    async def delete(self, finder: ElementFinder, order: dict[str, Any]) -> None:
        """Delete one's own message."""
        channel, message = self._own(finder, order)
        del channel.messages[message.ts]
        self._slack.state.touch()
        message_events.deleted(self._slack, channel, message)

    def _own(self, finder: ElementFinder, order: dict[str, Any]) -> tuple[Channel, Message]:
        channel, message = finder.message(get_optional_string(order, "place"), get_string(order, "ts"))
        if message.author != finder.person.id:
            raise RequestError(409, "Only one's own messages can be changed.")
        return channel, message

    async def assistant(self, finder: ElementFinder, order: dict[str, Any]) -> None:
        """Open an assistant thread or, with `thread_ts`, view another channel beside it."""
        viewed = get_optional_string(order, "channel")
        channel = finder.channel(viewed) if viewed else None
        if thread := get_optional_string(order, "thread_ts"):
            assistant.change_context(self._slack, finder.person, thread, channel)
        else:
            assistant.start_thread(self._slack, finder.person, channel)
            finder.person.place = "dm"
        await self._slack.wait_until_idle()

    async def shortcut(self, finder: ElementFinder, order: dict[str, Any]) -> None:
        """Use a shortcut by its name; a message shortcut needs the message."""
        shortcut = self._shortcut(finder, get_string(order, "name"))
        if shortcut.kind == "global":
            payload = payloads.shortcut(self._slack, finder.person, shortcut.callback_id)
            await interactions.shortcut(self._slack, finder.person, payload, None)
            return
        channel, message = finder.message(get_optional_string(order, "place"), get_string(order, "ts"))
        payload = payloads.message_action(self._slack, finder.person, channel, message, shortcut.callback_id)
        await interactions.shortcut(self._slack, finder.person, payload, channel)

    def _shortcut(self, finder: ElementFinder, name: str) -> Shortcut:
        shortcuts = () if finder.person.stranger else self._slack.manifest.shortcuts
        for shortcut in shortcuts:
            if name.strip().casefold() in {shortcut.name.casefold(), shortcut.callback_id.casefold()}:
                return shortcut
        raise RequestError(
            409, f"There is no shortcut “{name}”.", labels=[shortcut.name for shortcut in shortcuts]
        )


async def _from_outside(finder: ElementFinder, location: Location, value: Any) -> Any:  # noqa: ANN401  # JSON in, JSON out
    """Return the chosen options of an external select."""
    several = takes_several(location.control)
    labels = value if isinstance(value, list) else [value] if value else []
    if len(labels) > 1 and not several:
        label = location.control.label
        raise RequestError(409, f"Only one can be chosen for “{label}”.", labels=[label])
    options = [await find_option(finder, location, str(label)) for label in labels]
    return options if several else (options[0] if options else None)
