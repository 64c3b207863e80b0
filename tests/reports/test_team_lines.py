"""What a level above reads about its teams: what their leaders did, and nothing they have not seen first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from reports.figures.team_line import Act, TeamLine
from reports.publishing import levels, schedule
from reports.queries import team_lines
from reports.text import team_lines as team_lines_text
from slackapp.core.db import Sessions
from slackapp.core.i18n import voice
from slackapp.digest import leader_words, promises, sharing
from slackapp.digest.promises import Wording
from slackapp.models import Delivery, DeliveryState, Digest, Member, PromiseState, Team, Workspace
from tests.reports.hospital import Hospital, close_poll, hospital, moment, thanks_within

FIRST = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)
"""November's digest. From here to the next there are 21 working days."""
NOTICE = datetime(2025, 12, 26, 9, 0, tzinfo=UTC)
SECOND = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)
say = voice()


@dataclass
class Level:
    """Medicine above two wards, whose leaders have November's digest."""

    database: Sessions
    place: Hospital

    def leader(self, session: Session, team: Team) -> Member:
        return session.get_one(Member, session.get_one(Team, team.id).leader_id)

    def promises(
        self, team: Team, words: str, *, now: datetime, is_told: bool = True, month: str = "2025-11"
    ) -> None:
        with self.database.begin() as session:
            leader = self.leader(session, team)
            of_month = select(Digest).where(Digest.team_id == team.id, Digest.month == month)
            digest = session.scalars(of_month).one()
            promises.save(session, digest, [Wording(0, "beds", words, leader.id)], author=leader, now=now)
            if is_told:
                sharing.share(session, digest, with_promises=True, by=leader, now=now)

    def settles(self, team: Team, state: PromiseState, *, now: datetime) -> None:
        with self.database.begin() as session:
            [promise] = promises.of_month(session, team.id, "2025-11")
            promises.set_outcome(session, promise, state, reason="no money", now=now)

    def is_notified(self, *, at: datetime = NOTICE, arrives: datetime | None = None) -> list[str]:
        """The job runs a week before; whoever is written to sees it then. Gives their ids."""
        schedule.enqueue_due(self.database, at)
        with self.database.begin() as session:
            lines = Delivery.kind == leader_words.LINE
            session.execute(
                update(Delivery).where(lines).values(state=DeliveryState.SENT, last_try=arrives or at)
            )
            return sorted(session.scalars(select(Delivery.target).where(lines)))

    def lines(self, now: datetime = SECOND, month: str = "2025-12") -> dict[str, TeamLine]:
        with self.database.read() as session:
            workspace = session.get_one(Workspace, self.place.workspace.id)
            level = session.get_one(Team, self.place.medicine.id)
            teams = team_lines.below(session, level, now)
            several = team_lines.lines(
                session, workspace, teams, levels.level_month(workspace, month), now=now
            )
            return {line.team: line for line in several}


@pytest.fixture
def level(database: Sessions) -> Level:
    with database.begin() as session:
        place = hospital(session)
        place.ward.slack_channel_id, place.nights.slack_channel_id = "C1", "C2"
        counts = {"attending": 6, "understanding": 7, "empathising": 9, "helping": 3}
        thanks_within(session, place.staff[place.ward.id], counts, moment(11, 3))
    schedule.enqueue_due(database, FIRST)
    return Level(database, place)


def test_teams_stand_in_the_order_of_the_alphabet_and_never_by_what_their_leaders_did(level: Level) -> None:
    level.promises(level.place.ward, "a second hoist", now=FIRST)
    level.is_notified()
    assert list(level.lines()) == ["Night team", "Ward 7"]
    assert [line.act for line in level.lines().values()] == [Act.UNANSWERED, Act.OVERDUE]


def test_a_team_is_named_as_unanswered_only_after_its_leader_saw_that_a_week_before(level: Level) -> None:
    assert level.lines()["Ward 7"].act is Act.NOTHING, "the naive list would name it"
    with level.database.read() as session:
        leaders = [
            level.leader(session, team).slack_user_id for team in (level.place.ward, level.place.nights)
        ]
    assert level.is_notified() == sorted(leaders)
    line = level.lines()["Ward 7"]
    assert (line.act, f"{line.since:%Y-%m}") == (Act.UNANSWERED, "2025-11")
    sentence = team_lines_text.sentence(say, line)
    assert sentence == "Not answered since November's digest. Ask {leader} what is in the way."


@pytest.mark.parametrize(
    ("at", "arrives"),
    [
        (NOTICE, NOTICE + timedelta(days=2)),
        (NOTICE + timedelta(days=2), None),
        (NOTICE - timedelta(hours=1), None),
    ],
    ids=["read late", "the app stood still", "too early"],
)
def test_a_notice_that_comes_late_or_not_at_all_names_nobody(
    level: Level, at: datetime, arrives: datetime | None
) -> None:
    level.is_notified(at=at, arrives=arrives)
    assert {line.act for line in level.lines().values()} == {Act.NOTHING}


def test_nothing_is_told_before_a_leader_had_twenty_one_working_days(level: Level) -> None:
    """December's digest comes on 2 January: by 2 February these are twenty-one working days, and no less."""
    level.promises(level.place.ward, "a second hoist", now=FIRST)
    level.settles(level.place.ward, PromiseState.DROPPED, now=FIRST)
    schedule.enqueue_due(level.database, SECOND)
    level.is_notified(at=datetime(2026, 1, 26, 9, 0, tzinfo=UTC))
    third = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)
    assert f"{level.lines(third, '2026-01')['Ward 7'].since:%Y-%m}" == "2025-12"
    with level.database.begin() as session:
        second = select(Digest).where(Digest.team_id == level.place.ward.id, Digest.month == "2025-12")
        session.scalars(second).one().made_at = SECOND + timedelta(days=3)
    assert level.lines(third, "2026-01")["Ward 7"].act is Act.NOTHING


def test_a_new_leader_owes_no_answer_to_what_the_one_before_was_sent(level: Level) -> None:
    with level.database.begin() as session:
        session.get_one(Team, level.place.ward.id).leader_id = level.place.staff[level.place.ward.id][3].id
    level.is_notified()
    assert level.lines()["Ward 7"].act is not Act.UNANSWERED


@pytest.mark.parametrize(
    ("acts", "act", "words"),
    [
        (lambda _level, _ward: None, Act.PROMISED, "Promised: “a second hoist”, by Wednesday 31 December."),
        (
            lambda level, ward: level.settles(ward, PromiseState.DONE, now=NOTICE),
            Act.KEPT,
            "Kept: “a second hoist”.",
        ),
        (
            lambda level, ward: level.settles(ward, PromiseState.CHANGED, now=NOTICE),
            Act.PROMISED,
            "Promised: “no money”, by Wednesday 31 December.",
        ),
        (lambda level, ward: level.settles(ward, PromiseState.DROPPED, now=NOTICE), Act.NOTHING, ""),
    ],
    ids=["open", "done", "changed", "dropped"],
)
def test_the_line_tells_what_became_of_a_promise(
    level: Level, acts: Callable[[Level, Team], None], act: Act, words: str
) -> None:
    level.promises(level.place.ward, "a second hoist", now=FIRST)
    acts(level, level.place.ward)
    line = level.lines(datetime(2025, 12, 30, 9, 0, tzinfo=UTC))["Ward 7"]
    assert line.act is act
    assert team_lines_text.sentence(say, line) == words or act is Act.NOTHING


def test_a_day_that_has_passed_is_told_and_a_promise_that_the_team_was_not_told_is_not(level: Level) -> None:
    level.promises(level.place.ward, "a second hoist", now=FIRST)
    level.promises(level.place.nights, "a secret", now=FIRST, is_told=False)
    level.is_notified()
    lines = level.lines()
    passed = "Promised: “a second hoist”, by Wednesday 31 December. That date has passed."
    assert team_lines_text.sentence(say, lines["Ward 7"]) == passed
    assert lines["Night team"].act is Act.NOTHING, "she has answered, and her team is told first"
    assert "secret" not in str(lines["Night team"])


def test_a_team_of_which_few_answered_is_joined_with_the_level_above_without_a_figure(
    level: Level,
) -> None:
    with level.database.begin() as session:
        place = level.place
        close_poll(
            session,
            session.merge(place.workspace),
            moment(12, 9),
            {session.merge(place.medicine): (8, 20, 30), session.merge(place.nights): None},
        )
    level.promises(level.place.nights, "a secret", now=FIRST, is_told=False)
    schedule.enqueue_due(level.database, SECOND)
    line = level.lines()["Night team"]
    sentence = team_lines_text.sentence(say, line)
    assert sentence == "Too small to show. Its answers are counted with Medicine."
    assert not any(sign.isdigit() for sign in sentence)


def test_in_the_first_month_there_is_no_digest_to_answer(level: Level) -> None:
    lines = level.lines(FIRST, "2025-11")
    assert {team_lines_text.sentence(say, line) for line in lines.values()} == {"No digest yet."}


def test_own_words_come_first_and_are_for_one_month(level: Level) -> None:
    with level.database.begin() as session:
        ward = session.get_one(Team, level.place.ward.id)
        leader = level.leader(session, ward)
        leader_words.save(session, ward, "2025-12", "  short of\ntwo nurses ", by=leader, now=NOTICE)
    assert level.lines()["Ward 7"].own_words == "short of two nurses"
    assert level.lines(month="2026-01")["Ward 7"].own_words == ""
    with level.database.begin() as session:
        ward = session.get_one(Team, level.place.ward.id)
        leader_words.save(session, ward, "2025-12", " ", by=level.leader(session, ward), now=NOTICE)
    assert level.lines()["Ward 7"].own_words == ""


def test_forty_teams_take_as_many_queries_as_two(level: Level) -> None:
    def count() -> int:
        statements: list[str] = []

        def note(*seen: str) -> None:
            statements.append(seen[2])

        event.listen(level.database.engine, "before_cursor_execute", note)
        level.lines()
        event.remove(level.database.engine, "before_cursor_execute", note)
        return len(statements)

    few = count()
    with level.database.begin() as session:
        medicine = session.get_one(Team, level.place.medicine.id)
        for number in range(38):
            session.add(
                Team(
                    workspace_id=medicine.workspace_id,
                    name=f"Team {number:02}",
                    parent_id=medicine.id,
                    leader_id=level.place.ward.leader_id,
                )
            )
    assert len(level.lines()) == 40
    assert count() == few
