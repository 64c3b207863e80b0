"""What one person sees of the workspace at one place, read from the state."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel import dates

from slackapp.sandbox.core.clock import moment_of
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import SLACKBOT, Channel, File, Message, Person, View, Workspace
from slackapp.sandbox.person.conversations import conversation_channels, conversation_people, direct_value

# Older messages are not rendered; practice conversations are short.
DRAWN_MESSAGES: Final = 200
CLOSE_TOGETHER: Final = 300
LOCALES: Final = {"en": "en_GB"}
DM: Final = "dm"
HOME: Final = "home"


@dataclass(frozen=True, slots=True)
class Line:
    """A message as one person sees it. `follows`: the name is omitted after the same author."""

    message: Message
    author: str
    initials: str
    is_app: bool
    clock: str
    day: str
    new_day: bool
    follows: bool
    replies: int
    files: list[File]
    mine: bool
    values: dict[str, Any]


@dataclass(slots=True)
class Reads:
    """How far each person has read each channel; messages before the start count as read."""

    began: str
    seen: dict[tuple[str, str], str] = field(default_factory=dict)

    def newest(self, user: str, channel: Channel) -> str:
        """Return the ts of the newest visible message by someone else."""
        return max((message.ts for message in channel.seen_by(user) if message.author != user), default="")

    def unread(self, user: str, channel: Channel) -> bool:
        """Whether there are messages that this person has not seen."""
        return self.newest(user, channel) > self.seen.get((user, channel.id), self.began)

    def mark_read(self, user: str, channel: Channel) -> None:
        """Mark the channel as read by this person."""
        self.seen[(user, channel.id)] = max(self.newest(user, channel), self.began)


@dataclass(frozen=True, slots=True)
class Scene:
    """One person's view of one place, perhaps with an open thread."""

    slack: Simulator
    reads: Reads
    person: Person
    place: str
    thread: str | None = None
    language: str = "en"

    @property
    def locale(self) -> str:
        """The locale for dates."""
        return LOCALES.get(self.language, self.language)

    @property
    def workspace(self) -> Workspace:
        """The person's workspace."""
        return self.slack.state.workspaces[self.person.team_id]

    @property
    def app_name(self) -> str:
        """The app's name in this workspace."""
        return self.slack.manifest.bot_name

    @property
    def zone(self) -> ZoneInfo:
        """The person's time zone."""
        return ZoneInfo(self.person.tz)

    @property
    def people(self) -> list[Person]:
        """The people of the workspace, in the order they were seeded."""
        return [
            person for person in self.workspace.people.values() if not person.is_bot and not person.deleted
        ]

    @property
    def everyone(self) -> list[tuple[str, Person]]:
        """The people of all workspaces, each with the workspace's name."""
        spaces = self.slack.state.workspaces.values()
        return [
            (space.name, person)
            for space in spaces
            for person in space.people.values()
            if not person.is_bot and not person.deleted and not person.stranger
        ]

    def conversation_choices(self, element: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Return the options of a conversation menu as value and label."""
        space, person = self.workspace, self.person
        channels = conversation_channels(space, person, dict(element))
        people = conversation_people(space, dict(element))
        return [(channel.id, f"# {channel.name}") for channel in channels] + [
            (direct_value(space, person, other), other.name) for other in people
        ]

    @property
    def channels(self) -> list[Channel]:
        """The person's channels, sorted by name."""
        mine = (channel for channel in self.workspace.channels.values() if self.person.id in channel.members)
        return sorted(
            (channel for channel in mine if channel.is_mpim or not channel.is_direct),
            key=lambda channel: (channel.archived, channel.name),
        )

    @property
    def channel(self) -> Channel | None:
        """The channel or direct conversation at this place; None for the Home tab."""
        if self.place == HOME:
            return None
        if self.place == DM:
            return self.slack.state.dm(self.workspace, self.person.id)
        known = self.workspace.channels.get(self.place)
        return known if known and self.person.id in known.members else None

    @property
    def dm_unread(self) -> bool:
        """Whether the app's conversation has unread messages."""
        known = self.workspace.channels.get(self.workspace.dms.get(self.person.id, ""))
        return bool(known and self.reads.unread(self.person.id, known))

    def unread(self, channel: Channel) -> bool:
        """Whether the channel has unread messages."""
        return self.reads.unread(self.person.id, channel)

    @property
    def home(self) -> View | None:
        """The app's published view on the person's Home tab."""
        return self.slack.state.homes.get(self.person.id)

    @property
    def modals(self) -> list[View]:
        """The person's open modals, the top one last."""
        return self.slack.state.modals.get(self.person.id, [])

    @property
    def lines(self) -> list[Line]:
        """The messages of the conversation without thread replies."""
        return list(self._lines(lambda message: message.thread_ts in {None, message.ts}))

    @property
    def thread_lines(self) -> list[Line]:
        """The open thread: its message and replies."""
        return list(self._lines(lambda message: self.thread in {message.ts, message.thread_ts}))

    def _lines(self, belongs: Any) -> Iterator[Line]:  # noqa: ANN401  # a small question about a message
        channel = self.channel
        if channel is None:
            return
        seen = list(channel.seen_by(self.person.id))
        before: Message | None = None
        for message in [other for other in seen if belongs(other)][-DRAWN_MESSAGES:]:
            yield self._line(
                message, before, sum(other.thread_ts == message.ts != other.ts for other in seen)
            )
            before = message

    def _line(self, message: Message, before: Message | None, replies: int) -> Line:
        at, was = self.local(message.ts), self.local(before.ts) if before else None
        name = self.name_of(message.author)
        near = before is not None and float(message.ts) - float(before.ts) < CLOSE_TOGETHER
        same = (
            before is not None
            and before.author == message.author
            and not before.only_for
            and not message.only_for
        )
        new_day = was is None or was.date() != at.date()
        files = [
            self.slack.state.files[file_id] for file_id in message.files if file_id in self.slack.state.files
        ]
        return Line(
            message=message,
            author=name,
            initials=initials(name),
            is_app=message.author == self.workspace.bot_user_id,
            clock=f"{at:%H:%M}",
            day=dates.format_date(at.date(), "EEEE d MMMM", locale=self.locale),
            new_day=new_day,
            follows=near and same and not new_day,
            replies=replies,
            files=[file for file in files if not file.deleted],
            mine=message.author == self.person.id,
            values=message.values.get(self.person.id, {}),
        )

    def name_of(self, user_id: str) -> str:
        """Return the name of a person, the app or Slackbot."""
        known = self.workspace.people.get(user_id)
        if user_id == SLACKBOT:
            return "Slackbot"
        return known.name if known else user_id

    # The names an id in a text stands for.

    def channel_name(self, channel_id: str) -> str:
        """Return a channel's name without #."""
        known = self.workspace.channels.get(channel_id)
        return known.name if known else channel_id

    def group_handle(self, group_id: str) -> str:
        """Return a user group's handle without @."""
        known = self.workspace.usergroups.get(group_id)
        return known.handle if known else group_id

    def local(self, ts: str | float) -> datetime:
        """Convert seconds since 1970 to the person's time zone."""
        return datetime.fromtimestamp(float(ts), UTC).astimezone(self.zone)

    @property
    def now(self) -> datetime:
        """The sandbox's current time in the person's time zone."""
        return self.slack.clock.now().astimezone(self.zone)

    def format_moment(self, moment: datetime) -> str:
        """Format a time as the clock shows it: "Tue 4 Nov, 09:12"."""
        return dates.format_datetime(moment.astimezone(self.zone), "EEE d MMM, HH:mm", locale=self.locale)

    def format_soon(self, moment: datetime) -> str:
        """Format a time, without the day if it is today."""
        local = moment.astimezone(self.zone)
        return f"{local:%H:%M}" if local.date() == self.now.date() else self.format_moment(moment)


@dataclass(frozen=True, slots=True)
class SceneNames:
    """Looks up names in a scene, for mrkdwn."""

    scene: Scene

    def person(self, user_id: str) -> str:
        """Return the name of a person or an app."""
        return self.scene.name_of(user_id)

    def channel(self, channel_id: str) -> str:
        """Return the name of a channel."""
        return self.scene.channel_name(channel_id)

    def group(self, group_id: str) -> str:
        """Return the handle of a user group."""
        return self.scene.group_handle(group_id)

    def moment(self, epoch: str | int, form: str, otherwise: str = "") -> str:
        """Format a time in the reader's time zone by Slack's date format; `otherwise` if invalid."""
        moment = moment_of(epoch)
        if moment is None:
            return otherwise
        at = moment.astimezone(self.scene.zone)
        locale = self.scene.locale
        day = dates.format_date(at.date(), "d MMMM y", locale=locale)
        short = dates.format_date(at.date(), "d MMM y", locale=locale)
        long = dates.format_date(at.date(), "EEEE, d MMMM y", locale=locale)
        words = {
            "{date_num}": f"{at:%Y-%m-%d}",
            "{date_long_pretty}": long,
            "{date_long_full}": long,
            "{date_long}": long,
            "{date_short_pretty}": short,
            "{date_short}": short,
            "{date_pretty}": day,
            "{date}": day,
            "{time_secs}": f"{at:%H:%M:%S}",
            "{time}": f"{at:%H:%M}",
            "{day_divider_pretty}": long,
        }
        for token, replacement in words.items():
            form = form.replace(token, replacement)
        return form


def initials(name: str) -> str:
    """Return one or two initials for the avatar."""
    words = [word for word in name.split() if word[0].isalpha()]
    return "".join(word[0] for word in ([words[0], words[-1]] if len(words) > 1 else words)).upper() or "?"
