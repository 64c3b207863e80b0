"""Two leaders change what was promised in the same moment: the team's post is never behind the database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import select, text

from reports.charts.renderer import ChartRenderer
from reports.publishing import schedule
from reports.publishing.renderers import routes
from slackapp.core.db import Sessions
from slackapp.delivery import DeliveryWorker
from slackapp.digest import promises, sharing
from slackapp.digest.promises import Wording
from slackapp.models import Digest, Member, Promise, PromiseState
from tests.delivery.conftest import PATIENCE, SmallSlack
from tests.reports.hospital import Hospital, hospital, moment, thanks_within
from tests.support.waiting import comes

NINE = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)
MANY = {"attending": 6, "understanding": 7, "empathising": 9, "helping": 3}


@pytest.fixture
def slack() -> Iterator[SmallSlack]:
    small = SmallSlack()
    yield small
    small.close()


@pytest.fixture
def ward(database: Sessions, slack: SmallSlack) -> Hospital:
    """Ward 7's digest is shared, and two promises stand in its channel."""
    with database.begin() as session:
        ward = hospital(session)
        ward.ward.slack_channel_id = "C1"
        thanks_within(session, ward.staff[ward.ward.id], MANY, moment(11, 3))
    schedule.enqueue_due(database, NINE)
    with database.begin() as session:
        digest = session.scalars(select(Digest).where(Digest.team_id == ward.ward.id)).one()
        leader = session.get_one(Member, digest.recipient_id)
        wordings = [Wording(place, "beds", f"promise {place}", leader.id) for place in range(2)]
        promises.save(session, digest, wordings, author=leader, now=NINE)
        sharing.share(session, digest, with_promises=True, by=leader, now=NINE)
    drain(database, slack)
    return ward


def drain(database: Sessions, slack: SmallSlack) -> None:
    """Send all that is due."""
    with ChartRenderer(None) as no_charts:
        worker = DeliveryWorker(database, slack.client(), routes(no_charts), lambda: NINE)
        due: datetime | None = NINE
        while due is not None and due < NINE + timedelta(hours=1):
            due = worker.drain(due)
        assert worker.stop(PATIENCE)


def change(database: Sessions, place: int, reason: str, ready: Event, may_commit: Event) -> None:
    """One leader says that a promise has changed; commits when it may."""
    with database.begin() as session:
        promise = session.scalars(select(Promise).where(Promise.place == place)).one()
        promises.set_outcome(session, promise, PromiseState.CHANGED, reason=reason, now=NINE)
        sharing.tell_outcome(session, promise, NINE)
        ready.set()
        assert may_commit.wait(PATIENCE)


def is_waiting(database: Sessions) -> bool:
    """Whether a transaction waits for another one; on SQLite the second has not begun."""
    if database.is_sqlite:
        return True
    with database.read() as session:
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        return bool(session.scalar(text(waiting)))


@pytest.mark.usefixtures("ward")
@pytest.mark.parametrize("naive", [False, True], ids=["a key for each change", "naive"])
def test_the_post_says_what_both_changed(
    database: Sessions, slack: SmallSlack, monkeypatch: pytest.MonkeyPatch, *, naive: bool
) -> None:
    if naive:
        monkeypatch.setattr(sharing, "new_id", lambda: "1")
    first_is_ready, second_is_ready, first_may, second_may = (Event() for _ in range(4))
    with ThreadPoolExecutor(2) as leaders:
        first = leaders.submit(change, database, 0, "the first reason", first_is_ready, first_may)
        assert first_is_ready.wait(PATIENCE)
        second = leaders.submit(change, database, 1, "the second reason", second_is_ready, second_may)
        comes(lambda: is_waiting(database), "the second leader's wait")
        first_may.set()
        first.result(PATIENCE)
        # The first change is posted while the second is not stored yet.
        assert second_is_ready.wait(PATIENCE)
        if not database.is_sqlite:
            drain(database, slack)
        second_may.set()
        second.result(PATIENCE)
    drain(database, slack)
    post = str(slack.of("chat.update")[-1].body)
    assert "the first reason" in post
    is_behind = naive and not database.is_sqlite
    assert ("the second reason" in post) is not is_behind
