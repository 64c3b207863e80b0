"""Official figures that an admin loads to set beside a team's own: another method, none built in."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core.behaviours import Behaviour
from slackapp.core.db import new_id
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.core.text import strip_invisible
from slackapp.models import Benchmark, Workspace
from slackapp.outbox.queue import insert_for
from slackapp.workspace import audit_log
from slackapp.workspace.audit_log import COMMAND_LINE, Action, NewEntry

COLUMNS = ("item", "value", "source", "year", "nation")
NATIONS = ("ENG", "WLS", "SCT", "NIR")
_LONGEST = 120
_MOST_LINES = 200
_YEARS = range(2000, 2100)
_SCALE = 10.0
_NUMBER = re.compile(r"\d{1,2}([.,]\d{1,20})?")
_YEAR_SIGNS = 4

_NO_COLUMNS = translatable("The first line must name these columns: item, value, source, year, nation.")
_TOO_MANY = translatable("That is {n} lines; {most} fit.")
_UNREADABLE = translatable("Line {line} cannot be read. Look for a quotation mark too many or too few.")
_ITEM = translatable("Line {line}: “{said}” is not one of attending, understanding, empathising, helping.")
_VALUE = translatable("Line {line}: the value must lie between 0 and 10.")
_YEAR = translatable("Line {line}: the year must be four figures, as in 2025.")
_NATION = translatable("Line {line}: the nation must be ENG, WLS, SCT or NIR.")
_SOURCE = translatable("Line {line}: name the source, in at most {most} characters.")
_TWICE = translatable("Line {line}: this figure stands there twice.")


@dataclass(frozen=True, slots=True)
class OfficialFigure:
    """One official figure: an item on the scale of 0 to 10, and where it comes from."""

    item: Behaviour
    value: float
    source: str
    year: int
    nation: str


def read(text: str) -> list[OfficialFigure]:
    """Figures out of a CSV with the columns item, value, source, year and nation.

    Separated by commas, semicolons or tabs, as spreadsheets write it in different countries.

    Raises:
        UserError: A line cannot be read; it says which and why. Nothing is taken then.
    """
    heading = text.removeprefix("\ufeff")
    separator = max(",;\t", key=heading.partition("\n")[0].count)
    lines = csv.DictReader(io.StringIO(heading), skipinitialspace=True, delimiter=separator, strict=True)
    try:
        rows = _rows(lines)
    except csv.Error:
        raise UserError(_UNREADABLE, line=lines.reader.line_num) from None
    if len(rows) > _MOST_LINES:
        raise UserError(_TOO_MANY, n=len(rows), most=_MOST_LINES)
    figures = {number: _figure(row, number) for number, row in rows}
    _check_twice(figures)
    return list(figures.values())


def _rows(lines: "csv.DictReader[str]") -> list[tuple[int, dict[str, str | None]]]:
    """Each row with the number of the line where an editor shows it."""
    names = [name.strip().lower() for name in lines.fieldnames or ()]
    if not set(COLUMNS) <= set(names):
        raise UserError(_NO_COLUMNS)
    lines.fieldnames = names
    return [(lines.line_num, dict(row)) for row in lines]


def load(session: Session, workspace: Workspace, figures: Sequence[OfficialFigure], *, now: datetime) -> int:
    """Take figures in; one of the same item, nation, year and source is replaced. Gives how many.

    The audit log says how many there were and are, and of which years.
    """
    before = _summary(session, workspace)
    for figure in figures:
        row = {
            "id": new_id(),
            "workspace_id": workspace.id,
            "item": str(figure.item),
            "value": figure.value,
            "source": figure.source,
            "year": figure.year,
            "nation": figure.nation,
            "loaded_at": now,
        }
        key = ["workspace_id", "item", "nation", "year", "source"]
        insert = insert_for(session)(Benchmark).values(row)
        newer = {"value": figure.value, "loaded_at": now}
        session.execute(insert.on_conflict_do_update(index_elements=key, set_=newer))
    session.flush()
    entry = NewEntry(COMMAND_LINE, Action.FIGURES_LOADED, "", before, _summary(session, workspace))
    audit_log.record(session, workspace, entry, now=now)
    return len(figures)


def _summary(session: Session, workspace: Workspace) -> str:
    """How many figures are loaded, and the years they are of."""
    years = session.scalars(select(Benchmark.year).where(Benchmark.workspace_id == workspace.id)).all()
    return f"{len(years)} ({min(years)} to {max(years)})" if years else "0"


def _figure(row: dict[str, str | None], line: int) -> OfficialFigure:
    fields = {name: " ".join(strip_invisible(row.get(name) or "").split()) for name in COLUMNS}
    item = next((behaviour for behaviour in Behaviour if behaviour == fields["item"].lower()), None)
    if item is None:
        raise UserError(_ITEM, line=line, said=fields["item"][:40])
    year = fields["year"] if len(fields["year"]) == _YEAR_SIGNS and fields["year"].isdecimal() else "0"
    if int(year) not in _YEARS:
        raise UserError(_YEAR, line=line)
    if fields["nation"].upper() not in NATIONS:
        raise UserError(_NATION, line=line)
    if not 0 < len(fields["source"]) <= _LONGEST:
        raise UserError(_SOURCE, line=line, most=_LONGEST)
    return OfficialFigure(
        item, _value(fields["value"], line), fields["source"], int(year), fields["nation"].upper()
    )


def _value(text: str, line: int) -> float:
    value = float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else -1.0
    if not 0.0 <= value <= _SCALE:
        raise UserError(_VALUE, line=line)
    return value


def _check_twice(figures: Mapping[int, OfficialFigure]) -> None:
    known = set()
    for line, figure in figures.items():
        key = (figure.item, figure.nation, figure.year, figure.source)
        if key in known:
            raise UserError(_TWICE, line=line)
        known.add(key)
