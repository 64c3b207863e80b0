"""Figures of a month that is out are read as they came out, whoever moves, comes or goes later."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select, update

from reports import queries
from reports.figures.team_month import TeamMonth
from reports.publishing import schedule
from slackapp.core.db import Sessions
from slackapp.models import Member, MonthFigures, Team
from tests.reports.hospital import Hospital, hospital, moment, thanks_within

NINE = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)
PLENTY = {"attending": 6, "understanding": 7, "empathising": 9, "helping": 3}


@pytest.fixture
def place(database: Sessions) -> Hospital:
    with database.begin() as session:
        seeded = hospital(session)
        thanks_within(session, seeded.staff[seeded.ward.id][:6], PLENTY, moment(11, 3))
        # Nobody leads the ward, so nobody is sent its digest.
        seeded.ward.leader_id = None
    schedule.enqueue_due(database, NINE)
    return seeded


def november(database: Sessions, place: Hospital) -> dict[str, TeamMonth]:
    with database.read() as session:
        teams = session.scalars(select(Team)).all()
        return queries.months(session, place.workspace, "2025-11", teams)


def test_reach_and_counts_of_a_month_that_is_out_stay_whoever_moves(
    database: Sessions, place: Hospital
) -> None:
    before = november(database, place)
    assert before[place.ward.id].reach is not None
    with database.begin() as session:
        others = [member.id for member in place.staff[place.ward.id][6:14]]
        session.execute(update(Member).where(Member.id.in_(others)).values(team_id=place.nights.id))
        session.execute(update(Team).where(Team.id == place.ward.id).values(parent_id=place.nights.id))
    assert november(database, place) == before
    with database.begin() as session:
        # As it was for a team without a digest: worked out anew from who is in it today.
        session.execute(delete(MonthFigures))
    assert november(database, place)[place.ward.id].reach != before[place.ward.id].reach


def test_a_team_made_later_has_nothing_of_a_month_that_is_out(database: Sessions, place: Hospital) -> None:
    with database.begin() as session:
        above = Team(workspace_id=place.workspace.id, name="Chosen people")
        session.add(above)
        session.flush()
        chosen_id = above.id
        session.execute(update(Team).where(Team.id == place.ward.id).values(parent_id=chosen_id))
        chosen = [member.id for member in place.staff[place.ward.id][:9]]
        session.execute(update(Member).where(Member.id.in_(chosen)).values(team_id=chosen_id))
    figures = november(database, place)[chosen_id]
    assert (figures.mix, figures.reach, figures.counts_by_direction) == (None, None, None)
    with database.begin() as session:
        session.execute(delete(MonthFigures))
    assert november(database, place)[chosen_id].mix is not None, (
        "worked out anew, it tells of the chosen people"
    )
