"""Draw a check-in's charter from the database, and copy it back for messages and reports."""

from collections.abc import Mapping

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from slackapp.models import Member, Poll, PollMember, PollUnit, Team, Workspace
from slackapp.pulse import disclosure, question_rotation
from slackapp.pulse.charter import LONGEST_OPEN, Charter, CharterUnit, Invitee, Reader
from slackapp.pulse.frequency import teams_skipping
from slackapp.pulse.questions import OWN
from slackapp.workspace import permissions

SETTINGS = ("opens_at", "closes_at", "items", "comments_on", "k", "c", "comment_threshold")
"""The columns of `poll` that the charter fixes."""


def unit_of(member: Member, teams: Mapping[str, Team]) -> str | None:
    """The unit a person's answer belongs to, above every team they lead; None for whoever leads the top."""
    unit = above = member.team_id
    passed = set()
    while above is not None and above not in passed:
        passed.add(above)
        team = teams[above]
        above = team.parent_id
        if team.leader_id == member.id:
            unit = above
    return unit


def teams_of(session: Session, poll: Poll) -> dict[str, Team]:
    """The teams of a round's workspace by their ids, closed ones too."""
    teams = session.scalars(select(Team).where(Team.workspace_id == poll.workspace_id))
    return {team.id: team for team in teams}


def draw(session: Session, poll: Poll) -> Charter:
    """Rules, groups and people as they stand now."""
    workspace = session.get_one(Workspace, poll.workspace_id)
    teams = teams_of(session, poll)
    members = list(session.scalars(select(Member).where(Member.workspace_id == poll.workspace_id)))
    open_teams = {key: team for key, team in teams.items() if team.closed_at is None}
    resting = teams_skipping(session, poll.workspace_id, poll.opens_on)
    people = {}
    for member in members:
        unit = unit_of(member, teams) if member.team_id is not None and member.can_be_reached else None
        if unit is not None and unit in open_teams and unit not in resting:
            language, zone = member.language or workspace.language, member.time_zone or workspace.time_zone
            people[member.slack_user_id] = Invitee(unit, member.name, language, zone)
    by_id = {member.id: member for member in members}
    own = [item for item in question_rotation.items(session, poll.items) if item.key.startswith(OWN)]
    return Charter(
        poll_id=poll.id,
        team=workspace.slack_team_id,
        opens_at=poll.opens_at,
        closes_at=min(poll.closes_at, poll.opens_at + LONGEST_OPEN),
        items=tuple(poll.items),
        wordings={item.key: item.wording for item in own},
        comments_on=poll.comments_on,
        k=max(poll.k, disclosure.LOWEST_K),
        c=max(poll.c, disclosure.LOWEST_C),
        comment_threshold=max(poll.comment_threshold, disclosure.FEWEST_FOR_COMMENTS),
        admins_read=workspace.admins_read_digests,
        units={
            key: CharterUnit(
                team.name,
                team.parent_id if team.parent_id in open_teams else None,
                _readers(open_teams, by_id, key),
            )
            for key, team in open_teams.items()
        },
        people=people,
    )


def copy_to_tables(session: Session, poll: Poll, charter: Charter) -> bool:
    """Make the database say what the charter says. True when it said something else before.

    Rows that are missing are no sign of that: a new check-in has none, and an erased person's go.
    """
    settings_differ = _copy_settings(poll, charter)
    units_differ = _copy_units(session, charter)
    people_differ = _copy_people(session, poll, charter)
    session.flush()
    return settings_differ or units_differ or people_differ


def settings_differ(poll: Poll, charter: Charter) -> bool:
    """Whether the database has other rules or times than the charter."""
    return any(getattr(poll, column) != value for column, value in _settings(charter).items())


def _settings(charter: Charter) -> dict[str, object]:
    return {column: getattr(charter, column) for column in SETTINGS} | {"items": list(charter.items)}


def _copy_settings(poll: Poll, charter: Charter) -> bool:
    differ = settings_differ(poll, charter)
    for column, value in _settings(charter).items():
        setattr(poll, column, value)
    return differ


def _copy_units(session: Session, charter: Charter) -> bool:
    stored = {
        row.unit_id: row
        for row in session.scalars(select(PollUnit).where(PollUnit.poll_id == charter.poll_id))
    }
    differ = bool(stored.keys() - charter.units.keys())
    for key in stored.keys() - charter.units.keys():
        session.delete(stored[key])
    for key, unit in charter.tree.items():
        row = stored.get(key)
        if row is None:
            row = PollUnit(poll_id=charter.poll_id, unit_id=key, parent_id=unit.parent, invited=unit.invited)
            session.add(row)
        elif (row.parent_id, row.invited) != (unit.parent, unit.invited):
            differ = True
            row.parent_id, row.invited = unit.parent, unit.invited
    return differ


def _copy_people(session: Session, poll: Poll, charter: Charter) -> bool:
    accounts = select(Member.slack_user_id, Member.id).where(Member.workspace_id == poll.workspace_id)
    ids: dict[str, str] = dict(session.execute(accounts).all())
    fixed = {ids[user]: invitee.unit for user, invitee in charter.people.items() if user in ids}
    rows = select(PollMember.member_id, PollMember.unit_id).where(PollMember.poll_id == poll.id)
    stored: dict[str, str] = dict(session.execute(rows).all())
    wrong = [member for member, unit in stored.items() if fixed.get(member) != unit]
    if wrong:
        session.execute(
            delete(PollMember).where(PollMember.poll_id == poll.id, PollMember.member_id.in_(wrong))
        )
    missing = [
        {"poll_id": poll.id, "member_id": member, "unit_id": unit}
        for member, unit in fixed.items()
        if stored.get(member) != unit
    ]
    if missing:
        session.execute(insert(PollMember), missing)
    return bool(wrong)


def _readers(teams: Mapping[str, Team], members: Mapping[str, Member], unit: str) -> tuple[Reader, ...]:
    """Who leads a unit and the teams above it, or stands in, nearest first."""
    readers = []
    for key in permissions.ancestors(teams, unit):
        team = teams[key]
        for member_id in filter(None, (team.leader_id, team.deputy_id)):
            member = members.get(member_id)
            if member is not None and member.can_be_reached:
                readers.append(Reader(member.name, team.name, stands_in=member_id != team.leader_id))
    return tuple(readers)
