"""Render the message to a giver about thank-yous that may have arrived."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handlers.recognition import unconfirmed_view
from slackapp.core.i18n import Voice
from slackapp.models import Delivery, DeliveryState, Workspace
from slackapp.outbox.references import NoticeRef, RecognitionRef
from slackapp.outbox.rendered import Message, Route, Skip, WaitUntil
from slackapp.recognition import unconfirmed
from slackapp.recognition.unconfirmed import Doubts
from slackapp.workspace import members

_WAIT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class _Question:
    """What is in doubt and what came out, and the message to change."""

    say: Voice
    notice_id: str
    doubts: Doubts
    channel: str | None = None
    ts: str | None = None


def _load(session: Session, _about: RecognitionRef, delivery: Delivery, _now: datetime) -> _Question | Skip:
    doubts = unconfirmed.of_notice(session, delivery.id)
    if not doubts.unsure:
        return Skip("arrived")
    return _Question(_voice(session, delivery), delivery.id, doubts)


def _load_changed(
    session: Session, about: NoticeRef, delivery: Delivery, now: datetime
) -> _Question | WaitUntil | Skip:
    notice = session.get(Delivery, about.delivery_id)
    if notice is not None and notice.state == DeliveryState.SENDING:
        return WaitUntil(now + _WAIT)
    if notice is None or notice.state != DeliveryState.SENT or notice.slack_ts is None:
        return Skip("not_sent")
    doubts = unconfirmed.of_notice(session, notice.id)
    if doubts == Doubts():
        return Skip("undone")
    return _Question(_voice(session, delivery), notice.id, doubts, notice.slack_channel_id, notice.slack_ts)


def _message(question: _Question) -> Message:
    text, blocks = unconfirmed_view.about(question.say, question.notice_id, question.doubts)
    return Message(text=text, blocks=blocks, channel=question.channel, replaces=question.ts)


def _voice(session: Session, delivery: Delivery) -> Voice:
    workspace = session.get_one(Workspace, delivery.workspace_id)
    return members.language_of(workspace, members.find(session, workspace, delivery.target))


ROUTES = (
    Route(unconfirmed.NOTICE, _load, _message),
    Route(unconfirmed.NOTICE_CHANGED, _load_changed, _message),
)
