"""Local time against a slow clock that simply looks at every quarter of an hour."""

from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slackapp.core import calendar

# fmt: off
ZONES = [
    "Europe/London", "Europe/Dublin", "Europe/Lisbon", "Europe/Berlin", "Europe/Athens",
    "Atlantic/Azores", "Africa/Cairo", "Africa/Casablanca", "Africa/Lagos", "Africa/Nairobi",
    "Asia/Beirut", "Asia/Jerusalem", "Asia/Tehran", "Asia/Kabul", "Asia/Karachi", "Asia/Kolkata",
    "Asia/Kathmandu", "Asia/Dhaka", "Asia/Yangon", "Asia/Shanghai", "Asia/Tokyo", "Australia/Adelaide",
    "Australia/Sydney", "Australia/Eucla", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham",
    "Pacific/Kiritimati", "Pacific/Apia", "Pacific/Honolulu", "America/Los_Angeles", "America/Phoenix",
    "America/Chicago", "America/New_York", "America/Halifax", "America/St_Johns", "America/Havana",
    "America/Santiago", "America/Sao_Paulo", "America/Nuuk", "UTC",
]
# fmt: on
QUARTER = timedelta(minutes=15)
QUARTERS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
START = datetime(2026, 1, 1, tzinfo=UTC)
TWO_YEARS_OF_QUARTERS = 2 * 365 * 96


def _moved(zone: str) -> list[datetime]:
    """Both clock changes of two years, to the hour: first the days they are in, then the hours of these."""
    zone_info = ZoneInfo(zone)

    def changes(moments: list[datetime]) -> list[tuple[datetime, datetime]]:
        pairs = pairwise(moments)
        return [
            (before, after)
            for before, after in pairs
            if before.astimezone(zone_info).utcoffset() != after.astimezone(zone_info).utcoffset()
        ]

    days = changes([START + timedelta(days=n) for n in range(2 * 365 + 1)])
    return [after for day, _ in days for _, after in changes([day + timedelta(hours=n) for n in range(25)])]


MOVED = {zone: _moved(zone) for zone in ZONES}


def _slowly(moment: datetime, zone: str, quiet: tuple[time, time], off: frozenset[int]) -> datetime:
    start, end = quiet
    while True:
        local = moment.astimezone(ZoneInfo(zone))
        clock = local.time()
        inside = start <= clock < end if start <= end else clock >= start or clock < end
        if not inside and local.weekday() not in off:
            return moment
        moment += QUARTER


@st.composite
def moments(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone and a quarter of an hour in two years; every other one close to a clock change."""
    zone = draw(st.sampled_from(ZONES))
    is_close: bool = draw(st.booleans())
    if MOVED[zone] and is_close:
        return zone, draw(st.sampled_from(MOVED[zone])) + draw(st.integers(-120, 24)) * QUARTER
    return zone, START + draw(st.integers(0, TWO_YEARS_OF_QUARTERS)) * QUARTER


def test_the_zones_are_forty_and_most_have_clock_changes() -> None:
    assert len(set(ZONES)) >= 40
    assert sum(bool(moved) for moved in MOVED.values()) >= 18


@settings(max_examples=400, deadline=None)
@given(where=moments(), quiet=st.tuples(QUARTERS, QUARTERS), off=st.frozensets(st.integers(0, 6), max_size=6))
def test_the_next_allowed_moment_is_the_one_a_slow_clock_finds(
    where: tuple[str, datetime], quiet: tuple[time, time], off: frozenset[int]
) -> None:
    zone, moment = where
    allowed = calendar.next_allowed(
        moment, zone=zone, quiet_from=quiet[0], quiet_until=quiet[1], days_off=off
    )
    assert allowed == _slowly(moment, zone, quiet, off)


def test_two_years_of_hours_never_fall_into_the_night_or_the_past() -> None:
    next_allowed = partial(calendar.next_allowed, quiet_from=time(20), quiet_until=time(8))
    for place, zone in enumerate(ZONES):
        for hour in range(place % 17, 2 * 365 * 24, 41):
            moment = START + timedelta(hours=hour)
            allowed = next_allowed(moment, zone=zone)
            assert moment <= allowed <= moment + timedelta(hours=14)
            assert 8 <= allowed.astimezone(ZoneInfo(zone)).hour < 20


@pytest.mark.parametrize(
    ("quiet", "moment", "expected"),
    [
        ((time(20), time(8)), "2026-11-02T23:30+00:00", "2026-11-03T08:00+00:00"),
        ((time(20), time(8)), "2026-11-02T07:59+00:00", "2026-11-02T08:00+00:00"),
        ((time(20), time(8)), "2026-11-02T08:00+00:00", "2026-11-02T08:00+00:00"),
        ((time(8), time(16)), "2026-11-02T09:00+00:00", "2026-11-02T16:00+00:00"),
        ((time(8), time(8)), "2026-11-02T03:00+00:00", "2026-11-02T03:00+00:00"),
        # The night of 29 March 2026 has no 01:30, and that of 25 October two.
        ((time(20), time(1, 30)), "2026-03-29T00:10+00:00", "2026-03-29T01:00+00:00"),
        ((time(20), time(1, 30)), "2026-10-25T00:10+00:00", "2026-10-25T00:30+00:00"),
        # At its second 01:00 the second 01:30 is near, and the first long past.
        ((time(20), time(1, 30)), "2026-10-25T01:00+00:00", "2026-10-25T01:30+00:00"),
        ((time(20), time(8)), "2026-03-29T00:10+00:00", "2026-03-29T07:00+00:00"),
        ((time(20), time(8)), "2026-10-24T22:00+00:00", "2026-10-25T08:00+00:00"),
    ],
)
def test_quiet_hours_in_london(quiet: tuple[time, time], moment: str, expected: str) -> None:
    allowed = calendar.next_allowed(
        datetime.fromisoformat(moment), zone="Europe/London", quiet_from=quiet[0], quiet_until=quiet[1]
    )
    assert allowed == datetime.fromisoformat(expected)


def test_days_off_are_passed_over_and_all_seven_are_none() -> None:
    friday_night = datetime(2026, 11, 6, 21, tzinfo=UTC)
    next_allowed = partial(
        calendar.next_allowed, zone="Europe/London", quiet_from=time(20), quiet_until=time(8)
    )
    weekend, every_day = calendar.days_in(0b1100000), calendar.days_in(127)
    assert next_allowed(friday_night, days_off=weekend) == datetime(2026, 11, 9, 8, tzinfo=UTC)
    assert next_allowed(friday_night, days_off=every_day) == datetime(2026, 11, 7, 8, tzinfo=UTC)
    assert calendar.days_in(0b1000001) == {0, 6}


@settings(max_examples=300, deadline=None)
@given(where=moments(), weekday=st.integers(0, 6), at=QUARTERS)
def test_a_weekly_occurrence_comes_once_a_week_on_its_day(
    where: tuple[str, datetime], weekday: int, at: time
) -> None:
    zone, after = where
    occurrences = [after]
    for _ in range(3):
        occurrences.append(calendar.next_weekly(occurrences[-1], weekday=weekday, at=at, zone=zone))
    zone_info = ZoneInfo(zone)
    days = [moment.astimezone(zone_info) for moment in occurrences[1:]]
    assert after < occurrences[1] <= after + timedelta(days=7, hours=2)
    assert [(later.date() - earlier.date()).days for earlier, later in pairwise(days)] == [
        7,
        7,
    ]
    for local in days:
        assert local.weekday() == weekday
        skipped = local.time() != at
        if skipped:
            # Only a time that the clock jumped over may be another: later by the jump.
            wished = datetime.combine(local.date(), at, tzinfo=zone_info)
            assert wished.astimezone(UTC).astimezone(zone_info).time() != at


def test_a_repeated_time_happens_the_first_time_and_a_skipped_one_as_if_unmoved() -> None:
    autumn = calendar.occurrence(date(2026, 10, 25), time(1, 30), "Europe/London")
    assert autumn == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    spring = calendar.occurrence(date(2026, 3, 29), time(1, 30), "Europe/London")
    assert spring == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    cairo = calendar.occurrence(date(2026, 4, 24), time(0, 30), "Africa/Cairo")
    assert cairo.astimezone(ZoneInfo("Africa/Cairo")).time() == time(1, 30)


@pytest.mark.parametrize("zone", ZONES)
def test_months_follow_each_other_without_a_gap_and_hold_their_own_moments(zone: str) -> None:
    month = "2025-12"
    for _ in range(26):
        first, after = calendar.month_bounds(month, zone)
        assert calendar.month_of(first, zone) == month
        assert calendar.month_of(after - timedelta(microseconds=1), zone) == month
        assert calendar.month_of(first - timedelta(microseconds=1), zone) == calendar.month_before(month)
        assert calendar.month_bounds(calendar.month_after(month), zone)[0] == after
        month = calendar.month_after(month)
    assert month == "2028-02"


@pytest.mark.parametrize(
    ("year", "month", "nation", "expected"),
    [
        (2026, 1, "ENG", date(2026, 1, 2)),
        (2026, 1, "SCT", date(2026, 1, 5)),  # 2 January is a holiday in Scotland, 3 and 4 a weekend
        (2026, 11, "WLS", date(2026, 11, 2)),
        (2027, 5, "ENG", date(2027, 5, 4)),  # a weekend and the early May bank holiday
        (2026, 8, "SCT", date(2026, 8, 4)),  # Scotland's summer holiday is the first Monday of August
        (2026, 8, "ENG", date(2026, 8, 3)),
    ],
)
def test_the_first_working_day_knows_each_nations_holidays(
    year: int, month: int, nation: str, expected: date
) -> None:
    assert calendar.first_working_day(year, month, nation) == expected


MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001 - made aware below
    lambda moment: moment.replace(tzinfo=UTC)
)


def test_the_same_day_some_months_ago_or_the_last_of_a_shorter_month() -> None:
    last_of_march = datetime(2026, 3, 31, 9, 30, tzinfo=UTC)
    assert calendar.months_earlier(last_of_march, 1) == datetime(2026, 2, 28, 9, 30, tzinfo=UTC)
    assert calendar.months_earlier(last_of_march, 25) == datetime(2024, 2, 29, 9, 30, tzinfo=UTC)
    assert calendar.months_earlier(last_of_march, 3) == datetime(2025, 12, 31, 9, 30, tzinfo=UTC)


def test_first_days_of_months_before_and_after_the_turn_of_a_year() -> None:
    assert calendar.first_of_month(date(2026, 1, 31), months=-1) == date(2025, 12, 1)
    assert calendar.first_of_month(date(2026, 12, 31), months=1) == date(2027, 1, 1)
    assert calendar.first_of_month(date(2026, 12, 31)) == calendar.first_day("2026-12")


@given(MOMENTS, st.integers(0, 600))
def test_so_many_months_lie_between_whatever_the_day(moment: datetime, months: int) -> None:
    earlier = calendar.months_earlier(moment, months)
    assert (moment.year - earlier.year) * 12 + moment.month - earlier.month == months
    assert earlier.time() == moment.time()
    is_last_day = (earlier + timedelta(days=1)).month != earlier.month
    assert earlier.day == moment.day or (earlier.day < moment.day and is_last_day)
