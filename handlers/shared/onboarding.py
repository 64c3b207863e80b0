"""A workspace without a single team explains itself, wherever somebody meets the app first."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from handlers.shared.context import Context
from handlers.shared.payloads import Caller
from handlers.shared.people import workspace_of
from slackapp import blocks as piece
from slackapp.blocks import Block, View
from slackapp.core.i18n import Voice
from slackapp.models import Team, Workspace
from slackapp.workspace import members
from slackapp.workspace import permissions as rights
from slackapp.workspace.permissions import Permission


def first_words(say: Voice, *, is_admin: bool) -> str:
    """What anybody reads before there is a team; admins stand before their first steps on Home."""
    if is_admin:
        return say(
            "There is no team here yet, so a thank-you stays between the two of you. "
            "The first steps stand on my Home tab."
        )
    return say(
        "Appreciate is being set up here. You can thank a colleague already; sharing with a team, check-ins "
        "and the monthly digest begin once there are teams."
    )


def has_teams(session: Session, workspace: Workspace) -> bool:
    """Whether there is any team here."""
    there = exists().where(Team.workspace_id == workspace.id, Team.closed_at.is_(None))
    return bool(session.scalar(select(there)))


def setup_note(context: Context, who: Caller) -> str:
    """A sentence for whoever is here before the first team is; nothing afterwards."""
    with context.sessions.read() as session:
        workspace = workspace_of(session, who)
        if has_teams(session, workspace):
            return ""
        member = members.find(session, workspace, who.user)
        is_admin = member is not None and rights.allows(member, Permission.SETTLE)
        say = members.language_of(workspace, member)
        return first_words(say, is_admin=is_admin)


def with_setup_note(context: Context, who: Caller, view: View) -> View:
    """A form, with that sentence above it."""
    told = setup_note(context, who)
    return view | {"blocks": [piece.context(told), *view["blocks"]]} if told else view


def message_with_setup_note(
    context: Context, who: Caller, message: tuple[str, list[Block]]
) -> tuple[str, list[Block]]:
    """A message, with that sentence before it in its text and above its blocks."""
    told, (text, blocks) = setup_note(context, who), message
    return (f"{told}\n{text}", [piece.context(told), *blocks]) if told else message
