"""What a thank-you owes: a message to each receiver, one post in each channel, and their changes.

The rows name the recognition and the receiver or channel, never the words. What is shown is read
when it is sent, so a message that waits shows how things stand by then, and one change is enough
however much has changed meanwhile.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from slackapp.core.db import new_id
from slackapp.models import Delivery, DeliveryState, Recipient, Recognition, Sharing, Team, Workspace
from slackapp.outbox import kinds
from slackapp.outbox import queue as outbox
from slackapp.outbox.deduplication import HasId
from slackapp.outbox.kinds import SecondCopy
from slackapp.outbox.queue import Method
from slackapp.outbox.references import PostRef, RecipientRef


class Kind:
    """The kinds of messages about a thank-you."""

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


CHANGED: Final[Mapping[str, kinds.Kind[RecipientRef] | kinds.Kind[PostRef]]] = {
    Kind.THANKS: Kind.THANKS_CHANGED,
    Kind.POST: Kind.POST_CHANGED,
    Kind.REPORT: Kind.REPORT_CHANGED,
}
_FIRST: Final[Mapping[str, str]] = {
    **{changed: first for first, changed in CHANGED.items()},
    Kind.POST_GONE: Kind.POST,
}
_ON_ITS_WAY = frozenset({DeliveryState.SENT, DeliveryState.SENDING})
_TRY_AGAIN = frozenset({DeliveryState.DEAD, DeliveryState.EXPIRED})
_OWE = insert(Delivery).inline()


def recipient_reference(recipient: Recipient) -> str:
    """What a message is about: one receiver of one recognition."""
    return str(RecipientRef(recipient.recognition_id, recipient.member_id))


def post_reference(recognition_id: str, channel: str) -> str:
    """What a post is about: one recognition, and those of its receivers who share it in this channel."""
    return str(PostRef(recognition_id, channel))


def new_deliveries(
    workspace: HasId, received: Sequence[Mapping[str, object]], targets: Mapping[str, str]
) -> list[dict[str, object]]:
    """What a new recognition owes, as rows: each receiver their message, and the posts of those who agreed.

    `received` are the receivers' rows, `targets` their Slack ids by ours. The recognition's id is new,
    so nothing about it can have been owed before.
    """
    rows = [
        _new(
            workspace,
            Kind.THANKS,
            str(RecipientRef(str(one["recognition_id"]), str(one["member_id"]))),
            str(targets[str(one["member_id"])]),
        )
        | {"due": one["given_at"]}
        for one in received
    ]
    channels = dict.fromkeys(str(one["shared_in"]) for one in received if one["shared_in"])
    first = received[0]
    rows += [
        _new(workspace, Kind.POST, post_reference(str(first["recognition_id"]), channel), channel)
        | {"due": first["given_at"]}
        for channel in channels
    ]
    return rows


def enqueue_post(session: Session, workspace: Workspace, recipient: Recipient, *, now: datetime) -> None:
    """Let the channel's post show how things stand: owe it, change it, or try it once more."""
    if recipient.shared_in is None:
        return
    subject = post_reference(recipient.recognition_id, recipient.shared_in)
    posts = _sent_first(session, subject, Kind.POST)
    if not posts:
        about, key = PostRef(recipient.recognition_id, recipient.shared_in), f"{Kind.POST}:{subject}:0"
        outbox.enqueue(session, workspace, Kind.POST.new(about, recipient.shared_in, now, key=key, group=key))
    for post in posts:
        if post.state in _TRY_AGAIN and recipient.sharing == Sharing.SHARED:
            _try_again(session, post, now=now)
        else:
            _owe_post_change(session, workspace, post, now=now)


def enqueue_recipient_update(
    session: Session, workspace: Workspace, recipient: Recipient, *, now: datetime
) -> None:
    """Owe the change of the messages about one receiver, to how things stand now."""
    _owe_change_of(session, workspace, recipient, (Kind.THANKS, Kind.REPORT), now=now)


def enqueue_text_update(
    session: Session, workspace: Workspace, recognition: Recognition, *, now: datetime
) -> None:
    """Owe the change of the thanks and the posts, which show new words; a report keeps those it was about."""
    for recipient in recognition.recipients:
        _owe_change_of(session, workspace, recipient, (Kind.THANKS,), now=now)
    enqueue_post_updates(session, workspace, recognition, now=now)


def _owe_change_of(
    session: Session, workspace: Workspace, recipient: Recipient, among: Iterable[str], *, now: datetime
) -> None:
    for kind in among:
        for first in _sent_first(session, recipient_reference(recipient), kind):
            _owe_change(session, workspace, first, now=now)


def enqueue_all_updates(
    session: Session, workspace: Workspace, recognition: Recognition, *, now: datetime
) -> None:
    """Owe the change of everything that was sent about a recognition."""
    for recipient in recognition.recipients:
        enqueue_recipient_update(session, workspace, recipient, now=now)
    enqueue_post_updates(session, workspace, recognition, now=now)


def enqueue_post_updates(
    session: Session, workspace: Workspace, recognition: Recognition, *, now: datetime
) -> None:
    """Owe the change of its posts."""
    for subject in _post_references(recognition):
        for post in _sent_first(session, subject, Kind.POST):
            _owe_post_change(session, workspace, post, now=now)


def withdraw(session: Session, workspace: Workspace, recognition: Recognition, *, now: datetime) -> None:
    """Send nothing more about it, and take the words out of what was sent."""
    subjects = [*map(recipient_reference, recognition.recipients), *_post_references(recognition)]
    for subject in subjects:
        outbox.cancel(session, subject, reason="undone")
    enqueue_all_updates(session, workspace, recognition, now=now)


def original_delivery(session: Session, delivery: Delivery) -> Delivery | None:
    """The message that this change replaces."""
    return session.scalar(
        select(Delivery).where(
            Delivery.reference == delivery.reference,
            Delivery.kind == _FIRST[delivery.kind],
            Delivery.target == delivery.target,
        )
    )


def was_deleted(session: Session, delivery: Delivery) -> bool:
    """Whether the post that this changes was taken out of Slack."""
    return _is_there(session, delivery, [Kind.POST_GONE], DeliveryState.SENT)


def enqueue_repost(session: Session, delivery: Delivery, *, now: datetime) -> None:
    """The post was taken out of Slack, and its receivers want it there again: it is owed once more."""
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
    """Whether a team's channel is to see it: a receiver shares it there, and nobody found it unkind."""
    recipient_states = [one.sharing for one in recognition.recipients]
    here = [one.sharing for one in recognition.recipients if one.shared_in == channel]
    return (
        recognition.undone_at is None and Sharing.SHARED in here and Sharing.REPORTED not in recipient_states
    )


def team_channel(session: Session, recipient: Recipient) -> str | None:
    """Where the receiver's team shares thanks, if it does."""
    team = session.get(Team, recipient.team_id) if recipient.team_id else None
    return team.slack_channel_id if team else None


def post_of(session: Session, recipient: Recipient) -> Delivery | None:
    """The post in the channel where the receiver shares it, once one was owed."""
    if recipient.shared_in is None:
        return None
    subject = post_reference(recipient.recognition_id, recipient.shared_in)
    return session.scalar(select(Delivery).where(Delivery.key == f"{Kind.POST}:{subject}:0"))


def _is_there(session: Session, delivery: Delivery, among: Iterable[str], state: DeliveryState) -> bool:
    """Whether another delivery about the same message is of one of these kinds and stands so."""
    found = select(Delivery.id).where(
        Delivery.reference == delivery.reference,
        Delivery.kind.in_([*among]),
        Delivery.target == delivery.target,
        Delivery.state == state,
        Delivery.id != delivery.id,
    )
    return session.scalars(found.limit(1)).first() is not None


def _post_references(recognition: Recognition) -> Iterable[str]:
    channels = dict.fromkeys(one.shared_in for one in recognition.recipients if one.shared_in)
    return [post_reference(recognition.id, channel) for channel in channels]


def _sent_first(session: Session, subject: str, kind: str) -> Sequence[Delivery]:
    """The first messages about something, locked: whoever is just claiming one is waited for."""
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


def _owe_post_change(session: Session, workspace: Workspace, post: Delivery, *, now: datetime) -> None:
    """Where nothing is to be shown any more, first the words go out of the post, then the post itself.

    Some workspaces let nobody delete a message.
    """
    _owe_later(session, workspace, post, Kind.POST_CHANGED, now=now)
    recognition = session.get_one(Recognition, PostRef.parse(post.reference).recognition_id)
    if not is_visible_in(recognition, post.target):
        _owe_later(session, workspace, post, Kind.POST_GONE, now=now)


def _owe_change(session: Session, workspace: Workspace, first: Delivery, *, now: datetime) -> None:
    _owe_later(session, workspace, first, CHANGED[first.kind], now=now)


def _owe_later(
    session: Session,
    workspace: Workspace,
    first: Delivery,
    kind: kinds.Kind[RecipientRef] | kinds.Kind[PostRef],
    *,
    now: datetime,
) -> None:
    # A message that still waits will show how things stand when it goes, and so will a change that waits.
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
        owed = outbox.NewDelivery(
            key=f"{kind}:{first.reference}:{new_id()}",
            kind=kind,
            reference=first.reference,
            target=first.target,
            due=now,
            method=kind.method,
            group=first.key,
            step=outbox.next_step(session, first.key),
        )
        outbox.enqueue(session, workspace, owed)


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
    }
