"""Levels above: their lines about teams, and the notice to each leader a week before they are read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.figures.team_line import Act, TeamLine
from reports.publishing import level_notices, schedule, team_lines_view
from reports.publishing.loading import NOT_THEIRS
from reports.publishing.team_lines_view import LineNotice
from reports.queries import team_lines
from reports.queries.team_lines import LevelMonth
from slackapp.core.calendar import month_before
from slackapp.core.i18n import Voice
from slackapp.digest import leader_words, readers
from slackapp.models import Delivery, Digest, Member, Team, Workspace
from slackapp.outbox.references import TeamMonthRef
from slackapp.outbox.rendered import Message, Route, Skip
from slackapp.workspace import members, permissions

_SAYS_NOTHING = (Act.NOTHING, Act.NO_DIGEST)


@dataclass(frozen=True, slots=True)
class _Seen:
    say: Voice
    notice: LineNotice


def level_month(workspace: Workspace, month: str) -> LevelMonth:
    """The digest of a month, as its lines about teams need it."""
    before = month_before(month)
    return LevelMonth(month, schedule.published(workspace, month), schedule.published(workspace, before))


def lines_of(session: Session, team: Team, reader: Member, month: str, now: datetime) -> tuple[TeamLine, ...]:
    """The lines of a level's digest for its reader; none for a team that has no others below it."""
    workspace = session.get_one(Workspace, team.workspace_id)
    teams = team_lines.below(session, team, now)
    if not teams or not permissions.leads(session, team, reader, now):
        return ()
    level = level_month(workspace, month)
    readable = _readable(session, reader, teams, level, now)
    lines = team_lines.lines(session, workspace, teams, level, now=now)
    return tuple(replace(line, may_open=line.team_id in readable) for line in lines)


def _readable(
    session: Session, reader: Member, teams: Sequence[Team], level: LevelMonth, now: datetime
) -> set[str]:
    """The teams whose digest of that month is out, and may be opened by the reader."""
    ids = [team.id for team in teams]
    with_digest = set(
        session.scalars(select(Digest.team_id).where(Digest.team_id.in_(ids), Digest.month == level.month))
    )
    return {
        team.id
        for team in teams
        if team.id in with_digest and readers.may_read(session, reader, team, level.month, now=now)
    }


def readers_above(session: Session, teams: Sequence[Team], leader: Member, now: datetime) -> list[str]:
    """The names of those who read the lines about these teams."""
    names = [reader.name for team in teams for reader in level_notices.above(session, team, leader, now)]
    return list(dict.fromkeys(names))


def _load(session: Session, about: TeamMonthRef, row: Delivery, now: datetime) -> _Seen | Skip:
    team, workspace = session.get(Team, about.team_id), session.get_one(Workspace, row.workspace_id)
    leader = members.find(session, workspace, row.target)
    if team is None or leader is None or not permissions.leads(session, team, leader, now):
        return Skip(NOT_THEIRS)
    level = level_month(workspace, about.month)
    if now >= level.due:
        return Skip("too_late")
    [line] = team_lines.lines(session, workspace, [team], level, now=now, as_seen=False)
    above = readers_above(session, [team], leader, now)
    if not above or line.act in _SAYS_NOTHING:
        return Skip("nothing_to_tell")
    day: date = level.due.astimezone(ZoneInfo(workspace.time_zone)).date()
    digest_id = _newest_digest(session, team, leader) if line.act is Act.UNANSWERED else ""
    notice = LineNotice(line, about.month, above, day, digest_id)
    return _Seen(members.language_of(workspace, leader), notice)


def _newest_digest(session: Session, team: Team, leader: Member) -> str:
    own = (Digest.team_id == team.id, Digest.recipient_id == leader.id)
    return session.scalar(select(Digest.id).where(*own).order_by(Digest.month.desc()).limit(1)) or ""


def _render(content: _Seen) -> Message:
    return Message(*team_lines_view.notice(content.say, content.notice))


ROUTES = (Route(leader_words.LINE, _load, _render),)
