"""The contents of a leader's promise form: actions for what needs attention, and days."""

from datetime import date

from sqlalchemy import select

from handlers.digest.on_demand import today
from handlers.digest.promise_form_view import FormContent
from handlers.shared.request import Scope
from reports.queries import published
from reports.text.sentences import capital, team_name
from reports.text.topics import TOPICS
from slackapp.core.calendar import month_before
from slackapp.digest import actions, promises
from slackapp.models import Digest, Promise, Team
from slackapp.obstacles import routing
from slackapp.workspace import permissions

_MONTHS_APART = 6
"""An action that was promised is not offered again for so long."""


def content(scope: Scope, digest: Digest) -> FormContent:
    """The heading, the actions offered and the days of each "By when?"."""
    team = scope.session.get_one(Team, digest.team_id)
    month = scope.say.month(date.fromisoformat(f"{digest.month}-01"))
    promised = actions.texts(scope.say, _promised_lately(scope, digest))
    tree = permissions.teams(scope.session, scope.workspace.id)
    return FormContent(
        heading=scope.say("{team}, {month}. One promise is enough.", team=team_name(team.name), month=month),
        actions=actions.suggested(_needs(scope, digest), month=digest.month, promised=promised),
        days=days(scope),
        usual_day=promises.usual_day(today(scope), scope.workspace.nation),
        sends_for=team.id if routing.first_above(scope.session, tree, team, scope.now) else "",
    )


def days(scope: Scope) -> list[date]:
    """The days that can be chosen now."""
    return promises.days_offered(today(scope), scope.workspace.nation)


def first_need(scope: Scope, digest: Digest) -> str:
    """The first need that the digest names, to begin "What I understood" with; empty when it names none."""
    needs = [key for key in _needs(scope, digest) if key in TOPICS]
    return capital(scope.say(TOPICS[needs[0]].need)) if needs else ""


def _needs(scope: Scope, digest: Digest) -> list[str]:
    figures = published.read(scope.session, digest.month, [digest.team_id]).get(digest.team_id)
    if figures is None:
        return []
    findings = figures.pulse.findings
    return [finding.key for finding in (*findings.needs, *findings.from_above)]


def _promised_lately(scope: Scope, digest: Digest) -> set[str]:
    earliest = digest.month
    for _ in range(_MONTHS_APART):
        earliest = month_before(earliest)
    texts = select(Promise.we_will).where(Promise.team_id == digest.team_id, Promise.month >= earliest)
    return set(scope.session.scalars(texts.where(Promise.month < digest.month)))
