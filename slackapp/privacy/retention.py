"""Retention: how long each kind of record is kept, and the daily deletion.

A legal hold keeps thank-yous and promises, and for a whole workspace everything but ballots and keys,
which are deleted when their check-in closes, whatever anybody asks.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Delete, delete, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from slackapp.core.calendar import month_of, months_earlier
from slackapp.core.db import Sessions
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import (
    AuditEntry,
    Boost,
    Bundle,
    BundleScore,
    Comment,
    Delivery,
    DeliveryState,
    Digest,
    DigestReader,
    FanOut,
    LeaderWords,
    MonthFigures,
    Poll,
    PollState,
    PollUnit,
    Promise,
    Recipient,
    Recognition,
    Retention,
    SharedDigest,
    Team,
    Workspace,
)
from slackapp.privacy import legal_holds, obstacle_records, shared_copies, uninstall
from slackapp.workspace import audit_log

LIMITS = {
    "recognitions_months": (1, 120),
    "figures_months": (1, 120),
    "comments_months": (1, 36),
    "messages_months": (1, 36),
    "audit_months": (12, 120),
    "after_uninstall_days": (1, 365),
}
"""The minimum and maximum of each setting."""

_DONE = (DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.EXPIRED, DeliveryState.UNKNOWN)
_ENDED = (PollState.CLOSED, PollState.CANCELLED, PollState.LOST)
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Deleted:
    """How many rows of one kind were deleted."""

    kind: str
    rows: int


def in_force(session: Session, workspace: Workspace) -> Retention:
    """Return the retention of a workspace: its row, or the model's defaults. Stores nothing."""
    defaults = {
        column.key: column.default.arg
        for column in Retention.__table__.columns
        if isinstance(column.default, ScalarElementColumnDefault)
    }
    return session.get(Retention, workspace.id) or Retention(workspace_id=workspace.id, **defaults)


def rules(session: Session, workspace: Workspace) -> Retention:
    """Return the retention row of a workspace, created if it does not exist."""
    limits = session.get(Retention, workspace.id)
    if limits is None:
        limits = Retention(workspace_id=workspace.id)
        session.add(limits)
        session.flush()
    return limits


def set_limit(session: Session, workspace: Workspace, name: str, value: int) -> int:
    """Change one of the settings; return its former value.

    Raises:
        UserError: There is no such setting, or the value lies outside its limits.
    """
    if name not in LIMITS:
        raise UserError(translatable("There is no setting called {name}."), name=name)
    least, most = LIMITS[name]
    if not least <= value <= most:
        sentence = translatable("Please choose a number from {least} to {most}.")
        raise UserError(sentence, least=least, most=most).beside(name)
    limits = rules(session, workspace)
    before = int(getattr(limits, name))
    setattr(limits, name, value)
    session.flush()
    return before


def run(sessions: Sessions, now: datetime) -> list[Deleted]:
    """Delete what has expired, in every workspace. Idempotent.

    Raises:
        SQLAlchemyError: It failed in one workspace, after all the others were done.
    """
    with sessions.read() as session:
        ids = list(session.scalars(select(Workspace.id).order_by(Workspace.id)))
    deleted: list[Deleted] = []
    failed: SQLAlchemyError | None = None
    for workspace_id in ids:
        try:
            deleted += _run_one(sessions, workspace_id, now)
        except SQLAlchemyError as problem:
            # What is promised to one workspace must not wait for another, which the next try comes back to.
            failed = problem
    if failed is not None:
        raise failed
    return deleted


def _run_one(sessions: Sessions, workspace_id: str, now: datetime) -> list[Deleted]:
    with sessions.begin() as session:
        workspace = session.get_one(Workspace, workspace_id)
        if legal_holds.covers_all(session, workspace):
            return []
        limits = rules(session, workspace)
        grace = timedelta(days=limits.after_uninstall_days)
        if uninstall.is_over(session, workspace, grace, now) and not legal_holds.held_people(
            session, workspace
        ):
            return [Deleted("workspace", uninstall.delete_workspace(session, workspace))]
        first = {
            name: months_earlier(now, getattr(limits, name)) for name in LIMITS if name.endswith("_months")
        }
        counted = [
            Deleted("recognitions", _recognitions(session, workspace, first["recognitions_months"])),
            Deleted("figures", _figures(session, workspace, first["figures_months"], now)),
            Deleted("comments", _comments(session, workspace, first["comments_months"], now)),
            Deleted("messages", _messages(session, workspace, first["messages_months"])),
            Deleted("audit", _audit(session, workspace, first["audit_months"])),
        ]
        deleted = [result for result in counted if result.rows]
        for result in deleted:
            entry = audit_log.NewEntry(
                audit_log.THE_APP, audit_log.Action.RETAINED, result.kind, after=str(result.rows)
            )
            audit_log.record(session, workspace, entry, now=now)
        return deleted


def _recognitions(session: Session, workspace: Workspace, before: datetime) -> int:
    old = select(Recognition.id).where(
        Recognition.workspace_id == workspace.id, Recognition.given_at < before
    )
    held_people = legal_holds.held_people(session, workspace)
    if held_people:
        about_held = select(Recipient.recognition_id).where(Recipient.member_id.in_(held_people))
        old = old.where(Recognition.giver_id.not_in(held_people), Recognition.id.not_in(about_held))
    deleted = 0
    while ids := list(session.scalars(old.limit(_CHUNK))):
        references = ids + [
            f"{recognition}:{member}"
            for recognition, member in session.execute(
                select(Recipient.recognition_id, Recipient.member_id).where(Recipient.recognition_id.in_(ids))
            )
        ]
        session.execute(delete(Delivery).where(Delivery.reference.in_(references)))
        for model in (Boost, Recipient):
            session.execute(delete(model).where(model.recognition_id.in_(ids)))
        session.execute(delete(Recognition).where(Recognition.id.in_(ids)))
        deleted += len(ids)
    return deleted


def _figures(session: Session, workspace: Workspace, before: datetime, now: datetime) -> int:
    old = select(Poll.id).where(
        Poll.workspace_id == workspace.id, Poll.closes_at < before, Poll.state.in_(_ENDED)
    )
    polls = list(session.scalars(old))
    for model in (BundleScore, Bundle, PollUnit):
        session.execute(delete(model).where(model.poll_id.in_(polls)))
    session.execute(delete(FanOut).where(FanOut.reference.in_(polls)))
    session.execute(delete(Delivery).where(Delivery.reference.in_(polls)))
    session.execute(delete(Poll).where(Poll.id.in_(polls)))
    month = month_of(before, workspace.time_zone)
    teams = select(Team.id).where(Team.workspace_id == workspace.id)
    digests = select(Digest.id).where(Digest.team_id.in_(teams), Digest.month < month)
    shared_copies.enqueue_deletions(session, workspace, digests, now)
    counts = [
        _rows(session, delete(model).where(model.team_id.in_(teams), model.month < month))
        for model in (Digest, DigestReader, LeaderWords, MonthFigures, SharedDigest)
    ]
    held_people = legal_holds.held_people(session, workspace)
    about_held = or_(Promise.written_by_id.in_(held_people), Promise.who_id.in_(held_people))
    promises = delete(Promise).where(Promise.team_id.in_(teams), Promise.month < month, ~about_held)
    obstacles = obstacle_records.expire(session, workspace, before, held_people, now=now)
    return len(polls) + sum(counts) + _rows(session, promises) + obstacles


def _comments(session: Session, workspace: Workspace, before: datetime, now: datetime) -> int:
    """Delete comments with what shows them in Slack: the message in a digest's thread, and the page."""
    units = select(Team.id).where(Team.workspace_id == workspace.id)
    month = month_of(before, workspace.time_zone)
    digests = select(Digest.id).where(Digest.team_id.in_(units), Digest.month < month)
    shared_copies.enqueue_deletions(
        session, workspace, digests, now, [shared_copies.PAGE, shared_copies.COMMENTS]
    )
    return _rows(session, delete(Comment).where(Comment.unit_id.in_(units), Comment.month < month))


def _messages(session: Session, workspace: Workspace, before: datetime) -> int:
    """Delete finished deliveries, but none with people's words or a file: an erasure must reach those."""
    finished = (Delivery.workspace_id == workspace.id, Delivery.state.in_(_DONE), Delivery.due < before)
    forgettable = (Delivery.kind.not_in(shared_copies.WITH_WORDS), Delivery.slack_file_id.is_(None))
    return _rows(session, delete(Delivery).where(*finished, *forgettable))


def _audit(session: Session, workspace: Workspace, before: datetime) -> int:
    return _rows(
        session, delete(AuditEntry).where(AuditEntry.workspace_id == workspace.id, AuditEntry.at < before)
    )


def _rows(session: Session, statement: Delete) -> int:
    result = session.execute(statement)
    return int(getattr(result, "rowcount", 0))
