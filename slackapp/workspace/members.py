"""Members: look-up, storing Slack's profiles, team membership and leaders."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core.i18n import Voice, voice
from slackapp.models import Member, Team, Workspace
from slackapp.outbox.queue import insert_for

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class SlackProfile:
    """A person's profile from Slack."""

    slack_user_id: str
    name: str
    time_zone: str | None = None
    is_bot: bool = False
    is_stranger: bool = False
    is_admin: bool = False
    left: bool = False


class UnknownMembers(Exception):  # noqa: N818 - not a failure: it says whom to look up before trying again
    """Some people are not stored yet; `slack_user_ids` are to be looked up in Slack."""

    def __init__(self, slack_user_ids: Iterable[str]) -> None:
        super().__init__(type(self).__name__)
        self.slack_user_ids = tuple(slack_user_ids)


def find(session: Session, workspace: Workspace, slack_user_id: str) -> Member | None:
    """Return a member by Slack's id, or None."""
    return session.scalar(
        select(Member).where(Member.workspace_id == workspace.id, Member.slack_user_id == slack_user_id)
    )


def get_all(session: Session, workspace: Workspace, slack_user_ids: Iterable[str]) -> dict[str, Member]:
    """Return members by their Slack ids.

    Raises:
        UnknownMembers: One or more of them are not stored; nothing was changed.
    """
    ids = tuple(dict.fromkeys(slack_user_ids))
    people = session.scalars(
        select(Member).where(Member.workspace_id == workspace.id, Member.slack_user_id.in_(ids))
    )
    members = {member.slack_user_id: member for member in people}
    if missing := [slack_user_id for slack_user_id in ids if slack_user_id not in members]:
        raise UnknownMembers(missing)
    return members


def upsert_one(session: Session, workspace: Workspace, person: SlackProfile) -> Member:
    """Store a profile from Slack; the person's own settings stay."""
    return upsert_all(session, workspace, [person])[0]


def upsert_all(session: Session, workspace: Workspace, people: Iterable[SlackProfile]) -> list[Member]:
    """Store many profiles, each once, 500 in a statement. Safe when run concurrently."""
    rows = list({person.slack_user_id: _row(workspace, person) for person in people}.values())
    stored: list[Member] = []
    for start in range(0, len(rows), _CHUNK):
        insert = insert_for(session)(Member)
        updated = {
            name: insert.excluded[name] for name in rows[0] if name not in {"workspace_id", "slack_user_id"}
        }
        upsert = insert.on_conflict_do_update(
            index_elements=[Member.workspace_id, Member.slack_user_id], set_=updated
        ).returning(Member)
        stored += session.scalars(
            upsert, rows[start : start + _CHUNK], execution_options={"populate_existing": True}
        )
    return stored


def create_team(
    session: Session,
    workspace: Workspace,
    name: str,
    *,
    parent: Team | None = None,
    channel: str | None = None,
) -> Team:
    """Create a team; `channel` is the Slack id of the channel it shares thanks in."""
    team = Team(
        workspace_id=workspace.id,
        name=name,
        parent_id=parent.id if parent else None,
        slack_channel_id=channel,
    )
    session.add(team)
    session.flush()
    return team


def set_leader(session: Session, team: Team, leader: Member) -> None:
    """Set a team's leader. Their own team becomes the parent of the topmost team they lead."""
    team.leader_id = leader.id
    session.flush()
    _move_leader_to_parent(session, leader)


def put_in_team(session: Session, member: Member, team: Team | None) -> None:
    """Set somebody's team, or None. Whoever leads a team belongs to its parent instead."""
    member.team_id = team.id if team else None
    session.flush()
    _move_leader_to_parent(session, member)


def language_of(workspace: Workspace, member: Member | None) -> Voice:
    """Return the language a person reads: their own choice, else the workspace's."""
    return voice((member.language if member else None) or workspace.language)


def time_zone_of(workspace: Workspace, member: Member) -> str:
    """Return a person's time zone: their own, else the workspace's."""
    return member.time_zone or workspace.time_zone


def teams_led_by(session: Session, member: Member) -> list[Team]:
    """Return the teams this person leads, by name."""
    return list(session.scalars(select(Team).where(Team.leader_id == member.id).order_by(Team.name)))


def _move_leader_to_parent(session: Session, member: Member) -> None:
    """Put a leader into the parent of their topmost team: leaders never answer about themselves."""
    led = {team.id: team for team in teams_led_by(session, member)}
    # Somebody may lead a ward and its directorate: the team that is below no other of theirs counts.
    topmost = [team for team in led.values() if team.parent_id not in led]
    if topmost:
        member.team_id = topmost[0].parent_id
        session.flush()


def _row(workspace: Workspace, person: SlackProfile) -> dict[str, object]:
    return {
        "workspace_id": workspace.id,
        "slack_user_id": person.slack_user_id,
        "name": person.name,
        "time_zone": person.time_zone,
        "is_bot": person.is_bot,
        "is_stranger": person.is_stranger,
        "is_admin": person.is_admin,
        "left": person.left,
    }
