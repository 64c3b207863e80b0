"""When rounds open and close: one common opening and close for a whole workspace. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from slackapp.core.calendar import first_of_month, occurrence
from slackapp.models import Cadence, Poll, Workspace

_WEEK = 7
# A workspace that never said since when is counted from a Monday long past.
_ANCHOR = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One round as the timetable has it: its key, its opening and its close."""

    opens_on: date
    opens_at: datetime
    closes_at: datetime


def upcoming(workspace: Workspace, last: Poll | None, now: datetime) -> Occurrence:
    """The first round that has not been dealt with; its opening may lie before or after `now`.

    A round is never opened while an earlier one still takes answers, none opens on a
    day that is paused, and none is made up for that would have opened before the
    workspace turned the pulse on.
    """
    coming = _first(workspace, workspace.pulse_since or _latest_start(workspace, now))
    while _is_paused(workspace, coming.opens_on) or (
        last is not None and (coming.opens_on <= last.opens_on or coming.opens_at < last.closes_at)
    ):
        coming = _following(workspace, coming)
    return coming


def after(workspace: Workspace, earlier: Occurrence) -> Occurrence:
    """The round that follows."""
    coming = _following(workspace, earlier)
    while _is_paused(workspace, coming.opens_on):
        coming = _following(workspace, coming)
    return coming


def _following(workspace: Workspace, earlier: Occurrence) -> Occurrence:
    if workspace.pulse_cadence == Cadence.MONTHLY:
        return _occurrence(workspace, _first_in_month(workspace, earlier.opens_on, months=1))
    return _occurrence(workspace, earlier.opens_on + _every(workspace))


def _first(workspace: Workspace, since: datetime) -> Occurrence:
    first = _occurrence(workspace, _first_day(workspace, since))
    return first if first.opens_at >= since else _following(workspace, first)


def _first_day(workspace: Workspace, since: datetime) -> date:
    """The first day of opening on or after the day of `since`, in step with the anchor."""
    local = since.astimezone(ZoneInfo(workspace.time_zone)).date()
    if workspace.pulse_cadence == Cadence.MONTHLY:
        day = _first_in_month(workspace, local, months=0)
        return day if day >= local else _first_in_month(workspace, local, months=1)
    if workspace.pulse_since is not None:
        return local + timedelta(days=(workspace.pulse_weekday - local.weekday()) % _WEEK)
    anchor = _ANCHOR.date() + timedelta(days=workspace.pulse_weekday)
    return local + timedelta(days=(anchor - local).days % _every(workspace).days)


def _first_in_month(workspace: Workspace, day: date, *, months: int) -> date:
    """The first opening weekday of the month so many months after that of `day`."""
    first = first_of_month(day, months=months)
    return first + timedelta(days=(workspace.pulse_weekday - first.weekday()) % _WEEK)


def _is_paused(workspace: Workspace, day: date) -> bool:
    # ISO days compare as text.
    return any(first <= day.isoformat() <= last for first, last in workspace.pulse_pauses or ())


def _latest_start(workspace: Workspace, now: datetime) -> datetime:
    """Without a beginning only the round that is running now can still be opened."""
    return now - timedelta(days=_days_open(workspace))


def _occurrence(workspace: Workspace, day: date) -> Occurrence:
    closes_on = day + timedelta(days=_days_open(workspace))
    return Occurrence(
        day,
        occurrence(day, workspace.pulse_time, workspace.time_zone),
        occurrence(closes_on, workspace.pulse_time, workspace.time_zone),
    )


def _every(workspace: Workspace) -> timedelta:
    return timedelta(days=_WEEK if workspace.pulse_cadence == Cadence.WEEKLY else 2 * _WEEK)


def _days_open(workspace: Workspace) -> int:
    # Rounds follow one another; two never take answers at the same time. No month is shorter than two rounds.
    return max(1, min(workspace.pulse_days_open, _every(workspace).days))
