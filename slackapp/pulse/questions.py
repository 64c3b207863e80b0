"""What the pulse asks: the four behaviours each time, and one of twelve that rotate."""

from dataclasses import dataclass

from slackapp.behaviours import Behaviour
from slackapp.i18n import marked
from slackapp.pulse.ballots import CANT_SAY


@dataclass(frozen=True, slots=True)
class Item:
    """One question, stored by its key. `wording` is what people answer, `short` what figures are called."""

    key: str
    wording: str
    short: str
    is_reversed: bool = False
    """Agreeing is bad news. Stored and published as answered; turned only when drawn."""


STEM = marked("Thinking about your last few shifts, the person leading my team ...")

FOUR: tuple[Item, ...] = (
    Item(
        Behaviour.ATTENDING,
        marked("... made time to really listen to how things are."),
        marked("made time to listen"),
    ),
    Item(
        Behaviour.UNDERSTANDING,
        marked("... worked with us to understand what was getting in the way."),
        marked("worked to understand"),
    ),
    Item(
        Behaviour.EMPATHISING,
        marked("... showed they cared about what we were dealing with."),
        marked("showed they cared"),
    ),
    Item(
        Behaviour.HELPING,
        marked("... did something practical to help."),
        marked("did something practical"),
    ),
)

ROTATING: tuple[Item, ...] = (
    Item(
        "colleagues_appreciate",
        marked("Colleagues here show appreciation to one another."),
        marked("colleagues show appreciation"),
    ),
    Item("valued", marked("I feel valued by my team."), marked("feel valued by the team")),
    Item(
        "raise_a_problem",
        marked("I could raise a problem or mistake without it being held against me."),
        marked("could raise a problem"),
    ),
    Item("demands_on_time", marked("I can meet all the demands on my time."), marked("can meet the demands")),
    Item(
        "satisfied_with_recognition",
        marked("I am satisfied with the recognition I get."),
        marked("satisfied with recognition"),
    ),
    Item("easy_to_ask", marked("It was easy to ask a colleague for help."), marked("easy to ask for help")),
    Item(
        "make_improvements", marked("I can make improvements happen."), marked("can make improvements happen")
    ),
    Item("breaks", marked("I got the breaks I was due on my last shift."), marked("got the breaks due")),
    Item("safe_to_speak_up", marked("I feel safe to speak up."), marked("feel safe to speak up")),
    Item(
        "time_pressures",
        marked("I have unrealistic time pressures."),
        marked("unrealistic time pressures"),
        is_reversed=True,
    ),
    Item(
        "burnt_out",
        marked("I feel burnt out because of my work."),
        marked("burnt out because of work"),
        is_reversed=True,
    ),
    Item(
        "something_changed",
        marked("Something has changed because of what we said in these check-ins."),
        marked("something has changed"),
    ),
)

ITEMS: dict[str, Item] = {item.key: item for item in (*FOUR, *ROTATING)}

OPTIONS: tuple[tuple[int, str], ...] = (
    (1, marked("Strongly disagree")),
    (2, marked("Disagree")),
    (3, marked("Neither agree nor disagree")),
    (4, marked("Agree")),
    (5, marked("Strongly agree")),
    (CANT_SAY, marked("Can't say / wasn't at work")),
)
SCORES = range(1, 6)


def following(before: list[str] | None) -> list[str]:
    """The keys to ask after a round that asked `before`: no rotating item comes again within twelve."""
    keys = [item.key for item in ROTATING]
    last = next((key for key in before or () if key in keys), keys[-1])
    rotated = keys[(keys.index(last) + 1) % len(keys)]
    return [*(str(item.key) for item in FOUR), rotated]
