"""What was handed out to others and tells of somebody who is erased: it is taken back or made anew.

Pages of digests hold shared thank-yous and promises, posts hold promises, messages in a digest's
thread hold comments, two kinds of message name who leads a team, and one names whom a thank-you missed.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from slackapp.core.calendar import month_of
from slackapp.core.db import ID_LENGTH
from slackapp.digest import promises, sharing
from slackapp.models import (
    Delivery,
    DeliveryState,
    Digest,
    Leadership,
    Member,
    Recipient,
    Recognition,
    SharedDigest,
    Sharing,
    Workspace,
)
from slackapp.privacy import slack_redaction as taking_back
from slackapp.pulse import notices as telling
from slackapp.recognition import undelivered as unreached
from slackapp.recognition.notifications import Kind
from slackapp.workspace import members
from slackapp.workspace import permissions as rights

PAGE, COMMENTS, HANDING_ON = "digest-page", "digest-comments", "digest-hand-on"
"""The reports' kinds of deliveries, by the names that stand in the rows."""

WITH_WORDS = (
    *(Kind.THANKS, Kind.POST, Kind.POST_GONE, unreached.KIND),
    *(PAGE, COMMENTS, sharing.POSTED),
)
"""Kinds whose rows stay as long as what they tell: without them nothing could be taken back in Slack."""


Month = tuple[str, str]
"""A team's id and a month, as in "2026-11"."""


@dataclass(frozen=True, slots=True)
class AffectedMonths:
    """The months, team by team, in which something of theirs or about them stood."""

    shared: set[Month] = field(default_factory=set)
    promised: set[Month] = field(default_factory=set)
    commented: set[Month] = field(default_factory=set)


def shared_by(session: Session, workspace: Workspace, member: Member) -> set[Month]:
    """Where thank-yous that they gave or received were shared."""
    found = (
        select(Recipient.team_id, Recipient.given_at)
        .join(Recognition, Recognition.id == Recipient.recognition_id)
        .where(or_(Recognition.giver_id == member.id, Recipient.member_id == member.id))
        .where(Recipient.sharing == Sharing.SHARED, Recipient.team_id.is_not(None))
    )
    return {(team or "", month_of(at, workspace.time_zone)) for team, at in session.execute(found)}


def enqueue_corrections(
    session: Session, workspace: Workspace, member: Member, touched: AffectedMonths, now: datetime
) -> None:
    """Owe what has to change in Slack. `member` still has their name and their teams."""
    _pages(session, workspace, touched, now)
    _posts(session, workspace, touched.promised, now)
    ours = Leadership.member_id == member.id
    led = set(session.scalars(select(Leadership.team_id).where(ours)))
    naming = Delivery.kind.in_([telling.NEW_LEADER, HANDING_ON]) & Delivery.reference.in_(led)
    received = select(Recipient.recognition_id).where(Recipient.member_id == member.id)
    missing = (Delivery.kind == unreached.KIND) & Delivery.reference.in_(received)
    about = _sent(session, workspace, naming | missing)
    _remove(session, workspace, about, now)


def enqueue_deletions(
    session: Session, workspace: Workspace, digests: Select[str], now: datetime, kinds: Collection[str] = ()
) -> None:
    """Owe the removal of these digests' messages and files: of all kinds, or of some that hold no picture."""
    # It is asked every night, and there is an index of whole references only.
    if session.scalar(digests.limit(1)) is None:
        return
    # A picture's reference goes on after the digest's id.
    of_them = func.substr(Delivery.reference, 1, ID_LENGTH).in_(digests)
    which = Delivery.reference.in_(digests) & Delivery.kind.in_(kinds) if kinds else of_them
    _remove(session, workspace, _sent(session, workspace, which), now)


def _pages(session: Session, workspace: Workspace, touched: AffectedMonths, now: datetime) -> None:
    """Pages are taken away and shared anew with those who lead still; comments likewise."""
    tree = rights.teams(session, workspace.id)
    highlighted = {(up, month) for team, month in touched.shared for up in rights.ancestors(tree, team)}
    of_teams = {team for team, _ in highlighted | touched.promised | touched.commented}
    digests = list(session.scalars(select(Digest).where(Digest.team_id.in_(of_teams))))
    pages = {one.id for one in digests if _tells(one, highlighted | touched.commented, touched.promised)}
    threads = {one.id for one in digests if (one.team_id, one.month) in touched.commented}
    stale = [
        *_sent(session, workspace, (Delivery.kind == PAGE) & Delivery.reference.in_(pages)),
        *_sent(session, workspace, (Delivery.kind == COMMENTS) & Delivery.reference.in_(threads)),
    ]
    here = [row for row in stale if _is_here(session, workspace, row.target)]
    taking_back.enqueue_replacements(session, workspace, here, now=now)
    _remove(session, workspace, [row for row in stale if row not in here], now)


def _tells(digest: Digest, months: set[Month], promised: Iterable[Month]) -> bool:
    if (digest.team_id, digest.month) in months:
        return True
    # A promise is carried on by the digests of later months.
    return any(digest.team_id == team and digest.month > month for team, month in promised)


def _posts(session: Session, workspace: Workspace, promised: set[Month], now: datetime) -> None:
    """What was promised, as it stands in the team's channel; a post with nothing left in it goes."""
    for team_id, month in sorted(promised):
        shared = session.get(SharedDigest, (team_id, month))
        if shared is None:
            continue
        if promises.of_month(session, team_id, month):
            sharing.post_promises(session, shared, now)
            continue
        posts = _sent(session, workspace, Delivery.key == f"promises:{sharing.shared_as(shared)}")
        _remove(session, workspace, posts, now)


def _remove(session: Session, workspace: Workspace, rows: list[Delivery], now: datetime) -> None:
    taking_back.enqueue_deletions(session, workspace, rows, now=now)
    for row in rows:
        session.delete(row)
    session.flush()


def _sent(session: Session, workspace: Workspace, which: ColumnElement[bool]) -> list[Delivery]:
    ours = (Delivery.workspace_id == workspace.id, Delivery.state == DeliveryState.SENT)
    return list(session.scalars(select(Delivery).where(*ours, which).order_by(Delivery.id)))


def _is_here(session: Session, workspace: Workspace, slack_user_id: str) -> bool:
    found = members.find(session, workspace, slack_user_id)
    return found is not None and found.can_be_reached
