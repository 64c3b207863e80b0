"""What an admin settles for the whole workspace: language, time zone, nation, readers, other admins."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core.calendar import known_zone
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Member, Workspace
from slackapp.workspace import audit_log as audit
from slackapp.workspace import members

LANGUAGES = ("en", "cy")
NATIONS = ("ENG", "WLS", "SCT", "NIR")
_NOT_A_CHOICE = translatable("That is not one of the choices.")


@dataclass(frozen=True, slots=True)
class NewSettings:
    """The whole form. `admins` are Slack ids: who looks after the app beside Slack's own admins."""

    language: str
    time_zone: str
    nation: str
    admins_read: bool
    admins: frozenset[str]


def save(session: Session, workspace: Workspace, wanted: NewSettings, *, actor: str, now: datetime) -> None:
    """Store it; it holds from now on.

    Raises:
        UserError: It makes no sense, or somebody who was named does not work here.
        members.Unmet: Somebody who was named is not known here yet.
    """
    is_known = wanted.language in LANGUAGES and wanted.nation in NATIONS
    if not (is_known and known_zone(wanted.time_zone)):
        raise UserError(_NOT_A_CHOICE)
    _name_admins(session, workspace, wanted.admins, actor=actor, now=now)
    workspace.language, workspace.time_zone = wanted.language, wanted.time_zone
    workspace.nation, workspace.admins_read_digests = wanted.nation, wanted.admins_read
    session.flush()


def named_admins(session: Session, workspace: Workspace) -> list[Member]:
    """Whoever was named to look after the app and is still here."""
    ours = (Member.workspace_id == workspace.id, Member.named_admin, Member.left.is_(False))
    return list(session.scalars(select(Member).where(*ours).order_by(Member.slack_user_id)))


def _name_admins(
    session: Session, workspace: Workspace, wanted: frozenset[str], *, actor: str, now: datetime
) -> None:
    people = members.get_all(session, workspace, sorted(wanted))
    for one in people.values():
        if not one.can_be_reached:
            sentence = translatable(
                "{name} has left, is an app, or is in another organisation. Please choose again."
            )
            raise UserError(sentence, name=one.name)
    for one in named_admins(session, workspace):
        if one.slack_user_id not in wanted:
            one.named_admin = False
            audit.record(session, workspace, audit.NewEntry(actor, audit.Action.ADMIN_UNNAMED), now=now)
    for one in people.values():
        if not one.named_admin:
            one.named_admin = True
            audit.record(session, workspace, audit.NewEntry(actor, audit.Action.ADMIN_NAMED), now=now)
    session.flush()
