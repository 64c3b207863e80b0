"""The sandbox's state in memory: workspaces, people, channels, messages, views and files.

It is read and written on the sandbox's own event loop only, so there are no locks. Code that changes
something calls `State.touch()`, which wakes waiters on `State.changes`.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

from slackapp.sandbox.core.clock import SandboxClock

SLACKBOT = "USLACKBOT"
PAIR_SIZE = 2

Blocks = list[dict[str, Any]]
Values = dict[
    str, dict[str, dict[str, Any]]
]  # block_id -> action_id -> state entry, as in Slack's state.values


@dataclass(slots=True)
class Person:
    """A member of a workspace. `place` is what they last viewed: a channel id, "dm" or "home"."""

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
    """The chosen display name; None for the full name, "" if none was chosen, as usual."""
    place: str = "dm"
    home_asked: float = 0.0
    updated: int = 0


@dataclass(slots=True)
class Message:
    """A message, or with `only_for` an ephemeral one. `author` is a person's id, the bot user's or SLACKBOT.

    `values` holds each person's entries in selects and inputs; `failed` the action ids whose press the app
    did not acknowledge.
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
    def all_blocks(self) -> Blocks:
        """Return the message's own blocks, then those of its attachments."""
        return [
            *self.blocks,
            *(block for attachment in self.attachments for block in attachment.get("blocks", ())),
        ]

    def attachment_of(self, block_id: str) -> int:
        """Return the number, from 1, of the attachment with this block; 0 for the message's own."""
        for number, attachment in enumerate(self.attachments, start=1):
            if any(block["block_id"] == block_id for block in attachment.get("blocks", ())):
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
        """Whether it is a direct or group conversation without a name."""
        return self.im_with is not None or bool(self.pair) or self.is_mpim

    def seen_by(self, user: str) -> Iterator[Message]:
        """Yield the messages that this person sees, oldest first."""
        for message in self.messages.values():
            if message.only_for in (None, user):
                yield message


@dataclass(slots=True)
class View:
    """A modal or Home tab. `body` is the app's view; `errors` are keyed by `Control.error_key`."""

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

    `owner` is the person who uploaded it in a form; empty for the app's own uploads.
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
    """A response_url, valid for five uses within thirty minutes of the sandbox's clock."""

    team_id: str
    user: str
    channel: str
    message_ts: str | None
    expires: float
    uses: int = 0


@dataclass(slots=True)
class ScheduledMessage:
    """A pending message of chat.scheduleMessage; `post_at` is on the sandbox's clock."""

    id: str
    team_id: str
    channel: str
    post_at: int
    created: int
    thread_ts: str | None
    fields: dict[str, Any]


@dataclass(slots=True)
class Workspace:
    """A workspace. `installed` becomes false when the app is removed; its tokens are then invalid.

    `scopes` are those granted, None for the manifest's; `core.permissions` knows plans and restrictions.
    `approval_pending`: only admins can install the app until it is approved.
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
    """A counter of changes that can be awaited."""

    def __init__(self) -> None:
        self.number = 0
        self.is_ended = False
        """True once the sandbox is being stopped."""
        self._waiting: set[asyncio.Future[None]] = set()

    def bump(self) -> None:
        """Increment the counter and wake all waiters."""
        self.number += 1
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def end(self) -> None:
        """Wake all waiters for the last time."""
        self.is_ended = True
        self.bump()

    async def after(self, number: int, *, timeout: float | None = None) -> int:  # noqa: ASYNC109  # a wait with a bound is the promise
        """Wait for a change after `number`, at most `timeout` seconds; return the current number."""
        if self.number == number:
            future = asyncio.get_running_loop().create_future()
            self._waiting.add(future)
            await asyncio.wait({future}, timeout=timeout)
            self._waiting.discard(future)
        return self.number

    async def subscribe(self) -> AsyncIterator[int]:
        """Yield the number now and after each change; several at once count as one."""
        number = self.number
        while not self.is_ended:
            yield number
            number = await self.after(number)


class State:
    """The whole state, with look-ups."""

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
        self.completed_steps: set[str] = set()
        self._last_ts = 0

    def touch(self) -> None:
        """Signal that something changed."""
        self.changes.bump()

    def next_ts(self) -> str:
        """Return a new `ts`: the clock in seconds with six decimals, later than any before."""
        self._last_ts = max(int(self.clock.epoch() * 1_000_000), self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    @property
    def last_ts(self) -> int:
        """The newest `ts` in microseconds; stored in snapshots, so that none is used twice."""
        return self._last_ts

    @last_ts.setter
    def last_ts(self, value: int) -> None:
        self._last_ts = value

    def workspace_of(self, user: str) -> Workspace | None:
        """Return the workspace of this person."""
        return next((space for space in self.workspaces.values() if user in space.people), None)

    def dm(self, workspace: Workspace, user: str) -> Channel:
        """Return the direct conversation of the app and this person; create it if needed."""
        channel_id = workspace.dms.get(user)
        if channel_id is None:
            channel_id = new_id("D")
            workspace.dms[user] = channel_id
            workspace.channels[channel_id] = Channel(
                id=channel_id,
                team_id=workspace.id,
                name=user,
                is_private=True,
                members=[user, workspace.bot_user_id],
                im_with=user,
                created=int(self.clock.epoch()),
            )
        return workspace.channels[channel_id]

    def conversation(self, workspace: Workspace, users: list[str], *, with_app: bool) -> Channel:
        """Return the direct conversation of these people, with the app if `with_app`; create it if needed."""
        members = sorted({*users, *([workspace.bot_user_id] if with_app else [])})
        for channel in workspace.channels.values():
            if channel.is_direct and sorted(channel.members) == members:
                return channel
        is_pair = len(members) <= PAIR_SIZE
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
        """Return an open modal or a published Home tab by its id."""
        stacks = (view for stack in self.modals.values() for view in stack)
        homes = iter(self.homes.values())
        return next((view for source in (stacks, homes) for view in source if view.id == view_id), None)

    def top_modal(self, user: str) -> View | None:
        """Return the modal on top of this person's stack."""
        stack = self.modals.get(user)
        return stack[-1] if stack else None


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def new_id(prefix: str) -> str:
    """Return a new id in Slack's format, such as V0AB12CD34EF."""
    number = secrets.randbits(52)
    characters = []
    for _ in range(9):
        number, digit = divmod(number, 36)
        characters.append(ALPHABET[digit])
    return prefix + "0" + "".join(characters)
