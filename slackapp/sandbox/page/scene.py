"""What one person sees of the workspace at one place: read from the state, ready to be drawn."""

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

# Older messages are not drawn: a practice conversation is read, not searched.
DRAWN_MESSAGES: Final = 200
CLOSE_TOGETHER: Final = 300
LOCALES: Final = {"en": "en_GB"}
DM: Final = "dm"
HOME: Final = "home"


@dataclass(frozen=True, slots=True)
class Line:
    """A message as one person reads it. `follows`: same author shortly before, so no name is repeated."""

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
    """How far each person has read each place; what came before the page began counts as read."""

    began: str
    seen: dict[tuple[str, str], str] = field(default_factory=dict)

    def newest(self, user: str, channel: Channel) -> str:
        """The newest message there that somebody else wrote and this person sees."""
        return max((one.ts for one in channel.seen_by(user) if one.author != user), default="")

    def unread(self, user: str, channel: Channel) -> bool:
        """Whether something came that this person has not looked at."""
        return self.newest(user, channel) > self.seen.get((user, channel.id), self.began)

    def look(self, user: str, channel: Channel) -> None:
        """The person has this place before them now."""
        self.seen[(user, channel.id)] = max(self.newest(user, channel), self.began)


@dataclass(frozen=True, slots=True)
class Scene:
    """One person, one place, perhaps one thread."""

    slack: Simulator
    reads: Reads
    person: Person
    place: str
    thread: str | None = None
    language: str = "en"

    @property
    def locale(self) -> str:
        """How days are said."""
        return LOCALES.get(self.language, self.language)

    @property
    def workspace(self) -> Workspace:
        """The workspace the person belongs to."""
        return self.slack.state.workspaces[self.person.team_id]

    @property
    def app_name(self) -> str:
        """What the app is called here."""
        return self.slack.manifest.bot_name

    @property
    def zone(self) -> ZoneInfo:
        """The person's time zone."""
        return ZoneInfo(self.person.tz)

    @property
    def people(self) -> list[Person]:
        """Everyone one can be or choose, in the order they were seeded."""
        return [one for one in self.workspace.people.values() if not one.is_bot and not one.deleted]

    @property
    def everyone(self) -> list[tuple[str, Person]]:
        """Everyone one can be, in all workspaces, each with the workspace's name."""
        spaces = self.slack.state.workspaces.values()
        return [
            (space.name, one)
            for space in spaces
            for one in space.people.values()
            if not one.is_bot and not one.deleted and not one.stranger
        ]

    def conversation_choices(self, element: Mapping[str, Any]) -> list[tuple[str, str]]:
        """What a conversation menu offers, as value and words."""
        space, person = self.workspace, self.person
        channels = conversation_channels(space, person, dict(element))
        people = conversation_people(space, dict(element))
        return [(channel.id, f"# {channel.name}") for channel in channels] + [
            (direct_value(space, person, other), other.name) for other in people
        ]

    @property
    def channels(self) -> list[Channel]:
        """The channels the person is in, by name."""
        mine = (one for one in self.workspace.channels.values() if self.person.id in one.members)
        return sorted(
            (one for one in mine if one.is_mpim or not one.is_direct),
            key=lambda one: (one.archived, one.name),
        )

    @property
    def channel(self) -> Channel | None:
        """The channel or direct conversation at this place; the Home tab has none."""
        if self.place == HOME:
            return None
        if self.place == DM:
            return self.slack.state.dm(self.workspace, self.person.id)
        known = self.workspace.channels.get(self.place)
        return known if known and self.person.id in known.members else None

    @property
    def dm_unread(self) -> bool:
        """Whether the app wrote something the person has not looked at."""
        known = self.workspace.channels.get(self.workspace.dms.get(self.person.id, ""))
        return bool(known and self.reads.unread(self.person.id, known))

    def unread(self, channel: Channel) -> bool:
        """Whether something new stands in this channel."""
        return self.reads.unread(self.person.id, channel)

    @property
    def home(self) -> View | None:
        """What the app has published on the person's Home tab."""
        return self.slack.state.homes.get(self.person.id)

    @property
    def modals(self) -> list[View]:
        """The person's open modals, the one on top last."""
        return self.slack.state.modals.get(self.person.id, [])

    @property
    def lines(self) -> list[Line]:
        """The messages of the conversation, without the replies in threads."""
        return list(self._lines(lambda one: one.thread_ts in {None, one.ts}))

    @property
    def thread_lines(self) -> list[Line]:
        """The thread that is open: the message and its replies."""
        return list(self._lines(lambda one: self.thread in {one.ts, one.thread_ts}))

    def _lines(self, belongs: Any) -> Iterator[Line]:  # noqa: ANN401  # a small question about a message
        channel = self.channel
        if channel is None:
            return
        seen = list(channel.seen_by(self.person.id))
        before: Message | None = None
        for one in [each for each in seen if belongs(each)][-DRAWN_MESSAGES:]:
            yield self._line(one, before, sum(each.thread_ts == one.ts != each.ts for each in seen))
            before = one

    def _line(self, one: Message, before: Message | None, replies: int) -> Line:
        at, was = self.local(one.ts), self.local(before.ts) if before else None
        name = self.name_of(one.author)
        near = before is not None and float(one.ts) - float(before.ts) < CLOSE_TOGETHER
        same = before is not None and before.author == one.author and not before.only_for and not one.only_for
        new_day = was is None or was.date() != at.date()
        files = [self.slack.state.files[each] for each in one.files if each in self.slack.state.files]
        return Line(
            message=one,
            author=name,
            initials=initials(name),
            is_app=one.author == self.workspace.bot_user_id,
            clock=f"{at:%H:%M}",
            day=dates.format_date(at.date(), "EEEE d MMMM", locale=self.locale),
            new_day=new_day,
            follows=near and same and not new_day,
            replies=replies,
            files=[each for each in files if not each.deleted],
            mine=one.author == self.person.id,
            values=one.values.get(self.person.id, {}),
        )

    def name_of(self, user_id: str) -> str:
        """The name of a person, of the app, or of Slack itself."""
        known = self.workspace.people.get(user_id)
        if user_id == SLACKBOT:
            return "Slackbot"
        return known.name if known else user_id

    # The names an id in a text stands for.

    def channel_name(self, channel_id: str) -> str:
        """A channel's name without its sign."""
        known = self.workspace.channels.get(channel_id)
        return known.name if known else channel_id

    def group_handle(self, group_id: str) -> str:
        """A user group's handle without its sign."""
        known = self.workspace.usergroups.get(group_id)
        return known.handle if known else group_id

    def local(self, ts: str | float) -> datetime:
        """A moment given in seconds since 1970, in the person's time zone."""
        return datetime.fromtimestamp(float(ts), UTC).astimezone(self.zone)

    @property
    def now(self) -> datetime:
        """The sandbox's present moment in the person's time zone."""
        return self.slack.clock.now().astimezone(self.zone)

    def said_moment(self, moment: datetime) -> str:
        """A moment as the strip shows it: "Tue 4 Nov, 09:12"."""
        return dates.format_datetime(moment.astimezone(self.zone), "EEE d MMM, HH:mm", locale=self.locale)

    def said_soon(self, moment: datetime) -> str:
        """The same without the day when it is today."""
        local = moment.astimezone(self.zone)
        return f"{local:%H:%M}" if local.date() == self.now.date() else self.said_moment(moment)


@dataclass(frozen=True, slots=True)
class SceneNames:
    """The scene as the texts' drawing asks it."""

    scene: Scene

    def person(self, user_id: str) -> str:
        """The name of a person or an app."""
        return self.scene.name_of(user_id)

    def channel(self, channel_id: str) -> str:
        """The name of a channel."""
        return self.scene.channel_name(channel_id)

    def group(self, group_id: str) -> str:
        """The handle of a user group."""
        return self.scene.group_handle(group_id)

    def moment(self, epoch: str | int, form: str, otherwise: str = "") -> str:
        """A moment in Slack's date form, in the reader's time zone, or the words for one that is none."""
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
        for place, said in words.items():
            form = form.replace(place, said)
        return form


def initials(name: str) -> str:
    """One or two letters for the square beside a name."""
    words = [word for word in name.split() if word[0].isalpha()]
    return "".join(word[0] for word in ([words[0], words[-1]] if len(words) > 1 else words)).upper() or "?"
