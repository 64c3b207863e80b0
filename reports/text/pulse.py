"""What a check-in shows, in sentences: what may be claimed of it, and what is not in it."""

import math

from reports.figures.significance import PulseClaim, claim, compared_month, has_figures
from reports.figures.spans import Span
from reports.figures.team_month import CheckInStatus, Missing, Pulse, TeamMonth
from reports.text.sentences import capital, team_name
from slackapp.core.behaviours import Behaviour
from slackapp.core.i18n import Voice, translatable
from slackapp.pulse.disclosure import Change, Turnout

NOT_ENOUGH = translatable("not enough answers")

_TURNOUT: dict[tuple[Turnout, ...], str] = {
    (Turnout.UNDER_HALF,): translatable("Under half of the team answered."),
    (Turnout.HALF_TO_THREE_QUARTERS,): translatable("Half to three quarters of the team answered."),
    (Turnout.MORE,): translatable("More than three quarters of the team answered."),
    (Turnout.UNDER_HALF, Turnout.HALF_TO_THREE_QUARTERS): translatable(
        "Sometimes under half of the team answered, sometimes half to three quarters."
    ),
    (Turnout.UNDER_HALF, Turnout.MORE): translatable(
        "Sometimes under half of the team answered, sometimes more than three quarters."
    ),
    (Turnout.HALF_TO_THREE_QUARTERS, Turnout.MORE): translatable(
        "Half to three quarters of the team answered, sometimes more."
    ),
    tuple(Turnout): translatable(
        "Sometimes under half of the team answered, sometimes more than three quarters."
    ),
}


def label(say: Voice, pulse: Pulse, item: Behaviour) -> str:
    """What an item is called in figures, as this check-in worded it."""
    return say(pulse.labels[item])


def span(say: Voice, span: Span | None) -> str:
    """A range on the scale of 0 to 10."""
    if span is None:
        return say(NOT_ENOUGH)
    low, high = span.low, span.high
    if high is None and low is not None:
        return say("{low} or higher", low=_one_place(low))
    if low is None and high is not None:
        return say("{high} or lower", high=_one_place(high))
    return say("{low} to {high}", low=_one_place(low or 0.0), high=_one_place(10.0 if high is None else high))


def _one_place(value: float) -> str:
    # A half goes up: the third decimal is only there because of binary fractions.
    return f"{math.floor(value * 10 + 0.5 + 1e-9) / 10:.1f}"


def title(say: Voice, pulse: Pulse) -> str:
    """What the check-in shows: the first of the sentences that holds."""
    newest = pulse.months[-1]
    if not has_figures(pulse, len(pulse.months) - 1):
        return say("Too few answers in {month} to show.", month=say.month(newest))
    place = compared_month(pulse)
    if place is None:
        return say("Nothing earlier to compare with yet.")
    return _claimed(say, pulse, say.month(pulse.months[place]))


def _claimed(say: Voice, pulse: Pulse, before: str) -> str:
    claimed = claim(pulse)
    if claimed.changed:
        item, changed = claimed.changed
        name = capital(label(say, pulse, item))
        if changed is Change.HIGHER:
            return say("“{item}” is higher than in {month}.", item=name, month=before)
        return say("“{item}” is lower than in {month}.", item=name, month=before)
    return _extremes(say, pulse, claimed) or say("No clear change since {month}.", month=before)


def _extremes(say: Voice, pulse: Pulse, claimed: PulseClaim) -> str | None:
    if claimed.highest and claimed.lowest:
        return say(
            "“{highest}” is rated highest, “{lowest}” lowest.",
            highest=capital(label(say, pulse, claimed.highest)),
            lowest=label(say, pulse, claimed.lowest),
        )
    if claimed.highest:
        return say("“{item}” is rated highest.", item=capital(label(say, pulse, claimed.highest)))
    if claimed.lowest:
        return say("“{item}” is rated lowest.", item=capital(label(say, pulse, claimed.lowest)))
    return None


def notes(say: Voice, team: TeamMonth, *, brief: bool = False) -> list[str]:
    """What is not in the check-in's figures, and why; `brief` leaves the why to the page."""
    month, pulse = say.month(team.month), team.pulse
    if pulse.held is CheckInStatus.NONE:
        return [say("There was no check-in in {month}.", month=month)]
    if pulse.held is CheckInStatus.LOST:
        return [say("The check-in in {month} was lost, so no answer can be read.", month=month)]
    if pulse.held is CheckInStatus.TOO_FEW and len({missing.joined for missing in pulse.missing}) <= 1:
        return [_all_missing(say, team, joined=pulse.missing[0].joined if pulse.missing else None)]
    if not pulse.missing:
        return []
    if brief:
        return [say("Not every check-in is in these figures.")]
    return [
        say(
            "Not shown here: {check_ins}.",
            check_ins=say.listing(_missing(say, missing) for missing in pulse.missing),
        )
    ]


def _all_missing(say: Voice, team: TeamMonth, *, joined: str | None) -> str:
    if joined is None:
        return say("Too few people answered to show anything.")
    return say(
        "Fewer than {k} people answered, so their answers were counted with {team}.",
        k=team.k,
        team=team_name(joined),
    )


def _missing(say: Voice, missing: Missing) -> str:
    day = say.day(missing.closed_on)
    if missing.lost:
        return say("{day} (lost)", day=day)
    if missing.joined is None:
        return say("{day} (too few answered)", day=day)
    return say("{day} (few answered; counted with {team})", day=day, team=team_name(missing.joined))


def turnout(say: Voice, bands: tuple[Turnout, ...]) -> str | None:
    """The sentence on how many answered, or None if it may not be shown."""
    return say(_TURNOUT[bands]) if bands else None
