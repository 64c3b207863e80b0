"""Copies in Slack that contain an erased person's data: delete or replace them.

A digest's page contains shared thank-yous and promises, a post promises, a message in a digest's thread
comments; two kinds of message name a team's leader, and two name whom a thank-you did not reach.
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
from slackapp.obstacles import notices as notices_of_obstacles
from slackapp.outbox.references import TeamMonthRef
from slackapp.privacy import slack_redaction
from slackapp.pulse import notices
from slackapp.recognition import unconfirmed, undelivered
from slackapp.recognition.notifications import Kind
from slackapp.workspace import members, permissions

PAGE, COMMENTS, HANDING_ON = "digest-page", "digest-comments", "digest-hand-on"
"""Kinds of deliveries that the reports enqueue, as stored in the rows."""

WITH_WORDS = (
    *(Kind.THANKS, Kind.POST, Kind.POST_GONE, Kind.MEANT_A_LOT, undelivered.KIND, unconfirmed.NOTICE),
    *(PAGE, COMMENTS, sharing.POSTED, sharing.KEPT),
    *notices_of_obstacles.WITH_WORDS,
)
"""Kinds whose rows are kept as long as their content: without them it could not be deleted in Slack."""


@dataclass(frozen=True, slots=True)
class AffectedMonths:
    """The months, by team, that contain something from or about a person."""

    shared: set[TeamMonthRef] = field(default_factory=set)
    promised: set[TeamMonthRef] = field(default_factory=set)
    commented: set[TeamMonthRef] = field(default_factory=set)


def shared_by(session: Session, workspace: Workspace, member: Member) -> set[TeamMonthRef]:
    """Return the months in which recognitions that they gave or received were shared."""
    query = (
        select(Recipient.team_id, Recipient.given_at)
        .join(Recognition, Recognition.id == Recipient.recognition_id)
        .where(or_(Recognition.giver_id == member.id, Recipient.member_id == member.id))
        .where(Recipient.sharing == Sharing.SHARED, Recipient.team_id.is_not(None))
    )
    return {
        TeamMonthRef(team or "", month_of(at, workspace.time_zone)) for team, at in session.execute(query)
    }


def enqueue_corrections(
    session: Session, workspace: Workspace, member: Member, affected: AffectedMonths, now: datetime
) -> None:
    """Enqueue what must change in Slack. `member` still has their name and teams."""
    _pages(session, workspace, affected, now)
    _posts(session, workspace, affected.promised, now)
    led_by_member = Leadership.member_id == member.id
    led = set(session.scalars(select(Leadership.team_id).where(led_by_member)))
    naming = Delivery.kind.in_([notices.NEW_LEADER, HANDING_ON]) & Delivery.reference.in_(led)
    received = select(Recipient.recognition_id).where(Recipient.member_id == member.id)
    missing = (Delivery.kind == undelivered.KIND) & Delivery.reference.in_(received)
    about = _sent(session, workspace, naming | missing | _asking_about(member))
    _remove(session, workspace, about, now)


def _asking_about(member: Member) -> ColumnElement[bool]:
    """Select the messages that ask a giver whether something has reached this person."""
    to_person = (Delivery.workspace_id == member.workspace_id, Delivery.target == member.slack_user_id)
    notices_about = select(Delivery.notice_id).where(*to_person, Delivery.notice_id.is_not(None))
    return (Delivery.kind == unconfirmed.NOTICE) & Delivery.id.in_(notices_about)


def enqueue_deletions(
    session: Session, workspace: Workspace, digests: Select[str], now: datetime, kinds: Collection[str] = ()
) -> None:
    """Enqueue the deletion of these digests' messages and files, of all kinds or of `kinds` only."""
    # This runs every night, and the index covers whole references only.
    if session.scalar(digests.limit(1)) is None:
        return
    # A chart's reference begins with the digest's id.
    of_them = func.substr(Delivery.reference, 1, ID_LENGTH).in_(digests)
    condition = Delivery.reference.in_(digests) & Delivery.kind.in_(kinds) if kinds else of_them
    _remove(session, workspace, _sent(session, workspace, condition), now)


def _pages(session: Session, workspace: Workspace, affected: AffectedMonths, now: datetime) -> None:
    """Replace pages and comments for those who still lead, and delete the others."""
    tree = permissions.teams(session, workspace.id)
    highlighted = {
        TeamMonthRef(ancestor, about.month)
        for about in affected.shared
        for ancestor in permissions.ancestors(tree, about.team_id)
    }
    of_teams = {about.team_id for about in highlighted | affected.promised | affected.commented}
    digests = list(session.scalars(select(Digest).where(Digest.team_id.in_(of_teams))))
    pages = {
        digest.id
        for digest in digests
        if _mentions(digest, highlighted | affected.commented, affected.promised)
    }
    threads = {digest.id for digest in digests if _month_of(digest) in affected.commented}
    stale = [
        *_sent(session, workspace, (Delivery.kind == PAGE) & Delivery.reference.in_(pages)),
        *_sent(session, workspace, (Delivery.kind == COMMENTS) & Delivery.reference.in_(threads)),
    ]
    to_replace = [row for row in stale if _is_reachable(session, workspace, row.target)]
    slack_redaction.enqueue_replacements(session, workspace, to_replace, now=now)
    _remove(session, workspace, [row for row in stale if row not in to_replace], now)


def _mentions(digest: Digest, months: set[TeamMonthRef], promised: Iterable[TeamMonthRef]) -> bool:
    if _month_of(digest) in months:
        return True
    # A promise is repeated in the digests of later months.
    return any(digest.team_id == about.team_id and digest.month > about.month for about in promised)


def _month_of(digest: Digest) -> TeamMonthRef:
    return TeamMonthRef(digest.team_id, digest.month)


def _posts(session: Session, workspace: Workspace, promised: set[TeamMonthRef], now: datetime) -> None:
    """Update the posts of promises in team channels; delete a post that would be empty."""
    for about in sorted(promised, key=str):
        shared = session.get(SharedDigest, (about.team_id, about.month))
        if shared is None:
            continue
        news = (Delivery.kind == sharing.KEPT) & Delivery.reference.startswith(
            f"{sharing.shared_as(shared)}:"
        )
        _remove(session, workspace, _sent(session, workspace, news), now)
        if promises.of_month(session, about.team_id, about.month):
            sharing.post_promises(session, shared, now)
            continue
        posts = _sent(session, workspace, Delivery.key == f"promises:{sharing.shared_as(shared)}")
        _remove(session, workspace, posts, now)


def _remove(session: Session, workspace: Workspace, rows: list[Delivery], now: datetime) -> None:
    slack_redaction.enqueue_deletions(session, workspace, rows, now=now)
    for row in rows:
        session.delete(row)
    session.flush()


def _sent(session: Session, workspace: Workspace, condition: ColumnElement[bool]) -> list[Delivery]:
    is_sent = (Delivery.workspace_id == workspace.id, Delivery.state == DeliveryState.SENT)
    return list(session.scalars(select(Delivery).where(*is_sent, condition).order_by(Delivery.id)))


def _is_reachable(session: Session, workspace: Workspace, slack_user_id: str) -> bool:
    member = members.find(session, workspace, slack_user_id)
    return member is not None and member.can_be_reached
