"""What a restart makes good in the rounds that it finds."""

import errno
import os
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from slackapp.models import Delivery, FanOut, Poll, PollMember, PollState
from slackapp.pulse import audience as invitations
from slackapp.pulse import rounds
from tests.pulse.hospital import THREE_TEAMS, Hospital


def test_a_restart_finishes_what_was_half_done(hospital: Hospital) -> None:
    hospital.build(THREE_TEAMS)
    hospital.open()
    for number in range(1, 7):
        hospital.answer(f"Theatres {number}", 4)

    def stands_as(state: PollState) -> None:
        with hospital.sessions.begin() as session:
            session.execute(update(Poll).values(state=state))

    stands_as(PollState.CLOSING)
    rounds.recover(hospital.sessions, hospital.keys, hospital.close_at)
    assert hospital.is_closed()
    assert hospital.bundles() == {"Theatres": 6}
    hospital.keys.create(hospital.poll_id)
    hospital.keys.create("a" * 24)
    assert rounds.recover(hospital.sessions, hospital.keys, hospital.opening) == ["a" * 24]
    # The key of the closed poll goes; one that this database never knew is not ours to destroy.
    assert hospital.keys.poll_ids() == ["a" * 24]


def test_a_key_that_could_not_be_destroyed_goes_without_a_restart(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup from before the close stays closed only if the key goes, however long the app runs on."""
    hospital.build(THREE_TEAMS)
    hospital.open()
    for number in range(1, 7):
        hospital.answer(f"Theatres {number}", 4)

    def refuses(_poll_id: str) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as disk:
        disk.setattr(hospital.keys, "destroy", refuses)
        rounds.close_due(hospital.sessions, hospital.keys, hospital.close_at)
    assert hospital.bundles() == {"Theatres": 6}
    assert hospital.keys.poll_ids() == [hospital.poll_id]
    rounds.close_due(hospital.sessions, hospital.keys, hospital.close_at)
    assert hospital.keys.poll_ids() == []


def test_a_key_that_cannot_be_overwritten_is_removed_all_the_same(
    open_hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        open_hospital.keys.destroy(open_hospital.poll_id)
    assert open_hospital.keys.poll_ids() == []


@pytest.mark.parametrize("has_key", [False, True])
def test_a_restart_opens_or_cancels_a_round_that_was_being_opened(
    hospital: Hospital, *, has_key: bool
) -> None:
    hospital.build(THREE_TEAMS)
    for now, expected in (
        (hospital.opening, PollState.OPEN),
        (hospital.close_at + timedelta(days=30), PollState.CANCELLED),
    ):
        with hospital.sessions.begin() as session:
            poll = Poll(
                workspace_id=hospital.workspace_id,
                opens_on=now.date(),
                opens_at=hospital.opening,
                closes_at=hospital.close_at,
                items=["attending"],
                k=5,
                c=1,
                comment_threshold=8,
            )
            session.add(poll)
        hospital.poll_id = poll.id
        if has_key:
            hospital.keys.create(poll.id)
        rounds.recover(hospital.sessions, hospital.keys, now)
        assert hospital.state() == expected
        assert (hospital.poll_id in hospital.keys.poll_ids()) == (expected == PollState.OPEN)


def test_an_open_round_without_its_key_is_lost_people_are_told_and_the_next_works(
    open_hospital: Hospital,
) -> None:
    open_hospital.answer("Ward 7 1", 4)
    open_hospital.keys.destroy(open_hospital.poll_id)
    rounds.recover(open_hospital.sessions, open_hospital.keys, open_hospital.opening)
    assert open_hospital.state() == PollState.LOST
    assert open_hospital.ballots() == []
    with open_hospital.sessions.begin() as session:
        owed = {one.kind: one for one in session.scalars(select(FanOut))}
        assert invitations.enqueue_invitations(session, owed["poll"], open_hospital.opening)
        assert invitations.enqueue_loss_notices(session, owed["poll_lost"], open_hospital.opening)
        told = session.scalars(select(Delivery.kind)).all()
        assert told == ["poll_lost"] * 22
        assert session.scalars(select(PollMember)).all() == []
    open_hospital.open(open_hospital.close_at)
    assert open_hospital.state() == PollState.OPEN
