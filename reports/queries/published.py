"""Store and read the published figures of a team's month; each is written once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from reports.figures.stored import Figures, from_json, to_json
from reports.figures.team_month import CheckInStatus, Pulse
from slackapp.core.behaviours import Behaviour
from slackapp.models import MonthFigures
from slackapp.outbox.queue import insert_for


def read(session: Session, month: str, team_ids: Sequence[str]) -> dict[str, Figures]:
    """Return the published figures by team, for the teams that have any."""
    rows = select(MonthFigures).where(MonthFigures.month == month, MonthFigures.team_id.in_(team_ids))
    return {row.team_id: from_json(row.figures) for row in session.scalars(rows)}


def is_published(session: Session, team_ids: Collection[str], month: str) -> bool:
    """Whether any of a workspace's teams has figures of this month."""
    rows = select(exists().where(MonthFigures.month == month, MonthFigures.team_id.in_(team_ids)))
    return bool(session.scalar(rows))


def months(session: Session, team_ids: Collection[str]) -> set[str]:
    """The months of which any of these teams has figures."""
    rows = select(MonthFigures.month).where(MonthFigures.team_id.in_(team_ids)).distinct()
    return set(session.scalars(rows))


def nothing(k: int, month: str) -> Figures:
    """The figures of a team that was not there when the month was published."""
    day = date.fromisoformat(f"{month}-01")
    pulse = Pulse(CheckInStatus.NONE, (day,), dict.fromkeys(Behaviour, (None,)), (), ())
    return Figures(
        k=k,
        mix=None,
        is_first=False,
        pulse=pulse,
        reach=None,
        counts_by_direction=None,
        mutual_thanks=None,
        rarely_used=None,
    )


def store(session: Session, month: str, figures: Mapping[str, Figures], *, now: datetime) -> None:
    """Store figures of teams; those that another process stored first are kept."""
    rows = [
        {"team_id": team, "month": month, "published_at": now, "figures": to_json(values)}
        for team, values in figures.items()
    ]
    if rows:
        session.execute(insert_for(session)(MonthFigures).on_conflict_do_nothing(), rows)
