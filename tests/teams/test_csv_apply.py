"""Teams from CSV: a dry run that tells exactly what then happens, and nothing by halves."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from slackapp.core.errors import UserError
from slackapp.core.i18n import voice
from slackapp.models import Member, Team
from slackapp.teams import csv_apply, csv_read
from slackapp.workspace import members
from tests.support.workspace_ward import WorkspaceWard

FILE = """team,parent,leader,deputy,channel,person
Surgery,,Di Director,,,
Ward 9,Surgery,Theo Third,U0NIANURSE,C0WARD9,Col League
Ward 9,,,,,Ada Admin
"""


def dry_run(ward: WorkspaceWard, text: str) -> csv_read.Plan:
    with ward.database.begin() as session:
        return csv_apply.plan(session, ward.workspace(session), csv_read.read(text.encode()))


def imported(ward: WorkspaceWard, text: str) -> csv_read.Plan:
    with ward.database.begin() as session:
        return csv_apply.carry_out(session, ward.workspace(session), csv_read.read(text.encode()))


def standing(ward: WorkspaceWard) -> tuple[dict[str, Any], dict[str, str | None]]:
    """Each team's parent, leader, deputy and channel, and each person's team, by name."""
    with ward.database.read() as session:
        teams = {team.id: team for team in session.scalars(select(Team))}
        people = {member.id: member for member in session.scalars(select(Member))}

        def team_name(team_id: str | None) -> str | None:
            return teams[team_id].name if team_id else None

        def name(member_id: str | None) -> str | None:
            return people[member_id].name if member_id else None

        return {
            team.name: (
                team_name(team.parent_id),
                name(team.leader_id),
                name(team.deputy_id),
                team.slack_channel_id,
            )
            for team in teams.values()
        }, {member.name: team_name(member.team_id) for member in people.values()}


def test_the_dry_run_changes_nothing_and_tells_what_the_import_then_does(ward: WorkspaceWard) -> None:
    before = standing(ward)
    dry = dry_run(ward, FILE)
    assert standing(ward) == before
    assert [change.words(voice()) for change in dry.changes] == [
        "Surgery: a new team.",
        "Ward 9: a new team.",
        "Surgery: led by Di Director from now on.",
        "Ward 9: becomes part of Surgery.",
        "Ward 9: thanks are shared in C0WARD9 from now on.",
        "Ward 9: led by Theo Third from now on.",
        "Ward 9: Nia Nurse stands in for its leader from now on.",
        "Ward 9: Col League joins, and leaves Ward 7.",
        "Ward 9: Ada Admin joins.",
    ]
    assert imported(ward, FILE) == dry
    teams, people = standing(ward)
    assert teams["Surgery"] == (None, "Di Director", None, None)
    assert teams["Ward 9"] == ("Surgery", "Theo Third", "Nia Nurse", "C0WARD9")
    assert (people["Col League"], people["Ada Admin"], people["Theo Third"]) == (
        "Ward 9",
        "Ward 9",
        "Surgery",
    )


def test_the_same_file_twice_changes_nothing_more(ward: WorkspaceWard) -> None:
    imported(ward, FILE)
    after = standing(ward)
    assert imported(ward, FILE).changes == ()
    assert standing(ward) == after


def test_what_the_file_does_not_name_stays(ward: WorkspaceWard) -> None:
    before = standing(ward)
    imported(ward, FILE)
    teams, people = standing(ward)
    assert {name: teams[name] for name in before[0]} == before[0]
    assert people["Nia Nurse"] == "Ward 7"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("team,person\nWard 7,Nobody Known", "Row 2: nobody here is called Nobody Known."),
        (
            "team,person\nWard 7,Nia Nurse\nMedicine,Nia Nurse",
            "Row 3: Nia Nurse is in Ward 7 in an earlier row.",
        ),
        ("team,parent\nWard 7,Nowhere", "Row 2: there is no team called Nowhere."),
        ("team,parent\nMedicine,Ward 7", "Row 2: A team can't be part of itself"),
        ("team,parent\nA,B\nB,C\nC,A", "A team can't be part of itself"),
        ("team,channel\nWard 7,#ward-7", "Row 2: the channel must be Slack's id"),
        (
            "team,leader\nWard 7,Nia Nurse\nWard 7,Col League",
            "Row 3: Ward 7 has another leader in an earlier row.",
        ),
        ("team,person\n,Nia Nurse", "Row 2: the team needs a name"),
        (
            "team,leader,deputy\nWard 9,Nia Nurse,\nWard 9,,Nia Nurse",
            "Row 3: The deputy must be somebody else than the leader.",
        ),
        (
            "team,person\nWard 7 (2026-01-31),Nia Nurse",
            "Row 2: Ward 7 (2026-01-31) was a team and has ended.",
        ),
    ],
)
def test_a_row_that_cannot_be_followed_stops_all_of_it(ward: WorkspaceWard, text: str, problem: str) -> None:
    with ward.database.begin() as session:
        here = ward.workspace(session)
        ended = members.create_team(session, here, "Ward 7 (2026-01-31)")
        ended.closed_at = datetime(2026, 1, 31, tzinfo=UTC)
    before = standing(ward)
    tried = imported(ward, text)
    assert tried.changes == ()
    assert any(problem in refusal.words(voice()) for refusal in tried.problems), tried.problems
    assert standing(ward) == before


def test_two_people_of_one_name_must_be_given_by_id(ward: WorkspaceWard) -> None:
    with ward.database.begin() as session:
        ward.person(session, "U0COLLEAGUE").name = "Nia Nurse"
    named = dry_run(ward, "team,person\nMedicine,Nia Nurse")
    assert [problem.words(voice()) for problem in named.problems] == [
        "Row 2: several people are called Nia Nurse. Please give Slack's id."
    ]
    assert dry_run(ward, "team,person\nMedicine,U0NIANURSE").problems == ()


def test_the_deputy_is_compared_with_a_leader_whom_the_file_does_not_name(ward: WorkspaceWard) -> None:
    assert imported(ward, "team,leader\nWard 9,Nia Nurse").problems == ()
    assert [problem.row for problem in dry_run(ward, "team,deputy\nWard 9,Nia Nurse").problems] == [2]
    assert dry_run(ward, "team,leader,deputy\nWard 9,Col League,Nia Nurse").problems == ()


def test_a_second_space_in_a_name_makes_nobody_unknown(ward: WorkspaceWard) -> None:
    with ward.database.begin() as session:
        ward.person(session, "U0COLLEAGUE").name = "Col  League"
    assert dry_run(ward, "team,person\nWard 9,Col League").problems == ()


def test_whoever_waits_is_told_how_far_it_has_come(ward: WorkspaceWard) -> None:
    heard: list[tuple[int, int]] = []
    with ward.database.begin() as session:
        rows = csv_read.read(FILE.encode())
        csv_apply.carry_out(session, ward.workspace(session), rows, lambda *step: heard.append(step))
    assert heard == [(1, 2), (2, 2)]


def test_a_person_of_another_workspace_or_who_left_is_nobody_here(ward: WorkspaceWard) -> None:
    with ward.database.begin() as session:
        ward.person(session, "U0COLLEAGUE").left = True
    assert dry_run(ward, "team,person\nMedicine,Col League").problems
    assert dry_run(ward, "team,person\nMedicine,U0ELSEWHERE").problems


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_excels_separators_and_mark_are_read(ward: WorkspaceWard, separator: str) -> None:
    content = "\ufeff" + FILE.replace(",", separator).replace("\n", "\r\n")
    assert dry_run(ward, content).changes == dry_run(ward, FILE).changes


def test_old_line_ends_of_a_mac_and_quoted_names_are_read(ward: WorkspaceWard) -> None:
    assert dry_run(ward, FILE.replace("\n", "\r")).changes == dry_run(ward, FILE).changes
    rows = csv_read.read(b'team,person\n"Ward 7, ""nights""",\n"Ward\n8",Nia Nurse,,\n')
    assert [(row["team"], row["person"]) for row in rows] == [
        ('Ward 7, "nights"', ""),
        ("Ward 8", "Nia Nurse"),
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        ("team,person\nWard 7,Nia".encode("utf-16-le"), "not UTF-8"),
        (b"team,person\n\x00Ward 7,Nia", "not UTF-8"),
        (b'team,person\nA,Nia\nB,"Col\nC,Di\n', "Row 3 can't be read"),
        (b'team,person\nA,"Nia" Nurse\n', "Row 2 can't be read"),
        (b"team,person\nA," + b"x" * 200_000, "Row 2 can't be read"),
        (b"team,person\nWard 7, nights,Nia Nurse", "Row 2 has more cells"),
        (b"", "must name the columns"),
        (b"name,person\nA,B", "must name the columns"),
        (b"team,team\nA,B", "must name the columns"),
        (b"team\n" + b"A\n" * 20_001, "more than 20,000 rows"),
    ],
)
def test_a_file_that_is_something_else_is_refused_in_words(content: bytes, sentence: str) -> None:
    with pytest.raises(UserError) as refused:
        csv_read.read(content)
    assert sentence in refused.value.words(voice())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_five_thousand_people_in_one_file_take_few_statements(ward: WorkspaceWard) -> None:
    from sqlalchemy import event

    from slackapp.workspace.members import SlackProfile, upsert_all

    with ward.database.begin() as session:
        people = [SlackProfile(f"U1{number:08}", f"Person {number}") for number in range(5000)]
        upsert_all(session, ward.workspace(session), people)
    lines = "\n".join(f"Ward {number % 200},U1{number:08}" for number in range(5000))
    statements: list[str] = []
    event.listen(ward.database.engine, "before_cursor_execute", lambda *seen: statements.append(seen[2]))
    assert len(dry_run(ward, f"team,person\n{lines}").changes) > 5000
    assert len(statements) < 10
