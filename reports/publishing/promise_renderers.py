"""The messages about single promises: on the day that one is due, and when it was kept."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reports.publishing import promise_view
from reports.publishing.failures import report_unshared
from reports.publishing.loading import NOT_THEIRS, spoken
from reports.publishing.promise_view import Due, Kept
from reports.queries.extras import promise_details
from reports.text import sentences
from slackapp.core.i18n import Voice
from slackapp.digest import due_promises, sharing
from slackapp.models import Delivery, PromiseState, Team, Workspace
from slackapp.outbox.references import PromiseRef
from slackapp.outbox.rendered import Message, Route, Skip
from slackapp.pulse import opening
from slackapp.pulse.schedule import upcoming
from slackapp.workspace import members, permissions


@dataclass(frozen=True, slots=True)
class _Due:
    say: Voice
    due: Due


@dataclass(frozen=True, slots=True)
class _Kept:
    spoken: list[Voice]
    promise: Kept


def _load_due(session: Session, about: PromiseRef, row: Delivery, now: datetime) -> _Due | Skip:
    promise = due_promises.of_reference(session, about)
    if promise is None or not due_promises.is_asked_about(promise, about):
        return Skip("settled")
    team = session.get_one(Team, promise.team_id)
    workspace = session.get_one(Workspace, team.workspace_id)
    reader = members.find(session, workspace, row.target)
    if reader is None or not permissions.leads(session, team, reader, now):
        return Skip(NOT_THEIRS)
    details = promise_details(session, [promise])[promise.id]
    today = now.astimezone(ZoneInfo(workspace.time_zone)).date()
    say = members.language_of(workspace, reader)
    return _Due(say, Due(promise.id, sentences.team_name(team.name), details, promise.due == today))


def _due(content: _Due) -> Message:
    return Message(*promise_view.due(content.say, content.due))


def _load_kept(session: Session, about: PromiseRef, row: Delivery, now: datetime) -> _Kept | Skip:
    promise = due_promises.of_reference(session, about)
    if promise is None or promise.state != PromiseState.DONE:
        return Skip("not_kept")
    if not sharing.is_for_channel(session, promise.team_id, row.target):
        return Skip(sharing.OTHER_CHANNEL, report_unshared)
    workspace = session.get_one(Workspace, row.workspace_id)
    details = promise_details(session, [promise])[promise.id]
    month = date.fromisoformat(f"{promise.month}-01")
    is_asking = workspace.pulse_on
    opens_at = upcoming(workspace, opening.last_poll(session, workspace), now).opens_at if is_asking else None
    return _Kept(spoken(session, row), Kept(details, month, workspace.time_zone, opens_at))


def _kept(content: _Kept) -> Message:
    posts = [promise_view.kept(say, content.promise) for say in content.spoken]
    return Message("\n".join(text for text, _ in posts), [block for _, layout in posts for block in layout])


ROUTES = (
    Route(due_promises.KIND, _load_due, _due),
    Route(sharing.KEPT, _load_kept, _kept),
)
