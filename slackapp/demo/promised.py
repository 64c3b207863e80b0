"""What the practice hospital's leaders promised in autumn: kept, dropped, and still open."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.app import Appreciate
from slackapp.digest import promises, sharing
from slackapp.digest.promises import Wording
from slackapp.models import Digest, Member, PromiseState, Team


@dataclass(frozen=True, slots=True)
class Promised:
    """One promise in answer to a month's digest, and what became of it, if anything."""

    team: str
    month: str
    at: datetime
    you_said: str
    we_will: str
    due: date
    state: PromiseState = PromiseState.OPEN
    settled: datetime | None = None
    reason: str = ""


PROMISES = (
    Promised(
        team="Ward 7",
        month="2026-09",
        at=datetime(2026, 10, 2, 10, 30, tzinfo=UTC),
        you_said="Nobody has time to hear how a shift really was",
        we_will="Be at the desk for ten minutes after handover, twice a week, for whoever wants me",
        due=date(2026, 10, 30),
        state=PromiseState.DONE,
        settled=datetime(2026, 10, 28, 15, 10, tzinfo=UTC),
    ),
    Promised(
        team="Acute Medical Unit",
        month="2026-09",
        at=datetime(2026, 10, 2, 14, 5, tzinfo=UTC),
        you_said="We hear of changes to the rota from the notice board",
        we_will="Bring every change of the rota to the huddle first",
        due=date(2026, 10, 30),
        state=PromiseState.DROPPED,
        settled=datetime(2026, 10, 29, 11, 40, tzinfo=UTC),
        reason="The rota is made for the whole site now. I have asked for a place at that table.",
    ),
    Promised(
        team="Ward 7",
        month="2026-10",
        at=datetime(2026, 11, 3, 9, 45, tzinfo=UTC),
        you_said="The second pump is never where it should be",
        we_will="Name one place for the pumps, and have them back there before each handover",
        due=date(2026, 11, 30),
        state=PromiseState.DONE,
        settled=datetime(2026, 11, 19, 13, 20, tzinfo=UTC),
    ),
    Promised(
        team="Discharge Team",
        month="2026-10",
        at=datetime(2026, 11, 4, 10, 15, tzinfo=UTC),
        you_said="We chase the same form on three wards every morning",
        we_will="Agree one time a day at which the wards send the form",
        due=date(2026, 12, 11),
    ),
    Promised(
        team="Medicine",
        month="2026-10",
        at=datetime(2026, 11, 5, 16, 0, tzinfo=UTC),
        you_said="Late shifts are two people short",
        we_will="One more healthcare assistant on late shifts until Christmas",
        due=date(2026, 12, 18),
    ),
)


def acts(app: Appreciate) -> Iterator[tuple[datetime, Callable[[], None]]]:
    """When each is made and told to its team, and when it ends."""
    for promised in PROMISES:
        yield promised.at, lambda promised=promised: _promise(app, promised)  # type: ignore[misc]  # bound here on purpose
        if promised.settled is not None:
            yield promised.settled, lambda promised=promised: _settle(app, promised)  # type: ignore[misc]  # likewise


def _promise(app: Appreciate, promised: Promised) -> None:
    with app.sessions.begin() as session:
        team = _team(session, promised)
        leader = session.get_one(Member, team.leader_id)
        wording = Wording(0, promised.you_said, promised.we_will, leader.id, promised.due)
        of_month = select(Digest).where(Digest.team_id == team.id, Digest.month == promised.month)
        digest = session.scalars(of_month).one()
        promises.save(session, digest, [wording], author=leader, now=promised.at)
        sharing.share(session, digest, with_promises=True, by=leader, now=promised.at)


def _settle(app: Appreciate, promised: Promised) -> None:
    now = promised.settled or promised.at
    with app.sessions.begin() as session:
        [promise] = promises.of_month(session, _team(session, promised).id, promised.month)
        promises.set_outcome(session, promise, promised.state, reason=promised.reason, now=now)
        sharing.tell_outcome(session, promise, now)


def _team(session: Session, promised: Promised) -> Team:
    return session.scalars(select(Team).where(Team.name == promised.team)).one()
