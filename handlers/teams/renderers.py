"""The question whether a channel shall be a team, and the word in the channel once it is one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.teams import wizard_view
from handlers.teams.wizard import ANNOUNCED
from slackapp import teams
from slackapp.core.i18n import Voice, voice
from slackapp.models import Delivery, Member, Team, Workspace
from slackapp.outbox.references import ChannelRef, TeamMakerRef, TeamRef
from slackapp.outbox.rendered import Message, Route, Skip, by_kind
from slackapp.teams.sync import ARCHIVED, OFFER
from slackapp.workspace import members


@dataclass(frozen=True, slots=True)
class _Offer:
    say: Voice
    channel: str


@dataclass(frozen=True, slots=True)
class _Announcement:
    say: Voice
    new_team: wizard_view.NewTeam


@dataclass(frozen=True, slots=True)
class _Archived:
    say: Voice
    team: str


def _load_offer(session: Session, about: ChannelRef, delivery: Delivery, _now: datetime) -> _Offer | Skip:
    workspace = session.get_one(Workspace, delivery.workspace_id)
    if teams.sourced(session, workspace, about.channel) is not None:
        return Skip("is_a_team")
    reader = members.find(session, workspace, delivery.target)
    return _Offer(members.language_of(workspace, reader), about.channel)


def _offer(content: _Offer) -> Message:
    return Message(*wizard_view.offer(content.say, content.channel))


def _load_announced(
    session: Session, about: TeamMakerRef, delivery: Delivery, _now: datetime
) -> _Announcement | Skip:
    team, maker = session.get(Team, about.team_id), session.get(Member, about.member_id)
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
    return _Announcement(voice(workspace.language), new_team)


def _announced(content: _Announcement) -> Message:
    return Message(*wizard_view.announced(content.say, content.new_team))


def _load_archived(session: Session, about: TeamRef, delivery: Delivery, _now: datetime) -> _Archived | Skip:
    team = session.get(Team, about.team_id)
    if team is None or team.slack_channel_id is None:
        return Skip("no_channel")
    workspace = session.get_one(Workspace, delivery.workspace_id)
    reader = members.find(session, workspace, delivery.target)
    return _Archived(members.language_of(workspace, reader), team.name)


def _archived(content: _Archived) -> Message:
    return Message(*wizard_view.archived(content.say, content.team))


ROUTES = by_kind(
    Route(OFFER, _load_offer, _offer),
    Route(ANNOUNCED, _load_announced, _announced),
    Route(ARCHIVED, _load_archived, _archived),
)
