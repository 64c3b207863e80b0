"""Teams from channels and user groups: three steps for whoever invited the app, then kept in step."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.desk import Desk
from handlers.modals import open_modal
from handlers.payloads.common import Caller, Payload, caller, event_caller, press
from handlers.people import acquainted, voice_for, workspace_of
from slackapp import audit, members, outbox, rights, units, workspaces
from slackapp.errors import UserError
from slackapp.i18n import marked
from slackapp.marks import Marks
from slackapp.models import Member, SourceKind, Team, TeamSource, Workspace
from slackapp.units import Source, Wish
from slackapp.views import teams as view
from slackapp.views.teams import Begun, Outlook

OFFER = "team-offer"
PAGE = 200
Deed = Callable[[Session, TeamSource, Member], bool]
_GONE = frozenset({"channel_not_found", "is_archived", "no_such_subteam", "subteam_not_found"})


@dataclass(frozen=True, slots=True)
class Teams:
    """The listeners around teams."""

    desk: Desk

    def joined(self, body: Payload) -> None:
        """Somebody came into a channel: the app itself is asked about, people join the channel's team."""
        event, who = body["event"], event_caller(body)
        with self.desk.sessions.begin() as session:
            workspace = workspaces.find(session, who.team)
            if workspace is None:
                return
            if who.user == workspace.bot_user_id:
                _offer(session, self.desk, workspace, event)
            else:
                _step(session, workspace, units.join, event["channel"], who.user)
        self.desk.wake()

    def left(self, body: Payload) -> None:
        """Somebody left a channel; when it was the app, nothing keeps the team in step any more."""
        event, who = body["event"], event_caller(body)
        with self.desk.sessions.begin() as session:
            workspace = workspaces.find(session, who.team)
            if workspace is None:
                return
            if who.user == workspace.bot_user_id:
                units.channel_gone(session, workspace, event["channel"])
            else:
                _step(session, workspace, units.leave, event["channel"], who.user)

    def archived(self, body: Payload) -> None:
        """A channel was archived: its team keeps its people and shares nothing there."""
        with self.desk.sessions.begin() as session:
            if workspace := workspaces.find(session, body["team_id"]):
                units.channel_gone(session, workspace, body["event"]["channel"])

    def group_changed(self, body: Payload) -> None:
        """People came into a user group or left it."""
        event = body["event"]
        with self.desk.sessions.begin() as session:
            workspace = workspaces.find(session, body["team_id"])
            if workspace is None:
                return
            for deed, users in ((units.leave, "removed_users"), (units.join, "added_users")):
                for user in event.get(users) or []:
                    _step(session, workspace, deed, event["subteam_id"], user)

    def open(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Make it a team]: step 1."""
        pressed = press(body)
        name = client.conversations_info(channel=pressed.value)["channel"].get("name", "")
        steps = Begun(channel=pressed.value, name=view.suggested(name), leader=pressed.caller.user)
        open_modal(client, pressed.caller.trigger_id, view.first(voice_for(self.desk, pressed.caller), steps))
        ack()

    def named(self, ack: Ack, body: Payload) -> None:
        """Step 1 was filled in: step 2."""
        who, steps = caller(body), view.begun(body["view"]["private_metadata"])
        steps = replace(steps, name=" ".join(_value(body, view.FIELD_NAME)["value"].split()))
        with self.desk.sessions.read() as session:
            workspace = workspace_of(session, who)
            taken = units.named(session, workspace, steps.name) is not None
            found = select(Team.id, Team.name).where(Team.workspace_id == workspace.id).order_by(Team.name)
            parents = [(row.id, row.name) for row in session.execute(found)]
        if taken or not steps.name:
            raise UserError(marked("There is already a team called {name}."), name=steps.name)
        ack(response_action="update", view=view.second(voice_for(self.desk, who), steps, parents))

    def peopled(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """Step 2 was filled in: step 3."""
        who, steps = caller(body), view.begun(body["view"]["private_metadata"])
        part_of = _value(body, view.FIELD_PARENT).get("selected_option") or {}
        leader = _value(body, view.FIELD_LEADER)["selected_user"]
        steps = replace(steps, leader=leader, parent=part_of.get("value", ""))
        present = _present(client, SourceKind.CHANNEL, steps.channel)
        with self.desk.sessions.read() as session:
            outlook = _outlook(session, workspace_of(session, who), steps, present)
        ack(response_action="update", view=view.third(voice_for(self.desk, who), steps, outlook))

    def confirmed(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Make the team]."""
        who, steps = caller(body), view.begun(body["view"]["private_metadata"])
        present = _present(client, SourceKind.CHANNEL, steps.channel)
        if who.user not in present:
            raise UserError(marked("Please join the channel first, then make it a team."))

        def deed(session: Session) -> None:
            self._make(session, who, steps, present)

        acquainted(self.desk, client, who, deed)
        ack(response_action="update", view=view.made(voice_for(self.desk, who), steps.name))

    def _make(self, session: Session, who: Caller, steps: Begun, present: list[str]) -> None:
        workspace, now = workspace_of(session, who), self.desk.now()
        found = members.meet(session, workspace, [who.user])[who.user]
        maker = rights.check(session, found, rights.Deed.MAKE_TEAM_OF_CHANNEL, now=now)
        wish = Wish(steps.name, steps.parent or None, steps.leader, steps.channel)
        team = units.make(session, workspace, wish)
        units.keep_in_step(session, workspace, team, Source(SourceKind.CHANNEL, steps.channel))
        source = session.get_one(TeamSource, team.id)
        units.match(session, source, _known(session, workspace, present), now=now)
        actor = Marks(self.desk.keys.path).actor(maker.id)
        audit.note(session, workspace, audit.Entry(actor, audit.Deed.TEAM_MADE, team.id), now=now)


def register(bolt: App, desk: Desk) -> None:
    """Listen for who comes and goes, and for the three steps."""
    listeners = Teams(desk)
    bolt.event("member_joined_channel")(listeners.joined)
    bolt.event("member_left_channel")(listeners.left)
    bolt.event("channel_archive")(listeners.archived)
    bolt.event("group_archive")(listeners.archived)
    bolt.event("subteam_members_changed")(listeners.group_changed)
    bolt.action(view.OPEN)(listeners.open)
    bolt.view(view.NAME)(listeners.named)
    bolt.view(view.PEOPLE)(listeners.peopled)
    bolt.view(view.CONFIRM)(listeners.confirmed)


def repair(client: WebClient, desk: Desk, workspace_id: str) -> list[units.Moved]:
    """Every night: what the events have missed. Gives who moved, team by team."""
    with desk.sessions.read() as session:
        known = [
            (one.team_id, SourceKind(one.kind), one.slack_id)
            for one in units.sources(session, session.get_one(Workspace, workspace_id))
        ]
    moved = []
    for team_id, kind, slack_id in known:
        present = _present_or_gone(client, kind, slack_id)
        with desk.sessions.begin() as session:
            workspace = session.get_one(Workspace, workspace_id)
            source = session.get(TeamSource, team_id)
            if present is None:
                units.channel_gone(session, workspace, slack_id)
            elif source is not None:
                people = _known(session, workspace, present)
                moved.append(units.match(session, source, people, now=desk.now()))
    return moved


def _offer(session: Session, desk: Desk, workspace: Workspace, event: Payload) -> None:
    """Ask whoever invited the app, once for each invitation."""
    inviter, channel = event.get("inviter"), event["channel"]
    if not inviter or units.sourced(session, workspace, channel) is not None:
        return
    owed = outbox.Owed(
        key=f"{OFFER}:{workspace.id}:{channel}:{event.get('event_ts', '')}",
        kind=OFFER,
        reference=channel,
        target=inviter,
        due=desk.now(),
    )
    outbox.owe(session, workspace, owed)


def _step(session: Session, workspace: Workspace, deed: Deed, slack_id: str, slack_user_id: str) -> None:
    """Let one person join or leave the team that is kept in step with this place, if one is."""
    source = units.sourced(session, workspace, slack_id)
    person = members.find(session, workspace, slack_user_id)
    if source is not None and person is not None:
        deed(session, source, person)


def _outlook(session: Session, workspace: Workspace, steps: Begun, present: list[str]) -> Outlook:
    people = [one for one in _known(session, workspace, present) if one.slack_user_id != steps.leader]
    joining = len(units.could_join(session, workspace, people))
    elsewhere = sum(one.can_be_reached and one.team_id is not None for one in people)
    parent = units.of(session, workspace, steps.parent).name if steps.parent else None
    return Outlook(joining=joining, elsewhere=elsewhere, parent=parent)


def _known(session: Session, workspace: Workspace, slack_user_ids: list[str]) -> list[Member]:
    ours = (Member.workspace_id == workspace.id, Member.slack_user_id.in_(slack_user_ids))
    return list(session.scalars(select(Member).where(*ours).order_by(Member.id)))


def _present_or_gone(client: WebClient, kind: SourceKind, slack_id: str) -> list[str] | None:
    try:
        return _present(client, kind, slack_id)
    except SlackApiError as refused:
        if refused.response.get("error") not in _GONE:
            raise
        return None


def _present(client: WebClient, kind: SourceKind, slack_id: str) -> list[str]:
    """Who is in a channel or user group now."""
    if kind is SourceKind.USER_GROUP:
        return list(client.usergroups_users_list(usergroup=slack_id)["users"])
    found: list[str] = []
    cursor = ""
    while True:
        answer = client.conversations_members(channel=slack_id, limit=PAGE, cursor=cursor)
        found += answer["members"]
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return found


def _value(body: Payload, field: str) -> Payload:
    values = body["view"]["state"]["values"]
    found: Payload = (values.get(field) or {}).get(field) or {}
    return found
