"""Whom people turn to when somebody is unsafe, bullied or harassed, as an admin entered it."""

from dataclasses import dataclass, fields

from sqlalchemy.orm import Session

from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import FormalRoutes, Workspace

LONGEST = 300
"""Characters of each route."""

NEEDED_FOR_COMMENTS = translatable(
    "Please enter first whom to turn to with danger or harm. Comments can't be asked for without it."
)
_TOO_LONG = translatable("Please say in at most {most} characters whom to turn to.")


@dataclass(frozen=True, slots=True)
class Routes:
    """Each in the organisation's own words; None where nothing has been entered."""

    speaking_up: str | None = None
    staff_union: str | None = None
    human_resources: str | None = None
    emergency: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been entered."""
        return not any((self.speaking_up, self.staff_union, self.human_resources, self.emergency))


def of(session: Session, workspace: Workspace) -> Routes:
    """Return the routes of a workspace."""
    row = session.get(FormalRoutes, workspace.id) or FormalRoutes()
    return Routes(workspace.contact, row.staff_union, row.human_resources, row.emergency)


def save(session: Session, workspace: Workspace, routes: Routes) -> None:
    """Store the routes.

    Raises:
        UserError: One is too long, or comments are asked for and nobody would be named.
    """
    texts = {field.name: _tidy(getattr(routes, field.name)) for field in fields(routes)}
    for name, text in texts.items():
        if text and len(text) > LONGEST:
            raise UserError(_TOO_LONG, most=LONGEST).beside(name)
    if workspace.comments_on and not texts["speaking_up"]:
        raise UserError(NEEDED_FOR_COMMENTS).beside("speaking_up")
    workspace.contact = texts.pop("speaking_up")
    row = session.get(FormalRoutes, workspace.id)
    if row is None:
        row = FormalRoutes(workspace_id=workspace.id)
        session.add(row)
    for name, text in texts.items():
        setattr(row, name, text)
    session.flush()


def _tidy(text: str | None) -> str | None:
    return " ".join((text or "").split()) or None
