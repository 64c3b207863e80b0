"""Who reads a team's results: what its people are told when that changes, and what stands on their Home."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from slackapp import blocks
from slackapp.blocks import Block
from slackapp.core.calendar import month_after
from slackapp.core.i18n import Voice
from slackapp.digest.readers import TeamReading

_MOST = 12
"""Lines of readers on the Home tab."""
_LONGEST = 3000


@dataclass(frozen=True, slots=True)
class Change:
    """Who has become a reader of a team's results, from which month on, and who is one no more."""

    say: Voice
    team: str
    month: str
    begun: tuple[TeamReading, ...]
    ended: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HandedOn:
    """A leader to whom earlier months were handed; `team` is the reader's own, at or below `leads`."""

    say: Voice
    leader: str
    leads: str
    team: str
    day: date | None
    """From which day on, where that is not yet."""


@dataclass(frozen=True, slots=True)
class OwnReaders:
    """Who reads the results of the team that somebody is in."""

    team: str
    readers: Sequence[TeamReading]


def change_text(change: Change) -> str:
    """What a team's people are told when its readers change."""
    say = change.say
    lines = []
    if change.begun:
        lines.append(
            say(
                "From {month} on, {names} can also read the results of {team}. Months that are out already "
                "stay closed to them.",
                month=_month(say, change.month),
                names=say.listing(_described(say, reading) for reading in change.begun),
                team=change.team,
            )
        )
    if change.ended:
        names = say.listing(change.ended)
        lines.append(say("No longer reads the results of {team}: {names}.", team=change.team, names=names))
    return "\n".join(lines)


def handed_on_text(content: HandedOn) -> str:
    """What a team's people are told when earlier months are handed on."""
    say = content.say
    values = {"leader": content.leader, "leads": content.leads, "team": content.team}
    if content.day is None:
        return say("{leader}, who leads {leads}, can now read earlier results of {team} too.", **values)
    return say(
        "From {day} on, {leader}, who leads {leads}, can read earlier results of {team} too.",
        day=say.day(content.day),
        **values,
    )


def new_leader_text(say: Voice, *, leader: str, team: str, month: str) -> str:
    """What a team is told when somebody else leads it now."""
    return say(
        "{leader} leads {team} now and can read its results from {month} on.",
        leader=leader,
        team=team,
        month=_month(say, month),
    )


def part(say: Voice, own: OwnReaders | None) -> list[Block]:
    """The part of the Home tab about who reads one's team's results."""
    if own is None:
        return []
    lines = [_line(say, reading) for reading in own.readers[:_MOST]]
    if len(own.readers) > _MOST:
        more = len(own.readers) - _MOST
        lines.append(say.count("• and {n} more person", "• and {n} more people", more))
    head = say("Who reads the results of {team}, once a month:", team=own.team)
    text = "\n".join([head, *(lines or [say("Nobody leads your group at present.")])])
    return [blocks.plain_section(blocks.shortened(text, _LONGEST))]


def _line(say: Voice, reading: TeamReading) -> str:
    described = _described(say, reading)
    if reading.first_month is None:
        return f"• {described}"
    month = _month(say, month_after(reading.first_month))
    return say("• from {month} on: {name}", month=month, name=described)


def _described(say: Voice, reading: TeamReading) -> str:
    if reading.leads is None:
        return say("{name} as an admin of this workspace", name=reading.name)
    if reading.stands_in:
        return say("{name}, who stands in while nobody leads {team}", name=reading.name, team=reading.leads)
    return say("{name}, who leads {team}", name=reading.name, team=reading.leads)


def _month(say: Voice, month: str) -> str:
    return say.month(date.fromisoformat(f"{month}-01"))
