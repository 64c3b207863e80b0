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
FROM_OBSTACLES = 100
"""The first place of promises that answer an obstacle: no form of a digest shows or takes back these."""
LONGEST = 500
"""Characters of each of their texts."""

GOING_ON = (PromiseState.OPEN, PromiseState.CHANGED)
_TOO_LONG = translatable("That is {n} characters; {most} fit. Please shorten it.")
_ALREADY_TOLD = translatable(
    "Your team has read this one. Mark it as changed or dropped instead, with a reason."
)
_ENDED = translatable("This promise has ended already, and your team reads what became of it.")
_ANOTHER_DAY = translatable("Please choose one of the days that are offered.")
_LINE_GOES_BACK = timedelta(days=100)
_TOLD_AS_DONE = timedelta(days=60)
_YEAR_OF_MONTHS = 12
_SOON = timedelta(days=14)
_LATEST = timedelta(days=70)
"""The end of the next month is no farther away than this."""


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
    due: date | None = None
    """None: the day that the form begins with."""


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
    due: date


def days_offered(today: date, nation: str) -> list[date]:
    """The working days by which something can be promised, in their order.

    In two weeks, at the end of this month and at the end of the next, as far as these lie ahead.
    """
    month = f"{today:%Y-%m}"
    days = {
        calendar.working_day_from(today + _SOON, nation),
        calendar.last_working_day(month, nation),
        calendar.last_working_day(calendar.month_after(month), nation),
    }
    return sorted(day for day in days if day > today)


def usual_day(today: date, nation: str) -> date:
    """The day that a form begins with: the first month's end that is two weeks or more ahead."""
    month = f"{today:%Y-%m}"
    ends = [calendar.last_working_day(each, nation) for each in (month, calendar.month_after(month))]
    return next(day for day in ends if day >= today + _SOON)


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
    workspace = session.get_one(Workspace, team.workspace_id)
    today = now.astimezone(ZoneInfo(workspace.time_zone)).date()
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
            due = _day(wording.due, promise.due, today) or usual_day(today, workspace.nation)
            _fill(promise, wording, author, due)
            session.add(promise)
    session.flush()
    return of_month(session, team.id, month)


def set_outcome(
    session: Session,
    promise: Promise,
    state: PromiseState,
    *,
    reason: str = "",
    due: date | None = None,
    now: datetime,
) -> None:
    """Say what became of a promise; what goes on may get another day, and then asks for it anew.

    `reason` is what will be done instead, why it was dropped, or what is in the way.

    Raises:
        UserError: It has ended already; or it was changed or dropped and nobody said how or why.
    """
    session.refresh(promise, with_for_update=True)
    require_open(promise)
    words = reason.strip()
    if state in (PromiseState.CHANGED, PromiseState.DROPPED) and not words:
        raise UserError(translatable("One sentence about it helps your team more than silence."))
    if len(words) > LONGEST:
        raise UserError(_TOO_LONG, n=len(words), most=LONGEST)
    today = now.astimezone(ZoneInfo(_workspace(session, promise).time_zone)).date()
    if state is PromiseState.OPEN:
        promise.obstacle = words or None
    else:
        promise.state, promise.obstacle = state, None
        promise.reason = words if state in (PromiseState.CHANGED, PromiseState.DROPPED) else promise.reason
        promise.settled_at = now
    if state in GOING_ON:
        promise.due = _day(due, promise.due, today) or promise.due
    session.flush()


def require_open(promise: Promise) -> None:
    """Raise UserError for a promise that has ended: what its team reads of it stands."""
    if promise.state not in GOING_ON:
        raise UserError(_ENDED)


def _workspace(session: Session, promise: Promise) -> Workspace:
    team = session.get_one(Team, promise.team_id)
    return session.get_one(Workspace, team.workspace_id)


def _day(chosen: date | None, before: date | None, today: date) -> date | None:
    """The chosen day, if it may be chosen: the day so far, or one that a form may have offered."""
    if chosen is not None and chosen != before and not today <= chosen <= today + _LATEST:
        raise UserError(_ANOTHER_DAY)
    return chosen or before


def of_month(session: Session, team_id: str, month: str) -> list[Promise]:
    """What was promised in answer to one digest, in its order."""
    in_month = (Promise.team_id == team_id, Promise.month == month, Promise.place < FROM_OBSTACLES)
    query = select(Promise).where(*in_month)
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
        .where(Promise.place < FROM_OBSTACLES)
        .where(Promise.made_at > now - _LINE_GOES_BACK)
        .order_by(Promise.month.desc(), Promise.state.not_in(GOING_ON), Promise.due, Promise.place)
    )
    newest: dict[str, Promise] = {}
    for promise in session.scalars(query):
        newest.setdefault(promise.team_id, promise)
    nearest = next((newest[up] for up in ancestors(tree, team_id) if up in newest), None)
    if nearest is None:
        return None
    return PromiseSummary(nearest.you_said, nearest.we_will, nearest.state, nearest.reason, nearest.due)


def told_to(session: Session, workspace: Workspace, team_id: str, *, now: datetime) -> list[Promise]:
    """What a team and those above it were told: the open ones, next due first; then those done lately."""
    tree = teams(session, workspace.id)
    shared = (SharedDigest.team_id == Promise.team_id) & (SharedDigest.month == Promise.month)
    query = (
        select(Promise)
        .join(SharedDigest, shared)
        .where(Promise.team_id.in_(ancestors(tree, team_id)), SharedDigest.with_promises)
        .where(Promise.place < FROM_OBSTACLES)
    )
    promises = list(session.scalars(query.order_by(Promise.due, Promise.id)))
    done = [promise for promise in promises if promise.state == PromiseState.DONE and promise.settled_at]
    lately = [promise for promise in done if promise.settled_at and promise.settled_at > now - _TOLD_AS_DONE]
    lately.sort(key=lambda promise: promise.settled_at or now, reverse=True)
    return [*(promise for promise in promises if promise.state in GOING_ON), *lately]


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
    promise.due = due


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
    due: date
    state: PromiseState
    reason: str | None = None
    obstacle: str | None = None

    @property
    def words(self) -> str:
        """What is promised now: in another form, where it was changed."""
        return self.reason if self.state is PromiseState.CHANGED and self.reason else self.we_will

    @classmethod
    def of(cls, promise: Promise, *, who: str, name: str) -> "PromiseDetails":
        """A promise as it stands."""
        return cls(
            you_said=promise.you_said,
            we_will=promise.we_will,
            who=who,
            name=name,
            due=promise.due,
            state=PromiseState(promise.state),
            reason=promise.reason,
            obstacle=promise.obstacle,
        )
