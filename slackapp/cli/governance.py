"""`slackapp hold`, `slackapp retention` and `slackapp audit`."""

from typing import TYPE_CHECKING

import click

from slackapp.cli.common import (
    CommandWithExamples,
    Office,
    explained,
    json_option,
    office,
    tell,
    workspace_option,
)
from slackapp.core.errors import SettingsError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from slackapp.models import Workspace


@click.command(
    cls=CommandWithExamples,
    examples=[
        ("slackapp hold U0123ABCD", "Keeps one person's records."),
        ("slackapp hold --everything", "Keeps everything of the workspace."),
        ("slackapp hold U0123ABCD --lift", "Ends it: from the next night on, old records go again."),
        ("slackapp hold --list", "Shows the holds there are."),
    ],
    ends={1: "nothing is kept about this person, there is no such hold, or it could not be done"},
)
@click.argument("user", required=False)
@click.option("--everything", is_flag=True, help="The whole workspace instead of one person.")
@click.option("--lift", is_flag=True, help="End the hold.")
@click.option("--list", "listed", is_flag=True, help="Only show the holds there are.")
@json_option
@workspace_option
@explained
def hold(user: str | None, workspace: str | None, *, as_json: bool, **options: bool) -> None:
    """Keep records for a legal reason: no erasure, no retention, until it is lifted.

    It never covers a check-in's sealed answers or their keys.
    """
    from slackapp.models import Workspace  # noqa: PLC0415 - the command line starts faster without it

    if options["listed"] and (user or options["everything"] or options["lift"]):
        raise click.UsageError("Say --list alone.")
    if not options["listed"] and bool(user) == options["everything"]:
        raise click.UsageError("Name one person by Slack's id, or say --everything.")
    with office(workspace) as place, place.sessions.begin() as session:
        current = session.get_one(Workspace, place.workspace_id)
        if options["listed"]:
            result: object = _holds(session, current)
        else:
            result = {"user": user, "held": not options["lift"]}
            _place_or_lift(place, session, current, user, lift=options["lift"])
    if as_json:
        tell(result)
    elif isinstance(result, list):
        click.echo(
            "\n".join(f"{entry['since'][:10]}  {entry['whose']}" for entry in result) or "There is no hold."
        )
    else:
        done = "The hold is lifted." if options["lift"] else "The records are kept until the hold is lifted."
        click.echo(done)


def _place_or_lift(
    place: Office, session: "Session", workspace: "Workspace", user: str | None, *, lift: bool
) -> None:
    from slackapp.core.pseudonyms import Pseudonyms  # noqa: PLC0415 - the command line starts faster without it
    from slackapp.privacy import legal_holds  # noqa: PLC0415 - the command line starts faster without it
    from slackapp.workspace import audit_log, members  # noqa: PLC0415 - the command line starts faster without it

    member = members.find(session, workspace, user) if user else None
    if user and member is None:
        raise SettingsError(f"Nothing is kept about {user} here.")
    if not lift:
        legal_holds.place(session, workspace, member, now=place.now)
    elif not legal_holds.lift(session, workspace, member):
        raise SettingsError("There is no such hold.")
    subject = Pseudonyms(place.keys.path).for_person(place.slack_team_id, user) if user else "everything"
    action = audit_log.Action.RELEASED if lift else audit_log.Action.HELD
    audit_log.record(
        session, workspace, audit_log.NewEntry(audit_log.COMMAND_LINE, action, subject), now=place.now
    )


def _holds(session: "Session", workspace: "Workspace") -> list[dict[str, str]]:
    from sqlalchemy import select  # noqa: PLC0415 - likewise

    from slackapp.models import LegalHold, Member  # noqa: PLC0415 - likewise

    query = (
        select(LegalHold.since, Member.slack_user_id)
        .outerjoin(Member, Member.id == LegalHold.member_id)
        .where(LegalHold.workspace_id == workspace.id)
        .order_by(LegalHold.since)
    )
    return [
        {"since": since.isoformat(), "whose": user or "everything"} for since, user in session.execute(query)
    ]


@click.command(
    cls=CommandWithExamples,
    examples=[
        ("slackapp retention", "Shows each period, and between which values it may lie."),
        ("slackapp retention comments_months 6", "Keeps comments for six months from now on."),
    ],
)
@click.argument("name", required=False)
@click.argument("value", required=False, type=int)
@json_option
@workspace_option
@explained
def retention(name: str | None, value: int | None, workspace: str | None, *, as_json: bool) -> None:
    """Show how long each kind of record is kept, or change one.

    What has been kept long enough is deleted every night by the running app.
    """
    from slackapp.models import Workspace  # noqa: PLC0415 - likewise
    from slackapp.privacy import retention  # noqa: PLC0415 - likewise
    from slackapp.workspace import audit_log  # noqa: PLC0415 - the command line starts faster without it

    if (name is None) != (value is None):
        raise click.UsageError("Give both, as in: slackapp retention comments_months 6")
    with office(workspace) as place, place.sessions.begin() as session:
        current = session.get_one(Workspace, place.workspace_id)
        if name is not None and value is not None:
            before = retention.set_limit(session, current, name, value)
            entry = audit_log.NewEntry(
                audit_log.COMMAND_LINE, audit_log.Action.SETTING, name, str(before), str(value)
            )
            audit_log.record(session, current, entry, now=place.now)
        limits = retention.rules(session, current)
        values = {limit: getattr(limits, limit) for limit in retention.LIMITS}
    if as_json:
        tell(values)
        return
    for limit, number in values.items():
        least, most = retention.LIMITS[limit]
        click.echo(f"{limit:22} {number:4}   ({least} to {most})")


@click.command(
    "audit",
    cls=CommandWithExamples,
    examples=[
        ("slackapp audit", "The newest fifty entries."),
        ("slackapp audit --most 500 --json", "As JSON, for a report."),
    ],
)
@click.option(
    "--most",
    default=50,
    type=click.IntRange(min=1),
    show_default=True,
    help="How many entries, the newest first.",
)
@json_option
@workspace_option
@explained
def audit_log(most: int, workspace: str | None, *, as_json: bool) -> None:
    """Show who changed what. People stand in it only as pseudonyms; nothing anyone said does."""
    from slackapp.models import Workspace  # noqa: PLC0415 - likewise
    from slackapp.workspace import audit_log  # noqa: PLC0415 - the command line starts faster without it

    with office(workspace) as place, place.sessions.read() as session:
        current = session.get_one(Workspace, place.workspace_id)
        entries = audit_log.latest(session, current, most=most)
    names = ("actor", "deed", "subject", "before", "after")
    rows = [
        {"at": entry.at.isoformat()} | {name: getattr(entry, name) for name in names} for entry in entries
    ]
    if as_json:
        tell(rows)
        return
    for row in rows:
        change = f" {row['before']} -> {row['after']}" if row["after"] else ""
        click.echo(f"{row['at'][:19]}  {row['actor']:24}  {row['deed']} {row['subject'][:24]}{change}")
