"""The one picture of a digest: the four behaviours side by side, with its alt text and table."""

from reports.charts.content import ChartContent
from reports.charts.spec import BehaviourRow, FourPicture, RangeRow
from reports.charts.text_width import plain
from reports.figures.spans import Span
from reports.figures.team_month import CheckInStatus, Mix, Pulse, TeamMonth
from reports.text import pulse, sentences
from reports.text.sentences import Table
from slackapp.core.behaviours import WORDING, Behaviour
from slackapp.core.calendar import first_of_month
from slackapp.core.i18n import Voice

NAME = "four"


def chart(say: Voice, team: TeamMonth) -> ChartContent | None:
    """The picture, or None for a quiet month without figures of a check-in."""
    led, mix = _led(team.pulse), team.mix
    if not led and mix is None:
        return None
    rows = tuple(_row(say, team, behaviour, is_led=led) for behaviour in Behaviour)
    picture = FourPicture(
        led_heading=say("What people say about being led") if led else "",
        thanks_heading=say("Thanks between colleagues") if mix else "",
        rows=rows,
        disagree=say("0 disagree"),
        agree=say("agree 10"),
        notes=tuple(_notes(say, team, rows, is_led=led)),
        team=plain(team.team),
        month=say.month(team.month, year=True),
    )
    return ChartContent(
        NAME, say("The four behaviours"), picture, _alt(say, team, rows), _table(say, team, rows)
    )


def _led(results: Pulse) -> bool:
    return results.held is CheckInStatus.SHOWN and any(_now(results, item) for item in Behaviour)


def _now(results: Pulse, item: Behaviour) -> Span | None:
    """The range that the picture shows: of the last three check-ins where the month had fewer."""
    return results.recent.get(item) if results.recent is not None else results.items[item][-1]


def _before(results: Pulse, item: Behaviour) -> Span | None:
    return results.items[item][-2] if len(results.months) > 1 else None


def _row(say: Voice, team: TeamMonth, behaviour: Behaviour, *, is_led: bool) -> BehaviourRow:
    place, mix, results = list(Behaviour).index(behaviour), team.mix, team.pulse
    now = _now(results, behaviour) if is_led else None
    before = _before(results, behaviour) if is_led else None
    count = mix.now[place] if mix else None
    return BehaviourRow(
        behaviour=str(behaviour),
        name=say(WORDING[behaviour].label),
        item=pulse.label(say, results, behaviour) if is_led else "",
        led=_range(say, now),
        led_before=_range(say, before),
        led_words=pulse.span(say, now) if is_led else "",
        count=count,
        count_before=mix.before[place] if mix and mix.before else None,
        count_words=sentences.count(say, count, is_about=mix.is_about) if mix else "",
    )


def _range(say: Voice, span: Span | None) -> RangeRow | None:
    if span is None:
        return None
    low, high = span.low, span.high
    return RangeRow(0.0 if low is None and high is None else low, high, pulse.span(say, span))


def _notes(say: Voice, team: TeamMonth, rows: tuple[BehaviourRow, ...], *, is_led: bool) -> list[str]:
    month, before = say.month(team.month), say.month(first_of_month(team.month, months=-1))
    is_grey = any(row.led_before or row.count_before is not None for row in rows)
    if is_grey:
        notes = [say("Thick: {month}. Thin grey: {before}.", month=month, before=before)]
    elif team.is_first:
        notes = [say("The first month: nothing to compare yet.")]
    else:
        notes = [say("Nothing of {month} can be compared.", month=before)]
    if is_led and team.pulse.recent_since is not None:
        since = say.day(team.pulse.recent_since)
        notes.append(say("Left: ranges of the last three check-ins, since {day}.", day=since))
    elif is_led and team.mix is None:
        notes.append(say("Each bar is a range; the true figure is inside it."))
    elif is_led:
        notes.append(say("Left: a range; the true figure is inside it."))
    return notes


def _alt(say: Voice, team: TeamMonth, rows: tuple[BehaviourRow, ...]) -> str:
    """The alt text with all figures: those of the month before in brackets."""
    team_month = {"team": sentences.team_name(plain(team.team)), "month": say.month(team.month, year=True)}
    before = say.month(first_of_month(team.month, months=-1))
    has_led, has_thanks = any(row.led_words for row in rows), team.mix is not None
    if has_led and has_thanks:
        opening = say("Ranges from 0 to 10, and thank-yous.")
    else:
        opening = say("Ranges from 0 to 10.") if has_led else say("Thank-yous.")
    if _is_compared(team, rows):
        whose = say("{team}, {month}, {before} in brackets.", before=before, **team_month)
    else:
        whose = say("{team} in {month}", **team_month) + "."
    figures = [f"{row.name}: {', '.join(_figures(say, team, row))}." for row in rows]
    return " ".join([opening, whose, *figures])


def _is_compared(team: TeamMonth, rows: tuple[BehaviourRow, ...]) -> bool:
    has_thanks_before = team.mix is not None and team.mix.before is not None
    return has_thanks_before or any(row.led_before for row in rows)


def _figures(say: Voice, team: TeamMonth, row: BehaviourRow) -> list[str]:
    """What is shown of one behaviour, with last month's figure in brackets where it is drawn."""
    behaviour, figures = Behaviour(row.behaviour), []
    if row.led_words:
        before = row.led_before
        figures.append(f"{row.led_words} ({before.words})" if before else row.led_words)
    if team.mix is not None:
        now = say("{count} thank-yous", count=row.count_words)
        then = _count_before(say, team.mix, behaviour)
        figures.append(f"{now} ({then})" if then else now)
    return figures


def _count_before(say: Voice, mix: Mix, behaviour: Behaviour) -> str:
    if mix.before is None:
        return ""
    return sentences.count(say, mix.before[list(Behaviour).index(behaviour)], is_about=mix.is_about)


def _table(say: Voice, team: TeamMonth, rows: tuple[BehaviourRow, ...]) -> Table:
    columns = [say("Behaviour")]
    if any(row.led_words for row in rows):
        columns.append(say("People say, 0 to 10"))
    if team.mix is not None:
        columns.append(say("Thanks"))
    before = say.month(first_of_month(team.month, months=-1))
    is_compared = _is_compared(team, rows)
    return Table(
        caption=say("The four behaviours, {before} in brackets", before=before)
        if is_compared
        else say("The four behaviours"),
        columns=tuple(columns),
        rows=tuple((row.name, *_cells(say, team, row)) for row in rows),
    )


def _cells(say: Voice, team: TeamMonth, row: BehaviourRow) -> list[str]:
    cells = []
    if row.led_words:
        cells.append(f"{row.led_words} ({row.led_before.words})" if row.led_before else row.led_words)
    if team.mix is not None:
        then = _count_before(say, team.mix, Behaviour(row.behaviour))
        cells.append(f"{row.count_words} ({then})" if then else row.count_words)
    return cells
