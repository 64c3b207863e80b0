"""Actions that a ward's leader can promise: within a month, at no cost, and their own to do."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from slackapp.core.i18n import Voice, translatable

OFFERED = 3
LONGEST = 150
"""Characters: a choice in Slack has two lines of 75."""

BANK: dict[str, tuple[str, str, str, str]] = {
    "attending": (
        translatable("Be at the desk for ten minutes after handover, twice a week, for whoever wants me"),
        translatable(
            "Say at three handovers, one of them at night, that I want to hear about your shifts, and how to "
            "reach me"
        ),
        translatable("Work an hour beside people on a late shift and on a night shift"),
        translatable("End each huddle with “what have I not asked?”, and wait for an answer"),
    ),
    "understanding": (
        translatable(
            "Take one problem to the next handover, and ask three people how it looks from where they stand"
        ),
        translatable("Before I change a rota or a rule, ask the two people it touches most"),
        translatable("Say back what I heard, and ask if I got it right"),
        translatable("Put the problem on a sheet in the staff room for a week; anyone may add a line"),
    ),
    "empathising": (
        translatable("Ask each person how they are before they go home from a hard shift"),
        translatable(
            "After a hard shift, ask everybody who was on it the same thing: what can I take off you?"
        ),
        translatable(
            "After a death or a violent incident: relieve each person for ten minutes, say what support "
            "there is, and ask again within three days"
        ),
        translatable("Begin the huddle by saying what was hard for me; nobody has to follow"),
    ),
    "helping": (
        translatable("Agree who is free to help anyone at the busiest hour, and until when"),
        translatable("Find the form, key or login that costs most time, and do away with it or get it fixed"),
        translatable("Take one task myself at the busiest hour, twice a week"),
        translatable("Move one job to a quieter hour for four weeks, then ask if it helped"),
    ),
    "time_pressures": (
        translatable("Say at each huddle what may wait today"),
        translatable(
            "Stop one form, list or meeting for four weeks, after asking who needs it by law or for safety"
        ),
        translatable("Ask pharmacy which checks may move out of the busiest hour"),
        translatable(
            "Let one person answer the phone during the medicines round when there are enough of us; else "
            "ask who may divert it"
        ),
    ),
    "burnt_out": (
        translatable(
            "Look through next month's rota for long runs of shifts, and change them with the people"
        ),
        translatable("Offer a swap list for next month's rota, first the nights, and say by when I answer"),
        translatable(
            "Send nothing about work on people's days off unless they asked for it, bank shifts too, and "
            "say so"
        ),
        translatable("Write down what was left undone on three shifts, and send it up as an obstacle"),
    ),
    "breaks": (
        translatable("Write break times, and who covers, on the board at the start of each shift"),
        translatable("Name the cover for each break at the start of the shift, me among them twice a week"),
        translatable("Pair people up, nights too, and ask them to call me when it fails"),
        translatable(
            "Count missed breaks for two weeks, without names, and send the count with the staffing up"
        ),
    ),
    "safe_to_speak_up": (
        translatable("Open each huddle with “what worries you today?”"),
        translatable("Thank whoever raises a problem, and say within a week what came of it"),
        translatable("Tell the team of a mistake of my own, and what I learnt"),
        translatable("Put on the board who else people can go to"),
    ),
    "recognition": (
        translatable(
            "Within four weeks thank everybody on the rota once for something I saw: nights, bank, domestic "
            "staff and porters too"
        ),
        translatable(
            "Once a week, open the handover with something that went well, told by someone else than me"
        ),
        translatable("Ask each person how they like to be thanked: in private, or in front of others"),
        translatable("Pass on one kind word from a patient or family each week, without the patient's name"),
    ),
    "fairness": (
        translatable("Ask, for a week, first the person I speak to least"),
        translatable(
            "Go to the night shift and the bank staff with the same question that I asked the day shift"
        ),
        translatable("Rotate who speaks first in the huddle"),
        translatable("Look at who got the good shifts and the training last month, and say what I saw"),
    ),
    "disagreement": (
        translatable("When two people disagree, hear each alone, then both, and say what I understood"),
        translatable("Agree with the team how we disagree: what we say, where, and who helps"),
        translatable("Say sorry in front of the team for one thing I got wrong"),
        translatable("Ask somebody from outside to sit in when it is about me"),
    ),
    "aims_and_roles": (
        translatable("Write our three aims for this month on the board, and ask what to drop"),
        translatable("Say at the start of the shift who decides what"),
        translatable("Ask each new and bank colleague what was unclear, and mend one thing"),
        translatable("End the week by saying which aim we got nearer to, and which not"),
    ),
    "passing_upward": (
        translatable("Send one obstacle up, and tell the team the answer, also if it is no"),
        translatable("Ask the person above me to work an hour of the hardest shift"),
        translatable("Bring three facts and one request to the next meeting above"),
        translatable("Tell the team what I asked for last month and have not got"),
    ),
}
"""By topic."""

_TOPICS = {
    "demands_on_time": "time_pressures",
    "easy_to_ask": "helping",
    "raise_a_problem": "safe_to_speak_up",
    "colleagues_appreciate": "recognition",
    "valued": "recognition",
    "satisfied_with_recognition": "recognition",
    "make_improvements": "understanding",
    "something_changed": "understanding",
    "listens_to_all": "fairness",
    "disagreements": "disagreement",
    "aims": "aims_and_roles",
    "said_back": "understanding",
    "leader_seen": "attending",
}
"""Questions whose topic is called otherwise."""


@dataclass(frozen=True, slots=True)
class Action:
    """One of the bank by its key, as in "breaks:2", and a catalogue message."""

    key: str
    text: str


def suggested(needs: Sequence[str], *, month: str, promised: Collection[str]) -> list[Action]:
    """Three actions for the first need, or one from each of three topics; they rotate by month ("2026-11").

    `promised` are texts that were promised lately: those are not offered again.
    """
    turn = int(month[:4]) * 12 + int(month[5:])
    topics = [topic for need in needs if (topic := _TOPICS.get(need, need)) in BANK]
    return [action for action in _in_turn(topics[:1], turn) if action.text not in promised][:OFFERED]


def by_key(key: str) -> Action | None:
    """The action that a form names, if there is such."""
    topic, _, number = key.partition(":")
    actions = {action.key: action for action in _of(topic)} if topic in BANK else {}
    return actions.get(f"{topic}:{number}")


def texts(say: Voice, promised: Collection[str]) -> set[str]:
    """Which actions of the bank were promised, in a language, as their catalogue messages."""
    return {text for text in chain.from_iterable(BANK.values()) if say(text) in promised or text in promised}


def _in_turn(topics: list[str], turn: int) -> Iterator[Action]:
    """A topic's four from the month's place on; without a topic one of each, the topics in turn."""
    if topics:
        several = _of(topics[0])
        start = turn % len(several)
        yield from several[start:] + several[:start]
        return
    names = list(BANK)
    for step in range(len(names)):
        several = _of(names[(turn * OFFERED + step) % len(names)])
        yield several[turn % len(several)]


def _of(topic: str) -> list[Action]:
    return [Action(f"{topic}:{number}", text) for number, text in enumerate(BANK[topic])]
