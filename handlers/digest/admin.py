"""`/digest admin`: who may read digests, and handing a team's earlier ones on to its new leader."""

from collections.abc import Callable
from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.digest import admin_view, payloads
from handlers.shared import revisions
from handlers.shared.context import Context
from handlers.shared.modals import open_modal
from handlers.shared.payloads import Payload, caller
from handlers.shared.request import Request
from slackapp.digest import readers
from slackapp.workspace.permissions import Permission


@dataclass(frozen=True, slots=True)
class DigestAdmin:
    """The listeners around the admin's form."""

    context: Context

    def open(self, request: Request) -> None:
        """`/digest admin`."""
        with request.read(Permission.SETTLE) as scope:
            teams = [
                admin_view.NewLeader(team.id, team.name, leader.name, since)
                for team, leader, since in readers.not_handed_on(scope.session, scope.workspace)
            ]
            admins_read = scope.workspace.admins_read_digests
        view = admin_view.form(scope.say, admins_read=admins_read, new_leaders=teams)
        open_modal(request.client, request.caller.trigger_id, view)

    def save(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Save]."""
        admins_read = payloads.admins_read(body)
        with Request(self.context, client, caller(body)).write(Permission.SETTLE) as scope:
            present, typed = (
                {admin_view.READERS: admin_view.EVERY if every else admin_view.SHARED}
                for every in (scope.workspace.admins_read_digests, admins_read)
            )
            chosen = revisions.merged(revisions.read(body), typed, present)[admin_view.READERS]
            scope.workspace.admins_read_digests = chosen == admin_view.EVERY
            scope.session.flush()
        ack(response_action="update", view=admin_view.saved(scope.say))


def register(bolt: App, context: Context) -> Callable[[Request], None]:
    """Listen for the form; returns what opens it for the command."""
    listeners = DigestAdmin(context)
    bolt.view(admin_view.FORM)(listeners.save)
    return listeners.open
