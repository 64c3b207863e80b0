"""The digest: its figures as text, reading it on demand, how often a team is asked, handing it on."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from handlers.digest import admin as digest_admin
from handlers.digest import command_view, payloads, promises
from handlers.shared.context import Context
from handlers.shared.modals import push_or_open, replace_or_open
from handlers.shared.payloads import Caller, Payload, caller, press
from handlers.shared.people import voice_for, workspace_of
from reports import queries
from reports.figures.team_month import as_shared
from reports.publishing import failures as noticing
from reports.publishing import loading as telling
from reports.publishing import message
from reports.publishing import notices_view as view
from reports.publishing import schedule as digest
from slackapp import blocks as piece
from slackapp.blocks import Block
from slackapp.core.calendar import month_before, month_of
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.digest import readers as rights
from slackapp.models import Digest, Member, Pace, Team, Workspace
from slackapp.pulse import frequency as pace
from slackapp.workspace import members

_Told = tuple[str, list[Block]]
"""What a command answers: its text and its blocks."""

COMMAND = "/digest"
NOT_YOURS = translatable("This digest is for somebody else.")
_NOTHING_YET = translatable(
    "There is no digest for you to read yet. Leaders get one each month, and may share it."
)
_NO_TEAM = translatable("I don't know a team “{team}” whose digest you may read. You may read: {teams}.")
_NO_MONTH = translatable("There is no month “{said}”. Write one by its name, or as in {example}.")
_NOT_SHARED = translatable(
    "The digest of {team} for {month} has not been opened to you. Its leader can share it."
)
_NOT_OUT = translatable("That month's digest comes out on {day}.")
_TOO_EARLY = translatable("Digests here begin with {month}.")
_NEAR = timedelta(days=300)
"""A day that is nearer is known without its year."""
_PACES = {message.MONTHLY: Pace.MONTHLY, message.PAUSE: Pace.PAUSED, message.KEEP: Pace.EVERY}


@dataclass(frozen=True, slots=True)
class Digests:
    """The listeners of the digest."""

    context: Context
    open_admin: Callable[[WebClient, Caller], None]

    def command(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """`/digest`, with or without a team and a month; or `/digest admin`."""
        if payloads.is_admin(body):
            self.open_admin(client, caller(body))
            ack()
            return
        asked = payloads.asked(body, voice_for(self.context, caller(body)))
        # In a transaction of its own: what is noticed stays noticed, though the answer be a refusal.
        with self.context.sessions.begin() as session:
            noticing.ask_to_hand_on(session, workspace_of(session, asked.caller), self.context.now())
        self.context.wake()
        text, blocks = self._answer(asked)
        ack(text=text, blocks=blocks)

    def choose(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """A team's button in the answer to `/digest`."""
        pressed = press(body)
        with self.context.sessions.read() as session:
            reader = self._reader(session, pressed.caller)
            team = session.get(Team, pressed.value)
            if team is None:
                raise UserError(NOT_YOURS)
            _, blocks = self._told(session, reader, team, None)
        say = voice_for(self.context, pressed.caller)
        made = piece.notice(say, say("Digest"), blocks)
        push_or_open(client, pressed, made)
        ack()

    def send(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Send me the pictures], under a digest read on demand."""
        pressed = press(body)
        team_id, _, month = pressed.value.partition(":")
        with self.context.sessions.begin() as session:
            reader = self._reader(session, pressed.caller)
            team = session.get(Team, team_id)
            if team is None or not self._may(session, reader, team, month):
                raise UserError(NOT_YOURS)
            self._must_be_out(session.get_one(Workspace, team.workspace_id), reader, month)
            fresh = digest.send(session, reader, team=team, month=month, now=self.context.now())
        self.context.wake()
        say = voice_for(self.context, pressed.caller)
        on_its_way = say("It is on its way to you as a direct message.")
        there = say("It was sent to you before: look among my messages to you.")
        told = piece.section(on_its_way if fresh else there)
        replace_or_open(client, pressed, piece.notice(say, say("Digest"), [told]))
        ack()

    def figures(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Figures as text], under the digest's message."""
        pressed = press(body)
        with self.context.sessions.read() as session:
            found = session.get(Digest, pressed.value)
            reader = members.find(session, workspace_of(session, pressed.caller), pressed.caller.user)
            team = session.get(Team, found.team_id) if found else None
            if found is None or reader is None or team is None:
                raise UserError(NOT_YOURS)
            theirs = found.recipient_id == reader.id and not reader.left
            if not (theirs or self._may(session, reader, team, found.month)):
                raise UserError(NOT_YOURS)
            _, month = telling.load(session, found)
            ours = not self._leads(session, reader, team, found.month)
            say = members.language_of(workspace_of(session, pressed.caller), reader)
            today = self._today(workspace_of(session, pressed.caller))
        told = message.modal(say, as_shared(month) if ours else month, today, ours=ours)
        client.views_open(trigger_id=pressed.caller.trigger_id, view=told)
        ack()

    def slow(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Once a month], [Pause] or [Keep it]."""
        pressed = press(body)
        chosen = _PACES[pressed.action_id]
        with self.context.sessions.begin() as session:
            found = session.get(Digest, pressed.value)
            reader = self._reader(session, pressed.caller)
            if found is None:
                raise UserError(NOT_YOURS)
            team = rights.require_led_team(session, found.team_id, reader, self.context.now())
            pace.set_frequency(session, team, chosen, by=reader, now=self.context.now())
            name = team.name
        replace_or_open(
            client, pressed, command_view.pace(voice_for(self.context, pressed.caller), name, chosen)
        )
        ack()

    def hand_on(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Hand them on]."""
        pressed = press(body)
        with self.context.sessions.begin() as session:
            reader = self._reader(session, pressed.caller)
            team = session.get(Team, pressed.value)
            if team is None:
                raise UserError(NOT_YOURS)
            rights.hand_on(session, team, by=reader)
            name = team.name
        replace_or_open(
            client, pressed, command_view.handed_on(voice_for(self.context, pressed.caller), name)
        )
        ack()

    def _answer(self, asked: payloads.DigestCommand) -> _Told:
        with self.context.sessions.read() as session:
            reader = self._reader(session, asked.caller)
            workspace = workspace_of(session, asked.caller)
            found = rights.readable_teams(session, reader, self.context.now())
            if not found:
                raise UserError(_NOTHING_YET)
            say = members.language_of(workspace, reader)
            matching = _matching(found, asked.team)
            this = month_of(self.context.now(), workspace.time_zone)
            if not matching and asked.no_month:
                raise UserError(_NO_MONTH, said=asked.no_month, example=month_before(this))
            if not matching:
                names = say.listing(one.name for one in found[:10])
                raise UserError(_NO_TEAM, team=piece.shortened(asked.team, 80), teams=names)
            if len(matching) > 1:
                return command_view.teams(say, [(one.id, one.name) for one in matching])
            return self._told(session, reader, matching[0], asked.before(this))

    def _told(self, session: Session, reader: Member, team: Team, month: str | None) -> _Told:
        """One digest as text, when this person may read it."""
        workspace = session.get_one(Workspace, team.workspace_id)
        say = members.language_of(workspace, reader)
        wanted = month or digest.latest(workspace, self.context.now()).month
        name = say.month(_first_day(wanted), year=True)
        if not self._may(session, reader, team, wanted):
            raise UserError(_NOT_SHARED, team=team.name, month=name)
        self._must_be_out(workspace, reader, wanted)
        told = queries.months(session, workspace, wanted, [team])[team.id]
        if self._leads(session, reader, team, wanted):
            return message.on_demand(say, told, send=f"{team.id}:{wanted}", today=self._today(workspace))
        return message.on_demand(say, as_shared(told), send=None, today=self._today(workspace))

    def _today(self, workspace: Workspace) -> date:
        return self.context.now().astimezone(ZoneInfo(workspace.time_zone)).date()

    def _must_be_out(self, workspace: Workspace, reader: Member, month: str) -> None:
        """A month's figures are nobody's before its digests are."""
        say = members.language_of(workspace, reader)
        if (out := digest.published(workspace, month)) > self.context.now():
            far = out - self.context.now() > _NEAR
            raise UserError(_NOT_OUT, day=say.moment(out, members.time_zone_of(workspace, reader), year=far))
        if workspace.digests_from and month < workspace.digests_from:
            raise UserError(_TOO_EARLY, month=say.month(_first_day(workspace.digests_from), year=True))

    def _may(self, session: Session, reader: Member, team: Team, month: str) -> bool:
        return rights.may_read(session, reader, team, month, at=self._moments(session, team, month))

    def _leads(self, session: Session, reader: Member, team: Team, month: str) -> bool:
        return rights.may_read_all(session, reader, team, at=self._moments(session, team, month))

    def _moments(self, session: Session, team: Team, month: str) -> dict[str, datetime]:
        workspace = session.get_one(Workspace, team.workspace_id)
        return {"now": self.context.now(), "published": digest.published(workspace, month)}

    def _reader(self, session: Session, who: Caller) -> Member:
        found = members.find(session, workspace_of(session, who), who.user)
        if found is None:
            raise UserError(_NOTHING_YET)
        return found


def register(bolt: App, context: Context) -> None:
    """Listen for the command and the digest's buttons."""
    listeners = Digests(context, digest_admin.register(bolt, context))
    bolt.command(COMMAND)(listeners.command)
    bolt.action(re.compile(rf"{command_view.CHOOSE}:\d+"))(listeners.choose)
    bolt.action(message.SEND)(listeners.send)
    bolt.action(message.FIGURES)(listeners.figures)
    for action_id in _PACES:
        bolt.action(action_id)(listeners.slow)
    bolt.action(view.HAND_ON)(listeners.hand_on)
    promises.register(bolt, context)


def _matching(found: Sequence[Team], typed: str) -> list[Team]:
    """The teams whose name is, or else begins with, or else holds what was typed."""
    wanted = " ".join(typed.casefold().split())
    names = {one.id: " ".join(one.name.casefold().split()) for one in found}
    tests = (
        lambda name: name == wanted,
        lambda name: name.startswith(wanted),
        lambda name: wanted in name,
    )
    several = ([one for one in found if test(names[one.id])] for test in tests)
    return next((some for some in several if some), [])


def _first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")
