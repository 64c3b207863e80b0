"""`/digest admin`: what an admin settles about who may read digests."""

from collections.abc import Callable
from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from handlers.digest import admin_view as view
from handlers.digest import payloads
from handlers.shared.context import Context
from handlers.shared.modals import open_modal
from handlers.shared.payloads import Caller, Payload, caller
from handlers.shared.request import as_admin
from slackapp.blocks import View
from slackapp.core.i18n import Voice
from slackapp.digest import readers as rights
from slackapp.models import Member, Workspace


@dataclass(frozen=True, slots=True)
class DigestAdmin:
    """The listeners around the admin's form."""

    context: Context

    def open(self, client: WebClient, who: Caller) -> None:
        """`/digest admin`."""

        def errand(session: Session, workspace: Workspace, member: Member, say: Voice) -> View:  # noqa: ARG001 - the shape of an errand
            found = [
                view.TakenOver(team.id, team.name, leader.name, since)
                for team, leader, since in rights.not_handed_on(session, workspace)
            ]
            return view.form(say, admins_read=workspace.admins_read_digests, taken_over=found)

        open_modal(client, who.trigger_id, as_admin(self.context, client, who, errand))

    def save(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Save]."""
        admins_read = payloads.admins_read(body)

        def errand(session: Session, workspace: Workspace, member: Member, say: Voice) -> View:  # noqa: ARG001 - the shape of an errand
            workspace.admins_read_digests = admins_read
            session.flush()
            return view.saved(say)

        ack(response_action="update", view=as_admin(self.context, client, caller(body), errand))


def register(bolt: App, context: Context) -> Callable[[WebClient, Caller], None]:
    """Listen for the form; gives what opens it for the command."""
    listeners = DigestAdmin(context)
    bolt.view(view.FORM)(listeners.save)
    return listeners.open
