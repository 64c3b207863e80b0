"""Compare a CSV file of teams with the database, and apply it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core.batches import OnProgress, no_progress
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.core.text import is_blank
from slackapp.models import Member, ProposalKind, Team, Workspace
from slackapp.teams.csv_read import CHANNEL_ID, Change, Kind, Plan, Problem, Row
from slackapp.teams.edit import LONGEST_NAME, check_tree
from slackapp.teams.proposals import withdraw
from slackapp.workspace import members


@dataclass(slots=True)
class TeamRow:
    """What the file says about one team: its cells by column, and the Slack ids of its people."""

    name: str
    cells: dict[str, str] = field(default_factory=dict)
    people: list[str] = field(default_factory=list)


def plan(session: Session, workspace: Workspace, rows: list[Row]) -> Plan:
    """Return what the file would change. Changes nothing."""
    return _Comparison(session, workspace).plan(rows)


def carry_out(
    session: Session, workspace: Workspace, rows: list[Row], on_progress: OnProgress = no_progress
) -> Plan:
    """Apply the whole file, or nothing if any row has a problem."""
    comparison = _Comparison(session, workspace)
    result = comparison.plan(rows)
    if not result.problems:
        comparison.carry_out(on_progress)
    return result


class _Comparison:
    """Compares a file with the database, which is read once, whatever the number of rows."""

    def __init__(self, session: Session, workspace: Workspace) -> None:
        self._session, self._workspace = session, workspace
        teams = session.scalars(select(Team).where(Team.workspace_id == workspace.id)).all()
        self._teams = {team.name.casefold(): team for team in teams if team.closed_at is None}
        self._ended = {team.name.casefold() for team in teams if team.closed_at is not None}
        self._names = {team.id: team.name for team in self._teams.values()}
        everybody = session.scalars(select(Member).where(Member.workspace_id == workspace.id)).all()
        self._people = {member.id: member for member in everybody}
        reachable = [member for member in everybody if member.can_be_reached]
        self._by_slack = {member.slack_user_id: member for member in reachable}
        self._by_name = {_normalised(member.name): member for member in reachable}
        self._shared = {
            name for name, n in Counter(_normalised(member.name) for member in reachable).items() if n > 1
        }
        self._team_rows: dict[str, TeamRow] = {}
        self._placed: dict[str, str] = {}

    def plan(self, rows: list[Row]) -> Plan:
        problems = [problem for row in rows for problem in self._read_row(row)]
        problems += self._about_the_tree(rows)
        problems += self._about_deputies(rows)
        return Plan(() if problems else tuple(self._changes()), tuple(problems))

    def carry_out(self, on_progress: OnProgress) -> None:
        for key, row in self._team_rows.items():
            if key not in self._teams:
                self._teams[key] = members.create_team(self._session, self._workspace, row.name)
        for key, row in self._team_rows.items():
            team = self._teams[key]
            if parent := row.cells.get("parent"):
                team.parent_id = self._teams[parent.casefold()].id
            team.slack_channel_id = row.cells.get("channel") or team.slack_channel_id
            if deputy := self._person(row.cells.get("deputy", "")):
                team.deputy_id = deputy.id
            if leader := self._person(row.cells.get("leader", "")):
                team.leader_id = leader.id
                withdraw(self._session, team, ProposalKind.LEADER)
        self._session.flush()
        self._assign_people(on_progress)

    def _assign_people(self, on_progress: OnProgress) -> None:
        places = [
            (slack_user_id, key) for key, row in self._team_rows.items() for slack_user_id in row.people
        ]
        for done, (person, key) in enumerate(places, start=1):
            members.put_in_team(self._session, self._by_slack[person], self._teams[key])
            on_progress(done, len(places))
        for key, row in self._team_rows.items():
            team = self._teams[key]
            if team.leader_id and (row.cells.get("leader") or row.cells.get("parent")):
                # A parent that changed changes where the leader answers, too.
                leader = self._people[team.leader_id]
                own = self._session.get(Team, leader.team_id) if leader.team_id else None
                members.put_in_team(self._session, leader, own)

    def _read_row(self, row: Row) -> Iterator[Problem]:
        name = row["team"]
        if is_blank(name) or len(name) > LONGEST_NAME:
            most = {"most": LONGEST_NAME}
            yield Problem(row.number, translatable("the team needs a name of 1 to {most} characters."), most)
            return
        if name.casefold() in self._ended:
            yield Problem(row.number, translatable("{name} was a team and has ended."), {"name": name})
        team = self._teams.get(name.casefold())
        team_row = self._team_rows.setdefault(name.casefold(), TeamRow(team.name if team else name))
        for column in ("parent", "leader", "deputy", "channel"):
            if not row[column]:
                continue
            if team_row.cells.setdefault(column, row[column]).casefold() != row[column].casefold():
                about = {"team": name, "column": column}
                yield Problem(
                    row.number, translatable("{team} has another {column} in an earlier row."), about
                )
        yield from self._about_people(row, team_row)
        if row["channel"] and not CHANNEL_ID.fullmatch(row["channel"]):
            yield Problem(row.number, translatable("the channel must be Slack's id, as in C0123ABCD."))

    def _about_people(self, row: Row, team_row: TeamRow) -> Iterator[Problem]:
        for column in ("leader", "deputy", "person"):
            cell = row[column]
            if cell and cell.casefold() in self._shared:
                sentence = translatable("several people are called {name}. Please give Slack's id.")
                yield Problem(row.number, sentence, {"name": cell})
            elif cell and self._person(cell) is None:
                sentence = translatable(
                    "nobody here is called {name}. Please give the name as in Slack, or Slack's id."
                )
                yield Problem(row.number, sentence, {"name": cell})
        person = self._person(row["person"])
        if person is not None:
            yield from self._place(row, team_row, person)

    def _place(self, row: Row, team_row: TeamRow, person: Member) -> Iterator[Problem]:
        before = self._placed.setdefault(person.slack_user_id, team_row.name)
        if before != team_row.name:
            sentence = translatable("{name} is in {team} in an earlier row. Everybody has one team.")
            yield Problem(row.number, sentence, {"name": person.name, "team": before})
        elif person.slack_user_id not in team_row.people:
            team_row.people.append(person.slack_user_id)

    def _about_the_tree(self, rows: list[Row]) -> Iterator[Problem]:
        names = {*self._teams, *self._team_rows}
        numbers = {row["team"].casefold(): row.number for row in reversed(rows) if row["parent"]}
        parents: dict[str, str | None] = {
            key: self._names[team.parent_id].casefold() if team.parent_id else None
            for key, team in self._teams.items()
        }
        for key, row in self._team_rows.items():
            parent = row.cells.get("parent", "").casefold()
            if parent and parent not in names:
                about: dict[str, object] = {"name": row.cells["parent"]}
                yield Problem(numbers.get(key, 1), translatable("there is no team called {name}."), about)
            parents[key] = (parent if parent in names else None) or parents.get(key)
        try:
            check_tree(parents)
        except UserError as circle:
            yield Problem(max(numbers.values(), default=1), circle.sentence)

    def _about_deputies(self, rows: list[Row]) -> Iterator[Problem]:
        numbers = {row["team"].casefold(): row.number for row in rows if row["leader"] or row["deputy"]}
        for key, number in numbers.items():
            leader, deputy = (self._leader_after(key, kind) for kind in (Kind.LEADER, Kind.DEPUTY))
            if leader is not None and leader == deputy:
                yield Problem(number, translatable("The deputy must be somebody else than the leader."))

    def _leader_after(self, key: str, kind: Kind) -> str | None:
        """Return the id of a team's leader or deputy after the file is applied."""
        row, team = self._team_rows.get(key), self._teams.get(key)
        named = self._person(row.cells.get(kind, "")) if row else None
        if named is not None:
            return named.id
        return getattr(team, f"{kind}_id") if team else None

    def _changes(self) -> Iterator[Change]:
        for key, row in self._team_rows.items():
            if key not in self._teams:
                yield Change(Kind.TEAM, row.name)
        for key, row in self._team_rows.items():
            yield from self._about_team(row, self._teams.get(key))
        leaders = self._leaders()
        for row in self._team_rows.values():
            for person in (self._by_slack[slack_user_id] for slack_user_id in row.people):
                before = self._names.get(person.team_id or "")
                if before != row.name and person.id not in leaders:
                    yield Change(Kind.PERSON, row.name, person.name, before)

    def _about_team(self, row: TeamRow, team: Team | None) -> Iterator[Change]:
        parent, channel = row.cells.get("parent"), row.cells.get("channel")
        present = self._names.get(team.parent_id or "") if team else None
        if parent and parent.casefold() != (present or "").casefold():
            yield Change(Kind.PARENT, row.name, self._name_of(parent), present)
        if channel and channel != (team.slack_channel_id if team else None):
            yield Change(Kind.CHANNEL, row.name, channel, team.slack_channel_id if team else None)
        for kind, now in (
            (Kind.LEADER, team.leader_id if team else None),
            (Kind.DEPUTY, team.deputy_id if team else None),
        ):
            person = self._person(row.cells.get(kind, ""))
            if person is not None and person.id != now:
                yield Change(kind, row.name, person.name, self._people[now].name if now else None)

    def _leaders(self) -> set[str]:
        """Return who will lead a team: their own team follows from that, whatever a row says."""
        named = {key: self._person(row.cells.get("leader", "")) for key, row in self._team_rows.items()}
        stay = {team.leader_id for key, team in self._teams.items() if team.leader_id and not named.get(key)}
        return stay | {member.id for member in named.values() if member is not None}

    def _name_of(self, team: str) -> str:
        existing, row = self._teams.get(team.casefold()), self._team_rows.get(team.casefold())
        return existing.name if existing else row.name if row else team

    def _person(self, cell: str) -> Member | None:
        return self._by_slack.get(cell) or self._by_name.get(cell.casefold()) if cell else None


def _normalised(name: str) -> str:
    """Normalise a name as a cell is read: spaces collapsed, case folded."""
    return " ".join(name.split()).casefold()
