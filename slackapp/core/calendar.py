"""Local time: quiet hours, months, weekly occurrences, working days. Pure, safe across both clock changes.

A clock time that a spring change skips happens at the same instant as if the
clock had not been moved (01:30 becomes 02:30); one that an autumn change repeats
happens the first time only.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

SATURDAY = 5
_WEEK = 7
_FAR = 2 * _WEEK + 2
"""Days searched ahead; a whole week off and quiet hours by day end within them."""


@cache
def zones() -> frozenset[str]:
    """Return the names of all time zones on this machine."""
    # Reading the names off the disk takes tens of milliseconds; a hospital has 5,000 people to be met.
    return frozenset(available_timezones())


def known_zone(name: str | None) -> str | None:
    """Return the zone's name, or None if this machine does not know it."""
    return name if name in zones() else None


def occurrence(day: date, at: time, zone: str) -> datetime:
    """Return the instant, in UTC, at which a zone's clocks show `at` on `day`."""
    # fold=0 reads a repeated time as its first passing and a skipped one with the offset before the gap.
    return datetime.combine(day, at.replace(fold=0), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def next_weekly(after: datetime, *, weekday: int, at: time, zone: str) -> datetime:
    """Return the first instant after `after` at which it is `at` on `weekday` (Monday is 0)."""
    day = after.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
    while True:
        if day.weekday() == weekday and (moment := occurrence(day, at, zone)) > after:
            return moment
        day += timedelta(days=1)


def days_in(bits: int) -> frozenset[int]:
    """Return weekdays from bits: 1 is Monday (0), 64 is Sunday (6)."""
    return frozenset(day for day in range(_WEEK) if bits >> day & 1)


def is_quiet(moment: datetime, *, zone: str, quiet_from: time, quiet_until: time) -> bool:
    """Whether a zone's local time is in quiet hours; equal ends mean no quiet hours."""
    clock = moment.astimezone(ZoneInfo(zone)).time()
    if quiet_from <= quiet_until:
        return quiet_from <= clock < quiet_until
    return clock >= quiet_from or clock < quiet_until


def next_allowed(
    moment: datetime, *, zone: str, quiet_from: time, quiet_until: time, days_off: Collection[int] = ()
) -> datetime:
    """The first instant from `moment` on, in UTC, that is neither quiet nor on a day off.

    Quiet hours may pass midnight or lie in the daytime. `days_off` are weekdays
    (Monday is 0); somebody who has all seven off is reached as if none were.
    """
    off = frozenset(days_off) if len(frozenset(days_off)) < _WEEK else frozenset()

    def allowed(candidate: datetime) -> bool:
        local = candidate.astimezone(ZoneInfo(zone))
        quiet = is_quiet(candidate, zone=zone, quiet_from=quiet_from, quiet_until=quiet_until)
        return local.weekday() not in off and not quiet

    return next(candidate for candidate in _changes(moment, zone, quiet_until) if allowed(candidate))


def _changes(moment: datetime, zone: str, quiet_until: time) -> Iterator[datetime]:
    """The instants from `moment` on at which "not allowed" can turn into "allowed", in order.

    Quiet ends where the clock reaches `quiet_until`, a day off where the date
    changes, and either where the clock itself is moved: a spring change may jump over
    the end, and an autumn change may pass it twice, so both passings are looked at.
    """
    yield moment.astimezone(UTC)
    first = moment.astimezone(ZoneInfo(zone)).date()
    for days in range(_FAR):
        day = first + timedelta(days=days)
        candidates = _passings(day, time(0), zone) | _passings(day, quiet_until, zone) | _moved(day, zone)
        yield from sorted(candidate for candidate in candidates if candidate > moment)


def _passings(day: date, at: time, zone: str) -> set[datetime]:
    local = datetime.combine(day, at, tzinfo=ZoneInfo(zone))
    return {local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)}


def _moved(day: date, zone: str) -> set[datetime]:
    """The instant at which the zone's clock is moved on this day, if it is."""
    low, high = occurrence(day, time(0), zone), occurrence(day + timedelta(days=1), time(0), zone)
    zone_info = ZoneInfo(zone)
    before = low.astimezone(zone_info).utcoffset()
    if before == high.astimezone(zone_info).utcoffset():
        return set()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        low, high = (middle, high) if middle.astimezone(zone_info).utcoffset() == before else (low, middle)
    return {high.replace(microsecond=0)}


def month_of(moment: datetime, zone: str) -> str:
    """Return the month in a zone, as in "2026-11"."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m}"


def first_day(month: str) -> date:
    """Return the first day of a month, as in 1 November for "2026-11"."""
    return date.fromisoformat(f"{month}-01")


def first_of_month(day: date, *, months: int = 0) -> date:
    """Return the first day of the month that comes `months` after that of `day`; before it if negative."""
    year, number = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, number + 1, 1)


def months_earlier(moment: datetime, months: int) -> datetime:
    """Return the same day and time so many months ago, or the last day of that month."""
    first = first_of_month(moment.date(), months=-months)
    last = first_of_month(first, months=1) - timedelta(days=1)
    return moment.replace(year=first.year, month=first.month, day=min(moment.day, last.day))


def month_before(month: str) -> str:
    """Return the previous month, as in "2025-12" for "2026-01"."""
    return f"{first_of_month(first_day(month), months=-1):%Y-%m}"


def month_after(month: str) -> str:
    """Return the next month, as in "2027-01" for "2026-12"."""
    return f"{first_of_month(first_day(month), months=1):%Y-%m}"


def month_bounds(month: str, zone: str) -> tuple[datetime, datetime]:
    """Return the start of a month in a zone and its end (exclusive), in UTC."""
    midnight = time(0)
    return (
        occurrence(first_day(month), midnight, zone),
        occurrence(first_day(month_after(month)), midnight, zone),
    )


@cache
def first_working_day(year: int, month: int, nation: str) -> date:
    """The first day of a month that is neither a weekend nor a bank holiday.

    `nation` is a subdivision of Great Britain and Northern Ireland: ENG, WLS, SCT or NIR.
    """
    days = (date(year, month, 1) + timedelta(days=after) for after in range(28))
    return next(day for day in days if is_working_day(day, nation))


def is_working_day(day: date, nation: str) -> bool:
    """Whether a day is neither at a weekend nor a bank holiday of a nation."""
    return day.weekday() < SATURDAY and day not in _bank_holidays(day.year, nation)


def working_day_from(day: date, nation: str) -> date:
    """The day itself, or the next working day after it."""
    while not is_working_day(day, nation):
        day += timedelta(days=1)
    return day


def working_day_before(day: date, nation: str) -> date:
    """The last working day before a day."""
    day -= timedelta(days=1)
    while not is_working_day(day, nation):
        day -= timedelta(days=1)
    return day


def last_working_day(month: str, nation: str) -> date:
    """The last working day of a month, as in "2026-12"."""
    day = first_day(month_after(month)) - timedelta(days=1)
    while not is_working_day(day, nation):
        day -= timedelta(days=1)
    return day


def working_days(first: date, end: date, nation: str) -> int:
    """How many working days there are from a day to another, which is not counted itself."""
    days = (first + timedelta(days=after) for after in range((end - first).days))
    return sum(is_working_day(day, nation) for day in days)


@cache
def _bank_holidays(year: int, nation: str) -> frozenset[date]:
    # The package reads its tables at import; only the digest's tick needs them.
    from holidays import country_holidays  # noqa: PLC0415 - see above

    return frozenset(country_holidays("GB", subdiv=nation, years=year))
