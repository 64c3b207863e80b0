"""Teams that follow a channel or user group: kept in step by events at once, and every night."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from slack_bolt import App
from slack_sdk import WebClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.shared import channels as places
from handlers.shared.channels import Unavailable, people_in_or_reason
from handlers.shared.context import Context
from handlers.shared.payloads import Caller, Payload, event_caller
from handlers.shared.people import acquainted, workspace_of
from slackapp import teams as units
from slackapp.connection.clients import retrying
from slackapp.models import Member, SourceKind, TeamSource, Workspace
from slackapp.outbox import queue as outbox
from slackapp.outbox.references import ChannelRef, TeamRef
from slackapp.pulse.notices import next_allowed_time
from slackapp.teams.sync import ARCHIVED, OFFER
from slackapp.workspace import members
from slackapp.workspace import permissions as rights
from slackapp.workspace import registry as workspaces

Step = Callable[[Session, TeamSource, Member], bool]


@dataclass(frozen=True, slots=True)
class Teams:
    """The listeners for who comes and goes, and for what becomes of channels and groups."""

    context: Context

    def joined(self, body: Payload, client: WebClient) -> None:
        """Somebody came into a channel: the app itself is asked about, people join the channel's team."""
        event, who = body["event"], event_caller(body)
        with self.context.sessions.read() as session:
            workspace = workspaces.find(session, who.team)
            is_the_app = workspace is not None and who.user == workspace.bot_user_id
        if is_the_app:
            acquainted(self.context, client, who, lambda session: _offer(session, self.context, who, event))
            self.context.wake()
        else:
            self._step(client, who, units.join, event["channel"])

    def left(self, body: Payload, client: WebClient) -> None:
        """Somebody left a channel; when it was the app, nothing keeps the team in step any more."""
        event, who = body["event"], event_caller(body)
        with self.context.sessions.begin() as session:
            workspace = workspaces.find(session, who.team)
            if workspace is not None and who.user == workspace.bot_user_id:
                units.source_removed(session, workspace, event["channel"])
                return
        self._step(client, who, units.leave, event["channel"])

    def archived(self, body: Payload) -> None:
        """A channel was archived: its team keeps its people, and whoever leads it now is told."""
        event = body["event"]
        with self.context.sessions.begin() as session:
            if workspace := workspaces.find(session, body["team_id"]):
                _tell_leaders(session, self.context, workspace, event)
        self.context.wake()

    def gone(self, body: Payload) -> None:
        """A channel was deleted: its team keeps its people and shares nothing there."""
        with self.context.sessions.begin() as session:
            if workspace := workspaces.find(session, body["team_id"]):
                units.source_removed(session, workspace, body["event"]["channel"])

    def renamed(self, body: Payload) -> None:
        """A channel has another name."""
        channel = body["event"]["channel"]
        with self.context.sessions.begin() as session:
            if workspace := workspaces.find(session, body["team_id"]):
                name = units.suggest_name(channel.get("name") or "")
                units.renamed(session, workspace, channel["id"], name)

    def group_members(self, body: Payload, client: WebClient) -> None:
        """People came into a user group or left it."""
        event = body["event"]
        for step, users in ((units.leave, "removed_users"), (units.join, "added_users")):
            for user in event.get(users) or []:
                self._step(client, Caller(body["team_id"], user), step, event["subteam_id"])

    def group_changed(self, body: Payload, client: WebClient) -> None:
        """A user group was renamed, switched off, or given other people."""
        group = body["event"]["subteam"]
        with self.context.sessions.begin() as session:
            workspace = workspaces.find(session, body["team_id"])
            source = units.sourced(session, workspace, group["id"]) if workspace else None
            if workspace is None or source is None:
                return
            if group.get("date_delete"):
                units.source_removed(session, workspace, group["id"])
                return
            units.renamed(session, workspace, group["id"], group.get("name") or "")
            workspace_id, team_id = workspace.id, source.team_id
        present = people_in_or_reason(client, SourceKind.USER_GROUP, group["id"])
        _match(self.context, (workspace_id, team_id), group["id"], present)

    def _step(self, client: WebClient, who: Caller, step: Step, slack_id: str) -> None:
        """Let one person join or leave the team that follows this place, if one does."""

        def deed(session: Session) -> None:
            workspace = workspaces.find(session, who.team)
            source = units.sourced(session, workspace, slack_id) if workspace else None
            if workspace is not None and source is not None:
                step(session, source, members.get_all(session, workspace, [who.user])[who.user])

        acquainted(self.context, client, who, deed)


def register(bolt: App, context: Context) -> None:
    """Listen for what Slack tells of channels and groups."""
    listeners = Teams(context)
    told = {
        "member_joined_channel": listeners.joined,
        "member_left_channel": listeners.left,
        "channel_archive": listeners.archived,
        "group_archive": listeners.archived,
        "channel_deleted": listeners.gone,
        "group_deleted": listeners.gone,
        "channel_rename": listeners.renamed,
        "group_rename": listeners.renamed,
        "subteam_members_changed": listeners.group_members,
        "subteam_updated": listeners.group_changed,
    }
    for event, listener in told.items():
        bolt.event(event)(listener)


def repair(client: WebClient, context: Context, workspace_id: str) -> list[units.Changes]:
    """Every night: what the events have missed. Gives who moved, team by team."""
    with context.sessions.read() as session:
        followed = [
            (one.team_id, SourceKind(one.kind), one.slack_id)
            for one in units.sources(session, session.get_one(Workspace, workspace_id))
        ]
    if not followed:
        return []
    reading = retrying(client)
    night = NightlyLists(reading, places.channels(reading), dict(places.groups(reading)))
    moved = [night.repair(context, (workspace_id, team_id), kind, place) for team_id, kind, place in followed]
    return [one for one in moved if one is not None]


@dataclass(frozen=True, slots=True)
class NightlyLists:
    """Slack's own lists of channels and of groups' names, read once for all teams."""

    client: WebClient
    channels: Mapping[str, places.ChannelInfo]
    groups: Mapping[str, str]

    def repair(
        self, context: Context, whose: tuple[str, str], kind: SourceKind, place: str
    ) -> units.Changes | None:
        """Let one team be as its place is now. `whose` are workspace and team."""
        there = self.channels.get(place)
        if there is not None and there.is_archived:
            return None  # It may come back with everybody in it, and until then nobody comes or goes.
        called = units.suggest_name(there.name) if there else self.groups.get(place)
        with context.sessions.begin() as session:
            workspace = session.get_one(Workspace, whose[0])
            if called is None:
                units.source_removed(session, workspace, place)
                return None
            units.renamed(session, workspace, place, called)
        is_channel = kind is SourceKind.CHANNEL
        present = (
            places.members(self.client, place)
            if is_channel
            else people_in_or_reason(self.client, kind, place)
        )
        return _match(context, whose, place, present)


def known_members(session: Session, workspace: Workspace, slack_user_ids: list[str]) -> list[Member]:
    """Those of them whom we have met."""
    ours = (Member.workspace_id == workspace.id, Member.slack_user_id.in_(slack_user_ids))
    return list(session.scalars(select(Member).where(*ours).order_by(Member.id)))


def _match(
    context: Context, whose: tuple[str, str], place: str, present: list[str] | Unavailable
) -> units.Changes | None:
    """Let the people of a place be those of the team that follows it. `whose` are workspace and team."""
    with context.sessions.begin() as session:
        workspace = session.get_one(Workspace, whose[0])
        source = session.get(TeamSource, whose[1])
        if present is Unavailable.GONE:
            units.source_removed(session, workspace, place)
        if source is None or source.slack_id != place or isinstance(present, Unavailable):
            return None
        return units.set_members(
            session, source, known_members(session, workspace, present), now=context.now()
        )


def _tell_leaders(session: Session, context: Context, workspace: Workspace, event: Payload) -> None:
    for team in units.in_channel(session, workspace, event["channel"]):
        leader = rights.acting_leader(session, team, context.now())
        if leader is None:
            continue
        due = next_allowed_time(leader, workspace, context.now())
        key = f"{ARCHIVED}:{team.id}:{event.get('event_ts', '')}"
        outbox.enqueue(session, workspace, ARCHIVED.new(TeamRef(team.id), leader.slack_user_id, due, key=key))


def _offer(session: Session, context: Context, who: Caller, event: Payload) -> None:
    """Ask whoever invited the app, once for each invitation."""
    workspace = workspace_of(session, who)
    inviter, channel = event.get("inviter"), event["channel"]
    if not inviter or units.sourced(session, workspace, channel) is not None:
        return
    asked = members.get_all(session, workspace, [inviter])[inviter]
    if not rights.allows(asked, rights.Permission.MAKE_TEAM_OF_CHANNEL):
        return
    key = f"{OFFER}:{workspace.id}:{channel}:{event.get('event_ts', '')}"
    outbox.enqueue(session, workspace, OFFER.new(ChannelRef(channel), inviter, context.now(), key=key))
