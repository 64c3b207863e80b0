"""The only package of the reports that sees a session: rows in, figures out.

The number of queries is the same for one team and for all of them. A team's figures
count its own people and everybody in the teams below it.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.figures.team_month import TeamMonth
from reports.queries.extras import carried, comments, officials
from reports.queries.pulse import pulses
from reports.queries.recognition import behaviour_counts, highlights, is_first, mutual_thanks, reaches, sides
from reports.queries.scope import Scope, ancestors, first_day
from reports.queries.suppressed import suppressed
from slackapp.models import Pace, Team, Workspace
from slackapp.pulse.frequency import frequencies, teams_without_reply


def months(session: Session, workspace: Workspace, month: str, teams: Sequence[Team]) -> dict[str, TeamMonth]:
    """The figures of some teams of one workspace for a month ("2025-11"), by team id."""
    tree = {team.id: team for team in session.scalars(select(Team).where(Team.workspace_id == workspace.id))}
    wanted = tuple(team.id for team in teams)
    wider = tuple({up for team in wanted for up in ancestors(tree, team)})
    parents = frozenset(team.parent_id for team in tree.values() if team.parent_id)
    asked = Scope(workspace, month, wanted, wider, parents.intersection(wanted))
    left = suppressed(session, asked, tree)
    thanks, pulse = behaviour_counts(session, asked, left), pulses(session, asked, tree)
    reach, shared = reaches(session, asked, tree), highlights(session, asked)
    both, two_ways = sides(session, asked, left), mutual_thanks(session, asked)
    promised, wrote = carried(session, asked), comments(session, asked)
    silent, chosen = teams_without_reply(session, wanted, month), frequencies(session, wanted)
    nothing_before, others = is_first(session, asked), officials(session, asked)
    return {
        team: TeamMonth(
            team=tree[team].name,
            month=first_day(month),
            k=workspace.k,
            mix=thanks[team].mix,
            is_first=nothing_before,
            pulse=pulse[team],
            reach=reach.get(team),
            highlights=tuple(shared[team]),
            counts_by_direction=both[team] if thanks[team].mix else None,
            mutual_thanks=two_ways.get(team) if thanks[team].mix else None,
            rarely_used=thanks[team].rarely_used,
            promises=promised[team],
            comments=wrote.get(team, ()),
            officials=others,
            silent=team in silent,
            pace=chosen.get(team, Pace.EVERY),
        )
        for team in wanted
    }
