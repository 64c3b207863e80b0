"""Leaders on leave, people who have left, archived channels: nothing breaks, nothing goes astray."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from reports import digest
from slackapp.db import Sessions
from slackapp.models import Delivery, Digest, Member, Team
from tests.reports.hospital import Hospital, hospital, moment, thanks_within

NINE = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)
ENOUGH = {"attending": 6, "understanding": 7, "empathising": 9, "helping": 3}


@pytest.fixture
def led(database: Sessions) -> Hospital:
    """A hospital in which the ward's leader has a deputy and is on leave in the first week of December."""
    with database.begin() as session:
        made = hospital(session)
        thanks_within(session, made.staff[made.ward.id], ENOUGH, moment(11, 3))
        team = session.get_one(Team, made.ward.id)
        team.deputy_id = made.staff[made.ward.id][0].id
        leader = session.get_one(Member, team.leader_id)
        leader.away_from, leader.away_until = date(2025, 12, 1), date(2025, 12, 5)
        return made


def read_by(database: Sessions, led: Hospital) -> list[str]:
    """Who was made a digest of the ward, in the order in which that happened; as ids of ours."""
    with database.read() as session:
        found = select(Digest).where(Digest.team_id == led.ward.id).order_by(Digest.made_at)
        return [one.recipient_id for one in session.scalars(found)]


def test_the_digest_goes_to_the_deputy_while_the_leader_is_on_leave_and_to_the_leader_on_return(
    database: Sessions, led: Hospital
) -> None:
    deputy = led.staff[led.ward.id][0]
    with database.read() as session:
        leader = session.get_one(Team, led.ward.id).leader_id
    digest.owe_due(database, NINE)
    digest.owe_due(database, NINE + timedelta(hours=1))
    assert read_by(database, led) == [deputy.id]
    with database.read() as session:
        told = set(session.scalars(select(Delivery.target).where(Delivery.kind == digest.MESSAGE)))
        assert deputy.slack_user_id in told
        assert session.get_one(Member, leader).slack_user_id not in told
    digest.owe_due(database, NINE + timedelta(days=7))
    assert read_by(database, led) == [deputy.id, leader]


def test_a_digest_that_the_leader_has_had_is_not_told_once_more_when_the_deputy_takes_over(
    database: Sessions, led: Hospital
) -> None:
    with database.begin() as session:
        leader = session.get_one(Team, led.ward.id).leader_id
        session.get_one(Member, leader).away_from = date(2025, 12, 3)
    digest.owe_due(database, NINE)
    digest.owe_due(database, NINE + timedelta(days=3))
    assert read_by(database, led) == [leader]


def test_with_the_leader_gone_and_no_deputy_the_leader_above_is_told(
    database: Sessions, led: Hospital
) -> None:
    with database.begin() as session:
        team = session.get_one(Team, led.ward.id)
        session.get_one(Member, team.leader_id).left = True
        above = session.get_one(Member, session.get_one(Team, led.medicine.id).leader_id).slack_user_id
    digest.owe_due(database, NINE)
    assert read_by(database, led) == [led.staff[led.ward.id][0].id], "the deputy reads it"
    with database.begin() as session:
        assert not session.scalars(select(Delivery).where(Delivery.kind == "digest-no-reader")).all()
        session.get_one(Team, led.ward.id).deputy_id = None
    digest.owe_due(database, NINE + timedelta(hours=1))
    with database.read() as session:
        told = session.scalars(select(Delivery.target).where(Delivery.kind == "digest-no-reader")).all()
        assert told == [above]
