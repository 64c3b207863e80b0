"""The admin's other listeners: settings for everyone, retention, the audit log, messages."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import partial

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlalchemy import select

from handlers.shared import revisions
from handlers.shared.context import Context
from handlers.shared.form_values import Values
from handlers.shared.modals import replace_or_open
from handlers.shared.payloads import ButtonPress, Payload, caller, press
from handlers.shared.request import Request, Scope
from handlers.workspace import settings_view
from slackapp.blocks import View, option
from slackapp.core.calendar import zones
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Team
from slackapp.outbox.kinds import topic_of
from slackapp.privacy import retention
from slackapp.workspace import attention, audit_log, members, settings
from slackapp.workspace.audit_log import Action
from slackapp.workspace.permissions import Permission

MOST_OPTIONS = 100
_WHOLE = translatable("Please enter a whole number.")


@dataclass(frozen=True, slots=True)
class WorkspaceSettings:
    """The listeners of these forms and lists."""

    context: Context

    def open_settings(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Settings for everyone]."""
        pressed = press(body)
        with Request(self.context, client, pressed.caller).read(Permission.SETTLE) as scope:
            view = settings_view.settings_form(scope.say, _current(scope))
        replace_or_open(client, pressed, view)
        ack()

    def save_settings(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Save] of the settings for everyone."""
        new_settings = _read_settings(body)
        request = Request(self.context, client, caller(body))
        request.require(Permission.SETTLE)
        request.look_up(new_settings.admins)
        with request.write(Permission.SETTLE) as scope:
            new_settings = _only_changed(scope, revisions.read(body), new_settings)
            by = settings.AuditedBy(scope.actor, scope.pseudonyms.for_actor)
            settings.save(scope.session, scope.workspace, new_settings, by=by, now=scope.now)
        request.refresh_home()
        view = settings_view.notice(scope.say, scope.say("For everyone"), scope.say("Saved."))
        ack(response_action="update", view=view)

    def zone_options(self, ack: Ack, body: Payload) -> None:
        """Time zones by name, for what was typed so far. They are no secret."""
        typed = str(body.get("value") or "").casefold().replace(" ", "_")
        matching = [zone for zone in sorted(zones()) if typed in zone.casefold()]
        ack(options=[option(zone, zone) for zone in matching[:MOST_OPTIONS]])

    def open_retention(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[How long it is kept]."""
        pressed = press(body)
        with Request(self.context, client, pressed.caller).read(Permission.SETTLE) as scope:
            limits = retention.rules(scope.session, scope.workspace)
            view = settings_view.keeping_form(scope.say, limits, retention.LIMITS)
        replace_or_open(client, pressed, view)
        ack()

    def save_retention(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Save] of how long things are kept."""
        values = Values(body)
        with Request(self.context, client, caller(body)).write(Permission.SETTLE) as scope:
            present = settings_view.limits_shown(retention.rules(scope.session, scope.workspace))
            typed = {name: _whole(values, name) for name in retention.LIMITS}
            for name, value in revisions.merged(revisions.read(body), typed, present).items():
                _set_limit(scope, name, int(value))
        say = scope.say
        view = settings_view.notice(say, say("How long it is kept"), say("Saved. It holds from tonight on."))
        ack(response_action="update", view=view)

    def open_audit_log(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Who changed what], and the pages of that list."""
        pressed = press(body)
        with Request(self.context, client, pressed.caller).read(Permission.READ_AUDIT) as scope:
            view = _audit_log(scope, skip=_skip(pressed))
        replace_or_open(client, pressed, view)
        ack()

    def open_messages(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Look at these messages], and the pages of that list."""
        pressed = press(body)
        with Request(self.context, client, pressed.caller).read(Permission.READ_HEALTH) as scope:
            view = _messages(scope, skip=_skip(pressed))
        replace_or_open(client, pressed, view)
        ack()

    def decide_message(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Send again] or [Leave it]."""
        pressed = press(body)
        request = Request(self.context, client, pressed.caller)
        is_again = pressed.action_id == settings_view.SEND_AGAIN
        decide = attention.send_again if is_again else attention.dismiss
        with request.write(Permission.SEND_AGAIN) as scope:
            decide(scope.session, scope.workspace, pressed.value, actor=scope.actor, now=scope.now)
            view = _messages(scope, skip=0)
        replace_or_open(client, pressed, view)
        request.refresh_home()
        ack()

    def send_all_again(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Send all again] of one kind."""
        pressed = press(body)
        request = Request(self.context, client, pressed.caller)
        with request.write(Permission.SEND_AGAIN) as scope:
            session, workspace = scope.session, scope.workspace
            kinds = [
                kind
                for kind in attention.unknown_by_kind(session, workspace)
                if topic_of(kind) == pressed.value
            ]
            attention.send_all_again(session, workspace, kinds, actor=scope.actor, now=scope.now)
            view = _messages(scope, skip=0)
        replace_or_open(client, pressed, view)
        request.refresh_home()
        ack()


def register(bolt: App, context: Context) -> None:
    """Listen for the forms and lists."""
    listeners = WorkspaceSettings(context)
    bolt.action(settings_view.SETTINGS)(listeners.open_settings)
    bolt.view(settings_view.SETTINGS_FORM)(listeners.save_settings)
    bolt.options(settings_view.ZONE)(listeners.zone_options)
    bolt.action(settings_view.KEEPING)(listeners.open_retention)
    bolt.view(settings_view.KEEPING_FORM)(listeners.save_retention)
    for action_id in (settings_view.AUDIT, re.compile(rf"{settings_view.AUDIT_TURN}:(previous|next)")):
        bolt.action(action_id)(listeners.open_audit_log)
    for action_id in (settings_view.MESSAGES, re.compile(rf"{settings_view.MESSAGES_TURN}:(previous|next)")):
        bolt.action(action_id)(listeners.open_messages)
    bolt.action(settings_view.SEND_AGAIN)(listeners.decide_message)
    bolt.action(settings_view.LEAVE)(listeners.decide_message)
    bolt.action(settings_view.SEND_ALL_AGAIN)(listeners.send_all_again)


def _read_settings(body: Payload) -> settings.NewSettings:
    values = Values(body)
    return settings.NewSettings(
        language=values.chosen(settings_view.LANGUAGE),
        time_zone=values.chosen(settings_view.ZONE),
        nation=values.chosen(settings_view.NATION),
        admins_read=values.ticked(settings_view.READ),
        admins=frozenset(values.people(settings_view.ADMINS)),
    )


def _current(scope: Scope) -> settings_view.CurrentSettings:
    workspace = scope.workspace
    return settings_view.CurrentSettings(
        language=workspace.language,
        zone=workspace.time_zone,
        nation=workspace.nation,
        admins_read=workspace.admins_read_digests,
        admins=tuple(admin.slack_user_id for admin in settings.named_admins(scope.session, workspace)),
    )


def _only_changed(
    scope: Scope, before: revisions.Fields, typed: settings.NewSettings
) -> settings.NewSettings:
    """The form with what stands now in each field that was not changed in it, and each admin who was not."""
    current = _current(scope)
    form = settings_view.CurrentSettings(
        typed.language, typed.time_zone, typed.nation, typed.admins_read, tuple(typed.admins)
    )
    had, has = frozenset(before.get(settings_view.ADMINS, "").split()), frozenset(current.admins)
    admins = (has | (typed.admins - had)) - (had - typed.admins) if before else typed.admins
    fields = {**settings_view.shown(form), settings_view.ADMINS: before.get(settings_view.ADMINS, "")}
    display = partial(settings_view.display, scope.say)
    values = revisions.merged(before, fields, settings_view.shown(current), display)
    return settings.NewSettings(
        language=values[settings_view.LANGUAGE],
        time_zone=values[settings_view.ZONE],
        nation=values[settings_view.NATION],
        admins_read=bool(values[settings_view.READ]),
        admins=admins,
    )


def _whole(values: Values, name: str) -> str:
    number = values.number(name)
    if number is None:
        raise UserError(_WHOLE).beside(name)
    return str(number)


def _set_limit(scope: Scope, name: str, value: int) -> None:
    before = retention.set_limit(scope.session, scope.workspace, name, value)
    if before != value:
        scope.record(Action.SETTING, name, str(before), str(value))


def _audit_log(scope: Scope, *, skip: int) -> View:
    session, workspace = scope.session, scope.workspace
    entries = audit_log.latest(session, workspace, most=settings_view.AUDIT_PAGE + 1, skip=skip)
    rows = session.execute(select(Team.id, Team.name).where(Team.workspace_id == workspace.id))
    names = settings_view.Names(scope.actor, {row.id: row.name for row in rows})
    zone = members.time_zone_of(workspace, scope.member)
    return settings_view.audit_log(scope.say, zone, entries, names, skip=skip)


def _messages(scope: Scope, *, skip: int) -> View:
    deliveries = attention.unknown_deliveries(scope.session, scope.workspace, skip=skip)
    messages = [
        settings_view.UnknownMessage(delivery.id, delivery.target, delivery.last_try)
        for delivery in deliveries
    ]
    zone = members.time_zone_of(scope.workspace, scope.member)
    unknown = settings_view.UnknownMessages(messages, _unknown_by_kind(scope))
    return settings_view.messages(scope.say, zone, unknown, page=attention.PAGE, skip=skip)


def _unknown_by_kind(scope: Scope) -> list[settings_view.KindCount]:
    counts: Counter[str] = Counter()
    for kind, count in attention.unknown_by_kind(scope.session, scope.workspace).items():
        counts[topic_of(kind)] += count
    return [settings_view.KindCount(kind, counts[kind]) for kind in settings_view.KINDS if counts[kind]]


def _skip(pressed: ButtonPress) -> int:
    return int(pressed.value) if pressed.value.isdecimal() else 0
