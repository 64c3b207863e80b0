"""The office's other rooms: settings for everyone, how long things are kept, who changed what, messages."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.shared.context import Context
from handlers.shared.form_values import Values
from handlers.shared.modals import replace_or_open
from handlers.shared.payloads import ButtonPress, Caller, Payload, caller, press
from handlers.shared.request import actor, as_admin
from handlers.workspace import settings_view as view
from slackapp.blocks import View, option
from slackapp.core.calendar import zones
from slackapp.core.errors import UserError
from slackapp.core.i18n import Voice, translatable
from slackapp.models import Member, Team, Workspace
from slackapp.outbox.kinds import topic_of
from slackapp.privacy import retention
from slackapp.workspace import attention as troubles
from slackapp.workspace import audit_log as audit
from slackapp.workspace import members
from slackapp.workspace import settings as settling
from slackapp.workspace.permissions import Permission

MOST_OPTIONS = 100
Told = TypeVar("Told")
_WHOLE = translatable("Please enter a whole number.")


@dataclass(frozen=True, slots=True)
class WorkspaceSettings:
    """The listeners of these rooms."""

    context: Context

    def settings(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Settings for everyone]."""

        def made(session: Session, workspace: Workspace, _member: Member, say: Voice) -> View:
            return view.settings_form(say, _chosen(session, workspace))

        self._shown(ack, body, client, made)

    def save_settings(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Save] of the settings for everyone."""
        found = Values(body)
        wanted = settling.NewSettings(
            language=found.chosen(view.LANGUAGE),
            time_zone=found.chosen(view.ZONE),
            nation=found.chosen(view.NATION),
            admins_read=found.ticked(view.READ),
            admins=frozenset(found.people(view.ADMINS)),
        )

        def deed(session: Session, workspace: Workspace, member: Member, say: Voice) -> View:
            who = actor(self.context, member)
            settling.save(session, workspace, wanted, actor=who, now=self.context.now())
            return view.notice(say, say("For everyone"), say("Saved."))

        saved = self._as_admin(client, caller(body), deed)
        self.context.refresh_home(client, caller(body))
        ack(response_action="update", view=saved)

    def zones(self, ack: Ack, body: Payload) -> None:
        """Time zones by name, for what was typed so far. They are no secret."""
        typed = str(body.get("value") or "").casefold().replace(" ", "_")
        found = [one for one in sorted(zones()) if typed in one.casefold()]
        ack(options=[option(one, one) for one in found[:MOST_OPTIONS]])

    def keeping(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[How long it is kept]."""

        def made(session: Session, workspace: Workspace, _member: Member, say: Voice) -> View:
            return view.keeping_form(say, retention.rules(session, workspace), retention.LIMITS)

        self._shown(ack, body, client, made)

    def save_keeping(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Save] of how long things are kept."""
        found = Values(body)
        wanted = {name: found.number(name) for name in retention.LIMITS}

        def deed(session: Session, workspace: Workspace, member: Member, say: Voice) -> View:
            for name, value in wanted.items():
                if value is None:
                    raise UserError(_WHOLE).beside(name)
                before = retention.set_limit(session, workspace, name, value)
                if before != value:
                    values = (name, str(before), str(value))
                    entry = audit.NewEntry(actor(self.context, member), audit.Action.SETTING, *values)
                    audit.record(session, workspace, entry, now=self.context.now())
            return view.notice(say, say("How long it is kept"), say("Saved. It holds from tonight on."))

        ack(response_action="update", view=self._as_admin(client, caller(body), deed))

    def audit(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Who changed what], and the pages of that list."""
        skip = _skip(press(body))

        def made(session: Session, workspace: Workspace, member: Member, say: Voice) -> View:
            entries = audit.latest(session, workspace, most=view.AUDIT_PAGE + 1, skip=skip)
            rows = session.execute(select(Team.id, Team.name).where(Team.workspace_id == workspace.id))
            names = view.Names(actor(self.context, member), {row.id: row.name for row in rows})
            return view.audit(say, members.time_zone_of(workspace, member), entries, names, skip=skip)

        self._shown(ack, body, client, made, Permission.READ_AUDIT)

    def messages(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Look at these messages], and the pages of that list."""
        skip = _skip(press(body))
        self._shown(ack, body, client, lambda *those: _messages(*those, skip=skip), Permission.READ_HEALTH)

    def seen_to(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Send again] or [Leave it]."""
        pressed = press(body)
        deed = troubles.send_again if pressed.action_id == view.SEND_AGAIN else troubles.dismiss

        def done(session: Session, workspace: Workspace, member: Member, say: Voice) -> View:
            deed(session, workspace, pressed.value, actor=actor(self.context, member), now=self.context.now())
            return _messages(session, workspace, member, say, skip=0)

        replace_or_open(
            client, pressed, as_admin(self.context, client, pressed.caller, done, Permission.SEND_AGAIN)
        )
        self.context.refresh_home(client, pressed.caller)
        self.context.wake()
        ack()

    def all_seen_to(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Send all again] of one kind."""
        pressed = press(body)

        def done(session: Session, workspace: Workspace, member: Member, say: Voice) -> View:
            chosen = [
                kind
                for kind in troubles.unknown_by_kind(session, workspace)
                if topic_of(kind) == pressed.value
            ]
            who = actor(self.context, member)
            troubles.send_all_again(session, workspace, chosen, actor=who, now=self.context.now())
            return _messages(session, workspace, member, say, skip=0)

        replace_or_open(
            client, pressed, as_admin(self.context, client, pressed.caller, done, Permission.SEND_AGAIN)
        )
        self.context.refresh_home(client, pressed.caller)
        self.context.wake()
        ack()

    def _shown(
        self,
        ack: Ack,
        body: Payload,
        client: WebClient,
        made: Callable[[Session, Workspace, Member, Voice], View],
        deed: Permission = Permission.SETTLE,
    ) -> None:
        pressed = press(body)
        replace_or_open(client, pressed, as_admin(self.context, client, pressed.caller, made, deed))
        ack()

    def _as_admin(self, client: WebClient, who: Caller, deed: Callable[..., Told]) -> Told:
        return as_admin(self.context, client, who, deed)


def register(bolt: App, context: Context) -> None:
    """Listen for the rooms."""
    rooms = WorkspaceSettings(context)
    bolt.action(view.SETTINGS)(rooms.settings)
    bolt.view(view.SETTINGS_FORM)(rooms.save_settings)
    bolt.options(view.ZONE)(rooms.zones)
    bolt.action(view.KEEPING)(rooms.keeping)
    bolt.view(view.KEEPING_FORM)(rooms.save_keeping)
    for action_id in (view.AUDIT, re.compile(rf"{view.AUDIT_TURN}:(previous|next)")):
        bolt.action(action_id)(rooms.audit)
    for action_id in (view.MESSAGES, re.compile(rf"{view.MESSAGES_TURN}:(previous|next)")):
        bolt.action(action_id)(rooms.messages)
    bolt.action(view.SEND_AGAIN)(rooms.seen_to)
    bolt.action(view.LEAVE)(rooms.seen_to)
    bolt.action(view.SEND_ALL_AGAIN)(rooms.all_seen_to)


def _chosen(session: Session, workspace: Workspace) -> view.Chosen:
    named = settling.named_admins(session, workspace)
    return view.Chosen(
        language=workspace.language,
        zone=workspace.time_zone,
        nation=workspace.nation,
        admins_read=workspace.admins_read_digests,
        admins=tuple(one.slack_user_id for one in named),
    )


def _messages(session: Session, workspace: Workspace, member: Member, say: Voice, *, skip: int) -> View:
    found = troubles.unknown_deliveries(session, workspace, skip=skip)
    sent = [view.Sent(one.id, one.target, one.last_try) for one in found]
    zone = members.time_zone_of(workspace, member)
    unknown = view.Unknown(sent, _in_doubt(session, workspace))
    return view.messages(say, zone, unknown, page=troubles.PAGE, skip=skip)


def _in_doubt(session: Session, workspace: Workspace) -> list[view.InDoubt]:
    counts: Counter[str] = Counter()
    for kind, count in troubles.unknown_by_kind(session, workspace).items():
        counts[topic_of(kind)] += count
    return [view.InDoubt(kind, counts[kind]) for kind in view.KINDS if counts[kind]]


def _skip(pressed: ButtonPress) -> int:
    return int(pressed.value) if pressed.value.isdecimal() else 0
