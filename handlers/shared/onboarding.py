"""Texts for a workspace that has no team yet, wherever a person first uses the app."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from handlers.shared.request import Request
from slackapp import blocks
from slackapp.blocks import TextAndBlocks, View
from slackapp.core.i18n import Voice
from slackapp.models import Team, Workspace
from slackapp.workspace import permissions
from slackapp.workspace.permissions import Permission


def first_words(say: Voice, *, is_admin: bool) -> str:
    """The text before there is a team; an admin's Home tab shows the first steps below it."""
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
    """Return whether the workspace has any team."""
    has_open_team = exists().where(Team.workspace_id == workspace.id, Team.closed_at.is_(None))
    return bool(session.scalar(select(has_open_team)))


def setup_note(request: Request) -> str:
    """Return a sentence for callers before the first team; empty afterwards."""
    with request.read(look_up=False) as scope:
        if has_teams(scope.session, scope.workspace):
            return ""
        is_admin = scope.member is not None and permissions.allows(scope.member, Permission.SETTLE)
    return first_words(scope.say, is_admin=is_admin)


def with_setup_note(request: Request, view: View) -> View:
    """Return a form with that sentence above it."""
    note = setup_note(request)
    return view | {"blocks": [blocks.context(note), *view["blocks"]]} if note else view


def message_with_setup_note(request: Request, message: TextAndBlocks) -> TextAndBlocks:
    """Return a message with that sentence before its text and above its blocks."""
    note, (text, layout) = setup_note(request), message
    return TextAndBlocks(f"{note}\n{text}", [blocks.context(note), *layout]) if note else message
