"""Read the figures of teams; only this package and publishing use a database session.

The number of queries is the same for one team and for all of them. A team's figures
count its own people and everybody in the teams below it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from secrets import choice

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.figures.stored import Figures
from reports.figures.team_month import TeamMonth
from reports.queries import published
from reports.queries.extras import carried, comments, officials
from reports.queries.pulse import pulses
from reports.queries.quotes import choose_quotes, highlights
from reports.queries.recognition import behaviour_counts, is_first, mutual_thanks, reaches, sides
from reports.queries.scope import Scope
from reports.queries.suppressed import suppressed
from slackapp.core.calendar import first_day, month_before
from slackapp.models import Pace, Team, Workspace
from slackapp.pulse.frequency import frequencies, teams_without_reply
from slackapp.workspace.permissions import ancestors


def months(session: Session, workspace: Workspace, month: str, teams: Sequence[Team]) -> dict[str, TeamMonth]:
    """Return the month's figures ("2025-11") of some teams of one workspace, by team id.

    Figures that were published are read as stored; others are computed. What people wrote and
    promised is read as it is now.
    """
    tree = _tree(session, workspace)
    team_ids = tuple(team.id for team in teams)
    figures = published.read(session, month, team_ids)
    absent = _absent(team_ids, figures)
    if absent and published.is_published(session, tree, month):
        # They were not there when the month came out. Nothing is worked out from who is in them now.
        figures |= dict.fromkeys(absent, published.nothing(workspace.k, month))
        absent = ()
    figures |= _figures(session, _scope(workspace, month, absent, tree), tree)
    scope = _scope(workspace, month, team_ids, tree)
    shared, wrote = highlights(session, scope), comments(session, scope)
    promised, others = carried(session, scope), officials(session, scope)
    silent, chosen = teams_without_reply(session, team_ids, month), frequencies(session, team_ids)
    return {
        team: TeamMonth(
            team=tree[team].name,
            month=first_day(month),
            highlights=tuple(shared[team]),
            promises=promised[team],
            comments=wrote.get(team, ()),
            officials=others,
            silent=team in silent,
            pace=chosen.get(team, Pace.EVERY),
            **figures[team].values,
        )
        for team in team_ids
    }


def publish(
    session: Session,
    workspace: Workspace,
    month: str,
    teams: Sequence[Team],
    *,
    now: datetime,
    with_reach: bool = True,
) -> None:
    """Store the month's figures of teams that have none yet, and choose the thank-you each digest quotes.

    How far thanks reached counts who is in which team now: it is left out of a month long past.
    """
    tree = _tree(session, workspace)
    team_ids = [team.id for team in teams]
    absent = _absent(team_ids, published.read(session, month, team_ids))
    if not absent:
        return
    scope = _scope(workspace, month, absent, tree)
    figures = _figures(session, scope, tree)
    if not with_reach:
        figures = {team: replace(values, reach=None) for team, values in figures.items()}
    published.store(session, month, figures, now=now)
    choose_quotes(session, scope, choice)


def published_months(session: Session, workspace: Workspace) -> set[str]:
    """The months whose figures stand as they were published."""
    return published.months(session, _tree(session, workspace))


def is_published(session: Session, workspace: Workspace, month: str) -> bool:
    """Whether a month's figures stand as they were published."""
    return published.is_published(session, _tree(session, workspace), month)


def _absent(team_ids: Sequence[str], figures: Mapping[str, Figures]) -> tuple[str, ...]:
    return tuple(team for team in team_ids if team not in figures)


def _tree(session: Session, workspace: Workspace) -> dict[str, Team]:
    return {team.id: team for team in session.scalars(select(Team).where(Team.workspace_id == workspace.id))}


def _scope(workspace: Workspace, month: str, team_ids: tuple[str, ...], tree: Mapping[str, Team]) -> Scope:
    wider = tuple({up for team in team_ids for up in ancestors(tree, team)})
    parents = frozenset(team.parent_id for team in tree.values() if team.parent_id)
    return Scope(workspace, month, team_ids, wider, parents.intersection(team_ids))


def _figures(session: Session, scope: Scope, tree: Mapping[str, Team]) -> dict[str, Figures]:
    """Compute what may be shown; last month's figures are the published ones, if there are any."""
    if not scope.teams:
        return {}
    left = suppressed(session, scope, tree)
    thanks, pulse = behaviour_counts(session, scope, left), pulses(session, scope, tree)
    reach, both = reaches(session, scope, tree), sides(session, scope, left)
    two_ways, nothing_before = mutual_thanks(session, scope), is_first(session, scope)
    last = published.read(session, month_before(scope.month), scope.teams)
    figures = {}
    for team in scope.teams:
        mix = thanks[team].mix
        earlier = last[team].mix if team in last else None
        if mix and earlier and earlier.is_about == mix.is_about:
            mix = replace(mix, before=earlier.now)
        figures[team] = Figures(
            k=scope.workspace.k,
            mix=mix,
            is_first=nothing_before,
            pulse=pulse[team],
            reach=reach.get(team),
            counts_by_direction=both[team] if mix else None,
            mutual_thanks=two_ways.get(team) if mix else None,
            rarely_used=thanks[team].rarely_used,
        )
    return figures
