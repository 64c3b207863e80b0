"""The same figures in three forms: a picture, its alt text, and a table."""

from datetime import date

from reports.charts.content import ChartContent
from reports.charts.spec import MixPicture, MixRow, RangeGroup, RangeRow, RangesPicture
from reports.charts.text_width import plain
from reports.figures.spans import Span
from reports.figures.team_month import CheckInStatus, Mix, Pulse, TeamMonth
from reports.text import pulse, sentences
from reports.text.sentences import Table
from slackapp.core.behaviours import WORDING, Behaviour
from slackapp.core.calendar import first_of_month
from slackapp.core.i18n import Voice

ALT_LONGEST = 2000


def chart_contents(say: Voice, team: TeamMonth) -> tuple[ChartContent, ...]:
    """Return the charts of a month; none for a quiet month without a check-in."""
    charts = []
    if team.mix is not None:
        charts.append(_mix(say, team, team.mix))
    if _has_ranges(team.pulse):
        charts.append(_ranges(say, team))
    return tuple(charts)


def _has_ranges(results: Pulse) -> bool:
    """Whether there are ranges to draw; a month with too few answers is drawn beside earlier ones."""
    before = any(span is not None for spans in results.items.values() for span in spans)
    return results.held is CheckInStatus.SHOWN or (results.held is CheckInStatus.TOO_FEW and before)


def _mix(say: Voice, team: TeamMonth, mix: Mix) -> ChartContent:
    month = say.month(team.month, year=True)
    picture = MixPicture(
        title=sentences.mix_title(say, mix),
        key=sentences.mix_key(say, team, mix),
        rows=tuple(_mix_row(say, mix, place, behaviour) for place, behaviour in enumerate(Behaviour)),
        footer=f"{sentences.capital(sentences.mix_total(say, mix))} · {month}",
        team=team.team,
    )
    return ChartContent("mix", picture.title, picture, _mix_alt(say, team, mix), _mix_table(say, team, mix))


def _mix_row(say: Voice, mix: Mix, place: int, behaviour: Behaviour) -> MixRow:
    now, before = mix.now[place], mix.before[place] if mix.before else None
    return MixRow(
        behaviour=str(behaviour),
        name=say(WORDING[behaviour].label),
        now=now,
        before=before,
        now_words=sentences.count(say, now, is_about=mix.is_about),
        before_words=say("was {count}", count=sentences.count(say, before, is_about=mix.is_about))
        if mix.before
        else "",
    )


def _mix_alt(say: Voice, team: TeamMonth, mix: Mix) -> str:
    figures = [
        say("{name} {now} ({before})", name=name, now=now, before=before) if mix.before else f"{name} {now}"
        for name, now, before in _mix_figures(say, mix)
    ]
    values = {
        "team": _short(team.team),
        "month": say.month(team.month, year=True),
        "figures": ", ".join(figures),
    }
    if mix.before is None:
        return say("Bars. {team}, {month}, thank-yous by behaviour: {figures}.", **values)
    before = say.month(first_of_month(team.month, months=-1))
    return say(
        "Bars. {team}, {month}, thank-yous by behaviour, with {before} in brackets: {figures}.",
        before=before,
        **values,
    )


def _mix_figures(say: Voice, mix: Mix) -> list[tuple[str, str, str]]:
    before = mix.before or (None,) * len(mix.now)
    return [
        (
            say(WORDING[behaviour].label).lower(),
            sentences.count(say, now, is_about=mix.is_about),
            sentences.count(say, then, is_about=mix.is_about),
        )
        for behaviour, now, then in zip(Behaviour, mix.now, before, strict=True)
    ]


def _mix_table(say: Voice, team: TeamMonth, mix: Mix) -> Table:
    figures = _mix_figures(say, mix)
    columns = [say("Behaviour"), say.month(team.month)]
    if mix.before:
        columns.append(say.month(first_of_month(team.month, months=-1)))
    rows = tuple((sentences.capital(name), now, then)[: len(columns)] for name, now, then in figures)
    total = sentences.mix_total(say, mix)
    caption = say("Thank-yous given and received, by behaviour: {total}", total=total)
    return Table(caption, tuple(columns), rows)


def _ranges(say: Voice, team: TeamMonth) -> ChartContent:
    results = team.pulse
    picture = RangesPicture(
        title=pulse.title(say, results),
        disagree=say("disagree"),
        neither=say("neither"),
        agree=say("agree"),
        first_month=say.short_month(results.months[0]),
        last_month=say.short_month(results.months[-1]),
        missing=say(pulse.NOT_ENOUGH),
        groups=tuple(_group(say, results, behaviour) for behaviour in Behaviour),
        footer=say("Bars are ranges") + " · " + _period(say, results.months),
        team=team.team,
    )
    return ChartContent("ranges", picture.title, picture, _ranges_alt(say, team), _ranges_table(say, results))


def _group(say: Voice, results: Pulse, behaviour: Behaviour) -> RangeGroup:
    spans = results.items[behaviour]
    return RangeGroup(
        behaviour=str(behaviour),
        name=sentences.capital(pulse.label(say, results, behaviour)),
        newest=pulse.span(say, spans[-1]),
        rows=tuple(_range_row(say, month, span) for month, span in zip(results.months, spans, strict=True)),
    )


def _range_row(say: Voice, month: date, span: Span | None) -> RangeRow:
    label = f"{say.month(month)}: {pulse.span(say, span)}"
    if span is None:
        return RangeRow(None, None, label)
    low, high = span.low, span.high
    # Open at both ends says the whole scale; both None would be read as not enough answers.
    return RangeRow(0.0 if low is None and high is None else low, high, label)


def _period(say: Voice, months: tuple[date, ...]) -> str:
    first, last = months[0], months[-1]
    if first == last:
        return say.month(last, year=True)
    start = say.month(first, year=first.year != last.year)
    return say("{first} to {last}", first=start, last=say.month(last, year=True))


def _ranges_alt(say: Voice, team: TeamMonth) -> str:
    results = team.pulse
    newest = "; ".join(
        f"{pulse.label(say, results, item)} {pulse.span(say, results.items[item][-1])}" for item in Behaviour
    )
    alt = say(
        "Ranges on a 0 to 10 scale. {team}, {month}: {figures}.",
        team=_short(team.team),
        month=say.month(team.month, year=True),
        figures=newest,
    )
    if len(results.months) > 1:
        earlier = "; ".join(_earlier(say, results, item) for item in Behaviour)
        alt = " ".join([alt, say("Earlier: {figures}.", figures=earlier)])
    return alt[:ALT_LONGEST]


def _earlier(say: Voice, results: Pulse, item: Behaviour) -> str:
    months = zip(results.months[:-1], results.items[item][:-1], strict=True)
    ranges = ", ".join(f"{say.month(month)} {pulse.span(say, span)}" for month, span in months)
    return f"{pulse.label(say, results, item)}, {ranges}"


def _ranges_table(say: Voice, results: Pulse) -> Table:
    """The ranges as a table, the newest month first."""
    months = tuple(reversed(results.months))
    rows = tuple(
        (
            sentences.capital(pulse.label(say, results, item)),
            *(pulse.span(say, span) for span in reversed(results.items[item])),
        )
        for item in Behaviour
    )
    caption = say("What the team said, as ranges from 0 (strongly disagree) to 10 (strongly agree)")
    return Table(caption, (say("Item"), *(say.month(month) for month in months)), rows)


def _short(name: str) -> str:
    return sentences.team_name(plain(name))
