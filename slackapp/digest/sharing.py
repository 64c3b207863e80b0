"""Opening a digest to the team, and telling it what was promised."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core.db import new_id
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.digest import promises
from slackapp.models import (
    Delivery,
    DeliveryState,
    Digest,
    Member,
    Promise,
    PromiseState,
    SharedDigest,
    Team,
    Workspace,
)
from slackapp.outbox.kinds import Kind, SecondCopy
from slackapp.outbox.queue import Method, NewDelivery, enqueue, insert_for, next_step, send_again
from slackapp.outbox.references import DigestRef, PromiseRef, TeamMonthRef

WAITS_FOR_CHARTS = timedelta(minutes=15)
"""How long a digest's message waits for its charts, from when the first of them is tried."""

SHARED = Kind("digest-shared", DigestRef, second_copy=SecondCopy.SEEN_BY_ALL, patience=WAITS_FOR_CHARTS)
POSTED = Kind("promises", TeamMonthRef, second_copy=SecondCopy.SEEN_BY_ALL)
CHANGED = Kind("promises-change", TeamMonthRef, method=Method.UPDATE, second_copy=SecondCopy.HARMLESS)
KEPT = Kind("promise-kept", PromiseRef, second_copy=SecondCopy.SEEN_BY_ALL)
"""Kinds of deliveries to a team's channel: the digest, what was promised, its change, and what was kept."""

OTHER_CHANNEL = "other_channel"
"""Why a post is not sent: its channel is not the team's any more."""

_NO_CHANNEL = translatable(
    "{team} has no channel yet, so there is nowhere to share it. An admin can choose one."
)


def share(session: Session, digest: Digest, *, with_promises: bool, by: Member, now: datetime) -> None:
    """Open a digest to the team: it is owed to the team's channel, and what was promised after it.

    Sharing it again adds what was promised since, and what could not be posted; nothing is posted twice.

    Raises:
        UserError: The team has no channel.
    """
    team = session.get_one(Team, digest.team_id)
    if not team.slack_channel_id:
        raise UserError(_NO_CHANNEL, team=team.name)
    row = {"team_id": team.id, "month": digest.month, "shared_by_id": by.id, "shared_at": now}
    insert = insert_for(session)(SharedDigest).values(row | {"with_promises": False, "revision": 0})
    columns = [SharedDigest.team_id, SharedDigest.month]
    session.execute(insert.on_conflict_do_update(index_elements=columns, set_=row))
    shared = session.get_one(SharedDigest, (team.id, digest.month), populate_existing=True)
    about, key = DigestRef(digest.id), f"shared:{shared_as(shared)}"
    group = group_of(digest.id)
    _owe(session, team, SHARED.new(about, team.slack_channel_id, now, key=key, group=group, step=1))
    if with_promises and promises.of_month(session, team.id, digest.month):
        shared.with_promises = True
        session.flush()
        post_promises(session, shared, now)


def post_promises(session: Session, shared: SharedDigest, now: datetime) -> None:
    """Owe the team's post of what was promised, or its change when it stands there already.

    Of two leaders who change something at once the second waits here for the first, and owes a change of its
    own: the post is never behind what is stored.
    """
    key_of_row = (shared.team_id, shared.month)
    shared = session.get_one(SharedDigest, key_of_row, with_for_update=True, populate_existing=True)
    team = session.get_one(Team, shared.team_id)
    if not (shared.with_promises and team.slack_channel_id):
        return
    about, target = shared_as(shared), team.slack_channel_id
    key = f"promises:{about}"
    if _owe(session, team, POSTED.new(about, target, now, key=key, group=key)):
        return
    shared.revision += 1
    session.flush()
    step = next_step(session, key)
    changed = CHANGED.new(about, target, now, key=f"{key}:{new_id()}", group=key, step=step)
    _owe(session, team, changed)


def tell_outcome(session: Session, promise: Promise, now: datetime) -> bool:
    """Owe the change of the team's post, and once a new post when the promise is kept: an edit tells nobody.

    Returns whether the team was told of the promise at all.
    """
    shared = session.get(SharedDigest, (promise.team_id, promise.month))
    if promise.place >= promises.FROM_OBSTACLES or shared is None or not shared.with_promises:
        # The team whose obstacle a promise answers hears of it from `obstacles`.
        return False
    post_promises(session, shared, now)
    team = session.get_one(Team, promise.team_id)
    if promise.state == PromiseState.DONE and team.slack_channel_id:
        about, group = PromiseRef(team.id, promise.month, promise.place), f"promises:{shared_as(shared)}"
        step = next_step(session, group)
        key = f"{KEPT}:{about}"
        _owe(session, team, KEPT.new(about, team.slack_channel_id, now, key=key, group=group, step=step))
    return True


def group_of(digest_id: str) -> str:
    """Return the group of a digest's deliveries: charts (step 0), messages (1), files and comments (2)."""
    return f"digest:{digest_id}"


def shared_as(shared: SharedDigest) -> TeamMonthRef:
    """What the deliveries about a shared month refer to."""
    return TeamMonthRef(shared.team_id, shared.month)


def is_for_channel(session: Session, team_id: str, channel: str) -> bool:
    """Whether this is the team's channel at this moment: asked again just before anything is posted."""
    team = session.get(Team, team_id)
    return team is not None and team.closed_at is None and team.slack_channel_id == channel


def of_reference(session: Session, about: TeamMonthRef) -> SharedDigest | None:
    """The shared month that a delivery refers to."""
    return session.get(SharedDigest, (about.team_id, about.month))


def _owe(session: Session, team: Team, delivery: NewDelivery) -> bool:
    """Owe it; one that could not be delivered goes once more, to the channel that the team has now."""
    if enqueue(session, session.get_one(Workspace, team.workspace_id), delivery) is not None:
        return True
    before = session.scalars(select(Delivery).where(Delivery.key == delivery.key)).one()
    if before.state == DeliveryState.EXPIRED and before.reason == OTHER_CHANNEL:
        before.state = DeliveryState.DEAD
    if before.state != DeliveryState.DEAD:
        return False
    before.target = delivery.target
    session.flush()
    return send_again(session, before.id, now=delivery.due)
