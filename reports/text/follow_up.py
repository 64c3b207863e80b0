"""The sentences about what was promised, who thanked whom back, and what others measured."""

from reports.figures import significance
from reports.figures.team_month import EarlierPromise, MutualThanks, Official, TeamMonth
from reports.text import promises, pulse, sentences
from reports.text.sentences import Table
from reports.text.topics import figure_name
from slackapp.core.behaviours import Behaviour
from slackapp.core.calendar import first_of_month
from slackapp.core.i18n import Voice, translatable
from slackapp.models import Pace, PromiseState

_WAYS: dict[MutualThanks, str] = {
    MutualThanks.OFTEN: translatable("Thanks often went both ways between two people."),
    MutualThanks.SOMETIMES: translatable("Thanks sometimes went both ways between two people."),
    MutualThanks.SELDOM: translatable("Thanks seldom went both ways between two people."),
}
_SELDOM: dict[Behaviour, str] = {
    Behaviour.ATTENDING: translatable("Over three months, attending was seldom named."),
    Behaviour.UNDERSTANDING: translatable("Over three months, understanding was seldom named."),
    Behaviour.EMPATHISING: translatable("Over three months, empathising was seldom named."),
    Behaviour.HELPING: translatable("Over three months, helping was seldom named."),
}
_PACES: dict[Pace, str] = {
    Pace.MONTHLY: translatable("This team is asked once a month."),
    Pace.PAUSED: translatable("The check-in is paused for this team."),
}


def mutual_thanks(say: Voice, team: TeamMonth) -> list[str]:
    """Whether thanks went both ways, and what is seldom named; nothing where too little is known."""
    lines = [say(_WAYS[team.mutual_thanks])] if team.mutual_thanks else []
    return lines + ([say(_SELDOM[team.rarely_used])] if team.rarely_used else [])


def frequency(say: Voice, team: TeamMonth) -> list[str]:
    """How often this team is asked, where its leader chose a slower pace."""
    return [say(_PACES[team.pace])] if team.pace in _PACES else []


def current(team: TeamMonth) -> list[EarlierPromise]:
    """The promises of last month, and older ones that were still going on or ended in this month."""
    last = first_of_month(team.month, months=-1)
    return [
        promise
        for promise in team.promises
        if promise.month == last
        or promise.settled is None
        or promise.settled >= team.month
        or _goes_on(promise)
    ]


def _goes_on(promise: EarlierPromise) -> bool:
    return promise.details.state is PromiseState.CHANGED


def promise_lines(say: Voice, team: TeamMonth) -> list[str]:
    """Each current promise with its state, in one piece of text."""
    return [promises.plain(say, promise.details) for promise in current(team)]


def kept_promises(say: Voice, team: TeamMonth) -> list[tuple[str, Table]]:
    """Promises kept, each group with what the four items did from then until now. No cause is claimed."""
    months: dict[int, list[EarlierPromise]] = {}
    for promise in team.promises:
        place = (
            significance.comparison_month(team.pulse, promise.month)
            if promise.details.state is PromiseState.DONE
            else None
        )
        if place is not None:
            months.setdefault(place, []).append(promise)
    return [(_kept_words(say, several), _then_and_now(say, team, place)) for place, several in months.items()]


def _kept_words(say: Voice, several: list[EarlierPromise]) -> str:
    return "\n".join(_kept_one(say, promise) for promise in several)


def _kept_one(say: Voice, promise: EarlierPromise) -> str:
    if promise.settled is None:
        return say("We will: {we_will}", we_will=promise.details.we_will)
    when = say.month(promise.settled, year=True)
    return say("We will: {we_will} (done in {month})", we_will=promise.details.we_will, month=when)


def _then_and_now(say: Voice, team: TeamMonth, place: int) -> Table:
    results = team.pulse
    rows = tuple(
        (
            sentences.capital(pulse.label(say, results, item)),
            pulse.span(say, spans[place]),
            pulse.span(say, spans[-1]),
        )
        for item, spans in results.items.items()
    )
    columns = (say("Item"), say.month(results.months[place]), say.month(results.months[-1]))
    caption = say("What the team said then and now. Other things changed too: this does not show why.")
    return Table(caption, columns, rows)


def other_questions(say: Voice, team: TeamMonth) -> Table | None:
    """The month's other questions. One in which agreeing is bad news is named by what is good."""
    if not team.pulse.also:
        return None
    rows = tuple(
        (figure_name(say, question.key, question.words), pulse.span(say, question.span))
        for question in team.pulse.also
    )
    caption = say("Other questions, as ranges from 0 (strongly disagree) to 10 (strongly agree)")
    return Table(caption, (say("Question"), say.month(team.month)), rows)


def officials(say: Voice, team: TeamMonth) -> Table | None:
    """Official figures an admin loaded, with the label that they must carry."""
    if not team.officials:
        return None
    rows = tuple(
        (sentences.behaviour(say, official.item), f"{official.value:.1f}", _source(say, official))
        for official in team.officials
    )
    caption = say("Official figures from 0 to 10. Different method: not directly comparable.")
    return Table(caption, (say("Behaviour"), say("Figure"), say("Source")), rows)


def _source(say: Voice, official: Official) -> str:
    return say(
        "{source}, {year}, {nation}", source=official.source, year=official.year, nation=official.nation
    )


def extra_tables(say: Voice, team: TeamMonth) -> list[Table]:
    """The tables that have no picture."""
    return [table for table in (sides(say, team), other_questions(say, team), officials(say, team)) if table]


def sides(say: Voice, team: TeamMonth) -> Table | None:
    """Thanks given and received, about so many, by behaviour."""
    if team.counts_by_direction is None:
        return None
    rows = tuple(
        (
            sentences.behaviour(say, behaviour),
            sentences.count(say, given, is_about=True),
            sentences.count(say, received, is_about=True),
        )
        for behaviour, given, received in zip(
            Behaviour, team.counts_by_direction.given, team.counts_by_direction.received, strict=True
        )
    )
    caption = say("Given by the team's people and received by them, to the nearest five")
    return Table(caption, (say("Behaviour"), say("Given"), say("Received")), rows)
