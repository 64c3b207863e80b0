"""A person's own recognitions, ten a page. Nothing here counts anybody."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, selectinload

from slackapp.core.behaviours import Behaviour
from slackapp.models import Boost, Member, Recipient, Recognition, Sharing
from slackapp.recognition import unconfirmed, undelivered
from slackapp.recognition.undelivered import NOBODY, Undelivered

PAGE = 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Side(StrEnum):
    """Which thanks: those that came, or those that went."""

    RECEIVED = "received"
    GIVEN = "given"


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position in the list, and the direction to read from it."""

    given_at: datetime
    id: str
    towards_newer: bool = False

    def written(self) -> str:
        """Return it as text, for a button's value."""
        microseconds = (self.given_at - _EPOCH) // timedelta(microseconds=1)
        return f"{'newer' if self.towards_newer else 'older'}.{microseconds}.{self.id}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Parse a button's value; None means the newest page."""
        direction, _, rest = text.partition(".")
        microseconds, _, recognition_id = rest.partition(".")
        if direction not in {"newer", "older"} or not microseconds.isdecimal():
            return None
        moment = _EPOCH + timedelta(microseconds=int(microseconds))
        return cls(moment, recognition_id, towards_newer=direction == "newer")


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One thank-you in a list. `people` are Slack ids: the giver, or the receivers.

    `joined_by` are the Slack ids of those who said "me too", `sharing` the state of a received one, and
    `undelivered` the recipients that a given one has not reached.
    """

    id: str
    people: tuple[str, ...]
    behaviour: Behaviour
    words: str
    given_at: datetime
    joined_by: tuple[str, ...] = ()
    sharing: Sharing | None = None
    undelivered: Undelivered = NOBODY


@dataclass(frozen=True, slots=True)
class Page:
    """Newest first, with the places where the neighbouring pages begin."""

    side: Side
    entries: tuple[HistoryEntry, ...]
    newer: Cursor | None
    older: Cursor | None
    in_doubt: int = 0
    """How many messages with thanks that one gave may not have arrived, on any page."""


def page(session: Session, member: Member, side: Side, place: Cursor | None = None) -> Page:
    """Return one page of a person's own recognitions. Its cost does not grow with the history."""
    rows = list(session.scalars(_query(member, side, place).limit(PAGE + 1)))
    more, rows = len(rows) > PAGE, rows[:PAGE]
    backwards = place is not None and place.towards_newer
    if backwards:
        rows.reverse()
    newer, older = (more, True) if backwards else (place is not None, more)
    people, joined = _people(session, rows, side), _joined(session, rows)
    missed = undelivered.by_recognition(session, rows) if side is Side.GIVEN else {}
    entries = (_entry(row, people[row.id], joined.get(row.id, ()), member, side) for row in rows)
    return Page(
        side=side,
        in_doubt=unconfirmed.count(session, member) if side is Side.GIVEN else 0,
        entries=tuple(replace(entry, undelivered=missed.get(entry.id, NOBODY)) for entry in entries),
        newer=Cursor(rows[0].given_at, rows[0].id, towards_newer=True) if rows and newer else None,
        older=Cursor(rows[-1].given_at, rows[-1].id) if rows and older else None,
    )


def _query(member: Member, side: Side, place: Cursor | None) -> Select[Recognition]:
    query = (
        select(Recognition)
        .where(Recognition.undone_at.is_(None), Recognition.words.is_not(None))
        .options(selectinload(Recognition.recipients))
    )
    # The columns of the index that leads to this person's rows in order of time.
    moment: Any = Recognition.given_at
    if side is Side.RECEIVED:
        moment = Recipient.given_at
        query = query.join(Recipient, Recipient.recognition_id == Recognition.id)
        query = query.where(Recipient.member_id == member.id, Recipient.sharing != Sharing.REPORTED)
    else:
        query = query.where(Recognition.giver_id == member.id)
    if place is None:
        return query.order_by(moment.desc(), Recognition.id.desc())
    same = and_(moment == place.given_at, _beyond(Recognition.id, place.id, place))
    query = query.where(or_(_beyond(moment, place.given_at, place), same))
    if place.towards_newer:
        return query.order_by(moment.asc(), Recognition.id.asc())
    return query.order_by(moment.desc(), Recognition.id.desc())


def _beyond(column: Any, value: object, place: Cursor) -> Any:  # noqa: ANN401 - a column of either type
    return column > value if place.towards_newer else column < value


def _people(session: Session, rows: list[Recognition], side: Side) -> dict[str, tuple[str, ...]]:
    """Return the Slack ids to show with each row, read in one query for the page."""
    ids = {
        row.id: [row.giver_id]
        if side is Side.RECEIVED
        else [member_id.member_id for member_id in row.recipients]
        for row in rows
    }
    member_ids = {member_id for several in ids.values() for member_id in several}
    member_rows = session.execute(select(Member.id, Member.slack_user_id).where(Member.id.in_(member_ids)))
    slack_ids = {row.id: row.slack_user_id for row in member_rows}
    return {row_id: tuple(slack_ids[member_id] for member_id in several) for row_id, several in ids.items()}


def _joined(session: Session, rows: list[Recognition]) -> dict[str, tuple[str, ...]]:
    """Return who said "me too" to each, read in one query for the page."""
    query = (
        select(Boost.recognition_id, Member.slack_user_id)
        .join(Member, Member.id == Boost.booster_id)
        .where(Boost.recognition_id.in_([row.id for row in rows]))
        .order_by(Boost.boosted_at)
    )
    boosters: dict[str, dict[str, None]] = {}
    for recognition_id, slack_user_id in session.execute(query):
        boosters.setdefault(recognition_id, {})[slack_user_id] = None
    return {recognition_id: tuple(people) for recognition_id, people in boosters.items()}


def _entry(
    row: Recognition, people: tuple[str, ...], joined_by: tuple[str, ...], member: Member, side: Side
) -> HistoryEntry:
    own = [recipient.sharing for recipient in row.recipients if recipient.member_id == member.id]
    return HistoryEntry(
        id=row.id,
        people=people,
        behaviour=Behaviour(row.behaviour),
        words=row.words or "",
        given_at=row.given_at,
        joined_by=joined_by,
        sharing=Sharing(own[0]) if side is Side.RECEIVED and own else None,
    )
