"""Thanks as rows: the mix of a month, how far thanks reached, and what was shared."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CTE, Select, case, func, select, union
from sqlalchemy.orm import Session, aliased

from reports import figures
from reports.figures import Highlight, Reach
from reports.queries.asking import Asked, below, upwards
from slackapp import calendar
from slackapp.behaviours import Behaviour
from slackapp.models import Member, Recipient, Recognition, Sharing, Team

REACH_DAYS = 90
HIGHLIGHTS = 3


def _thanks(asked: Asked, since: datetime, until: datetime) -> Any:  # noqa: ANN401 - columns common to four selects
    return (
        Recognition.workspace_id == asked.workspace.id,
        Recognition.undone_at.is_(None),
        Recognition.given_at >= since,
        Recognition.given_at < until,
    )


def mixes(session: Session, asked: Asked) -> dict[str, figures.Mix]:
    """By team, where there is enough to show. Each recognition counts once in a team it touches."""
    start, end = asked.bounds(asked.month)
    before, _ = asked.bounds(calendar.month_before(asked.month))
    during = _thanks(asked, before, end)
    is_now = case((Recognition.given_at >= start, 1), else_=0).label("is_now")
    received = select(
        Recognition.id, Recognition.behaviour, is_now, Recipient.team_id, Recipient.member_id.label("person")
    ).join(Recipient)
    given = select(
        Recognition.id, Recognition.behaviour, is_now, Recognition.giver_team_id, Recognition.giver_id
    )
    touched = union(received.where(*during), given.where(*during)).cte()
    inside = below(asked.teams)
    mine = (
        select(inside.c.top, touched.c.id, touched.c.behaviour, touched.c.is_now)
        .join(touched, touched.c.team_id == inside.c.team)
        .distinct()
        .cte()
    )
    return _mixes_from(asked, session.execute(_counts(mine)), session.execute(_people(mine, touched)))


def _counts(mine: CTE) -> Select[Any]:
    columns = (mine.c.top, mine.c.is_now, mine.c.behaviour)
    return select(*columns, func.count()).group_by(*columns)


def _people(mine: CTE, touched: CTE) -> Select[Any]:
    """Who took part in a team's thanks, givers and receivers, wherever they belong."""
    columns = (mine.c.top, mine.c.is_now)
    counted = func.count(touched.c.person.distinct())
    return select(*columns, counted).join(touched, touched.c.id == mine.c.id).group_by(*columns)


def _mixes_from(asked: Asked, counts: Iterable[Any], people: Iterable[Any]) -> dict[str, figures.Mix]:
    found: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
    for team, is_now, behaviour, count in counts:
        found[team, is_now][behaviour] = count
    took_part = {(team, is_now): count for team, is_now, count in people}
    shown = {
        team: figures.mix(
            found[team, 1],
            found[team, 0],
            people=(took_part.get((team, 1), 0), took_part.get((team, 0), 0)),
            k=asked.workspace.k,
        )
        for team in asked.teams
    }
    return {team: mix for team, mix in shown.items() if mix is not None}


def is_first(session: Session, asked: Asked) -> bool:
    """Whether nobody in the workspace was thanked before this month."""
    start, _ = asked.bounds(asked.month)
    began = session.scalar(
        select(func.min(Recognition.given_at)).where(Recognition.workspace_id == asked.workspace.id)
    )
    return began is None or began >= start


def reaches(session: Session, asked: Asked, tree: Mapping[str, Team]) -> dict[str, Reach]:
    """By team, or by the wider team where the own one is too small."""
    _, end = asked.bounds(asked.month)
    during = _thanks(asked, end - timedelta(days=REACH_DAYS), end)
    thanked = select(Recipient.member_id).join(Recognition).where(*during).distinct().subquery()
    inside = below(asked.wider)
    rows = session.execute(
        select(inside.c.top, func.count(Member.id), func.count(thanked.c.member_id))
        .join(Member, Member.team_id == inside.c.team)
        .outerjoin(thanked, thanked.c.member_id == Member.id)
        .where(Member.left.is_(False), Member.is_bot.is_(False), Member.is_stranger.is_(False))
        .group_by(inside.c.top)
    )
    counted = {team: (members, found) for team, members, found in rows}
    return {team: reach for team in asked.teams if (reach := _reach(team, counted, tree)) is not None}


def _reach(team: str, counted: Mapping[str, tuple[int, int]], tree: Mapping[str, Team]) -> Reach | None:
    for unit in upwards(tree, team):
        members, thanked = counted.get(unit, (0, 0))
        if members >= figures.SMALLEST_FOR_REACH:
            return Reach(figures.reach(members, thanked), None if unit == team else tree[unit].name)
    return None


def highlights(session: Session, asked: Asked) -> dict[str, list[Highlight]]:
    """The newest thanks of the month that their receivers shared."""
    inside = below(asked.teams)
    giver, receiver = aliased(Member), aliased(Member)
    place = func.row_number().over(
        partition_by=inside.c.top, order_by=(Recognition.given_at.desc(), Recipient.member_id)
    )
    ranked = (
        select(
            inside.c.top,
            giver.name.label("giver"),
            receiver.name.label("receiver"),
            Recognition.behaviour,
            Recognition.words,
            place.label("place"),
        )
        .join(Recipient, Recipient.team_id == inside.c.team)
        .join(Recognition, Recognition.id == Recipient.recognition_id)
        .join(giver, giver.id == Recognition.giver_id)
        .join(receiver, receiver.id == Recipient.member_id)
        .where(*_thanks(asked, *asked.bounds(asked.month)))
        .where(Recipient.sharing == Sharing.SHARED, Recognition.words.is_not(None))
        .subquery()
    )
    found: dict[str, list[Highlight]] = defaultdict(list)
    for row in session.execute(select(ranked).where(ranked.c.place <= HIGHLIGHTS).order_by(ranked.c.place)):
        found[row.top].append(Highlight(row.giver, row.receiver, Behaviour(row.behaviour), row.words))
    return found
