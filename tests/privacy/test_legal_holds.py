"""A legal hold prevents erasure of what is under it, except open ballots."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from slackapp.models import (
    Ballot,
    Poll,
    PollMember,
    Recognition,
)
from slackapp.privacy import legal_holds
from slackapp.privacy.erasure import ErasureResult
from slackapp.pulse import rounds
from tests.support.erasing import COL, NIA, WROTE, erase
from tests.support.workspace_ward import WorkspaceWard


def open_poll(ward: WorkspaceWard) -> str:
    with ward.database.begin() as session:
        workspace = ward.workspace(session)
        workspace.pulse_on, workspace.pulse_since = True, datetime(2026, 11, 2, tzinfo=UTC)
    poll_id = rounds.open_due(ward.database, ward.keys, ward.workspace_id, ward.noon)
    assert poll_id is not None
    return poll_id


def answer(ward: WorkspaceWard, poll_id: str, user: str) -> None:
    with ward.database.begin() as session:
        poll = session.get_one(Poll, poll_id)
        scores = dict.fromkeys(poll.items, 4)
        paper = rounds.Answers(poll_id, rounds.person_of("T0WARD", user), scores)
        rounds.submit(session, ward.keys, paper, ward.noon)


@pytest.mark.parametrize("held", [False, True])
def test_open_ballots_go_also_under_a_legal_hold_and_only_theirs(ward: WorkspaceWard, *, held: bool) -> None:
    poll_id = open_poll(ward)
    for user in (NIA, COL):
        answer(ward, poll_id, user)
    with ward.database.begin() as session:
        member_id = ward.person(session, NIA).id
        receipts = set(session.scalars(select(Ballot.receipt)))
        assert len(receipts) == 2
        if held:
            legal_holds.place(session, ward.workspace(session), ward.person(session, NIA), now=ward.noon)
    assert erase(ward) is (ErasureResult.HELD if held else ErasureResult.DONE)
    with ward.database.read() as session:
        left = set(session.scalars(select(Ballot.receipt)))
        assert len(left) == 1
        assert left < receipts
        assert session.get(PollMember, (poll_id, member_id)) is None
    answer(ward, poll_id, COL)
    with ward.database.read() as session:
        assert set(session.scalars(select(Ballot.receipt))) == left


def test_a_legal_hold_keeps_the_rest_until_it_is_lifted(ward: WorkspaceWard) -> None:
    ward.thank(NIA, COL, WROTE)
    with ward.database.begin() as session:
        workspace, nia = ward.workspace(session), ward.person(session, NIA)
        legal_holds.place(session, workspace, nia, now=ward.noon)
        legal_holds.place(session, workspace, nia, now=ward.noon)
    assert erase(ward) is ErasureResult.HELD
    with ward.database.begin() as session:
        assert session.scalars(select(Recognition.words)).all() == [WROTE]
        assert legal_holds.lift(session, ward.workspace(session), ward.person(session, NIA)) is True
        assert legal_holds.lift(session, ward.workspace(session), ward.person(session, NIA)) is False
    assert erase(ward) is ErasureResult.DONE


def test_a_hold_on_the_whole_workspace_keeps_everybody_in_it_from_erasing(ward: WorkspaceWard) -> None:
    ward.thank(NIA, COL, WROTE)
    with ward.database.begin() as session:
        legal_holds.place(session, ward.workspace(session), None, now=ward.noon)
    assert erase(ward) is ErasureResult.HELD
    with ward.database.read() as session:
        assert session.scalars(select(Recognition.words)).all() == [WROTE]
