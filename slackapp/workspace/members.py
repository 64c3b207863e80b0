"""People: who they are here, which team they belong to, who leads what."""

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
    """A person as Slack tells us of them."""

    slack_user_id: str
    name: str
    time_zone: str | None = None
    is_bot: bool = False
    is_stranger: bool = False
    is_admin: bool = False
    left: bool = False


class UnknownMembers(Exception):  # noqa: N818 - not a failure: it says whom to look up before trying again
    """Some of these people are not known here yet."""

    def __init__(self, slack_user_ids: Iterable[str]) -> None:
        super().__init__(type(self).__name__)
        self.slack_user_ids = tuple(slack_user_ids)


def find(session: Session, workspace: Workspace, slack_user_id: str) -> Member | None:
    """A person by Slack's id, or None when we have not met them."""
    return session.scalar(
        select(Member).where(Member.workspace_id == workspace.id, Member.slack_user_id == slack_user_id)
    )


def get_all(session: Session, workspace: Workspace, slack_user_ids: Iterable[str]) -> dict[str, Member]:
    """People by their Slack ids.

    Raises:
        Unmet: One or more of them are not known here; nothing was changed.
    """
    wanted = tuple(dict.fromkeys(slack_user_ids))
    found = session.scalars(
        select(Member).where(Member.workspace_id == workspace.id, Member.slack_user_id.in_(wanted))
    )
    known = {member.slack_user_id: member for member in found}
    if missing := [one for one in wanted if one not in known]:
        raise UnknownMembers(missing)
    return known


def upsert_one(session: Session, workspace: Workspace, person: SlackProfile) -> Member:
    """Take in what Slack says of a person; what they chose here stays as it is."""
    return upsert_all(session, workspace, [person])[0]


def upsert_all(session: Session, workspace: Workspace, people: Iterable[SlackProfile]) -> list[Member]:
    """Take in many, each once, 500 in a statement; safe beside others doing the same."""
    rows = list({person.slack_user_id: _row(workspace, person) for person in people}.values())
    remembered: list[Member] = []
    for start in range(0, len(rows), _CHUNK):
        insert = insert_for(session)(Member)
        taken = {
            name: insert.excluded[name] for name in rows[0] if name not in {"workspace_id", "slack_user_id"}
        }
        upsert = insert.on_conflict_do_update(
            index_elements=[Member.workspace_id, Member.slack_user_id], set_=taken
        ).returning(Member)
        remembered += session.scalars(
            upsert, rows[start : start + _CHUNK], execution_options={"populate_existing": True}
        )
    return remembered


def create_team(
    session: Session,
    workspace: Workspace,
    name: str,
    *,
    parent: Team | None = None,
    channel: str | None = None,
) -> Team:
    """A new team; `channel` is the Slack id of the channel it shares thanks in."""
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
    """Make somebody the leader of a team. Their own unit becomes the parent of the topmost team they lead."""
    team.leader_id = leader.id
    session.flush()
    _settle_leader(session, leader)


def put_in_team(session: Session, member: Member, team: Team | None) -> None:
    """Let somebody belong to a team, or to none. Whoever leads a team belongs to its parent instead."""
    member.team_id = team.id if team else None
    session.flush()
    _settle_leader(session, member)


def language_of(workspace: Workspace, member: Member | None) -> Voice:
    """The language this person reads: their own choice, else the workspace's."""
    return voice((member.language if member else None) or workspace.language)


def time_zone_of(workspace: Workspace, member: Member) -> str:
    """The time zone this person lives in: their own, else the workspace's."""
    return member.time_zone or workspace.time_zone


def teams_led_by(session: Session, member: Member) -> list[Team]:
    """The teams this person leads, by name."""
    return list(session.scalars(select(Team).where(Team.leader_id == member.id).order_by(Team.name)))


def _settle_leader(session: Session, member: Member) -> None:
    """Keep the rule that a leader answers where the parent's leader reads, never about themselves."""
    led = {team.id: team for team in teams_led_by(session, member)}
    # Someone may lead a ward and its directorate too: the one that lies in no other of theirs counts.
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
