"""Taking a person out of thank-yous: what they wrote, and their name in what others wrote."""

import re
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from slackapp.models import Boost, Comment, Member, Promise, Recipient, Recognition, Sharing, Team, Workspace
from slackapp.recognitions import letters_owed

_SHORTEST_NAME = 3
"""A shorter part of a name is too often an ordinary word."""


def take_out(session: Session, workspace: Workspace, member: Member, former: str, now: datetime) -> None:
    """Their own words go; where others named them stands `former`. The changes in Slack are owed."""
    changed = _given(session, member) | _received(session, member, former)
    changed |= _mentioned(session, workspace, member, former)
    changed |= set(session.scalars(select(Boost.recognition_id).where(Boost.booster_id == member.id)))
    session.flush()
    for recognition in session.scalars(select(Recognition).where(Recognition.id.in_(changed))):
        recognition.revision += 1
        session.flush()
        letters_owed.owe_changes(session, workspace, recognition, now=now)
    _in_comments(session, workspace, member, former)
    _in_promises(session, workspace, member, former)


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
    named = or_(
        Recognition.words.contains(member.slack_user_id, autoescape=True),
        Recognition.words.icontains(member.name, autoescape=True),
    )
    found = list(session.scalars(select(Recognition).where(Recognition.workspace_id == workspace.id, named)))
    for recognition in found:
        recognition.words = _without(recognition.words, member, former, [])
    return {one.id for one in found}


def _in_comments(session: Session, workspace: Workspace, member: Member, former: str) -> None:
    units = select(Team.id).where(Team.workspace_id == workspace.id)
    named = Comment.words.icontains(member.name, autoescape=True)
    for comment in session.scalars(select(Comment).where(Comment.unit_id.in_(units), named)):
        comment.words = _without(comment.words, member, former, []) or ""


def _in_promises(session: Session, workspace: Workspace, member: Member, former: str) -> None:
    """A promise in their own words goes with them; one that others wrote names them no more."""
    session.execute(delete(Promise).where(Promise.written_by_id == member.id))
    teams = select(Team.id).where(Team.workspace_id == workspace.id)
    columns = (Promise.you_said, Promise.we_will, Promise.reason)
    named = or_(*(column.icontains(member.name, autoescape=True) for column in columns))
    for promise in session.scalars(select(Promise).where(Promise.team_id.in_(teams), named)):
        promise.you_said = _without(promise.you_said, member, former, []) or ""
        promise.we_will = _without(promise.we_will, member, former, []) or ""
        promise.reason = _without(promise.reason, member, former, [])


def _without(words: str | None, member: Member, former: str, parts: list[str]) -> str | None:
    if words is None:
        return None
    slack_id = re.escape(member.slack_user_id)
    words = re.sub(rf"<@{slack_id}(?:\|[^>]*)?>|@?{slack_id}", former, words)
    words = re.sub(rf"@?(?<!\w){re.escape(member.name)}(?!\w)", former, words, flags=re.IGNORECASE)
    for part in parts:
        words = re.sub(rf"@?(?<!\w){re.escape(part)}(?!\w)", former, words)
    return words
