"""The sentences of a digest: each says one thing the figures show, and nothing they do not."""

from dataclasses import dataclass

from reports.figures.significance import mix_changes, named_least, named_most
from reports.figures.team_month import ABOUT, Mix, Reach, Share, TeamMonth
from slackapp.core.behaviours import WORDING, Behaviour
from slackapp.core.calendar import first_of_month
from slackapp.core.i18n import Voice, translatable
from slackapp.pulse.disclosure import Change


@dataclass(frozen=True, slots=True)
class Table:
    """A caption, the names of the columns, and rows that begin with their own name."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


_NAME_LONGEST = 100
_TOLD_ONE_BY_ONE = 2

_NAMED_MORE: dict[tuple[Behaviour, Change], str] = {
    (Behaviour.ATTENDING, Change.HIGHER): translatable("Attending was named more than in {month}."),
    (Behaviour.ATTENDING, Change.LOWER): translatable("Attending was named less than in {month}."),
    (Behaviour.UNDERSTANDING, Change.HIGHER): translatable("Understanding was named more than in {month}."),
    (Behaviour.UNDERSTANDING, Change.LOWER): translatable("Understanding was named less than in {month}."),
    (Behaviour.EMPATHISING, Change.HIGHER): translatable("Empathising was named more than in {month}."),
    (Behaviour.EMPATHISING, Change.LOWER): translatable("Empathising was named less than in {month}."),
    (Behaviour.HELPING, Change.HIGHER): translatable("Helping was named more than in {month}."),
    (Behaviour.HELPING, Change.LOWER): translatable("Helping was named less than in {month}."),
}

_REACH: dict[Share, tuple[str, str]] = {
    Share.NEARLY_EVERYONE: (
        translatable("Nearly everyone in the team was thanked in the last 90 days."),
        translatable("Nearly everyone in {team} was thanked in the last 90 days."),
    ),
    Share.MOST: (
        translatable("Most people in the team were thanked in the last 90 days."),
        translatable("Most people in {team} were thanked in the last 90 days."),
    ),
    Share.ABOUT_HALF: (
        translatable("About half the team were thanked in the last 90 days."),
        translatable("About half the people in {team} were thanked in the last 90 days."),
    ),
    Share.FEWER_THAN_HALF: (
        translatable("Fewer than half the team were thanked in the last 90 days."),
        translatable("Fewer than half the people in {team} were thanked in the last 90 days."),
    ),
}


def heading(say: Voice, team: TeamMonth, *, year: bool = False) -> str:
    """What the digest is called; with the year where it is kept."""
    return say("{team} in {month}", team=team_name(team.team), month=say.month(team.month, year=year))


def team_name(name: str) -> str:
    """A team's name, cut to a length that fits everywhere."""
    return name if len(name) <= _NAME_LONGEST else name[: _NAME_LONGEST - 1].rstrip() + "…"


def capital(label: str) -> str:
    """A label at the beginning of a line or sentence."""
    return label[:1].upper() + label[1:]


def behaviour(say: Voice, behaviour: Behaviour) -> str:
    """A behaviour's name at the beginning of a line."""
    return say(WORDING[behaviour].label)


def count(say: Voice, number: int | None, *, is_about: bool = False) -> str:
    """A count, or "under 5"; "about 25" if it is rounded to the nearest five."""
    if number is None:
        return say("under 5")
    return say("about {n}", n=number) if is_about else str(number)


def mix_title(say: Voice, mix: Mix) -> str:
    """What the mix shows, in one or two sentences."""
    most, least = named_most(mix), named_least(mix)
    titles = [say(WORDING[most].named_most)] if most else []
    titles += [say(WORDING[least].named_least)] if least else []
    if titles:
        return " ".join(titles)
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
    before = say.month(first_of_month(team.month, months=-1))
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
    before = say.month(first_of_month(team.month, months=-1))
    changes = mix_changes(team.mix)
    directions = set(changes.values())
    if len(changes) > _TOLD_ONE_BY_ONE and len(directions) == 1:
        more = directions == {Change.HIGHER}
        sentence = (
            translatable("More thanks were given than in {month}.")
            if more
            else translatable("Fewer thanks were given than in {month}.")
        )
        return [say(sentence, month=before)]
    return [say(_NAMED_MORE[change], month=before) for change in changes.items()]


def reach(say: Voice, reach: Reach | None) -> str:
    """How far thanks reached."""
    if reach is None:
        return say("Too few people to show how far thanks reached.")
    own, wider = _REACH[reach.share]
    return say(wider, team=team_name(reach.rolled_up_to)) if reach.rolled_up_to else say(own)
