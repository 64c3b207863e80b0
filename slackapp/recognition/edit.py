"""Edit a thank-you or undo it, within 24 hours."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core.behaviours import Behaviour
from slackapp.core.db import OLD_COPIES, after_commit
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Member, Recipient, Recognition, Sharing, Workspace
from slackapp.outbox import deduplication
from slackapp.recognition import boosts, notifications
from slackapp.recognition.draft import Draft, InvalidDraft
from slackapp.recognition.give import CHANGEABLE_FOR, GiveContext, check_words, require_behaviour


def find(session: Session, workspace: Workspace, recognition_id: str) -> Recognition:
    """Return one recognition of this workspace, locked for a change. UserError if it is not there."""
    recognition = session.scalar(
        select(Recognition)
        .where(Recognition.id == recognition_id, Recognition.workspace_id == workspace.id)
        .with_for_update()
    )
    if recognition is None:
        raise UserError(translatable("This thank-you is no longer here."))
    return recognition


def get_editable(
    session: Session, workspace: Workspace, recognition_id: str, occasion: GiveContext
) -> Recognition:
    """Return a recognition that its giver may still edit or undo, locked. UserError otherwise."""
    recognition = find(session, workspace, recognition_id)
    if session.get_one(Member, recognition.giver_id).slack_user_id != occasion.giver:
        raise UserError(translatable("Only the person who wrote this can change it."))
    if recognition.undone_at is not None:
        raise UserError(translatable("You have already taken this one back."))
    if occasion.now - recognition.given_at >= CHANGEABLE_FOR:
        raise UserError(
            translatable("This was sent more than 24 hours ago, so it can't be changed any more.")
        )
    return recognition


def latest(session: Session, workspace: Workspace, occasion: GiveContext) -> Recognition:
    """Return the giver's newest recognition that can still be changed. UserError without one."""
    recognition = session.scalar(
        select(Recognition)
        .join(Member, Member.id == Recognition.giver_id)
        .where(
            Member.workspace_id == workspace.id,
            Member.slack_user_id == occasion.giver,
            Recognition.undone_at.is_(None),
            Recognition.given_at > occasion.now - CHANGEABLE_FOR,
        )
        .order_by(Recognition.given_at.desc(), Recognition.id.desc())
        .limit(1)
    )
    if recognition is None:
        raise UserError(
            translatable("You have sent nothing in the last 24 hours that could still be changed.")
        )
    return recognition


def edit(
    session: Session, workspace: Workspace, recognition_id: str, draft: Draft, occasion: GiveContext
) -> Recognition:
    """Change the words and the behaviour; whoever shares it with a team is asked again. Idempotent."""
    recognition = get_editable(session, workspace, recognition_id, occasion)
    if refusals := list(check_words(draft, occasion.confidentiality)):
        raise InvalidDraft(refusals)
    if (recognition.behaviour, recognition.words) == (draft.behaviour, draft.words):
        return recognition
    recognition.behaviour, recognition.words = require_behaviour(draft), draft.words
    recognition.revision += 1
    _ask_again(session, recognition)
    session.flush()
    notifications.enqueue_text_update(session, workspace, recognition, now=occasion.now)
    after_commit(session, OLD_COPIES)
    return recognition


def _ask_again(session: Session, recognition: Recognition) -> None:
    """Ask whoever shares it once more: they agreed to other words. Its post leaves the channel until then."""
    shared = [recipient for recipient in recognition.recipients if recipient.sharing == Sharing.SHARED]
    for recipient in shared:
        recipient.sharing = Sharing.ASKED
    if shared:
        boosts.delete_for(session, recognition)


def undo(session: Session, workspace: Workspace, recognition_id: str, occasion: GiveContext) -> Recognition:
    """Undo a recognition: delete its words here at once, and enqueue the changes in Slack."""
    recognition = get_editable(session, workspace, recognition_id, occasion)
    recognition.words, recognition.link, recognition.undone_at = None, None, occasion.now
    recognition.revision += 1
    boosts.delete_for(session, recognition)
    session.flush()
    notifications.withdraw(session, workspace, recognition, now=occasion.now)
    after_commit(session, OLD_COPIES)
    return recognition


def undo_latest(session: Session, workspace: Workspace, occasion: GiveContext) -> Recognition:
    """Undo the newest recognition; the same request again does not undo the one before."""
    if deduplication.first_time(
        session, workspace, deduplication.IdempotencyKey(occasion.key, outcome=""), now=occasion.now
    ):
        return undo(session, workspace, latest(session, workspace, occasion).id, occasion)
    taken_back = (
        select(Recognition)
        .join(Member, Member.id == Recognition.giver_id)
        .where(
            Member.workspace_id == workspace.id,
            Member.slack_user_id == occasion.giver,
            Recognition.undone_at.is_not(None),
        )
    )
    return session.scalars(taken_back.order_by(Recognition.undone_at.desc()).limit(1)).one()


def as_draft(session: Session, recognition: Recognition) -> Draft:
    """Return what was sent as the draft that its giver may change."""
    return Draft(
        people=recipients_of(session, recognition),
        behaviour=Behaviour(recognition.behaviour),
        words=recognition.words or "",
    )


def recipients_of(session: Session, recognition: Recognition) -> tuple[str, ...]:
    """Return the recipients' Slack ids, ordered by name."""
    slack_user_ids = select(Member.slack_user_id).join(Recipient, Recipient.member_id == Member.id)
    return tuple(
        session.scalars(
            slack_user_ids.where(Recipient.recognition_id == recognition.id).order_by(Member.name, Member.id)
        )
    )
