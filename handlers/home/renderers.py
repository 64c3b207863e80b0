"""Load and render the welcome, and its change after a press."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.home import admin_view, welcome_view
from slackapp.core.i18n import Voice, languages, voice
from slackapp.models import Cadence, Delivery, Member, Team, Workspace
from slackapp.outbox.references import MemberRef, WorkspaceRef
from slackapp.outbox.rendered import Message, Route, Skip, WaitUntil, by_kind
from slackapp.pulse import opening, welcomes
from slackapp.pulse.notices import next_allowed_time
from slackapp.pulse.schedule import upcoming
from slackapp.workspace import members
from slackapp.workspace.first_steps import FIRST_STEPS

_MOST_ADMINS = 2
"""Named as those to ask."""


@dataclass(frozen=True, slots=True)
class _Welcome:
    """The welcome in its languages, before any press."""

    spoken: list[Voice]
    introduction: welcome_view.Introduction


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The welcome after a press, and its place in Slack."""

    say: Voice
    standing: welcome_view.Standing
    channel: str
    ts: str


def _load_welcome(
    session: Session, about: MemberRef, delivery: Delivery, now: datetime
) -> _Welcome | WaitUntil | Skip:
    workspace = session.get_one(Workspace, delivery.workspace_id)
    member = session.get(Member, about.member_id)
    if member is None or not member.can_be_reached:
        return Skip("left")
    team = session.get(Team, member.team_id) if member.team_id else None
    if team is None or not workspace.pulse_on:
        return Skip("not_wanted")
    due = next_allowed_time(member, workspace, now)
    if due > now:
        return WaitUntil(due)
    first = member.language or workspace.language
    codes = sorted(languages(), key=lambda code: code != first)
    introduction = welcome_view.Introduction(
        workspace=workspace.name,
        team=team.name,
        cadence=Cadence(workspace.pulse_cadence),
        k=workspace.k,
        admins=_admins(session, workspace, member),
    )
    return _Welcome([voice(code) for code in codes], introduction)


def _welcome(content: _Welcome) -> Message:
    """Who this is, and why, before the first check-in."""
    text, layout = welcome_view.both(content.spoken, content.introduction)
    return Message(text=text, blocks=layout)


def _load_changed(session: Session, about: MemberRef, delivery: Delivery, now: datetime) -> _Chosen | Skip:
    sent = welcomes.original_delivery(session, about.member_id)
    member = session.get(Member, about.member_id)
    if sent is None or member is None:
        return Skip("not_sent")
    workspace = session.get_one(Workspace, delivery.workspace_id)
    coming = upcoming(workspace, opening.last_poll(session, workspace), now)
    say = members.language_of(workspace, member)
    quiet = (f"{member.quiet_until:%H:%M}", f"{member.quiet_from:%H:%M}")
    standing = welcome_view.Standing(
        wants_messages=member.pulse_messages,
        first_check_in=say.moment(coming.opens_at, members.time_zone_of(workspace, member)),
        hours=quiet if member.quiet_from != member.quiet_until else None,
    )
    return _Chosen(say, standing, sent.slack_channel_id or "", sent.slack_ts or "")


def _changed(content: _Chosen) -> Message:
    """The same message, in the language that was pressed."""
    text, layout = welcome_view.chosen(content.say, content.standing)
    return Message(text=text, blocks=layout, channel=content.channel, replaces=content.ts)


def _load_first_steps(session: Session, _about: WorkspaceRef, delivery: Delivery, _now: datetime) -> Voice:
    workspace = session.get_one(Workspace, delivery.workspace_id)
    # Whoever installed it may not have been met yet.
    return members.language_of(workspace, members.find(session, workspace, delivery.target))


def _first_steps(say: Voice) -> Message:
    """To whoever installed the app."""
    text, layout = admin_view.first_steps_message(say)
    return Message(text=text, blocks=layout)


def _admins(session: Session, workspace: Workspace, member: Member) -> tuple[str, ...]:
    """Those to ask: whom the workspace named for it, else its Slack admins."""
    admins = select(Member).where(
        Member.workspace_id == workspace.id,
        Member.is_admin | Member.named_admin,
        Member.id != member.id,
        Member.left.is_(False),
    )
    rows = session.scalars(admins.order_by(Member.named_admin.desc(), Member.name, Member.id))
    reachable = [admin.slack_user_id for admin in rows if admin.can_be_reached]
    return tuple(reachable[:_MOST_ADMINS])


ROUTES = by_kind(
    Route(welcomes.WELCOME, _load_welcome, _welcome),
    Route(welcomes.WELCOME_CHANGED, _load_changed, _changed),
    Route(FIRST_STEPS, _load_first_steps, _first_steps),
)
