"""Giving thanks."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.orm import Session

from slackapp import guard, inbound
from slackapp.behaviours import Behaviour
from slackapp.db import new_id
from slackapp.i18n import marked
from slackapp.models import Recipient, Recognition, Sharing, SharingChoice, Visibility, Workspace
from slackapp.recognitions import company, letters_owed
from slackapp.recognitions.company import Present
from slackapp.recognitions.drafts import (
    LONGEST,
    MOST_PEOPLE,
    SHORTEST,
    Caution,
    Draft,
    Enough,
    Field,
    NotYet,
    Refusal,
    TooShort,
)
from slackapp.rights import Deed, works_here
from slackapp.workspaces import Place

CHANGEABLE_FOR = timedelta(hours=24)

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Built once. Rows that nobody holds as objects afterwards are written without the mapper's bookkeeping.
_STORE = insert(Recognition).inline()
_STORE_RECEIVER = insert(Recipient).inline()


@dataclass(frozen=True, slots=True)
class Occasion:
    """Who gives, when, Slack's own key for the moment, by which a repeat is recognised, and the guard."""

    giver: str
    key: str
    now: datetime
    watch: guard.Guard = field(default_factory=guard.standard)


@dataclass(frozen=True, slots=True)
class Given:
    """What was stored; `standings` tell where each receiver's thanks stand."""

    id: str
    giver: Present
    visibility: Visibility
    standings: tuple[Sharing, ...]
    is_repeat: bool = False


def give(session: Session, workspace: Workspace | Place, draft: Draft, occasion: Occasion) -> Given:
    """Store one thank-you and owe each receiver their message; a repeat gives what was stored before.

    Raises:
        NotYet: Something is in the way, or should be asked first.
        members.Unmet: Somebody named is not known here yet.
    """
    # Before the first statement, and so before anybody else has to wait for this one.
    about_words = list(about_the_words(draft, occasion.watch))
    if len(draft.people) > 2 * MOST_PEOPLE:
        raise NotYet([company.too_many(len(draft.people)), *about_words])
    known = company.gather(session, workspace, occasion.giver, draft.people, now=occasion.now)
    giver = known.pop(occasion.giver)
    works_here(giver, Deed.THANK)
    led_to = inbound.Entry(occasion.key, outcome=new_id())
    if not inbound.is_new(session, workspace, led_to, now=occasion.now):
        return _given_before(session, workspace, giver, occasion.key)
    if refusals := [*company.about_people(draft, known), *about_words]:
        raise NotYet(refusals)
    if not set(Enough.marks) <= set(draft.accepted) and company.has_given_enough(
        session, giver, workspace.time_zone, now=occasion.now
    ):
        raise NotYet([Enough()])
    receivers = company.receivers(draft, known)
    return _stored(session, workspace, _written(draft, giver, led_to.outcome, occasion.now), receivers, giver)


def about_the_words(draft: Draft, watch: guard.Guard) -> Iterator[Refusal]:
    """What is in the way of these words under this behaviour."""
    is_too_long = len(draft.words) > LONGEST
    if is_too_long:
        yield Refusal(
            Field.WORDS,
            marked("That is {n} characters; 3,000 fit. Please shorten it."),
            n=f"{len(draft.words):,}",
        )
    if draft.behaviour is None:
        yield Refusal(Field.BEHAVIOUR, marked("Which of the four was it? Please choose one."))
    if is_too_long:
        return
    if seen_length(draft.words) < SHORTEST:
        yield TooShort(draft.behaviour or Behaviour.HELPING)
    yield from _about_confidence(draft, watch)


def _about_confidence(draft: Draft, watch: guard.Guard) -> Iterator[Refusal]:
    found = watch.check(draft.words)
    if any(one.kind == guard.Kind.NHS_NUMBER for one in found):
        yield Refusal(
            Field.WORDS,
            marked("This looks like an NHS number, so it cannot be sent. Please take it out."),
        )
    elif unread := [one for one in found if one.mark not in draft.accepted]:
        yield Caution(unread)


def seen_length(words: str) -> int:
    """How many characters a reader sees: no control or zero-width ones, runs of space as one."""
    if words.isascii() and words.isprintable():
        return len(" ".join(words.split()))
    seen = "".join(one for one in words if unicodedata.category(one) not in _UNSEEN or one.isspace())
    return len(" ".join(seen.split()))


def chosen(draft: Draft) -> Behaviour:
    """The behaviour, which must have been chosen by now."""
    if draft.behaviour is None:
        raise ValueError("a thank-you without a behaviour cannot be stored")
    return draft.behaviour


def _written(draft: Draft, giver: Present, new: str, now: datetime) -> dict[str, object]:
    return {
        "id": new,
        "giver_id": giver.id,
        "giver_team_id": giver.team_id,
        "behaviour": chosen(draft),
        "words": draft.words,
        "visibility": draft.visibility,
        "link": draft.link,
        "given_at": now,
        "revision": 0,
    }


def _stored(
    session: Session,
    workspace: Workspace | Place,
    row: dict[str, object],
    receivers: Sequence[Present],
    giver: Present,
) -> Given:
    """Write it down, with a row for each receiver and everything it owes."""
    visibility = Visibility(str(row["visibility"]))
    received = [_received(row, visibility, one) for one in receivers]
    connection = session.connection()
    connection.execute(_STORE, row | {"workspace_id": workspace.id})
    connection.execute(_STORE_RECEIVER, received)
    targets = {one.id: one.slack_user_id for one in receivers}
    letters_owed.owe_all(session, workspace, received, targets)
    return Given(str(row["id"]), giver, visibility, tuple(Sharing(str(one["sharing"])) for one in received))


def _received(row: dict[str, object], visibility: Visibility, one: Present) -> dict[str, object]:
    sharing = _first_sharing(visibility, one)
    return {
        "recognition_id": row["id"],
        "member_id": one.id,
        "team_id": one.team_id,
        "given_at": row["given_at"],
        "sharing": sharing,
        "shared_in": one.channel if sharing is Sharing.SHARED else None,
    }


def _first_sharing(visibility: Visibility, one: Present) -> Sharing:
    """Where the thanks stand before the receiver has said anything about these ones."""
    if visibility != Visibility.TEAM or one.sharing == SharingChoice.NEVER or one.channel is None:
        return Sharing.PRIVATE
    return Sharing.SHARED if one.sharing == SharingChoice.ALWAYS else Sharing.ASKED


def _given_before(session: Session, workspace: Workspace | Place, giver: Present, key: str) -> Given:
    found = session.get_one(Recognition, inbound.outcome_of(session, workspace, key) or "")
    standings = tuple(Sharing(one.sharing) for one in found.recipients)
    return Given(found.id, giver, Visibility(found.visibility), standings, is_repeat=True)
