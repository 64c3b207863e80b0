"""Official figures that an admin loads to set beside a team's own: another method, none built in."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from slackapp.behaviours import Behaviour
from slackapp.db import new_id
from slackapp.errors import UserError
from slackapp.i18n import marked
from slackapp.models import Benchmark, Workspace
from slackapp.outbox import insert_for

COLUMNS = ("item", "value", "source", "year", "nation")
NATIONS = ("ENG", "WLS", "SCT", "NIR")
_LONGEST = 120
_MOST_LINES = 200
_YEARS = range(2000, 2100)
_SCALE = 10.0

_NO_COLUMNS = marked("The first line must name these columns: item, value, source, year, nation.")
_TOO_MANY = marked("That is {n} lines; {most} fit.")
_ITEM = marked("Line {line}: “{said}” is not one of attending, understanding, empathising, helping.")
_VALUE = marked("Line {line}: the value must lie between 0 and 10.")
_YEAR = marked("Line {line}: the year must be four figures, as in 2025.")
_NATION = marked("Line {line}: the nation must be ENG, WLS, SCT or NIR.")
_SOURCE = marked("Line {line}: name the source, in at most {most} characters.")
_TWICE = marked("Line {line}: this figure stands there twice.")


@dataclass(frozen=True, slots=True)
class Figure:
    """One official figure: an item on the scale of 0 to 10, and where it comes from."""

    item: Behaviour
    value: float
    source: str
    year: int
    nation: str


def read(text: str) -> list[Figure]:
    """Figures out of a CSV with the columns item, value, source, year and nation.

    Raises:
        UserError: A line cannot be read; it says which and why. Nothing is taken then.
    """
    lines = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), skipinitialspace=True)
    names = [name.strip().lower() for name in lines.fieldnames or ()]
    if not set(COLUMNS) <= set(names):
        raise UserError(_NO_COLUMNS)
    lines.fieldnames = names
    rows = list(lines)
    if len(rows) > _MOST_LINES:
        raise UserError(_TOO_MANY, n=len(rows), most=_MOST_LINES)
    figures = [_figure(row, number) for number, row in enumerate(rows, start=2)]
    _check_twice(figures)
    return figures


def load(session: Session, workspace: Workspace, figures: Sequence[Figure], *, now: datetime) -> int:
    """Take figures in; one of the same item, nation, year and source is replaced. Gives how many."""
    for one in figures:
        row = {
            "id": new_id(),
            "workspace_id": workspace.id,
            "item": str(one.item),
            "value": one.value,
            "source": one.source,
            "year": one.year,
            "nation": one.nation,
            "loaded_at": now,
        }
        key = ["workspace_id", "item", "nation", "year", "source"]
        insert = insert_for(session)(Benchmark).values(row)
        newer = {"value": one.value, "loaded_at": now}
        session.execute(insert.on_conflict_do_update(index_elements=key, set_=newer))
    session.flush()
    return len(figures)


def _figure(row: dict[str, str | None], line: int) -> Figure:
    said = {name: (row.get(name) or "").strip() for name in COLUMNS}
    item = next((one for one in Behaviour if one == said["item"].lower()), None)
    if item is None:
        raise UserError(_ITEM, line=line, said=said["item"][:40])
    if not (said["year"].isdecimal() and int(said["year"]) in _YEARS):
        raise UserError(_YEAR, line=line)
    if said["nation"].upper() not in NATIONS:
        raise UserError(_NATION, line=line)
    if not 0 < len(said["source"]) <= _LONGEST:
        raise UserError(_SOURCE, line=line, most=_LONGEST)
    return Figure(
        item, _value(said["value"], line), said["source"], int(said["year"]), said["nation"].upper()
    )


def _value(said: str, line: int) -> float:
    try:
        value = float(said)
    except ValueError:
        raise UserError(_VALUE, line=line) from None
    if not 0.0 <= value <= _SCALE:
        raise UserError(_VALUE, line=line)
    return value


def _check_twice(figures: Sequence[Figure]) -> None:
    seen = set()
    for line, one in enumerate(figures, start=2):
        key = (one.item, one.nation, one.year, one.source)
        if key in seen:
            raise UserError(_TWICE, line=line)
        seen.add(key)
