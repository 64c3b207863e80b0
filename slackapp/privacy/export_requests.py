"""Somebody asks for their export: what is owed to them for it."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core.db import new_id
from slackapp.core.pseudonyms import Pseudonyms
from slackapp.models import Delivery, Member, Workspace
from slackapp.outbox import kinds
from slackapp.outbox import queue as outbox
from slackapp.outbox.kinds import SecondCopy
from slackapp.outbox.queue import Method
from slackapp.outbox.references import ExportRef
from slackapp.workspace import audit_log as audit

ANSWERED_WITHIN = timedelta(hours=1)
"""A file that could not be sent for so long is asked for again rather than sent late."""


class Kind:
    """The kinds of messages of an export: a message, and two files in its thread."""

    MESSAGE: Final = kinds.Kind("export", ExportRef, second_copy=SecondCopy.HARMLESS)
    PAGE: Final = kinds.Kind("export-page", ExportRef, method=Method.SHARE, second_copy=SecondCopy.HARMLESS)
    FILE: Final = kinds.Kind("export-file", ExportRef, method=Method.SHARE, second_copy=SecondCopy.HARMLESS)


def request_export(
    session: Session, workspace: Workspace, member: Member, pseudonyms: Pseudonyms, now: datetime
) -> None:
    """Enqueue a message to somebody and, in its thread, everything that is kept about them."""
    about = ExportRef(new_id(), member.id)
    group, expires = f"{Kind.MESSAGE}:{about}", now + ANSWERED_WITHIN
    deliveries = [
        kind.new(
            about,
            member.slack_user_id,
            now,
            key=f"{kind}:{about}",
            expires=expires,
            group=group,
            step=step,
        )
        for kind, step in ((Kind.MESSAGE, 0), (Kind.PAGE, 1), (Kind.FILE, 1))
    ]
    outbox.enqueue_many(session, workspace, deliveries)
    actor = pseudonyms.actor(member.id)
    subject = pseudonyms.person(workspace.slack_team_id, member.slack_user_id)
    audit.record(session, workspace, audit.NewEntry(actor, audit.Action.EXPORTED, subject), now=now)


def member_of(session: Session, delivery: Delivery) -> Member | None:
    """Whose export it is; None once they were erased."""
    member = session.get(Member, ExportRef.parse(delivery.reference).member_id)
    return member if member is not None and member.slack_user_id == delivery.target else None


def message_of(session: Session, delivery: Delivery) -> Delivery | None:
    """The message in whose thread the files go."""
    return session.scalar(select(Delivery).where(Delivery.key == f"{Kind.MESSAGE}:{delivery.reference}"))
