"""The figures of every team in a fixed number of grouped queries, beside plain questions asked team by team.

Both run against the same database in the same run. `--large` fills it with 2,000 teams and 1,000,000
thank-yous over 24 months; the quick one is a twentieth of that.
"""

import argparse
import resource
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import event, exists, func, or_, select, text
from sqlalchemy.orm import Session

from benchmarks.databases import _insert, makers
from benchmarks.measuring import Line, load, show
from reports import queries
from reports.figures import team_month
from reports.queries import recognition
from reports.queries.scope import Scope
from reports.queries.suppressed import suppressed
from slackapp.core.behaviours import Behaviour
from slackapp.core.calendar import month_before
from slackapp.core.db import Sessions, connect
from slackapp.models import Member, Recipient, Recognition, Team, Workspace
from slackapp.workspace.permissions import ancestors

MONTH = "2026-10"
_END = datetime(2026, 11, 1, tzinfo=UTC)
_SPAN = timedelta(days=730)
_PEOPLE_A_TEAM = 10
_TEAMS_BELOW = 9
_AT_ONCE = 20_000


def quick(*, teams: int = 100, thanks: int = 50_000, sample: int = 25) -> list[Line]:
    with tempfile.TemporaryDirectory() as folder, makers(Path(folder)) as databases:
        return [_line(name, make(), teams, thanks, sample) for name, make in databases.items()]


def _line(name: str, url: str, teams: int, thanks: int, sample: int) -> Line:
    sessions = connect(url)
    try:
        _fill(sessions, teams, thanks)
        return _measured(sessions, name, teams, thanks, sample)
    finally:
        sessions.dispose()


def _measured(sessions: Sessions, name: str, teams: int, thanks: int, sample: int) -> Line:
    with sessions.read() as session:
        workspace = session.query(Workspace).one()
        tree = {team.id: team for team in session.query(Team)}
        every = Scope(workspace, MONTH, tuple(tree), tuple(tree))
        some = tuple(Random(1).sample(sorted(tree), sample))  # noqa: S311 - which teams stand for all
        _one_team(session, every, tree, some[0])  # The disk's pages are warm for both.
        with _counted(sessions) as statements:
            begun = time.perf_counter()
            named = recognition.behaviour_counts(session, every, suppressed(session, every, tree))
            reached = recognition.reaches(session, every, tree)
            grouped = time.perf_counter() - begun
        begun = time.perf_counter()
        single = {team: _one_team(session, every, tree, team) for team in some}
        each = (time.perf_counter() - begun) / len(some) * len(tree)
        begun = time.perf_counter()
        queries.months(session, workspace, MONTH, list(tree.values()))
        all_figures = time.perf_counter() - begun
    # Both tell the same, or the comparison would mean nothing.
    for team, (now, before, share) in single.items():
        mix = named[team].mix
        assert team_month.mix(now, before, k=workspace.k) == mix
        assert share is None or (reached[team].share, reached[team].rolled_up_to) == (share, None)
    assert sum(count.mix is not None for count in named.values()) > len(tree) / 2
    label = f"mix and reach of {teams:,} teams from {thanks:,} thank-yous, {name}; beside asking team by team"
    grouped_text = f"{grouped:.2f} s, {len(statements)} queries (all figures: {all_figures:.2f} s)"
    single_text = f"{each:.2f} s, 6 queries a team (from {sample} teams)"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Line(
        label, grouped_text, single_text, f"{each / grouped:.1f} times as fast; {peak:.0f} MB at most"
    )


def _one_team(
    session: Session, scope: Scope, tree: dict[str, Team], team: str
) -> tuple[team_month.CountedMonth, team_month.CountedMonth, team_month.Share | None]:
    """What somebody would write for one team: plain questions about the teams in it, with the indexes."""
    inside = [team_id for team_id in tree if team in ancestors(tree, team_id)]
    end = scope.bounds(MONTH)[1]
    months = [scope.bounds(month) for month in (MONTH, month_before(MONTH))]
    counted = [_mix_of(session, inside, start, until) for start, until in months]
    in_teams = (Member.team_id.in_(inside), Member.left.is_(False))
    thanked = exists().where(
        Recipient.member_id == Member.id,
        Recipient.given_at >= end - timedelta(days=90),
        Recipient.given_at < end,
    )
    people = session.scalar(select(func.count(Member.id)).where(*in_teams)) or 0
    thanked_people = session.scalar(select(func.count(Member.id)).where(*in_teams, thanked)) or 0
    share = team_month.reach(people, thanked_people) if people >= team_month.SMALLEST_FOR_REACH else None
    return counted[0], counted[1], share


def _mix_of(session: Session, inside: list[str], since: datetime, until: datetime) -> team_month.CountedMonth:
    recognitions = (
        select(Recognition.id, Recognition.behaviour)
        .where(Recognition.given_at >= since, Recognition.given_at < until, Recognition.undone_at.is_(None))
        .where(
            or_(
                Recognition.giver_team_id.in_(inside),
                Recognition.id.in_(
                    select(Recipient.recognition_id).where(
                        Recipient.team_id.in_(inside), Recipient.given_at >= since, Recipient.given_at < until
                    )
                ),
            )
        )
    )
    rows = session.execute(recognitions).all()
    ids = [recognition_id for recognition_id, _ in rows]
    counts = Counter(behaviour for _, behaviour in rows)
    everybody = (
        select(Recognition.giver_id)
        .where(Recognition.id.in_(ids), Recognition.giver_team_id.in_(inside))
        .union(
            select(Recipient.member_id).where(
                Recipient.recognition_id.in_(ids), Recipient.team_id.in_(inside)
            )
        )
    )
    return team_month.CountedMonth(counts, len(session.scalars(everybody).all()))


@contextmanager
def _counted(sessions: Sessions) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(sessions.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(sessions.engine, "before_cursor_execute", note)


def _fill(sessions: Sessions, teams: int, thanks: int) -> None:
    with sessions.begin() as session:
        workspace = Workspace(slack_team_id="T1", name="Hospital", digests_from="2024-11")
        session.add(workspace)
        session.flush()
        teams_so_far: list[Team] = []
        people: list[tuple[str, str]] = []
        for number in range(teams):
            parent = teams_so_far[(number - 1) // _TEAMS_BELOW].id if number else None
            team = Team(workspace_id=workspace.id, name=f"Team {number}", parent_id=parent)
            session.add(team)
            session.flush()
            teams_so_far.append(team)
            staff = [_person(workspace, team, number, place) for place in range(_PEOPLE_A_TEAM)]
            session.add_all(staff)
            session.flush()
            people += [(person.id, team.id) for person in staff]
        own = workspace.id
    with sessions.engine.begin() as connection:
        for start in range(0, thanks, _AT_ONCE):
            recognitions, recipients = _thanks(
                own, people, range(start, min(thanks, start + _AT_ONCE)), thanks
            )
            _insert(connection, "recognition", recognitions)
            _insert(connection, "recipient", recipients)
    with sessions.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _person(workspace: Workspace, team: Team, number: int, place: int) -> Member:
    name = f"U{number:05}{place:02}"
    return Member(workspace_id=workspace.id, slack_user_id=name, name=name, team_id=team.id)


def _thanks(
    own: str, people: list[tuple[str, str]], numbers: range, total: int
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    chance = Random(numbers.start)  # noqa: S311 - made-up thanks
    recognitions: list[tuple[object, ...]] = []
    recipients: list[tuple[object, ...]] = []
    for number in numbers:
        place = chance.randrange(len(people))
        giver, team = people[place]
        # Most thanks stay in the team; some go anywhere.
        colleague = place - place % _PEOPLE_A_TEAM + chance.randrange(_PEOPLE_A_TEAM)
        receiver_place = colleague if chance.random() < 0.9 else chance.randrange(len(people))
        receiver, receiver_team = people[
            receiver_place if receiver_place != place else (place + 1) % len(people)
        ]
        at = (_END - _SPAN * (1 - number / total)).strftime("%Y-%m-%d %H:%M:%S.%f")
        key = secrets.token_hex(12)
        behaviour = chance.choice(list(Behaviour))
        recognitions.append((key, own, giver, team, str(behaviour), "You helped.", "private", at, 0))
        recipients.append((key, receiver, receiver_team, at, "private"))
    return recognitions, recipients


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--large", action="store_true")
    options = reader.parse_args()
    print(f"Measuring digests ({load()}) ...", file=sys.stderr, flush=True)
    show(quick(teams=2_000, thanks=1_000_000, sample=20) if options.large else quick())


if __name__ == "__main__":
    main()
