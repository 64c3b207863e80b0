"""`slackapp hold`, `slackapp retention` and `slackapp audit`."""

import sys

import click

from slackapp.commands.common import explained, json_option, office, tell, workspace_option


@click.command()
@click.argument("user", required=False)
@click.option("--everything", is_flag=True, help="The whole workspace instead of one person.")
@click.option("--lift", is_flag=True, help="End the hold.")
@workspace_option
@explained
def hold(user: str | None, workspace: str | None, *, everything: bool, lift: bool) -> None:
    """Keep records for a legal reason: no erasure, no retention, until it is lifted.

    It never covers a check-in's sealed answers or their keys.
    """
    from slackapp import audit, members  # noqa: PLC0415 - the command line starts faster without it
    from slackapp.marks import Marks  # noqa: PLC0415 - likewise
    from slackapp.models import Workspace  # noqa: PLC0415 - likewise
    from slackapp.privacy import holds  # noqa: PLC0415 - likewise

    if bool(user) == everything:
        raise click.UsageError("Name one person by Slack's id, or say --everything.")
    with office(workspace) as place, place.sessions.begin() as session:
        here = session.get_one(Workspace, place.workspace_id)
        member = members.find(session, here, user) if user else None
        if user and member is None:
            click.echo("Nothing is kept about this person here.", err=True)
            sys.exit(1)
        if lift:
            if not holds.lift(session, here, member):
                click.echo("There is no such hold.", err=True)
                sys.exit(1)
        else:
            holds.place(session, here, member, now=place.now)
        subject = Marks(place.keys.path).person(place.slack_team_id, user) if user else "everything"
        deed = audit.Deed.RELEASED if lift else audit.Deed.HELD
        audit.note(session, here, audit.Entry(audit.COMMAND_LINE, deed, subject), now=place.now)
    click.echo("The hold is lifted." if lift else "The records are kept until the hold is lifted.")


@click.command()
@click.argument("name", required=False)
@click.argument("value", required=False, type=int)
@json_option
@workspace_option
@explained
def retention(name: str | None, value: int | None, workspace: str | None, *, as_json: bool) -> None:
    """Show how long each kind of record is kept, or change one: slackapp retention comments_months 6.

    What has been kept long enough is deleted every day by the running app.
    """
    from slackapp import audit  # noqa: PLC0415 - the command line starts faster without it
    from slackapp.models import Workspace  # noqa: PLC0415 - likewise
    from slackapp.privacy import retention as keeping  # noqa: PLC0415 - likewise

    if (name is None) != (value is None):
        raise click.UsageError("Give both, as in: slackapp retention comments_months 6")
    with office(workspace) as place, place.sessions.begin() as session:
        here = session.get_one(Workspace, place.workspace_id)
        if name is not None and value is not None:
            before = keeping.settle(session, here, name, value)
            entry = audit.Entry(audit.COMMAND_LINE, audit.Deed.SETTING, name, str(before), str(value))
            audit.note(session, here, entry, now=place.now)
        kept = keeping.rules(session, here)
        told = {one: getattr(kept, one) for one in keeping.LIMITS}
    if as_json:
        tell(told)
        return
    for one, number in told.items():
        least, most = keeping.LIMITS[one]
        click.echo(f"{one:22} {number:4}   ({least} to {most})")


@click.command("audit")
@click.option("--most", default=50, show_default=True, help="How many entries, the newest first.")
@json_option
@workspace_option
@explained
def audit_log(most: int, workspace: str | None, *, as_json: bool) -> None:
    """Show who changed what. People stand in it only as marks; nothing anyone said does."""
    from slackapp import audit  # noqa: PLC0415 - the command line starts faster without it
    from slackapp.models import Workspace  # noqa: PLC0415 - likewise

    with office(workspace) as place, place.sessions.read() as session:
        here = session.get_one(Workspace, place.workspace_id)
        entries = audit.latest(session, here, most=most)
    names = ("actor", "deed", "subject", "before", "after")
    rows = [{"at": one.at.isoformat()} | {name: getattr(one, name) for name in names} for one in entries]
    if as_json:
        tell(rows)
        return
    for row in rows:
        change = f" {row['before']} -> {row['after']}" if row["after"] else ""
        click.echo(f"{row['at'][:19]}  {row['actor']:24}  {row['deed']} {row['subject'][:24]}{change}")
