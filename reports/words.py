"""The sentences of a digest: each says one thing the figures show, and nothing they do not."""

import math
from datetime import date

from reports.claims import claim, compared_month, has_figures, mix_changes, named_least, named_most
from reports.figures import (
    ABOUT,
    Held,
    Missing,
    Mix,
    Pulse,
    Reach,
    Share,
    Span,
    TeamMonth,
)
from slackapp.behaviours import WORDING, Behaviour
from slackapp.i18n import Voice, marked
from slackapp.pulse.disclosure import Change, Turnout
from slackapp.pulse.questions import FOUR

SHORT_LABELS: dict[Behaviour, str] = {Behaviour(item.key): item.short for item in FOUR}
NOT_ENOUGH = marked("not enough answers")
_NAME_LONGEST = 100
_TOLD_ONE_BY_ONE = 2

_NAMED_MORE: dict[tuple[Behaviour, Change], str] = {
    (Behaviour.ATTENDING, Change.HIGHER): marked("Attending was named more than in {month}."),
    (Behaviour.ATTENDING, Change.LOWER): marked("Attending was named less than in {month}."),
    (Behaviour.UNDERSTANDING, Change.HIGHER): marked("Understanding was named more than in {month}."),
    (Behaviour.UNDERSTANDING, Change.LOWER): marked("Understanding was named less than in {month}."),
    (Behaviour.EMPATHISING, Change.HIGHER): marked("Empathising was named more than in {month}."),
    (Behaviour.EMPATHISING, Change.LOWER): marked("Empathising was named less than in {month}."),
    (Behaviour.HELPING, Change.HIGHER): marked("Helping was named more than in {month}."),
    (Behaviour.HELPING, Change.LOWER): marked("Helping was named less than in {month}."),
}

_REACH: dict[Share, tuple[str, str]] = {
    Share.NEARLY_EVERYONE: (
        marked("Nearly everyone in the team was thanked in the last 90 days."),
        marked("Nearly everyone in {team} was thanked in the last 90 days."),
    ),
    Share.MOST: (
        marked("Most people in the team were thanked in the last 90 days."),
        marked("Most people in {team} were thanked in the last 90 days."),
    ),
    Share.ABOUT_HALF: (
        marked("About half the team were thanked in the last 90 days."),
        marked("About half the people in {team} were thanked in the last 90 days."),
    ),
    Share.FEWER_THAN_HALF: (
        marked("Fewer than half the team were thanked in the last 90 days."),
        marked("Fewer than half the people in {team} were thanked in the last 90 days."),
    ),
}

_TURNOUT: dict[tuple[Turnout, ...], str] = {
    (Turnout.UNDER_HALF,): marked("Under half of the team answered."),
    (Turnout.HALF_TO_THREE_QUARTERS,): marked("Half to three quarters of the team answered."),
    (Turnout.MORE,): marked("More than three quarters of the team answered."),
    (Turnout.UNDER_HALF, Turnout.HALF_TO_THREE_QUARTERS): marked(
        "Sometimes under half of the team answered, sometimes half to three quarters."
    ),
    (Turnout.UNDER_HALF, Turnout.MORE): marked(
        "Sometimes under half of the team answered, sometimes more than three quarters."
    ),
    (Turnout.HALF_TO_THREE_QUARTERS, Turnout.MORE): marked(
        "Half to three quarters of the team answered, sometimes more."
    ),
    tuple(Turnout): marked("Sometimes under half of the team answered, sometimes more than three quarters."),
}


def heading(say: Voice, team: TeamMonth, *, year: bool = False) -> str:
    """What the digest is called; with the year where it is kept."""
    return say("{team} in {month}", team=team_name(team.team), month=say.month(team.month, year=year))


def team_name(name: str) -> str:
    """A team's name at a length that every place has room for."""
    return name if len(name) <= _NAME_LONGEST else name[: _NAME_LONGEST - 1].rstrip() + "…"


def capital(label: str) -> str:
    """A label at the beginning of a line or sentence."""
    return label[:1].upper() + label[1:]


def behaviour(say: Voice, one: Behaviour) -> str:
    """A behaviour's name at the beginning of a line."""
    return say(WORDING[one].label)


def month_before(first: date) -> date:
    """The first day of the month before."""
    return (
        first.replace(year=first.year - 1, month=12)
        if first.month == 1
        else first.replace(month=first.month - 1)
    )


def count(say: Voice, shown: int | None, *, is_about: bool = False) -> str:
    """A count, or "under 5"; "about 25" where it is told to the nearest five."""
    if shown is None:
        return say("under 5")
    return say("about {n}", n=shown) if is_about else str(shown)


def span(say: Voice, shown: Span | None) -> str:
    """A range on the scale of 0 to 10."""
    if shown is None:
        return say(NOT_ENOUGH)
    low, high = shown.low, shown.high
    if high is None and low is not None:
        return say("{low} or higher", low=_one_place(low))
    if low is None and high is not None:
        return say("{high} or lower", high=_one_place(high))
    return say("{low} to {high}", low=_one_place(low or 0.0), high=_one_place(10.0 if high is None else high))


def _one_place(value: float) -> str:
    # A half goes up: the third decimal is only there because of binary fractions.
    return f"{math.floor(value * 10 + 0.5 + 1e-9) / 10:.1f}"


def mix_title(say: Voice, mix: Mix) -> str:
    """What the mix shows, in one or two sentences."""
    most, least = named_most(mix), named_least(mix)
    said = [say(WORDING[most].named_most)] if most else []
    said += [say(WORDING[least].named_least)] if least else []
    if said:
        return " ".join(said)
    # From hidden counts nobody can tell whether thanks were spread.
    return (
        say("No behaviour stands out clearly.")
        if None in mix.now
        else say("Thanks were spread across the four.")
    )


def mix_key(say: Voice, team: TeamMonth, mix: Mix) -> str:
    """How to read the mix: what is the bar, what is the line."""
    if team.is_first:
        return say("The first month, so there is nothing to compare with yet.")
    before = say.month(month_before(team.month))
    if mix.before is None:
        return say("{month} was too quiet to compare with.", month=before)
    return say("Bar: {month}. Line: {before}.", month=say.month(team.month), before=before)


def mix_total(say: Voice, mix: Mix) -> str:
    """How many thanks, as a range where a count is hidden."""
    least, most = mix.total
    if mix.is_about:
        # Every count is rounded, so their sum is no closer than that.
        return say("about {n} thank-yous", n=ABOUT * round((least + most) / 2 / ABOUT))
    if least == most:
        return say.count("{n} thank-you", "{n} thank-yous", most)
    return say("{least} to {most} thank-yous", least=least, most=most)


def mix_changed(say: Voice, team: TeamMonth) -> list[str]:
    """Behaviours named clearly more or less than the month before."""
    if team.mix is None:
        return []
    before = say.month(month_before(team.month))
    changes = mix_changes(team.mix)
    found = set(changes.values())
    if len(changes) > _TOLD_ONE_BY_ONE and len(found) == 1:
        more = found == {Change.HIGHER}
        sentence = (
            marked("More thanks were given than in {month}.")
            if more
            else marked("Fewer thanks were given than in {month}.")
        )
        return [say(sentence, month=before)]
    return [say(_NAMED_MORE[change], month=before) for change in changes.items()]


def pulse_title(say: Voice, pulse: Pulse) -> str:
    """What the check-in shows: the first of the sentences that holds."""
    newest = pulse.months[-1]
    if not has_figures(pulse, len(pulse.months) - 1):
        return say("Too few answers in {month} to show.", month=say.month(newest))
    place = compared_month(pulse)
    if place is None:
        return say("The first pulse: nothing to compare with yet.")
    return _pulse_claim(say, pulse, say.month(pulse.months[place]))


def _pulse_claim(say: Voice, pulse: Pulse, before: str) -> str:
    found = claim(pulse)
    if found.changed:
        item, changed = found.changed
        name = capital(say(SHORT_LABELS[item]))
        if changed is Change.HIGHER:
            return say("“{item}” is higher than in {month}.", item=name, month=before)
        return say("“{item}” is lower than in {month}.", item=name, month=before)
    return _extremes(say, found.highest, found.lowest) or say("No clear change since {month}.", month=before)


def _extremes(say: Voice, highest: Behaviour | None, lowest: Behaviour | None) -> str | None:
    if highest and lowest:
        return say(
            "“{highest}” is rated highest, “{lowest}” lowest.",
            highest=capital(say(SHORT_LABELS[highest])),
            lowest=say(SHORT_LABELS[lowest]),
        )
    if highest:
        return say("“{item}” is rated highest.", item=capital(say(SHORT_LABELS[highest])))
    return say("“{item}” is rated lowest.", item=capital(say(SHORT_LABELS[lowest]))) if lowest else None


def summary(say: Voice, team: TeamMonth) -> list[tuple[str, str]]:
    """The first lines: what the thanks show, and with its label what the check-in shows."""
    thanks = (
        [mix_title(say, team.mix), *mix_changed(say, team)]
        if team.mix
        else [say("A quiet month: too few thank-yous to show a mix.")]
    )
    told = [pulse_title(say, team.pulse)] if team.pulse.held is Held.SHOWN else []
    told += pulse_notes(say, team)
    return [("", " ".join(thanks)), (say("Check-in"), " ".join(told))]


def pulse_notes(say: Voice, team: TeamMonth) -> list[str]:
    """What is not in the check-in's figures, and why."""
    month, pulse = say.month(team.month), team.pulse
    if pulse.held is Held.NONE:
        return [say("There was no check-in in {month}.", month=month)]
    if pulse.held is Held.LOST:
        return [say("The check-in in {month} was lost, so no answer can be read.", month=month)]
    if pulse.held is Held.TOO_FEW and len({missing.joined for missing in pulse.missing}) <= 1:
        return [_all_missing(say, team, joined=pulse.missing[0].joined if pulse.missing else None)]
    if not pulse.missing:
        return []
    return [
        say(
            "Not shown here: {check_ins}.", check_ins=say.listing(_missing(say, one) for one in pulse.missing)
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


def reach(say: Voice, found: Reach | None) -> str:
    """How far thanks reached."""
    if found is None:
        return say("Too few people to show how far thanks reached.")
    own, wider = _REACH[found.share]
    return say(wider, team=team_name(found.rolled_up_to)) if found.rolled_up_to else say(own)


def turnout(say: Voice, bands: tuple[Turnout, ...]) -> str | None:
    """How many answered, or None where it is not told."""
    return say(_TURNOUT[bands]) if bands else None


def small_print(say: Voice, team: TeamMonth) -> str:
    """The quiet last line of the message."""
    told = turnout(say, team.pulse.turnout)
    return " ".join(filter(None, (told, say("Small numbers are not shown."))))
