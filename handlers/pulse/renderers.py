"""The check-in's messages, rendered when they are sent."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.pulse import messages_view as view
from slackapp.core.i18n import voice
from slackapp.digest import promises
from slackapp.models import Delivery, Member, Poll, PollMember, Team, Workspace
from slackapp.outbox.rendered import Message, Rendered, Renderer, Skip, WaitUntil
from slackapp.pulse import audience as invitations
from slackapp.pulse import notices as telling
from slackapp.pulse import opening
from slackapp.pulse import settings as governing
from slackapp.pulse.notices import TEST
from slackapp.pulse.opening import INVITATION
from slackapp.pulse.schedule import upcoming
from slackapp.workspace import members


def in_their_hours(render: Renderer) -> Renderer:
    """Look once more when it is about to go: since it was owed, time has passed, or leave has begun."""

    def rendered(session: Session, delivery: Delivery, now: datetime) -> Rendered:
        workspace, person = _reader(session, delivery)
        if not person.can_be_reached:
            return Skip("left")
        due = telling.next_allowed_time(person, workspace, now)
        return WaitUntil(due) if due > now else render(session, delivery, now)

    return rendered


def invitation(session: Session, delivery: Delivery, now: datetime) -> Rendered:
    """How were your last few shifts? It says nothing about who has answered."""
    poll = session.get(Poll, delivery.reference)
    if poll is None or not poll.is_open(now):
        return Skip("poll_closed")
    workspace, person = _reader(session, delivery)
    if not person.pulse_messages:
        return Skip("not_wanted")
    say = members.language_of(workspace, person)
    closing = say.moment(poll.closes_at, members.time_zone_of(workspace, person))
    earlier = invitations.has_earlier(session, poll)
    asked = session.get(PollMember, (poll.id, person.id))
    line = promises.latest_line(session, workspace, asked.unit_id, now=now) if asked else None
    return Message(
        text=view.message_text(say, closing=closing, has_earlier=earlier, line=line),
        blocks=view.message(say, poll.id, closing=closing, has_earlier=earlier, line=line),
    )


def loss(session: Session, delivery: Delivery, now: datetime) -> Rendered:  # noqa: ARG001 - the shape of a Renderer
    """A check-in was lost, and nobody can read it."""
    workspace, person = _reader(session, delivery)
    words = view.loss_text(members.language_of(workspace, person))
    return Message(text=words, blocks=view.loss(words))


def alteration(session: Session, delivery: Delivery, now: datetime) -> Rendered:  # noqa: ARG001 - the shape of a Renderer
    """Somebody changed a check-in in the database."""
    workspace, person = _reader(session, delivery)
    words = view.alteration_text(members.language_of(workspace, person))
    return Message(text=words, blocks=view.loss(words))


def reminder(session: Session, delivery: Delivery, now: datetime) -> Rendered:
    """The check-in is still open: one line in a team's channel."""
    poll = session.get(Poll, delivery.reference)
    if poll is None or not poll.is_open(now):
        return Skip("poll_closed")
    workspace = session.get_one(Workspace, delivery.workspace_id)
    spoken = [voice(one) for one in telling.languages_in(session, workspace, delivery.target)]
    said = [
        view.reminder_text(say, closing=say.moment(poll.closes_at, workspace.time_zone)) for say in spoken
    ]
    return Message(text="\n".join(said), blocks=[block for words in said for block in view.loss(words)])


def rules_changed(session: Session, delivery: Delivery, now: datetime) -> Rendered:  # noqa: ARG001 - the shape of a Renderer
    """A threshold was raised."""
    workspace, person = _reader(session, delivery)
    k, c, comments = map(int, delivery.reference.split(":"))
    words = view.rules_text(members.language_of(workspace, person), k=k, c=c, comments=comments)
    return Message(text=words, blocks=view.loss(words))


def new_leader(session: Session, delivery: Delivery, now: datetime) -> Rendered:  # noqa: ARG001 - the shape of a Renderer
    """Somebody else leads the team now."""
    workspace, person = _reader(session, delivery)
    team = session.get(Team, delivery.reference)
    leader = session.get(Member, team.leader_id) if team and team.leader_id else None
    if team is None or leader is None:
        return Skip("no_leader")
    words = view.new_leader_text(members.language_of(workspace, person), leader=leader.name, team=team.name)
    # Names are people's own words, so they stand in plain text.
    return Message(text=words, blocks=view.loss(words, plain=True))


def trial(session: Session, delivery: Delivery, now: datetime) -> Rendered:
    """The message as staff would get it, to an admin who tries it out."""
    workspace, person = _reader(session, delivery)
    say = members.language_of(workspace, person)
    coming = upcoming(workspace, opening.last_poll(session, workspace), now)
    closing = say.moment(coming.closes_at, members.time_zone_of(workspace, person))
    blocks = view.message(say, "test", closing=closing, has_earlier=False)
    blocks[-1] = view.trial_button(say)
    note = say("This is a test that only you got. Nothing is stored.")
    text = view.message_text(say, closing=closing, has_earlier=False)
    return Message(text=f"{note}\n{text}", blocks=[view.note(note), *blocks])


RENDERERS: dict[str, Renderer] = {
    INVITATION: in_their_hours(invitation),
    telling.LOSS: in_their_hours(loss),
    telling.ALTERATION: in_their_hours(alteration),
    # An admin who tries it out waits for it.
    TEST: trial,
    telling.REMINDER: reminder,
    telling.NEW_LEADER: in_their_hours(new_leader),
    governing.RULES_CHANGED: in_their_hours(rules_changed),
}
EXPANDERS = {
    INVITATION: invitations.enqueue_invitations,
    telling.LOSS: invitations.enqueue_loss_notices,
    telling.NEW_LEADER: telling.enqueue_leader_notices,
    governing.RULES_CHANGED: telling.enqueue_threshold_notices,
}


def _reader(session: Session, delivery: Delivery) -> tuple[Workspace, Member]:
    workspace = session.get_one(Workspace, delivery.workspace_id)
    found = select(Member).where(Member.workspace_id == workspace.id, Member.slack_user_id == delivery.target)
    return workspace, session.scalars(found).one()
