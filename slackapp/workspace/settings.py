"""Settings for the whole workspace: language, time zone, nation, readers of digests, further admins."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core.calendar import known_zone
from slackapp.core.errors import UserError
from slackapp.core.i18n import languages, translatable
from slackapp.models import Member, Workspace
from slackapp.workspace import audit_log, members
from slackapp.workspace.audit_log import Action

NATIONS = ("ENG", "WLS", "SCT", "NIR")
_SHORT = 8
"""Characters of a pseudonym, as the list of changes shows it."""
_NOT_A_CHOICE = translatable("That is not one of the choices.")


@dataclass(frozen=True, slots=True)
class NewSettings:
    """The values of the form. `admins` are Slack ids of admins of the app beside Slack's own."""

    language: str
    time_zone: str
    nation: str
    admins_read: bool
    admins: frozenset[str]


@dataclass(frozen=True, slots=True)
class AuditedBy:
    """Who changes settings, as the audit log names them; `mark` gives anybody's pseudonym by our id."""

    actor: str
    mark: Callable[[str], str]


def save(session: Session, workspace: Workspace, form: NewSettings, *, by: AuditedBy, now: datetime) -> None:
    """Store the settings.

    Raises:
        UserError: A value is not one of the choices, or a named admin does not work here.
        members.UnknownMembers: A named admin is not stored yet.
    """
    is_known = form.language in languages() and form.nation in NATIONS
    if not (is_known and known_zone(form.time_zone)):
        raise UserError(_NOT_A_CHOICE)
    _name_admins(session, workspace, form.admins, by=by, now=now)
    workspace.language, workspace.time_zone = form.language, form.time_zone
    workspace.nation, workspace.admins_read_digests = form.nation, form.admins_read
    session.flush()


def named_admins(session: Session, workspace: Workspace) -> list[Member]:
    """Return the named admins who have not left."""
    named = (Member.workspace_id == workspace.id, Member.named_admin, Member.left.is_(False))
    return list(session.scalars(select(Member).where(*named).order_by(Member.slack_user_id)))


def _name_admins(
    session: Session, workspace: Workspace, slack_user_ids: frozenset[str], *, by: AuditedBy, now: datetime
) -> None:
    people = members.get_all(session, workspace, sorted(slack_user_ids))
    for person in people.values():
        if not person.can_be_reached:
            sentence = translatable(
                "{name} has left, is an app, or is in another organisation. Please choose again."
            )
            raise UserError(sentence, name=person.name)
    for person in named_admins(session, workspace):
        if person.slack_user_id not in slack_user_ids:
            person.named_admin = False
            entry = audit_log.NewEntry(by.actor, Action.ADMIN_UNNAMED, after=by.mark(person.id)[:_SHORT])
            audit_log.record(session, workspace, entry, now=now)
    for person in people.values():
        if not person.named_admin:
            person.named_admin = True
            entry = audit_log.NewEntry(by.actor, Action.ADMIN_NAMED, after=by.mark(person.id)[:_SHORT])
            audit_log.record(session, workspace, entry, now=now)
    session.flush()
