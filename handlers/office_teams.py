"""The teams as an admin looks after them: find one, change it, end it, make one, say who belongs to it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy.orm import Session

from handlers.desk import Desk
from handlers.modals import show, stack
from handlers.office import actor, as_admin
from handlers.payloads.common import Caller, Payload, caller, press
from handlers.payloads.forms import Values
from handlers.places import channel_name, check_can_post, groups, present
from handlers.team_steps import MOST_OPTIONS, announce
from handlers.teams import known
from slackapp import audit, members, units
from slackapp.errors import UserError
from slackapp.i18n import Voice, marked
from slackapp.models import Member, SourceKind, Team, TeamSource, Workspace
from slackapp.rights import Deed
from slackapp.units import Source, Wish
from slackapp.units.listing import PAGE
from slackapp.views import home_office
from slackapp.views import office_teams as view
from slackapp.views.teams import FIELD_NAME, FIELD_PARENT, option
from slackapp.views.words import View

_CHANNEL_FIRST = marked("Please choose its channel first, or put people in by hand.")
_NOT_A_CHOICE = marked("That is not one of the choices.")
_LIST_CLOSED = frozenset({"not_found", "view_not_found"})
Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class Filled:
    """A team's form as it was filled in. `place` is what it shall follow; `there` who is in it now."""

    who: Caller
    team_id: str
    wish: Wish
    place: Source | None
    there: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfficeTeams:
    """The listeners around the list of teams and one team's form."""

    desk: Desk

    def listed(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Teams], and the pages of the list."""
        pressed = press(body)
        skip = int(pressed.value) if pressed.value.isdecimal() else 0
        made = self._as_admin(client, pressed.caller, lambda *those: _list(*those, skip=skip))
        show(client, pressed, made)
        ack()

    def open(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Open], [New team], or a team that was found by name."""
        pressed = press(body)
        team_id = "" if pressed.action_id == home_office.NEW_TEAM else pressed.value
        shown = self._as_admin(client, pressed.caller, lambda *those: _form(*those, team_id=team_id))
        stack(client, pressed, shown)
        ack()

    def save(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Save] of a team's form."""
        who, team_id = caller(body), body["view"]["private_metadata"]
        # Asked before Slack is: nobody else is to learn from the answer which channels there are.
        now = self._as_admin(client, who, lambda *those: _channel_now(*those[:2], team_id=team_id))
        filled = _filled(client, body, now)

        def deed(session: Session, workspace: Workspace, member: Member, say: Voice) -> View:
            team = self._save(session, workspace, member, filled)
            return _form(session, workspace, member, say, team_id=team.id, told=say("Saved."))

        made = self._as_admin(client, filled.who, deed)
        self.desk.wake()
        self._refresh_list(client, body)
        ack(response_action="update", view=made)

    def end(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[End this team], already confirmed."""
        pressed, team_id = press(body), body["view"]["private_metadata"]

        def deed(session: Session, workspace: Workspace, member: Member, say: Voice) -> View:
            team, now = units.of(session, workspace, team_id), self.desk.now()
            name = team.name
            units.end(session, workspace, team, now=now)
            entry = audit.Entry(actor(self.desk, member), audit.Deed.TEAM_ENDED, team.id)
            audit.note(session, workspace, entry, now=now)
            return view.ended(say, name)

        show(client, pressed, self._as_admin(client, pressed.caller, deed))
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
        (show if is_page else stack)(client, pressed, made)
        ack()

    def save_people(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Save] below a team's people."""
        who, found = caller(body), Values(body)
        team_id, _, saved = body["view"]["private_metadata"].partition(":")
        wanted_in, wanted_out = found.people(view.PUT_IN), found.people(view.TAKE_OUT)

        def deed(session: Session, workspace: Workspace, member: Member, say: Voice) -> View:
            team = units.of(session, workspace, team_id)
            people = members.meet(session, workspace, [*wanted_in, *wanted_out])
            went = units.take_out(session, team, [people[one] for one in wanted_out])
            came = units.put_in(session, team, [people[one] for one in wanted_in])
            if came.joined or went:
                values = (str(went), str(came.joined))
                entry = audit.Entry(actor(self.desk, member), audit.Deed.TEAM_PEOPLE, team.id, *values)
                audit.note(session, workspace, entry, now=self.desk.now())
            told = view.put(say, came, went)
            shown, roll = _shown(session, workspace, team_id), units.roll(session, team)
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
        return as_admin(self.desk, client, who, deed, Deed.CHANGE_TEAM)

    def _save(self, session: Session, workspace: Workspace, member: Member, filled: Filled) -> Team:
        now, before = self.desk.now(), None
        if filled.team_id:
            team = units.of(session, workspace, filled.team_id)
            before = team.slack_channel_id
            changed = units.change(session, workspace, team, filled.wish)
            deed = audit.Deed.TEAM_CHANGED
        else:
            team = units.make(session, workspace, filled.wish)
            changed, deed = [], audit.Deed.TEAM_MADE
        changed += _follow(session, workspace, team, filled, now)
        if changed or deed is audit.Deed.TEAM_MADE:
            what = ", ".join(changed)[:64] or None
            audit.note(
                session, workspace, audit.Entry(actor(self.desk, member), deed, team.id, after=what), now=now
            )
        if team.slack_channel_id != before:
            announce(session, workspace, team, member, self.desk)
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


def register(bolt: App, desk: Desk) -> None:
    """Listen for the list, the form and the people."""
    listeners = OfficeTeams(desk)
    for action_id in (home_office.TEAMS, re.compile(rf"{view.TURN}:(previous|next)")):
        bolt.action(action_id)(listeners.listed)
    for action_id in (home_office.NEW_TEAM, view.OPEN, view.FIND):
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
    shown = _shown(session, workspace, team_id) if team_id else view.Shown()
    return view.form(say, shown, told=told)


def _people(session: Session, workspace: Workspace, say: Voice, page: tuple[str, int]) -> View:
    """A team's people; `page` is the team's id and how many to pass over."""
    team_id, skip = page
    roll = units.roll(session, units.of(session, workspace, team_id), skip=skip)
    return view.people(say, _shown(session, workspace, team_id), roll)


def _shown(session: Session, workspace: Workspace, team_id: str) -> view.Shown:
    team = units.of(session, workspace, team_id)
    parent = session.get(Team, team.parent_id) if team.parent_id else None
    source, (size,) = units.source_of(session, team), units.page(session, [team.id])
    return view.Shown(
        id=team.id,
        name=team.name,
        parent=(parent.id, parent.name) if parent else None,
        leader=_chosen(session, team.leader_id),
        deputy=_chosen(session, team.deputy_id),
        channel=team.slack_channel_id,
        follows=(SourceKind(source.kind), source.slack_id, source.called or source.slack_id)
        if source
        else None,
        people=size.people,
        below=size.below,
    )


def _chosen(session: Session, member_id: str | None) -> str | None:
    """Whoever left is not offered by Slack any more: their place is free."""
    one = session.get(Member, member_id) if member_id else None
    return one.slack_user_id if one is not None and one.can_be_reached else None


def _channel_now(session: Session, workspace: Workspace, *, team_id: str) -> str | None:
    return units.of(session, workspace, team_id).slack_channel_id if team_id else None


def _filled(client: WebClient, body: Payload, channel_now: str | None) -> Filled:
    """The form, and who is in the place that the team shall follow. Left blank, its channel stays."""
    found = Values(body)
    chosen, follows = found.place(view.CHANNEL) or None, found.chosen(view.FOLLOWS)
    channel = chosen or (None if found.ticked(view.NOWHERE) else channel_now)
    wish = Wish(
        name=found.text(FIELD_NAME),
        parent=found.chosen(FIELD_PARENT) or None,
        leader=found.person(view.LEADER) or None,
        channel=channel,
        deputy=found.person(view.DEPUTY) or None,
    )
    place = _place(client, follows, channel)
    there = present(client, place.kind, place.slack_id) if place else []
    if chosen:
        check_can_post(client, chosen)
    return Filled(caller(body), body["view"]["private_metadata"], wish, place, tuple(there))


def _place(client: WebClient, follows: str, channel: str | None) -> Source | None:
    if follows == view.BY_HAND:
        return None
    if follows == view.BY_CHANNEL:
        if channel is None:
            raise UserError(_CHANNEL_FIRST)
        return Source(SourceKind.CHANNEL, channel, units.suggested(channel_name(client, channel)))
    slack_id = follows.removeprefix("group:")
    names = dict(groups(client))
    if slack_id not in names:
        raise UserError(_NOT_A_CHOICE)
    return Source(SourceKind.USER_GROUP, slack_id, names[slack_id])


def _follow(session: Session, workspace: Workspace, team: Team, filled: Filled, now: datetime) -> list[str]:
    """Let the team follow what was chosen; gives a word for the audit log when that is another thing now."""
    before = units.source_of(session, team)
    if filled.place is None:
        units.follow_nothing(session, team)
        return ["follows"] if before is not None else []
    is_other = before is None or before.slack_id != filled.place.slack_id
    units.keep_in_step(session, workspace, team, filled.place)
    source = session.get_one(TeamSource, team.id)
    units.match(session, source, known(session, workspace, list(filled.there)), now=now)
    return ["follows"] if is_other else []
