"""Tell people who were moved where their answers to check-ins are counted from the next one on."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.models import Member, Workspace
from slackapp.outbox import queue
from slackapp.outbox.queue import Priority

MOVED = "team-moved"

Placement = dict[str, str | None]
"""Everybody's team, by our ids."""


def placement(session: Session, workspace: Workspace) -> Placement:
    """Return who belongs where, to be compared after a change."""
    rows = session.execute(select(Member.id, Member.team_id).where(Member.workspace_id == workspace.id))
    return {row.id: row.team_id for row in rows}


def tell_moved(session: Session, workspace: Workspace, before: Placement, *, now: datetime) -> None:
    """Tell everybody whose team is another one than before."""
    after = placement(session, workspace)
    moved = [member_id for member_id, team_id in after.items() if before.get(member_id) != team_id]
    tell(session, workspace, moved, now=now)


def tell(session: Session, workspace: Workspace, member_ids: Collection[str], *, now: datetime) -> None:
    """Tell these people which team they belong to now. Only once check-ins are on."""
    if not workspace.pulse_on or not member_ids:
        return
    people = session.scalars(select(Member).where(Member.id.in_(member_ids)).order_by(Member.id))
    deliveries = [
        queue.NewDelivery(
            key=f"{MOVED}:{member.id}:{member.team_id or ''}:{now:%Y%m%d%H%M%S%f}",
            kind=MOVED,
            reference=f"{member.id}:{member.team_id or ''}",
            target=member.slack_user_id,
            due=now,
            priority=Priority.POLL,
        )
        for member in people
        if member.can_be_reached
    ]
    queue.enqueue_many(session, workspace, deliveries)
