"""What the questions are called in a digest, and what a leader may ask about each."""

from dataclasses import dataclass

from reports.figures.findings import Finding
from reports.figures.team_month import Pulse
from slackapp.core.i18n import Voice, translatable
from slackapp.pulse.disclosure import Change


@dataclass(frozen=True, slots=True)
class Topic:
    """One question's names, as catalogue messages.

    `need` stands in the lines and `figure` beside a range. `good` is the name in "Going well" where it
    differs: a reversed question is named by what is good. `alone` follows a need that stands alone.
    """

    need: str
    figure: str
    question: str
    good: str = ""
    alone: str = ""


TOPICS: dict[str, Topic] = {
    "attending": Topic(
        translatable("making time to listen"),
        translatable("Made time to listen"),
        translatable("When did you last feel heard here, and by whom?"),
    ),
    "understanding": Topic(
        translatable("working to understand"),
        translatable("Worked to understand"),
        translatable("What do I not see about your shifts?"),
    ),
    "empathising": Topic(
        translatable("showing care"),
        translatable("Showed they cared"),
        translatable("What was hard this week?"),
    ),
    "helping": Topic(
        translatable("practical help"),
        translatable("Did something practical"),
        translatable("What one thing gets in the way of practical help?"),
    ),
    "colleagues_appreciate": Topic(
        translatable("thanks between colleagues"),
        translatable("Thanks between colleagues"),
        translatable("Who made your last shift easier?"),
    ),
    "valued": Topic(
        translatable("feeling valued"),
        translatable("Feeling valued"),
        translatable("When did your work last count?"),
    ),
    "raise_a_problem": Topic(
        translatable("raising mistakes without blame"),
        translatable("Raising mistakes without blame"),
        translatable("What happens here after a mistake?"),
    ),
    "demands_on_time": Topic(
        translatable("time to do the work"),
        translatable("Time to do the work"),
        translatable("What may wait on a busy shift?"),
    ),
    "satisfied_with_recognition": Topic(
        translatable("recognition"),
        translatable("Recognition"),
        translatable("How do you like to be thanked?"),
    ),
    "easy_to_ask": Topic(
        translatable("asking colleagues for help"),
        translatable("Asking colleagues for help"),
        translatable("When is it hard to ask for help?"),
    ),
    "make_improvements": Topic(
        translatable("making improvements"),
        translatable("Making improvements"),
        translatable("What small thing would you change?"),
    ),
    "breaks": Topic(
        translatable("breaks"),
        translatable("Breaks taken"),
        translatable("What would get everyone a break tomorrow?"),
    ),
    "safe_to_speak_up": Topic(
        translatable("speaking up safely"),
        translatable("Speaking up safely"),
        translatable("What worries you today?"),
    ),
    "time_pressures": Topic(
        translatable("relief from time pressure"),
        translatable("Realistic time pressures (higher is better)"),
        translatable("Which hour is the worst, and what could leave it?"),
        good=translatable("realistic time pressures"),
        alone=translatable("On balance, people say their time pressures are unrealistic."),
    ),
    "burnt_out": Topic(
        translatable("relief from burnout"),
        translatable("Not burnt out by work (higher is better)"),
        translatable("What takes most out of you, and what gives something back?"),
        good=translatable("not being burnt out by work"),
        alone=translatable("On balance, people say their work burns them out."),
    ),
    "something_changed": Topic(
        translatable("change after check-ins"),
        translatable("Change after check-ins"),
        translatable("What should have changed by now?"),
    ),
    "said_back": Topic(
        translatable("saying back what was heard"),
        translatable("What was said back was right"),
        translatable("What did I hear wrong last month?"),
    ),
    "leader_seen": Topic(
        translatable("being seen on shifts"),
        translatable("Saw the person leading"),
        translatable("On which shifts have you not seen me?"),
    ),
    "aims": Topic(
        translatable("clear aims and roles"),
        translatable("Know what we are trying to do"),
        translatable("What are we trying to do this month, and who does what?"),
    ),
}

_CHANGED = {
    Change.HIGHER: translatable("{item}, clearly higher than in {month}"),
    Change.LOWER: translatable("{item}, clearly lower than in {month}"),
}


def in_line(say: Voice, pulse: Pulse, finding: Finding, *, before: str, good: bool) -> str:
    """What a line calls a question, with its clear change since the month called `before`."""
    topic = TOPICS.get(finding.key)
    if topic is None:
        item = f"“{_own_words(say, pulse, finding.key)}”"
    else:
        item = say(topic.good if good and topic.good else topic.need)
    return say(_CHANGED[finding.change], item=item, month=before) if finding.change else item


def figure_name(say: Voice, key: str, words: str) -> str:
    """What a question is called beside its figure; `words` where it is an organisation's own."""
    return say(TOPICS[key].figure) if key in TOPICS else say(words)


def _own_words(say: Voice, pulse: Pulse, key: str) -> str:
    return next((say(question.words) for question in pulse.also if question.key == key), key)
