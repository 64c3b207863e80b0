"""A small hospital in real rows: Medicine with two wards below it, and a leader for each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from slackapp.core.behaviours import Behaviour
from slackapp.models import (
    Bundle,
    BundleScore,
    Member,
    Poll,
    PollState,
    PollUnit,
    Recipient,
    Recognition,
    Sharing,
    Team,
    Workspace,
)

ITEMS = [str(behaviour) for behaviour in Behaviour]


@dataclass(frozen=True, slots=True)
class Hospital:
    workspace: Workspace
    medicine: Team
    ward: Team
    nights: Team
    staff: Mapping[str, list[Member]]
    """By team id."""

    @property
    def teams(self) -> list[Team]:
        return [self.medicine, self.ward, self.nights]


def hospital(session: Session, *, ward: int = 16, nights: int = 4) -> Hospital:
    workspace = Workspace(slack_team_id="T1", name="Hospital", digests_from="2025-11")
    session.add(workspace)
    session.flush()
    medicine = _team(session, workspace, "Medicine", None)
    below = [_team(session, workspace, name, medicine) for name in ("Ward 7", "Night team")]
    staff = {medicine.id: [_member(session, workspace, f"Lead{number}", medicine) for number in range(3)]}
    for team, size in zip(below, (ward, nights), strict=True):
        staff[team.id] = [
            _member(session, workspace, f"{team.name} {number}", team) for number in range(size)
        ]
    for team, leader in zip((medicine, *below), staff[medicine.id], strict=True):
        team.leader_id = leader.id
    session.flush()
    return Hospital(workspace, medicine, below[0], below[1], staff)


def _team(session: Session, workspace: Workspace, name: str, parent: Team | None) -> Team:
    team = Team(workspace_id=workspace.id, name=name, parent_id=parent.id if parent else None)
    session.add(team)
    session.flush()
    return team


def _member(session: Session, workspace: Workspace, name: str, team: Team) -> Member:
    member = Member(
        workspace_id=workspace.id,
        slack_user_id="U" + name.upper().replace(" ", ""),
        name=name,
        team_id=team.id,
    )
    session.add(member)
    session.flush()
    return member


def thank(
    session: Session,
    giver: Member,
    receivers: Iterable[Member],
    behaviour: str,
    at: datetime,
    *,
    sharing: str = Sharing.PRIVATE,
) -> Recognition:
    recognition = Recognition(
        workspace_id=giver.workspace_id,
        giver_id=giver.id,
        giver_team_id=giver.team_id,
        behaviour=behaviour,
        words=f"{giver.name} wrote this",
        given_at=at,
    )
    session.add(recognition)
    session.flush()
    for receiver in receivers:
        session.add(
            Recipient(
                recognition_id=recognition.id,
                member_id=receiver.id,
                team_id=receiver.team_id,
                given_at=at,
                sharing=sharing,
            )
        )
    session.flush()
    return recognition


def thanks_within(session: Session, people: list[Member], counts: Mapping[str, int], first: datetime) -> None:
    """So many thanks of each behaviour between people of one team, an hour apart."""
    at = first
    for behaviour, count in counts.items():
        for number in range(count):
            giver, receiver = people[number % len(people)], people[(number + 1) % len(people)]
            thank(session, giver, [receiver], behaviour, at)
            at += timedelta(hours=1)


def close_poll(
    session: Session,
    workspace: Workspace,
    closes_at: datetime,
    cells: Mapping[Team, tuple[int, int, int] | None],
    *,
    state: str = PollState.CLOSED,
    turnout: Mapping[Team, str] | None = None,
) -> Poll:
    """A closed poll with one cell for all four items of each bundle; None is a unit without a bundle."""
    poll = Poll(
        workspace_id=workspace.id,
        opens_on=(closes_at - timedelta(days=7)).date(),
        opens_at=closes_at - timedelta(days=7),
        closes_at=closes_at,
        state=state,
        items=ITEMS,
        k=5,
        c=1,
        comment_threshold=8,
    )
    session.add(poll)
    session.flush()
    for team, cell in cells.items():
        band = (turnout or {}).get(team)
        session.add(
            PollUnit(poll_id=poll.id, unit_id=team.id, parent_id=team.parent_id, invited=10, turnout=band)
        )
        if cell is not None:
            n, low, high = cell
            session.add(Bundle(poll_id=poll.id, unit_id=team.id, ballots=n))
            for item in ITEMS:
                session.add(
                    BundleScore(poll_id=poll.id, unit_id=team.id, item=item, n=n, sum_lo=low, sum_hi=high)
                )
    session.flush()
    return poll


def moment(month: int, day: int, hour: int = 12, year: int = 2025) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)
