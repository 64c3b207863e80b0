"""Erase one person: delete their words and names, keep figures, and prevent their return from a backup.

Their row stays without personal data, so that a thank-you still counts for the team it was given in.
Messages about them in Slack are changed through the outbox.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from slackapp.core.batches import OnProgress, no_progress
from slackapp.core.db import Sessions
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable, voice
from slackapp.core.pseudonyms import GONE, ErasureList, Pseudonyms
from slackapp.models import (
    Blocking,
    Delivery,
    DeliveryState,
    DigestReader,
    Leadership,
    Member,
    Poll,
    PollMember,
    PollState,
    Team,
    TeamProposal,
    TeamReader,
    Tombstone,
    Workspace,
)
from slackapp.outbox.queue import insert_for
from slackapp.privacy import id_scrubbing, legal_holds, obstacle_records, shared_copies, slack_redaction
from slackapp.privacy.recognition_redaction import redact, without
from slackapp.pulse import alarm_notices, rounds
from slackapp.pulse.keys import KeyDirectory
from slackapp.workspace import audit_log, members

FORMER = translatable("a former colleague")


class ErasureResult(StrEnum):
    """The outcome of an erasure."""

    DONE = "erased"
    HELD = "held"
    NOBODY = "unknown"


@dataclass(frozen=True, slots=True)
class ErasureRequest:
    """Whom to erase, by Slack's id, and the pseudonym of who asked; None means the person did.

    `on_progress` is called with how many columns have been searched. `again` is for somebody whom an old
    backup brought back: a legal hold in it is older than their erasure, and was lifted for it.
    """

    slack_user_id: str
    actor: str | None = None
    on_progress: OnProgress = no_progress
    again: bool = False


def erase(
    sessions: Sessions, keys: KeyDirectory, workspace_id: str, request: ErasureRequest, now: datetime
) -> ErasureResult:
    """Erase one person. Open ballots go even where a legal hold keeps the rest.

    Call `id_scrubbing.sweep` afterwards: until then the database's file may hold old copies of its rows.
    """
    pseudonyms = Pseudonyms(keys.path)
    with sessions.begin() as session:
        workspace = session.get_one(Workspace, workspace_id)
        member = members.find(session, workspace, request.slack_user_id)
        if member is None:
            return ErasureResult.NOBODY
        withdraw_ballots(session, keys, member, now)
        if request.again:
            legal_holds.lift(session, workspace, member)
        elif legal_holds.covers(session, workspace, member):
            return ErasureResult.HELD
        mark = pseudonyms.for_person(workspace.slack_team_id, member.slack_user_id)
        actor = request.actor or pseudonyms.for_actor(member.id)
        _add_tombstone(session, workspace, mark)
        audit_log.record(
            session, workspace, audit_log.NewEntry(actor, audit_log.Action.ERASED, mark), now=now
        )
        _remove_person(session, workspace, member, now, request.on_progress)
    # After the commit: a listed pseudonym without an erasure would erase the person at the next start.
    ErasureList(keys.path).add(frozenset({mark}))
    return ErasureResult.DONE


def without_erased(
    session: Session, pseudonyms: Pseudonyms, workspace: Workspace, people: list[members.SlackProfile]
) -> list[members.SlackProfile]:
    """Return the profiles that may be stored: erased people are not re-created from Slack's lists."""
    erased = set(session.scalars(select(Tombstone.mark).where(Tombstone.workspace_id == workspace.id)))
    if not erased:
        return people
    return [
        profile
        for profile in people
        if pseudonyms.for_person(workspace.slack_team_id, profile.slack_user_id) not in erased
    ]


def allow_return(session: Session, keys: KeyDirectory, workspace: Workspace, slack_user_id: str) -> None:
    """Let an erased person use the app again, as somebody new."""
    mark = Pseudonyms(keys.path).for_person(workspace.slack_team_id, slack_user_id)
    session.execute(delete(Tombstone).where(Tombstone.workspace_id == workspace.id, Tombstone.mark == mark))
    ErasureList(keys.path).remove(mark)


def reapply(sessions: Sessions, keys: KeyDirectory, now: datetime) -> int:
    """Erase again people whom an old backup brought back; return how many. Run at every start."""
    pseudonyms, erasures = Pseudonyms(keys.path), ErasureList(keys.path)
    with sessions.read() as session:
        member_rows = session.execute(
            select(Workspace.id, Workspace.slack_team_id, Member.slack_user_id)
            .join(Member, Member.workspace_id == Workspace.id)
            .where(Member.slack_user_id.not_like(f"{GONE}%"))
        ).all()
        erasures.add(frozenset(session.scalars(select(Tombstone.mark))))
    erased = erasures.all()
    if not erased:
        return 0
    restored = [
        row for row in member_rows if pseudonyms.for_person(row.slack_team_id, row.slack_user_id) in erased
    ]
    for row in restored:
        erase(
            sessions,
            keys,
            row.id,
            ErasureRequest(row.slack_user_id, actor=audit_log.THE_APP, again=True),
            now,
        )
    return len(restored)


def withdraw_ballots(session: Session, keys: KeyDirectory, member: Member, now: datetime) -> None:
    """Delete somebody's sealed answers to open check-ins, and remove them from the audience."""
    # Who is asked stands in the charters, whatever a table says.
    open_polls = select(Poll.id).where(Poll.workspace_id == member.workspace_id, Poll.state == PollState.OPEN)
    team = session.get_one(Workspace, member.workspace_id).slack_team_id
    person = rounds.person_of(team, member.slack_user_id)
    for poll_id in list(session.scalars(open_polls)):
        # A check-in that is closing takes no more changes: it deletes its ballots itself.
        with suppress(UserError):
            rounds.withdraw(session, keys, poll_id, person, now)
    session.execute(delete(PollMember).where(PollMember.member_id == member.id))
    alarm_notices.forget(keys, member.slack_user_id)


def _add_tombstone(session: Session, workspace: Workspace, mark: str) -> None:
    row = {"workspace_id": workspace.id, "mark": mark, "swept": False}
    insert = insert_for(session)(Tombstone)
    session.execute(
        insert.values(row).on_conflict_do_update(
            index_elements=["workspace_id", "mark"], set_={"swept": insert.excluded.swept}
        )
    )


def _remove_person(
    session: Session, workspace: Workspace, member: Member, now: datetime, on_progress: OnProgress
) -> None:
    former = voice(workspace.language)(FORMER)
    slack_user_id = member.slack_user_id
    # Delete what was sent to them first, so that nothing in their own conversation is updated.
    _delete_own_messages(session, workspace, slack_user_id, now)
    affected = redact(session, workspace, member, former, now)
    shared_copies.enqueue_corrections(session, workspace, member, affected, now)
    obstacle_records.erase(session, workspace, member, lambda words: without(words, member, former), now)
    session.execute(
        delete(Blocking).where(or_(Blocking.member_id == member.id, Blocking.giver_id == member.id))
    )
    for place in (Team.leader_id, Team.deputy_id):
        session.execute(update(Team).where(place == member.id).values({place.key: None}))
    session.execute(update(Leadership).where(Leadership.before_id == member.id).values(before_id=None))
    for reading in (TeamReader, DigestReader):
        session.execute(delete(reading).where(reading.member_id == member.id))
    # As if they had declined: the team waits for an admin.
    named = update(TeamProposal).where(TeamProposal.member_id == member.id)
    session.execute(named.values(member_id=None, declined_at=now))
    person = id_scrubbing.ErasedPerson(slack_user_id, member.name)
    _clear_row(member, former)
    session.flush()
    id_scrubbing.remove(session, workspace, person, former, on_progress)


def _delete_own_messages(session: Session, workspace: Workspace, slack_user_id: str, now: datetime) -> None:
    """Enqueue the deletion of messages, charts and files in their own conversation with the app."""
    own = (Delivery.workspace_id == workspace.id, Delivery.target == slack_user_id)
    sent = select(Delivery).where(*own, Delivery.state == DeliveryState.SENT)
    slack_redaction.enqueue_deletions(
        session, workspace, session.scalars(sent.order_by(Delivery.id)), now=now
    )
    slack_redaction.when_sent(session, workspace, slack_user_id)
    session.execute(delete(Delivery).where(*own))


def _clear_row(member: Member, former: str) -> None:
    """Reset every column but the ids to its default, and set the placeholder name."""
    for column in Member.__table__.columns:
        if column.name not in {"id", "workspace_id"}:
            default = column.default.arg if column.default is not None and column.default.is_scalar else None
            setattr(member, column.key, default)
    member.slack_user_id, member.name, member.left = f"{GONE}{member.id}", former, True
