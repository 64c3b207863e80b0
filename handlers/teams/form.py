"""One team's form: its present values, the submitted ones, and what the team then follows."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from slack_sdk import WebClient
from sqlalchemy.orm import Session

from handlers.shared.channels import channel_name, check_can_post, groups, people_in
from handlers.shared.form_values import Values
from handlers.shared.payloads import Payload
from handlers.shared.request import Scope
from handlers.shared.revisions import CHANGED, EMPTIED
from handlers.teams import admin_view
from handlers.teams.sync import known_members
from handlers.teams.wizard_view import FIELD_PARENT
from slackapp import teams
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Member, SourceKind, Team, TeamSource, Workspace
from slackapp.teams import MembershipSource, TeamForm
from slackapp.teams.edit import FIELD_NAME
from slackapp.workspace import members

_CHANNEL_FIRST = translatable("Please choose its channel first, or put people in by hand.")
_NOT_A_CHOICE = translatable("That is not one of the choices.")


_BLOCKS = {
    "name": FIELD_NAME,
    "parent": FIELD_PARENT,
    "leader": admin_view.LEADER,
    "deputy": admin_view.DEPUTY,
}


@dataclass(frozen=True, slots=True)
class Filled:
    """A team's form as it was filled in.

    `source` is what its membership shall follow, `present` the Slack ids of who is in it now. `before` are
    the values as the form showed them, by field; empty for a new team.
    """

    team_id: str
    wish: TeamForm
    source: MembershipSource | None
    present: tuple[str, ...]
    before: Mapping[str, str | None]
    follows: str
    is_followed_as_before: bool = False
    """Whether another person changed what it follows, and this form did not."""


def current_form(session: Session, workspace: Workspace, team_id: str) -> admin_view.TeamDetails:
    """A team as its form shows it."""
    team = teams.of(session, workspace, team_id)
    parent = session.get(Team, team.parent_id) if team.parent_id else None
    source, (size,) = teams.source_of(session, team), teams.page(session, [team.id])
    return admin_view.TeamDetails(
        id=team.id,
        name=team.name,
        parent=(parent.id, parent.name) if parent else None,
        leader=_selectable(session, team.leader_id),
        deputy=_selectable(session, team.deputy_id),
        channel=team.slack_channel_id,
        follows=(SourceKind(source.kind), source.slack_id, source.called or source.slack_id)
        if source
        else None,
        people=size.people,
        below=size.below,
    )


def _selectable(session: Session, member_id: str | None) -> str | None:
    """Return the member's Slack id; None for one who left, as Slack's list no longer offers them."""
    member = session.get(Member, member_id) if member_id else None
    return member.slack_user_id if member is not None and member.can_be_reached else None


def shared_channel(session: Session, workspace: Workspace, *, team_id: str) -> str | None:
    """The channel that a team shares in now; None for a new team."""
    return teams.of(session, workspace, team_id).slack_channel_id if team_id else None


def read_form(client: WebClient, body: Payload, current_channel: str | None) -> Filled:
    """The form as it was filled in, and who is in the place that the team shall follow.

    With no channel chosen the current one stays. Raises UserError when the app cannot see or post there.
    """
    values = Values(body)
    chosen_channel = values.place(admin_view.CHANNEL) or None
    channel = chosen_channel or (None if values.ticked(admin_view.NOWHERE) else current_channel)
    wish = TeamForm(
        name=values.text(FIELD_NAME),
        parent=values.chosen(FIELD_PARENT) or None,
        leader=values.person(admin_view.LEADER) or None,
        channel=channel,
        deputy=values.person(admin_view.DEPUTY) or None,
    )
    source = _source(client, values.chosen(admin_view.FOLLOWS), channel)
    present = people_in(client, source.kind, source.slack_id) if source else []
    if chosen_channel:
        check_can_post(client, chosen_channel)
    team_id, before = read_carried(body)
    return Filled(team_id, wish, source, tuple(present), before, values.chosen(admin_view.FOLLOWS))


def read_carried(body: Payload) -> tuple[str, Mapping[str, str | None]]:
    """The team's id and the values that its form showed; both empty for a new team."""
    team_id, _, values = body["view"]["private_metadata"].partition(" ")
    return team_id, json.loads(values) if values else {}


def only_changed(session: Session, workspace: Workspace, filled: Filled) -> Filled:
    """The form with the present value in each field that was not changed in it.

    Somebody else may have saved the team since it was opened. Raises UserError, beside the field, when both
    changed the same one.
    """
    if not filled.before:
        return filled
    details = current_form(session, workspace, filled.team_id)
    present = {
        "name": details.name,
        "parent": details.parent[0] if details.parent else None,
        "leader": details.leader,
        "deputy": details.deputy,
    }
    typed = {field: getattr(filled.wish, field) for field in present}
    unchanged = {field for field, value in typed.items() if value == filled.before.get(field)}
    values = typed | {field: present[field] for field in unchanged}
    for field, block_id in _BLOCKS.items():
        is_changed_since = present[field] != filled.before.get(field)
        if is_changed_since and values[field] != present[field]:
            raise _conflict(session, workspace, details, field).beside(block_id)
    if filled.follows == filled.before.get("follows") != admin_view.followed(details):
        filled = replace(filled, is_followed_as_before=True)
    name, parent, leader, deputy = (values[field] for field in ("name", "parent", "leader", "deputy"))
    wish = TeamForm(str(name), parent, leader, filled.wish.channel, deputy)
    return replace(filled, wish=wish)


def _conflict(
    session: Session, workspace: Workspace, details: admin_view.TeamDetails, field: str
) -> UserError:
    value = {"name": details.name, "parent": details.parent[1] if details.parent else ""}.get(field)
    if value is None:
        slack_user_id = details.leader if field == "leader" else details.deputy
        member = members.find(session, workspace, slack_user_id) if slack_user_id else None
        value = member.name if member else ""
    return UserError(CHANGED, value=value) if value else UserError(EMPTIED)


def _source(client: WebClient, follows: str, channel: str | None) -> MembershipSource | None:
    if follows == admin_view.BY_HAND:
        return None
    if follows == admin_view.BY_CHANNEL:
        if channel is None:
            raise UserError(_CHANNEL_FIRST)
        name = teams.suggest_name(channel_name(client, channel))
        return MembershipSource(SourceKind.CHANNEL, channel, name)
    slack_id = follows.removeprefix("group:")
    names = dict(groups(client))
    if slack_id not in names:
        raise UserError(_NOT_A_CHOICE)
    return MembershipSource(SourceKind.USER_GROUP, slack_id, names[slack_id])


def follow(scope: Scope, team: Team, filled: Filled) -> list[str]:
    """Make the team follow the chosen place; return a word for the audit log when it changed."""
    session, workspace = scope.session, scope.workspace
    if filled.is_followed_as_before:
        return []
    before = teams.source_of(session, team)
    if filled.source is None:
        teams.unfollow(session, team)
        return ["follows"] if before is not None else []
    has_changed = before is None or before.slack_id != filled.source.slack_id
    teams.follow(session, workspace, team, filled.source)
    source = session.get_one(TeamSource, team.id)
    present = known_members(session, workspace, list(filled.present))
    teams.set_members(session, source, present, now=scope.now)
    return ["follows"] if has_changed else []
