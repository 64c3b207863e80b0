"""Messages owed. A rule owes a message in its own transaction; `delivery` sends it afterwards."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from sqlalchemy.orm import Session

from slackapp.models import Delivery, Workspace


class Priority(IntEnum):
    """What a person waits for goes before what goes to many."""

    PERSON = 0
    REMINDER = 10
    POLL = 20
    DIGEST = 30


@dataclass(frozen=True, slots=True)
class Owed:
    """One message to write down. `key` is made of random ids only, so owing it twice is harmless.

    `target` is a Slack user id (a direct message) or channel id. `kind` names the renderer
    and `reference` what it renders.
    """

    key: str
    kind: str
    reference: str
    target: str
    due: datetime
    priority: Priority = Priority.PERSON
    expires: datetime | None = None
    method: str = "chat.postMessage"


def owe(session: Session, workspace: Workspace, owed: Owed) -> Delivery | None:
    """Write one owed message down; None when this key was owed before."""
    raise NotImplementedError
