"""What stands beside the figures: promises, released comments, official figures, replies so far."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.figures.team_month import EarlierPromise, Official
from reports.queries.scope import Scope, first_day
from slackapp.core.behaviours import Behaviour
from slackapp.digest import promises
from slackapp.digest.promises import PromiseDetails
from slackapp.models import Benchmark, Member, Promise, SharedDigest
from slackapp.pulse.comments import published


def carried(session: Session, asked: Scope) -> dict[str, tuple[EarlierPromise, ...]]:
    """By team, what was promised before this month."""
    found = promises.earlier_promises(session, asked.teams, asked.month)
    told = promise_details(session, [one for several in found.values() for one in several])
    open_to_team = select(SharedDigest.team_id, SharedDigest.month).where(
        SharedDigest.team_id.in_(asked.teams), SharedDigest.with_promises
    )
    known = {(team, month) for team, month in session.execute(open_to_team)}
    return {
        team: tuple(
            EarlierPromise(
                id=one.id,
                month=first_day(one.month),
                told=told[one.id],
                settled=_month_of(asked, one),
                is_shared=(team, one.month) in known,
            )
            for one in several
        )
        for team, several in found.items()
    }


def promise_details(session: Session, kept: Sequence[Promise]) -> dict[str, PromiseDetails]:
    """Promises ready to be shown, by id."""
    ids = {one.who_id for one in kept}
    people = {one.id: one for one in session.scalars(select(Member).where(Member.id.in_(ids)))}
    return {
        one.id: PromiseDetails.of(one, who=people[one.who_id].slack_user_id, name=people[one.who_id].name)
        for one in kept
    }


def comments(session: Session, asked: Scope) -> dict[str, tuple[str, ...]]:
    """By the unit that may read them, without those that its leader has hidden."""
    found = published(session, asked.teams, asked.month)
    return {unit: tuple(one.words for one in several if not one.is_hidden) for unit, several in found.items()}


def officials(session: Session, asked: Scope) -> tuple[Official, ...]:
    """The newest official figures that an admin loaded, of the workspace's own nation only."""
    rows = session.scalars(
        select(Benchmark)
        .where(Benchmark.workspace_id == asked.workspace.id, Benchmark.nation == asked.workspace.nation)
        .order_by(Benchmark.year, Benchmark.loaded_at)
    )
    newest = {(one.item, one.nation, one.source): one for one in rows}
    return tuple(
        Official(item, one.value, one.source, one.year, one.nation)
        for item in Behaviour
        for (key, _, _), one in sorted(newest.items())
        if key == item
    )


def _month_of(asked: Scope, promise: Promise) -> date | None:
    if promise.settled_at is None:
        return None
    return promise.settled_at.astimezone(ZoneInfo(asked.workspace.time_zone)).date().replace(day=1)
