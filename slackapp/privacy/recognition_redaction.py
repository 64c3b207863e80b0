"""Redact a person from texts: what they wrote, and their name in what others wrote."""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from slackapp.models import (
    Comment,
    LeaderWords,
    Member,
    Promise,
    Recipient,
    Recognition,
    Sharing,
    Team,
    Workspace,
)
from slackapp.outbox.references import TeamMonthRef
from slackapp.privacy.shared_copies import AffectedMonths, shared_by
from slackapp.recognition import notifications

_SHORTEST_NAME = 3
"""A shorter part of a name is too often an ordinary word."""


def redact(
    session: Session, workspace: Workspace, member: Member, former: str, now: datetime
) -> AffectedMonths:
    """Delete their own words, put `former` in place of their name, and enqueue message updates."""
    affected = AffectedMonths(shared=shared_by(session, workspace, member))
    changed = _given(session, member) | _received(session, member, former)
    changed |= _mentioned(session, workspace, member, former)
    session.flush()
    for recognition in session.scalars(select(Recognition).where(Recognition.id.in_(changed))):
        recognition.revision += 1
        session.flush()
        notifications.enqueue_all_updates(session, workspace, recognition, now=now)
    affected.commented.update(_in_comments(session, workspace, member, former))
    affected.promised.update(_in_promises(session, workspace, member, former))
    _in_leader_words(session, workspace, member, former)
    return affected


def _given(session: Session, member: Member) -> set[str]:
    """Delete what they wrote; open questions whether to share it are answered with private."""
    recognitions = list(session.scalars(select(Recognition).where(Recognition.giver_id == member.id)))
    for recognition in recognitions:
        recognition.words, recognition.link = None, None
        for recipient in recognition.recipients:
            if recipient.sharing == Sharing.ASKED:
                recipient.sharing = Sharing.PRIVATE
    return {recognition.id for recognition in recognitions}


def _received(session: Session, member: Member, former: str) -> set[str]:
    """Redact recognitions to them: each part of their name refers to them."""
    recognitions = list(
        session.scalars(
            select(Recognition)
            .join(Recipient, Recipient.recognition_id == Recognition.id)
            .where(Recipient.member_id == member.id)
        )
    )
    for recognition in recognitions:
        recognition.words = _without_parts(recognition.words, member, former)
    return {recognition.id for recognition in recognitions}


def _mentioned(session: Session, workspace: Workspace, member: Member, former: str) -> set[str]:
    """Redact other recognitions: only the whole name or the Slack id surely refers to them."""
    named = _names(member, Recognition.words)
    recognitions = list(
        session.scalars(select(Recognition).where(Recognition.workspace_id == workspace.id, named))
    )
    for recognition in recognitions:
        recognition.words = without(recognition.words, member, former)
    return {recognition.id for recognition in recognitions}


def _in_comments(session: Session, workspace: Workspace, member: Member, former: str) -> set[TeamMonthRef]:
    units = select(Team.id).where(Team.workspace_id == workspace.id)
    named = _names(member, Comment.words)
    comments = list(session.scalars(select(Comment).where(Comment.unit_id.in_(units), named)))
    for comment in comments:
        comment.words = without(comment.words, member, former) or ""
    return {TeamMonthRef(comment.unit_id, comment.month) for comment in comments}


def _in_promises(session: Session, workspace: Workspace, member: Member, former: str) -> set[TeamMonthRef]:
    """Delete promises in their own words, and redact those that others wrote."""
    teams = select(Team.id).where(Team.workspace_id == workspace.id)
    columns = (Promise.you_said, Promise.we_will, Promise.reason, Promise.obstacle)
    own = (Promise.written_by_id == member.id, Promise.who_id == member.id)
    about = or_(*own, *(_names(member, column) for column in columns))
    promises = list(session.scalars(select(Promise).where(Promise.team_id.in_(teams), about)))
    months = {TeamMonthRef(promise.team_id, promise.month) for promise in promises}
    by_others = [promise for promise in promises if promise.written_by_id != member.id]
    session.execute(delete(Promise).where(Promise.written_by_id == member.id))
    for promise in by_others:
        promise.you_said = without(promise.you_said, member, former) or ""
        promise.we_will = without(promise.we_will, member, former) or ""
        promise.reason = without(promise.reason, member, former)
        promise.obstacle = without(promise.obstacle, member, former)
    return months


def _in_leader_words(session: Session, workspace: Workspace, member: Member, former: str) -> None:
    """Delete what they wrote about their team for the levels above, and redact what others wrote."""
    teams = select(Team.id).where(Team.workspace_id == workspace.id)
    session.execute(delete(LeaderWords).where(LeaderWords.member_id == member.id))
    named = select(LeaderWords).where(LeaderWords.team_id.in_(teams), _names(member, LeaderWords.words))
    for row in session.scalars(named):
        row.words = without(row.words, member, former) or ""


def _names(member: Member, column: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Return the condition for rows that may contain their Slack id, or their whole name of several words."""
    by_id = column.contains(member.slack_user_id, autoescape=True)
    return or_(by_id, column.icontains(member.name, autoescape=True)) if " " in member.name else by_id


def without(words: str | None, member: Member, former: str) -> str | None:
    """Return words without somebody's whole name and Slack id; `former` stands in their place.

    A name of one word stays: it may be any word, as in "May I" or "we will".
    """
    if words is None:
        return None
    slack_id = re.escape(member.slack_user_id)
    words = re.sub(rf"<@{slack_id}(?:\|[^>]*)?>|@?(?<!\w){slack_id}(?!\w)", former, words)
    if " " not in member.name:
        return words
    return re.sub(rf"@?(?<!\w){re.escape(member.name)}(?!\w)", former, words, flags=re.IGNORECASE)


def _without_parts(words: str | None, member: Member, former: str) -> str | None:
    """The same for a text to them: each part of a name of several words refers to them too.

    A name of one word only does where it is written as "@name".
    """
    words = without(words, member, former)
    if words is None:
        return None
    if " " not in member.name:
        return re.sub(rf"@{re.escape(member.name)}(?!\w)", former, words, flags=re.IGNORECASE)
    for part in re.split(r"\W+", member.name):
        if len(part) >= _SHORTEST_NAME:
            words = re.sub(rf"@?(?<!\w){re.escape(part)}(?!\w)", former, words)
    return words
