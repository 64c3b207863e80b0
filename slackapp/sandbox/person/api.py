"""The Person API: any tool drives the sandbox as a person would (docs/sandbox.md)."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from slackapp.sandbox.blocks.controls import STATE_KEYS, entry, initial_values
from slackapp.sandbox.core.escaping import escaped
from slackapp.sandbox.core.json_input import number, wanted, words, words_if_any
from slackapp.sandbox.core.manifest import Shortcut
from slackapp.sandbox.core.responses import NotFound, json_response
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Channel, Message, View
from slackapp.sandbox.person.external_options import EXTERNAL, found
from slackapp.sandbox.person.form_filling import to_element_value
from slackapp.sandbox.person.lookup import ElementFinder, Location
from slackapp.sandbox.person.screen import takes_several
from slackapp.sandbox.slack import assistant, channel_events, events, interactions, message_events, payloads
from slackapp.sandbox.slack import messages as posts

HOME_SECONDS = 60.0
Deed = Callable[[ElementFinder, dict[str, Any]], Awaitable[None]]


class PersonApi:
    """The routes under /person."""

    def __init__(self, slack: Simulator) -> None:
        self._slack = slack

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        deeds = {
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
        posts_ = [web.post(f"/person/{{user}}/{name}", self._handler(deed)) for name, deed in deeds.items()]
        return [web.get("/person", self.people), web.get("/person/{user}/screen", self.screen), *posts_]

    async def people(self, request: web.Request) -> web.StreamResponse:
        """Everyone whose place one can take; `?strangers=1`: those of other organisations too."""
        with_strangers = "strangers" in request.query
        everyone = [
            {"id": one.id, "name": one.name, "workspace": space.name, "roles": list(one.roles)}
            for space in self._slack.state.workspaces.values()
            for one in space.people.values()
            if not (one.is_bot or one.deleted or (one.stranger and not with_strangers))
        ]
        return json_response(everyone)

    async def screen(self, request: web.Request) -> web.StreamResponse:
        """What a person sees in a place; looking at Home tells the app."""
        try:
            sight = self._sight(request)
            return json_response(await self._look(sight, request.query.get("place") or sight.person.place))
        except NotFound as answer:
            return json_response(answer.extra, status=answer.status)

    async def _look(self, sight: ElementFinder, place: str) -> dict[str, Any]:
        person, now = sight.person, self._slack.clock.epoch()
        if place == "home" and person.stranger:
            raise NotFound(404, "The app's Home is not for people of other organisations.")
        if place == "home":
            stale = person.home_asked > now or now - person.home_asked > HOME_SECONDS
            newly, person.place = person.place != "home", "home"
            if newly or stale or person.id not in self._slack.state.homes:
                person.home_asked = now
                await interactions.open_home(self._slack, person)
            return sight.screen.of_home()
        channel = sight.channel(place)
        if place == "dm" and person.place != "dm" and self._slack.manifest.messages_tab:
            # The app's conversation is the other tab of its Home: Slack sends the same event for it.
            events.emit(self._slack, sight.space, events.home_opened(self._slack, person, "messages", None))
        person.place = place
        return sight.screen.of_channel(place, channel)

    def _sight(self, request: web.Request) -> ElementFinder:
        user = request.match_info["user"]
        space = self._slack.state.workspace_of(user)
        if space is None or space.people[user].deleted or space.people[user].is_bot:
            raise NotFound(404, f"There is no person {user}.")
        sight = ElementFinder(self._slack, space, space.people[user])
        if not sight.may_look():
            # What they last looked at is not theirs any more.
            sight.person.place = sight.first_place()
        return sight

    def _handler(self, deed: Deed) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                sight = self._sight(request)
                await deed(sight, await wanted(request))
                place = sight.person.place
                shown = sight.screen.of_home() if place == "home" else None
                screen = shown or sight.screen.of_channel(place, sight.channel(place))
                return json_response({"ok": True, "screen": screen})
            except NotFound as answer:
                return json_response(answer.extra, status=answer.status)

        return handle

    async def type(self, sight: ElementFinder, asked: dict[str, Any]) -> None:
        """Type a message or a slash command into a place."""
        text, place = words(asked, "text").strip(), words(asked, "place", sight.person.place)
        channel = sight.channel(place)
        sight.person.place = place
        if channel.archived or sight.person.id not in channel.members:
            raise NotFound(
                409, "Nobody can write here." if channel.archived else "Join this channel to write in it."
            )
        thread = words_if_any(asked, "thread_ts")
        if text.startswith("/") and thread:
            name = text.split(maxsplit=1)[0]
            posts.notice(self._slack, channel, sight.person.id, f"{name} is not supported in threads. Sorry!")
        elif text.startswith("/"):
            await self._command(sight, channel, text)
        elif text:
            self._say(sight, channel, text, sight.message(place, thread)[1] if thread else None)

    async def _command(self, sight: ElementFinder, channel: Channel, text: str) -> None:
        name = text.split(maxsplit=1)[0]
        # Commands are the workspace's own people's: a stranger's workspace has not installed the app.
        if name in self._slack.manifest.commands and sight.space.installed and not sight.person.stranger:
            await interactions.command(self._slack, sight.person, channel, text)
        elif name in {"/invite", "/remove", "/leave"}:
            self._membership(sight, channel, name, text)
        else:
            interactions.unknown_command(self._slack, sight.person, channel, text)

    def _membership(self, sight: ElementFinder, channel: Channel, name: str, text: str) -> None:
        """Slack's own commands about who is in a channel."""
        if name == "/leave":
            channel_events.left(self._slack, channel, sight.person.id)
            sight.person.place = "dm"
            return
        token = escaped(text.partition(" ")[2].strip(), sight.space, sight.person, resolve=True, labels=False)
        user = token.removeprefix("<@").removesuffix(">")
        if user not in sight.space.people:
            posts.notice(self._slack, channel, sight.person.id, f"There is nobody called {token}.")
        elif name == "/invite":
            channel_events.joined(self._slack, channel, user, sight.person.id)
        else:
            channel_events.left(self._slack, channel, user)

    def _say(self, sight: ElementFinder, channel: Channel, text: str, parent: Message | None) -> None:
        if channel.im_with and (
            self._slack.manifest.messages_read_only or not self._slack.manifest.messages_tab
        ):
            raise NotFound(409, "Sending messages to this app has been turned off.")
        written = escaped(text, sight.space, sight.person, resolve=True, labels=False)
        message = Message(
            ts=self._slack.state.next_ts(),
            author=sight.person.id,
            text=written,
            thread_ts=(parent.thread_ts or parent.ts) if parent else None,
        )
        message_events.post(self._slack, channel, message)

    async def press(self, sight: ElementFinder, asked: dict[str, Any]) -> None:
        """Press a button, or choose from a menu, by its label."""
        label, within = words(asked, "label"), words_if_any(asked, "within")
        top = self._slack.state.top_modal(sight.person.id)
        try:
            spot, chosen = sight.pressable(label, within)
        except NotFound:
            if top is None or within not in (None, "modal") or not await self._frame(sight, top, label):
                raise
            return
        await self._tell(sight, spot, chosen)

    async def _frame(self, sight: ElementFinder, top: View, label: str) -> bool:
        """Press a button of the modal's frame; whether there is one of this label."""
        wanted_label = label.strip().casefold()
        if top.body.get("submit") and top.body["submit"]["text"].casefold() == wanted_label:
            await interactions.submit(self._slack, sight.person, top)
        elif (top.body.get("close") or {"text": "Cancel"})["text"].casefold() == wanted_label:
            await interactions.dismiss(self._slack, sight.person, top)
        else:
            return False
        return True

    async def _tell(self, sight: ElementFinder, spot: Location, chosen: dict[str, Any]) -> None:
        if spot.view is not None:
            await interactions.act_in_view(self._slack, sight.person, spot.view, spot.control, chosen)
        elif spot.channel is not None and spot.message is not None:
            place = (spot.channel, spot.message)
            values = initial_values(spot.message.shown, spot.message.values.get(sight.person.id))
            spot.message.values[sight.person.id] = values
            await interactions.act_in_message(self._slack, sight.person, place, spot.control, chosen)

    async def fill(self, sight: ElementFinder, asked: dict[str, Any]) -> None:
        """Enter or choose something, by the label of its control."""
        if "value" not in asked:
            raise NotFound(400, "A value is needed.")
        nth = int(number(asked, "nth", 1)) or 1
        spot = sight.fillable(words(asked, "label"), words_if_any(asked, "within"), nth)
        control = spot.control
        value = asked["value"]
        chosen = (
            await _from_outside(sight, spot, value)
            if control.type in EXTERNAL
            else to_element_value(sight, control, value)
        )
        held = entry(control.element, chosen)
        if spot.view is not None:
            spot.view.values[control.block_id][control.action_id] = held
            spot.view.errors.pop(control.spot, None)
        elif spot.message is not None:
            kept = initial_values(spot.message.shown, spot.message.values.get(sight.person.id))
            kept[control.block_id][control.action_id] = held
            spot.message.values[sight.person.id] = kept
        self._slack.state.touch()
        if control.dispatches:
            await self._tell(sight, spot, {STATE_KEYS[control.type]: held[STATE_KEYS[control.type]]})

    async def submit(self, sight: ElementFinder, _asked: dict[str, Any]) -> None:
        """Submit the modal on top."""
        await interactions.submit(self._slack, sight.person, self._modal(sight, "submit"))

    async def dismiss(self, sight: ElementFinder, _asked: dict[str, Any]) -> None:
        """Close the modal on top."""
        await interactions.dismiss(self._slack, sight.person, self._modal(sight))

    def _modal(self, sight: ElementFinder, needed: str = "title") -> View:
        view = self._slack.state.top_modal(sight.person.id)
        if view is None:
            raise NotFound(409, "No modal is open.", labels=[])
        if not view.body.get(needed):
            raise NotFound(409, "This modal has nothing to submit.", labels=[])
        return view

    async def react(self, sight: ElementFinder, asked: dict[str, Any]) -> None:
        """Add a reaction to a message, or take it back."""
        channel, message = sight.message(words(asked, "place", sight.person.place), words(asked, "ts"))
        emoji = words(asked, "emoji").strip(":")
        events.reacted(
            self._slack, channel, message, sight.person.id, emoji, remove=bool(asked.get("remove"))
        )

    async def edit(self, sight: ElementFinder, asked: dict[str, Any]) -> None:
        """Change the words of one's own message."""
        channel, message = self._own(sight, asked)
        before = message_events.before_edit(self._slack, channel, message)
        typed = words(asked, "text").strip()
        message.text = escaped(typed, sight.space, sight.person, resolve=True, labels=False)
        message.edited = self._slack.state.next_ts()
        self._slack.state.touch()
        message_events.edited(self._slack, channel, message, before)

    async def delete(self, sight: ElementFinder, asked: dict[str, Any]) -> None:
        """Delete one's own message."""
        channel, message = self._own(sight, asked)
        del channel.messages[message.ts]
        self._slack.state.touch()
        message_events.deleted(self._slack, channel, message)

    def _own(self, sight: ElementFinder, asked: dict[str, Any]) -> tuple[Channel, Message]:
        channel, message = sight.message(words_if_any(asked, "place"), words(asked, "ts"))
        if message.author != sight.person.id:
            raise NotFound(409, "Only one's own messages can be changed.")
        return channel, message

    async def assistant(self, sight: ElementFinder, asked: dict[str, Any]) -> None:
        """Open a thread with the app's assistant or, with `thread_ts`, go to another channel meanwhile."""
        viewed = words_if_any(asked, "channel")
        channel = sight.channel(viewed) if viewed else None
        if thread := words_if_any(asked, "thread_ts"):
            assistant.change_context(self._slack, sight.person, thread, channel)
        else:
            assistant.start_thread(self._slack, sight.person, channel)
            sight.person.place = "dm"
        await self._slack.quiet()

    async def shortcut(self, sight: ElementFinder, asked: dict[str, Any]) -> None:
        """Use a shortcut by its name; a message shortcut needs the message."""
        known = self._shortcut(sight, words(asked, "name"))
        if known.kind == "global":
            payload = payloads.shortcut(self._slack, sight.person, known.callback_id)
            await interactions.shortcut(self._slack, sight.person, payload, None)
            return
        channel, message = sight.message(words_if_any(asked, "place"), words(asked, "ts"))
        payload = payloads.message_action(self._slack, sight.person, channel, message, known.callback_id)
        await interactions.shortcut(self._slack, sight.person, payload, channel)

    def _shortcut(self, sight: ElementFinder, name: str) -> Shortcut:
        known = () if sight.person.stranger else self._slack.manifest.shortcuts
        for one in known:
            if name.strip().casefold() in {one.name.casefold(), one.callback_id.casefold()}:
                return one
        raise NotFound(409, f"There is no shortcut “{name}”.", labels=[one.name for one in known])


async def _from_outside(sight: ElementFinder, spot: Location, value: Any) -> Any:  # noqa: ANN401  # JSON in, JSON out
    """What is chosen in a list whose options the app gives."""
    several = takes_several(spot.control)
    named = value if isinstance(value, list) else [value] if value else []
    if len(named) > 1 and not several:
        label = spot.control.label
        raise NotFound(409, f"Only one can be chosen for “{label}”.", labels=[label])
    options = [await found(sight, spot, str(one)) for one in named]
    return options if several else (options[0] if options else None)
