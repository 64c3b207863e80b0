"""The check-in's messages, rendered when they are sent."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp import members
from slackapp.actions import promises
from slackapp.letters import Letter, Message, Nothing, Renderer
from slackapp.models import Delivery, Member, Poll, PollMember, Workspace
from slackapp.pulse import invitations
from slackapp.pulse.opening import INVITATION
from slackapp.pulse.rounds import LOSS
from slackapp.views import pulse


def invitation(session: Session, delivery: Delivery, now: datetime) -> Letter:
    """How were your last few shifts? It says nothing about who has answered."""
    poll = session.get(Poll, delivery.reference)
    if poll is None or not poll.is_open(now):
        return Nothing("poll_closed")
    workspace, person = _reader(session, delivery)
    say = members.voice_of(workspace, person)
    closing = say.moment(poll.closes_at, members.zone_of(workspace, person))
    earlier = invitations.has_earlier(session, poll)
    asked = session.get(PollMember, (poll.id, person.id))
    line = promises.latest_line(session, workspace, asked.unit_id, now=now) if asked else None
    return Message(
        text=pulse.message_text(say, closing=closing, has_earlier=earlier, line=line),
        blocks=pulse.message(say, poll.id, closing=closing, has_earlier=earlier, line=line),
    )


def loss(session: Session, delivery: Delivery, now: datetime) -> Letter:  # noqa: ARG001 - the shape of a Renderer
    """A check-in was lost, and nobody can read it."""
    workspace, person = _reader(session, delivery)
    words = pulse.loss_text(members.voice_of(workspace, person))
    return Message(text=words, blocks=pulse.loss(words))


RENDERERS: dict[str, Renderer] = {INVITATION: invitation, LOSS: loss}
EXPANDERS = {INVITATION: invitations.expand, LOSS: invitations.expand_loss}


def _reader(session: Session, delivery: Delivery) -> tuple[Workspace, Member]:
    workspace = session.get_one(Workspace, delivery.workspace_id)
    found = select(Member).where(Member.workspace_id == workspace.id, Member.slack_user_id == delivery.target)
    return workspace, session.scalars(found).one()
