"""Read what a digest shows beside its figures: promises, comments, official figures, replies."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.figures.team_month import EarlierPromise, Official
from reports.queries.scope import Scope
from slackapp.core.behaviours import Behaviour
from slackapp.core.calendar import first_day
from slackapp.digest import promises
from slackapp.digest.promises import PromiseDetails
from slackapp.models import Benchmark, Member, Promise, SharedDigest
from slackapp.pulse.comments import published


def carried(session: Session, scope: Scope) -> dict[str, tuple[EarlierPromise, ...]]:
    """Return the promises of earlier months, by team."""
    earlier = promises.earlier_promises(session, scope.teams, scope.month)
    details = promise_details(session, [promise for several in earlier.values() for promise in several])
    open_to_team = select(SharedDigest.team_id, SharedDigest.month).where(
        SharedDigest.team_id.in_(scope.teams), SharedDigest.with_promises
    )
    known = {(team, month) for team, month in session.execute(open_to_team)}
    return {
        team: tuple(
            EarlierPromise(
                id=promise.id,
                month=first_day(promise.month),
                details=details[promise.id],
                settled=_month_of(scope, promise),
                is_shared=(team, promise.month) in known,
            )
            for promise in several
        )
        for team, several in earlier.items()
    }


def promise_details(session: Session, several: Sequence[Promise]) -> dict[str, PromiseDetails]:
    """Return the promises' contents to be shown, by id."""
    ids = {promise.who_id for promise in several}
    people = {member.id: member for member in session.scalars(select(Member).where(Member.id.in_(ids)))}
    return {
        promise.id: PromiseDetails.of(
            promise, who=people[promise.who_id].slack_user_id, name=people[promise.who_id].name
        )
        for promise in several
    }


def comments(session: Session, scope: Scope) -> dict[str, tuple[str, ...]]:
    """Return comments by the unit that may read them, without those hidden by its leader."""
    by_unit = published(session, scope.teams, scope.month)
    return {
        unit: tuple(comment.words for comment in several if not comment.is_hidden)
        for unit, several in by_unit.items()
    }


def officials(session: Session, scope: Scope) -> tuple[Official, ...]:
    """Return the newest official figures that an admin loaded for the workspace's nation."""
    rows = session.scalars(
        select(Benchmark)
        .where(Benchmark.workspace_id == scope.workspace.id, Benchmark.nation == scope.workspace.nation)
        .order_by(Benchmark.year, Benchmark.loaded_at)
    )
    newest = {(benchmark.item, benchmark.nation, benchmark.source): benchmark for benchmark in rows}
    return tuple(
        Official(item, benchmark.value, benchmark.source, benchmark.year, benchmark.nation)
        for item in Behaviour
        for (key, _, _), benchmark in sorted(newest.items())
        if key == item
    )


def _month_of(scope: Scope, promise: Promise) -> date | None:
    if promise.settled_at is None:
        return None
    return promise.settled_at.astimezone(ZoneInfo(scope.workspace.time_zone)).date().replace(day=1)
