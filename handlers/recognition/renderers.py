"""Render the messages about a thank-you from its state at the time of sending."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.recognition import erased_view, giver_view, thanks_view, unconfirmed_renderers
from slackapp.blocks import TextAndBlocks
from slackapp.core.behaviours import Behaviour
from slackapp.core.i18n import Voice, voice
from slackapp.core.pseudonyms import is_erased
from slackapp.models import Delivery, DeliveryState, Member, Recipient, Recognition, Sharing, Workspace
from slackapp.outbox.references import MemberRef, PostRef, RecipientRef, RecognitionRef
from slackapp.outbox.rendered import Deletion, Message, Route, Skip, WaitUntil, by_kind
from slackapp.pulse import notices
from slackapp.recognition import boosts, notifications, reminders, sharing, undelivered
from slackapp.recognition.give import CHANGEABLE_FOR
from slackapp.recognition.notifications import Kind
from slackapp.recognition.undelivered import Undelivered
from slackapp.workspace import members

_WAIT = timedelta(seconds=0.5)
"""How long a change waits for the message it depends on, while that is being sent."""

_LATE = timedelta(seconds=10)
"""A post that takes longer was held: its receivers may have been told so."""

_UNDER_WAY = frozenset({DeliveryState.READY, DeliveryState.SENDING})


@dataclass(frozen=True, slots=True)
class _Stands:
    """A message's place in Slack."""

    channel: str | None
    ts: str | None


@dataclass(frozen=True, slots=True)
class _Thanks:
    """One receiver's thanks in the reader's language, and the place of a message to change."""

    say: Voice
    thanks: thanks_view.Thanks
    stands: _Stands | None = None


@dataclass(frozen=True, slots=True)
class _Post:
    """A post in the languages of its channel, and the place of a post to change."""

    spoken: list[Voice]
    post: thanks_view.Post
    stands: _Stands | None = None


@dataclass(frozen=True, slots=True)
class _MeantALot:
    """One receiver's thanks in its giver's language, and the place of a message to change."""

    say: Voice
    thanks: thanks_view.Thanks
    is_one_of_several: bool
    stands: _Stands | None = None


@dataclass(frozen=True, slots=True)
class _Undelivered:
    """A thank-you that did not arrive, or may not have."""

    say: Voice
    recognition_id: str
    missed: Undelivered
    sent: str
    is_changeable: bool


def _load_thanks(session: Session, about: RecipientRef, delivery: Delivery, _now: datetime) -> _Thanks | Skip:
    thanks = _read(session, about, delivery)
    if thanks.words is None:
        return Skip("undone")
    return _Thanks(_receivers_voice(session, about, delivery), thanks)


def _thanks(content: _Thanks) -> Message:
    """The receiver's direct message."""
    return _message(thanks_view.direct_message(content.say, content.thanks))


def _load_post(session: Session, about: PostRef, delivery: Delivery, _now: datetime) -> _Post | Skip:
    post = _read_post(session, about)
    if post.words is None:
        return Skip("undone")
    if not post.receivers:
        return Skip("not_shared")
    return _Post(_teams_voices(session, delivery), post)


def _post(content: _Post) -> Message:
    """Load the post in the team's channel, or its change, while a receiver agrees."""
    message = _message(_post_content(content.spoken, content.post), content.stands)
    return message if content.stands else replace(message, follow_up=_tell_receivers)


def _tell_receivers(session: Session, delivery: Delivery, now: datetime) -> None:
    """Change the receivers' messages once a post that waited has arrived: they say that it waits."""
    if now - delivery.due < _LATE:
        return
    about = PostRef.parse(delivery.reference)
    recognition = session.get_one(Recognition, about.recognition_id)
    workspace = session.get_one(Workspace, delivery.workspace_id)
    for recipient in recognition.recipients:
        if recipient.shared_in == about.channel:
            notifications.enqueue_recipient_update(session, workspace, recipient, now=now)


def _load_thanks_changed(
    session: Session, about: RecipientRef, delivery: Delivery, now: datetime
) -> _Thanks | WaitUntil | Skip:
    """It says "shared" only once the post was sent, unless Slack does not take the post for a while."""
    thanks = _read(session, about, delivery)
    is_shared = thanks.words is not None and thanks.sharing == Sharing.SHARED
    if is_shared and thanks.post in _UNDER_WAY and not thanks.is_post_held:
        return WaitUntil(now + _WAIT)
    stands = _where(session, delivery, now)
    if not isinstance(stands, _Stands):
        return stands
    return _Thanks(_receivers_voice(session, about, delivery), thanks, stands)


def _thanks_changed(content: _Thanks) -> Message:
    """The direct message as things stand now."""
    if is_erased(content.thanks.giver):
        words = erased_view.former_direct_message(content.say, content.thanks.behaviour)
    else:
        words = thanks_view.direct_message(content.say, content.thanks)
    return _message(words, content.stands)


def _load_post_changed(
    session: Session, about: PostRef, delivery: Delivery, now: datetime
) -> _Post | WaitUntil | Skip:
    """The team's post as things stand now; posted anew when it was taken out of Slack meanwhile."""
    post = _read_post(session, about)
    if notifications.was_deleted(session, delivery):
        return Skip("gone", _post_anew if post.receivers else None)
    stands = _where(session, delivery, now)
    return _Post(_teams_voices(session, delivery), post, stands) if isinstance(stands, _Stands) else stands


def _post_anew(session: Session, delivery: Delivery, now: datetime) -> None:
    notifications.enqueue_repost(session, delivery, now=now)


def _load_post_gone(
    session: Session, about: PostRef, delivery: Delivery, now: datetime
) -> _Stands | WaitUntil | Skip:
    """Only once its words are out of Slack, unless a receiver shares it again."""
    first = notifications.original_delivery(session, delivery)
    if first is None or _read_post(session, about).receivers:
        return Skip("shared_again")
    if first.state == DeliveryState.SENDING:
        return WaitUntil(now + _WAIT)
    if first.state != DeliveryState.SENT or first.slack_channel_id is None:
        return Skip("not_sent")
    return _Stands(first.slack_channel_id, first.slack_ts)


def _post_gone(stands: _Stands) -> Deletion:
    """The post out of Slack."""
    return Deletion(channel=stands.channel or "", ts=stands.ts)


def _load_report(session: Session, about: RecipientRef, delivery: Delivery, _now: datetime) -> _Thanks | Skip:
    if not _may_hear(session, about, delivery):
        return Skip("not_theirs")
    return _Thanks(_targets_voice(session, delivery), _read(session, about, delivery))


def _load_report_changed(
    session: Session, about: RecipientRef, delivery: Delivery, now: datetime
) -> _Thanks | WaitUntil | Skip:
    if not _may_hear(session, about, delivery):
        return Skip("not_theirs")
    stands = _where(session, delivery, now)
    if not isinstance(stands, _Stands):
        return stands
    return _Thanks(_targets_voice(session, delivery), _read(session, about, delivery), stands)


def _may_hear(session: Session, about: RecipientRef, delivery: Delivery) -> bool:
    workspace = session.get_one(Workspace, delivery.workspace_id)
    recognition = session.get_one(Recognition, about.recognition_id)
    return sharing.may_hear(session, workspace, recognition, delivery.target)


def _report(content: _Thanks) -> Message:
    """What whoever hears about unkind thank-yous is told, as things stand now."""
    return _message(thanks_view.for_contact(content.say, content.thanks), content.stands)


def _load_meant_a_lot(
    session: Session, about: RecipientRef, delivery: Delivery, _now: datetime
) -> _MeantALot | Skip:
    content = _read_meant_a_lot(session, about, delivery)
    return content if content.thanks.words is not None else Skip("undone")


def _load_meant_a_lot_changed(
    session: Session, about: RecipientRef, delivery: Delivery, now: datetime
) -> _MeantALot | WaitUntil | Skip:
    stands = _where(session, delivery, now)
    if not isinstance(stands, _Stands):
        return stands
    return replace(_read_meant_a_lot(session, about, delivery), stands=stands)


def _read_meant_a_lot(session: Session, about: RecipientRef, delivery: Delivery) -> _MeantALot:
    receivers = session.get_one(Recognition, about.recognition_id).recipients
    return _MeantALot(
        _targets_voice(session, delivery),
        _read(session, about, delivery),
        is_one_of_several=len(receivers) > 1,
    )


def _meant_a_lot(content: _MeantALot) -> Message:
    """To the giver, once: that it meant a lot."""
    words = thanks_view.for_giver(content.say, content.thanks, is_one_of_several=content.is_one_of_several)
    return _message(words, content.stands)


def _load_nudge(session: Session, about: MemberRef, delivery: Delivery, _now: datetime) -> Voice | Skip:
    member = session.get_one(Member, about.member_id)
    if not member.nudges:
        return Skip("not_wanted")
    return members.language_of(session.get_one(Workspace, delivery.workspace_id), member)


def _nudge(say: Voice) -> Message:
    """The Friday question, unless they have changed their mind meanwhile."""
    return _message(giver_view.nudge(say))


def _load_undelivered(
    session: Session, about: RecognitionRef, delivery: Delivery, now: datetime
) -> _Undelivered | Skip:
    recognition = session.get(Recognition, about.recognition_id)
    if recognition is None or recognition.undone_at is not None:
        return Skip("undone")
    # Of what may have arrived the giver is told with all else that is in doubt.
    missed = undelivered.by_recognition(session, [recognition]).get(recognition.id)
    if not missed or not (missed := replace(missed, unsure=())):
        return Skip("arrived")
    workspace = session.get_one(Workspace, delivery.workspace_id)
    giver = session.get_one(Member, recognition.giver_id)
    say = members.language_of(workspace, giver)
    return _Undelivered(
        say,
        recognition.id,
        missed,
        sent=say.moment(recognition.given_at, members.time_zone_of(workspace, giver)),
        is_changeable=now - recognition.given_at < CHANGEABLE_FOR,
    )


def _undelivered(content: _Undelivered) -> Message:
    """To the giver, whom it has missed as things stand now."""
    return _message(
        giver_view.unreached(
            content.say,
            content.recognition_id,
            content.missed,
            sent=content.sent,
            is_changeable=content.is_changeable,
        )
    )


ROUTES = by_kind(
    Route(Kind.THANKS, _load_thanks, _thanks),
    Route(Kind.THANKS_CHANGED, _load_thanks_changed, _thanks_changed),
    Route(Kind.POST, _load_post, _post),
    Route(Kind.POST_CHANGED, _load_post_changed, _post),
    Route(Kind.POST_GONE, _load_post_gone, _post_gone),
    Route(Kind.REPORT, _load_report, _report),
    Route(Kind.REPORT_CHANGED, _load_report_changed, _report),
    Route(Kind.MEANT_A_LOT, _load_meant_a_lot, _meant_a_lot),
    Route(Kind.MEANT_A_LOT_CHANGED, _load_meant_a_lot_changed, _meant_a_lot),
    Route(undelivered.KIND, _load_undelivered, _undelivered),
    *unconfirmed_renderers.ROUTES,
    Route(reminders.KIND, _load_nudge, _nudge),
)


def _where(session: Session, delivery: Delivery, now: datetime) -> _Stands | WaitUntil | Skip:
    """Return where the message stands that was sent first."""
    first = notifications.original_delivery(session, delivery)
    if first is None or first.state not in {DeliveryState.SENT, DeliveryState.SENDING}:
        return Skip("not_sent")
    if first.state == DeliveryState.SENDING:
        # It was sent again since: their group did not delay this change.
        return WaitUntil(now + _WAIT)
    return _Stands(first.slack_channel_id, first.slack_ts)


def _read(session: Session, about: RecipientRef, delivery: Delivery) -> thanks_view.Thanks:
    recognition = session.get_one(Recognition, about.recognition_id)
    recipient = session.get_one(Recipient, (about.recognition_id, about.member_id))
    post = notifications.post_of(session, recipient)
    workspace = session.get_one(Workspace, delivery.workspace_id)
    reported = recipient.sharing == Sharing.REPORTED
    return thanks_view.Thanks(
        id=recognition.id,
        giver=session.get_one(Member, recognition.giver_id).slack_user_id,
        receiver=session.get_one(Member, about.member_id).slack_user_id,
        behaviour=Behaviour(recognition.behaviour),
        words=recognition.words,
        sharing=Sharing(recipient.sharing),
        post=DeliveryState(post.state) if post else None,
        link=recognition.link if recipient.may_follow_link else None,
        was_shared=recipient.shared_in is not None,
        contacts=tuple(sharing.contacts_for(session, workspace, recognition)) if reported else (),
        meant_a_lot=recipient.meant_a_lot,
        is_copy=_is_copy(session, recipient),
        is_post_held=post is not None and notifications.is_post_held(session, post),
    )


def _is_copy(session: Session, recipient: Recipient) -> bool:
    """Return whether the receiver's message was sent again after it may have arrived."""
    reference = notifications.recipient_reference(recipient)
    original = (Delivery.reference == reference, Delivery.kind == Kind.THANKS)
    return bool(session.scalar(select(Delivery.repeats).where(*original)))


def _read_post(session: Session, about: PostRef) -> thanks_view.Post:
    recognition_id, channel = about.recognition_id, about.channel
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
        # A link to elsewhere would reveal to the team a channel that is not theirs.
        link=link if link and f"/{channel}/" in link else None,
    )


def _post_content(languages: list[Voice], post: thanks_view.Post) -> TextAndBlocks:
    """Return the post without the names of erased people."""
    remaining = tuple(user for user in post.receivers if not is_erased(user))
    if not post.receivers or (remaining and not is_erased(post.giver)):
        return thanks_view.team_post(languages, replace(post, receivers=remaining))
    giver = None if is_erased(post.giver) else post.giver
    receiver = erased_view.FormerPerson(remaining[0] if remaining else None)
    left = erased_view.RemainingText(post.words if giver else None, post.boosters)
    return erased_view.former_post(
        languages[0], post.behaviour, giver=erased_view.FormerPerson(giver), receiver=receiver, left=left
    )


def _targets_voice(session: Session, delivery: Delivery) -> Voice:
    workspace = session.get_one(Workspace, delivery.workspace_id)
    return members.language_of(workspace, members.find(session, workspace, delivery.target))


def _receivers_voice(session: Session, about: RecipientRef, delivery: Delivery) -> Voice:
    workspace = session.get_one(Workspace, delivery.workspace_id)
    return members.language_of(workspace, session.get(Member, about.member_id))


def _teams_voices(session: Session, delivery: Delivery) -> list[Voice]:
    """The languages read in the channel, Welsh first."""
    workspace = session.get_one(Workspace, delivery.workspace_id)
    return [voice(language) for language in notices.languages_in(session, workspace, delivery.target)]


def _message(content: TextAndBlocks, stands: _Stands | None = None) -> Message:
    """Return a new message, or a change of the one in its place."""
    if stands is None:
        return Message(text=content.text, blocks=content.blocks)
    return Message(text=content.text, blocks=content.blocks, channel=stands.channel, replaces=stands.ts)
