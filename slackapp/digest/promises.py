"""You said / we will: what a leader promises a team, and what became of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core import calendar
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import (
    By,
    Digest,
    Member,
    Promise,
    PromiseState,
    SharedDigest,
    Team,
    Workspace,
)
from slackapp.workspace.permissions import ancestors, teams

MOST = 3
"""Promises in answer to one digest."""
LONGEST = 500
"""Characters of each of their texts."""

GOING_ON = (PromiseState.OPEN, PromiseState.CHANGED)
_TOO_LONG = translatable("That is {n} characters; {most} fit. Please shorten it.")
_ALREADY_TOLD = translatable(
    "Your team has read this one. Mark it as changed or dropped instead, with a reason."
)
_LINE_GOES_BACK = timedelta(days=100)
_YEAR_OF_MONTHS = 12


class Part(StrEnum):
    """The parts of a promise's form."""

    YOU_SAID = "you_said"
    WE_WILL = "we_will"
    SUGGESTED = "suggested"
    WHO = "who"
    BY = "by"


@dataclass(frozen=True, slots=True)
class Wording:
    """A promise as somebody wrote it down. `who` is our id of the person who will do it."""

    place: int
    you_said: str
    we_will: str
    who: str
    by: By = By.MONTH


class IncompleteError(UserError):
    """Half of a promise: which place and which part is still to be written."""

    def __init__(self, place: int, part: Part, sentence: str, **values: object) -> None:
        super().__init__(sentence, **values)
        self.place, self.part = place, part


@dataclass(frozen=True, slots=True)
class PromiseSummary:
    """What a check-in reminds people of: the latest promise they were told of."""

    you_said: str
    we_will: str
    state: str
    reason: str | None


def save(
    session: Session, digest: Digest, wordings: Sequence[Wording], *, author: Member, now: datetime
) -> list[Promise]:
    """Write down what answers a digest; writing it again changes it.

    A place that is left blank is taken back, unless the team has read it.

    Raises:
        IncompleteError: Half of one is missing, or too long.
        UserError: A promise that the team has read was taken away.
    """
    # Two forms sent at once must not both find a place free.
    team = session.get_one(Team, digest.team_id, with_for_update=True, populate_existing=True)
    month = digest.month
    by_place = {wording.place: wording for wording in wordings if wording.you_said or wording.we_will}
    for wording in by_place.values():
        _complete(wording)
    zone = session.get_one(Workspace, team.workspace_id).time_zone
    is_told = _told(session, team.id, month)
    before = {promise.place: promise for promise in of_month(session, team.id, month)}
    for place, promise in before.items():
        if place not in by_place and promise.state == PromiseState.OPEN:
            _take_back(session, promise, is_told=is_told)
    for place, wording in by_place.items():
        promise = before.get(place) or Promise(
            team_id=team.id, month=month, place=place, made_at=now, state=PromiseState.OPEN
        )
        if promise.state == PromiseState.OPEN:
            _fill(promise, wording, author, end_of(promise.made_at, wording.by, zone))
            session.add(promise)
    session.flush()
    return of_month(session, team.id, month)


def set_outcome(
    session: Session, promise: Promise, state: PromiseState, *, reason: str = "", now: datetime
) -> None:
    """Say what became of a promise.

    Raises:
        UserError: It was changed or dropped and nobody said why.
    """
    why = reason.strip()
    if state in (PromiseState.CHANGED, PromiseState.DROPPED) and not why:
        raise UserError(translatable("One sentence about why helps your team more than silence."))
    if len(why) > LONGEST:
        raise UserError(_TOO_LONG, n=len(why), most=LONGEST)
    promise.state = state
    promise.reason = why if state in (PromiseState.CHANGED, PromiseState.DROPPED) else None
    promise.settled_at = now if state != PromiseState.OPEN else None
    session.flush()


def of_month(session: Session, team_id: str, month: str) -> list[Promise]:
    """What was promised in answer to one digest, in its order."""
    query = select(Promise).where(Promise.team_id == team_id, Promise.month == month)
    return list(session.scalars(query.order_by(Promise.place)))


def open_promises(session: Session, team_ids: Collection[str]) -> list[Promise]:
    """What these teams were promised and is neither done nor dropped, oldest first."""
    query = select(Promise).where(Promise.team_id.in_(list(team_ids)), Promise.state.in_(GOING_ON))
    return list(session.scalars(query.order_by(Promise.month, Promise.place)))


def earlier_promises(session: Session, team_ids: Collection[str], month: str) -> dict[str, list[Promise]]:
    """What the digest of a month carries on, by team: promises of earlier months, oldest first.

    Those of the month before, those still going on, and those kept within a year.
    """
    earliest = month
    for _ in range(_YEAR_OF_MONTHS):
        earliest = calendar.month_before(earliest)
    query = select(Promise).where(
        Promise.team_id.in_(list(team_ids)), Promise.month < month, Promise.month >= earliest
    )
    by_team: dict[str, list[Promise]] = {team: [] for team in team_ids}
    for promise in session.scalars(query.order_by(Promise.month, Promise.place)):
        recent = promise.month == calendar.month_before(month)
        if recent or promise.state in (*GOING_ON, PromiseState.DONE):
            by_team[promise.team_id].append(promise)
    return by_team


def latest_line(
    session: Session, workspace: Workspace, team_id: str, *, now: datetime
) -> PromiseSummary | None:
    """What the check-in of a team begins with: the newest promise that it, or a team above it, was told.

    None when there is none of the last three months.
    """
    tree = teams(session, workspace.id)
    shared = (SharedDigest.team_id == Promise.team_id) & (SharedDigest.month == Promise.month)
    query = (
        select(Promise)
        .join(SharedDigest, shared)
        .where(Promise.team_id.in_(list(tree)), SharedDigest.with_promises)
        .where(Promise.made_at > now - _LINE_GOES_BACK)
        .order_by(Promise.month.desc(), Promise.place)
    )
    newest: dict[str, Promise] = {}
    for promise in session.scalars(query):
        newest.setdefault(promise.team_id, promise)
    nearest = next((newest[up] for up in ancestors(tree, team_id) if up in newest), None)
    return (
        PromiseSummary(nearest.you_said, nearest.we_will, nearest.state, nearest.reason) if nearest else None
    )


def end_of(moment: datetime, by: By, zone: str) -> date:
    """The last day of the month, quarter or year in which a moment lies, by a zone's calendar."""
    today = moment.astimezone(ZoneInfo(zone)).date()
    month = {By.MONTH: today.month, By.QUARTER: -(-today.month // 3) * 3, By.YEAR: 12}[by]
    return (today.replace(month=month, day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _complete(wording: Wording) -> None:
    for part, text in ((Part.YOU_SAID, wording.you_said), (Part.WE_WILL, wording.we_will)):
        if not text:
            raise IncompleteError(
                wording.place, part, translatable("Please fill in both, or leave both empty.")
            )
        if len(text) > LONGEST:
            raise IncompleteError(wording.place, part, _TOO_LONG, n=len(text), most=LONGEST)
    if not wording.who:
        raise IncompleteError(
            wording.place, Part.WHO, translatable("Who will do it? Please choose somebody.")
        )


def _fill(promise: Promise, wording: Wording, author: Member, due: date) -> None:
    promise.you_said, promise.we_will = wording.you_said, wording.we_will
    promise.who_id, promise.written_by_id = wording.who, author.id
    promise.by, promise.due = wording.by, due


def _take_back(session: Session, promise: Promise, *, is_told: bool) -> None:
    if is_told:
        raise UserError(_ALREADY_TOLD)
    session.delete(promise)
    session.flush()


def _told(session: Session, team_id: str, month: str) -> bool:
    shared = session.get(SharedDigest, (team_id, month))
    return shared is not None and shared.with_promises


@dataclass(frozen=True, slots=True)
class PromiseDetails:
    """A promise ready to be shown. `who` is a Slack user id, `name` the same person's name."""

    you_said: str
    we_will: str
    who: str
    name: str
    by: By
    due: date
    state: PromiseState
    reason: str | None

    @classmethod
    def of(cls, promise: Promise, *, who: str, name: str) -> "PromiseDetails":
        """A promise as it stands."""
        return cls(
            you_said=promise.you_said,
            we_will=promise.we_will,
            who=who,
            name=name,
            by=By(promise.by),
            due=promise.due,
            state=PromiseState(promise.state),
            reason=promise.reason,
        )
