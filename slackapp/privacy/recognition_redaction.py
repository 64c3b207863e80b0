"""Taking a person out of thank-yous: what they wrote, and their name in what others wrote."""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from slackapp.models import Comment, Member, Promise, Recipient, Recognition, Sharing, Team, Workspace
from slackapp.privacy.shared_copies import AffectedMonths, Month, shared_by
from slackapp.recognition import notifications as letters_owed

_SHORTEST_NAME = 3
"""A shorter part of a name is too often an ordinary word."""


def redact(
    session: Session, workspace: Workspace, member: Member, former: str, now: datetime
) -> AffectedMonths:
    """Their own words go; where others named them stands `former`. The changes of messages are owed."""
    touched = AffectedMonths(shared=shared_by(session, workspace, member))
    changed = _given(session, member) | _received(session, member, former)
    changed |= _mentioned(session, workspace, member, former)
    session.flush()
    for recognition in session.scalars(select(Recognition).where(Recognition.id.in_(changed))):
        recognition.revision += 1
        session.flush()
        letters_owed.enqueue_all_updates(session, workspace, recognition, now=now)
    touched.commented.update(_in_comments(session, workspace, member, former))
    touched.promised.update(_in_promises(session, workspace, member, former))
    return touched


def _given(session: Session, member: Member) -> set[str]:
    """What they wrote goes; nobody is asked any more whether to share it."""
    given = list(session.scalars(select(Recognition).where(Recognition.giver_id == member.id)))
    for recognition in given:
        recognition.words, recognition.link = None, None
        for recipient in recognition.recipients:
            if recipient.sharing == Sharing.ASKED:
                recipient.sharing = Sharing.PRIVATE
    return {one.id for one in given}


def _received(session: Session, member: Member, former: str) -> set[str]:
    """In a thank-you to them, each part of their name is theirs."""
    parts = [part for part in re.split(r"\W+", member.name) if len(part) >= _SHORTEST_NAME]
    received = list(
        session.scalars(
            select(Recognition)
            .join(Recipient, Recipient.recognition_id == Recognition.id)
            .where(Recipient.member_id == member.id)
        )
    )
    for recognition in received:
        recognition.words = _without(recognition.words, member, former, parts)
    return {one.id for one in received}


def _mentioned(session: Session, workspace: Workspace, member: Member, former: str) -> set[str]:
    """Elsewhere only their whole name, or Slack's id of them, is surely meant for them."""
    named = _names(member, Recognition.words)
    found = list(session.scalars(select(Recognition).where(Recognition.workspace_id == workspace.id, named)))
    for recognition in found:
        recognition.words = _without(recognition.words, member, former, [])
    return {one.id for one in found}


def _in_comments(session: Session, workspace: Workspace, member: Member, former: str) -> set[Month]:
    units = select(Team.id).where(Team.workspace_id == workspace.id)
    named = _names(member, Comment.words)
    found = list(session.scalars(select(Comment).where(Comment.unit_id.in_(units), named)))
    for comment in found:
        comment.words = _without(comment.words, member, former, []) or ""
    return {(one.unit_id, one.month) for one in found}


def _in_promises(session: Session, workspace: Workspace, member: Member, former: str) -> set[Month]:
    """A promise in their own words goes with them; one that others wrote names them no more."""
    teams = select(Team.id).where(Team.workspace_id == workspace.id)
    columns = (Promise.you_said, Promise.we_will, Promise.reason)
    theirs = (Promise.written_by_id == member.id, Promise.who_id == member.id)
    about = or_(*theirs, *(_names(member, column) for column in columns))
    found = list(session.scalars(select(Promise).where(Promise.team_id.in_(teams), about)))
    months = {(one.team_id, one.month) for one in found}
    others = [one for one in found if one.written_by_id != member.id]
    session.execute(delete(Promise).where(Promise.written_by_id == member.id))
    for promise in others:
        promise.you_said = _without(promise.you_said, member, former, []) or ""
        promise.we_will = _without(promise.we_will, member, former, []) or ""
        promise.reason = _without(promise.reason, member, former, [])
    return months


def _names(member: Member, column: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Rows in which their whole name or Slack's id of them may stand."""
    by_name = column.icontains if " " in member.name else column.contains
    return or_(column.contains(member.slack_user_id, autoescape=True), by_name(member.name, autoescape=True))


def _without(words: str | None, member: Member, former: str, parts: list[str]) -> str | None:
    if words is None:
        return None
    slack_id = re.escape(member.slack_user_id)
    words = re.sub(rf"<@{slack_id}(?:\|[^>]*)?>|@?{slack_id}", former, words)
    # A name of one word may be an ordinary word in small letters: Hope, Rose, May.
    flags = re.IGNORECASE if " " in member.name else re.NOFLAG
    words = re.sub(rf"@?(?<!\w){re.escape(member.name)}(?!\w)", former, words, flags=flags)
    for part in parts:
        words = re.sub(rf"@?(?<!\w){re.escape(part)}(?!\w)", former, words)
    return words
