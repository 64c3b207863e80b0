"""Render messages about obstacles when they are sent: they say what holds then."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.obstacles import notices_view
from reports.publishing import obstacle_view
from slackapp.core.i18n import Voice, voice
from slackapp.models import Delivery, DeliveryState, Member, Obstacle, ObstacleState, Workspace
from slackapp.obstacles import listing, routing
from slackapp.obstacles.listing import ObstacleDetails
from slackapp.obstacles.notices import ANSWER_DM, ASKED, ASKED_CHANGED, POSTED, WARNING
from slackapp.outbox.references import AnswerRef, ObstacleRef
from slackapp.outbox.rendered import Message, Route, Skip, WaitUntil, by_kind
from slackapp.pulse.notices import languages_in, next_allowed_time
from slackapp.workspace import members, permissions

_LOOK_AGAIN = timedelta(seconds=2)
_PASSED_UP = "up-"


@dataclass(frozen=True, slots=True)
class _ToPerson:
    say: Voice
    obstacle: ObstacleDetails
    is_theirs: bool = False
    channel: str | None = None
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class _Post:
    spoken: list[Voice]
    obstacle: ObstacleDetails


def _load_question(
    session: Session, about: ObstacleRef, delivery: Delivery, now: datetime
) -> _ToPerson | WaitUntil | Skip:
    content = _content(session, about, delivery, now)
    if not isinstance(content, _ToPerson):
        return content
    return content if content.is_theirs else Skip("not_theirs")


def _load_changed(
    session: Session, about: ObstacleRef, delivery: Delivery, now: datetime
) -> _ToPerson | WaitUntil | Skip:
    """The question where it stands, without a button once it waits for this person no more."""
    same = (Delivery.kind == ASKED, Delivery.reference == delivery.reference)
    first = session.scalar(select(Delivery).where(*same, Delivery.target == delivery.target))
    if first is None or first.state == DeliveryState.SENDING:
        return WaitUntil(now + _LOOK_AGAIN) if first else Skip("gone")
    if first.state != DeliveryState.SENT or not first.slack_ts:
        # While it waits, it will say what holds by then.
        return Skip("not_sent")
    content = _loaded(session, about, delivery, now)
    if not isinstance(content, _ToPerson):
        return content
    return replace(content, channel=first.slack_channel_id, replaces=first.slack_ts)


def _question(content: _ToPerson) -> Message:
    text, layout = notices_view.question(content.say, content.obstacle, is_theirs=content.is_theirs)
    return Message(text, layout, channel=content.channel, replaces=content.replaces)


def _warning(content: _ToPerson) -> Message:
    return Message(*notices_view.warning(content.say, content.obstacle))


def _load_answer(
    session: Session, about: AnswerRef, delivery: Delivery, now: datetime
) -> _ToPerson | WaitUntil | Skip:
    workspace, reader = _reader(session, delivery)
    obstacle = _current(session, about)
    if obstacle is None or reader is None:
        return Skip("gone")
    if (due := next_allowed_time(reader, workspace, now)) > now:
        return WaitUntil(due)
    say = members.language_of(workspace, reader)
    return _ToPerson(say, listing.details(session, [obstacle], now)[0])


def _answer(content: _ToPerson) -> Message:
    return Message(*notices_view.answer(content.say, content.obstacle))


def _load_post(session: Session, about: AnswerRef, delivery: Delivery, now: datetime) -> _Post | Skip:
    obstacle = _current(session, about)
    if obstacle is None:
        return Skip("gone")
    workspace = session.get_one(Workspace, delivery.workspace_id)
    spoken = [voice(language) for language in languages_in(session, workspace, delivery.target)]
    return _Post(spoken, listing.details(session, [obstacle], now)[0])


def _post(content: _Post) -> Message:
    posts = [obstacle_view.post(say, content.obstacle) for say in content.spoken]
    return Message("\n".join(text for text, _ in posts), [block for _, layout in posts for block in layout])


def _current(session: Session, about: AnswerRef) -> Obstacle | None:
    """The obstacle, unless what was to be told has been overtaken: passed up, and answered since."""
    obstacle = session.get(Obstacle, about.obstacle_id)
    if obstacle is None or obstacle.state == ObstacleState.WITHDRAWN:
        return None
    is_overtaken = about.part.startswith(_PASSED_UP) and obstacle.state != ObstacleState.OPEN
    return None if is_overtaken else obstacle


def _content(
    session: Session, about: ObstacleRef, delivery: Delivery, now: datetime
) -> _ToPerson | WaitUntil | Skip:
    """The same in the reader's own hours."""
    workspace, reader = _reader(session, delivery)
    if reader is None or not reader.can_be_reached:
        return Skip("gone")
    due = next_allowed_time(reader, workspace, now)
    return WaitUntil(due) if due > now else _loaded(session, about, delivery, now)


def _loaded(session: Session, about: ObstacleRef, delivery: Delivery, now: datetime) -> _ToPerson | Skip:
    obstacle = session.get(Obstacle, about.obstacle_id)
    workspace, reader = _reader(session, delivery)
    if obstacle is None or reader is None:
        return Skip("gone")
    tree = permissions.teams(session, workspace.id)
    is_open = obstacle.state == ObstacleState.OPEN
    is_theirs = is_open and routing.may_answer(session, tree, obstacle, reader, now)
    details = listing.details(session, [obstacle], now)[0]
    return _ToPerson(members.language_of(workspace, reader), details, is_theirs)


def _reader(session: Session, delivery: Delivery) -> tuple[Workspace, Member | None]:
    workspace = session.get_one(Workspace, delivery.workspace_id)
    return workspace, members.find(session, workspace, delivery.target)


ROUTES = by_kind(
    Route(ASKED, _load_question, _question),
    Route(ASKED_CHANGED, _load_changed, _question),
    Route(WARNING, _load_question, _warning),
    Route(ANSWER_DM, _load_answer, _answer),
    Route(POSTED, _load_post, _post),
)
