"""The figures that were published of each team's month: written once, read by whatever comes after."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.figures.stored import Figures, from_json, to_json
from slackapp.models import MonthFigures
from slackapp.outbox.queue import insert_for


def read(session: Session, month: str, team_ids: Sequence[str]) -> dict[str, Figures]:
    """By team, where the month was published."""
    rows = select(MonthFigures).where(MonthFigures.month == month, MonthFigures.team_id.in_(team_ids))
    return {row.team_id: from_json(row.figures) for row in session.scalars(rows)}


def store(session: Session, month: str, figures: Mapping[str, Figures], *, now: datetime) -> None:
    """Write them down. What another process wrote first stands."""
    rows = [
        {"team_id": team, "month": month, "published_at": now, "figures": to_json(values)}
        for team, values in figures.items()
    ]
    if rows:
        session.execute(insert_for(session)(MonthFigures).on_conflict_do_nothing(), rows)
