"""Attackers who write SQL: they learn no answer, and what they change is noticed and told."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from handlers.home import admin_view
from slackapp.core.errors import SettingsError, UserError
from slackapp.core.i18n import voice
from slackapp.models import Ballot, Delivery, Poll, PollState, PollUnit, Workspace
from slackapp.pulse import ballot_log, guarding, held_comments, notices, rounds, upgrading
from slackapp.pulse.alarms import alarms
from slackapp.pulse.ballots import SealedBallot, opener
from slackapp.pulse.charter import InvalidCharterError
from slackapp.pulse.keys import CHARTER
from slackapp.pulse.tally import Rules, Unit, tally
from slackapp.workspace import attention
from tests.pulse.hospital import CLOSE, OPENING, THREE_TEAMS, Hospital
from tests.pulse.second_worlds import Copy

DAY = timedelta(days=1)
MEANWHILE = OPENING + timedelta(hours=5)
WARD = [f"Ward 7 {number}" for number in range(1, 10)]
SCORES = dict(zip(WARD, (5, 4, 4, 3, 2, 1, 5, 2, 3), strict=True))

Figures = dict[tuple[str, str], tuple[int, int, int]]


@pytest.fixture
def answered(hospital: Hospital) -> Hospital:
    """An open check-in in which everybody of a ward and two of a clinic have answered."""
    hospital.build(THREE_TEAMS, comments_on=True)
    hospital.open()
    for name, score in SCORES.items():
        hospital.answer(name, score, f"what {name} wrote")
    for number in (1, 2):
        hospital.answer(f"Clinic {number}", 3)
    return hospital


def execute(hospital: Hospital, statement: str, **values: object) -> None:
    with hospital.sessions.begin() as session:
        session.execute(text(statement), values)


def told(hospital: Hospital) -> set[str]:
    """Whom a notice of the alteration is owed to."""
    with hospital.sessions.read() as session:
        owed = select(Delivery.target).where(Delivery.kind == notices.ALTERATION)
        return set(session.scalars(owed))


def everybody(hospital: Hospital) -> set[str]:
    """Slack's ids of whoever is asked: all but the leader at the top."""
    return {hospital.person(name).partition("/")[2] for name in hospital.people if name != "Medicine leader"}


def uninterrupted(hospital: Hospital, copy: Copy) -> Figures:
    twin = copy(hospital)
    twin.close()
    assert alarms(twin.keys) == []
    return twin.results()


def naive_count(hospital: Hospital) -> dict[tuple[str, str], tuple[int, int, int]]:
    """The naive twin: it counts what lies in the tables, by the rules in the tables."""
    open_box = opener(hospital.secret(), hospital.poll_id)
    with hospital.sessions.read() as session:
        poll = session.get_one(Poll, hospital.poll_id)
        ballots = session.execute(select(Ballot.receipt, Ballot.box)).all()
        units = {row.unit_id: Unit(row.parent_id, row.invited) for row in session.scalars(select(PollUnit))}
        rules = Rules(tuple(poll.items), poll.k, poll.c, poll.comment_threshold)
    counted = tally(units, [open_box(SealedBallot(*ballot)) for ballot in ballots], rules)
    names = {team: name for name, team in hospital.teams.items()}
    return {(names[unit], item): (cell.n, cell.lo, cell.hi) for (unit, item), cell in counted.cells.items()}


RULES = (
    "UPDATE poll SET k = 1, c = -9, comment_threshold = 1",
    "UPDATE poll_unit SET parent_id = NULL, invited = 100",
    "UPDATE workspace SET k = 1, c = -9, comment_threshold = 1",
    "UPDATE poll_member SET unit_id = (SELECT id FROM team WHERE name = 'Theatres')",
    "UPDATE poll SET items = '[\"helping\"]'",
    "UPDATE member SET team_id = (SELECT id FROM team WHERE name = 'Theatres')",
)


def test_rules_that_are_changed_after_the_opening_change_no_figure_and_everybody_is_told(
    answered: Hospital, copy: Copy
) -> None:
    expected = uninterrupted(answered, copy)
    assert set(expected.values())
    assert {unit for unit, _ in expected} == {"Ward 7"}
    for statement in RULES:
        execute(answered, statement)
    assert ("Clinic", "helping") in naive_count(answered), "the twin shows a group of two"
    answered.close()
    assert answered.results() == expected
    assert answered.is_closed()
    assert len(alarms(answered.keys)) == 1
    assert told(answered) == everybody(answered)


def test_a_changed_rule_is_noticed_while_the_check_in_is_open_and_put_back(answered: Hospital) -> None:
    execute(answered, "UPDATE poll SET k = 1, closes_at = :later", later=OPENING + timedelta(hours=6))
    rounds.close_due(answered.sessions, answered.keys, MEANWHILE)
    with answered.sessions.read() as session:
        poll = session.get_one(Poll, answered.poll_id)
        assert (poll.k, poll.closes_at, poll.state) == (5, CLOSE, PollState.OPEN)
    assert told(answered) == everybody(answered)
    rounds.close_due(answered.sessions, answered.keys, MEANWHILE)
    assert len(alarms(answered.keys)) == 1


def test_a_state_put_back_to_opening_draws_no_second_charter(answered: Hospital, copy: Copy) -> None:
    expected = uninterrupted(answered, copy)
    for statement in (*RULES, "UPDATE poll SET state = 'opening'"):
        execute(answered, statement)
    for _ in range(2):
        rounds.open_due(answered.sessions, answered.keys, answered.workspace_id, MEANWHILE)
    assert answered.state() == PollState.OPEN
    answered.close()
    assert answered.results() == expected
    assert alarms(answered.keys)


def test_before_the_opening_the_floors_hold(hospital: Hospital) -> None:
    hospital.build(THREE_TEAMS)
    execute(hospital, "UPDATE workspace SET k = 1, c = -9, comment_threshold = 1")
    with hospital.sessions.begin() as session:
        session.add(
            Poll(
                workspace_id=hospital.workspace_id,
                opens_on=OPENING.date(),
                opens_at=OPENING,
                closes_at=OPENING + timedelta(days=400),
                items=["helping"],
                k=1,
                c=-9,
                comment_threshold=1,
            )
        )
    hospital.open()
    charter = hospital.keys.charter(hospital.poll_id)
    assert charter is not None
    assert charter.rules == Rules(("helping",), 5, 1, 8)
    assert charter.close_at == OPENING + timedelta(days=15)
    for number in (1, 2):
        hospital.answer(f"Clinic {number}", 4)
    hospital.close(now=OPENING + timedelta(days=16))
    assert hospital.results() == {}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE poll SET state = 'closing'",
        "UPDATE poll SET closes_at = opens_at",
        "UPDATE poll SET state = 'closing', closes_at = opens_at",
    ],
)
def test_no_check_in_is_closed_before_the_time_that_people_were_told(
    answered: Hospital, statement: str
) -> None:
    execute(answered, statement)
    for _ in range(2):
        rounds.recover(answered.sessions, answered.keys, MEANWHILE)
        rounds.close_due(answered.sessions, answered.keys, MEANWHILE)
        rounds.close(answered.sessions, answered.keys, answered.poll_id, MEANWHILE)
    assert (answered.state(), answered.results()) == (PollState.OPEN, {})
    assert len(answered.ballots()) == 11
    assert alarms(answered.keys)
    answered.answer("Clinic 3", 2, now=MEANWHILE)


def test_no_answer_is_taken_after_the_close_whatever_the_database_says(answered: Hospital) -> None:
    execute(answered, "UPDATE poll SET closes_at = :later", later=CLOSE + 30 * DAY)
    with pytest.raises(UserError) as refused:
        answered.answer("Clinic 3", 2, now=CLOSE)
    assert refused.value.sentence == rounds.CLOSED
    answered.close(now=CLOSE)
    execute(answered, "UPDATE poll SET state = 'open', closes_at = :later", later=CLOSE + 30 * DAY)
    with pytest.raises(UserError):
        answered.answer("Clinic 3", 2, now=CLOSE + DAY)


@pytest.mark.parametrize("state", ["closed", "lost", "cancelled"])
def test_a_check_in_that_is_ended_in_the_database_is_lost_and_its_key_goes(
    answered: Hospital, state: str
) -> None:
    execute(answered, "UPDATE poll SET state = :state", state=state)
    rounds.close_due(answered.sessions, answered.keys, MEANWHILE)
    assert answered.state() == PollState.LOST
    assert answered.keys.poll_ids() == []
    assert (answered.ballots(), answered.results()) == ([], {})
    assert ["was ended in the database" in line for line in alarms(answered.keys)] == [True]


class NotCommittedError(Exception):
    """What keeps a transaction from being committed."""


@contextmanager
def no_commit(state: str) -> Iterator[None]:
    """Whoever writes to the database lets no poll become `state`: here by failing its commit."""

    def refuse(session: Session) -> None:
        polls = [row for row in session.identity_map.values() if isinstance(row, Poll)]
        if any(poll.state == state for poll in polls):
            raise NotCommittedError

    event.listen(Session, "before_commit", refuse)
    try:
        with pytest.raises(NotCommittedError):
            yield
    finally:
        event.remove(Session, "before_commit", refuse)


def keep_only(hospital: Hospital, receipts: set[bytes], every: list[tuple[bytes, bytes]]) -> None:
    """The attacker's choice: exactly these ballots lie in the table."""
    with hospital.sessions.begin() as session:
        session.execute(text("DELETE FROM ballot"))
        session.add_all(
            Ballot(poll_id=hospital.poll_id, receipt=receipt, box=box)
            for receipt, box in every
            if receipt in receipts
        )


def test_a_close_that_is_tried_again_with_other_ballots_shows_nothing(answered: Hospital) -> None:
    every = answered.ballots()
    subsets = [set(some) for some in itertools.combinations([receipt for receipt, _ in every], 5)]
    naive = set()
    with no_commit("closed"):
        rounds.close(answered.sessions, answered.keys, answered.poll_id, CLOSE)
    for chosen in subsets[:25]:
        keep_only(answered, chosen, every)
        if answered.keys.has_key(answered.poll_id):
            naive |= set(naive_count(answered).items())
            with no_commit("lost"):
                rounds.close(answered.sessions, answered.keys, answered.poll_id, CLOSE)
        rounds.close(answered.sessions, answered.keys, answered.poll_id, CLOSE)
    assert naive, "the twin counts the subset"
    assert (answered.state(), answered.results()) == (PollState.LOST, {})
    assert answered.keys.poll_ids() == []
    assert held_comments.held(answered.keys) in ({}, {(answered.workspace_id, "2026-11"): []})
    assert ["after a count had begun" in line for line in alarms(answered.keys)] == [True]


def test_the_same_ballots_give_the_same_figures_after_a_commit_that_failed(
    answered: Hospital, copy: Copy
) -> None:
    twin = copy(answered)
    twin.close()
    for _ in range(3):
        with no_commit("closed"):
            rounds.close(answered.sessions, answered.keys, answered.poll_id, CLOSE, Random(1))  # noqa: S311 - not for secrets
    assert answered.results() == {}
    answered.close()
    assert (answered.results(), answered.comments()) == (twin.results(), twin.comments())
    assert alarms(answered.keys) == []


def test_no_answer_is_taken_once_a_count_has_begun(answered: Hospital) -> None:
    with no_commit("closed"):
        rounds.close(answered.sessions, answered.keys, answered.poll_id, CLOSE)
    execute(answered, "UPDATE poll SET state = 'open'")
    with pytest.raises(UserError):
        answered.answer("Clinic 3", 2, now=MEANWHILE)


def test_a_dropped_a_replayed_and_a_made_up_ballot_are_left_out_and_told(answered: Hospital) -> None:
    first = dict(answered.ballots())
    # Three change their minds, so that an older ballot of theirs can be put back.
    for name in WARD[:3]:
        answered.answer(name, 1)
    changed = {receipt: box for receipt, box in first.items() if (receipt, box) not in answered.ballots()}
    assert len(changed) == 3
    replayed, dropped = min(changed), next(one for one in first if one not in changed)
    execute(answered, "UPDATE ballot SET box = :box WHERE receipt = :id", box=changed[replayed], id=replayed)
    execute(answered, "DELETE FROM ballot WHERE receipt = :id", id=dropped)
    with answered.sessions.begin() as session:
        session.add(Ballot(poll_id=answered.poll_id, receipt=b"m" * 32, box=b"u" * 2588))
    answered.close()
    assert answered.is_closed()
    # Nine in the ward, without the one put back; and one of eleven was dropped, from the ward or the clinic.
    assert answered.bundles()["Ward 7"] in {7, 8}
    assert ["had 3 answers changed" in line for line in alarms(answered.keys)] == [True]
    assert told(answered) == everybody(answered)


def test_races_withdrawals_and_commits_that_failed_are_no_alarm(answered: Hospital) -> None:
    for name in WARD[:4]:
        answered.answer(name, 5)
    with answered.sessions.begin() as session:
        rounds.withdraw(session, answered.keys, answered.poll_id, answered.person(WARD[0]), MEANWHILE)
    answered.answer(WARD[0], 2)
    with answered.sessions.read() as session:
        # Begun, and never committed.
        answers = rounds.Answers(answered.poll_id, answered.person(WARD[1]), {"helping": 1})
        rounds.submit(session, answered.keys, answers, MEANWHILE)
    with answered.sessions.begin() as session:
        rounds.withdraw(session, answered.keys, answered.poll_id, answered.person(WARD[2]), MEANWHILE)
    answered.close()
    assert answered.bundles() == {"Ward 7": 8}
    assert alarms(answered.keys) == []
    assert told(answered) == set()


def test_swapped_and_forged_members_give_nobody_a_hold_on_another_s_ballot(answered: Hospital) -> None:
    before = dict(answered.ballots())
    victim, puppet = answered.people[WARD[0]], answered.people[WARD[1]]
    execute(answered, "UPDATE member SET slack_user_id = 'U1SWAP' WHERE id = :id", id=victim)
    execute(answered, "UPDATE member SET slack_user_id = 'U1000002' WHERE id = :id", id=puppet)
    execute(answered, "UPDATE member SET slack_user_id = 'U1000003' WHERE id = :id", id=victim)
    # Slack still signs the puppet's own id.
    with answered.sessions.begin() as session:
        rounds.withdraw(session, answered.keys, answered.poll_id, answered.person(WARD[1]), MEANWHILE)
    left = dict(answered.ballots())
    assert len(left) == 10
    assert left.items() <= before.items()
    answered.answer(WARD[1], 4)
    assert set(before) == {receipt for receipt, _ in answered.ballots()}
    # An id that only a row knows is asked by no charter.
    unknown = rounds.Answers(answered.poll_id, rounds.person_of("T1HOSPITAL", "U1SWAP"), {})
    with pytest.raises(UserError), answered.sessions.begin() as session:
        rounds.submit(session, answered.keys, unknown, MEANWHILE)


@pytest.mark.parametrize("fault", ["one bit", "another poll's", "missing", "none left"])
def test_a_charter_that_does_not_verify_counts_nothing_and_people_are_told(
    answered: Hospital, fault: str
) -> None:
    path = answered.keys.path / f"{answered.poll_id}{CHARTER}"
    content = path.read_bytes()
    if fault == "one bit":
        path.write_bytes(content[:200] + bytes([content[200] ^ 1]) + content[201:])
    elif fault == "another poll's":
        path.write_bytes(content.replace(answered.poll_id.encode(), b"0" * 24))
    elif fault == "missing":
        path.unlink()
    else:
        path.write_bytes(b"")
    # As another process reads it, or this one after a restart.
    answered.keys._charters.clear()
    with pytest.raises(UserError):
        answered.answer("Clinic 3", 2)
    rounds.close_due(answered.sessions, answered.keys, CLOSE)
    assert (answered.state(), answered.results()) == (PollState.LOST, {})
    assert answered.keys.poll_ids() == []
    assert ["was not counted: its charter" in line for line in alarms(answered.keys)] == [True]
    with answered.sessions.read() as session:
        kinds = set(session.scalars(text("SELECT kind FROM fan_out")))
    assert notices.LOSS in kinds


def test_a_second_check_in_of_the_same_people_at_the_same_time_is_refused(answered: Hospital) -> None:
    with answered.sessions.begin() as session:
        second = Poll(
            workspace_id=answered.workspace_id, opens_on=(OPENING + DAY).date(), opens_at=OPENING + DAY,
            closes_at=CLOSE + DAY, items=["helping"], k=5, c=1, comment_threshold=8,
        )  # fmt: skip
        session.add(second)
    assert rounds.open_due(answered.sessions, answered.keys, answered.workspace_id, OPENING + DAY) is None
    with answered.sessions.read() as session:
        assert session.get_one(Poll, second.id).state == PollState.CANCELLED
    assert answered.keys.poll_ids() == [answered.poll_id]
    assert ["asks the same people at the same time" in line for line in alarms(answered.keys)] == [True]
    assert answered.state() == PollState.OPEN


def test_teams_that_form_a_ring_open_nothing(hospital: Hospital) -> None:
    hospital.build(THREE_TEAMS)
    execute(hospital, "UPDATE team SET parent_id = id WHERE name = 'Theatres'")
    assert rounds.open_due(hospital.sessions, hospital.keys, hospital.workspace_id, OPENING) is None
    assert ["the teams form no tree" in line for line in alarms(hospital.keys)] == [True]
    assert hospital.keys.poll_ids() == []


def test_two_closers_at_once_count_once(answered: Hospital, copy: Copy) -> None:
    """Another process with another set, as after a restore: one counts, the other is lost."""
    expected = uninterrupted(answered, copy)
    restored = copy(answered)
    # Both databases share one directory of keys.
    restored.keys = answered.keys
    execute(restored, "DELETE FROM ballot WHERE receipt = (SELECT min(receipt) FROM ballot)")
    with no_commit("closed"):
        rounds.close(answered.sessions, answered.keys, answered.poll_id, CLOSE)
    rounds.close(restored.sessions, restored.keys, restored.poll_id, CLOSE)
    assert (restored.state(), restored.results()) == (PollState.LOST, {})
    rounds.close(answered.sessions, answered.keys, answered.poll_id, CLOSE)
    # The key has gone with the attempt: nothing is counted twice.
    assert answered.results() in ({}, expected)
    assert alarms(answered.keys)


def test_seven_days_after_the_close_the_key_goes_though_the_database_is_away(answered: Hospital) -> None:
    late = CLOSE + timedelta(hours=1)
    assert answered.keys.overdue(late) == []
    assert len(answered.keys.overdue(late + DAY)) == 1
    assert guarding.abandon_overdue(answered.keys, CLOSE + 7 * DAY - timedelta(seconds=1)) == []
    assert guarding.abandon_overdue(answered.keys, CLOSE + 7 * DAY) == [answered.poll_id]
    assert answered.keys.poll_ids() == []
    assert ["could not be counted in time" in line for line in alarms(answered.keys)] == [True]
    rounds.close_due(answered.sessions, answered.keys, CLOSE + 8 * DAY)
    assert answered.state() == PollState.LOST


def test_an_unfinished_close_is_shown_to_admins_and_on_the_health_page(answered: Hospital) -> None:
    with answered.sessions.read() as session:
        workspace = session.get_one(Workspace, answered.workspace_id)
        seen = [
            attention.needs_attention(session, workspace, CLOSE + timedelta(minutes=minutes)).unfinished_close
            for minutes in (-1, 1, 3)
        ]
    assert seen == [None, None, CLOSE]
    needs_attention = attention.NeedsAttention(None, None, 0, 0, unfinished_close=CLOSE)
    overview = admin_view.AdminOverview(needs_attention, 3, None)
    lines = admin_view.health(voice(), "Europe/London", CLOSE, overview)
    assert "could not be counted yet" in lines[0]


def test_the_log_of_ballots_allows_what_may_have_been_committed_and_nothing_else() -> None:
    begun, ended = ballot_log.BEGUN, ballot_log.ENDED
    person, first, second = b"r" * 32, b"1" * 32, b"2" * 32

    def log(*entries: tuple[bytes, bytes]) -> bytes:
        return b"".join(ballot_log.line(sign, person, digest) for sign, digest in entries)

    def fits(lines: bytes, *possible: bytes | None) -> None:
        for digest in (None, first, second):
            stored = {} if digest is None else {person: digest}
            expected = frozenset() if digest in possible else {person}
            assert ballot_log.altered(lines, stored) == expected, (lines, digest)

    fits(log(), None)
    fits(log((begun, first)), None, first)
    fits(log((begun, first), (ended, first)), first)
    # Replaced: only the later one, unless both were under way at once.
    fits(log((begun, first), (ended, first), (begun, second), (ended, second)), second)
    fits(log((begun, first), (begun, second), (ended, second), (ended, first)), first, second)
    fits(log((begun, first), (ended, first), (begun, second)), first, second)
    gone = ballot_log.WITHDRAWN
    fits(log((begun, first), (ended, first), (begun, gone), (ended, gone)), None)
    # A last line that was cut short never led to a commit.
    fits(log((begun, first), (ended, first)) + log((begun, second))[:40], first)
    assert ballot_log.altered(b"", {person: first}) == {person}


def test_a_backup_that_is_put_back_while_it_is_open_is_noticed(answered: Hospital, copy: Copy) -> None:
    backup = copy(answered)
    answered.answer("Clinic 3", 2)
    answered.answer(WARD[0], 1)
    backup.keys = answered.keys
    backup.close()
    assert backup.is_closed()
    # The one who changed their mind since then is left out, the one who came since then is missing.
    assert backup.bundles() == {"Ward 7": 8}
    assert ["had 2 answers changed" in line for line in alarms(backup.keys)] == [True]


def test_comments_lie_in_no_table_before_their_month_is_over(answered: Hospital) -> None:
    answered.count()
    assert answered.comments() == {}
    answered.open(CLOSE)
    for name in WARD:
        answered.answer(name, 2, f"second of {name}", now=CLOSE)
    answered.count()
    held = held_comments.held(answered.keys)[answered.workspace_id, "2026-11"]
    assert len(held) == 18
    # By their ids, which are chance: nothing in the file tells which check-in one came from.
    assert [comment.id for comment in held] == sorted(comment.id for comment in held)
    weeks = [comment.words.split()[0] for comment in held]
    assert weeks not in (sorted(weeks), sorted(weeks, reverse=True))
    held_comments.release(answered.sessions, answered.keys, CLOSE + 40 * DAY)
    assert len(answered.comments()["Ward 7"]) == 18
    assert [path.name for path in answered.keys.path.glob("*.said")] == []


def test_an_answer_that_cannot_be_logged_is_not_stored(answered: Hospital) -> None:
    (answered.keys.path / f"{answered.poll_id}.taken").unlink()
    before = answered.ballots()
    with pytest.raises(OSError, match="taken"):
        answered.answer("Clinic 3", 2)
    assert answered.ballots() == before


def test_a_charter_of_another_key_is_none(answered: Hospital) -> None:
    key = answered.keys.path / f"{answered.poll_id}.key"
    key.write_bytes(bytes(32))
    answered.keys._charters.clear()
    with pytest.raises(InvalidCharterError):
        answered.keys.charter(answered.poll_id)


def test_no_upgrade_while_a_check_in_of_an_earlier_version_is_open(answered: Hospital) -> None:
    upgrading.refuse_while_open(answered.sessions, answered.keys)
    # As the first version left it: a key, and nothing beside it.
    for suffix in ("charter", "taken"):
        (answered.keys.path / f"{answered.poll_id}.{suffix}").unlink()
    with pytest.raises(SettingsError, match="takes answers until 09 November 2026, 09:00 UTC"):
        upgrading.refuse_while_open(answered.sessions, answered.keys)
    # Whose key is gone, as after a restore, is lost in any case.
    answered.keys.destroy(answered.poll_id)
    upgrading.refuse_while_open(answered.sessions, answered.keys)
