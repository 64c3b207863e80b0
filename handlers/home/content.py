"""What the Home tab shows of a person's standing here: their teams, the office, their own settings."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handlers.digest.promise_form_view import Led
from handlers.home.admin_view import Office
from handlers.home.leader_view import PAGE, SHOWN, Leadership, Leading
from handlers.home.view import Standing
from reports import queries
from reports.publishing import schedule as digest
from reports.queries import extras as answers
from reports.text import summary as brief
from slackapp import teams as units
from slackapp.digest import promises, readers
from slackapp.models import Digest, Member, Team, Workspace
from slackapp.privacy import retention
from slackapp.pulse import opening
from slackapp.pulse.schedule import upcoming
from slackapp.workspace import attention as troubles
from slackapp.workspace import members
from slackapp.workspace import permissions as rights
from slackapp.workspace.permissions import Permission


def sections(session: Session, workspace: Workspace, member: Member, now: datetime) -> Standing:
    """Everything beside their own thanks."""
    number = team_count(session, workspace)
    led = rights.led_by(session, member, now)
    return Standing(
        member=member,
        language=member.language or workspace.language,
        leads=leadership(session, workspace, member, led, now),
        office=_office(session, workspace, number, now) if rights.allows(member, Permission.SETTLE) else None,
        periods=retention.in_force(session, workspace),
        is_ready=number > 0,
    )


def leadership(
    session: Session, workspace: Workspace, member: Member, led: Sequence[Team], now: datetime
) -> Leadership:
    """The first of the teams somebody leads, with what the last digest said and what was promised."""
    shown = list(led[:SHOWN])
    if not shown:
        return Leadership((), 0, None)
    sentences = _sentences(session, workspace, member, shown, now)
    kept = promises.open_promises(session, [team.id for team in shown])
    told = answers.promise_details(session, kept)
    sizes = {one.id: one for one in units.page(session, [team.id for team in shown])}
    teams = tuple(
        Leading(
            led=Led(
                team.id,
                team.name,
                tuple((one.id, told[one.id]) for one in kept if one.team_id == team.id),
                sentences.get(team.id, ""),
            ),
            people=sizes[team.id].people,
            below=sizes[team.id].below,
            has_digest=team.id in sentences,
        )
        for team in shown
    )
    return Leadership(teams, len(led), next_opening(session, workspace, now))


def page_of_led(
    session: Session, workspace: Workspace, member: Member, now: datetime, *, skip: int
) -> tuple[list[Leading], int]:
    """A page of all the teams somebody leads and those below, and how many there are."""
    led = rights.led_or_below(session, member, now)
    shown = led[skip : skip + PAGE]
    out = _out(session, workspace, member, shown, now)
    sizes = {one.id: one for one in units.page(session, [team.id for team in shown])}
    listed = [
        Leading(
            Led(team.id, team.name, ()), sizes[team.id].people, sizes[team.id].below, has_digest=team in out
        )
        for team in shown
    ]
    return listed, len(led)


def next_opening(session: Session, workspace: Workspace, now: datetime) -> datetime | None:
    """When the next check-in opens; None while none is planned."""
    if not workspace.pulse_on:
        return None
    return upcoming(workspace, opening.last_poll(session, workspace), now).opens_at


def team_count(session: Session, workspace: Workspace) -> int:
    """How many teams there are."""
    ours = (Team.workspace_id == workspace.id, Team.closed_at.is_(None))
    return session.scalar(select(func.count()).select_from(Team).where(*ours)) or 0


def _office(session: Session, workspace: Workspace, number: int, now: datetime) -> Office:
    found = troubles.needs_attention(session, workspace, now)
    return Office(found, number, next_opening(session, workspace, now))


def _sentences(
    session: Session, workspace: Workspace, member: Member, teams: Sequence[Team], now: datetime
) -> dict[str, str]:
    """What the last digest of each team began with, where it is out and theirs to read."""
    out = _out(session, workspace, member, teams, now)
    if not out:
        return {}
    say = members.language_of(workspace, member)
    month = digest.latest(workspace, now).month
    told = queries.months(session, workspace, month, out)
    today = now.astimezone(ZoneInfo(workspace.time_zone)).date()
    return {team_id: brief.in_short(say, team_month, today) for team_id, team_month in told.items()}


def _out(
    session: Session, workspace: Workspace, member: Member, teams: Sequence[Team], now: datetime
) -> list[Team]:
    """The teams whose latest digest has come out, and may be read by this person."""
    last = digest.latest(workspace, now)
    sent = select(Digest.team_id).where(
        Digest.team_id.in_([team.id for team in teams]), Digest.month == last.month
    )
    out = set(session.scalars(sent))
    at = {"now": now, "published": last.due}
    return [team for team in teams if team.id in out and readers.may_read_all(session, member, team, at=at)]
