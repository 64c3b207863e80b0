"""Installed, removed, people joining and leaving: one workspace, or a whole Enterprise organisation."""

from collections.abc import Callable
from dataclasses import dataclass

from slack_bolt import App, BoltContext
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from handlers.shared.context import Context
from handlers.shared.payloads import Payload, person, workspace_id
from handlers.shared.people import store_profiles
from slackapp.connection import installations
from slackapp.connection.clients import granted_workspaces
from slackapp.models import Installation
from slackapp.workspace import members, registry


@dataclass(frozen=True, slots=True)
class People:
    """The listeners that keep members and the installation up to date."""

    context: Context

    def changed(self, body: Payload) -> None:
        """Somebody joined, or their profile changed, or they left."""
        user = body["event"]["user"]
        for team in self._workspaces_with(body):
            store_profiles(self.context, team, [person(user, slack_team_id=team)])

    def uninstalled(self, body: Payload) -> None:
        """The workspace removed the app, or its organisation did for all workspaces.

        Slack may deliver it hours late. One that is older than the installation is about an earlier one.
        """
        team, now = body.get("team_id"), self.context.now()
        with self.context.sessions.begin() as session:
            workspace, enterprise = registry.find(session, team or ""), body.get("enterprise_id")
            has_own = workspace is not None and workspace.enterprise_id is None
            if _is_outdated(session, (team if has_own else enterprise) or "", body):
                return
            if workspace is not None and has_own:
                registry.uninstall(session, workspace.slack_team_id, now=now)
            elif enterprise:
                registry.leave_organisation(session, enterprise, now=now)

    def _workspaces_with(self, body: Payload) -> list[str]:
        """The workspaces that this is about: of an organisation, those in which the person is known."""
        team, user = workspace_id(body), body["event"]["user"]["id"]
        with self.context.sessions.read() as session:
            if registry.find(session, team) is not None:
                return [team]
            workspaces = registry.of_organisation(session, body.get("enterprise_id") or team)
            return [
                workspace.slack_team_id
                for workspace in workspaces
                if members.find(session, workspace, user) is not None
            ]

    def revoked(self, body: Payload) -> None:
        """Tokens were revoked; without the bot's own, nothing can be sent."""
        if (body["event"].get("tokens") or {}).get("bot"):
            self.uninstalled(body)


def _is_outdated(session: Session, key: str, body: Payload) -> bool:
    """Whether an event happened before the present installation. `event_time` is in whole seconds."""
    happened = body.get("event_time")
    installation = session.get(Installation, key)
    if installation is None or not isinstance(happened, int):
        return False
    return happened < int(installation.installed_at.timestamp())


def register_people(bolt: App, context: Context) -> None:
    """Listen for what changes about people and about the installation."""
    listeners = People(context)
    bolt.event("team_join")(listeners.changed)
    bolt.event("user_change")(listeners.changed)
    bolt.event("app_uninstalled")(listeners.uninstalled)
    bolt.event("tokens_revoked")(listeners.revoked)


@dataclass(frozen=True, slots=True)
class Organisations:
    """The listeners around an organisation's install."""

    context: Context

    def granted(self, body: Payload, client: WebClient) -> None:
        """The organisation's admins let one or more of its workspaces use the app."""
        team_ids = set(body["event"]["team_ids"])
        granted = [
            workspace for workspace in granted_workspaces(client) if workspace.slack_team_id in team_ids
        ]
        with self.context.sessions.begin() as session:
            installations.allow_workspaces(session, body["enterprise_id"], granted)

    def revoked(self, body: Payload) -> None:
        """Workspaces may not use it any more; one with an installation of its own keeps it."""
        with self.context.sessions.begin() as session:
            for workspace in registry.of_organisation(session, body["enterprise_id"]):
                if workspace.slack_team_id in body["event"]["team_ids"]:
                    registry.uninstall(session, workspace.slack_team_id, now=self.context.now())


def register(bolt: App, context: Context) -> None:
    """Listen for what changes about people, installations and an organisation's workspaces."""
    register_people(bolt, context)
    listeners = Organisations(context)
    bolt.event("team_access_granted")(listeners.granted)
    bolt.event("team_access_revoked")(listeners.revoked)


def speak_there(client: WebClient, context: BoltContext, body: Payload, next: Callable[[], None]) -> None:  # noqa: A002 - Bolt passes it by this name
    """An organisation's token serves several workspaces, and Bolt only sometimes knows which one."""
    if context.is_enterprise_install and (team := workspace_id(body)):
        client.default_params["team_id"] = team
    next()
