"""Render what Slack does not let the app do, from the holds at the time of sending."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from handlers.workspace import refusals_view
from slackapp.core.i18n import Voice
from slackapp.models import Delivery, Hold, HoldScope, Workspace
from slackapp.outbox.references import ChannelRef, PauseRef, TrialRef
from slackapp.outbox.rendered import Message, Route, Skip, by_kind
from slackapp.workspace import members, refusals


@dataclass(frozen=True, slots=True)
class _Channel:
    """A channel, and why it takes no posts; None if it does again."""

    say: Voice
    channel: str
    reason: str | None


def _load_channel(session: Session, about: ChannelRef, delivery: Delivery, _now: datetime) -> _Channel:
    hold = session.get(Hold, (delivery.workspace_id, HoldScope.TARGET, about.channel))
    return _Channel(_voice(session, delivery), about.channel, hold.reason if hold else None)


def _channel(content: _Channel) -> Message:
    if content.reason is None:
        return _message(refusals_view.channel_open_again(content.say, content.channel))
    return _message(refusals_view.channel_held(content.say, content.channel, content.reason))


def _load_pause(session: Session, about: PauseRef, delivery: Delivery, _now: datetime) -> tuple[Voice, str]:
    say = _voice(session, delivery)
    workspace = session.get_one(Workspace, delivery.workspace_id)
    admin = members.find(session, workspace, delivery.target)
    zone = members.time_zone_of(workspace, admin) if admin else workspace.time_zone
    return say, say.moment(datetime.fromtimestamp(about.since, UTC), zone)


def _pause(content: tuple[Voice, str]) -> Message:
    return _message(refusals_view.workspace_held(*content))


def _load_no_files(session: Session, _about: TrialRef, delivery: Delivery, _now: datetime) -> Voice | Skip:
    if session.get(Hold, (delivery.workspace_id, HoldScope.FEATURE, "files")) is None:
        return Skip("allowed")
    return _voice(session, delivery)


def _no_files(say: Voice) -> Message:
    return _message(refusals_view.no_files(say))


ROUTES = by_kind(
    Route(refusals.CHANNEL, _load_channel, _channel),
    Route(refusals.WORKSPACE, _load_pause, _pause),
    Route(refusals.NO_FILES, _load_no_files, _no_files),
)


def _voice(session: Session, delivery: Delivery) -> Voice:
    workspace = session.get_one(Workspace, delivery.workspace_id)
    return members.language_of(workspace, members.find(session, workspace, delivery.target))


def _message(content: tuple[str, list[dict[str, object]]]) -> Message:
    text, blocks = content
    return Message(text=text, blocks=blocks)
