"""A digest's figures as a CSV file that no spreadsheet takes for formulas."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from reports.figures.findings import one_place
from reports.figures.spans import Span
from reports.figures.team_month import Counts, TeamMonth
from reports.text import pulse, sentences
from reports.text.topics import figure_name
from slackapp.core.behaviours import Behaviour
from slackapp.core.calendar import first_of_month
from slackapp.core.i18n import Voice

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")  # noqa: RUF001 - a sheet reads wide signs too
_BOM = "\ufeff"
"""Without it Excel reads UTF-8 as something else."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: `measure` and `item` are keys, `name` is for people. What is hidden has no number.

    A range has `low` and `high` on the scale of 0 to 10, the open end left out; thanks have a `count`.
    """

    month: date
    measure: str
    item: str
    name: str
    unit: str
    low: float | None = None
    high: float | None = None
    count: int | None = None
    is_rounded: bool = False

    @property
    def is_suppressed(self) -> bool:
        """Whether too few people are behind the figure to show it."""
        return self.low is None and self.high is None and self.count is None


def sheet(say: Voice, team: TeamMonth) -> bytes:
    """One row for each figure, one number in a cell; it names no person. The columns: docs/running.md."""
    written = io.StringIO(newline="")
    rows = csv.writer(written, quoting=csv.QUOTE_ALL)
    head = (
        *(say("Team"), say("Month"), say("Measure"), say("Item"), say("Name"), say("Unit")),
        *(say("Low"), say("High"), say("Count"), say("Hidden"), say("Rounded")),
    )
    rows.writerow(map(cell, head))
    for row in (*_led(say, team), *_thanks(say, team), *_questions(say, team), *_officials(say, team)):
        name = (
            cell(team.team),
            f"{row.month:%Y-%m}",
            row.measure,
            cell(row.item),
            cell(row.name),
            cell(row.unit),
        )
        numbers = _number(row.low), _number(row.high), _number(row.count)
        rows.writerow((*name, *numbers, int(row.is_suppressed), int(row.is_rounded)))
    return (_BOM + written.getvalue()).encode()


def cell(text: str) -> str:
    """Escape a text for a spreadsheet: an apostrophe goes before a sign that begins a formula."""
    line = " ".join(text.split("\x00")).replace("\r", " ").replace("\n", " ")
    return f"'{line}" if text.startswith(_STARTS) or line.lstrip().startswith(_STARTS) else line


def _number(value: float | None) -> str:
    return "" if value is None else str(value)


def _led(say: Voice, team: TeamMonth) -> Iterable[Row]:
    """What people say about being led, month by month."""
    for item, spans in team.pulse.items.items():
        name = sentences.capital(pulse.label(say, team.pulse, item))
        for month, span in zip(team.pulse.months, spans, strict=True):
            yield _with_range(Row(month, "led", str(item), name, say("0 to 10")), span)


def _questions(say: Voice, team: TeamMonth) -> Iterable[Row]:
    for question in team.pulse.also:
        name = figure_name(say, question.key, question.words)
        yield _with_range(Row(team.month, "question", question.key, name, say("0 to 10")), question.span)


def _with_range(row: Row, span: Span | None) -> Row:
    if span is None:
        return row
    low, high = span.low, span.high
    if low is None and high is None:
        # Open at both ends says the whole scale.
        return replace(row, low=0.0, high=10.0)
    return replace(
        row,
        low=one_place(low) if low is not None else None,
        high=one_place(high) if high is not None else None,
    )


def _thanks(say: Voice, team: TeamMonth) -> Iterable[Row]:
    """Thanks by behaviour: this month's, last month's, and given and received apart."""
    counts: list[tuple[str, date, Counts, bool]] = []
    if team.mix:
        counts.append(("thanks", team.month, team.mix.now, team.mix.is_about))
    if team.mix and team.mix.before:
        counts.append(("thanks", first_of_month(team.month, months=-1), team.mix.before, team.mix.is_about))
    if team.counts_by_direction:
        counts.append(("given", team.month, team.counts_by_direction.given, True))
        counts.append(("received", team.month, team.counts_by_direction.received, True))
    for measure, month, several, is_rounded in counts:
        for behaviour, count in zip(Behaviour, several, strict=True):
            name = sentences.behaviour(say, behaviour)
            row = Row(month, measure, str(behaviour), name, say("thank-yous"))
            yield replace(row, count=count, is_rounded=is_rounded)


def _officials(say: Voice, team: TeamMonth) -> Iterable[Row]:
    """Other people's figures, by another method: the name says whose, the month is ours."""
    for official in team.officials:
        name = (
            f"{sentences.behaviour(say, official.item)}: "
            f"{official.source}, {official.year}, {official.nation}"
        )
        row = Row(team.month, "official", str(official.item), name, say("0 to 10"))
        yield replace(row, low=one_place(official.value), high=one_place(official.value))
