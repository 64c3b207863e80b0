"""The question whether a channel shall be a team, rendered when it is sent."""

from datetime import datetime

from sqlalchemy.orm import Session

from handlers.teams import OFFER
from slackapp import members, units
from slackapp.letters import Letter, Message, Nothing, Renderer
from slackapp.models import Delivery, Workspace
from slackapp.views import teams as view


def _offer(session: Session, delivery: Delivery, _now: datetime) -> Letter:
    workspace = session.get_one(Workspace, delivery.workspace_id)
    if units.sourced(session, workspace, delivery.reference) is not None:
        return Nothing("is_a_team")
    reader = members.find(session, workspace, delivery.target)
    text, blocks = view.offer(members.voice_of(workspace, reader), delivery.reference)
    return Message(text=text, blocks=blocks)


RENDERERS: dict[str, Renderer] = {OFFER: _offer}
