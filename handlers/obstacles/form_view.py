"""The forms in which an obstacle is sent up, changed and answered, and what is said after them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reports.publishing import obstacle_view
from reports.publishing.promise_view import plain_context
from slackapp import blocks
from slackapp.blocks import Block, FormQuestion, View
from slackapp.core.i18n import Voice, translatable
from slackapp.models import ObstacleState
from slackapp.obstacles.answering import DUE, WORDS, Answer
from slackapp.obstacles.listing import ObstacleDetails
from slackapp.obstacles.sending import IN_OUR_WAY, LONGEST, NEEDED_BY, WOULD_HELP, Within

FORM, CHANGE_FORM, ANSWER_FORM = "obstacle_form", "obstacle_change_form", "obstacle_answer_form"
CHANGE, WITHDRAW, OF_TEAM = "obstacle_change", "obstacle_withdraw", "obstacle_of_team"
"""Buttons beside an obstacle of one's own team (its id), and all that a team sent up (the team's id)."""
KIND = "answer_kind"
TURN = "obstacle_waiting_turn"
PAGE = 10

_WITHIN = {
    Within.FORTNIGHT: translatable("In two weeks"),
    Within.MONTH: translatable("In a month"),
    Within.QUARTER: translatable("In a quarter"),
}
_TITLE = translatable("Send it up")


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form."""

    in_our_way: str = ""
    would_help: str = ""
    within: Within = Within.MONTH


@dataclass(frozen=True, slots=True)
class TypedAnswer:
    """What stands in the form for the answer."""

    answer: Answer | None = None
    words: str = ""
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Destination:
    """From which team it goes to whom: names only."""

    team: str
    level: str
    leader: str


def form(
    say: Voice,
    about: str,
    destination: Destination,
    *,
    typed: Typed,
    days: Mapping[Within, date],
    has_earlier: bool,
    question: FormQuestion | None = None,
) -> View:
    """The form; `about` is the team and the new obstacle, `days` are the day of each "by when".

    `has_earlier` is whether the team sent something up before that it can read.
    """
    goes = say(
        "It comes from {team}, not from a person, and goes to {leader}, who leads {level}. "
        "No figures go with it.",
        team=destination.team,
        leader=destination.leader,
        level=destination.level,
    )
    read = say(
        "Your team reads it with the answer. After 21 days without an answer it goes up one more level by "
        "itself. Leave out names of patients."
    )
    earlier = blocks.button(say("What we sent up"), OF_TEAM, about.partition(":")[0])
    layout = [
        plain_context(goes),
        *([blocks.actions([earlier], block_id=OF_TEAM)] if has_earlier else []),
        *_fields(say, typed, days),
        blocks.context(read),
    ]
    return _modal(say, FORM, say(_TITLE), about, layout, question=question)


def change_form(
    say: Voice,
    about: str,
    *,
    typed: Typed,
    days: Mapping[Within, date],
    question: FormQuestion | None = None,
) -> View:
    """The form to word an obstacle anew; `about` is the obstacle and its revision."""
    return _modal(say, CHANGE_FORM, say("Change it"), about, _fields(say, typed, days), question=question)


def sent(say: Voice, leader: str) -> View:
    """After [Send it up]."""
    sentence = say("It is on its way to {leader}. The answer comes to you and to your team.", leader=leader)
    return blocks.notice(say, say(_TITLE), [blocks.plain_section(sentence)])


def changed(say: Voice) -> View:
    """After an obstacle was worded anew."""
    return blocks.notice(
        say, say(_TITLE), [blocks.section(say("Changed. Whoever was asked reads the new words."))]
    )


def withdrawn(say: Voice) -> View:
    """After an obstacle was taken back."""
    return blocks.notice(say, say(_TITLE), [blocks.section(say("Taken back. Nobody is asked any more."))])


def of_team(say: Voice, team: str, obstacles: Sequence[ObstacleDetails]) -> View:
    """All that a team sent up, for its leader: what waits can be changed or taken back."""
    layout: list[Block] = [blocks.plain_section(team)]
    for obstacle in obstacles[:PAGE]:
        layout += [blocks.divider(), *obstacle_view.together(say, obstacle)]
        if obstacle.state is ObstacleState.OPEN:
            buttons = [
                blocks.button(say("Change it"), CHANGE, obstacle.id),
                blocks.button(say("Take it back"), WITHDRAW, obstacle.id),
            ]
            layout.append(blocks.actions(buttons, block_id=f"own:{obstacle.id}"))
    if not obstacles:
        layout.append(blocks.section(say("Nothing was sent up of late.")))
    return blocks.notice(say, say("What we sent up"), layout)


def all_waiting(say: Voice, obstacles: Sequence[ObstacleDetails], *, skip: int, total: int) -> View:
    """A page of all that waits for the reader."""
    layout = [obstacle_view.waiting_item(say, obstacle, place) for place, obstacle in enumerate(obstacles)]
    layout += blocks.pager(say, TURN, skip=skip, page=PAGE, total=total)
    return blocks.notice(
        say, say("Waiting for you"), layout or [blocks.section(say("Nothing waits for your answer."))]
    )


def answer_form(
    say: Voice,
    obstacle: ObstacleDetails,
    *,
    next_leader: str,
    typed: TypedAnswer,
    question: FormQuestion | None = None,
    note: str = "",
) -> View:
    """The form for the answer; `next_leader` is to whom it would be passed up, empty at the top."""
    layout = [
        *([blocks.section(note)] if note else []),
        plain_context(say("From {team}", team=obstacle.team)),
        *obstacle_view.together(say, obstacle),
        *_answer_fields(say, obstacle.team, next_leader, typed),
    ]
    about = f"{obstacle.id}:{obstacle.revision}"
    return _modal(
        say, ANSWER_FORM, say("Your answer"), about, layout, question=question, submit=say("Send this answer")
    )


def answered(say: Voice, obstacle: ObstacleDetails, answer: Answer) -> View:
    """After an answer was sent."""
    if answer is Answer.YES and obstacle.due is not None:
        sentence = say(
            "{team} reads your answer. It is your promise now: on {day} you are asked if it is done.",
            team=obstacle.team,
            day=say.day(obstacle.due),
        )
    elif answer is Answer.UP:
        sentence = say(
            "It is with {level} now. {team} reads your words.", level=obstacle.level, team=obstacle.team
        )
    else:
        sentence = say("{team} reads your answer.", team=obstacle.team)
    return blocks.notice(say, say("Your answer"), [blocks.plain_section(sentence)])


def not_waiting(say: Voice, sentence: str) -> View:
    """In place of a form that leads nowhere any more."""
    return blocks.notice(say, say("Your answer"), [blocks.plain_section(sentence)])


def _fields(say: Voice, typed: Typed, days: Mapping[Within, date]) -> list[Block]:
    options = [_within_option(say, within, day) for within, day in days.items()]
    chosen = next((option for option in options if option["value"] == typed.within), options[0])
    select: Block = {
        "type": "static_select",
        "action_id": NEEDED_BY,
        "options": options,
        "initial_option": chosen,
    }
    way = _input(say("What is in our way?"), IN_OUR_WAY, _text(IN_OUR_WAY, typed.in_our_way))
    way["hint"] = blocks.plain(say("One thing that you can't move yourselves."))
    return [
        way,
        _input(say("What would help?"), WOULD_HELP, _text(WOULD_HELP, typed.would_help)),
        _input(say("By when do we need an answer?"), NEEDED_BY, select),
    ]


def _within_option(say: Voice, within: Within, day: date) -> Block:
    described = blocks.plain(say("by {day}", day=say.day(day)))
    return blocks.option(within, say(_WITHIN[within])) | {"description": described}


def _answer_fields(say: Voice, team: str, next_leader: str, typed: TypedAnswer) -> list[Block]:
    names = {Answer.YES: say("Yes, by a day that I name"), Answer.NO: say("No, because ...")}
    if next_leader:
        names[Answer.UP] = say("I pass it up to {leader}", leader=next_leader)
    options = [blocks.option(answer, name) for answer, name in names.items()]
    radio: Block = {"type": "radio_buttons", "action_id": KIND, "options": options}
    if typed.answer in names:
        radio["initial_option"] = next(option for option in options if option["value"] == typed.answer)
    words = _input(say("In your words"), WORDS, _text(WORDS, typed.words))
    hint = say("{team} reads this as you write it: what you will do, why not, or what you add.", team=team)
    words["hint"] = blocks.plain(hint)
    picker: Block = {"type": "datepicker", "action_id": DUE}
    if typed.due:
        picker["initial_date"] = typed.due.isoformat()
    due = _input(say("By when, if yes?"), DUE, picker) | {"optional": True}
    return [_input(say("What is your answer?"), KIND, radio), words, due]


def _input(label: str, name: str, element: Block) -> Block:
    return {"type": "input", "block_id": name, "label": blocks.plain(label), "element": element}


def _text(name: str, value: str) -> Block:
    element: Block = {
        "type": "plain_text_input",
        "action_id": name,
        "multiline": True,
        "max_length": LONGEST,
    }
    return element | {"initial_value": value} if value else element


def _modal(
    say: Voice,
    callback_id: str,
    title: str,
    about: str,
    layout: list[Block],
    *,
    question: FormQuestion | None,
    submit: str = "",
) -> View:
    asks = bool(question and question.sentence)
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": blocks.plain(title),
        "submit": blocks.plain(say("Send anyway") if asks else submit or title),
        "close": blocks.plain(say("Cancel")),
        "private_metadata": blocks.unseen(about, question),
        "blocks": [*blocks.asked_above(question), *layout],
    }
