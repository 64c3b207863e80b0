"""A digest as text for its readers: the answer to `/digest`."""

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from handlers.digest import command_view, payloads
from handlers.shared.request import Scope
from reports import queries
from reports.figures.team_month import as_shared
from reports.publishing import message, schedule
from slackapp.blocks import TextAndBlocks, shortened
from slackapp.core.calendar import first_day, month_before, month_of
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.core.normal_form import bare, name_key
from slackapp.digest import readers
from slackapp.models import Team
from slackapp.workspace import members

_NOTHING_YET = translatable(
    "There is no digest for you to read yet. Leaders get one each month, and may share it."
)
_NO_TEAM = translatable("I don't know a team “{team}” whose digest you may read. You may read: {teams}.")
_NO_MONTH = translatable("There is no month “{said}”. Write one by its name, or as in {example}.")
_NOT_SHARED = translatable(
    "The digest of {team} for {month} has not been opened to you. Its leader can share it."
)
_NOT_OUT = translatable("That month's digest comes out on {day}.")
_TOO_EARLY = translatable("Digests here begin with {month}.")
_NEAR = timedelta(days=300)
"""A day that is nearer is known without its year."""


def answer(scope: Scope, command: payloads.DigestCommand) -> TextAndBlocks:
    """The requested digest, or a button for each team that matches."""
    readable = readers.readable_teams(scope.session, scope.member, scope.now)
    if not readable:
        raise UserError(_NOTHING_YET)
    current_month = month_of(scope.now, scope.workspace.time_zone)
    matching = _matching(readable, command.team)
    if not matching and command.no_month:
        raise UserError(_NO_MONTH, said=command.no_month, example=month_before(current_month))
    if not matching:
        names = scope.say.listing(team.name for team in readable[:10])
        raise UserError(_NO_TEAM, team=shortened(command.team, 80), teams=names)
    if len(matching) > 1:
        return command_view.team_choice(scope.say, [(team.id, team.name) for team in matching])
    return month_as_text(scope, matching[0], command.before(current_month))


def month_as_text(scope: Scope, team: Team, month: str | None) -> TextAndBlocks:
    """One month of a team, or the latest; UserError when the caller may not read it or it is not out."""
    month = month or schedule.latest(scope.workspace, scope.now).month
    if not may_read(scope, team, month):
        name = scope.say.month(first_day(month), year=True)
        raise UserError(_NOT_SHARED, team=team.name, month=name)
    require_published(scope, month)
    team_month = queries.months(scope.session, scope.workspace, month, [team])[team.id]
    if may_read_all(scope, team, month):
        return message.on_demand(scope.say, team_month, send=f"{team.id}:{month}", today=today(scope))
    return message.on_demand(scope.say, as_shared(team_month), send=None, today=today(scope))


def require_published(scope: Scope, month: str) -> None:
    """Raise UserError for a month whose digests are not out yet: nobody reads its figures before."""
    workspace, say = scope.workspace, scope.say
    if (published := schedule.published(workspace, month)) > scope.now:
        is_far = published - scope.now > _NEAR
        zone = members.time_zone_of(workspace, scope.member)
        raise UserError(_NOT_OUT, day=say.moment(published, zone, year=is_far))
    if workspace.digests_from and month < workspace.digests_from:
        raise UserError(_TOO_EARLY, month=say.month(first_day(workspace.digests_from), year=True))


def may_read(scope: Scope, team: Team, month: str) -> bool:
    """Whether the caller may read this team's digest of this month."""
    return readers.may_read(scope.session, scope.member, team, month, now=scope.now)


def may_read_all(scope: Scope, team: Team, month: str) -> bool:
    """Whether they may read its files and comments too."""
    return readers.may_read_all(scope.session, scope.member, team, month, now=scope.now)


def _matching(teams: Sequence[Team], typed: str) -> list[Team]:
    """The teams whose name equals, else begins with, else contains what was typed."""
    words = name_key(bare(typed))
    names = {team.id: name_key(bare(team.name)) for team in teams}
    tests = (
        lambda name: name == words,
        lambda name: name.startswith(words),
        lambda name: words in name,
    )
    matches = ([team for team in teams if test(names[team.id])] for test in tests)
    return next((matching for matching in matches if matching), [])


def today(scope: Scope) -> date:
    """Return the date in the time zone of the caller's workspace."""
    return scope.now.astimezone(ZoneInfo(scope.workspace.time_zone)).date()
