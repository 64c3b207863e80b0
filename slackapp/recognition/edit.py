"""Changing the words of a thank-you, and taking it back, within a day."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core.db import OLD_COPIES, after_commit
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Member, Recipient, Recognition, Workspace
from slackapp.outbox import deduplication as inbound
from slackapp.recognition import boosts as boosting
from slackapp.recognition import notifications as letters_owed
from slackapp.recognition.draft import Draft, InvalidDraft
from slackapp.recognition.give import CHANGEABLE_FOR, GiveContext, check_words, require_behaviour


def find(session: Session, workspace: Workspace, recognition_id: str) -> Recognition:
    """One recognition of this workspace, locked for a change."""
    found = session.scalar(
        select(Recognition)
        .where(Recognition.id == recognition_id, Recognition.workspace_id == workspace.id)
        .with_for_update()
    )
    if found is None:
        raise UserError(translatable("This thank-you is no longer here."))
    return found


def get_editable(
    session: Session, workspace: Workspace, recognition_id: str, occasion: GiveContext
) -> Recognition:
    """A recognition that its giver may still edit or undo, locked for it."""
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
    """The giver's newest that can still be changed."""
    found = session.scalar(
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
    if found is None:
        raise UserError(
            translatable("You have sent nothing in the last 24 hours that could still be changed.")
        )
    return found


def edit(
    session: Session, workspace: Workspace, recognition_id: str, draft: Draft, occasion: GiveContext
) -> Recognition:
    """Change the words and the behaviour; the same change twice is one change."""
    recognition = get_editable(session, workspace, recognition_id, occasion)
    if refusals := list(check_words(draft, occasion.confidentiality)):
        raise InvalidDraft(refusals)
    if (recognition.behaviour, recognition.words) == (draft.behaviour, draft.words):
        return recognition
    recognition.behaviour, recognition.words = require_behaviour(draft), draft.words
    recognition.revision += 1
    session.flush()
    letters_owed.enqueue_text_update(session, workspace, recognition, now=occasion.now)
    after_commit(session, OLD_COPIES)
    return recognition


def undo(session: Session, workspace: Workspace, recognition_id: str, occasion: GiveContext) -> Recognition:
    """Take it back: the words are gone from here at once, and from Slack as soon as it lets us."""
    recognition = get_editable(session, workspace, recognition_id, occasion)
    recognition.words, recognition.link, recognition.undone_at = None, None, occasion.now
    recognition.revision += 1
    boosting.delete_for(session, recognition)
    session.flush()
    letters_owed.withdraw(session, workspace, recognition, now=occasion.now)
    after_commit(session, OLD_COPIES)
    return recognition


def undo_latest(session: Session, workspace: Workspace, occasion: GiveContext) -> Recognition:
    """Take the newest one back; when the same request comes again, it is not the one before it."""
    if inbound.first_time(
        session, workspace, inbound.IdempotencyKey(occasion.key, outcome=""), now=occasion.now
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


def recipients_of(session: Session, recognition: Recognition) -> tuple[str, ...]:
    """Whom it was for, as Slack ids, in the order of their names."""
    theirs = select(Member.slack_user_id).join(Recipient, Recipient.member_id == Member.id)
    return tuple(
        session.scalars(
            theirs.where(Recipient.recognition_id == recognition.id).order_by(Member.name, Member.id)
        )
    )
