"""Deliveries of a recognition: a message to each recipient, a post in each channel, and their updates.

The rows reference the recognition and the recipient or channel, never the words. The content is read
when a message is sent, so a waiting message shows the current state, and one update is enough
however much has changed meanwhile.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from slackapp.core.db import after_commit, new_id
from slackapp.models import (
    Delivery,
    DeliveryState,
    Hold,
    HoldScope,
    Recipient,
    Recognition,
    Sharing,
    Team,
    Workspace,
)
from slackapp.outbox import kinds, queue
from slackapp.outbox.deduplication import HasId
from slackapp.outbox.kinds import SecondCopy
from slackapp.outbox.queue import Method
from slackapp.outbox.references import PostRef, RecipientRef


class Kind:
    """The kinds of deliveries about a recognition."""

    THANKS: Final = kinds.Kind("recognition", RecipientRef, second_copy=SecondCopy.AWKWARD)
    THANKS_CHANGED: Final = kinds.Kind(
        "recognition-dm-settled", RecipientRef, method=Method.UPDATE, second_copy=SecondCopy.HARMLESS
    )
    POST: Final = kinds.Kind("recognition-post", PostRef, second_copy=SecondCopy.SEEN_BY_ALL)
    POST_CHANGED: Final = kinds.Kind(
        "recognition-post-changed", PostRef, method=Method.UPDATE, second_copy=SecondCopy.HARMLESS
    )
    POST_GONE: Final = kinds.Kind(
        "recognition-post-gone", PostRef, method=Method.DELETE, second_copy=SecondCopy.HARMLESS
    )
    REPORT: Final = kinds.Kind("recognition-report", RecipientRef, second_copy=SecondCopy.HARMLESS)
    REPORT_CHANGED: Final = kinds.Kind(
        "recognition-report-changed", RecipientRef, method=Method.UPDATE, second_copy=SecondCopy.HARMLESS
    )
    MEANT_A_LOT: Final = kinds.Kind("recognition-meant", RecipientRef, second_copy=SecondCopy.HARMLESS)
    MEANT_A_LOT_CHANGED: Final = kinds.Kind(
        "recognition-meant-changed", RecipientRef, method=Method.UPDATE, second_copy=SecondCopy.HARMLESS
    )


CHANGED: Final[Mapping[str, kinds.Kind[RecipientRef] | kinds.Kind[PostRef]]] = {
    Kind.THANKS: Kind.THANKS_CHANGED,
    Kind.POST: Kind.POST_CHANGED,
    Kind.REPORT: Kind.REPORT_CHANGED,
    Kind.MEANT_A_LOT: Kind.MEANT_A_LOT_CHANGED,
}
_FIRST: Final[Mapping[str, str]] = {
    **{changed: first for first, changed in CHANGED.items()},
    Kind.POST_GONE: Kind.POST,
}
_ON_ITS_WAY = frozenset({DeliveryState.SENT, DeliveryState.SENDING})
_TRY_AGAIN = frozenset({DeliveryState.DEAD, DeliveryState.EXPIRED})


def recipient_reference(recipient: Recipient) -> str:
    """Return the reference of a message about one recipient of one recognition."""
    return str(RecipientRef(recipient.recognition_id, recipient.member_id))


def post_reference(recognition_id: str, channel: str) -> str:
    """Return the reference of a recognition's post in one channel."""
    return str(PostRef(recognition_id, channel))


def new_deliveries(
    workspace: HasId, received: Sequence[Mapping[str, object]], targets: Mapping[str, str]
) -> list[dict[str, object]]:
    """Return the rows of a new recognition's deliveries: a message to each recipient, a post to each channel.

    `received` are the recipients' rows, `targets` their Slack ids by ours. The recognition's id is new,
    so no delivery about it can exist.
    """
    rows = [
        _new(
            workspace,
            Kind.THANKS,
            str(RecipientRef(str(recipient["recognition_id"]), str(recipient["member_id"]))),
            str(targets[str(recipient["member_id"])]),
        )
        | {"due": recipient["given_at"]}
        for recipient in received
    ]
    channels = dict.fromkeys(str(recipient["shared_in"]) for recipient in received if recipient["shared_in"])
    first = received[0]
    rows += [
        _new(workspace, Kind.POST, post_reference(str(first["recognition_id"]), channel), channel)
        | {"due": first["given_at"]}
        for channel in channels
    ]
    return rows


def enqueue_post(session: Session, workspace: Workspace, recipient: Recipient, *, now: datetime) -> None:
    """Enqueue the channel's post, its update, or another attempt if it failed."""
    if recipient.shared_in is None:
        return
    subject = post_reference(recipient.recognition_id, recipient.shared_in)
    posts = _sent_first(session, subject, Kind.POST)
    if not posts:
        about, key = PostRef(recipient.recognition_id, recipient.shared_in), f"{Kind.POST}:{subject}:0"
        queue.enqueue(session, workspace, Kind.POST.new(about, recipient.shared_in, now, key=key, group=key))
    for post in posts:
        if post.state in _TRY_AGAIN and recipient.sharing == Sharing.SHARED:
            _try_again(session, post, now=now)
        else:
            _enqueue_post_change(session, workspace, post, now=now)


def enqueue_recipient_update(
    session: Session, workspace: Workspace, recipient: Recipient, *, now: datetime
) -> None:
    """Enqueue updates of the messages about one recipient."""
    _enqueue_updates_of(session, workspace, recipient, (Kind.THANKS, Kind.REPORT, Kind.MEANT_A_LOT), now=now)


def enqueue_text_update(
    session: Session, workspace: Workspace, recognition: Recognition, *, now: datetime
) -> None:
    """Enqueue updates of the messages and posts with new words; a report keeps the words it was about."""
    for recipient in recognition.recipients:
        _enqueue_updates_of(session, workspace, recipient, (Kind.THANKS, Kind.MEANT_A_LOT), now=now)
    enqueue_post_updates(session, workspace, recognition, now=now)


def _enqueue_updates_of(
    session: Session, workspace: Workspace, recipient: Recipient, among: Iterable[str], *, now: datetime
) -> None:
    for kind in among:
        for first in _sent_first(session, recipient_reference(recipient), kind):
            _enqueue_update(session, workspace, first, now=now)


def enqueue_all_updates(
    session: Session, workspace: Workspace, recognition: Recognition, *, now: datetime
) -> None:
    """Enqueue updates of everything that was sent about a recognition."""
    for recipient in recognition.recipients:
        enqueue_recipient_update(session, workspace, recipient, now=now)
    enqueue_post_updates(session, workspace, recognition, now=now)


def enqueue_post_updates(
    session: Session, workspace: Workspace, recognition: Recognition, *, now: datetime
) -> None:
    """Enqueue updates of a recognition's posts."""
    for subject in _post_references(recognition):
        for post in _sent_first(session, subject, Kind.POST):
            _enqueue_post_change(session, workspace, post, now=now)


def withdraw(session: Session, workspace: Workspace, recognition: Recognition, *, now: datetime) -> None:
    """Cancel what waits, and enqueue updates that remove the words from what was sent."""
    subjects = [*map(recipient_reference, recognition.recipients), *_post_references(recognition)]
    for subject in subjects:
        queue.cancel(session, subject, reason="undone")
    enqueue_all_updates(session, workspace, recognition, now=now)


def original_delivery(session: Session, delivery: Delivery) -> Delivery | None:
    """Return the delivery of the message that this update changes."""
    return session.scalar(
        select(Delivery).where(
            Delivery.reference == delivery.reference,
            Delivery.kind == _FIRST[delivery.kind],
            Delivery.target == delivery.target,
        )
    )


def was_deleted(session: Session, delivery: Delivery) -> bool:
    """Whether the post that this updates was deleted from Slack."""
    return _exists_beside(session, delivery, [Kind.POST_GONE], DeliveryState.SENT)


def enqueue_repost(session: Session, delivery: Delivery, *, now: datetime) -> None:
    """Post again what was deleted from Slack, after a recipient has shared it again."""
    session.execute(
        delete(Delivery).where(
            Delivery.reference == delivery.reference,
            Delivery.kind == Kind.POST_GONE,
            Delivery.state == DeliveryState.SENT,
        )
    )
    for post in _sent_first(session, delivery.reference, Kind.POST):
        _try_again(session, post, now=now)


def is_visible_in(recognition: Recognition, channel: str) -> bool:
    """Whether a channel may see it: a recipient shares it there, and nobody has reported it."""
    recipient_states = [recipient.sharing for recipient in recognition.recipients]
    states_here = [
        recipient.sharing for recipient in recognition.recipients if recipient.shared_in == channel
    ]
    return (
        recognition.undone_at is None
        and Sharing.SHARED in states_here
        and Sharing.REPORTED not in recipient_states
    )


def team_channel(session: Session, recipient: Recipient) -> str | None:
    """Return the channel in which the recipient's team shares thanks, if it has one."""
    team = session.get(Team, recipient.team_id) if recipient.team_id else None
    return team.slack_channel_id if team else None


def post_of(session: Session, recipient: Recipient) -> Delivery | None:
    """Return the post in the channel where the recipient shares it, if one was enqueued."""
    if recipient.shared_in is None:
        return None
    subject = post_reference(recipient.recognition_id, recipient.shared_in)
    return session.scalar(select(Delivery).where(Delivery.key == f"{Kind.POST}:{subject}:0"))


def is_post_held(session: Session, post: Delivery) -> bool:
    """Return whether Slack does not take this post just now: it may wait for hours."""
    place = or_(
        Hold.scope == HoldScope.WORKSPACE,
        and_(Hold.scope == HoldScope.POSTS, Hold.again.is_not(None)),
        and_(Hold.scope == HoldScope.TARGET, Hold.subject == post.target),
        and_(Hold.scope == HoldScope.MESSAGE, Hold.subject == post.id),
    )
    holds = select(Hold.scope).where(Hold.workspace_id == post.workspace_id, place)
    return post.state == DeliveryState.READY and session.scalar(holds.limit(1)) is not None


def _exists_beside(session: Session, delivery: Delivery, among: Iterable[str], state: DeliveryState) -> bool:
    """Whether another delivery about the same message has one of these kinds and this state."""
    deliveries = select(Delivery.id).where(
        Delivery.reference == delivery.reference,
        Delivery.kind.in_([*among]),
        Delivery.target == delivery.target,
        Delivery.state == state,
        Delivery.id != delivery.id,
    )
    return session.scalars(deliveries.limit(1)).first() is not None


def _post_references(recognition: Recognition) -> Iterable[str]:
    channels = dict.fromkeys(
        recipient.shared_in for recipient in recognition.recipients if recipient.shared_in
    )
    return [post_reference(recognition.id, channel) for channel in channels]


def _sent_first(session: Session, subject: str, kind: str) -> Sequence[Delivery]:
    """Return the original messages with this reference, locked: waits for a concurrent claim."""
    return session.scalars(
        select(Delivery)
        .where(Delivery.reference == subject, Delivery.kind == kind)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _try_again(session: Session, post: Delivery, *, now: datetime) -> None:
    post.state, post.due, post.expires, post.reason = DeliveryState.READY, now, None, None
    post.attempts, post.first_try, post.fence = 0, None, post.fence + 1
    post.slack_channel_id, post.slack_ts = None, None
    session.flush()
    after_commit(session, queue.OUTBOX)


def _enqueue_post_change(session: Session, workspace: Workspace, post: Delivery, *, now: datetime) -> None:
    """Enqueue the post's update, and its deletion if nobody shares it any more.

    The update removes the words first: some workspaces forbid deleting messages.
    """
    _enqueue_change(session, workspace, post, Kind.POST_CHANGED, now=now)
    recognition = session.get_one(Recognition, PostRef.parse(post.reference).recognition_id)
    if not is_visible_in(recognition, post.target):
        _enqueue_change(session, workspace, post, Kind.POST_GONE, now=now)


def _enqueue_update(session: Session, workspace: Workspace, first: Delivery, *, now: datetime) -> None:
    _enqueue_change(session, workspace, first, CHANGED[first.kind], now=now)


def _enqueue_change(
    session: Session,
    workspace: Workspace,
    first: Delivery,
    kind: kinds.Kind[RecipientRef] | kinds.Kind[PostRef],
    *,
    now: datetime,
) -> None:
    # A waiting message, or a waiting update, shows the current state when it is sent.
    if first.state not in _ON_ITS_WAY:
        return
    waiting = session.scalars(
        select(Delivery.id)
        .where(
            Delivery.reference == first.reference,
            Delivery.kind == kind,
            Delivery.target == first.target,
            Delivery.state == DeliveryState.READY,
        )
        .with_for_update()
    )
    if waiting.first() is None:
        # One after the other, each after the message that it changes has arrived.
        new_delivery = queue.NewDelivery(
            key=f"{kind}:{first.reference}:{new_id()}",
            kind=kind,
            reference=first.reference,
            target=first.target,
            due=now,
            method=kind.method,
            group=first.key,
            step=queue.next_step(session, first.key),
        )
        queue.enqueue(session, workspace, new_delivery)


def _new(
    workspace: HasId, kind: kinds.Kind[RecipientRef] | kinds.Kind[PostRef], subject: str, target: str
) -> dict[str, object]:
    key = f"{kind}:{subject}:0"
    return {
        "id": new_id(),
        "key": key,
        "token": new_id(),
        "workspace_id": workspace.id,
        "method": kind.method,
        "target": target,
        "kind": kind,
        "reference": subject,
        "priority": int(kind.priority),
        "group_key": key,
        "step": 0,
        "state": DeliveryState.READY,
        "fence": 0,
        "attempts": 0,
        "doubts": 0,
        "repeats": 0,
    }
