"""Load and render a team's posts in its channel, and notices to leaders."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.figures.team_month import TeamMonth, as_shared
from reports.publishing import notices_view, promise_view, schedule
from reports.publishing.failures import HANDING_ON, NO_READER, NOT_SHARED, report_unshared
from reports.publishing.loading import (
    NOT_THEIRS,
    PENDING,
    chart_refs,
    load,
    spoken,
    thread_charts,
    today,
    uploaded_charts,
)
from reports.publishing.message import for_team
from reports.queries.extras import promise_details
from slackapp.core.i18n import Voice
from slackapp.digest import promises, sharing
from slackapp.digest.promises import PromiseDetails
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
from slackapp.outbox.references import ChartRef, DigestRef, TeamMonthRef, TeamRef
from slackapp.outbox.rendered import FollowUp, Message, Route, Skip, WaitUntil
from slackapp.workspace import members, permissions

_LOOK_AGAIN = timedelta(seconds=2)
_OTHER_CHANNEL = Skip(sharing.OTHER_CHANNEL, report_unshared)


@dataclass(frozen=True, slots=True)
class _TeamDigest:
    """A team's digest, in the languages of its channel."""

    spoken: list[Voice]
    month: TeamMonth
    digest_id: str
    today: date
    pictures: dict[str, str]
    follow_up: FollowUp | None


@dataclass(frozen=True, slots=True)
class _Promises:
    """The promises in the channel's languages; for an update also the post's place."""

    spoken: list[Voice]
    lines: list[PromiseDetails]
    channel: str | None = None
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class _Notice:
    """A notice to one reader about a team, with its month or person."""

    say: Voice
    team: Team
    month: str = ""
    leader: str = ""


def _load_digest(
    session: Session, about: DigestRef, row: Delivery, now: datetime
) -> _TeamDigest | WaitUntil | Skip:
    """Load the team's digest in its languages; the leader's charts are used if they are in the first."""
    digest = session.get(Digest, about.digest_id)
    if digest is None:
        return Skip("gone")
    if not sharing.is_for_channel(session, digest.team_id, row.target):
        return _OTHER_CHANNEL
    leaders, month = load(session, digest)
    languages = spoken(session, row)
    another = "" if languages[0].language == leaders.language else languages[0].language
    charts = chart_refs(languages[0], month, digest.id, another)
    if another and not _are_enqueued(session, charts):
        # From then on the group holds the message back until its charts are uploaded.
        return WaitUntil(now, partial(schedule.enqueue_charts, charts=charts))
    pictures = uploaded_charts(session, charts)
    follow_up = thread_charts(row, charts, pictures)
    return _TeamDigest(languages, month, digest.id, today(session, row, now), pictures, follow_up)


def _digest(content: _TeamDigest) -> Message:
    post = for_team(
        content.spoken,
        as_shared(content.month),
        digest_id=content.digest_id,
        pictures=content.pictures,
        today=content.today,
    )
    return replace(post, follow_up=content.follow_up)


def _load_posted(
    session: Session, about: TeamMonthRef, row: Delivery, now: datetime
) -> _Promises | WaitUntil | Skip:
    """Load the promises for a post under the digest that they answer."""
    shared = sharing.of_reference(session, about)
    if shared is None:
        return Skip("gone")
    if not sharing.is_for_channel(session, shared.team_id, row.target):
        return _OTHER_CHANNEL
    before = _by_key(session, f"shared:{about}")
    if before is not None and before.state in PENDING:
        return WaitUntil(max(before.due, now + _LOOK_AGAIN))
    return _promises(session, row, shared) or Skip("no_promise")


def _load_changed(
    session: Session, about: TeamMonthRef, row: Delivery, now: datetime
) -> _Promises | WaitUntil | Skip:
    """Load an update of the post with the promises."""
    shared = sharing.of_reference(session, about)
    first = _by_key(session, f"promises:{about}")
    if shared is None or first is None:
        return Skip("gone")
    if first.state == DeliveryState.SENDING:
        return WaitUntil(now + _LOOK_AGAIN)
    if first.state != DeliveryState.SENT or not first.slack_ts:
        # While it waits, the first post will be rendered with the newest content.
        return Skip("not_posted")
    if not sharing.is_for_channel(session, shared.team_id, first.slack_channel_id or ""):
        return Skip(sharing.OTHER_CHANNEL)
    content = _promises(session, row, shared)
    if content is None:
        return Skip("no_promise")
    return replace(content, channel=first.slack_channel_id, replaces=first.slack_ts)


def _post(content: _Promises) -> Message:
    posts = [promise_view.post(say, content.lines) for say in content.spoken]
    return Message(
        "\n".join(text for text, _ in posts),
        [block for _, blocks in posts for block in blocks],
        channel=content.channel,
        replaces=content.replaces,
    )


def _load_handing_on(session: Session, about: TeamRef, row: Delivery, _now: datetime) -> _Notice | Skip:
    """Load the question whether a team's new leader may read its earlier digests."""
    team = session.get(Team, about.team_id)
    leadership = session.get(Leadership, about.team_id)
    if team is None or leadership is None or leadership.handed_on:
        return Skip("gone")
    leader = session.get_one(Member, leadership.member_id)
    return _Notice(_reader(session, row), team, leader=leader.name)


def _handing_on(notice: _Notice) -> Message:
    return Message(*notices_view.hand_on(notice.say, notice.team.id, notice.team.name, notice.leader))


def _load_month(session: Session, about: TeamMonthRef, row: Delivery, now: datetime) -> _Notice | Skip:
    """Load a notice to a leader of the team, or of one above it, if they still lead when it is sent."""
    team = session.get(Team, about.team_id)
    if team is None:
        return Skip("gone")
    workspace = session.get_one(Workspace, row.workspace_id)
    reader = members.find(session, workspace, row.target)
    if reader is None or not permissions.leads_or_above(session, team, reader, now):
        return Skip(NOT_THEIRS)
    return _Notice(members.language_of(workspace, reader), team, about.month)


def _no_reader(notice: _Notice) -> Message:
    """The notice that a team's digest has no reader."""
    return Message(*notices_view.no_reader(notice.say, notice.team.name, notice.month))


def _not_shared(notice: _Notice) -> Message:
    """The notice that the team's channel did not accept a post."""
    month = notice.say.month(date.fromisoformat(f"{notice.month}-01"))
    return Message(*notices_view.not_shared(notice.say, notice.team.name, month))


ROUTES = (
    Route(sharing.SHARED, _load_digest, _digest),
    Route(sharing.POSTED, _load_posted, _post),
    Route(sharing.CHANGED, _load_changed, _post),
    Route(HANDING_ON, _load_handing_on, _handing_on),
    Route(NO_READER, _load_month, _no_reader),
    Route(NOT_SHARED, _load_month, _not_shared),
)


def _promises(session: Session, row: Delivery, shared: SharedDigest) -> _Promises | None:
    month_promises = promises.of_month(session, shared.team_id, shared.month)
    if not month_promises:
        return None
    details = promise_details(session, month_promises)
    return _Promises(spoken(session, row), [details[promise.id] for promise in month_promises])


def _are_enqueued(session: Session, charts: list[ChartRef]) -> bool:
    keys = [f"{schedule.PICTURE}:{chart}" for chart in charts]
    enqueued = session.scalars(select(Delivery.key).where(Delivery.key.in_(keys))).all()
    return len(enqueued) == len(keys)


def _by_key(session: Session, key: str) -> Delivery | None:
    return session.scalar(select(Delivery).where(Delivery.key == key))


def _reader(session: Session, row: Delivery) -> Voice:
    workspace = session.get_one(Workspace, row.workspace_id)
    return members.language_of(workspace, members.find(session, workspace, row.target))
