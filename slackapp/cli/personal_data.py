"""`slackapp export` and `slackapp erase`."""

import sys
from pathlib import Path

import click

from slackapp.cli.common import (
    CommandWithExamples,
    Office,
    bar,
    explained,
    json_option,
    office,
    tell,
    workspace_option,
)

_NOBODY = {1: "nothing is kept about this person, or it could not be done"}


@click.command(
    cls=CommandWithExamples,
    examples=[
        ("slackapp export U0123ABCD --to .", "A page to read and a file for machines, for their owner only."),
        ("slackapp export U0123ABCD --json", "The same on standard output, for another program."),
    ],
    ends=_NOBODY,
)
@click.argument("user")
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write USER.json and USER.html into this folder.",
)
@json_option
@workspace_option
@explained
def export(user: str, folder: Path | None, workspace: str | None, *, as_json: bool) -> None:
    """Give out everything that is kept about one person.

    USER is Slack's id (U...): in Slack, open the person's profile, press the three dots, then "Copy
    member ID". Answers to a check-in are left out: they are sealed, and nobody can tell whose is whose.
    """
    if folder is None and not as_json:
        raise click.UsageError("Say where to: --to FOLDER, or --json for standard output.")
    with office(workspace) as place:
        files = _collected(place, user)
    if files is None:
        click.echo("Nothing is kept about this person here.", err=True)
        sys.exit(1)
    if as_json:
        click.echo(files[".json"].decode())
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for ending, content in files.items():
            target = folder / f"{user}{ending}"
            target.touch(mode=0o600)
            # A file that existed before may be readable by others.
            target.chmod(0o600)
            target.write_bytes(content)
            click.echo(f"Written to {target}.", err=as_json)


@click.command(
    cls=CommandWithExamples,
    examples=[
        ("slackapp erase U0123ABCD", "Asks once whether you are sure."),
        ("slackapp erase U0123ABCD --yes --json", "From a script: nobody is asked, the outcome is JSON."),
    ],
    ends={
        1: "nothing is kept about this person, a legal hold keeps it, you said no, or it could not be done"
    },
)
@click.argument("user")
@click.option("--yes", is_flag=True, help="Do not ask whether you are sure.")
@json_option
@workspace_option
@explained
def erase(user: str, workspace: str | None, *, yes: bool, as_json: bool) -> None:
    """Erase one person: their words and names go, figures stay.

    USER is Slack's id (U...). Sealed answers to an open check-in are deleted, also where a legal hold
    keeps the rest. The running app changes what stands in Slack. It cannot be undone, and what Slack
    tells of the person afterwards does not bring them back.
    """
    from slackapp.privacy import erasure, id_scrubbing  # noqa: PLC0415 - the command line starts faster without it

    if not yes:
        click.confirm(f"Erase everything about {user}? This cannot be undone.", abort=True, err=True)
    with office(workspace) as place:
        with bar("Erasing", hidden=as_json) as on_progress:
            request = erasure.ErasureRequest(user, actor=_command_line(), on_progress=on_progress)
            ended = erasure.erase(place.sessions, place.keys, place.workspace_id, request, place.now)
        if not as_json:
            click.echo("Rewriting the database without old copies ...", err=True)
        id_scrubbing.sweep(place.sessions)
    sentences = {
        erasure.ErasureResult.DONE: "Erased. Messages in Slack are changed as soon as the app runs.",
        erasure.ErasureResult.HELD: "A legal hold keeps these records. Open answers were deleted.",
        erasure.ErasureResult.NOBODY: "Nothing is kept about this person here.",
    }
    if as_json:
        tell({"user": user, "outcome": ended})
    else:
        click.echo(sentences[ended], err=ended is not erasure.ErasureResult.DONE)
    sys.exit(0 if ended is erasure.ErasureResult.DONE else 1)


def _collected(place: Office, user: str) -> dict[str, bytes] | None:
    from slackapp.core.pseudonyms import Pseudonyms  # noqa: PLC0415 - the command line starts faster without it
    from slackapp.models import Workspace  # noqa: PLC0415 - likewise
    from slackapp.privacy.export import as_json, as_page, collect  # noqa: PLC0415 - likewise
    from slackapp.workspace import audit_log, members  # noqa: PLC0415 - the command line starts faster without it

    pseudonyms = Pseudonyms(place.keys.path)
    with place.sessions.begin() as session:
        workspace = session.get_one(Workspace, place.workspace_id)
        member = members.find(session, workspace, user)
        if member is None:
            return None
        subject = pseudonyms.for_person(workspace.slack_team_id, user)
        entry = audit_log.NewEntry(audit_log.COMMAND_LINE, audit_log.Action.EXPORTED, subject)
        audit_log.record(session, workspace, entry, now=place.now)
        collected = collect(session, workspace, member, pseudonyms, now=place.now)
        page = as_page(members.language_of(workspace, member), collected, created_at=place.now)
        return {".json": as_json(collected), ".html": page.encode()}


def _command_line() -> str:
    from slackapp.workspace.audit_log import COMMAND_LINE  # noqa: PLC0415 - the command line starts faster without it

    return COMMAND_LINE
