"""What a level above reads about its teams, and what their leaders read of it a week before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from reports.figures.team_line import TeamLine
from reports.text import team_lines
from reports.text.sentences import team_name
from slackapp import blocks
from slackapp.blocks import Block, TextAndBlocks
from slackapp.core.i18n import Voice

CHOOSE = "digest_choose"
"""The button whose value is the team's id, its place after a colon in the action's id."""
ALL_TEAMS = "leading_all"
"""The button that opens all teams; its value is how many to skip."""
OWN_WORDS = "leader_words"
"""The button whose value is the team's id and the month."""
WRITE = "promise_write"
"""The button whose value is the digest's id."""
SHOWN = 10
_QUOTED = 160
_ACCESSIBLE, _NAME = 75, 40


@dataclass(frozen=True, slots=True)
class LineNotice:
    """What a leader reads a week before: the line, for which month's digest, and who will read it."""

    line: TeamLine
    month: str
    readers: Sequence[str]
    day: date
    digest_id: str = ""
    """Her newest digest, where it has no answer yet."""


def part(say: Voice, lines: Sequence[TeamLine]) -> list[Block]:
    """The first teams in the order of the alphabet, then a button to each digest that may be opened."""
    layout = [blocks.heading(say("Your teams")), *(line_block(say, line) for line in lines[:SHOWN])]
    buttons = [digest_button(say, line, place) for place, line in enumerate(lines[:SHOWN]) if line.may_open]
    buttons.append(blocks.button(say("All your teams"), ALL_TEAMS, "0"))
    return [*layout, blocks.actions(buttons)]


def small_print(say: Voice) -> Block:
    """How the list is to be read."""
    return blocks.context(
        say("In the order of the alphabet, never by figures. Their leaders know that you see this list.")
    )


def text(say: Voice, lines: Sequence[TeamLine]) -> list[str]:
    """The same lines as text."""
    brief = [f"{team_name(line.team)}: {team_lines.in_short(say, line)}" for line in lines[:SHOWN]]
    return [blocks.literal("\n".join([say("Your teams"), *brief]))]


def plain(say: Voice, line: TeamLine) -> str:
    """One line as text: the team, its leader's own words, what the leader did."""
    brief = shortened(line)
    own_words = [f"“{brief.own_words}”"] if brief.own_words else []
    written = " ".join([f"{team_name(brief.team)}:", *own_words, team_lines.sentence(say, brief)])
    return blocks.literal(written).replace(team_lines.LEADER, blocks.person(brief.leader, say))


def line_block(say: Voice, line: TeamLine) -> Block:
    """One team: its name, its leader's own words first, then what the leader did."""
    brief = shortened(line)
    sections = [[_run(team_name(brief.team), bold=True)]]
    if brief.own_words:
        sections.append([_run(f"“{brief.own_words}”")])
    sections.append(_sentence(say, brief))
    elements = [{"type": "rich_text_section", "elements": runs} for runs in sections]
    return {"type": "rich_text", "elements": elements}


def digest_button(say: Voice, line: TeamLine, place: int) -> Block:
    """[<the team>]: opens its digest."""
    name = team_name(line.team)
    label = say("Open the digest of {team}", team=name)
    button = blocks.button(blocks.shortened(name, _NAME), f"{CHOOSE}:{place}", line.team_id)
    return button | {"accessibility_label": blocks.shortened(label, _ACCESSIBLE)}


def notice(say: Voice, seen: LineNotice) -> TextAndBlocks:
    """The line about her team, shown to a leader a week before a level above reads it."""
    values = {"readers": say.listing(seen.readers), "day": say.day(seen.day)}
    head = say("On {day}, {readers} will read this line about your team:", **values)
    ask = [say("There is no answer to the digest yet. One small thing is enough.")] if seen.digest_id else []
    below = say("In the order of the alphabet, never by figures. Your own words would come first.")
    never = say("Never used in appraisal, capability, discipline or pay, for staff or leaders.")
    buttons = [
        *([blocks.button(say("Say what we will do"), WRITE, seen.digest_id)] if seen.digest_id else []),
        blocks.button(say("Add my own words"), OWN_WORDS, f"{seen.line.team_id}:{seen.month}"),
    ]
    layout = [
        blocks.plain_section(head),
        line_block(say, seen.line),
        *map(blocks.section, ask),
        blocks.actions(buttons),
        blocks.context(below, never),
    ]
    return TextAndBlocks("\n".join([blocks.literal(head), plain(say, seen.line), *ask]), layout)


def shortened(line: TeamLine) -> TeamLine:
    """What people wrote can be long, and a line is to be one."""
    return replace(
        line,
        promise=blocks.shortened(line.promise, _QUOTED),
        kept_promise=blocks.shortened(line.kept_promise, _QUOTED),
    )


def _sentence(say: Voice, line: TeamLine) -> list[dict[str, Any]]:
    sentence = team_lines.sentence(say, line)
    if team_lines.LEADER not in sentence or not line.leader:
        return [_run(sentence)]
    before, _, after = sentence.partition(team_lines.LEADER)
    runs = (_run(before), blocks.someone(line.leader, say), _run(after))
    return [run for run in runs if run.get("text") != ""]


def _run(words: str, *, bold: bool = False) -> dict[str, Any]:
    run: dict[str, Any] = {"type": "text", "text": words}
    return run | {"style": {"bold": True}} if bold else run
