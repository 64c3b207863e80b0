"""Sync the members of teams with a channel or user group: at each event, and every night."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from slack_bolt import App
from slack_sdk import WebClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.shared import channels
from handlers.shared.channels import ChannelInfo, Unavailable, people_in_or_reason
from handlers.shared.context import Context
from handlers.shared.payloads import Caller, Payload, event_caller
from handlers.shared.request import Request
from slackapp import teams
from slackapp.connection.clients import retrying
from slackapp.core.db import after_commit
from slackapp.delivery import holding
from slackapp.delivery.results import NOT_IN_CHANNEL
from slackapp.models import HoldScope, Member, SourceKind, Team, TeamSource, Workspace
from slackapp.outbox import queue
from slackapp.outbox.kinds import Kind
from slackapp.outbox.references import ChannelRef, TeamRef
from slackapp.pulse.notices import next_allowed_time
from slackapp.teams import moves
from slackapp.teams.sync import ARCHIVED, OFFER, REMOVED
from slackapp.workspace import permissions, registry
from slackapp.workspace.permissions import Permission

Step = Callable[[Session, TeamSource, Member], bool]


@dataclass(frozen=True, slots=True)
class Teams:
    """The listeners for people who come and go, and for changes of channels and groups."""

    context: Context

    def joined(self, body: Payload, client: WebClient) -> None:
        """Somebody came into a channel: people join its team; for the app, its inviter is asked about one."""
        event, caller = body["event"], event_caller(body)
        if self._is_the_app(caller):
            if not self._resumed(client, caller.team, event["channel"]):
                self._offer(client, caller.team, event)
        else:
            self._step(client, caller, teams.join, event["channel"])

    def left(self, body: Payload, client: WebClient) -> None:
        """Somebody left a channel; when it was the app, its teams wait until it is invited again."""
        event, caller = body["event"], event_caller(body)
        if self._is_the_app(caller):
            with self.context.sessions.begin() as session:
                workspace, now = registry.installed_in(session, caller.team), self.context.now()
                removed_from = teams.suspend(session, workspace, event["channel"], now=now)
                if removed_from:
                    place = holding.Place(workspace.id, HoldScope.TARGET, event["channel"])
                    holding.hold(session, [(place, NOT_IN_CHANNEL)], now=now)
                _notify_leaders(session, workspace, REMOVED, removed_from, event=event, now=now)
        else:
            self._step(client, caller, teams.leave, event["channel"])

    def archived(self, body: Payload) -> None:
        """A channel was archived: its team keeps its members, and the team's leader gets a message."""
        with self.context.sessions.begin() as session:
            if workspace := registry.find(session, body["team_id"]):
                in_channel = teams.in_channel(session, workspace, body["event"]["channel"])
                event, now = body["event"], self.context.now()
                _notify_leaders(session, workspace, ARCHIVED, in_channel, event=event, now=now)

    def gone(self, body: Payload) -> None:
        """A channel was deleted: its team keeps its members and shares nothing there."""
        with self.context.sessions.begin() as session:
            if workspace := registry.find(session, body["team_id"]):
                teams.source_removed(session, workspace, body["event"]["channel"])

    def renamed(self, body: Payload) -> None:
        """A channel has another name."""
        channel = body["event"]["channel"]
        with self.context.sessions.begin() as session:
            if workspace := registry.find(session, body["team_id"]):
                name = teams.suggest_name(channel.get("name") or "")
                teams.renamed(session, workspace, channel["id"], name)

    def group_members(self, body: Payload, client: WebClient) -> None:
        """People came into a user group or left it."""
        event = body["event"]
        for step, users in ((teams.leave, "removed_users"), (teams.join, "added_users")):
            for user in event.get(users) or []:
                self._step(client, Caller(body["team_id"], user), step, event["subteam_id"])

    def group_changed(self, body: Payload, client: WebClient) -> None:
        """A user group was renamed, disabled, or its members changed."""
        group = body["event"]["subteam"]
        with self.context.sessions.begin() as session:
            workspace = registry.find(session, body["team_id"])
            source = teams.sourced(session, workspace, group["id"]) if workspace else None
            if workspace is None or source is None:
                return
            if group.get("date_delete"):
                teams.source_removed(session, workspace, group["id"])
                return
            teams.renamed(session, workspace, group["id"], group.get("name") or "")
            team = _TeamKey(workspace.id, source.team_id)
        present = people_in_or_reason(client, SourceKind.USER_GROUP, group["id"])
        _match(self.context, team, group["id"], present)

    def _is_the_app(self, caller: Caller) -> bool:
        with self.context.sessions.read() as session:
            workspace = registry.find(session, caller.team)
            return workspace is not None and caller.user == workspace.bot_user_id

    def _resumed(self, client: WebClient, slack_team_id: str, channel: str) -> bool:
        """Whether a team uses the channel that the app came back to; it goes on as before."""
        with self.context.sessions.begin() as session:
            workspace = registry.installed_in(session, slack_team_id)
            if not teams.resume(session, workspace, channel):
                return False
            holding.lift(session, [holding.Place(workspace.id, HoldScope.TARGET, channel)])
            after_commit(session, queue.OUTBOX)
            source = teams.sourced(session, workspace, channel)
            team = _TeamKey(workspace.id, source.team_id) if source else None
        if team is not None:
            present = people_in_or_reason(client, SourceKind.CHANNEL, channel)
            _match(self.context, team, channel, present)
        return True

    def _step(self, client: WebClient, caller: Caller, step: Step, slack_id: str) -> None:
        """Let one person join or leave the team that follows this place, if one does."""
        with self.context.sessions.read() as session:
            workspace = registry.find(session, caller.team)
            if workspace is None or teams.sourced(session, workspace, slack_id) is None:
                return
        with Request(self.context, client, caller).write() as scope:
            source = teams.sourced(scope.session, scope.workspace, slack_id)
            if source is not None and step(scope.session, source, scope.member):
                moves.tell(scope.session, scope.workspace, [scope.member.id], now=scope.now)

    def _offer(self, client: WebClient, slack_team_id: str, event: Payload) -> None:
        """Ask the inviter whether the channel shall be a team, once for each invitation."""
        inviter, channel = Caller(slack_team_id, event.get("inviter") or ""), event["channel"]
        with self.context.sessions.read() as session:
            workspace = registry.installed_in(session, slack_team_id)
            if not inviter.user or teams.using(session, workspace, channel):
                return
        with Request(self.context, client, inviter).write() as scope:
            if permissions.allows(scope.member, Permission.MAKE_TEAM_OF_CHANNEL):
                key = f"{OFFER}:{scope.workspace.id}:{channel}:{event.get('event_ts', '')}"
                delivery = OFFER.new(ChannelRef(channel), inviter.user, scope.now, key=key)
                queue.enqueue(scope.session, scope.workspace, delivery)


def register(bolt: App, context: Context) -> None:
    """Listen for events about channels and groups."""
    listeners = Teams(context)
    by_event = {
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
    for event, listener in by_event.items():
        bolt.event(event)(listener)


def repair(client: WebClient, context: Context, workspace_id: str) -> list[teams.Changes]:
    """Apply what the events have missed, every night. Returns the moves by team."""
    with context.sessions.read() as session:
        sources = [
            (source.team_id, SourceKind(source.kind), source.slack_id)
            for source in teams.sources(session, session.get_one(Workspace, workspace_id))
        ]
    if not sources:
        return []
    retrying_client = retrying(client)
    lists = NightlyLists(
        retrying_client, channels.channels(retrying_client), dict(channels.groups(retrying_client))
    )
    changes = [
        lists.repair(context, _TeamKey(workspace_id, team_id), kind, place)
        for team_id, kind, place in sources
    ]
    return [team_changes for team_changes in changes if team_changes is not None]


@dataclass(frozen=True, slots=True)
class _TeamKey:
    workspace_id: str
    team_id: str


@dataclass(frozen=True, slots=True)
class NightlyLists:
    """Slack's lists of channels and of groups' names, read once for all teams."""

    client: WebClient
    channels: Mapping[str, ChannelInfo]
    groups: Mapping[str, str]

    def repair(self, context: Context, team: _TeamKey, kind: SourceKind, place: str) -> teams.Changes | None:
        """Sync one team with its place."""
        channel = self.channels.get(place)
        if channel is not None and channel.is_archived:
            return None  # It may be restored with all its members; until then nobody joins or leaves.
        name = teams.suggest_name(channel.name) if channel else self.groups.get(place)
        with context.sessions.begin() as session:
            workspace = session.get_one(Workspace, team.workspace_id)
            if name is None:
                _missing(session, workspace, kind, place, context.now())
                return None
            teams.renamed(session, workspace, place, name)
        if kind is SourceKind.CHANNEL:
            return _match(context, team, place, channels.members(self.client, place))
        return _match(context, team, place, people_in_or_reason(self.client, kind, place))


def known_members(session: Session, workspace: Workspace, slack_user_ids: list[str]) -> list[Member]:
    """Return those of these people who are known here."""
    is_known = (Member.workspace_id == workspace.id, Member.slack_user_id.in_(slack_user_ids))
    return list(session.scalars(select(Member).where(*is_known).order_by(Member.id)))


def _missing(session: Session, workspace: Workspace, kind: SourceKind, place: str, now: datetime) -> None:
    """Unlink a group that no longer exists. A missing channel may have removed the app: it waits."""
    if kind is SourceKind.USER_GROUP:
        teams.source_removed(session, workspace, place)
        return
    source = teams.sourced(session, workspace, place)
    if source is not None and source.suspended_at is None:
        suspended = teams.suspend(session, workspace, place, now=now)
        _notify_leaders(session, workspace, REMOVED, suspended, event={"event_ts": f"{now:%Y%m%d}"}, now=now)


def _match(
    context: Context, team: _TeamKey, place: str, present: list[str] | Unavailable
) -> teams.Changes | None:
    """Make the people of a place the members of the team that follows it."""
    with context.sessions.begin() as session:
        workspace = session.get_one(Workspace, team.workspace_id)
        source = session.get(TeamSource, team.team_id)
        if present is Unavailable.GONE:
            kind = SourceKind(source.kind) if source else SourceKind.CHANNEL
            _missing(session, workspace, kind, place, context.now())
        if source is None or source.slack_id != place or isinstance(present, Unavailable):
            return None
        if source.suspended_at is not None and workspace.bot_user_id not in present:
            return None
        teams.resume(session, workspace, place)
        people, now = known_members(session, workspace, present), context.now()
        changes = teams.set_members(session, source, people, now=now)
        moves.tell(session, workspace, [*changes.joined, *changes.left], now=now)
        return changes


def _notify_leaders(
    session: Session,
    workspace: Workspace,
    kind: Kind[TeamRef],
    concerned: list[Team],
    *,
    event: Payload,
    now: datetime,
) -> None:
    """Enqueue a message of this kind about a channel to whoever acts for its teams."""
    for team in concerned:
        leader = permissions.acting_leader(session, team, now)
        if leader is None:
            continue
        due = next_allowed_time(leader, workspace, now)
        key = f"{kind}:{team.id}:{event.get('event_ts', '')}"
        queue.enqueue(session, workspace, kind.new(TeamRef(team.id), leader.slack_user_id, due, key=key))
