"""Who is asked, who may answer, and what happens when people and teams change meanwhile."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from slackapp import teams
from slackapp.core.db import new_id
from slackapp.core.errors import UserError
from slackapp.core.pseudonyms import Pseudonyms
from slackapp.models import (
    Delivery,
    Member,
    Obstacle,
    ObstacleState,
    ObstacleStep,
    Promise,
    PromiseState,
    Team,
)
from slackapp.obstacles import answering, listing, notices, sending, timetable
from slackapp.obstacles.answering import Answer, AnswerText, ChangedMeanwhileError
from slackapp.obstacles.sending import ObstacleText, Within
from slackapp.privacy import erasure, export, legal_holds, retention
from slackapp.workspace import members
from slackapp.workspace.members import SlackProfile
from tests.support.workspace_ward import NOON, WorkspaceWard

TEXT = ObstacleText("No porter after five", "One porter until nine, says Theo Third", Within.FORTNIGHT)
LEA, DI, NIA, ADA = "U0LEALEADER", "U0DIDIRECTOR", "U0NIANURSE", "U0ADAADMIN"
NO = AnswerText(Answer.NO, "There is no money")


def team(session: Session, name: str = "Ward 7") -> Team:
    return session.scalars(select(Team).where(Team.name == name)).one()


def send(session: Session, ward: WorkspaceWard, *, by: str = LEA, at: datetime = NOON) -> Obstacle:
    own = sending.require_team(session, team(session).id, ward.person(session, by), at)
    return sending.send(session, own, TEXT, obstacle_id=new_id(), by=ward.person(session, by), now=at)


def answer(
    session: Session, ward: WorkspaceWard, obstacle: Obstacle, text: AnswerText = NO, *, by: str = DI
) -> Obstacle:
    return answering.answer(
        session,
        obstacle.id,
        text,
        revision=obstacle.revision,
        by=ward.person(session, by),
        now=ward.noon,
    )


@pytest.fixture
def session(ward: WorkspaceWard) -> Iterator[Session]:
    with ward.database.begin() as session:
        yield session


@pytest.mark.parametrize("user", [DI, NIA, ADA])
def test_only_the_teams_own_leader_sends_changes_and_takes_back(
    session: Session, ward: WorkspaceWard, user: str
) -> None:
    obstacle = send(session, ward)
    with pytest.raises(UserError, match="UserError"):
        send(session, ward, by=user)
    person = ward.person(session, user)
    with pytest.raises(UserError):
        sending.change(session, obstacle.id, TEXT, revision=1, by=person, now=NOON)
    with pytest.raises(UserError):
        sending.withdraw(session, obstacle.id, by=person, now=NOON)
    assert obstacle.state == ObstacleState.OPEN


@pytest.mark.parametrize("user", [LEA, NIA, ADA])
def test_only_whoever_leads_the_level_answers(session: Session, ward: WorkspaceWard, user: str) -> None:
    obstacle = send(session, ward)
    with pytest.raises(UserError) as refused:
        answer(session, ward, obstacle, by=user)
    assert refused.value.sentence == "Only whoever leads {level} can answer this."
    assert (obstacle.state, obstacle.answer) == (ObstacleState.OPEN, None)


def test_the_same_form_twice_is_one_obstacle_and_the_same_answer_twice_one_promise(
    session: Session, ward: WorkspaceWard
) -> None:
    lea, own = ward.person(session, LEA), team(session)
    number = new_id()
    for _ in range(2):
        sending.send(session, own, TEXT, obstacle_id=number, by=lea, now=NOON)
    obstacle = session.scalars(select(Obstacle)).one()
    yes = AnswerText(Answer.YES, "A porter until nine", date(2026, 12, 1))
    for _ in range(2):
        answering.answer(session, number, yes, revision=1, by=ward.person(session, DI), now=NOON)
    promise = session.scalars(select(Promise)).one()
    assert (promise.team_id, promise.you_said) == (team(session, "Medicine").id, TEXT.in_our_way)
    assert (promise.we_will, promise.due, obstacle.promise_id) == (
        "A porter until nine",
        date(2026, 12, 1),
        promise.id,
    )
    with pytest.raises(UserError):
        answer(session, ward, obstacle)


def test_two_answers_in_one_month_are_two_promises_beside_the_three_of_the_digest(
    session: Session, ward: WorkspaceWard
) -> None:
    for words in ("One", "Two"):
        obstacle = send(session, ward)
        answer(session, ward, obstacle, AnswerText(Answer.YES, words, date(2026, 12, 1)))
    assert sorted(session.scalars(select(Promise.place))) == [100, 101]


@pytest.mark.parametrize("due", [None, date(2026, 11, 2), date(2027, 11, 5)])
def test_yes_needs_a_day_that_can_be_kept(session: Session, ward: WorkspaceWard, due: date | None) -> None:
    obstacle = send(session, ward)
    with pytest.raises(UserError) as refused:
        answer(session, ward, obstacle, AnswerText(Answer.YES, "A porter", due))
    assert refused.value.field == answering.DUE


def test_an_answer_to_older_words_is_asked_for_again(session: Session, ward: WorkspaceWard) -> None:
    obstacle = send(session, ward)
    other = ObstacleText("No porter after six", TEXT.would_help)
    sending.change(session, obstacle.id, other, revision=1, by=ward.person(session, LEA), now=NOON)
    with pytest.raises(ChangedMeanwhileError):
        answering.answer(session, obstacle.id, NO, revision=1, by=ward.person(session, DI), now=NOON)
    with pytest.raises(UserError):
        sending.change(session, obstacle.id, TEXT, revision=1, by=ward.person(session, LEA), now=NOON)


def test_three_wait_at_most(session: Session, ward: WorkspaceWard) -> None:
    waiting = [send(session, ward) for _ in range(3)]
    with pytest.raises(UserError):
        send(session, ward)
    sending.withdraw(session, waiting[0].id, by=ward.person(session, LEA), now=NOON)
    assert send(session, ward).state == ObstacleState.OPEN


def test_a_deputy_answers_while_the_director_is_away(session: Session, ward: WorkspaceWard) -> None:
    medicine, director = team(session, "Medicine"), ward.person(session, DI)
    medicine.deputy_id = ward.person(session, ADA).id
    director.away_from, director.away_until = NOON.date(), NOON.date() + timedelta(days=5)
    session.flush()
    obstacle = send(session, ward)
    question = session.scalars(select(Delivery).where(Delivery.kind == notices.ASKED)).one()
    assert question.target == ADA
    assert answer(session, ward, obstacle, by=ADA).answer == NO.words


def test_whoever_leads_the_team_and_the_level_is_passed_over(session: Session, ward: WorkspaceWard) -> None:
    top = members.create_team(session, ward.workspace(session), "Hospital")
    members.set_leader(session, top, ward.person(session, ADA))
    medicine = team(session, "Medicine")
    medicine.parent_id, medicine.leader_id = top.id, ward.person(session, LEA).id
    session.flush()
    assert send(session, ward).level_id == top.id


def test_nobody_above_is_said_before_anything_is_stored(session: Session, ward: WorkspaceWard) -> None:
    team(session, "Medicine").leader_id = None
    session.flush()
    with pytest.raises(UserError):
        send(session, ward)
    assert session.scalar(select(func.count()).select_from(Obstacle)) == 0


def test_a_merged_team_and_a_leader_who_left_leave_nothing_without_an_owner(
    session: Session, ward: WorkspaceWard
) -> None:
    obstacle = send(session, ward)
    workspace = ward.workspace(session)
    other = members.create_team(session, workspace, "Ward 8", parent=team(session, "Medicine"))
    members.set_leader(session, other, ward.person(session, NIA))
    teams.merge(session, workspace, team(session), other, now=NOON)
    ward.person(session, DI).left = True
    team(session, "Medicine").deputy_id = ward.person(session, ADA).id
    session.flush()
    timetable.run_due(session, workspace, now=NOON)
    assert [details.team for details in listing.of_team(session, other, NOON)] == ["Ward 8"]
    assert [details.id for details in listing.waiting_for(session, ward.person(session, ADA), NOON)] == [
        obstacle.id
    ]
    assert listing.waiting_for(session, ward.person(session, LEA), NOON) == []
    assert answer(session, ward, obstacle, by=ADA).state == ObstacleState.NO
    sent = session.scalars(select(Delivery.target).where(Delivery.kind == notices.ASKED))
    assert sorted(sent) == [ADA, DI]


def test_passed_up_by_hand_and_by_itself(session: Session, ward: WorkspaceWard) -> None:
    workspace = ward.workspace(session)
    top = members.create_team(session, workspace, "Hospital")
    members.set_leader(session, top, ward.person(session, ADA))
    team(session, "Medicine").parent_id = top.id
    session.flush()
    by_hand, by_itself = send(session, ward), send(session, ward)
    for _ in range(2):
        answering.answer(
            session,
            by_hand.id,
            AnswerText(Answer.UP, "This needs the board"),
            revision=1,
            by=ward.person(session, DI),
            now=NOON,
        )
    assert (by_hand.level_id, by_itself.level_id) == (top.id, team(session, "Medicine").id)
    with pytest.raises(UserError):
        answer(session, ward, by_hand)
    # The machine was off for a month: whoever was asked still has three days.
    late = NOON + timedelta(days=40)
    timetable.run_due(session, workspace, now=late)
    assert by_itself.level_id == team(session, "Medicine").id
    timetable.run_due(session, workspace, now=late + timedelta(days=2))
    assert by_itself.level_id == team(session, "Medicine").id
    timetable.run_due(session, workspace, now=late + timedelta(days=3))
    assert by_itself.level_id == top.id
    assert timetable.is_late(by_hand, late)
    steps = session.scalars(select(ObstacleStep.words).order_by(ObstacleStep.passed_at)).all()
    assert list(steps) == ["This needs the board", None]
    # At the top it stays.
    for days in (60, 90, 120):
        timetable.run_due(session, workspace, now=late + timedelta(days=days))
    assert by_itself.level_id == top.id
    [details] = [
        details
        for details in listing.of_team(session, team(session), late + timedelta(days=120))
        if details.id == by_itself.id
    ]
    assert (details.is_late, details.passes_on) == (True, None)


def test_nothing_is_done_twice_and_has_work_says_so(session: Session, ward: WorkspaceWard) -> None:
    workspace, late = ward.workspace(session), NOON + timedelta(days=19)
    send(session, ward)
    assert not timetable.has_work(session, workspace, NOON)
    assert timetable.has_work(session, workspace, late)
    before = timetable.next_moment(session, NOON)
    assert before is not None
    assert before[0] == NOON + timedelta(days=18)
    for _ in range(3):
        timetable.run_due(session, workspace, now=late)
    warnings = select(func.count()).select_from(Delivery).where(Delivery.kind == notices.WARNING)
    assert session.scalar(warnings) == 1
    assert not timetable.has_work(session, workspace, late)


def test_the_team_hears_once_of_each_end_of_the_promise(session: Session, ward: WorkspaceWard) -> None:
    obstacle = send(session, ward)
    answer(session, ward, obstacle, AnswerText(Answer.YES, "A porter", date(2026, 12, 1)))
    promise = session.scalars(select(Promise)).one()
    promise.state = PromiseState.DONE
    session.flush()
    for _ in range(2):
        timetable.run_due(session, ward.workspace(session), now=NOON)
    posts = session.scalars(select(Delivery.reference).where(Delivery.kind == notices.POSTED))
    assert sorted(posts) == [f"{obstacle.id}:yes-done", f"{obstacle.id}:yes-open"]


def test_forty_teams_under_one_level_and_never_a_rank(session: Session, ward: WorkspaceWard) -> None:
    workspace, medicine = ward.workspace(session), team(session, "Medicine")
    for number in range(40):
        user = f"U0LEADER{number:02}"
        leader = members.upsert_one(session, workspace, SlackProfile(user, f"Leader {number:02}"))
        own = members.create_team(session, workspace, f"Team {number:02}", parent=medicine)
        members.set_leader(session, own, leader)
        sending.send(session, own, TEXT, obstacle_id=new_id(), by=leader, now=NOON)
    waiting = listing.waiting_for(session, ward.person(session, DI), NOON)
    assert len(waiting) == 40
    for details in waiting[:30]:
        answering.answer(session, details.id, NO, revision=1, by=ward.person(session, DI), now=NOON)
    tallies = listing.tallies(session, workspace, [medicine.id], "2026-11")
    assert tallies == {medicine.id: listing.Tally(sent=40, answered=30)}
    assert not hasattr(listing.Tally, "leader")


def test_erasing_who_sent_it_deletes_it_and_who_answered_only_their_words(ward: WorkspaceWard) -> None:
    with ward.database.begin() as session:
        first, second = send(session, ward), send(session, ward)
        answer(session, ward, first)
        ids = (first.id, second.id)
    for user in (DI, "U0THEOTHIRD"):
        request = erasure.ErasureRequest(user)
        assert erasure.erase(ward.database, ward.keys, ward.workspace_id, request, NOON) == "erased"
    with ward.database.read() as session:
        stays = session.get_one(Obstacle, ids[0])
        assert (stays.answer, stays.answered_by_id, stays.state) == (None, None, ObstacleState.NO)
        assert "Theo" not in session.get_one(Obstacle, ids[1]).would_help
    request = erasure.ErasureRequest(LEA)
    erasure.erase(ward.database, ward.keys, ward.workspace_id, request, NOON)
    with ward.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Obstacle)) == 0
        kinds = session.scalars(select(Delivery.kind).where(Delivery.kind.in_(notices.WITH_WORDS)))
        assert list(kinds) == []


def test_export_names_the_part_each_had(ward: WorkspaceWard) -> None:
    with ward.database.begin() as session:
        answer(session, ward, send(session, ward))
        workspace, marks = ward.workspace(session), Pseudonyms(ward.keys.path)
        parts = {}
        for user in (LEA, DI, NIA):
            collected = export.collect(session, workspace, ward.person(session, user), marks, now=ward.noon)
            parts[user] = [
                (entry["you_sent_it"], entry["you_were_asked"], entry["you_answered_it"])
                for entry in collected["obstacles"]
            ]
    assert parts == {LEA: [(True, False, False)], DI: [(False, True, True)], NIA: []}


def test_they_are_kept_as_long_as_promises_and_a_legal_hold_keeps_them_longer(ward: WorkspaceWard) -> None:
    with ward.database.begin() as session:
        send(session, ward, at=NOON)
        legal_holds.place(session, ward.workspace(session), ward.person(session, LEA), now=NOON)
    years_later = NOON + timedelta(days=4 * 366)
    retention.run(ward.database, years_later)
    with ward.database.begin() as session:
        assert session.scalar(select(func.count()).select_from(Obstacle)) == 1
        legal_holds.lift(session, ward.workspace(session), ward.person(session, LEA))
    retention.run(ward.database, years_later)
    with ward.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Obstacle)) == 0
        assert session.scalar(select(func.count()).select_from(Member)) == 6
