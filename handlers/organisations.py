"""The app installed into a whole organisation: which of its workspaces may use it, and who is meant."""

from collections.abc import Callable
from dataclasses import dataclass

from slack_bolt import App, BoltContext
from slack_sdk import WebClient

from handlers.desk import Context
from handlers.payloads.common import Payload, workspace_id
from handlers.people import register_people
from slackapp import installations, workspaces
from slackapp.clients import granted_workspaces


@dataclass(frozen=True, slots=True)
class Organisations:
    """The listeners around an organisation's install."""

    desk: Context

    def granted(self, body: Payload, client: WebClient) -> None:
        """The organisation's admins let one or more of its workspaces use the app."""
        wanted = set(body["event"]["team_ids"])
        teams = [one for one in granted_workspaces(client) if one.slack_team_id in wanted]
        with self.desk.sessions.begin() as session:
            installations.allow_workspaces(session, body["enterprise_id"], teams)

    def revoked(self, body: Payload) -> None:
        """Workspaces may not use it any more; one with an install of its own goes on."""
        with self.desk.sessions.begin() as session:
            inside = workspaces.of_organisation(session, body["enterprise_id"])
            for one in inside:
                if one.slack_team_id in body["event"]["team_ids"]:
                    workspaces.uninstall(session, one.slack_team_id, now=self.desk.now())


def register(bolt: App, desk: Context) -> None:
    """Listen for what an organisation settles."""
    register_people(bolt, desk)
    listeners = Organisations(desk)
    bolt.event("team_access_granted")(listeners.granted)
    bolt.event("team_access_revoked")(listeners.revoked)


def speak_there(client: WebClient, context: BoltContext, body: Payload, next: Callable[[], None]) -> None:  # noqa: A002 - Bolt passes it by this name
    """An organisation's token serves several workspaces, and Bolt only sometimes knows which one."""
    if context.is_enterprise_install and (team := workspace_id(body)):
        client.default_params["team_id"] = team
    next()
