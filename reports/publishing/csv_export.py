"""A digest's figures as a CSV file that no spreadsheet takes for formulas."""

import csv
import io
from collections.abc import Iterable

from reports.charts.from_figures import chart_contents
from reports.figures.team_month import TeamMonth
from reports.text import follow_up as answering
from reports.text import sentences as words
from reports.text import summary as brief
from reports.text.sentences import Table
from slackapp.core.i18n import Voice

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")  # noqa: RUF001 - a sheet reads wide signs too
_BOM = "\ufeff"
"""Without it Excel reads UTF-8 as something else."""


def sheet(say: Voice, team: TeamMonth) -> bytes:
    """One row for each figure: the team, the table it stands in, what, when or which, and the figure.

    It names no person and holds nothing that the message does not say.
    """
    written = io.StringIO(newline="")
    rows = csv.writer(written, quoting=csv.QUOTE_ALL)
    head = (say("Team"), say("Month"), say("Table"), say("What"), say("Which"), say("Figure"))
    rows.writerow(map(cell, head))
    month = f"{team.month:%Y-%m}"
    for table, what, which, figure in _figures(say, team):
        rows.writerow(map(cell, (team.team, month, table, what, which, figure)))
    return (_BOM + written.getvalue()).encode()


def cell(text: str) -> str:
    """A text that a spreadsheet shows as it is. A sign that begins a formula gets an apostrophe before it."""
    line = " ".join(text.split("\x00")).replace("\r", " ").replace("\n", " ")
    return f"'{line}" if text.startswith(_STARTS) or line.lstrip().startswith(_STARTS) else line


def _figures(say: Voice, team: TeamMonth) -> Iterable[tuple[str, str, str, str]]:
    tables = [chart.table for chart in chart_contents(say, team)]
    tables += answering.extra_tables(say, team)
    for table in tables:
        yield from _rows(table)
    sentences = [
        words.reach(say, team.reach),
        *answering.mutual_thanks(say, team),
        *brief.small_print(say),
    ]
    for sentence in sentences:
        yield (say("In words"), sentence, "", "")


def _rows(table: Table) -> Iterable[tuple[str, str, str, str]]:
    for row in table.rows:
        for column, figure in zip(table.columns[1:], row[1:], strict=True):
            yield (table.caption, row[0], column, figure)
