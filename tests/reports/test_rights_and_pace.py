"""Who may read what, how often a team is asked, what is released: rules over real rows of either database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from reports import queries
from reports.publishing import failures, schedule
from slackapp.core.db import Sessions
from slackapp.core.errors import UserError
from slackapp.digest import official_figures, promises, readers, sharing
from slackapp.digest.promises import IncompleteError, Wording
from slackapp.models import (
    Comment,
    Delivery,
    DeliveryState,
    Digest,
    Member,
    MonthFigures,
    Pace,
    Poll,
    Promise,
    PromiseState,
    Team,
    Workspace,
)
from slackapp.outbox.references import DigestRef
from slackapp.pulse import frequency
from tests.reports.hospital import Hospital, close_poll, hospital, moment, thank, thanks_within

NINE = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)
PLENTY = {"attending": 6, "understanding": 7, "empathising": 9, "helping": 3}


@pytest.fixture
def place(database: Sessions) -> Hospital:
    with database.begin() as session:
        place = hospital(session)
        place.ward.slack_channel_id = "C1"
        thanks_within(session, place.staff[place.ward.id], PLENTY, moment(11, 3))
    schedule.enqueue_due(database, NINE)
    return place


def leads(place: Hospital, team: Team) -> Member:
    return next(member for member in place.staff[place.medicine.id] if member.id == team.leader_id)


def of(session: Session, team: Team) -> Digest:
    return session.scalars(select(Digest).where(Digest.team_id == team.id)).one()


def targets_of(database: Sessions, kind: str) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Delivery.target).where(Delivery.kind == kind)))


def test_a_leader_reads_their_team_and_those_below_and_nobody_elses(
    database: Sessions, place: Hospital
) -> None:
    top, ward = leads(place, place.medicine), leads(place, place.ward)
    member, other = place.staff[place.ward.id][0], place.staff[place.nights.id][0]
    with database.begin() as session:

        def may(person: Member, team: Team) -> bool:
            return readers.may_read(session, session.get_one(Member, person.id), team, "2025-11", now=LATER)

        assert [may(top, team) for team in place.teams] == [True, True, True]
        assert [may(ward, team) for team in place.teams] == [False, True, False]
        assert not may(member, place.ward)
        session.get_one(Member, member.id).is_admin = True
        assert not may(member, place.ward), "an admin reads only what the workspace allows"
        session.get_one(Workspace, place.workspace.id).admins_read_digests = True
        assert not may(member, place.nights), "what came out before stays closed to admins"
        session.get_one(Member, member.id).is_admin = False
        sharing.share(
            session,
            of(session, place.ward),
            with_promises=False,
            by=session.get_one(Member, ward.id),
            now=LATER,
        )
        assert may(member, place.ward)
        assert not may(other, place.ward), "it was shared with the ward, not with its neighbours"
        session.get_one(Member, top.id).left = True
        assert not may(top, place.ward)


def test_a_new_leader_reads_from_the_day_they_took_over_until_the_rest_is_handed_on(
    database: Sessions, place: Hospital
) -> None:
    before, new = leads(place, place.ward), place.staff[place.ward.id][3]
    took_over = NINE + timedelta(days=9)
    with database.begin() as session:
        session.get_one(Team, place.ward.id).leader_id = new.id
    assert schedule.enqueue_due(database, took_over) == 0, "November came out before their time"
    assert targets_of(database, failures.HANDING_ON) == [before.slack_user_id]
    assert schedule.enqueue_due(database, took_over + timedelta(hours=1)) == 0
    assert targets_of(database, failures.HANDING_ON) == [before.slack_user_id], "asked once"
    with database.begin() as session:
        team, person = session.get_one(Team, place.ward.id), session.merge(new)
        assert not readers.may_read(session, person, team, "2025-11", now=LATER)
        assert readers.may_read(session, person, team, "2025-12", now=LATER)
        assert not readers.may_read(session, session.merge(before), team, "2025-12", now=LATER)
        with pytest.raises(UserError):
            readers.hand_on(session, team, by=person, now=took_over)
        readers.hand_on(session, team, by=session.merge(before), now=took_over)
        assert readers.may_read(session, person, team, "2025-11", now=LATER)
    assert schedule.enqueue_due(database, took_over + timedelta(hours=2)) == 1, (
        "now they are sent the last one"
    )


def test_a_leader_who_left_is_told_of_once_to_the_one_above(database: Sessions, place: Hospital) -> None:
    with database.begin() as session:
        session.merge(leads(place, place.ward)).left = True
    for hours in range(3):
        schedule.enqueue_due(database, LATER + timedelta(hours=hours))
    assert targets_of(database, failures.NO_READER) == [leads(place, place.medicine).slack_user_id]
    with database.read() as session:
        team_ids = session.scalars(select(Digest.team_id).where(Digest.month == "2025-12")).all()
    assert place.ward.id not in team_ids


def test_a_digest_that_can_never_arrive_is_told_of_once_to_the_one_above(
    database: Sessions, place: Hospital
) -> None:
    with database.begin() as session:
        digest = of(session, place.ward)
        row = session.scalars(select(Delivery).where(Delivery.key == f"digest:{digest.id}")).one()
        row.state, row.reason, row.last_try = DeliveryState.DEAD, "account_inactive", NINE
    for hours in range(3):
        schedule.enqueue_due(database, NINE + timedelta(hours=hours))
    assert targets_of(database, failures.NO_READER) == [leads(place, place.medicine).slack_user_id]


def test_a_slower_pace_holds_for_the_team_alone_and_can_be_taken_back(
    database: Sessions, place: Hospital
) -> None:
    with database.begin() as session:
        leader, ward = session.merge(leads(place, place.ward)), session.get_one(Team, place.ward.id)
        first, second = date(2026, 1, 5), date(2026, 1, 12)

        def resting(day: date) -> set[str]:
            return set(frequency.teams_skipping(session, place.workspace.id, day))

        assert resting(first) == set()
        frequency.set_frequency(session, ward, Pace.PAUSED, by=leader, now=LATER)
        assert resting(first) == resting(second) == {ward.id}
        frequency.set_frequency(session, ward, Pace.MONTHLY, by=leader, now=LATER)
        assert resting(first) == set()
        close_poll(session, place.workspace, datetime(2026, 1, 12, tzinfo=UTC), {})
        assert session.scalars(select(Poll.opens_on)).one() == first
        assert resting(second) == {ward.id}
        assert resting(date(2026, 2, 2)) == set()
        frequency.set_frequency(session, ward, Pace.EVERY, by=leader, now=LATER)
        assert resting(second) == set()


def test_after_two_digests_without_a_reply_the_leader_is_asked_and_not_again_at_once(
    database: Sessions, place: Hospital
) -> None:
    with database.begin() as session:
        assert frequency.teams_without_reply(session, [place.ward.id], "2025-12") == frozenset(), (
            "one is not two"
        )
    schedule.enqueue_due(database, LATER)
    ids = [team.id for team in place.teams]
    with database.begin() as session:
        assert frequency.teams_without_reply(session, ids, "2026-01") == set(ids)
        leader = session.merge(leads(place, place.ward))
        promises.save(
            session,
            session.scalars(
                select(Digest).where(Digest.team_id == place.ward.id, Digest.month == "2025-11")
            ).one(),
            [Wording(0, "beds", "a hoist", leader.id)],
            author=leader,
            now=LATER,
        )
        frequency.set_frequency(
            session, session.get_one(Team, place.nights.id), Pace.EVERY, by=leader, now=LATER
        )
        assert frequency.teams_without_reply(session, ids, "2026-01") == {place.medicine.id}
        # Asked since the first of the two came out, or before that.
        medicine = session.get_one(Team, place.medicine.id)
        for chosen, silent in (((2025, 11, 30), {medicine.id}), ((2025, 12, 1), set())):
            frequency.set_frequency(
                session, medicine, Pace.EVERY, by=leader, now=datetime(*chosen, 12, tzinfo=UTC)
            )
            session.expire_all()
            assert frequency.teams_without_reply(session, ids, "2026-01") == silent


def test_a_promise_is_whole_has_its_last_day_and_stays_once_the_team_has_read_it(
    database: Sessions, place: Hospital
) -> None:
    with database.begin() as session:
        leader, digest = session.merge(leads(place, place.ward)), of(session, place.ward)

        def write(*wordings: Wording) -> list[Promise]:
            return promises.save(session, digest, wordings, author=leader, now=NINE)

        with pytest.raises(IncompleteError):
            write(Wording(0, "beds", "", leader.id))
        with pytest.raises(IncompleteError):
            write(Wording(0, "beds", "x" * 501, leader.id))
        several = [Wording(place, "beds", f"hoist {place}", leader.id) for place in range(3)]
        assert [promise.due.isoformat() for promise in write(*several)] == ["2025-12-31"] * 3
        with pytest.raises(UserError):
            write(Wording(0, "beds", "hoist 0", leader.id, date(2026, 5, 1)))
        assert [promise.we_will for promise in write(Wording(1, "beds", "two hoists", leader.id))] == [
            "two hoists"
        ]
        assert promises.latest_line(session, place.workspace, place.ward.id, now=LATER) is None, (
            "nobody was told"
        )
        sharing.share(session, digest, with_promises=True, by=leader, now=NINE)
        line = promises.latest_line(session, place.workspace, place.ward.id, now=LATER)
        assert line is not None
        assert line.we_will == "two hoists"
        assert promises.latest_line(session, place.workspace, place.nights.id, now=LATER) is None
        with pytest.raises(UserError):
            write()
        promise = promises.of_month(session, place.ward.id, "2025-11")[0]
        with pytest.raises(UserError):
            promises.set_outcome(session, promise, PromiseState.DROPPED, reason="  ", now=LATER)
        promises.set_outcome(session, promise, PromiseState.DONE, now=LATER)
        ended = promise.settled_at
        with pytest.raises(UserError):
            promises.set_outcome(session, promise, PromiseState.DONE, now=LATER + timedelta(days=1))
        assert promise.settled_at == ended, "an old button does not end it once more"
        assert promises.open_promises(session, [place.ward.id]) == []
        carried = promises.earlier_promises(session, [place.ward.id], "2025-12")
        assert [promise.state for promise in carried[place.ward.id]] == ["done"]


@pytest.mark.parametrize(
    ("today", "offered", "usual"),
    [
        ("2025-12-01", ["2025-12-15", "2025-12-31", "2026-01-30"], "2025-12-31"),
        ("2025-12-12", ["2025-12-29", "2025-12-31", "2026-01-30"], "2025-12-31"),
        ("2025-12-31", ["2026-01-14", "2026-01-30"], "2026-01-30"),
        ("2026-03-20", ["2026-03-31", "2026-04-07", "2026-04-30"], "2026-04-30"),
    ],
)
def test_by_when_is_a_working_day_that_is_shown(today: str, offered: list[str], usual: str) -> None:
    day = date.fromisoformat(today)
    assert [f"{each}" for each in promises.days_offered(day, "ENG")] == offered
    assert f"{promises.usual_day(day, 'ENG')}" == usual


def test_comments_go_to_the_unit_of_which_enough_were_written_and_never_fewer(
    database: Sessions, place: Hospital
) -> None:
    with database.begin() as session:
        for team, words in ((place.ward, ("a", "b", "c", "d")), (place.nights, ("e", "f"))):
            session.add_all(Comment(unit_id=team.id, month="2025-12", words=text) for text in words)
    with database.read() as session:
        months = queries.months(session, place.workspace, "2025-12", [place.nights])
        assert months[place.nights.id].comments == (), "two are too few, before and after they are gathered"
    schedule.enqueue_due(database, LATER)
    with database.read() as session:
        months = queries.months(session, place.workspace, "2025-12", place.teams)
        assert sorted(months[place.ward.id].comments) == ["a", "b", "c", "d"]
        assert months[place.nights.id].comments == months[place.medicine.id].comments == ()
        left = session.scalars(select(Comment.words).where(Comment.month == "2025-12")).all()
        assert sorted(left) == ["a", "b", "c", "d"], "what falls short is not kept"
    assert targets_of(database, schedule.COMMENTS) == [leads(place, place.ward).slack_user_id]


def test_two_way_thanks_and_both_sides_are_counted_from_rows(database: Sessions, place: Hospital) -> None:
    people = place.staff[place.ward.id]
    with database.begin() as session:
        # The month's digests are out already; what is asked here is how its figures are worked out.
        session.execute(delete(MonthFigures))
        for number in range(12):
            thank(session, people[number], [people[number + 1]], "attending", moment(11, 19))
        for number in range(4):
            thank(session, people[number + 1], [people[number]], "helping", moment(11, 20))
        for member in people[:6]:
            thank(session, place.staff[place.nights.id][0], [member], "attending", moment(11, 21))
    with database.read() as session:
        month = queries.months(session, place.workspace, "2025-11", [place.ward])[place.ward.id]
    # Twelve neighbours thanked the next; four of them were thanked back.
    assert month.mutual_thanks is not None
    assert month.mutual_thanks.value == "sometimes"
    assert month.counts_by_direction is not None
    assert month.counts_by_direction.given == (20, 5, 10, 5)
    assert month.counts_by_direction.received == (25, 5, 10, 5)


def test_official_figures_of_another_nation_are_not_shown_and_a_wrong_line_takes_nothing(
    database: Sessions, place: Hospital
) -> None:
    head = "item,value,source,year,nation\n"
    rows = head + "helping,6.8,NHS Staff Survey,2024,ENG\nattending,7.1,Arolwg Staff,2023,WLS\n"
    with database.begin() as session:
        workspace = session.get_one(Workspace, place.workspace.id)
        for _ in range(2):
            assert official_figures.load(session, workspace, official_figures.read(rows), now=LATER) == 2
        month = queries.months(session, workspace, "2025-11", [place.ward])[place.ward.id]
        assert [(figure.item, figure.value, figure.nation) for figure in month.officials] == [
            ("helping", 6.8, "ENG")
        ]
    for wrong in (
        "helping,68,x,2024,ENG",
        "bed,6,x,2024,ENG",
        "helping,6,,2024,ENG",
        "helping,6,x,24,ENG",
        "helping,nan,x,2024,ENG",
    ):
        with pytest.raises(UserError) as told_why:
            official_figures.read(head + wrong)
        assert told_why.value.values["line"] == 2
    with pytest.raises(UserError):
        official_figures.read("a,b\n1,2")


def test_what_was_kept_is_told_for_a_year_and_what_goes_on_too(database: Sessions, place: Hospital) -> None:
    with database.begin() as session:
        leader = session.merge(leads(place, place.ward))
        for month in ("2024-11", "2024-12", "2025-11"):
            session.add(
                Promise(
                    team_id=place.ward.id,
                    month=month,
                    place=0,
                    you_said="beds",
                    we_will="a hoist",
                    who_id=leader.id,
                    written_by_id=leader.id,
                    due=NINE.date(),
                    made_at=NINE,
                    state=PromiseState.DONE,
                )
            )
        session.flush()
        earlier = promises.earlier_promises(session, [place.ward.id], "2025-12")
        assert [promise.month for promise in earlier[place.ward.id]] == ["2024-12", "2025-11"]


def test_a_page_comes_anew_once_when_something_is_promised(database: Sessions, place: Hospital) -> None:
    def pages(session: Session) -> list[Delivery]:
        query = select(Delivery).where(Delivery.kind == schedule.PAGE, Delivery.reference == about)
        return list(session.scalars(query.order_by(Delivery.id)))

    with database.begin() as session:
        row = of(session, place.ward)
        about = str(DigestRef(row.id))
        schedule.enqueue_page_again(session, row, NINE)
        assert len(pages(session)) == 1, "the first is not there yet, and will have it"
        pages(session)[0].state = DeliveryState.SENT
        session.flush()
        for _ in range(2):
            schedule.enqueue_page_again(session, row, NINE)
        assert len(pages(session)) == 2
