"""The file beside the database: what would change, and changing it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp import teams as units
from slackapp.core.batches import OnProgress, no_progress
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.core.text import is_blank
from slackapp.models import Member, Team, Workspace
from slackapp.teams.csv_read import CHANNEL_ID, Change, Kind, Plan, Problem, Row
from slackapp.workspace import members


@dataclass(slots=True)
class TeamRow:
    """What the file says of one team."""

    name: str
    said: dict[str, str] = field(default_factory=dict)
    people: list[str] = field(default_factory=list)


def plan(session: Session, workspace: Workspace, rows: list[Row]) -> Plan:
    """What this file would change here. Nothing is changed yet."""
    return _Comparison(session, workspace).plan(rows)


def carry_out(
    session: Session, workspace: Workspace, rows: list[Row], told: OnProgress = no_progress
) -> Plan:
    """Do what the file says, all of it or, when anything is in the way, nothing."""
    comparison = _Comparison(session, workspace)
    made = comparison.plan(rows)
    if not made.problems:
        comparison.carry_out(told)
    return made


class _Comparison:
    """The file beside the database: read once, whatever the number of rows."""

    def __init__(self, session: Session, workspace: Workspace) -> None:
        self._session, self._workspace = session, workspace
        teams = session.scalars(select(Team).where(Team.workspace_id == workspace.id)).all()
        self._teams = {team.name.casefold(): team for team in teams if team.closed_at is None}
        self._ended = {team.name.casefold() for team in teams if team.closed_at is not None}
        self._names = {team.id: team.name for team in self._teams.values()}
        everybody = session.scalars(select(Member).where(Member.workspace_id == workspace.id)).all()
        self._people = {one.id: one for one in everybody}
        reachable = [one for one in everybody if one.can_be_reached]
        self._by_slack = {one.slack_user_id: one for one in reachable}
        self._by_name = {_as_given(one.name): one for one in reachable}
        self._shared = {
            name for name, n in Counter(_as_given(one.name) for one in reachable).items() if n > 1
        }
        self._wanted: dict[str, TeamRow] = {}
        self._placed: dict[str, str] = {}

    def plan(self, rows: list[Row]) -> Plan:
        problems = [problem for row in rows for problem in self._take(row)]
        problems += self._about_the_tree(rows)
        problems += self._about_deputies(rows)
        return Plan(() if problems else tuple(self._changes()), tuple(problems))

    def carry_out(self, told: OnProgress) -> None:
        for key, wanted in self._wanted.items():
            if key not in self._teams:
                self._teams[key] = members.create_team(self._session, self._workspace, wanted.name)
        for key, wanted in self._wanted.items():
            team = self._teams[key]
            if parent := wanted.said.get("parent"):
                team.parent_id = self._teams[parent.casefold()].id
            team.slack_channel_id = wanted.said.get("channel") or team.slack_channel_id
            if deputy := self._person(wanted.said.get("deputy", "")):
                team.deputy_id = deputy.id
            if leader := self._person(wanted.said.get("leader", "")):
                team.leader_id = leader.id
        self._session.flush()
        self._settle_people(told)

    def _settle_people(self, told: OnProgress) -> None:
        places = [(one, key) for key, wanted in self._wanted.items() for one in wanted.people]
        for done, (one, key) in enumerate(places, start=1):
            members.put_in_team(self._session, self._by_slack[one], self._teams[key])
            told(done, len(places))
        for team in self._teams.values():
            if team.leader_id:
                # A parent that changed changes where the leader answers, too.
                leader = self._people[team.leader_id]
                own = self._session.get(Team, leader.team_id) if leader.team_id else None
                members.put_in_team(self._session, leader, own)

    def _take(self, row: Row) -> Iterator[Problem]:
        name = row["team"]
        if is_blank(name) or len(name) > units.LONGEST_NAME:
            most = {"most": units.LONGEST_NAME}
            yield Problem(row.number, translatable("the team needs a name of 1 to {most} characters."), most)
            return
        if name.casefold() in self._ended:
            yield Problem(row.number, translatable("{name} was a team and has ended."), {"name": name})
        known = self._teams.get(name.casefold())
        wanted = self._wanted.setdefault(name.casefold(), TeamRow(known.name if known else name))
        for column in ("parent", "leader", "deputy", "channel"):
            if not row[column]:
                continue
            if wanted.said.setdefault(column, row[column]).casefold() != row[column].casefold():
                about = {"team": name, "column": column}
                yield Problem(
                    row.number, translatable("{team} has another {column} in an earlier row."), about
                )
        yield from self._about_people(row, wanted)
        if row["channel"] and not CHANNEL_ID.fullmatch(row["channel"]):
            yield Problem(row.number, translatable("the channel must be Slack's id, as in C0123ABCD."))

    def _about_people(self, row: Row, wanted: TeamRow) -> Iterator[Problem]:
        for column in ("leader", "deputy", "person"):
            given = row[column]
            if given and given.casefold() in self._shared:
                sentence = translatable("several people are called {name}. Please give Slack's id.")
                yield Problem(row.number, sentence, {"name": given})
            elif given and self._person(given) is None:
                sentence = translatable(
                    "nobody here is called {name}. Please give the name as in Slack, or Slack's id."
                )
                yield Problem(row.number, sentence, {"name": given})
        person = self._person(row["person"])
        if person is not None:
            yield from self._place(row, wanted, person)

    def _place(self, row: Row, wanted: TeamRow, person: Member) -> Iterator[Problem]:
        before = self._placed.setdefault(person.slack_user_id, wanted.name)
        if before != wanted.name:
            sentence = translatable("{name} is in {team} in an earlier row. Everybody has one team.")
            yield Problem(row.number, sentence, {"name": person.name, "team": before})
        elif person.slack_user_id not in wanted.people:
            wanted.people.append(person.slack_user_id)

    def _about_the_tree(self, rows: list[Row]) -> Iterator[Problem]:
        known = {*self._teams, *self._wanted}
        numbers = {row["team"].casefold(): row.number for row in reversed(rows) if row["parent"]}
        parents: dict[str, str | None] = {
            key: self._names[team.parent_id].casefold() if team.parent_id else None
            for key, team in self._teams.items()
        }
        for key, wanted in self._wanted.items():
            parent = wanted.said.get("parent", "").casefold()
            if parent and parent not in known:
                about: dict[str, object] = {"name": wanted.said["parent"]}
                yield Problem(numbers.get(key, 1), translatable("there is no team called {name}."), about)
            parents[key] = (parent if parent in known else None) or parents.get(key)
        try:
            units.check_tree(parents)
        except UserError as circle:
            yield Problem(max(numbers.values(), default=1), circle.sentence)

    def _about_deputies(self, rows: list[Row]) -> Iterator[Problem]:
        numbers = {row["team"].casefold(): row.number for row in rows if row["leader"] or row["deputy"]}
        for key, number in numbers.items():
            leader, deputy = (self._then(key, kind) for kind in (Kind.LEADER, Kind.DEPUTY))
            if leader is not None and leader == deputy:
                yield Problem(number, translatable("The deputy must be somebody else than the leader."))

    def _then(self, key: str, kind: Kind) -> str | None:
        """Who leads a team, or stands in for its leader, once the file is followed; by id."""
        wanted, team = self._wanted.get(key), self._teams.get(key)
        named = self._person(wanted.said.get(kind, "")) if wanted else None
        if named is not None:
            return named.id
        return getattr(team, f"{kind}_id") if team else None

    def _changes(self) -> Iterator[Change]:
        for key, wanted in self._wanted.items():
            if key not in self._teams:
                yield Change(Kind.TEAM, wanted.name)
        for key, wanted in self._wanted.items():
            yield from self._about_team(wanted, self._teams.get(key))
        leaders = self._leaders()
        for wanted in self._wanted.values():
            for person in (self._by_slack[one] for one in wanted.people):
                before = self._names.get(person.team_id or "")
                if before != wanted.name and person.id not in leaders:
                    yield Change(Kind.PERSON, wanted.name, person.name, before)

    def _about_team(self, wanted: TeamRow, team: Team | None) -> Iterator[Change]:
        parent, channel = wanted.said.get("parent"), wanted.said.get("channel")
        present = self._names.get(team.parent_id or "") if team else None
        if parent and parent.casefold() != (present or "").casefold():
            yield Change(Kind.PARENT, wanted.name, self._called(parent), present)
        if channel and channel != (team.slack_channel_id if team else None):
            yield Change(Kind.CHANNEL, wanted.name, channel, team.slack_channel_id if team else None)
        for kind, now in (
            (Kind.LEADER, team.leader_id if team else None),
            (Kind.DEPUTY, team.deputy_id if team else None),
        ):
            then = self._person(wanted.said.get(kind, ""))
            if then is not None and then.id != now:
                yield Change(kind, wanted.name, then.name, self._people[now].name if now else None)

    def _leaders(self) -> set[str]:
        """Whoever will lead a team: their place follows from that, whatever a row says."""
        named = {key: self._person(wanted.said.get("leader", "")) for key, wanted in self._wanted.items()}
        stay = {team.leader_id for key, team in self._teams.items() if team.leader_id and not named.get(key)}
        return stay | {one.id for one in named.values() if one is not None}

    def _called(self, team: str) -> str:
        known, wanted = self._teams.get(team.casefold()), self._wanted.get(team.casefold())
        return known.name if known else wanted.name if wanted else team

    def _person(self, given: str) -> Member | None:
        return self._by_slack.get(given) or self._by_name.get(given.casefold()) if given else None


def _as_given(name: str) -> str:
    """As a cell of the file is read: a second space in a name is nothing that anybody sees."""
    return " ".join(name.split()).casefold()
