"""The admin's listeners for teams: find, change, end and make a team, and choose its members."""

import re
from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from handlers.shared.channels import groups
from handlers.shared.context import Context
from handlers.shared.form_values import Values
from handlers.shared.modals import push_or_open, replace_or_open
from handlers.shared.payloads import Payload, caller, press
from handlers.shared.request import Request, Scope
from handlers.teams import admin_view, form
from handlers.teams.wizard import MOST_OPTIONS, announce
from slackapp import teams
from slackapp.blocks import View, option
from slackapp.models import ProposalKind, Team
from slackapp.teams import moves, proposals
from slackapp.teams.listing import PAGE
from slackapp.workspace import audit_log, members
from slackapp.workspace.audit_log import Action, NewEntry
from slackapp.workspace.permissions import Permission

_LIST_CLOSED = frozenset({"not_found", "view_not_found"})


@dataclass(frozen=True, slots=True)
class TeamAdmin:
    """The listeners around the list of teams and one team's form."""

    context: Context

    def open_list(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Teams], and the pages of the list."""
        pressed = press(body)
        skip = int(pressed.value) if pressed.value.isdecimal() else 0
        with Request(self.context, client, pressed.caller).read(Permission.CHANGE_TEAM) as scope:
            view = _list(scope, skip=skip)
        replace_or_open(client, pressed, view)
        ack()

    def open(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Open], [New team], or a team that was found by name."""
        pressed = press(body)
        team_id = "" if pressed.action_id == admin_view.NEW_TEAM else pressed.value
        with Request(self.context, client, pressed.caller).read(Permission.CHANGE_TEAM) as scope:
            view = _form(scope, team_id)
        push_or_open(client, pressed, view)
        ack()

    def save(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Save] of a team's form."""
        request = Request(self.context, client, caller(body))
        # Check the permission before Slack is called: the answer would reveal which channels exist.
        with request.read(Permission.CHANGE_TEAM) as scope:
            channel = form.shared_channel(scope.session, scope.workspace, team_id=form.read_carried(body)[0])
        filled = form.read_form(client, body, channel)
        request.look_up([filled.wish.leader or "", filled.wish.deputy or ""])
        with request.write(Permission.CHANGE_TEAM) as scope:
            team = _save(scope, filled)
            view = _form(scope, team.id, note=scope.say("Saved."))
        request.refresh_home()
        self._refresh_list(request, body)
        ack(response_action="update", view=view)

    def end(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[End this team], already confirmed."""
        pressed = press(body)
        request = Request(self.context, client, pressed.caller)
        with request.write(Permission.CHANGE_TEAM) as scope:
            team = teams.of(scope.session, scope.workspace, form.read_carried(body)[0])
            # Ending a team removes its name.
            name, before = team.name, moves.placement(scope.session, scope.workspace)
            teams.end(scope.session, scope.workspace, team, now=scope.now)
            moves.tell_moved(scope.session, scope.workspace, before, now=scope.now)
            scope.record(Action.TEAM_ENDED, team.id)
        replace_or_open(client, pressed, admin_view.ended(scope.say, name))
        self._refresh_list(request, body)
        ack()

    def open_people(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Who belongs to it], and the pages of that list."""
        pressed = press(body)
        is_page = pressed.action_id.startswith(admin_view.PEOPLE_TURN)
        team_id = body["view"]["private_metadata"].partition(":")[0] if is_page else pressed.value
        skip = int(pressed.value) if is_page and pressed.value.isdecimal() else 0
        with Request(self.context, client, pressed.caller).read(Permission.CHANGE_TEAM) as scope:
            view = _people(scope, team_id, skip=skip)
        (replace_or_open if is_page else push_or_open)(client, pressed, view)
        ack()

    def save_people(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Save] below a team's people."""
        values = Values(body)
        team_id, _, saved = body["view"]["private_metadata"].partition(":")
        put_in, take_out = values.people(admin_view.PUT_IN), values.people(admin_view.TAKE_OUT)
        request = Request(self.context, client, caller(body))
        request.require(Permission.CHANGE_TEAM)
        request.look_up([*put_in, *take_out])
        with request.write(Permission.CHANGE_TEAM) as scope:
            note = _change_people(scope, team_id, put_in, take_out)
            view = _people(scope, team_id, note=note, saved=int(saved) + 1)
        ack(response_action="update", view=view)

    def membership_options(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """What a team's membership can follow, for what was typed so far."""
        typed = str(body.get("value") or "").casefold().strip()
        with Request(self.context, client, caller(body)).read(Permission.CHANGE_TEAM) as scope:
            say = scope.say
        options = admin_view.following_options(say, groups(client))
        matching = [choice for choice in options if typed in choice["text"]["text"].casefold()]
        ack(options=matching[:MOST_OPTIONS])

    def team_options(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """Teams by name, for what was typed so far."""
        typed = str(body.get("value") or "")
        with Request(self.context, client, caller(body)).read(Permission.CHANGE_TEAM) as scope:
            matching = teams.search(scope.session, scope.workspace, typed)
        ack(options=[option(team_id, name) for team_id, name in matching[:MOST_OPTIONS]])

    def _refresh_list(self, request: Request, body: Payload) -> None:
        """Show the change in the list below the form, where there is one."""
        list_id = body["view"].get("root_view_id")
        if list_id in {None, body["view"]["id"]}:
            return
        with request.read(Permission.CHANGE_TEAM) as scope:
            view = _list(scope, skip=0)
        try:
            request.client.views_update(view_id=list_id, view=view)
        except SlackApiError as error:
            # The list was closed meanwhile, or the form was opened from Home.
            if error.response.get("error") not in _LIST_CLOSED:
                raise


def register(bolt: App, context: Context) -> None:
    """Listen for the list, the form and the people."""
    listeners = TeamAdmin(context)
    for action_id in (admin_view.TEAMS, re.compile(rf"{admin_view.TURN}:(previous|next)")):
        bolt.action(action_id)(listeners.open_list)
    for action_id in (admin_view.NEW_TEAM, admin_view.OPEN, admin_view.FIND):
        bolt.action(action_id)(listeners.open)
    for action_id in (admin_view.PEOPLE, re.compile(rf"{admin_view.PEOPLE_TURN}:(previous|next)")):
        bolt.action(action_id)(listeners.open_people)
    bolt.action(admin_view.END)(listeners.end)
    bolt.view(admin_view.FORM)(listeners.save)
    bolt.view(admin_view.PEOPLE_FORM)(listeners.save_people)
    bolt.options(admin_view.FOLLOWS)(listeners.membership_options)
    bolt.options(admin_view.FIND)(listeners.team_options)


def _list(scope: Scope, *, skip: int) -> View:
    team_ids = [team_id for team_id, _ in teams.search(scope.session, scope.workspace)]
    page = teams.page(scope.session, team_ids[skip : skip + PAGE])
    return admin_view.team_list(scope.say, page, skip=skip, total=len(team_ids))


def _form(scope: Scope, team_id: str, *, note: str = "") -> View:
    details = form.current_form(scope.session, scope.workspace, team_id) if team_id else None
    return admin_view.form(scope.say, details or admin_view.TeamDetails(), note=note)


def _people(scope: Scope, team_id: str, *, skip: int = 0, note: str = "", saved: int = 0) -> View:
    team = teams.of(scope.session, scope.workspace, team_id)
    page = teams.member_page(scope.session, team, skip=skip)
    details = form.current_form(scope.session, scope.workspace, team_id)
    return admin_view.people(scope.say, details, page, note=note, saved=saved)


def _save(scope: Scope, filled: form.Filled) -> Team:
    """Make or change the team, record it in the audit log, and announce it in a new channel."""
    session, workspace, channel = scope.session, scope.workspace, None
    before = moves.placement(session, workspace)
    if filled.team_id:
        team = teams.of(session, workspace, filled.team_id)
        channel, fields = team.slack_channel_id, _fields(scope, team)
        filled = form.only_changed(session, workspace, filled)
        changes, action = teams.change(session, workspace, team, filled.wish), Action.TEAM_CHANGED
    else:
        team, fields = teams.make(session, workspace, filled.wish), {}
        changes, action = [], Action.TEAM_MADE
    _decide_proposals(scope, team, changes)
    changes += form.follow(scope, team, filled)
    moves.tell_moved(session, workspace, before, now=scope.now)
    entry = NewEntry(scope.actor, action, team.id)
    if action is Action.TEAM_MADE:
        scope.record(action, team.id)
    else:
        both = (fields, _fields(scope, team))
        audit_log.record_fields(session, workspace, entry, both, now=scope.now)
    if team.slack_channel_id != channel:
        announce(scope, team)
    return team


def _fields(scope: Scope, team: Team) -> dict[str, str]:
    """What a team's form settles, as the audit log has it: people as the first signs of their pseudonyms."""

    def mark(member_id: str | None) -> str:
        return scope.pseudonyms.for_actor(member_id)[:8] if member_id else "-"

    parent = scope.session.get(Team, team.parent_id) if team.parent_id else None
    source = teams.source_of(scope.session, team)
    return {
        "name": team.name,
        "parent": parent.name if parent else "-",
        "leader": mark(team.leader_id),
        "deputy": mark(team.deputy_id),
        "channel": team.slack_channel_id or "-",
        "follows": source.slack_id if source else "-",
    }


def _decide_proposals(scope: Scope, team: Team, changes: list[str]) -> None:
    """Close proposals that an admin has decided by naming a leader or a parent."""
    nomination = proposals.of_team(scope.session, team.id, ProposalKind.LEADER)
    if nomination is not None and ("leader" in changes or nomination.declined_at is not None):
        proposals.withdraw(scope.session, team, ProposalKind.LEADER)
    if "parent" in changes:
        proposals.withdraw(scope.session, team, ProposalKind.PARENT)


def _change_people(scope: Scope, team_id: str, put_in: list[str], take_out: list[str]) -> str:
    """Add and remove people by their Slack ids; return a sentence about what changed."""
    team = teams.of(scope.session, scope.workspace, team_id)
    people = members.get_all(scope.session, scope.workspace, [*put_in, *take_out])
    before = moves.placement(scope.session, scope.workspace)
    size = teams.member_page(scope.session, team).total
    removed = teams.unassign(scope.session, team, [people[user_id] for user_id in take_out])
    assigned = teams.assign(scope.session, team, [people[user_id] for user_id in put_in])
    moves.tell_moved(scope.session, scope.workspace, before, now=scope.now)
    if assigned.joined or removed:
        after = size + assigned.joined - removed
        changed = f"{after} (+{assigned.joined} -{removed})"
        scope.record(Action.TEAM_PEOPLE, team.id, str(size), changed)
    return admin_view.people_changed(scope.say, assigned, removed)
