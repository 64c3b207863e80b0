"""Giving thanks, changing the words, taking them back."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp import inbound, members
from slackapp.behaviours import Behaviour
from slackapp.db import new_id
from slackapp.errors import UserError
from slackapp.i18n import marked
from slackapp.models import (
    Member,
    Recipient,
    Recognition,
    Sharing,
    SharingChoice,
    Team,
    Visibility,
    Workspace,
)
from slackapp.recognitions import letters_owed
from slackapp.recognitions.drafts import (
    LONGEST,
    MOST_PEOPLE,
    SHORTEST,
    Draft,
    Field,
    NotYet,
    Refusal,
    TooShort,
)

CHANGEABLE_FOR = timedelta(hours=24)

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Occasion:
    """Who gives, when, and Slack's own key for the moment, by which a repeat is recognised."""

    giver: str
    key: str
    now: datetime


def give(session: Session, workspace: Workspace, draft: Draft, occasion: Occasion) -> Recognition:
    """Store one thank-you and owe each receiver their message; a repeat gives what was stored before.

    Raises:
        NotYet: Something is in the way.
        members.Unmet: Somebody named is not known here yet.
    """
    led_to = inbound.Entry(occasion.key, outcome=new_id())
    if not inbound.is_new(session, workspace, led_to, now=occasion.now):
        return _given_before(session, workspace, occasion.key)
    known = members.meet(session, workspace, [occasion.giver, *draft.people])
    giver = known.pop(occasion.giver)
    if refusals := [*_about_people(draft, known), *_about_the_rest(draft)]:
        raise NotYet(refusals)
    receivers = [known[one] for one in draft.people if one in known]
    recognition = _written(draft, giver, occasion.now)
    recognition.id = led_to.outcome
    recognition.recipients = [_received(session, recognition, one) for one in receivers]
    session.add(recognition)
    session.flush()
    letters_owed.owe_all(session, workspace, recognition, now=occasion.now)
    return recognition


def find(session: Session, workspace: Workspace, recognition_id: str) -> Recognition:
    """One recognition of this workspace, locked for a change."""
    found = session.scalar(
        select(Recognition)
        .where(Recognition.id == recognition_id, Recognition.workspace_id == workspace.id)
        .with_for_update()
    )
    if found is None:
        raise UserError(marked("This thank-you is no longer here."))
    return found


def changeable(
    session: Session, workspace: Workspace, recognition_id: str, occasion: Occasion
) -> Recognition:
    """A recognition that its giver may still edit or undo, locked for it."""
    recognition = find(session, workspace, recognition_id)
    if session.get_one(Member, recognition.giver_id).slack_user_id != occasion.giver:
        raise UserError(marked("Only the person who wrote this can change it."))
    if recognition.undone_at is not None:
        raise UserError(marked("You have already taken this one back."))
    if occasion.now - recognition.given_at >= CHANGEABLE_FOR:
        raise UserError(marked("This was sent more than 24 hours ago, so it can't be changed any more."))
    return recognition


def revise(
    session: Session, workspace: Workspace, recognition_id: str, draft: Draft, occasion: Occasion
) -> Recognition:
    """Change the words and the behaviour; the same change twice is one change."""
    recognition = changeable(session, workspace, recognition_id, occasion)
    if refusals := list(_about_the_rest(draft)):
        raise NotYet(refusals)
    if (recognition.behaviour, recognition.words) == (draft.behaviour, draft.words):
        return recognition
    recognition.behaviour, recognition.words = _chosen(draft), draft.words
    recognition.revision += 1
    session.flush()
    letters_owed.owe_changes(session, workspace, recognition, now=occasion.now)
    return recognition


def undo(session: Session, workspace: Workspace, recognition_id: str, occasion: Occasion) -> Recognition:
    """Take it back: the words are gone from here at once, and from Slack as soon as it lets us."""
    recognition = changeable(session, workspace, recognition_id, occasion)
    recognition.words, recognition.undone_at = None, occasion.now
    recognition.revision += 1
    session.flush()
    letters_owed.withdraw(session, workspace, recognition, now=occasion.now)
    return recognition


def _given_before(session: Session, workspace: Workspace, key: str) -> Recognition:
    return find(session, workspace, inbound.outcome_of(session, workspace, key) or "")


def _about_people(draft: Draft, known: Mapping[str, Member]) -> Iterator[Refusal]:
    """What is in the way of thanking these people. `known` leaves the giver out."""
    if draft.unknown:
        yield Refusal(
            Field.PEOPLE,
            marked(
                "I can't find “{name}” here. Pick the name from Slack's list as you type it, or use the form."
            ),
            name=f"@{draft.unknown[0]}",
        )
    elif draft.groups:
        yield Refusal(Field.PEOPLE, marked("I can't thank a whole group yet. Name the people, up to 20."))
    elif draft.people and not known:
        yield Refusal(Field.PEOPLE, marked("You can't thank yourself here. Who helped you do it?"))
    elif not draft.people:
        yield Refusal(Field.PEOPLE, marked("Who would you like to thank? Please choose at least one person."))
    elif len(known) > MOST_PEOPLE:
        yield Refusal(Field.PEOPLE, marked("That is {n} people; 20 at once is the most."), n=len(known))
    for member in known.values():
        yield from _about_one(member)


def _about_one(member: Member) -> Iterator[Refusal]:
    if member.is_bot:
        yield Refusal(Field.PEOPLE, marked("{name} is an app. Who stood behind the work?"), name=member.name)
    elif member.left:
        yield Refusal(Field.PEOPLE, marked("{name} has left, so this can't reach them."), name=member.name)
    elif member.is_stranger:
        yield Refusal(
            Field.PEOPLE,
            marked("{name} is in another organisation, so this can't be sent from here."),
            name=member.name,
        )


def _about_the_rest(draft: Draft) -> Iterator[Refusal]:
    """What is in the way of these words under this behaviour."""
    if draft.behaviour is None:
        yield Refusal(Field.BEHAVIOUR, marked("Which of the four was it? Please choose one."))
    if len(draft.words) > LONGEST:
        yield Refusal(
            Field.WORDS,
            marked("That is {n} characters; 3,000 fit. Please shorten it."),
            n=f"{len(draft.words):,}",
        )
    elif seen_length(draft.words) < SHORTEST:
        yield TooShort(draft.behaviour or Behaviour.HELPING)


def seen_length(words: str) -> int:
    """How many characters a reader sees: no control or zero-width ones, runs of space as one."""
    seen = "".join(one for one in words if unicodedata.category(one) not in _UNSEEN or one.isspace())
    return len(" ".join(seen.split()))


def _written(draft: Draft, giver: Member, now: datetime) -> Recognition:
    return Recognition(
        workspace_id=giver.workspace_id,
        giver_id=giver.id,
        giver_team_id=giver.team_id,
        behaviour=_chosen(draft),
        words=draft.words,
        visibility=draft.visibility,
        given_at=now,
        revision=0,
    )


def _received(session: Session, recognition: Recognition, member: Member) -> Recipient:
    return Recipient(
        recognition_id=recognition.id,
        member_id=member.id,
        team_id=member.team_id,
        given_at=recognition.given_at,
        sharing=_first_sharing(session, recognition, member),
    )


def _first_sharing(session: Session, recognition: Recognition, member: Member) -> Sharing:
    """Where the thanks stand before the receiver has said anything about these ones."""
    if recognition.visibility != Visibility.TEAM or member.sharing == SharingChoice.NEVER:
        return Sharing.PRIVATE
    team = session.get(Team, member.team_id) if member.team_id else None
    if team is None or team.slack_channel_id is None:
        return Sharing.PRIVATE
    return Sharing.SHARED if member.sharing == SharingChoice.ALWAYS else Sharing.ASKED


def _chosen(draft: Draft) -> Behaviour:
    if draft.behaviour is None:
        raise ValueError("a thank-you without a behaviour cannot be stored")
    return draft.behaviour
