"""Give thanks: check the draft, store it, enqueue its messages."""

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

from slackapp.core.behaviours import Behaviour
from slackapp.core.confidentiality import ConfidentialityCheck, Kind, standard
from slackapp.core.db import after_commit
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.core.text import strip_invisible
from slackapp.models import Delivery, Member, Recipient, Recognition, Sharing, SharingChoice, Visibility
from slackapp.outbox import deduplication
from slackapp.outbox.queue import OUTBOX
from slackapp.recognition import notifications, participants
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
_NO_CHARACTERS = frozenset({"Cn", "So", "Sk"})
"""Unicode's categories of what is unassigned, of emoji, and of their skin tones."""


# Built once. Nobody uses these rows as objects afterwards, so they bypass the ORM.
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


def store(
    connection: Connection, recognition: Row, received: Sequence[Row], deliveries: Sequence[Row]
) -> bool:
    """Insert a recognition, its recipients and its deliveries: every column that must not be null.

    Returns False if it was stored before; then nothing is written.
    """
    if connection.dialect.name == "postgresql":
        rows = {"recognition": _json(recognition), "received": _json(received), "owed": _json(deliveries)}
        return connection.execute(_ALL_AT_ONCE, rows).first() is not None
    if connection.execute(_RECOGNITION, recognition).first() is None:
        return False
    connection.execute(_RECIPIENTS, received)
    connection.execute(_DELIVERIES, deliveries)
    return True


def _json(rows: Row | Sequence[Row]) -> str:
    return orjson.dumps(rows).decode()


CHANGEABLE_FOR = timedelta(hours=24)

_EMOJI = re.compile(EMOJI)


@dataclass(frozen=True, slots=True)
class GiveContext:
    """Who gives and when, the idempotency key of Slack's payload, and the confidentiality check."""

    giver: str
    key: str
    now: datetime
    confidentiality: ConfidentialityCheck = field(default_factory=standard)


@dataclass(frozen=True, slots=True)
class Given:
    """What was stored. `receivers` are Slack ids, `recipient_states` the sharing of each, in order."""

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


def give(session: Session, slack_team_id: str, draft: Draft, context: GiveContext) -> Given:
    """Store one recognition and enqueue a message to each recipient; a repeat returns the stored one.

    Raises:
        NeverInstalled: The app is not in this workspace.
        Refused: The giver does not work here.
        InvalidDraft: Something is missing or wrong, or should be asked first.
        UnknownMembers: Somebody named is not known here yet.
    """
    about_words = list(check_words(draft, context.confidentiality))
    if len(draft.people) > 2 * MOST_PEOPLE:
        raise InvalidDraft([participants.too_many(len(draft.people)), *about_words])
    connection = session.connection()
    own_id = deduplication.id_for(slack_team_id, context.key)
    people = [context.giver, *draft.people]
    people_here = participants.load(connection, slack_team_id, people, recognition_id=own_id, now=context.now)
    require_staff(people_here.giver, Permission.THANK)
    if people_here.is_repeat:
        return _given_before(connection, people_here, own_id, draft)
    if refusals := [*participants.refusals(draft, people_here.others), *about_words]:
        raise InvalidDraft(refusals)
    asked_before = set(DailyLimitQuestion.marks) <= set(draft.accepted_questions)
    if not asked_before and participants.has_given_enough(
        connection, people_here, excluding=own_id, now=context.now
    ):
        raise InvalidDraft([DailyLimitQuestion()])
    row = _written(draft, people_here, own_id, context.now)
    given = _stored(connection, people_here, row, draft)
    after_commit(session, OUTBOX)
    return given


def check_words(draft: Draft, confidentiality: ConfidentialityCheck) -> Iterator[Refusal]:
    """Yield the reasons why these words cannot be sent under this behaviour."""
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


def _about_confidence(draft: Draft, confidentiality: ConfidentialityCheck) -> Iterator[Refusal]:
    findings = confidentiality.check(draft.words)
    if any(finding.kind == Kind.NHS_NUMBER for finding in findings):
        yield Refusal(
            Field.WORDS,
            translatable("This looks like an NHS number, so it cannot be sent. Please take it out."),
        )
    elif unread := [finding for finding in findings if finding.mark not in draft.accepted_questions]:
        yield ConfidentialityQuestion(unread)


def visible_length(words: str) -> int:
    """Count the characters a reader sees: a run of spaces is one, an emoji is none.

    At most twice the letters and digits: dots alone are no words.
    """
    visible = strip_invisible(" ".join(_EMOJI.sub(" ", words).split()))
    seen = (
        len(visible)
        if visible.isascii()
        else sum(unicodedata.category(character) not in _NO_CHARACTERS for character in visible)
    )
    return min(seen, 2 * sum(map(str.isalnum, visible)))


def require_behaviour(draft: Draft) -> Behaviour:
    """Return the behaviour. ValueError if none was chosen."""
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
    """Insert it with a row for each recipient and its deliveries."""
    own_id, receivers = str(row["id"]), participants.receivers(draft, present.others)
    received = [_received(row, draft, receiver) for receiver in receivers]
    deliveries = notifications.new_deliveries(
        present.place,
        received,
        {receiver.id: receiver.slack_user_id for receiver in receivers},
    )
    if not store(connection, row, received, deliveries):
        # Two processes received the same payload, and the other has stored it meanwhile.
        return _given_before(connection, present, own_id, draft)
    return Given(
        id=own_id,
        participants=present,
        behaviour=require_behaviour(draft),
        words=draft.words,
        visibility=draft.visibility,
        given_at=cast("datetime", row["given_at"]),
        receivers=tuple(receiver.slack_user_id for receiver in receivers),
        recipient_states=tuple(Sharing(str(recipient_row["sharing"])) for recipient_row in received),
    )


def _received(row: dict[str, object], draft: Draft, participant: Participant) -> dict[str, object]:
    sharing = _first_sharing(draft.visibility, participant)
    may_follow = draft.link_readers is None or participant.slack_user_id in draft.link_readers
    return {
        "recognition_id": row["id"],
        "member_id": participant.id,
        "team_id": participant.team_id,
        "given_at": row["given_at"],
        "sharing": sharing,
        "shared_in": participant.channel if sharing is Sharing.SHARED else None,
        # Named here, since the statement for PostgreSQL fills in no defaults.
        "meant_a_lot": False,
        "may_follow_link": may_follow,
    }


def _first_sharing(visibility: Visibility, participant: Participant) -> Sharing:
    """Return the sharing state before the recipient has decided about this recognition."""
    if (
        visibility != Visibility.TEAM
        or participant.sharing == SharingChoice.NEVER
        or participant.channel is None
    ):
        return Sharing.PRIVATE
    return Sharing.SHARED if participant.sharing == SharingChoice.ALWAYS else Sharing.ASKED


def _given_before(connection: Connection, present: Participants, own_id: str, draft: Draft) -> Given:
    """Return the stored recognition of a repeated request, with its current words.

    Raises:
        UserError: Its giver has undone it meanwhile.
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
