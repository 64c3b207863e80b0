"""Thanks as rows: the mix of a month, how far thanks reached, and what was shared."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import CTE, Select, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from reports.figures import team_month as figures
from reports.figures.suppression import ReachGroup, publishable_groups
from reports.figures.team_month import Reach
from reports.queries.scope import (
    Scope,
    affected_people,
    ancestors,
    descendants,
    recognitions_between,
    thanks_of_three_months,
)
from reports.queries.suppressed import AGES, Suppressed
from slackapp.core.behaviours import Behaviour
from slackapp.models import Member, Recipient, Recognition, Team

REACH_DAYS = 90


@dataclass(frozen=True, slots=True)
class Named:
    """What was named: the month's mix, and what three months seldom named. None is what may not be shown."""

    mix: figures.Mix | None
    rarely_used: Behaviour | None


def behaviour_counts(session: Session, asked: Scope, left: Suppressed) -> dict[str, Named]:
    """By team. Each recognition counts once in a team it touches."""
    touched = affected_people(thanks_of_three_months(asked))
    inside = descendants(asked.teams)
    mine = (
        select(inside.c.top, touched.c.id, touched.c.behaviour, touched.c.age)
        .join(touched, touched.c.team_id == inside.c.team)
        .distinct()
        .cte()
    )
    counts, people = session.execute(_counts(mine)), session.execute(_people(inside, touched))
    return _named_from(asked, counts, people, left)


def _counts(mine: CTE) -> Select[Any]:
    columns = (mine.c.top, mine.c.age, mine.c.behaviour)
    return select(*columns, func.count()).group_by(*columns)


def _people(inside: CTE, touched: CTE) -> Select[Any]:
    """How many of a team's own people gave or received: one alone is not hidden by those who thanked them."""
    columns = (inside.c.top, touched.c.age)
    counted = func.count(touched.c.person.distinct())
    return select(*columns, counted).join(touched, touched.c.team_id == inside.c.team).group_by(*columns)


def _named_from(
    asked: Scope, counts: Iterable[Any], people: Iterable[Any], left: Suppressed
) -> dict[str, Named]:
    found: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for team, age, behaviour, count in counts:
        found[team, age][behaviour] = count - left.mix[team, age][behaviour]
    took_part = {(team, age): count - left.people.get((team, age), 0) for team, age, count in people}
    return {
        team: _of_one(
            [found[team, age] for age in range(AGES)],
            [took_part.get((team, age), 0) for age in (0, 1)],
            k=asked.workspace.k,
            is_about=team in asked.above,
        )
        for team in asked.teams
    }


def _of_one(months: list[Counter[str]], people: list[int], *, k: int, is_about: bool) -> Named:
    mix = figures.mix(months[0], months[1], people=(people[0], people[1]), k=k, is_about=is_about)
    together = Counter[str]()
    for month in months:
        together.update(month)
    return Named(mix, figures.seldom(together) if mix else None)


def sides(session: Session, asked: Scope, left: Suppressed) -> dict[str, figures.Sides]:
    """Thanks of the month given by a team's people, and received by them, by behaviour."""
    during = recognitions_between(asked, *asked.bounds(asked.month))
    inside = descendants(asked.teams)
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
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for team, behaviour, count, side in session.execute(union_all(given, received)):
        not_here = left.given if side == "given" else left.received
        found[team, side][behaviour] = count - not_here[team][behaviour]
    return {team: figures.sides(found[team, "given"], found[team, "received"]) for team in asked.teams}


def mutual_thanks(session: Session, asked: Scope) -> dict[str, figures.MutualThanks]:
    """How often thanks between two people of a team went both ways in 90 days, where enough pairs thanked."""
    _, end = asked.bounds(asked.month)
    giver, receiver = Recognition.giver_id, Recipient.member_id
    between = (
        select(Recognition.giver_team_id, Recipient.team_id, giver, receiver)
        .join(Recipient)
        .where(*recognitions_between(asked, end - timedelta(days=REACH_DAYS), end))
        .distinct()
        .cte()
    )
    own, other = descendants(asked.teams), descendants(asked.teams)
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
    told = {team: figures.ways(count, int(both)) for team, count, both in rows}
    return {team: found for team, found in told.items() if found is not None}


def is_first(session: Session, asked: Scope) -> bool:
    """Whether nobody in the workspace was thanked before this month."""
    start, _ = asked.bounds(asked.month)
    began = session.scalar(
        select(func.min(Recognition.given_at)).where(Recognition.workspace_id == asked.workspace.id)
    )
    return began is None or began >= start


def reaches(session: Session, asked: Scope, tree: Mapping[str, Team]) -> dict[str, Reach]:
    """By team, or by the wider team where the own one is too small."""
    _, end = asked.bounds(asked.month)
    during = recognitions_between(asked, end - timedelta(days=REACH_DAYS), end)
    thanked = select(Recipient.member_id).join(Recognition).where(*during).distinct().subquery()
    rows = session.execute(
        select(Member.team_id, func.count(Member.id), func.count(thanked.c.member_id))
        .outerjoin(thanked, thanked.c.member_id == Member.id)
        .where(Member.workspace_id == asked.workspace.id, Member.team_id.is_not(None))
        .where(Member.left.is_(False), Member.is_bot.is_(False), Member.is_stranger.is_(False))
        .group_by(Member.team_id)
    )
    own = {str(team): ReachGroup(members, found) for team, members, found in rows}
    about = publishable_groups({team: tree[team].parent_id for team in tree}, own)
    return {team: reach for team in asked.teams if (reach := _reach(team, about, tree)) is not None}


def _reach(team: str, about: Mapping[str, ReachGroup], tree: Mapping[str, Team]) -> Reach | None:
    for unit in ancestors(tree, team):
        if unit in about:
            circle = about[unit]
            name = None if unit == team else tree[unit].name
            return Reach(figures.reach(circle.members, circle.thanked), name)
    return None
