"""What the team reads in its channel, and what a leader is told when something is in the way."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.figures.team_month import as_shared
from reports.publishing import notices_view as view
from reports.publishing import promise_view as promised
from reports.publishing import schedule as digest
from reports.publishing.failures import HANDING_ON, NO_READER, NOT_SHARED
from reports.publishing.loading import (
    PENDING,
    follow_in_thread,
    load,
    picture_names,
    still_waiting,
    today,
    uploaded_charts,
)
from reports.publishing.message import for_team
from reports.queries.extras import promise_details
from reports.text import sentences as words
from slackapp.core import calendar
from slackapp.core.i18n import Voice, voice
from slackapp.digest import promises, sharing
from slackapp.models import (
    Delivery,
    DeliveryState,
    Digest,
    Leadership,
    Member,
    SharedDigest,
    Team,
    Workspace,
)
from slackapp.outbox.rendered import Message, Rendered, Renderer, Skip, WaitUntil
from slackapp.pulse.notices import languages_in
from slackapp.workspace import members

_LOOK_AGAIN = timedelta(seconds=2)


def for_channel(session: Session, row: Delivery, now: datetime) -> Rendered:
    """The digest for the team in its languages; its pictures are the leader's own if those fit the first."""
    found = session.get(Digest, row.reference)
    if found is None:
        return Skip("gone")
    leaders, month = load(session, found)
    spoken = _spoken(session, row)
    another = "" if spoken[0].language == leaders.language else spoken[0].language
    names = picture_names(spoken[0], month, found.id, another)
    if another:
        digest.enqueue_charts(session, row, list(names), now)
    pictures = uploaded_charts(session, names)
    if pictures is None and still_waiting(row, now):
        return WaitUntil(now + _LOOK_AGAIN)
    follow_in_thread(session, row, names, now)
    day = today(session, row, now)
    return for_team(spoken, as_shared(month), digest_id=found.id, pictures=pictures or {}, today=day)


def posted(session: Session, row: Delivery, now: datetime) -> Rendered:
    """What was promised, under the digest that it answers."""
    found = sharing.of_reference(session, row.reference)
    if found is None:
        return Skip("gone")
    before = _by_key(session, f"shared:{row.reference}")
    if before is not None and before.state in PENDING:
        return WaitUntil(max(before.due, now + _LOOK_AGAIN))
    return _post(session, row, found, now) or Skip("no_promise")


def changed(session: Session, row: Delivery, now: datetime) -> Rendered:
    """The same post, brought up to date where it stands."""
    found = sharing.of_reference(session, row.reference)
    first = _by_key(session, f"promises:{row.reference}")
    if found is None or first is None:
        return Skip("gone")
    if first.state == DeliveryState.SENDING:
        return WaitUntil(now + _LOOK_AGAIN)
    if first.state != DeliveryState.SENT or not first.slack_ts:
        # While it waits, the first post will say what holds by then.
        return Skip("not_posted")
    made = _post(session, row, found, now)
    if made is None:
        return Skip("no_promise")
    return Message(made.text, made.blocks, channel=first.slack_channel_id, replaces=first.slack_ts)


def handing_on(session: Session, row: Delivery, now: datetime) -> Rendered:  # noqa: ARG001 - likewise
    """Somebody else leads the team now: shall they read what was told before?"""
    say, team = _reader(session, row), session.get(Team, row.reference)
    found = session.get(Leadership, row.reference)
    if team is None or found is None or found.handed_on:
        return Skip("gone")
    leader = session.get_one(Member, found.member_id)
    text, blocks = view.hand_on(say, team.id, team.name, leader.name)
    return Message(text, blocks)


def no_reader(session: Session, row: Delivery, now: datetime) -> Rendered:  # noqa: ARG001 - likewise
    """A team's digest has nobody to go to."""
    team_id, _, month = row.reference.partition(":")
    team = session.get(Team, team_id)
    if team is None:
        return Skip("gone")
    text, blocks = view.no_reader(_reader(session, row), team.name, month)
    return Message(text, blocks)


def not_shared(session: Session, row: Delivery, now: datetime) -> Rendered:  # noqa: ARG001 - likewise
    """The team's channel did not take it."""
    team_id, _, month = row.reference.partition(":")
    team = session.get(Team, team_id)
    if team is None:
        return Skip("gone")
    say = _reader(session, row)
    text, blocks = view.not_shared(say, team.name, say.month(date.fromisoformat(f"{month}-01")))
    return Message(text, blocks)


RENDERERS: dict[str, Renderer] = {
    sharing.SHARED: for_channel,
    sharing.POSTED: posted,
    sharing.CHANGED: changed,
    HANDING_ON: handing_on,
    NO_READER: no_reader,
    NOT_SHARED: not_shared,
}


def _post(session: Session, row: Delivery, found: SharedDigest, now: datetime) -> Message | None:
    kept = promises.of_month(session, found.team_id, found.month)
    if not kept:
        return None
    team = session.get_one(Team, found.team_id)
    workspace = session.get_one(Workspace, team.workspace_id)
    told_of = promise_details(session, kept)
    lines = [told_of[one.id] for one in kept]
    zone = workspace.time_zone
    later = calendar.month_of(kept[0].made_at, zone) != calendar.month_of(now, zone)
    name = words.team_name(team.name)
    posts = [promised.post(say, name, lines, later=later) for say in _spoken(session, row)]
    return Message("\n".join(text for text, _ in posts), [block for _, blocks in posts for block in blocks])


def _spoken(session: Session, row: Delivery) -> list[Voice]:
    """The languages read in the channel, Welsh first."""
    workspace = session.get_one(Workspace, row.workspace_id)
    return [voice(one) for one in languages_in(session, workspace, row.target)]


def _by_key(session: Session, key: str) -> Delivery | None:
    return session.scalar(select(Delivery).where(Delivery.key == key))


def _reader(session: Session, row: Delivery) -> Voice:
    workspace = session.get_one(Workspace, row.workspace_id)
    return members.language_of(workspace, members.find(session, workspace, row.target))
