"""Thank-yous that may have arrived: ask their giver once about all of them, and tell what comes out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from slackapp.core.db import Sessions, new_id
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Delivery, DeliveryState, Member, Recognition, Workspace
from slackapp.outbox import kinds, queue
from slackapp.outbox.kinds import SecondCopy
from slackapp.outbox.queue import Method, SlackMessageId
from slackapp.outbox.references import NoticeRef, PostRef, RecipientRef, RecognitionRef
from slackapp.recognition import notifications
from slackapp.recognition.notifications import Kind

NOTICE: Final = kinds.Kind("recognition-doubts", RecognitionRef, second_copy=SecondCopy.HARMLESS)
"""It is kept as long as one of the thank-yous that it names."""
NOTICE_CHANGED: Final = kinds.Kind(
    "recognition-doubts-changed", NoticeRef, method=Method.UPDATE, second_copy=SecondCopy.HARMLESS
)
QUIET: Final = timedelta(minutes=10)
"""How long after the last doubt a giver is asked, about all of them at once."""

_LOOKED_BACK = timedelta(days=2)
_THANKS = Delivery.kind == Kind.THANKS
_ALREADY_HANDLED = translatable("Somebody has seen to this message already.")


@dataclass(frozen=True, slots=True)
class Doubts:
    """Receivers, as Slack ids, by what is known of their message now."""

    unsure: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    """It is on its way once more."""
    arrived: tuple[str, ...] = ()
    """It has arrived: by a late answer of Slack, a press on one of its buttons, or a copy."""
    confirmed: tuple[str, ...] = ()
    """The giver said so."""
    refused: tuple[str, ...] = ()


def ask_givers(sessions: Sessions, now: datetime) -> int:
    """Enqueue a message to each giver whose last doubt is ten minutes old; return how many."""
    with sessions.read() as session:
        waiting = _not_asked(session, now)
    for giver_id, delivery_ids in waiting.items():
        with sessions.begin() as session:
            _ask(session, giver_id, delivery_ids, now)
    return len(waiting)


def tell_changes(sessions: Sessions, now: datetime) -> int:
    """Enqueue a change of each message about doubts that says what is no longer true; return how many."""
    with sessions.read() as session:
        outdated = list(session.scalars(select(Delivery.notice_id).where(*_CHANGED).distinct()))
    for notice_id in outdated:
        with sessions.begin() as session:
            _tell_change(session, str(notice_id), now)
    return len(outdated)


def of_notice(session: Session, notice_id: str) -> Doubts:
    """Return what a message about doubts has to tell now."""
    query = select(Delivery).where(Delivery.notice_id == notice_id).order_by(Delivery.target, Delivery.id)
    by_standing: dict[str, dict[str, None]] = {}
    for row in session.scalars(query):
        if standing := _standing(row):
            by_standing.setdefault(standing, {})[row.target] = None
    return Doubts(**{standing: tuple(targets) for standing, targets in by_standing.items()})


def count(session: Session, giver: Member) -> int:
    """Return how many messages with a giver's thanks have an unknown outcome."""
    return len(_of_giver(session, giver))


def send_again(session: Session, giver: Member, *, notice_id: str = "", now: datetime) -> int:
    """Send again a giver's messages of unknown outcome, all or those of one notice; return how many.

    Raises:
        UserError: No outcome is unknown any more.
    """
    rows = _of_giver(session, giver, notice_id)
    sent = [row for row in rows if queue.send_again(session, row.id, now=now)]
    if not sent:
        raise UserError(_ALREADY_HANDLED)
    return len(sent)


def they_have_it(session: Session, giver: Member, *, notice_id: str = "") -> int:
    """Send a giver's messages of unknown outcome no more: they have arrived; return how many.

    Raises:
        UserError: No outcome is unknown any more.
    """
    rows = [row.id for row in _of_giver(session, giver, notice_id)]
    dismissed = queue.dismiss(session, rows, reason=queue.THEY_HAVE_IT)
    if not dismissed:
        raise UserError(_ALREADY_HANDLED)
    return dismissed


def confirm_received(
    session: Session, recognition_id: str, member: Member, arrived: SlackMessageId, *, now: datetime
) -> bool:
    """Record that a receiver's message has arrived: they pressed a button of it."""
    key = f"{Kind.THANKS}:{RecipientRef(recognition_id, member.id)}:0"
    return _confirm(session, key, recognition_id, arrived, now=now)


def confirm_posted(
    session: Session, workspace: Workspace, recognition_id: str, arrived: SlackMessageId, *, now: datetime
) -> bool:
    """Record that a channel's post has arrived: somebody pressed its button."""
    recognition = session.get(Recognition, recognition_id)
    if recognition is None or recognition.workspace_id != workspace.id:
        return False
    key = f"{Kind.POST}:{PostRef(recognition_id, arrived.channel or '')}:0"
    return _confirm(session, key, recognition_id, arrived, now=now)


def has_doubts(session: Session, recognition_id: str) -> bool:
    """Return whether the outcome of a message or post about a recognition may be unknown."""
    about = Delivery.reference.startswith(f"{recognition_id}:", autoescape=True)
    in_doubt = (Delivery.kind.in_([Kind.THANKS, Kind.POST]), Delivery.state != DeliveryState.SENT)
    return session.scalar(select(Delivery.id).where(about, *in_doubt).limit(1)) is not None


def _confirm(
    session: Session, key: str, recognition_id: str, arrived: SlackMessageId, *, now: datetime
) -> bool:
    row = session.scalar(select(Delivery).where(Delivery.key == key))
    if row is None or not queue.prove(session, row.id, arrived):
        return False
    recognition = session.get_one(Recognition, recognition_id)
    workspace = session.get_one(Workspace, recognition.workspace_id)
    # It may have been changed or taken back while nobody knew where it stands.
    notifications.enqueue_all_updates(session, workspace, recognition, now=now)
    return True


def _not_asked(session: Session, now: datetime) -> dict[str, list[str]]:
    """Return the deliveries to ask about, by their giver, where the last doubt is old enough."""
    query = select(Delivery.id, Delivery.reference, Delivery.last_try).where(
        _THANKS,
        Delivery.state == DeliveryState.UNKNOWN,
        Delivery.notice_id.is_(None),
        Delivery.last_try > now - _LOOKED_BACK,
    )
    rows = session.execute(query.order_by(Delivery.last_try, Delivery.id)).all()
    givers = _givers(session, {RecipientRef.parse(row.reference).recognition_id for row in rows})
    by_giver: dict[str, list[str]] = {}
    recent: set[str] = set()
    for row in rows:
        giver_id = givers.get(RecipientRef.parse(row.reference).recognition_id)
        if giver_id is not None:
            by_giver.setdefault(giver_id, []).append(row.id)
            recent |= {giver_id} if row.last_try > now - QUIET else set()
    return {giver_id: ids for giver_id, ids in by_giver.items() if giver_id not in recent}


def _givers(session: Session, recognition_ids: Iterable[str]) -> dict[str, str]:
    """Return the givers who can be asked, by recognition; not of what was taken back."""
    query = (
        select(Recognition.id, Recognition.giver_id)
        .join(Member, Member.id == Recognition.giver_id)
        .where(Recognition.id.in_(recognition_ids), Recognition.undone_at.is_(None), Member.left.is_(False))
    )
    givers: dict[str, str] = dict(session.execute(query).all())
    return givers


def _ask(session: Session, giver_id: str, delivery_ids: list[str], now: datetime) -> None:
    still_open = (
        Delivery.id.in_(delivery_ids),
        Delivery.state == DeliveryState.UNKNOWN,
        Delivery.notice_id.is_(None),
    )
    rows = session.scalars(select(Delivery).where(*still_open).order_by(Delivery.id).with_for_update()).all()
    giver = session.get_one(Member, giver_id)
    if not rows or not giver.can_be_reached:
        return
    recognition_id = RecipientRef.parse(rows[-1].reference).recognition_id
    key = f"{NOTICE}:{new_id()}"
    about = NOTICE.new(RecognitionRef(recognition_id), giver.slack_user_id, now, key=key, group=key)
    notice = queue.enqueue(session, session.get_one(Workspace, giver.workspace_id), about)
    for row in rows:
        row.notice_id, row.notice_state = (notice.id if notice else None), row.state


def _tell_change(session: Session, notice_id: str, now: datetime) -> None:
    notice = session.get(Delivery, notice_id)
    session.execute(
        update(Delivery).where(Delivery.notice_id == notice_id).values(notice_state=Delivery.state)
    )
    if notice is None:
        return
    new_delivery = NOTICE_CHANGED.new(
        NoticeRef(notice_id),
        notice.target,
        now,
        key=f"{NOTICE_CHANGED}:{new_id()}",
        group=notice.key,
        step=queue.next_step(session, notice.key),
    )
    queue.enqueue(session, session.get_one(Workspace, notice.workspace_id), new_delivery)


def _of_giver(session: Session, giver: Member, notice_id: str = "") -> list[Delivery]:
    in_doubt = [Delivery.workspace_id == giver.workspace_id, Delivery.state == DeliveryState.UNKNOWN, _THANKS]
    if notice_id:
        in_doubt.append(Delivery.notice_id == notice_id)
    rows = session.scalars(select(Delivery).where(*in_doubt).order_by(Delivery.id)).all()
    about = {row.id: RecipientRef.parse(row.reference).recognition_id for row in rows}
    not_undone = select(Recognition.id).where(
        Recognition.id.in_(set(about.values())),
        Recognition.giver_id == giver.id,
        Recognition.undone_at.is_(None),
    )
    recognition_ids = set(session.scalars(not_undone))
    return [row for row in rows if about[row.id] in recognition_ids]


def _standing(row: Delivery) -> str | None:
    """Return the field of `Doubts` for a message; None if it was taken back."""
    if row.state == DeliveryState.EXPIRED:
        return "confirmed" if row.reason in {queue.THEY_HAVE_IT, queue.LEFT} else None
    return _STANDINGS[DeliveryState(row.state)]


_STANDINGS = {
    DeliveryState.UNKNOWN: "unsure",
    DeliveryState.READY: "again",
    DeliveryState.SENDING: "again",
    DeliveryState.SENT: "arrived",
    DeliveryState.DEAD: "refused",
}
_CHANGED = (
    Delivery.notice_id.is_not(None),
    Delivery.state != Delivery.notice_state,
    Delivery.state != DeliveryState.SENDING,
)
