"""One team's form: as the team is, as an admin filled it in, and what that makes the team follow."""

from dataclasses import dataclass
from datetime import datetime

from slack_sdk import WebClient
from sqlalchemy.orm import Session

from handlers.shared.channels import channel_name, check_can_post, groups, people_in
from handlers.shared.form_values import Values
from handlers.shared.payloads import Caller, Payload, caller
from handlers.teams import admin_view as view
from handlers.teams.sync import known_members
from handlers.teams.wizard_view import FIELD_PARENT
from slackapp import teams as units
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Member, SourceKind, Team, TeamSource, Workspace
from slackapp.teams import MembershipSource, TeamForm
from slackapp.teams.edit import FIELD_NAME

_CHANNEL_FIRST = translatable("Please choose its channel first, or put people in by hand.")
_NOT_A_CHOICE = translatable("That is not one of the choices.")


@dataclass(frozen=True, slots=True)
class Filled:
    """A team's form as it was filled in. `place` is what it shall follow; `there` who is in it now."""

    who: Caller
    team_id: str
    wish: TeamForm
    place: MembershipSource | None
    there: tuple[str, ...]


def current_form(session: Session, workspace: Workspace, team_id: str) -> view.TeamDetails:
    """A team as its form shows it."""
    team = units.of(session, workspace, team_id)
    parent = session.get(Team, team.parent_id) if team.parent_id else None
    source, (size,) = units.source_of(session, team), units.page(session, [team.id])
    return view.TeamDetails(
        id=team.id,
        name=team.name,
        parent=(parent.id, parent.name) if parent else None,
        leader=_chosen(session, team.leader_id),
        deputy=_chosen(session, team.deputy_id),
        channel=team.slack_channel_id,
        follows=(SourceKind(source.kind), source.slack_id, source.called or source.slack_id)
        if source
        else None,
        people=size.people,
        below=size.below,
    )


def _chosen(session: Session, member_id: str | None) -> str | None:
    """Whoever left is not offered by Slack any more: their place is free."""
    one = session.get(Member, member_id) if member_id else None
    return one.slack_user_id if one is not None and one.can_be_reached else None


def shares_in(session: Session, workspace: Workspace, *, team_id: str) -> str | None:
    """The channel that a team shares in now."""
    return units.of(session, workspace, team_id).slack_channel_id if team_id else None


def read_form(client: WebClient, body: Payload, channel_now: str | None) -> Filled:
    """The form, and who is in the place that the team shall follow. Left blank, its channel stays."""
    found = Values(body)
    chosen, follows = found.place(view.CHANNEL) or None, found.chosen(view.FOLLOWS)
    channel = chosen or (None if found.ticked(view.NOWHERE) else channel_now)
    wish = TeamForm(
        name=found.text(FIELD_NAME),
        parent=found.chosen(FIELD_PARENT) or None,
        leader=found.person(view.LEADER) or None,
        channel=channel,
        deputy=found.person(view.DEPUTY) or None,
    )
    place = _place(client, follows, channel)
    there = people_in(client, place.kind, place.slack_id) if place else []
    if chosen:
        check_can_post(client, chosen)
    return Filled(caller(body), body["view"]["private_metadata"], wish, place, tuple(there))


def _place(client: WebClient, follows: str, channel: str | None) -> MembershipSource | None:
    if follows == view.BY_HAND:
        return None
    if follows == view.BY_CHANNEL:
        if channel is None:
            raise UserError(_CHANNEL_FIRST)
        return MembershipSource(
            SourceKind.CHANNEL, channel, units.suggest_name(channel_name(client, channel))
        )
    slack_id = follows.removeprefix("group:")
    names = dict(groups(client))
    if slack_id not in names:
        raise UserError(_NOT_A_CHOICE)
    return MembershipSource(SourceKind.USER_GROUP, slack_id, names[slack_id])


def follow(session: Session, workspace: Workspace, team: Team, filled: Filled, now: datetime) -> list[str]:
    """Let the team follow what was chosen; gives a word for the audit log when that is another thing now."""
    before = units.source_of(session, team)
    if filled.place is None:
        units.unfollow(session, team)
        return ["follows"] if before is not None else []
    is_other = before is None or before.slack_id != filled.place.slack_id
    units.follow(session, workspace, team, filled.place)
    source = session.get_one(TeamSource, team.id)
    units.set_members(session, source, known_members(session, workspace, list(filled.there)), now=now)
    return ["follows"] if is_other else []
