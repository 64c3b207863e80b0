"""Somebody asks for their export: what is owed to them for it."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core.db import new_id
from slackapp.core.pseudonyms import Pseudonyms
from slackapp.models import Delivery, Member, Workspace
from slackapp.outbox import queue as outbox
from slackapp.workspace import audit_log as audit

ANSWERED_WITHIN = timedelta(hours=1)
"""A file that could not be sent for so long is asked for again rather than sent late."""


class Kind(StrEnum):
    """What there is to render."""

    MESSAGE = "export"
    PAGE = "export-page"
    FILE = "export-file"


def request_export(
    session: Session, workspace: Workspace, member: Member, pseudonyms: Pseudonyms, now: datetime
) -> None:
    """Owe somebody a message and, in its thread, everything that is kept about them."""
    reference = f"{new_id()}:{member.id}"
    outbox.enqueue_many(
        session,
        workspace,
        [
            outbox.NewDelivery(
                key=f"{kind}:{reference}",
                kind=kind,
                reference=reference,
                target=member.slack_user_id,
                due=now,
                expires=now + ANSWERED_WITHIN,
                method=outbox.Method.POST if kind is Kind.MESSAGE else outbox.Method.SHARE,
            )
            for kind in Kind
        ],
    )
    actor = pseudonyms.actor(member.id)
    subject = pseudonyms.person(workspace.slack_team_id, member.slack_user_id)
    audit.record(session, workspace, audit.NewEntry(actor, audit.Action.EXPORTED, subject), now=now)


def member_of(session: Session, delivery: Delivery) -> Member | None:
    """Whose export it is; None once they were erased."""
    member = session.get(Member, delivery.reference.partition(":")[2])
    return member if member is not None and member.slack_user_id == delivery.target else None


def message_of(session: Session, delivery: Delivery) -> Delivery | None:
    """The message in whose thread the files go."""
    return session.scalar(select(Delivery).where(Delivery.key == f"{Kind.MESSAGE}:{delivery.reference}"))
