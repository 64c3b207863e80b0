"""Giving thanks."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

import orjson
from sqlalchemy import insert, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from slackapp.core import confidentiality as guard
from slackapp.core.behaviours import Behaviour
from slackapp.core.db import after_commit
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.core.text import strip_invisible
from slackapp.models import Delivery, Member, Recipient, Recognition, Sharing, SharingChoice, Visibility
from slackapp.outbox import deduplication as inbound
from slackapp.outbox.queue import OUTBOX
from slackapp.recognition import notifications as letters_owed
from slackapp.recognition import participants as company
from slackapp.recognition.draft import (
    EMOJI,
    LONGEST,
    MOST_PEOPLE,
    SHORTEST,
    ConfidentialityQuestion,
    DailyLimitQuestion,
    Draft,
    Field,
    InvalidDraft,
    Refusal,
    TooShort,
)
from slackapp.recognition.participants import Participant, Participants
from slackapp.workspace.permissions import Permission, require_staff

Row = Mapping[str, object]


# Built once. Nobody holds these rows as objects afterwards, so they go past the mapper and its bookkeeping.
_RECOGNITION = sqlite.insert(Recognition).on_conflict_do_nothing().returning(Recognition.id)


_RECIPIENTS = insert(Recipient).inline()


_DELIVERIES = insert(Delivery).inline()


_ALL_AT_ONCE = text("""
    WITH stored AS (
        INSERT INTO recognition SELECT * FROM json_populate_record(NULL::recognition, :recognition)
        ON CONFLICT DO NOTHING RETURNING id
    ), received AS (
        INSERT INTO recipient
        SELECT one.* FROM stored, json_populate_recordset(NULL::recipient, :received) AS one
    ), owed AS (
        INSERT INTO delivery SELECT one.* FROM stored, json_populate_recordset(NULL::delivery, :owed) AS one
    )
    SELECT id FROM stored
""")


def store(connection: Connection, recognition: Row, received: Sequence[Row], owed: Sequence[Row]) -> bool:
    """Write down a thank-you, its receivers and what it owes: every column that must not be empty.

    False when it was stored before; then nothing is written.
    """
    if connection.dialect.name == "postgresql":
        rows = {"recognition": _json(recognition), "received": _json(received), "owed": _json(owed)}
        return connection.execute(_ALL_AT_ONCE, rows).first() is not None
    if connection.execute(_RECOGNITION, recognition).first() is None:
        return False
    connection.execute(_RECIPIENTS, received)
    connection.execute(_DELIVERIES, owed)
    return True


def _json(rows: Row | Sequence[Row]) -> str:
    return orjson.dumps(rows).decode()


CHANGEABLE_FOR = timedelta(hours=24)

_EMOJI = re.compile(EMOJI)


@dataclass(frozen=True, slots=True)
class GiveContext:
    """Who gives, when, Slack's own key for the moment, by which a repeat is recognised, and the guard."""

    giver: str
    key: str
    now: datetime
    confidentiality: guard.ConfidentialityCheck = field(default_factory=guard.standard)


@dataclass(frozen=True, slots=True)
class Given:
    """What was stored; `receivers` are Slack ids, `recipient_states` tell where each one's thanks stand."""

    id: str
    participants: Participants
    behaviour: Behaviour
    words: str
    visibility: Visibility
    given_at: datetime
    receivers: tuple[str, ...]
    recipient_states: tuple[Sharing, ...]
    is_repeat: bool = False

    @property
    def giver(self) -> Participant:
        """Who gave it."""
        return self.participants.giver

    @property
    def zone(self) -> str:
        """Where the giver's days begin."""
        return self.giver.time_zone or self.participants.place.time_zone

    @property
    def language(self) -> str:
        """What the giver reads."""
        return self.giver.language or self.participants.place.language


def give(session: Session, slack_team_id: str, draft: Draft, occasion: GiveContext) -> Given:
    """Store one thank-you and owe each receiver their message; a repeat gives what was stored before.

    Raises:
        NeverInstalled: The app is not in this workspace.
        Refused: The giver does not work here.
        NotYet: Something is in the way, or should be asked first.
        members.Unmet: Somebody named is not known here yet.
    """
    about_words = list(check_words(draft, occasion.confidentiality))
    if len(draft.people) > 2 * MOST_PEOPLE:
        raise InvalidDraft([company.too_many(len(draft.people)), *about_words])
    connection = session.connection()
    own_id = inbound.id_for(slack_team_id, occasion.key)
    people = [occasion.giver, *draft.people]
    present = company.load(connection, slack_team_id, people, recognition_id=own_id, now=occasion.now)
    require_staff(present.giver, Permission.THANK)
    if present.is_repeat:
        return _given_before(connection, present, own_id, draft)
    if refusals := [*company.refusals(draft, present.others), *about_words]:
        raise InvalidDraft(refusals)
    asked_before = set(DailyLimitQuestion.marks) <= set(draft.accepted_questions)
    if not asked_before and company.has_given_enough(connection, present, besides=own_id, now=occasion.now):
        raise InvalidDraft([DailyLimitQuestion()])
    written = _written(draft, present, own_id, occasion.now)
    given = _stored(connection, present, written, draft)
    after_commit(session, OUTBOX)
    return given


def check_words(draft: Draft, confidentiality: guard.ConfidentialityCheck) -> Iterator[Refusal]:
    """What is in the way of these words under this behaviour."""
    is_too_long = len(draft.words) > LONGEST
    if is_too_long:
        yield Refusal(
            Field.WORDS,
            translatable("That is {n} characters; 3,000 fit. Please shorten it."),
            n=f"{len(draft.words):,}",
        )
    if draft.behaviour is None:
        yield Refusal(Field.BEHAVIOUR, translatable("Which of the four was it? Please choose one."))
    if is_too_long:
        return
    if visible_length(draft.words) < SHORTEST:
        yield TooShort(draft.behaviour or Behaviour.HELPING)
    yield from _about_confidence(draft, confidentiality)


def _about_confidence(draft: Draft, confidentiality: guard.ConfidentialityCheck) -> Iterator[Refusal]:
    found = confidentiality.check(draft.words)
    if any(one.kind == guard.Kind.NHS_NUMBER for one in found):
        yield Refusal(
            Field.WORDS,
            translatable("This looks like an NHS number, so it cannot be sent. Please take it out."),
        )
    elif unread := [one for one in found if one.mark not in draft.accepted_questions]:
        yield ConfidentialityQuestion(unread)


def visible_length(words: str) -> int:
    """How many characters a reader sees: runs of space as one, and no emoji that Slack sends by its name."""
    left = strip_invisible(" ".join(_EMOJI.sub(" ", words).split()))
    return len(left) if left.isascii() else sum(unicodedata.category(one) != "Cn" for one in left)


def require_behaviour(draft: Draft) -> Behaviour:
    """The behaviour, which must have been chosen by now."""
    if draft.behaviour is None:
        raise ValueError("a thank-you without a behaviour cannot be stored")
    return draft.behaviour


def _written(draft: Draft, present: Participants, own_id: str, now: datetime) -> dict[str, object]:
    return {
        "id": own_id,
        "workspace_id": present.place.id,
        "giver_id": present.giver.id,
        "giver_team_id": present.giver.team_id,
        "behaviour": require_behaviour(draft),
        "words": draft.words,
        "visibility": draft.visibility,
        "link": draft.link,
        "given_at": now,
        "revision": 0,
    }


def _stored(connection: Connection, present: Participants, row: dict[str, object], draft: Draft) -> Given:
    """Write it down, with a row for each receiver and everything it owes."""
    own_id, receivers = str(row["id"]), company.receivers(draft, present.others)
    received = [_received(row, draft.visibility, one) for one in receivers]
    owed = letters_owed.new_deliveries(
        present.place, received, {one.id: one.slack_user_id for one in receivers}
    )
    if not store(connection, row, received, owed):
        # The same payload came to two processes at once, and the other has stored it meanwhile.
        return _given_before(connection, present, own_id, draft)
    return Given(
        id=own_id,
        participants=present,
        behaviour=require_behaviour(draft),
        words=draft.words,
        visibility=draft.visibility,
        given_at=cast("datetime", row["given_at"]),
        receivers=tuple(one.slack_user_id for one in receivers),
        recipient_states=tuple(Sharing(str(one["sharing"])) for one in received),
    )


def _received(row: dict[str, object], visibility: Visibility, one: Participant) -> dict[str, object]:
    sharing = _first_sharing(visibility, one)
    return {
        "recognition_id": row["id"],
        "member_id": one.id,
        "team_id": one.team_id,
        "given_at": row["given_at"],
        "sharing": sharing,
        "shared_in": one.channel if sharing is Sharing.SHARED else None,
    }


def _first_sharing(visibility: Visibility, one: Participant) -> Sharing:
    """Where the thanks stand before the receiver has said anything about these ones."""
    if visibility != Visibility.TEAM or one.sharing == SharingChoice.NEVER or one.channel is None:
        return Sharing.PRIVATE
    return Sharing.SHARED if one.sharing == SharingChoice.ALWAYS else Sharing.ASKED


def _given_before(connection: Connection, present: Participants, own_id: str, draft: Draft) -> Given:
    """What is stored of a thank-you that came once more, in the words that it has by now.

    Raises:
        UserError: Its giver has taken it back meanwhile.
    """
    columns = (Recognition.behaviour, Recognition.words, Recognition.visibility, Recognition.given_at)
    row = connection.execute(select(*columns).where(Recognition.id == own_id)).one()
    if row.words is None:
        raise UserError(translatable("You have already taken this one back."))
    received = (
        select(Member.slack_user_id, Recipient.sharing)
        .join(Member, Member.id == Recipient.member_id)
        .where(Recipient.recognition_id == own_id)
    )
    recipient_states = {member: Sharing(sharing) for member, sharing in connection.execute(received)}
    return Given(
        id=own_id,
        participants=present,
        behaviour=Behaviour(row.behaviour),
        words=row.words,
        visibility=Visibility(row.visibility),
        given_at=row.given_at,
        # In the order in which they were named, as the first answer had them.
        receivers=tuple(sorted(recipient_states, key=_place_in(draft))),
        recipient_states=tuple(recipient_states.values()),
        is_repeat=True,
    )


def _place_in(draft: Draft) -> Callable[[str], int]:
    places = {member: place for place, member in enumerate(draft.people)}
    return lambda member: places.get(member, len(places))
