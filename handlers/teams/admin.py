"""The teams as an admin looks after them: find one, change it, end it, make one, say who belongs to it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy.orm import Session

from handlers.shared.channels import groups
from handlers.shared.context import Context
from handlers.shared.form_values import Values
from handlers.shared.modals import push_or_open, replace_or_open
from handlers.shared.payloads import Caller, Payload, caller, press
from handlers.shared.request import actor, as_admin
from handlers.teams import admin_view as view
from handlers.teams import form as team_form
from handlers.teams.wizard import MOST_OPTIONS, announce
from slackapp import teams as units
from slackapp.blocks import View, option
from slackapp.core.i18n import Voice
from slackapp.models import Member, Team, Workspace
from slackapp.teams.listing import PAGE
from slackapp.workspace import audit_log as audit
from slackapp.workspace import members
from slackapp.workspace.permissions import Permission

_LIST_CLOSED = frozenset({"not_found", "view_not_found"})
Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class TeamAdmin:
    """The listeners around the list of teams and one team's form."""

    context: Context

    def listed(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Teams], and the pages of the list."""
        pressed = press(body)
        skip = int(pressed.value) if pressed.value.isdecimal() else 0
        made = self._as_admin(client, pressed.caller, lambda *those: _list(*those, skip=skip))
        replace_or_open(client, pressed, made)
        ack()

    def open(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Open], [New team], or a team that was found by name."""
        pressed = press(body)
        team_id = "" if pressed.action_id == view.NEW_TEAM else pressed.value
        shown = self._as_admin(client, pressed.caller, lambda *those: _form(*those, team_id=team_id))
        push_or_open(client, pressed, shown)
        ack()

    def save(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Save] of a team's form."""
        who, team_id = caller(body), body["view"]["private_metadata"]
        # Asked before Slack is: nobody else is to learn from the answer which channels there are.
        now = self._as_admin(client, who, lambda *those: team_form.shares_in(*those[:2], team_id=team_id))
        filled = team_form.read_form(client, body, now)

        def deed(session: Session, workspace: Workspace, member: Member, say: Voice) -> View:
            team = self._save(session, workspace, member, filled)
            return _form(session, workspace, member, say, team_id=team.id, told=say("Saved."))

        made = self._as_admin(client, filled.who, deed)
        self.context.wake()
        self.context.refresh_home(client, who)
        self._refresh_list(client, body)
        ack(response_action="update", view=made)

    def end(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[End this team], already confirmed."""
        pressed, team_id = press(body), body["view"]["private_metadata"]

        def deed(session: Session, workspace: Workspace, member: Member, say: Voice) -> View:
            team, now = units.of(session, workspace, team_id), self.context.now()
            name = team.name
            units.end(session, workspace, team, now=now)
            entry = audit.NewEntry(actor(self.context, member), audit.Action.TEAM_ENDED, team.id)
            audit.record(session, workspace, entry, now=now)
            return view.ended(say, name)

        replace_or_open(client, pressed, self._as_admin(client, pressed.caller, deed))
        self._refresh_list(client, body)
        ack()

    def people(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Who belongs to it], and the pages of that list."""
        pressed = press(body)
        is_page = pressed.action_id.startswith(view.PEOPLE_TURN)
        team_id = body["view"]["private_metadata"].partition(":")[0] if is_page else pressed.value
        skip = int(pressed.value) if is_page and pressed.value.isdecimal() else 0
        made = self._as_admin(
            client,
            pressed.caller,
            lambda session, workspace, _member, say: _people(session, workspace, say, (team_id, skip)),
        )
        (replace_or_open if is_page else push_or_open)(client, pressed, made)
        ack()

    def save_people(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Save] below a team's people."""
        who, found = caller(body), Values(body)
        team_id, _, saved = body["view"]["private_metadata"].partition(":")
        wanted_in, wanted_out = found.people(view.PUT_IN), found.people(view.TAKE_OUT)

        def deed(session: Session, workspace: Workspace, member: Member, say: Voice) -> View:
            team = units.of(session, workspace, team_id)
            people = members.get_all(session, workspace, [*wanted_in, *wanted_out])
            went = units.unassign(session, team, [people[one] for one in wanted_out])
            came = units.assign(session, team, [people[one] for one in wanted_in])
            if came.joined or went:
                values = (str(went), str(came.joined))
                entry = audit.NewEntry(
                    actor(self.context, member), audit.Action.TEAM_PEOPLE, team.id, *values
                )
                audit.record(session, workspace, entry, now=self.context.now())
            told = view.put(say, came, went)
            shown, roll = (
                team_form.current_form(session, workspace, team_id),
                units.member_page(session, team),
            )
            return view.people(say, shown, roll, told=told, saved=int(saved) + 1)

        ack(response_action="update", view=self._as_admin(client, who, deed))

    def following(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """What a team can follow, for what was typed so far."""
        who, typed = caller(body), str(body.get("value") or "").casefold().strip()
        say = self._as_admin(client, who, lambda _session, _workspace, _member, say: say)
        options = view.following_options(say, groups(client))
        ack(options=[one for one in options if typed in one["text"]["text"].casefold()][:MOST_OPTIONS])

    def found(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """Teams by name, for what was typed so far."""
        typed = str(body.get("value") or "")
        found = self._as_admin(
            client,
            caller(body),
            lambda session, workspace, _member, _say: units.search(session, workspace, typed),
        )
        ack(options=[option(*one) for one in found[:MOST_OPTIONS]])

    def _as_admin(self, client: WebClient, who: Caller, deed: Callable[..., Told]) -> Told:
        return as_admin(self.context, client, who, deed, Permission.CHANGE_TEAM)

    def _save(self, session: Session, workspace: Workspace, member: Member, filled: team_form.Filled) -> Team:
        now, before = self.context.now(), None
        if filled.team_id:
            team = units.of(session, workspace, filled.team_id)
            before = team.slack_channel_id
            changed = units.change(session, workspace, team, filled.wish)
            deed = audit.Action.TEAM_CHANGED
        else:
            team = units.make(session, workspace, filled.wish)
            changed, deed = [], audit.Action.TEAM_MADE
        changed += team_form.follow(session, workspace, team, filled, now)
        if changed or deed is audit.Action.TEAM_MADE:
            what = ", ".join(changed)[:64] or None
            audit.record(
                session,
                workspace,
                audit.NewEntry(actor(self.context, member), deed, team.id, after=what),
                now=now,
            )
        if team.slack_channel_id != before:
            announce(session, workspace, team, member, self.context)
        return team

    def _refresh_list(self, client: WebClient, body: Payload) -> None:
        """The list below shows what has just become of the team."""
        below = body["view"].get("root_view_id")
        if below in {None, body["view"]["id"]}:
            return
        made = self._as_admin(client, caller(body), lambda *those: _list(*those, skip=0))
        try:
            client.views_update(view_id=below, view=made)
        except SlackApiError as refused:
            # The list was closed meanwhile, or the form was opened from Home.
            if refused.response.get("error") not in _LIST_CLOSED:
                raise


def register(bolt: App, context: Context) -> None:
    """Listen for the list, the form and the people."""
    listeners = TeamAdmin(context)
    for action_id in (view.TEAMS, re.compile(rf"{view.TURN}:(previous|next)")):
        bolt.action(action_id)(listeners.listed)
    for action_id in (view.NEW_TEAM, view.OPEN, view.FIND):
        bolt.action(action_id)(listeners.open)
    for action_id in (view.PEOPLE, re.compile(rf"{view.PEOPLE_TURN}:(previous|next)")):
        bolt.action(action_id)(listeners.people)
    bolt.action(view.END)(listeners.end)
    bolt.view(view.FORM)(listeners.save)
    bolt.view(view.PEOPLE_FORM)(listeners.save_people)
    bolt.options(view.FOLLOWS)(listeners.following)
    bolt.options(view.FIND)(listeners.found)


def _list(session: Session, workspace: Workspace, _member: Member, say: Voice, *, skip: int) -> View:
    found = [team_id for team_id, _ in units.search(session, workspace)]
    return view.listed(say, units.page(session, found[skip : skip + PAGE]), skip=skip, total=len(found))


def _form(
    session: Session, workspace: Workspace, _member: Member, say: Voice, *, team_id: str, told: str = ""
) -> View:
    shown = team_form.current_form(session, workspace, team_id) if team_id else view.TeamDetails()
    return view.form(say, shown, told=told)


def _people(session: Session, workspace: Workspace, say: Voice, page: tuple[str, int]) -> View:
    """A team's people; `page` is the team's id and how many to pass over."""
    team_id, skip = page
    roll = units.member_page(session, units.of(session, workspace, team_id), skip=skip)
    return view.people(say, team_form.current_form(session, workspace, team_id), roll)
