"""Obstacles as they are read: what waits for an answer, and question and answer together."""

import re
from collections.abc import Sequence
from dataclasses import replace

from reports.publishing.promise_view import plain_context
from slackapp import blocks
from slackapp.blocks import Block, TextAndBlocks
from slackapp.core.i18n import Voice, translatable
from slackapp.models import ObstacleState, PromiseState
from slackapp.obstacles.listing import ObstacleDetails, Step, Tally

SEND = "obstacle_send"
"""[Send it up]; its value is the team's id. In a list its place follows."""
ANSWER = "obstacle_answer"
"""[Answer]; its value is the obstacle's id. In a list its place follows."""
ALL_WAITING = "obstacle_waiting"
"""[All that waits for you]; its value is the offset of the page."""
SHOWN = 2
"""Obstacles that stand in a digest and on Home; the others are one press away."""

_QUOTED = 160
_STEPS = 3
"""Levels that passed it up, the latest: a message holds about 13,200 characters in two languages."""
_SPOT = re.compile(r"(\*[^*]+\*|\{\w+\})")
_OUTCOMES = {
    PromiseState.DONE: translatable("*Done.*"),
    PromiseState.CHANGED: translatable("*Changed:* {why}"),
    PromiseState.DROPPED: translatable("*Dropped:* {why}"),
}


def send_button(say: Voice, team_id: str, place: int = 0) -> Block:
    """The way to the form in which a leader sends an obstacle up; `place` is the team's in a list."""
    return blocks.button(say("Send it up"), f"{SEND}:{place}", team_id)


def waiting(say: Voice, obstacles: Sequence[ObstacleDetails]) -> list[Block]:
    """What waits for the reader's answer; empty when nothing does."""
    if not obstacles:
        return []
    layout = [blocks.heading(say("Waiting for you"))]
    layout += [waiting_item(say, obstacle, place) for place, obstacle in enumerate(obstacles[:SHOWN])]
    if len(obstacles) > SHOWN:
        more = say.count("{n} more waits for you.", "{n} more wait for you.", len(obstacles) - SHOWN)
        button = blocks.button(say("All that waits for you"), ALL_WAITING, "0")
        layout.append(blocks.section(more) | {"accessory": button})
    return layout


def waiting_text(say: Voice, obstacles: Sequence[ObstacleDetails]) -> str:
    """The same as text."""
    ways = [
        say("In the way of {team}: “{in_our_way}”", team=obstacle.team, in_our_way=obstacle.in_our_way)
        for obstacle in obstacles[:SHOWN]
    ]
    return blocks.literal(" ".join([f"{say('Waiting for you')}:", *ways]))


def waiting_item(say: Voice, obstacle: ObstacleDetails, place: int) -> Block:
    """One obstacle that waits for the reader, with [Answer]."""
    sentence = say(
        "In the way of {team}: “{in_our_way}”",
        team=obstacle.team,
        in_our_way=blocks.shortened(obstacle.in_our_way, _QUOTED),
    )
    button = blocks.button(say("Answer"), f"{ANSWER}:{place}", obstacle.id)
    return blocks.plain_section(f"{sentence}\n{_until(say, obstacle)}") | {"accessory": button}


def together(say: Voice, obstacle: ObstacleDetails) -> list[Block]:
    """Question and answer together, as the team reads them."""
    return [
        _filled(say("*In our way:* “{words}”"), words=obstacle.in_our_way),
        _filled(say("*What would help:* “{words}”"), words=obstacle.would_help),
        *(_step(say, step) for step in obstacle.steps[-_STEPS:]),
        *_answer(say, obstacle),
        plain_context(_state(say, obstacle)),
    ]


def together_text(say: Voice, obstacle: ObstacleDetails) -> str:
    """The same as text."""
    return "\n".join(_read(block) for block in together(say, obstacle))


def sent_up(say: Voice, obstacles: Sequence[ObstacleDetails]) -> list[Block]:
    """What the reader's team sent up, and what was answered, in short; empty when there is nothing."""
    if not obstacles:
        return []
    runs = [blocks.run(say("Sent up by your team")) | {"style": {"bold": True}}]
    for obstacle in obstacles[:SHOWN]:
        in_short = shortened(obstacle)
        [block] = check_in_line(say, in_short)
        own = block["elements"][0]["elements"]
        runs += [blocks.run("\n"), *own, blocks.run(f"\n{_state(say, in_short)}")]
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": runs}]}]


def post(say: Voice, obstacle: ObstacleDetails) -> TextAndBlocks:
    """The post in the team's channel, and its text."""
    title = _title(say, obstacle)
    layout = [blocks.header(title), *together(say, obstacle)]
    return TextAndBlocks(blocks.literal(f"{title}\n{together_text(say, obstacle)}"), layout)


def check_in_line(say: Voice, obstacle: ObstacleDetails) -> list[Block]:
    """What a check-in begins with: the question and its answer, in one block."""
    question = _filled(say("*In our way:* “{words}”"), words=obstacle.in_our_way)
    runs = list(question["elements"][0]["elements"])
    for line in _answer(say, obstacle):
        runs += [blocks.run("\n"), *line["elements"][0]["elements"]]
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": runs}]}]


def check_in_text(say: Voice, obstacle: ObstacleDetails) -> str:
    """The same as text."""
    return blocks.literal("\n".join(_read(block) for block in check_in_line(say, obstacle)))


def tally(say: Voice, counted: Tally | None) -> list[Block]:
    """How many obstacles of a month a level answered; empty when none was sent up."""
    if counted is None or not counted.sent:
        return []
    return [blocks.context(tally_text(say, counted))]


def tally_text(say: Voice, counted: Tally) -> str:
    """The same as a sentence."""
    return say.count(
        "{n} obstacle was sent up to this level. Answered: {answered}.",
        "{n} obstacles were sent up to this level. Answered: {answered}.",
        counted.sent,
        answered=counted.answered,
    )


def _title(say: Voice, obstacle: ObstacleDetails) -> str:
    if obstacle.state is ObstacleState.OPEN:
        return say("Passed up")
    if obstacle.promise_state in _OUTCOMES:
        return say("What became of what you sent up")
    return say("You sent this up, and here is the answer")


def _answer(say: Voice, obstacle: ObstacleDetails) -> list[Block]:
    """The answer, and what became of its promise."""
    words = obstacle.answer or ""
    if obstacle.state not in (ObstacleState.YES, ObstacleState.NO):
        return []
    if not words:
        # Whoever wrote it was erased, and their words with them.
        return [_filled(say("*Yes.*") if obstacle.state is ObstacleState.YES else say("*No.*"))]
    if obstacle.state is ObstacleState.NO:
        return [_filled(say("*No, because:* “{words}”"), words=words)]
    if obstacle.due is None:
        answer = _filled(say("*Yes:* “{words}”"), words=words)
    else:
        answer = _filled(say("*Yes, by {day}:* “{words}”"), words=words, day=say.day(obstacle.due))
    outcome = _OUTCOMES.get(obstacle.promise_state) if obstacle.promise_state else None
    became = [_filled(say(outcome), why=obstacle.promise_reason or "")] if outcome else []
    if obstacle.promise_delay:
        became.append(_filled(say("*In the way:* “{words}”"), words=obstacle.promise_delay))
    return [answer, *became]


def _step(say: Voice, step: Step) -> Block:
    if step.words == "":
        return _filled(say("*{level} passed it up.*"), level=step.level)
    if step.words is None:
        return _filled(say("*Passed up by itself:* {level} did not answer in 21 days."), level=step.level)
    return _filled(say("*{level} passed it up:* “{words}”"), level=step.level, words=step.words)


def _state(say: Voice, obstacle: ObstacleDetails) -> str:
    """Where it stands: with whom it waits, or who answered."""
    if obstacle.state is ObstacleState.OPEN and obstacle.is_late:
        return say(
            "Not answered since {day}. It is with {level}.",
            day=say.day(obstacle.sent_on),
            level=obstacle.level,
        )
    if obstacle.state is ObstacleState.OPEN:
        return say(
            "It is with {level}. An answer is needed by {day}.",
            level=obstacle.level,
            day=say.day(obstacle.needed_by),
        )
    if not obstacle.leader:
        return say("From {level}.", level=obstacle.level)
    if obstacle.state is ObstacleState.YES and obstacle.promise_state is PromiseState.OPEN:
        return say(
            "{who}, for {level}. You will hear here when it is done.",
            who=obstacle.leader,
            level=obstacle.level,
        )
    return say("{who}, for {level}.", who=obstacle.leader, level=obstacle.level)


def _until(say: Voice, obstacle: ObstacleDetails) -> str:
    """By when an answer is needed, and what happens without."""
    needed = say("An answer is needed by {day}.", day=say.day(obstacle.needed_by))
    if obstacle.is_late:
        since = say("The team reads: not answered since {day}.", day=say.day(obstacle.sent_on))
        return f"{needed} {since}"
    if obstacle.passes_on is None:
        return needed
    return f"{needed} " + say("Without one it is passed up on {day}.", day=say.day(obstacle.passes_on))


def shortened(obstacle: ObstacleDetails) -> ObstacleDetails:
    """People's own words can be long, and Home is an overview."""
    return replace(
        obstacle,
        in_our_way=blocks.shortened(obstacle.in_our_way, _QUOTED),
        answer=blocks.shortened(obstacle.answer, _QUOTED) if obstacle.answer else obstacle.answer,
        promise_reason=blocks.shortened(obstacle.promise_reason, _QUOTED)
        if obstacle.promise_reason
        else None,
    )


def _filled(template: str, **words: str) -> Block:
    """A sentence of the catalogue with *bold* words, and people's words in its named places."""
    runs: list[Block] = []
    for part in filter(None, _SPOT.split(template)):
        if part.startswith("*"):
            bold = part.strip("*")
            runs.append(blocks.run(bold.format(**words)) | {"style": {"bold": True}})
        elif part.startswith("{"):
            runs.append(blocks.run(words[part[1:-1]]))
        else:
            runs.append(blocks.run(part))
    elements = [{"type": "rich_text_section", "elements": [run for run in runs if run["text"]]}]
    return {"type": "rich_text", "elements": elements}


def _read(block: Block) -> str:
    if block["type"] == "rich_text":
        return "".join(run["text"] for run in block["elements"][0]["elements"])
    return str(block["elements"][0]["text"])
