"""The message with the first steps, to whoever installed the app."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from slackapp.models import Workspace
from slackapp.outbox.kinds import Kind, SecondCopy
from slackapp.outbox.queue import enqueue
from slackapp.outbox.references import WorkspaceRef

FIRST_STEPS: Final = Kind("first-steps", WorkspaceRef, second_copy=SecondCopy.HARMLESS)
_STANDS_FOR = timedelta(days=7)


def enqueue_for(session: Session, workspace: Workspace, slack_user_id: str, now: datetime) -> None:
    """Enqueue it, once to each person; a later installation by them sends no second one."""
    key = f"{FIRST_STEPS}:{workspace.id}:{slack_user_id}"
    about = WorkspaceRef(workspace.id)
    enqueue(
        session, workspace, FIRST_STEPS.new(about, slack_user_id, now, key=key, expires=now + _STANDS_FOR)
    )
