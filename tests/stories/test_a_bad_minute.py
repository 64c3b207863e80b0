"""Slack answers with errors for a while, as a whole ward's check-in, digests and notices go out."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from slackapp.delivery import Harmless, circuit
from slackapp.demo import hospital
from slackapp.models import Delivery, DeliveryState, Team
from slackapp.pulse import opening
from slackapp.sandbox.core.seeds import PersonSeed, WorkspaceSeed
from slackapp.workspace import members, registry
from tests.support.running_app import RunningApp

OPENING = "2026-11-02T09:00:00+00:00"
"""Of the first check-in, an hour after the app has started."""
ASKED = "How were your last few shifts?"
NEWCOMERS = [f"U0NEWCOMER{number:02}" for number in range(30)]
sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def seeded() -> WorkspaceSeed:
    """The practice hospital with thirty more nurses on Ward 7: sixty-three people are asked."""
    hospital_seed = hospital.workspace()
    nurses = [
        PersonSeed(id=user, name=f"Newcomer {user[-2:]}", handle=user.lower(), title="Nurse")
        for user in NEWCOMERS
    ]
    ward_7 = next(team for team in hospital.TEAMS if team.name == "Ward 7")
    channels = [
        replace(channel, members=(*channel.members, *NEWCOMERS))
        if channel.id == ward_7.channel_id
        else channel
        for channel in hospital_seed.channels
    ]
    return replace(hospital_seed, people=(*hospital_seed.people, *nurses), channels=tuple(channels))


def put_in_ward_7(place: RunningApp) -> None:
    with place.app.sessions.begin() as session:
        workspace = registry.find(session, hospital.TEAM_ID)
        assert workspace is not None
        ward_7 = session.scalars(select(Team).where(Team.name == "Ward 7")).one()
        for user in NEWCOMERS:
            member = members.find(session, workspace, user)
            assert member is not None
            members.put_in_team(session, member, ward_7)


def trouble(place: RunningApp, **fault: object) -> None:
    assert place.http.post("/control/fault", json=fault).status_code == 200


def invitations(place: RunningApp) -> dict[str, int]:
    """How often each person who was asked sees the check-in's invitation."""
    with place.app.sessions.read() as session:
        targets = session.scalars(select(Delivery.target).where(Delivery.kind == opening.INVITATION)).all()
    return {target: place.person(target).screen().texts.count(ASKED) for target in targets}


def outcomes(place: RunningApp) -> dict[str, int]:
    """How many invitations are in each state."""
    with place.app.sessions.read() as session:
        counted = (
            select(Delivery.state, func.count())
            .where(Delivery.kind == opening.INVITATION)
            .group_by(Delivery.state)
        )
        states: dict[str, int] = dict(session.execute(counted).all())
        return states


def doubts(place: RunningApp) -> int:
    """How many invitations were tried while Slack answered errors."""
    with place.app.sessions.read() as session:
        total = select(func.sum(Delivery.doubts)).where(Delivery.kind == opening.INVITATION)
        return session.scalar(total) or 0


@pytest.mark.parametrize("is_taken", [False, True], ids=["refused", "taken"])
def test_after_a_minute_of_errors_everybody_has_one_invitation(place: RunningApp, *, is_taken: bool) -> None:
    put_in_ward_7(place)
    trouble(place, method="chat.postMessage", kind="500", done=is_taken, count=100_000)
    place.clock(now=OPENING)
    place.clock(advance=60)
    trouble(place, clear=True)
    place.clock(advance=2 * 60 * 60)
    seen = invitations(place)
    assert len(seen) > 60
    assert outcomes(place) == {DeliveryState.SENT: len(seen)}
    tries = doubts(place)
    assert tries <= 8 + 3, "as many as there are slots, and a trial after 15 and 30 seconds"
    copies = sum(seen.values()) - len(seen)
    assert copies == (tries if is_taken else 0)
    assert set(seen.values()) <= {1, 2}


@sqlite
def test_the_naive_app_without_a_circuit_puts_every_invitation_in_doubt(
    place: RunningApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(circuit, "state", lambda *_: circuit.Circuit.CLOSED)
    place.app.deliveries.harmless = Harmless()
    put_in_ward_7(place)
    trouble(place, method="chat.postMessage", kind="500", count=100_000)
    place.clock(now=OPENING)
    place.clock(advance=60)
    trouble(place, clear=True)
    place.clock(advance=2 * 60 * 60)
    assert set(invitations(place).values()) == {0}


def test_after_an_hour_away_nothing_is_lost_and_nothing_doubled(place: RunningApp) -> None:
    put_in_ward_7(place)
    place.clock(now="2026-11-02T08:59:00+00:00")
    trouble(place, method="*", kind="away", **{"for": 3600})
    place.clock(advance=61)
    place.clock(advance=int(timedelta(hours=2).total_seconds()))
    seen = invitations(place)
    assert len(seen) > 60
    assert set(seen.values()) == {1}
