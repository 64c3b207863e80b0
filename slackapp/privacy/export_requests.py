"""Export requests from Slack: enqueue the message and its files."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core.db import new_id
from slackapp.core.pseudonyms import Pseudonyms
from slackapp.models import Delivery, Member, Workspace
from slackapp.outbox import kinds, queue
from slackapp.outbox.kinds import SecondCopy
from slackapp.outbox.queue import Method
from slackapp.outbox.references import ExportRef
from slackapp.workspace import audit_log

ANSWERED_WITHIN = timedelta(hours=1)
"""A file that could not be sent for so long expires; the person asks again."""


class Kind:
    """The kinds of deliveries of an export: a message, and two files in its thread."""

    MESSAGE: Final = kinds.Kind("export", ExportRef, second_copy=SecondCopy.HARMLESS)
    PAGE: Final = kinds.Kind("export-page", ExportRef, method=Method.SHARE, second_copy=SecondCopy.HARMLESS)
    FILE: Final = kinds.Kind("export-file", ExportRef, method=Method.SHARE, second_copy=SecondCopy.HARMLESS)


def request_export(
    session: Session, workspace: Workspace, member: Member, pseudonyms: Pseudonyms, now: datetime
) -> None:
    """Enqueue a message to somebody and, in its thread, the export of their data."""
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
    queue.enqueue_many(session, workspace, deliveries)
    actor = pseudonyms.for_actor(member.id)
    subject = pseudonyms.for_person(workspace.slack_team_id, member.slack_user_id)
    audit_log.record(
        session, workspace, audit_log.NewEntry(actor, audit_log.Action.EXPORTED, subject), now=now
    )


def member_of(session: Session, delivery: Delivery) -> Member | None:
    """Return whose export it is; None if they were erased."""
    member = session.get(Member, ExportRef.parse(delivery.reference).member_id)
    return member if member is not None and member.slack_user_id == delivery.target else None


def message_of(session: Session, delivery: Delivery) -> Delivery | None:
    """Return the delivery of the message in whose thread the files go."""
    return session.scalar(select(Delivery).where(Delivery.key == f"{Kind.MESSAGE}:{delivery.reference}"))
