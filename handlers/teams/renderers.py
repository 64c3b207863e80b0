"""Renders the messages about channels that are, or may become, teams."""

from datetime import datetime

from sqlalchemy.orm import Session

from handlers.teams import wizard_view
from handlers.teams.wizard import ANNOUNCED
from slackapp import teams
from slackapp.core.i18n import voice
from slackapp.models import Delivery, Member, Team, Workspace
from slackapp.outbox.rendered import Message, Rendered, Renderer, Skip
from slackapp.teams.sync import ARCHIVED, OFFER
from slackapp.workspace import members


def _offer(session: Session, delivery: Delivery, _now: datetime) -> Rendered:
    workspace = session.get_one(Workspace, delivery.workspace_id)
    if teams.sourced(session, workspace, delivery.reference) is not None:
        return Skip("is_a_team")
    reader = members.find(session, workspace, delivery.target)
    text, blocks = wizard_view.offer(members.language_of(workspace, reader), delivery.reference)
    return Message(text=text, blocks=blocks)


def _announced(session: Session, delivery: Delivery, _now: datetime) -> Rendered:
    team_id, _, maker_id = delivery.reference.partition(":")
    team, maker = session.get(Team, team_id), session.get(Member, maker_id)
    if team is None or team.closed_at is not None or maker is None:
        return Skip("no_team")
    workspace = session.get_one(Workspace, delivery.workspace_id)
    leader = session.get(Member, team.leader_id) if team.leader_id else None
    new_team = wizard_view.NewTeam(
        team=team.name,
        maker=maker.slack_user_id,
        leader=leader.slack_user_id if leader else None,
        follows=teams.source_of(session, team) is not None,
    )
    text, blocks = wizard_view.announced(voice(workspace.language), new_team)
    return Message(text=text, blocks=blocks)


def _archived(session: Session, delivery: Delivery, _now: datetime) -> Rendered:
    team = session.get(Team, delivery.reference)
    if team is None or team.slack_channel_id is None:
        return Skip("no_channel")
    workspace = session.get_one(Workspace, delivery.workspace_id)
    reader = members.find(session, workspace, delivery.target)
    text, blocks = wizard_view.archived(members.language_of(workspace, reader), team.name)
    return Message(text=text, blocks=blocks)


RENDERERS: dict[str, Renderer] = {OFFER: _offer, ANNOUNCED: _announced, ARCHIVED: _archived}
