"""What the messages about a thank-you say when their turn comes."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.recognition import erased_view, giver_view, thanks_view
from slackapp.blocks import Block
from slackapp.core.behaviours import Behaviour
from slackapp.core.i18n import Voice, voice
from slackapp.core.pseudonyms import is_erased
from slackapp.models import Delivery, DeliveryState, Member, Recipient, Recognition, Sharing, Workspace
from slackapp.outbox.rendered import Deletion, Message, Rendered, Renderer, Skip, WaitUntil
from slackapp.pulse import notices
from slackapp.recognition import boosts, notifications, reminders, sharing, undelivered
from slackapp.recognition.give import CHANGEABLE_FOR
from slackapp.recognition.notifications import Kind
from slackapp.workspace import members

_WAIT = timedelta(seconds=0.5)
"""How long a change waits for what it depends on, while that is being sent."""

_UNDER_WAY = frozenset({DeliveryState.READY, DeliveryState.SENDING})


def _thanks(session: Session, delivery: Delivery, _now: datetime) -> Rendered:
    """The receiver's direct message."""
    thanks = _read(session, delivery)
    if thanks.words is None:
        return Skip("undone")
    return _message(thanks_view.direct_message(_receivers_voice(session, delivery), thanks))


def _post(session: Session, delivery: Delivery, _now: datetime) -> Rendered:
    """The post in the team's channel, only while a receiver agrees."""
    post = _read_post(session, delivery)
    if post.words is None:
        return Skip("undone")
    if not post.receivers:
        return Skip("not_shared")
    return _message(_post_content(_teams_voices(session, delivery), post))


def _thanks_changed(session: Session, delivery: Delivery, now: datetime) -> Rendered:
    """The direct message, current. It says "shared" only once the post is there."""
    thanks = _read(session, delivery)
    if thanks.words is not None and thanks.sharing == Sharing.SHARED and thanks.post in _UNDER_WAY:
        return WaitUntil(now + _WAIT)
    say = _receivers_voice(session, delivery)
    if is_erased(thanks.giver):
        text, blocks = erased_view.former_direct_message(say, thanks.behaviour)
    else:
        text, blocks = thanks_view.direct_message(say, thanks)
    return _instead(session, delivery, Message(text=text, blocks=blocks), now)


def _post_changed(session: Session, delivery: Delivery, now: datetime) -> Rendered:
    """The team's post, current; posted again when it was removed from Slack meanwhile."""
    if notifications.was_deleted(session, delivery):
        if _read_post(session, delivery).receivers:
            notifications.enqueue_repost(session, delivery, now=now)
        return Skip("gone")
    text, blocks = _post_content(_teams_voices(session, delivery), _read_post(session, delivery))
    return _instead(session, delivery, Message(text=text, blocks=blocks), now)


def _post_gone(session: Session, delivery: Delivery, now: datetime) -> Rendered:
    """The post out of Slack, once its words are, unless a receiver shares it again."""
    first = notifications.original_delivery(session, delivery)
    if first is None or _read_post(session, delivery).receivers:
        return Skip("shared_again")
    waits = notifications.has_update_waiting(session, delivery) or notifications.has_update_in_flight(
        session, delivery
    )
    if waits or first.state == DeliveryState.SENDING:
        return WaitUntil(now + _WAIT)
    if first.state != DeliveryState.SENT or first.slack_channel_id is None:
        return Skip("not_sent")
    return Deletion(channel=first.slack_channel_id, ts=first.slack_ts)


def _report(session: Session, delivery: Delivery, _now: datetime) -> Rendered:
    """The message to the contact for unkind thank-yous."""
    thanks = _read(session, delivery)
    return _message(thanks_view.for_contact(_targets_voice(session, delivery), thanks))


def _report_changed(session: Session, delivery: Delivery, now: datetime) -> Rendered:
    """The update of that message."""
    text, blocks = thanks_view.for_contact(_targets_voice(session, delivery), _read(session, delivery))
    return _instead(session, delivery, Message(text=text, blocks=blocks), now)


def _nudge(session: Session, delivery: Delivery, _now: datetime) -> Rendered:
    """The Friday question, unless they have changed their mind meanwhile."""
    member = session.get_one(Member, delivery.reference)
    if not member.nudges:
        return Skip("not_wanted")
    return _message(
        giver_view.nudge(members.language_of(session.get_one(Workspace, delivery.workspace_id), member))
    )


def _unreached(session: Session, delivery: Delivery, now: datetime) -> Rendered:
    """The message to the giver about those whom the thank-you has not reached by now."""
    recognition = session.get(Recognition, delivery.reference)
    if recognition is None or recognition.undone_at is not None:
        return Skip("undone")
    missed = undelivered.by_recognition(session, [recognition]).get(recognition.id)
    if not missed:
        return Skip("arrived")
    workspace = session.get_one(Workspace, delivery.workspace_id)
    giver = session.get_one(Member, recognition.giver_id)
    say = members.language_of(workspace, giver)
    sent = say.moment(recognition.given_at, members.time_zone_of(workspace, giver))
    is_changeable = now - recognition.given_at < CHANGEABLE_FOR
    return _message(giver_view.unreached(say, recognition.id, missed, sent=sent, is_changeable=is_changeable))


RENDERERS: dict[str, Renderer] = {
    Kind.THANKS: _thanks,
    Kind.THANKS_CHANGED: _thanks_changed,
    Kind.POST: _post,
    Kind.POST_CHANGED: _post_changed,
    Kind.POST_GONE: _post_gone,
    Kind.REPORT: _report,
    Kind.REPORT_CHANGED: _report_changed,
    undelivered.KIND: _unreached,
    reminders.KIND: _nudge,
}


def _instead(session: Session, delivery: Delivery, message: Message, now: datetime) -> Rendered:
    """The message in place of the one that was sent first."""
    first = notifications.original_delivery(session, delivery)
    if first is None or first.state not in {DeliveryState.SENT, DeliveryState.SENDING}:
        return Skip("not_sent")
    # An older change that arrived after this one would put old words back.
    if first.state == DeliveryState.SENDING or notifications.has_update_in_flight(session, delivery):
        return WaitUntil(now + _WAIT)
    return Message(
        text=message.text, blocks=message.blocks, channel=first.slack_channel_id, replaces=first.slack_ts
    )


def _read(session: Session, delivery: Delivery) -> thanks_view.Thanks:
    recognition_id, _, member_id = delivery.reference.partition(":")
    recognition = session.get_one(Recognition, recognition_id)
    recipient = session.get_one(Recipient, (recognition_id, member_id))
    post = notifications.post_of(session, recipient)
    workspace = session.get_one(Workspace, delivery.workspace_id)
    reported = recipient.sharing == Sharing.REPORTED
    return thanks_view.Thanks(
        id=recognition.id,
        giver=session.get_one(Member, recognition.giver_id).slack_user_id,
        receiver=session.get_one(Member, member_id).slack_user_id,
        behaviour=Behaviour(recognition.behaviour),
        words=recognition.words,
        sharing=Sharing(recipient.sharing),
        post=DeliveryState(post.state) if post else None,
        link=recognition.link,
        told=tuple(sharing.contacts_for(session, workspace, recognition)) if reported else (),
    )


def _read_post(session: Session, delivery: Delivery) -> thanks_view.Post:
    recognition_id, _, channel = delivery.reference.partition(":")
    recognition = session.get_one(Recognition, recognition_id)
    shared = select(Member.slack_user_id).join(Recipient, Recipient.member_id == Member.id)
    shared = shared.where(
        Recipient.recognition_id == recognition_id,
        Recipient.shared_in == channel,
        Recipient.sharing == Sharing.SHARED,
    ).order_by(Member.name, Member.id)
    is_visible = notifications.is_visible_in(recognition, channel)
    link = recognition.link
    return thanks_view.Post(
        id=recognition.id,
        giver=session.get_one(Member, recognition.giver_id).slack_user_id,
        receivers=tuple(session.scalars(shared)) if is_visible else (),
        behaviour=Behaviour(recognition.behaviour),
        words=recognition.words,
        boosters=boosts.boosters(session, recognition_id),
        # A link to anywhere else would tell the team of a place that is not theirs.
        link=link if link and f"/{channel}/" in link else None,
    )


def _post_content(languages: list[Voice], post: thanks_view.Post) -> tuple[str, list[Block]]:
    """The post, in which nobody who was erased is named."""
    receivers = tuple(user_id for user_id in post.receivers if not is_erased(user_id))
    if not post.receivers or (receivers and not is_erased(post.giver)):
        return thanks_view.team_post(languages, replace(post, receivers=receivers))
    giver = None if is_erased(post.giver) else post.giver
    receiver = erased_view.FormerPerson(receivers[0] if receivers else None)
    remaining = erased_view.RemainingText(post.words if giver else None, post.boosters)
    return erased_view.former_post(
        languages[0], post.behaviour, giver=erased_view.FormerPerson(giver), receiver=receiver, left=remaining
    )


def _targets_voice(session: Session, delivery: Delivery) -> Voice:
    workspace = session.get_one(Workspace, delivery.workspace_id)
    return members.language_of(workspace, members.find(session, workspace, delivery.target))


def _receivers_voice(session: Session, delivery: Delivery) -> Voice:
    workspace = session.get_one(Workspace, delivery.workspace_id)
    return members.language_of(workspace, session.get(Member, delivery.reference.partition(":")[2]))


def _teams_voices(session: Session, delivery: Delivery) -> list[Voice]:
    """The languages read in the channel, Welsh first."""
    workspace = session.get_one(Workspace, delivery.workspace_id)
    return [voice(language) for language in notices.languages_in(session, workspace, delivery.target)]


def _message(content: tuple[str, list[Block]]) -> Message:
    text, blocks = content
    return Message(text=text, blocks=blocks)
