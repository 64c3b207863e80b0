"""Export requests from Slack: enqueue the message and its files."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core.db import new_id
from slackapp.core.pseudonyms import Pseudonyms
from slackapp.models import Delivery, Member, Workspace
from slackapp.outbox import queue
from slackapp.workspace import audit_log

ANSWERED_WITHIN = timedelta(hours=1)
"""A file that could not be sent for so long expires; the person asks again."""


class Kind(StrEnum):
    """The kinds of deliveries of an export."""

    MESSAGE = "export"
    PAGE = "export-page"
    FILE = "export-file"


def request_export(
    session: Session, workspace: Workspace, member: Member, pseudonyms: Pseudonyms, now: datetime
) -> None:
    """Enqueue a message to somebody and, in its thread, the export of their data."""
    reference = f"{new_id()}:{member.id}"
    queue.enqueue_many(
        session,
        workspace,
        [
            queue.NewDelivery(
                key=f"{kind}:{reference}",
                kind=kind,
                reference=reference,
                target=member.slack_user_id,
                due=now,
                expires=now + ANSWERED_WITHIN,
                method=queue.Method.POST if kind is Kind.MESSAGE else queue.Method.SHARE,
            )
            for kind in Kind
        ],
    )
    actor = pseudonyms.for_actor(member.id)
    subject = pseudonyms.for_person(workspace.slack_team_id, member.slack_user_id)
    audit_log.record(
        session, workspace, audit_log.NewEntry(actor, audit_log.Action.EXPORTED, subject), now=now
    )


def member_of(session: Session, delivery: Delivery) -> Member | None:
    """Return whose export it is; None if they were erased."""
    member = session.get(Member, delivery.reference.partition(":")[2])
    return member if member is not None and member.slack_user_id == delivery.target else None


def message_of(session: Session, delivery: Delivery) -> Delivery | None:
    """Return the delivery of the message in whose thread the files go."""
    return session.scalar(select(Delivery).where(Delivery.key == f"{Kind.MESSAGE}:{delivery.reference}"))
