"""Read a month's thanks: counts by behaviour, and how many people they reached."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import CTE, Select, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from reports.figures import team_month
from reports.figures.suppression import ReachGroup, publishable_groups
from reports.figures.team_month import CountedMonth, Reach
from reports.queries.scope import (
    Scope,
    affected_people,
    descendants,
    recognitions_between,
    thanks_of_three_months,
)
from reports.queries.suppressed import AGES, Suppressed
from slackapp.core.behaviours import Behaviour
from slackapp.models import Member, Recipient, Recognition, Team
from slackapp.workspace.permissions import ancestors

REACH_DAYS = 90


@dataclass(frozen=True, slots=True)
class Named:
    """The month's mix, and the behaviour seldom named in three months. None may not be shown."""

    mix: team_month.Mix | None
    rarely_used: Behaviour | None


def behaviour_counts(session: Session, scope: Scope, left: Suppressed) -> dict[str, Named]:
    """Count behaviours by team. A recognition counts once in each team of its giver and receivers."""
    touched = affected_people(thanks_of_three_months(scope))
    inside = descendants(scope.teams)
    mine = (
        select(inside.c.top, touched.c.id, touched.c.behaviour, touched.c.age)
        .join(touched, touched.c.team_id == inside.c.team)
        .distinct()
        .cte()
    )
    counts, people = session.execute(_counts(mine)), session.execute(_people(inside, touched))
    return _named_from(scope, counts, people, left)


def _counts(mine: CTE) -> Select[Any]:
    columns = (mine.c.top, mine.c.age, mine.c.behaviour)
    return select(*columns, func.count()).group_by(*columns)


def _people(inside: CTE, touched: CTE) -> Select[Any]:
    """Count a team's own people who gave or received; those of other teams do not hide a single one."""
    columns = (inside.c.top, touched.c.age)
    counted = func.count(touched.c.person.distinct())
    return select(*columns, counted).join(touched, touched.c.team_id == inside.c.team).group_by(*columns)


def _named_from(
    scope: Scope, counts: Iterable[Any], people: Iterable[Any], left: Suppressed
) -> dict[str, Named]:
    counters: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for team, age, behaviour, count in counts:
        counters[team, age][behaviour] = count - left.mix[team, age][behaviour]
    took_part = {(team, age): count - left.people.get((team, age), 0) for team, age, count in people}
    return {
        team: _of_one(
            [CountedMonth(counters[team, age], took_part.get((team, age), 0)) for age in range(AGES)],
            k=scope.workspace.k,
            is_about=team in scope.above,
        )
        for team in scope.teams
    }


def _of_one(months: list[CountedMonth], *, k: int, is_about: bool) -> Named:
    """Return what is named in a team; `months` are this one and those before it, the newest first."""
    mix = team_month.mix(months[0], months[1], k=k, is_about=is_about)
    together = Counter[str]()
    for month in months:
        together.update(month.named)
    return Named(mix, team_month.seldom(together) if mix else None)


def sides(session: Session, scope: Scope, left: Suppressed) -> dict[str, team_month.Sides]:
    """Count the month's thanks given by a team's people and received by them, by behaviour."""
    during = recognitions_between(scope, *scope.bounds(scope.month))
    inside = descendants(scope.teams)
    columns = (inside.c.top, Recognition.behaviour)
    counted = func.count(Recognition.id.distinct())
    given = (
        select(*columns, counted, literal("given"))
        .join(Recognition, Recognition.giver_team_id == inside.c.team)
        .join(Recipient)
        .where(*during)
        .group_by(*columns)
    )
    received = (
        select(*columns, counted, literal("received"))
        .join(Recipient, Recipient.team_id == inside.c.team)
        .join(Recognition, Recognition.id == Recipient.recognition_id)
        .where(*during)
        .group_by(*columns)
    )
    by_side: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for team, behaviour, count, side in session.execute(union_all(given, received)):
        not_here = left.given if side == "given" else left.received
        by_side[team, side][behaviour] = count - not_here[team][behaviour]
    return {team: team_month.sides(by_side[team, "given"], by_side[team, "received"]) for team in scope.teams}


def mutual_thanks(session: Session, scope: Scope) -> dict[str, team_month.MutualThanks]:
    """Return how often two people of a team thanked each other in 90 days, if there are enough pairs."""
    _, end = scope.bounds(scope.month)
    giver, receiver = Recognition.giver_id, Recipient.member_id
    between = (
        select(Recognition.giver_team_id, Recipient.team_id, giver, receiver)
        .join(Recipient)
        .where(*recognitions_between(scope, end - timedelta(days=REACH_DAYS), end))
        .distinct()
        .cte()
    )
    own, other = descendants(scope.teams), descendants(scope.teams)
    first = case((between.c.giver_id < between.c.member_id, between.c.giver_id), else_=between.c.member_id)
    second = case((between.c.giver_id < between.c.member_id, between.c.member_id), else_=between.c.giver_id)
    pairs = (
        select(own.c.top, func.count(between.c.giver_id.distinct()).label("ways"))
        .join(between, between.c.giver_team_id == own.c.team)
        .join(other, (other.c.top == own.c.top) & (other.c.team == between.c.team_id))
        .group_by(own.c.top, first, second)
        .subquery()
    )
    both = func.sum(case((pairs.c.ways > 1, 1), else_=0))
    rows = session.execute(select(pairs.c.top, func.count(), both).group_by(pairs.c.top))
    by_team = {team: team_month.ways(count, int(both)) for team, count, both in rows}
    return {team: mutual for team, mutual in by_team.items() if mutual is not None}


def is_first(session: Session, scope: Scope) -> bool:
    """Whether nobody in the workspace was thanked before this month."""
    start, _ = scope.bounds(scope.month)
    began = session.scalar(
        select(func.min(Recognition.given_at)).where(Recognition.workspace_id == scope.workspace.id)
    )
    return began is None or began >= start


def reaches(session: Session, scope: Scope, tree: Mapping[str, Team]) -> dict[str, Reach]:
    """Return the reach of thanks by team, or of the wider team if the team is too small."""
    _, end = scope.bounds(scope.month)
    during = recognitions_between(scope, end - timedelta(days=REACH_DAYS), end)
    thanked = select(Recipient.member_id).join(Recognition).where(*during).distinct().subquery()
    rows = session.execute(
        select(Member.team_id, func.count(Member.id), func.count(thanked.c.member_id))
        .outerjoin(thanked, thanked.c.member_id == Member.id)
        .where(Member.workspace_id == scope.workspace.id, Member.team_id.is_not(None))
        .where(Member.left.is_(False), Member.is_bot.is_(False), Member.is_stranger.is_(False))
        .group_by(Member.team_id)
    )
    own = {str(team): ReachGroup(members, count) for team, members, count in rows}
    about = publishable_groups({team: tree[team].parent_id for team in tree}, own)
    return {team: reach for team in scope.teams if (reach := _reach(team, about, tree)) is not None}


def _reach(team: str, about: Mapping[str, ReachGroup], tree: Mapping[str, Team]) -> Reach | None:
    for unit in ancestors(tree, team):
        if unit in about:
            circle = about[unit]
            name = None if unit == team else tree[unit].name
            return Reach(team_month.reach(circle.members, circle.thanked), name)
    return None
