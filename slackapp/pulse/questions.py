"""What the pulse asks: the four behaviours each time, and some of those that rotate."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from slackapp.core.behaviours import Behaviour
from slackapp.core.i18n import translatable
from slackapp.pulse.ballots import CANT_SAY


@dataclass(frozen=True, slots=True)
class Item:
    """One question, stored by its key. `wording` is what people answer, `short` what figures are called."""

    key: str
    wording: str
    short: str
    is_reversed: bool = False
    """Agreeing is bad news. Stored and published as answered; turned only when drawn."""
    stem: str = ""
    """How the sentence begins that `wording` ends; items of one set share it and are asked together."""
    source: str = ""
    """Who asked it first, where that is not us."""


STEM = translatable("Thinking about your last few shifts, the person leading my team ...")
NHS_STEM = translatable("My immediate manager (who may be referred to as your 'line manager') ...")
NHS_SOURCE = translatable(
    "The four questions above are q9f to q9i of the NHS Staff Survey, © NHS England. Asked here by a "
    "different method: not directly comparable with the survey's results."
)

FOUR: tuple[Item, ...] = (
    Item(
        Behaviour.ATTENDING,
        translatable("... made time to really listen to how things are."),
        translatable("made time to listen"),
        stem=STEM,
    ),
    Item(
        Behaviour.UNDERSTANDING,
        translatable("... worked with us to understand what was getting in the way."),
        translatable("worked to understand"),
        stem=STEM,
    ),
    Item(
        Behaviour.EMPATHISING,
        translatable("... showed they cared about what we were dealing with."),
        translatable("showed they cared"),
        stem=STEM,
    ),
    Item(
        Behaviour.HELPING,
        translatable("... did something practical to help."),
        translatable("did something practical"),
        stem=STEM,
    ),
)

NHS_FOUR: tuple[Item, ...] = (
    Item(
        "nhs_attending",
        translatable("... is interested in listening to me when I describe challenges I face."),
        translatable("interested in listening"),
        stem=NHS_STEM,
        source=NHS_SOURCE,
    ),
    Item(
        "nhs_understanding",
        translatable("... works together with me to come to an understanding of problems."),
        translatable("works together to understand"),
        stem=NHS_STEM,
        source=NHS_SOURCE,
    ),
    Item(
        "nhs_empathising",
        translatable("... cares about my concerns."),
        translatable("cares about concerns"),
        stem=NHS_STEM,
        source=NHS_SOURCE,
    ),
    Item(
        "nhs_helping",
        translatable("... takes effective action to help me with any problems I face."),
        translatable("takes effective action"),
        stem=NHS_STEM,
        source=NHS_SOURCE,
    ),
)
"""The words of the NHS Staff Survey 2021 to 2025, kept apart from ours: their figures never mix."""

ROTATING: tuple[Item, ...] = (
    Item(
        "colleagues_appreciate",
        translatable("Colleagues here show appreciation to one another."),
        translatable("colleagues show appreciation"),
    ),
    Item("valued", translatable("I feel valued by my team."), translatable("feel valued by the team")),
    Item(
        "raise_a_problem",
        translatable("I could raise a problem or mistake without it being held against me."),
        translatable("could raise a problem"),
    ),
    Item(
        "demands_on_time",
        translatable("I can meet all the demands on my time."),
        translatable("can meet the demands"),
    ),
    Item(
        "satisfied_with_recognition",
        translatable("I am satisfied with the recognition I get."),
        translatable("satisfied with recognition"),
    ),
    Item(
        "easy_to_ask",
        translatable("It was easy to ask a colleague for help."),
        translatable("easy to ask for help"),
    ),
    Item(
        "make_improvements",
        translatable("I can make improvements happen."),
        translatable("can make improvements happen"),
    ),
    Item(
        "breaks",
        translatable("I got the breaks I was due on my last shift."),
        translatable("got the breaks due"),
    ),
    Item("safe_to_speak_up", translatable("I feel safe to speak up."), translatable("feel safe to speak up")),
    Item(
        "time_pressures",
        translatable("I have unrealistic time pressures."),
        translatable("unrealistic time pressures"),
        is_reversed=True,
    ),
    Item(
        "burnt_out",
        translatable("I feel burnt out because of my work."),
        translatable("burnt out because of work"),
        is_reversed=True,
    ),
    Item(
        "something_changed",
        translatable("Something has changed because of what we said in these check-ins."),
        translatable("something has changed"),
    ),
    Item(
        "said_back",
        translatable("What was said back to us last month was right."),
        translatable("what was said back was right"),
    ),
    Item(
        "leader_seen",
        translatable("I saw the person leading my team on my last few shifts."),
        translatable("saw the person leading"),
    ),
    Item(
        "aims",
        translatable("I know what we are trying to do, and who does what."),
        translatable("know what we are trying to do"),
    ),
)

ITEMS: dict[str, Item] = {item.key: item for item in (*FOUR, *NHS_FOUR, *ROTATING)}

SETS: dict[str, tuple[Item, ...]] = {"appreciate": FOUR, "nhs": NHS_FOUR}
"""The wordings of the four behaviours that a workspace may choose from."""


def set_of(keys: Iterable[str]) -> str:
    """Which wording of the four a check-in that asked these keys had."""
    keys_asked = set(keys)
    return next((name for name, four in SETS.items() if four[0].key in keys_asked), "appreciate")


OWN = "own_"
"""How the key of an organisation's own question begins; its row's id follows."""
MOST_ROTATING = 3
REST = 12
"""A rotating question is not shown twice within so many check-ins."""

OPTIONS: tuple[tuple[int, str], ...] = (
    (1, translatable("Strongly disagree")),
    (2, translatable("Disagree")),
    (3, translatable("Neither agree nor disagree")),
    (4, translatable("Agree")),
    (5, translatable("Strongly agree")),
    (CANT_SAY, translatable("Can't say / wasn't at work")),
)
SCORES = range(1, 6)


def next_in_rotation(
    before: Sequence[Sequence[str]],
    *,
    own: Sequence[str] = (),
    four: str = "appreciate",
    most: int = 1,
) -> list[str]:
    """The keys to ask next: the four, and up to `most` rotating ones.

    `before` are the keys of the rounds so far, the latest first; no rotating question
    comes again within twelve of them. `own` are an organisation's own questions in their
    order; those that are rested go first. There may be fewer than `most`: no more are
    asked than leave one for each of the rounds to come.
    """
    keys = [*own, *(item.key for item in ROTATING)]
    resting = {key for keys_then in before[: REST - 1] for key in keys_then}
    latest = {key: place for place, keys_then in reversed(list(enumerate(before))) for key in keys_then}
    # The one asked longest ago first, never asked before all; their order decides between equals.
    ready = sorted((key for key in keys if key not in resting), key=lambda key: -latest.get(key, len(before)))
    resting_again = [sum(key in keys for key in set(keys_then)) for keys_then in before[: REST - 1]]
    many = _sustained(len(ready), resting_again, max(1, min(most, MOST_ROTATING)))
    return [*(str(item.key) for item in SETS.get(four, FOUR)), *ready[:many]]


def _sustained(ready: int, resting: Sequence[int], most: int) -> int:
    """How many of `ready` questions to ask so that each of the coming rounds has one left to ask.

    `resting` says how many the rounds so far asked, the latest first.
    """
    # The one that rested longest comes back first; what a short past has not used was ready all along.
    back = [0] * (REST - 1 - len(resting)) + list(reversed(resting))

    def lasts(now: int) -> bool:
        left = ready - now
        for returned in back:
            left += returned
            if left < 1:
                return False
            left -= 1
        return True

    return next((many for many in range(min(most, ready), 1, -1) if lasts(many)), min(1, ready))
