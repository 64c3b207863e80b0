"""Erasing one person: their words and names go, figures stay, and nothing brings them back.

Their row stays as an empty place, so that a thank-you still counts for the team it was given in.
Messages about them that stand in Slack are changed through the outbox.
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
from slackapp.core.pseudonyms import GONE, Pseudonyms
from slackapp.models import (
    Blocking,
    Delivery,
    DeliveryState,
    Leadership,
    Member,
    Poll,
    PollMember,
    PollState,
    Team,
    Tombstone,
    Workspace,
)
from slackapp.outbox.queue import insert_for
from slackapp.privacy import id_scrubbing as traces
from slackapp.privacy import legal_holds as holds
from slackapp.privacy import shared_copies as handed_out
from slackapp.privacy import slack_redaction as taking_back
from slackapp.privacy.recognition_redaction import redact
from slackapp.pulse import rounds
from slackapp.pulse.keys import KeyDirectory
from slackapp.workspace import audit_log as audit
from slackapp.workspace import members

FORMER = translatable("a former colleague")


class ErasureResult(StrEnum):
    """How it ended."""

    DONE = "erased"
    HELD = "held"
    NOBODY = "unknown"


@dataclass(frozen=True, slots=True)
class ErasureRequest:
    """Who is to be erased, by Slack's id, and who asked: an audit mark. None means the person did.

    `told` hears how many of the places where they may stand have been searched. `again` is for somebody
    whom an old backup brought back: a legal hold in it is older than their erasure, and was lifted for it.
    """

    slack_user_id: str
    actor: str | None = None
    told: OnProgress = no_progress
    again: bool = False


def erase(
    sessions: Sessions, keys: KeyDirectory, workspace_id: str, asked: ErasureRequest, now: datetime
) -> ErasureResult:
    """Erase one person. Open ballots go even where a legal hold keeps the rest.

    Call `traces.sweep` afterwards: until then the database's file may hold old copies of its rows.
    """
    pseudonyms = Pseudonyms(keys.path)
    with sessions.begin() as session:
        workspace = session.get_one(Workspace, workspace_id)
        member = members.find(session, workspace, asked.slack_user_id)
        if member is None:
            return ErasureResult.NOBODY
        withdraw_ballots(session, keys, member, now)
        if asked.again:
            holds.lift(session, workspace, member)
        elif holds.covers(session, workspace, member):
            return ErasureResult.HELD
        mark = pseudonyms.person(workspace.slack_team_id, member.slack_user_id)
        actor = asked.actor or pseudonyms.actor(member.id)
        _bury(session, workspace, mark)
        audit.record(session, workspace, audit.NewEntry(actor, audit.Action.ERASED, mark), now=now)
        _forget(session, workspace, member, now, asked.told)
    # After the commit: a mark without an erasure would erase somebody at the next start who is still here.
    pseudonyms.bury(frozenset({mark}))
    return ErasureResult.DONE


def without_erased(
    session: Session, pseudonyms: Pseudonyms, workspace: Workspace, people: list[members.SlackProfile]
) -> list[members.SlackProfile]:
    """Those who may be remembered: whoever was erased is not re-created by what Slack tells."""
    buried = set(session.scalars(select(Tombstone.mark).where(Tombstone.workspace_id == workspace.id)))
    if not buried:
        return people
    return [
        one for one in people if pseudonyms.person(workspace.slack_team_id, one.slack_user_id) not in buried
    ]


def allow_return(session: Session, pseudonyms: Pseudonyms, workspace: Workspace, slack_user_id: str) -> None:
    """Somebody who was erased wants to use the app again, and is met like anybody new."""
    mark = pseudonyms.person(workspace.slack_team_id, slack_user_id)
    session.execute(delete(Tombstone).where(Tombstone.workspace_id == workspace.id, Tombstone.mark == mark))
    pseudonyms.dig_up(mark)


def reapply(sessions: Sessions, keys: KeyDirectory, now: datetime) -> int:
    """Erase again whom a database from an old backup brought back; gives how many. For every start."""
    pseudonyms = Pseudonyms(keys.path)
    with sessions.read() as session:
        here = session.execute(
            select(Workspace.id, Workspace.slack_team_id, Member.slack_user_id)
            .join(Member, Member.workspace_id == Workspace.id)
            .where(Member.slack_user_id.not_like(f"{GONE}%"))
        ).all()
        pseudonyms.bury(frozenset(session.scalars(select(Tombstone.mark))))
    buried = pseudonyms.buried()
    if not buried:
        return 0
    back = [row for row in here if pseudonyms.person(row.slack_team_id, row.slack_user_id) in buried]
    for row in back:
        erase(sessions, keys, row.id, ErasureRequest(row.slack_user_id, actor=audit.THE_APP, again=True), now)
    return len(back)


def withdraw_ballots(session: Session, keys: KeyDirectory, member: Member, now: datetime) -> None:
    """Delete somebody's sealed answers to what is still open, and their place among those asked."""
    asked = (
        select(Poll.id)
        .join(PollMember, PollMember.poll_id == Poll.id)
        .where(PollMember.member_id == member.id, Poll.state == PollState.OPEN)
    )
    for poll_id in list(session.scalars(asked)):
        # At the very end a check-in takes no more changes: it is counted, and its ballots go, by themselves.
        with suppress(UserError):
            rounds.withdraw(session, keys, (poll_id, member.id), now)
    session.execute(delete(PollMember).where(PollMember.member_id == member.id))


def _bury(session: Session, workspace: Workspace, mark: str) -> None:
    row = {"workspace_id": workspace.id, "mark": mark, "swept": False}
    insert = insert_for(session)(Tombstone)
    session.execute(
        insert.values(row).on_conflict_do_update(
            index_elements=["workspace_id", "mark"], set_={"swept": insert.excluded.swept}
        )
    )


def _forget(session: Session, workspace: Workspace, member: Member, now: datetime, told: OnProgress) -> None:
    former = voice(workspace.language)(FORMER)
    slack_user_id = member.slack_user_id
    # What was sent to them goes first, out of their own conversation too: nothing there is changed any more.
    _take_back_their_own(session, workspace, slack_user_id, now)
    touched = redact(session, workspace, member, former, now)
    handed_out.enqueue_corrections(session, workspace, member, touched, now)
    session.execute(
        delete(Blocking).where(or_(Blocking.member_id == member.id, Blocking.giver_id == member.id))
    )
    for place in (Team.leader_id, Team.deputy_id):
        session.execute(update(Team).where(place == member.id).values({place.key: None}))
    session.execute(update(Leadership).where(Leadership.before_id == member.id).values(before_id=None))
    gone = traces.ErasedPerson(slack_user_id, member.name)
    _empty(member, former)
    session.flush()
    traces.remove(session, workspace, gone, former, told)


def _take_back_their_own(session: Session, workspace: Workspace, slack_user_id: str, now: datetime) -> None:
    """Messages, pictures and files in their own conversation with the app."""
    theirs = (Delivery.workspace_id == workspace.id, Delivery.target == slack_user_id)
    stand = select(Delivery).where(*theirs, Delivery.state == DeliveryState.SENT)
    taking_back.enqueue_deletions(session, workspace, session.scalars(stand.order_by(Delivery.id)), now=now)
    taking_back.when_sent(session, workspace, slack_user_id)
    session.execute(delete(Delivery).where(*theirs))


def _empty(member: Member, former: str) -> None:
    """Put every column back to what a new row would have, but for those that keep the place."""
    for column in Member.__table__.columns:
        if column.name not in {"id", "workspace_id"}:
            default = column.default.arg if column.default is not None and column.default.is_scalar else None
            setattr(member, column.key, default)
    member.slack_user_id, member.name, member.left = f"{GONE}{member.id}", former, True
