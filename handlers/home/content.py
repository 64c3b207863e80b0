"""Read the contents of the Home tab: the reader's teams, the admin's overview, own settings."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handlers.digest.promise_form_view import Led
from handlers.home.admin_view import AdminOverview
from handlers.home.leader_view import PAGE, SHOWN, Leadership, Leading
from handlers.home.view import Sections
from handlers.pulse.readers_view import OwnReaders
from reports import queries
from reports.publishing import levels, schedule
from reports.queries import team_lines
from reports.queries.extras import promise_details
from reports.text.summary import in_short
from slackapp import teams
from slackapp.digest import promises, reader_notices, readers
from slackapp.digest.promises import PromiseDetails
from slackapp.models import Digest, Member, Retention, Team, Workspace
from slackapp.obstacles import listing
from slackapp.privacy import retention
from slackapp.pulse import opening
from slackapp.pulse.schedule import upcoming
from slackapp.recognition import unconfirmed
from slackapp.teams import aims
from slackapp.workspace import attention, members, permissions
from slackapp.workspace.permissions import Permission


def sections(session: Session, workspace: Workspace, member: Member, now: datetime) -> Sections:
    """Everything beside their own thanks."""
    number = team_count(session, workspace)
    led = permissions.led_by(session, member, now)
    return Sections(
        member=member,
        leads=leadership(session, workspace, member, led, now),
        admin=_admin_overview(session, workspace, number, now)
        if permissions.allows(member, Permission.SETTLE)
        else None,
        promised=promised_to(session, workspace, member, now),
        is_ready=number > 0,
        aims=aims.of_team(session, member.team_id) if member.team_id else (),
        waiting=listing.waiting_for(session, member, now) if led else (),
        sent_up=listing.of_team(session, session.get_one(Team, member.team_id), now)
        if member.team_id
        else (),
        readers=own_readers(session, workspace, member, now),
        in_doubt=unconfirmed.count(session, member),
    )


def promised_to(
    session: Session, workspace: Workspace, member: Member, now: datetime
) -> list[PromiseDetails]:
    """What the member's team, and those above it, was told: what is open, then what was done lately."""
    if member.team_id is None:
        return []
    several = promises.told_to(session, workspace, member.team_id, now=now)
    details = promise_details(session, several)
    return [details[promise.id] for promise in several]


def own_readers(session: Session, workspace: Workspace, member: Member, now: datetime) -> OwnReaders | None:
    """Who reads the results of the team a member is in; None without a team or before the first check-in."""
    team = session.get(Team, member.team_id) if member.team_id else None
    if team is None or not reader_notices.has_check_ins(session, workspace):
        return None
    return OwnReaders(team.name, readers.readers_of(session, team, now))


def counted_with(session: Session, member: Member) -> str:
    """The level above a leader's own team, with whom their answers are counted; empty for everybody else."""
    led = members.teams_led_by(session, member)
    above = session.get(Team, member.team_id) if led and member.team_id else None
    return above.name if above is not None and above not in led else ""


def kept_periods(session: Session, workspace: Workspace) -> Retention:
    """How long things are kept here."""
    return retention.in_force(session, workspace)


def leadership(
    session: Session, workspace: Workspace, member: Member, led: Sequence[Team], now: datetime
) -> Leadership:
    """The first teams that a member leads, with the last digest's sentences and the open promises."""
    first = list(led[:SHOWN])
    if not first:
        return Leadership((), 0, None)
    sentences = _sentences(session, workspace, member, first, now)
    open_promises = promises.open_promises(session, [team.id for team in first])
    details = promise_details(session, open_promises)
    sizes = {size.id: size for size in teams.page(session, [team.id for team in first])}
    leading = tuple(
        Leading(
            led=Led(
                team.id,
                team.name,
                tuple(
                    (promise.id, details[promise.id])
                    for promise in open_promises
                    if promise.team_id == team.id
                ),
                sentences.get(team.id, ""),
            ),
            people=sizes[team.id].people,
            below=sizes[team.id].below,
            has_digest=team.id in sentences,
            needs_a_look=aims.needs_a_look(session, team.id, now),
        )
        for team in first
    )
    lines = [
        line
        for team in first
        for line in levels.lines_of(session, team, member, schedule.latest(workspace, now).month, now)
    ]
    return Leadership(
        leading,
        len(led),
        next_opening(session, workspace, now),
        lines=tuple({line.team_id: line for line in lines}.values()),
        readers=tuple(levels.readers_above(session, first, member, now)),
    )


def page_of_led(
    session: Session, workspace: Workspace, member: Member, now: datetime, *, skip: int
) -> tuple[list[Leading], int]:
    """A page of all the teams a member leads and those below, and how many there are."""
    led = permissions.led_or_below(session, member, now)
    page = led[skip : skip + PAGE]
    published = _published(session, workspace, member, page, now)
    sizes = {size.id: size for size in teams.page(session, [team.id for team in page])}
    level = levels.level_month(workspace, schedule.latest(workspace, now).month)
    others = [team for team in page if not permissions.leads(session, team, member, now)]
    lines = {line.team_id: line for line in team_lines.lines(session, workspace, others, level, now=now)}
    leading = [
        Leading(
            Led(team.id, team.name, ()),
            sizes[team.id].people,
            sizes[team.id].below,
            has_digest=team in published,
            line=lines.get(team.id),
        )
        for team in page
    ]
    return leading, len(led)


def next_opening(session: Session, workspace: Workspace, now: datetime) -> datetime | None:
    """When the next check-in opens; None while none is planned."""
    if not workspace.pulse_on:
        return None
    return upcoming(workspace, opening.last_poll(session, workspace), now).opens_at


def team_count(session: Session, workspace: Workspace) -> int:
    """How many teams there are."""
    is_open = (Team.workspace_id == workspace.id, Team.closed_at.is_(None))
    return session.scalar(select(func.count()).select_from(Team).where(*is_open)) or 0


def _admin_overview(session: Session, workspace: Workspace, number: int, now: datetime) -> AdminOverview:
    needs_attention = attention.needs_attention(session, workspace, now)
    return AdminOverview(needs_attention, number, next_opening(session, workspace, now))


def _sentences(
    session: Session, workspace: Workspace, member: Member, led: Sequence[Team], now: datetime
) -> dict[str, str]:
    """The first sentences of each team's last digest, where it is out and theirs to read."""
    published = _published(session, workspace, member, led, now)
    if not published:
        return {}
    say = members.language_of(workspace, member)
    month = schedule.latest(workspace, now).month
    months = queries.months(session, workspace, month, published)
    today = now.astimezone(ZoneInfo(workspace.time_zone)).date()
    return {team_id: in_short(say, team_month, today) for team_id, team_month in months.items()}


def _published(
    session: Session, workspace: Workspace, member: Member, led: Sequence[Team], now: datetime
) -> list[Team]:
    """The teams whose latest digest has come out, and may be read by this person."""
    latest = schedule.latest(workspace, now)
    with_digest = set(
        session.scalars(
            select(Digest.team_id).where(
                Digest.team_id.in_([team.id for team in led]), Digest.month == latest.month
            )
        )
    )
    return [
        team
        for team in led
        if team.id in with_digest and readers.may_read_all(session, member, team, latest.month, now=now)
    ]
