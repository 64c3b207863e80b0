"""The practice hospital's history: believable words, promises that can be kept, staff who go on."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import func, select

from slackapp.core.calendar import is_working_day
from slackapp.demo import history, promised
from slackapp.demo.living_staff import LivingStaff
from slackapp.digest.promises import days_offered
from slackapp.models import Recognition
from tests.support.running_app import RunningApp

FRIDAY = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)


def test_no_two_thank_yous_that_are_shared_are_alike() -> None:
    thanks = list(history._all_thanks(Random(history._SEED)))  # noqa: S311 - the demo's own
    shared = Counter(each.words for each in thanks if each.with_team)
    assert len(thanks) > 200
    assert max(shared.values()) == 1
    received = Counter((each.receiver, each.words) for each in thanks)
    assert max(received.values()) == 1, "and nobody reads a sentence twice"


@pytest.mark.parametrize("promise", promised.PROMISES, ids=lambda promise: f"{promise.team} {promise.month}")
def test_every_promise_is_due_on_a_day_that_its_leader_could_choose(promise: promised.Promised) -> None:
    assert is_working_day(promise.due, "ENG")
    assert promise.at.date() < promise.due <= days_offered(promise.at.date(), "ENG")[-1]


@pytest.mark.usefixtures("without_browser")
def test_while_time_is_moved_the_staff_go_on_once_on_each_working_day(practice: RunningApp) -> None:
    def thanks() -> int:
        with practice.app.sessions.read() as session:
            return session.scalar(select(func.count()).select_from(Recognition)) or 0

    staff = LivingStaff(practice.app)
    before = thanks()
    moment, label = staff.next_due(FRIDAY)
    assert moment <= FRIDAY + timedelta(days=3)
    assert label
    monday = datetime(2026, 11, 30, 14, 0, tzinfo=UTC)
    for _ in range(2):
        staff.run_due(monday)
    assert thanks() == before + 3, "a moment that comes twice is worked once"
    staff.run_due(monday + timedelta(hours=1))
    assert thanks() == before + 3
