"""`slackapp teams import`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from slackapp.cli.common import (
    CommandWithExamples,
    bar,
    explained,
    json_option,
    office,
    tell,
    workspace_option,
)
from slackapp.core.errors import SettingsError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from slackapp.models import Team, Workspace
    from slackapp.teams.csv_read import Plan


@click.group()
def teams() -> None:
    """Units of the organisation, their leaders, and who belongs where."""


@teams.command(
    "import",
    cls=CommandWithExamples,
    examples=[
        ("slackapp teams import teams.csv --dry-run", "Says what would change, and changes nothing."),
        ("slackapp teams import teams.csv", "Does it, all of it or nothing."),
    ],
    ends={1: "a row cannot be followed, so nothing was changed, or it could not be done"},
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@json_option
@workspace_option
@explained
def import_teams(file: Path, workspace: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Make and change teams as a CSV file says.

    \b
    team,parent,leader,deputy,channel,person
    Medicine,,Helen Prosser,,,
    Ward 7,Medicine,Mair Llewellyn,,C0123ABCD,Carys Bevan
    Ward 7,,,,,Tomos Rees

    People by Slack's id or by the name they go by in Slack. What the file does not name stays as it is.
    Either all of it is done or, when a row cannot be followed, nothing (exit code 1).
    """  # noqa: D301 - click reads the backspace: the lines below it stay as they are
    from slackapp.models import Workspace  # noqa: PLC0415 - the command line starts faster without it
    from slackapp.teams import csv_apply, csv_read, moves  # noqa: PLC0415 - the command line starts faster without it
    from slackapp.workspace import audit_log  # noqa: PLC0415 - the command line starts faster without it

    rows = csv_read.read(file.read_bytes())
    with office(workspace) as place, place.sessions.begin() as session:
        current = session.get_one(Workspace, place.workspace_id)
        before = moves.placement(session, current)
        if dry_run:
            plan = csv_apply.plan(session, current, rows)
        else:
            with bar("Teams", hidden=as_json) as on_progress:
                plan = csv_apply.carry_out(session, current, rows, on_progress)
        if plan.changes and not dry_run:
            moves.tell_moved(session, current, before, now=place.now)
            entry = audit_log.NewEntry(
                audit_log.COMMAND_LINE, audit_log.Action.TEAMS_IMPORTED, after=f"{len(plan.changes)} changes"
            )
            audit_log.record(session, current, entry, now=place.now)
    if as_json:
        tell(_as_values(plan, done=not dry_run and not plan.problems))
    else:
        _echo_plan(plan, dry_run=dry_run)
    sys.exit(1 if plan.problems else 0)


def _echo_plan(plan: "Plan", *, dry_run: bool) -> None:
    from slackapp.core.i18n import voice  # noqa: PLC0415 - the command line starts faster without it

    for line in plan.problems or plan.changes:
        click.echo(line.words(voice()), err=bool(plan.problems))
    click.echo(_summary(plan, dry_run=dry_run), err=bool(plan.problems))


@teams.command(
    cls=CommandWithExamples,
    examples=[
        ('slackapp teams follow "Ward 7" C0123ABCD', "Whoever is in the channel is in the team."),
        ('slackapp teams follow "Ward 7" S0123ABCD', "The same with a user group."),
    ],
    ends={1: "there is no such team, another team follows this place, or it could not be done"},
)
@click.argument("team")
@click.argument("place")
@json_option
@workspace_option
@explained
def follow(team: str, place: str, workspace: str | None, *, as_json: bool) -> None:
    """Keep TEAM in step with PLACE: Slack's id of a channel (C... or G...) or of a user group (S...).

    Whoever joins or leaves it joins or leaves the team, at once by events and every night by a repair.
    Nobody is moved out of another team by it.
    """
    from slackapp import teams  # noqa: PLC0415 - the command line starts faster without it
    from slackapp.models import SourceKind, Workspace  # noqa: PLC0415 - likewise
    from slackapp.workspace import audit_log  # noqa: PLC0415 - the command line starts faster without it

    kinds = {"C": SourceKind.CHANNEL, "G": SourceKind.CHANNEL, "S": SourceKind.USER_GROUP}
    if place[:1] not in kinds:
        raise click.UsageError("PLACE is Slack's id of a channel (C... or G...) or of a user group (S...).")
    with office(workspace) as opened, opened.sessions.begin() as session:
        current = session.get_one(Workspace, opened.workspace_id)
        followed = _team(session, current, team)
        teams.follow(session, current, followed, teams.MembershipSource(kinds[place[0]], place))
        entry = audit_log.NewEntry(
            audit_log.COMMAND_LINE, audit_log.Action.TEAM_CHANGED, followed.id, after=place
        )
        audit_log.record(session, current, entry, now=opened.now)
    if as_json:
        tell({"team": team, "follows": place})
    else:
        click.echo(f"{team} follows {place} from now on.")


@teams.command(
    cls=CommandWithExamples,
    examples=[('slackapp teams merge "Ward 7 nights" "Ward 7"', "The first goes up in the second.")],
    ends={1: "there is no such team, one lies below the other, or it could not be done"},
)
@click.argument("team")
@click.argument("into")
@click.option("--yes", is_flag=True, help="Do not ask whether you are sure.")
@json_option
@workspace_option
@explained
def merge(team: str, into: str, workspace: str | None, *, yes: bool, as_json: bool) -> None:
    """Let TEAM go up in INTO: its people, the teams below it, and its channel where INTO has none.

    What TEAM was thanked for and answered stays as it is and is read by whoever leads INTO.
    """
    from slackapp import teams  # noqa: PLC0415 - the command line starts faster without it
    from slackapp.models import Workspace  # noqa: PLC0415 - likewise
    from slackapp.teams import moves  # noqa: PLC0415 - likewise
    from slackapp.workspace import audit_log  # noqa: PLC0415 - the command line starts faster without it

    if not yes:
        click.confirm(f"Let {team} go up in {into}? {team} ends.", abort=True, err=True)
    with office(workspace) as opened, opened.sessions.begin() as session:
        current = session.get_one(Workspace, opened.workspace_id)
        first, second = (_team(session, current, name) for name in (team, into))
        before = moves.placement(session, current)
        moved = teams.merge(session, current, first, second, now=opened.now)
        moves.tell_moved(session, current, before, now=opened.now)
        entry = audit_log.NewEntry(
            audit_log.COMMAND_LINE, audit_log.Action.TEAMS_MERGED, first.id, after=second.id
        )
        audit_log.record(session, current, entry, now=opened.now)
    if as_json:
        tell({"team": team, "into": into, "people": moved})
    else:
        click.echo(f"{team} has gone up in {into}: {moved} people came over.")


def _team(session: "Session", workspace: "Workspace", name: str) -> "Team":
    from slackapp import teams  # noqa: PLC0415 - the command line starts faster without it

    team = teams.named(session, workspace, name)
    if team is None:
        raise SettingsError(f"There is no team called {name}.")
    return team


def _summary(plan: "Plan", *, dry_run: bool) -> str:
    problems, changes = len(plan.problems), len(plan.changes)
    if problems:
        return f"{problems} in the way. Nothing was changed."
    if not changes:
        return "Nothing to change: everything is as the file says."
    return f"{changes} to change. Nothing was changed yet." if dry_run else f"{changes} changed."


def _as_values(plan: "Plan", *, done: bool) -> dict[str, object]:
    from slackapp.core.i18n import voice  # noqa: PLC0415 - the command line starts faster without it

    return {
        "done": done,
        "changes": [
            {"what": entry.kind, "team": entry.team, "before": entry.before, "after": entry.after}
            for entry in plan.changes
        ],
        "problems": [{"row": entry.row, "words": entry.words(voice())} for entry in plan.problems],
    }
