"""When rounds open and close, and that people are asked only when they want to be: forty zones, two years."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from slackapp.core.calendar import days_in, is_quiet
from slackapp.models import Cadence, Member, Poll, Workspace
from slackapp.pulse.notices import next_allowed_time, reminder_time
from slackapp.pulse.schedule import Occurrence, after, upcoming

START = datetime(2026, 1, 5, 7, 0, tzinfo=UTC)
TWO_YEARS = START + timedelta(days=730)
HOUR = timedelta(hours=1)


def settled(**changes: object) -> Workspace:
    """A workspace as the database would give it, live since the start."""
    standard = {
        "time_zone": "Europe/London",
        "pulse_on": True,
        "pulse_weekday": 0,
        "pulse_time": time(9),
        "pulse_days_open": 7,
        "pulse_cadence": Cadence.WEEKLY,
        "pulse_pauses": [],
        "pulse_since": START,
    }
    return Workspace(**standard | changes)


def rounds(workspace: Workspace, until: datetime = TWO_YEARS) -> list[Occurrence]:
    found = [upcoming(workspace, None, START)]
    while found[-1].opens_at < until:
        found.append(after(workspace, found[-1]))
    return found[:-1]


@pytest.mark.parametrize(
    ("cadence", "count"), [(Cadence.WEEKLY, 105), (Cadence.FORTNIGHTLY, 53), (Cadence.MONTHLY, 25)]
)
def test_rounds_follow_one_another_at_the_same_local_time_and_never_overlap(
    cadence: Cadence, count: int
) -> None:
    found = rounds(settled(pulse_cadence=cadence, pulse_days_open=14))
    assert len(found) == count
    london = ZoneInfo("Europe/London")
    assert {f"{one.opens_at.astimezone(london):%a %H:%M}" for one in found} == {"Mon 09:00"}
    assert {f"{one.closes_at.astimezone(london):%a %H:%M}" for one in found} == {"Mon 09:00"}
    assert all(one.closes_at <= other.opens_at for one, other in pairwise(found))
    # Premise: both clock changes lie between them.
    assert len({one.opens_at.astimezone(london).utcoffset() for one in found}) == 2


def test_a_monthly_round_opens_on_the_month_s_first_such_weekday() -> None:
    found = rounds(settled(pulse_cadence=Cadence.MONTHLY, pulse_weekday=2))
    months = [(one.opens_on.year, one.opens_on.month) for one in found]
    assert len(set(months)) == len(months) == 24
    assert all(one.opens_on.day <= 7 and one.opens_on.weekday() == 2 for one in found)


def test_no_round_opens_in_a_pause_and_the_next_one_after_it_does() -> None:
    paused = settled(pulse_pauses=[["2026-12-21", "2027-01-03"], ["2026-03-02", "2026-03-02"]])
    opened = {one.opens_on for one in rounds(paused)}
    everyday = {one.opens_on for one in rounds(settled())}
    assert everyday - opened == {date(2026, 3, 2), date(2026, 12, 21), date(2026, 12, 28)}
    # The last poll before the pause is followed by the first after it.
    last = Poll(opens_on=date(2026, 12, 14), closes_at=datetime(2026, 12, 21, 9, tzinfo=UTC))
    assert upcoming(paused, last, last.closes_at).opens_on == date(2027, 1, 4)


def test_the_reminder_comes_once_between_the_middle_and_the_close() -> None:
    for days in (1, 2, 5, 7, 14):
        workspace = settled(pulse_days_open=days, pulse_cadence=Cadence.FORTNIGHTLY)
        for one in rounds(workspace, START + timedelta(days=120)):
            poll = Poll(opens_at=one.opens_at, closes_at=one.closes_at)
            moment = reminder_time(poll, workspace)
            assert one.opens_at + (one.closes_at - one.opens_at) / 2 <= moment < one.closes_at


def zones() -> list[str]:
    """Forty zones, those with odd offsets and clock changes among them."""
    telling = [
        "Europe/London",
        "Europe/Dublin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "Pacific/Chatham",
        "America/St_Johns",
        "Africa/Casablanca",
        "Pacific/Kiritimati",
        "Asia/Kolkata",
    ]
    others = [name for name in sorted(available_timezones()) if "/" in name and name not in telling]
    return [*telling, *others[:: len(others) // 30][:30]]


def people() -> list[Member]:
    """One person in each zone: early, late, on nights, with days off and leave."""
    quiet = [(time(20), time(8)), (time(8), time(16)), (time(0), time(0)), (time(22, 30), time(6, 15))]
    found = []
    for place, zone in enumerate(zones()):
        begin, end = quiet[place % len(quiet)]
        one = Member(
            slack_user_id=f"U{place}",
            time_zone=zone,
            quiet_from=begin,
            quiet_until=end,
            days_off=place * 5 % 127,
        )
        if place % 3 == 0:
            one.away_from, one.away_until = date(2026, 3, 1), date(2026, 3, 20 + place % 9)
        found.append(one)
    return found


def down(one: Occurrence) -> tuple[datetime, datetime]:
    """In one round of three the server is away at the opening, in one for three days after it."""
    hours = {0: (0, 0), 1: (0, 6), 2: (1, 73)}[one.opens_on.toordinal() // 7 % 3]
    begin, end = (one.opens_at + timedelta(hours=number) for number in hours)
    return begin, end


def goes_at(
    person: Member, workspace: Workspace, one: Occurrence, away: tuple[datetime, datetime]
) -> datetime | None:
    """When an hourly clock sends somebody's message, as the app decides it; None when it came too late."""
    begun = away[1] if away[0] == one.opens_at else one.opens_at
    due = next_allowed_time(person, workspace, begun)
    while True:
        tick = due + (START - due) % HOUR
        if away[0] <= tick < away[1]:
            tick = away[1] + (START - away[1]) % HOUR
        if tick >= one.closes_at:
            return None
        due = next_allowed_time(person, workspace, tick)
        if due == tick:
            return tick


def test_forty_zones_over_two_years_send_nothing_outside_what_people_want() -> None:
    """None is lost by six hours without a server; after three days those that came too late are named."""
    workspace, everyone = settled(), people()
    assert len({one.time_zone for one in everyone}) == 40
    sent: Counter[tuple[str, date]] = Counter()
    too_late: Counter[timedelta] = Counter()
    lost, outside, asked = 0, 0, 0
    for one in rounds(workspace):
        away = down(one)
        for person in everyone:
            asked += 1
            goes = goes_at(person, workspace, one, away)
            if goes is None:
                too_late[away[1] - away[0]] += 1
                lost += (
                    away[1] - away[0] <= 6 * HOUR
                    and goes_at(person, workspace, one, (one.opens_at, one.opens_at)) is not None
                )
                continue
            outside += not wanted(person, goes)
            sent[person.slack_user_id, one.opens_on] += 1
    assert (outside, lost) == (0, 0)
    assert max(sent.values()) == 1
    # Each of them is either sent or named: there is no third.
    assert sum(sent.values()) + sum(too_late.values()) == asked == 105 * 40
    assert too_late[72 * HOUR] > too_late[0 * HOUR] > 0, "leave of a whole week, and then three days away"


def test_the_simulation_notices_messages_at_the_common_hour() -> None:
    """The control: sent at the opening itself, many would come while people sleep."""
    workspace = settled()
    moments = [one.opens_at for one in rounds(workspace)]
    assert sum(not wanted(person, moment) for person in people() for moment in moments) > 500


def wanted(person: Member, moment: datetime) -> bool:
    """Written again from the person's side: awake, not a day off, not on leave."""
    local = moment.astimezone(ZoneInfo(str(person.time_zone)))
    if is_quiet(
        moment, zone=str(person.time_zone), quiet_from=person.quiet_from, quiet_until=person.quiet_until
    ):
        return False
    on_leave = (
        person.away_from and person.away_until and person.away_from <= local.date() <= person.away_until
    )
    return local.weekday() not in days_in(person.days_off) and not on_leave


def test_a_message_that_would_fall_into_leave_waits_for_its_end() -> None:
    """On the evening before, the next morning is a day of leave already."""
    person = Member(time_zone="Europe/London", quiet_from=time(20), quiet_until=time(8), days_off=0)
    person.away_from, person.away_until = date(2026, 3, 3), date(2026, 3, 8)
    evening = datetime(2026, 3, 2, 21, tzinfo=UTC)
    assert next_allowed_time(person, settled(), evening) == datetime(2026, 3, 9, 8, tzinfo=UTC)
