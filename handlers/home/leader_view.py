"""The part of the Home tab for leaders: their teams, the last digest, what was promised."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from handlers.aims import aims_view
from handlers.digest import promise_form_view
from handlers.digest.promise_form_view import Led
from reports.figures.team_line import Act, TeamLine
from reports.publishing import obstacle_view, team_lines_view
from reports.publishing.promise_view import plain_context, rich
from reports.text.sentences import team_name
from reports.text.team_lines import in_short, sentence
from slackapp import blocks
from slackapp.blocks import Block, View
from slackapp.core.i18n import Voice
from slackapp.digest.promises import PromiseDetails

SHOWN = 3
"""Teams shown on Home itself; the others are one press away."""

PROMISES = 2
PAGE = 10
ALL, TURN = team_lines_view.ALL_TEAMS, "leading_turn"
_HEADER, _QUOTED = 150, 120


@dataclass(frozen=True, slots=True)
class Leading:
    """A team that the reader leads: how many people and teams belong to it, and whether a digest is out."""

    led: Led
    people: int
    below: int
    has_digest: bool
    line: TeamLine | None = None
    """What a level above reads about it, where the reader does not lead it herself."""
    needs_a_look: bool = False
    """Whether a quarter has passed since its aims were looked at."""


@dataclass(frozen=True, slots=True)
class Leadership:
    """The first teams by name, how many there are, and when the next check-in opens, if one does.

    `lines` are about the teams below them; `readers` are the names of those above who read such lines.
    """

    teams: tuple[Leading, ...]
    total: int
    next_poll: datetime | None
    lines: tuple[TeamLine, ...] = ()
    readers: tuple[str, ...] = ()


def part(say: Voice, zone: str, leadership: Leadership) -> list[Block]:
    """The whole part, which stands first; empty for a reader who leads no team."""
    if not leadership.teams:
        return []
    layout: list[Block] = []
    for place, team in enumerate(leadership.teams[:SHOWN]):
        layout += _team(say, team, place)
    layout += [plain_context(_read_by(say, leadership.readers))] if leadership.readers else []
    layout.append(blocks.context(next_check_in(say, zone, leadership.next_poll)))
    layout += _lines(say, leadership.lines)
    buttons = [
        aims_view.open_button(
            say, team.led.team_id, team.led.team, place=place, needs_a_look=team.needs_a_look
        )
        for place, team in enumerate(leadership.teams[:SHOWN])
    ]
    if leadership.total > SHOWN or any(team.below for team in leadership.teams):
        buttons.append(blocks.button(say("All your teams"), ALL, "0"))
    return [*layout, blocks.actions(buttons, block_id="leading_all")]


def _read_by(say: Voice, readers: Sequence[str]) -> str:
    names = say.listing(blocks.shortened(name, _QUOTED) for name in readers[:PAGE])
    return say.count(
        "{names} reads your promises and sees which digests have no answer.",
        "{names} read your promises and see which digests have no answer.",
        len(readers),
        names=names,
    )


def _lines(say: Voice, lines: Sequence[TeamLine]) -> list[Block]:
    """One short line for each team below, in the order of the alphabet."""
    if not lines:
        return []
    runs: list[list[Block]] = [
        [
            {"type": "text", "text": f"{team_name(line.team)}: ", "style": {"bold": True}},
            {"type": "text", "text": in_short(say, line)},
        ]
        for line in lines[:PAGE]
    ]
    return [blocks.header(say("Your teams")), rich(runs), team_lines_view.small_print(say)]


def next_check_in(say: Voice, zone: str, next_poll: datetime | None) -> str:
    """When the next check-in opens."""
    if next_poll is None:
        return say("No check-in is planned.")
    return say("The next check-in opens on: {moment}.", moment=say.moment(next_poll, zone))


def team_list(say: Voice, teams: Sequence[Leading], *, skip: int, total: int) -> View:
    """All the teams the reader leads and those below, a page at a time."""
    layout = []
    for place, team in enumerate(teams):
        block = blocks.plain_section("\n".join([team.led.team, *_told(say, team), _size(say, team)]))
        if team.has_digest:
            block["accessory"] = _digest_button(say, team, place)
        layout.append(block)
    layout += blocks.pager(say, TURN, skip=skip, page=PAGE, total=total)
    return blocks.notice(say, say("Your teams"), layout)


def _told(say: Voice, team: Leading) -> list[str]:
    if team.line is None:
        return []
    line = team_lines_view.shortened(team.line)
    own_words = [f"“{line.own_words}”"] if line.own_words else []
    return [*own_words, in_short(say, line) if line.act is Act.UNANSWERED else sentence(say, line)]


def _team(say: Voice, team: Leading, place: int) -> list[Block]:
    led = team.led
    title = say("{team} this month", team=blocks.shortened(led.team, _HEADER))
    layout = [blocks.header(blocks.shortened(title, _HEADER))]
    buttons = [obstacle_view.send_button(say, led.team_id, place)]
    if team.has_digest:
        words = led.sentence or say("The last digest is out.")
        layout.append(blocks.plain_section(words))
        buttons.insert(0, _digest_button(say, team, place))
    else:
        layout.append(blocks.plain_section(_size(say, team)))
    layout.append(blocks.actions(buttons))
    first = [(promise_id, _shortened(details)) for promise_id, details in led.promises[:PROMISES]]
    layout += promise_form_view.updatable(say, first)
    if len(led.promises) > PROMISES:
        layout.append(blocks.context(say("More promises stand in the digest.")))
    return layout


def _size(say: Voice, team: Leading) -> str:
    people = say.count("{n} person.", "{n} people.", team.people)
    if not team.below:
        return people
    return f"{people} " + say.count("{n} team is part of it.", "{n} teams are part of it.", team.below)


def _digest_button(say: Voice, team: Leading, place: int) -> Block:
    return blocks.button(say("Open the digest"), f"{team_lines_view.CHOOSE}:{place}", team.led.team_id)


def _shortened(details: PromiseDetails) -> PromiseDetails:
    """A promise's own words can be long, and Home is an overview."""
    return replace(
        details,
        you_said=blocks.shortened(details.you_said, _QUOTED),
        we_will=blocks.shortened(details.we_will, _QUOTED),
        reason=blocks.shortened(details.reason, _QUOTED) if details.reason else None,
    )
