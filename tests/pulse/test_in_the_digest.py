"""What a digest is given of the check-in besides the four questions in their own words."""

from datetime import date

import pytest

from reports import queries
from reports.figures.team_month import SHORT_LABELS, Pulse
from slackapp.core.behaviours import Behaviour
from slackapp.core.db import Sessions
from slackapp.models import BundleScore, Team
from slackapp.pulse import question_rotation as asking
from slackapp.pulse.disclosure import Cell
from slackapp.pulse.questions import ITEMS, NHS_FOUR, NHS_SOURCE
from tests.reports.hospital import Hospital, close_poll, hospital, moment

NHS = [item.key for item in NHS_FOUR]


def november(database: Sessions, place: Hospital, team: Team) -> Pulse:
    with database.read() as session:
        return queries.months(session, place.workspace, "2025-11", [team])[team.id].pulse


def test_the_month_s_other_questions_come_in_their_order_and_bad_news_is_turned(database: Sessions) -> None:
    with database.begin() as session:
        place = hospital(session)
        own = asking.add(session, place.workspace, "Handover starts on time.")
        polls = [
            close_poll(session, place.workspace, moment(11, day), {place.ward: (10, 33, 37)})
            for day in (9, 16)
        ]
        rotated = [["burnt_out"], [asking.key_of(own), "valued"]]
        for poll, keys in zip(polls, rotated, strict=True):
            poll.items = [*poll.items, *keys]
            # The last one had too few answers, so nothing stands of it.
            session.add_all(
                BundleScore(poll_id=poll.id, unit_id=place.ward.id, item=key, n=10, sum_lo=18, sum_hi=22)
                for key in keys
                if key != "valued"
            )
    also = november(database, place, place.ward).also
    assert [one.words for one in also] == [
        ITEMS["burnt_out"].wording,
        "Handover starts on time.",
        ITEMS["valued"].wording,
    ]
    assert [one.is_turned for one in also] == [True, False, False]
    assert [one.span.cell if one.span else None for one in also] == [Cell(10, 38, 42), Cell(10, 18, 22), None]
    assert november(database, place, place.nights).also[0].span is None


@pytest.mark.parametrize("changed_in", ["october", "november"])
def test_figures_of_the_staff_survey_s_wording_never_mix_with_ours(
    database: Sessions, changed_in: str
) -> None:
    with database.begin() as session:
        place = hospital(session)
        theirs = {"october": (False, True, True), "november": (False, False, True)}[changed_in]
        for at, is_nhs in zip((moment(9, 7), moment(10, 5), moment(11, 9)), theirs, strict=True):
            poll = close_poll(session, place.workspace, at, {place.ward: (10, 33, 37)})
            if is_nhs:
                poll.items = NHS
                for score in session.query(BundleScore).filter_by(poll_id=poll.id):
                    score.item = f"nhs_{score.item}"
    told = november(database, place, place.ward)
    since = {"october": [10, 11], "november": [11]}[changed_in]
    assert told.months == tuple(date(2025, month, 1) for month in since)
    assert all(None not in spans for spans in told.items.values())
    assert told.labels == SHORT_LABELS["nhs"] != SHORT_LABELS["appreciate"]
    assert told.labels[Behaviour.HELPING] == "takes effective action"
    assert told.source == NHS_SOURCE
    assert told.also == ()
