"""Everything the sandbox knows: workspaces, people, places, messages, views and files, in memory.

All of it is read and written on the sandbox's own event loop only, so there are no locks. Whoever changes
something calls `State.touch()`, which wakes those who wait on `State.changes`.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

from slackapp.sandbox.core.clock import SandboxClock

SLACKBOT = "USLACKBOT"
PAIR = 2

Blocks = list[dict[str, Any]]
Values = dict[
    str, dict[str, dict[str, Any]]
]  # block_id -> action_id -> state entry, as in Slack's state.values


@dataclass(slots=True)
class Person:
    """A member of a workspace. `place` is where they last looked: a channel id, "dm" or "home"."""

    id: str
    team_id: str
    name: str
    handle: str
    title: str = ""
    roles: list[str] = field(default_factory=list)
    tz: str = "Europe/London"
    is_bot: bool = False
    deleted: bool = False
    is_admin: bool = False
    is_guest: bool = False
    stranger: bool = False
    locale: str = "en-GB"
    is_single_channel: bool = False
    display_name: str | None = None
    """What the person chose to be called; None stands for the full name, "" for no choice, as for most."""
    place: str = "dm"
    home_asked: float = 0.0
    updated: int = 0


@dataclass(slots=True)
class Message:
    """A message, or with `only_for` an ephemeral one. `author` is a person's id, the bot user's or SLACKBOT.

    `values` holds what each person has chosen in its selects and inputs; `failed` the action ids whose press
    the app did not acknowledge.
    """

    ts: str
    author: str
    text: str = ""
    blocks: Blocks = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str | None = None
    only_for: str | None = None
    edited: str | None = None
    metadata: dict[str, Any] | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    values: dict[str, Values] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    subtype: str | None = None

    @property
    def shown(self) -> Blocks:
        """Every block people see in it: its own, then those of its attachments."""
        return [*self.blocks, *(block for one in self.attachments for block in one.get("blocks", ()))]

    def attachment_of(self, block_id: str) -> int:
        """The number of the attachment this block stands in, counted from 1; 0 for the message's own."""
        for number, one in enumerate(self.attachments, start=1):
            if any(block["block_id"] == block_id for block in one.get("blocks", ())):
                return number
        return 0


@dataclass(slots=True)
class Channel:
    """A channel, or with `im_with` the direct conversation of the app and one person.

    With `pair` it is the direct conversation of two people, with `is_mpim` one of several.
    """

    id: str
    team_id: str
    name: str
    is_private: bool = False
    members: list[str] = field(default_factory=list)
    archived: bool = False
    im_with: str | None = None
    created: int = 0
    messages: dict[str, Message] = field(default_factory=dict)
    pair: list[str] = field(default_factory=list)
    is_mpim: bool = False
    shared_with: list[str] = field(default_factory=list)
    """The other organisations' workspaces that a Slack Connect channel is shared with."""
    topic: str = ""
    purpose: str = ""
    previous_names: list[str] = field(default_factory=list)

    @property
    def is_direct(self) -> bool:
        """Whether it is a conversation of people and has no name of its own."""
        return self.im_with is not None or bool(self.pair) or self.is_mpim

    def seen_by(self, user: str) -> Iterator[Message]:
        """The messages this person sees, oldest first."""
        for message in self.messages.values():
            if message.only_for in (None, user):
                yield message


@dataclass(slots=True)
class View:
    """A modal or a Home. `body` is what the app gave; `errors` are by `Control.spot`."""

    id: str
    team_id: str
    user: str
    kind: str
    body: dict[str, Any]
    hash: str
    root_id: str
    previous_id: str | None = None
    values: Values = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    published: float = 0.0


@dataclass(slots=True)
class File:
    """An uploaded file; its bytes are in `State.contents`. Being scanned until `ready_at` (real time).

    `owner` is the person who put it into a form; the app's own uploads have none.
    """

    id: str
    team_id: str
    name: str
    length: int
    alt: str = ""
    title: str = ""
    mimetype: str = "application/octet-stream"
    created: int = 0
    ready_at: float = 0.0
    uploaded: bool = False
    complete: bool = False
    deleted: bool = False
    owner: str = ""
    channels: list[str] = field(default_factory=list)


@dataclass(slots=True)
class UserGroup:
    """A user group ("subteam")."""

    id: str
    handle: str
    name: str
    members: list[str] = field(default_factory=list)
    disabled_at: int = 0


@dataclass(slots=True)
class ResponseUrl:
    """A response_url: five uses in thirty minutes of the sandbox's clock."""

    team_id: str
    user: str
    channel: str
    message_ts: str | None
    expires: float
    uses: int = 0


@dataclass(slots=True)
class ScheduledMessage:
    """A message of chat.scheduleMessage until its time has come; `post_at` is on the sandbox's clock."""

    id: str
    team_id: str
    channel: str
    post_at: int
    created: int
    thread_ts: str | None
    fields: dict[str, Any]


@dataclass(slots=True)
class Workspace:
    """A workspace. `installed` turns false when the app is removed; its tokens then open nothing.

    `scopes` are those granted, None for the manifest's; `core.permissions` knows plans and restrictions.
    `approval_pending`: whether only admins can install the app as yet.
    """

    id: str
    domain: str
    name: str
    bot_token: str
    app_token: str
    bot_user_id: str
    bot_id: str
    installed: bool = True
    enterprise_id: str = ""
    enterprise_name: str = ""
    people: dict[str, Person] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    usergroups: dict[str, UserGroup] = field(default_factory=dict)
    dms: dict[str, str] = field(default_factory=dict)
    old_tokens: list[str] = field(default_factory=list)
    plan: str = "paid"
    scopes: list[str] | None = None
    restrictions: list[str] = field(default_factory=list)
    approval_pending: bool = False


class Changes:
    """A running number of changes that one can wait on."""

    def __init__(self) -> None:
        self.number = 0
        self.over = False
        """Nothing will change any more: the sandbox is being stopped."""
        self._waiting: set[asyncio.Future[None]] = set()

    def bump(self) -> None:
        """Count one change and wake everyone who waits."""
        self.number += 1
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def end(self) -> None:
        """Wake everyone who waits, for the last time."""
        self.over = True
        self.bump()

    async def after(self, number: int, *, timeout: float | None = None) -> int:  # noqa: ASYNC109  # a wait with a bound is the promise
        """Wait until something changed since `number`, at most `timeout` seconds; gives the number now."""
        if self.number == number:
            future = asyncio.get_running_loop().create_future()
            self._waiting.add(future)
            await asyncio.wait({future}, timeout=timeout)
            self._waiting.discard(future)
        return self.number

    async def subscribe(self) -> AsyncIterator[int]:
        """Give the number of changes now, and again after each change (several at once count as one)."""
        number = self.number
        while not self.over:
            yield number
            number = await self.after(number)


class State:
    """The whole of it, with the look-ups everyone needs."""

    def __init__(self, clock: SandboxClock) -> None:
        self.clock = clock
        self.changes = Changes()
        self.workspaces: dict[str, Workspace] = {}
        self.modals: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.files: dict[str, File] = {}
        self.contents: dict[str, bytes] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.scheduled: dict[str, ScheduledMessage] = {}
        self.toured: set[str] = set()
        self._last_ts = 0

    def touch(self) -> None:
        """Say that something changed."""
        self.changes.bump()

    def next_ts(self) -> str:
        """A new message time: the sandbox's clock in seconds with six decimals, later than any before."""
        self._last_ts = max(int(self.clock.epoch() * 1_000_000), self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    @property
    def last_ts(self) -> int:
        """The newest message time in microseconds; kept in snapshots so that none comes twice."""
        return self._last_ts

    @last_ts.setter
    def last_ts(self, value: int) -> None:
        self._last_ts = value

    def workspace_of(self, user: str) -> Workspace | None:
        """The workspace in which this person is a member."""
        return next((space for space in self.workspaces.values() if user in space.people), None)

    def dm(self, workspace: Workspace, user: str) -> Channel:
        """The direct conversation of the app and this person, opened if need be."""
        known = workspace.dms.get(user)
        if known is None:
            known = new_id("D")
            workspace.dms[user] = known
            workspace.channels[known] = Channel(
                id=known,
                team_id=workspace.id,
                name=user,
                is_private=True,
                members=[user, workspace.bot_user_id],
                im_with=user,
                created=int(self.clock.epoch()),
            )
        return workspace.channels[known]

    def conversation(self, workspace: Workspace, users: list[str], *, with_app: bool) -> Channel:
        """The direct conversation of these people, opened if need be; `with_app`: the app is in it too."""
        members = sorted({*users, *([workspace.bot_user_id] if with_app else [])})
        for channel in workspace.channels.values():
            if channel.is_direct and sorted(channel.members) == members:
                return channel
        is_pair = len(members) <= PAIR
        channel = Channel(
            id=new_id("D" if is_pair else "C"),
            team_id=workspace.id,
            name="mpdm-" + "--".join(workspace.people[user].handle for user in members) + "-1",
            is_private=True,
            members=members,
            created=int(self.clock.epoch()),
            pair=members if is_pair else [],
            is_mpim=not is_pair,
        )
        workspace.channels[channel.id] = channel
        self.touch()
        return channel

    def view(self, view_id: str) -> View | None:
        """An open modal or a published Home by its id."""
        stacks = (view for stack in self.modals.values() for view in stack)
        homes = iter(self.homes.values())
        return next((view for source in (stacks, homes) for view in source if view.id == view_id), None)

    def top_modal(self, user: str) -> View | None:
        """The modal this person has in front of them."""
        stack = self.modals.get(user)
        return stack[-1] if stack else None


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def new_id(prefix: str) -> str:
    """A fresh id of Slack's form, such as V0AB12CD34EF."""
    number = secrets.randbits(52)
    letters = []
    for _ in range(9):
        number, digit = divmod(number, 36)
        letters.append(ALPHABET[digit])
    return prefix + "0" + "".join(letters)
