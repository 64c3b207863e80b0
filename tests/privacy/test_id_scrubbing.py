"""A person is stored in every column of every table, and after erasure in none.

A new table or column takes part by itself: nobody has to remember to add it here.
"""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from sqlalchemy import JSON, Column, String, Table, func, insert, select, text
from sqlalchemy.orm import Session

from slackapp.core.db import Base
from slackapp.core.i18n import voice
from slackapp.core.pseudonyms import Pseudonyms
from slackapp.models import Member, Team
from slackapp.privacy import erasure, export, id_scrubbing, legal_holds, slack_redaction
from slackapp.privacy.erasure import ErasureResult
from slackapp.privacy.shared_copies import COMMENTS, HANDING_ON, PAGE
from slackapp.privacy.uninstall import rows_of
from slackapp.workspace import members
from slackapp.workspace.members import SlackProfile
from tests.support.workspace_ward import WorkspaceWard

MARY, NAME = "U0MARYROSE", "Mary Rose"
SHORTEST_ID = 9
"""No Slack id of a person is shorter, so a shorter column cannot hold one."""

OF_NO_WORKSPACE = {"identity", "install_ticket", "installation", "chore", "clock"}
"""What binds the keys, installations, what was done at night, the newest moment seen: nothing of a person."""

OF_OUR_OWN = {"id", "mark", "actor", "how", "time_zone"}
"""Columns of random ids, of keyed pseudonyms, and of what is one of a fixed list when it is stored."""

WITHOUT_A_PERSON = {("month_figures", "figures"), ("poll", "items"), ("workspace", "pulse_pauses")}
"""Columns of JSON, which are not searched: counts and ranges, keys of questions, and days."""

KEEP_THE_PLACE = {
    ("recognition", "giver_id"),
    ("recipient", "member_id"),
    ("boost", "booster_id"),
    ("digest", "recipient_id"),
    ("shared_digest", "shared_by_id"),
    ("leadership", "member_id"),
    ("team_pace", "chosen_by_id"),
    ("team_aim", "written_by_id"),
    ("team_proposal", "proposed_by_id"),
}
"""References that stay, to a row without a name and an id: what they count or order is not the person."""

PLAIN: dict[type, object] = {
    bool: False,
    date: date(2026, 11, 1),
    object: datetime(2026, 11, 1, tzinfo=UTC),
    float: 1.0,
    int: 1,
    bytes: b"0" * 32,
    time: time(9),
}


class Filler:
    """Fills one row of every table, with the person in every column that can hold them."""

    def __init__(self, session: Session, ward: WorkspaceWard, mary: Member) -> None:
        self._session = session
        self._known: dict[str, dict[str, Any]] = {
            "workspace": {"id": ward.workspace_id},
            "member": {"id": mary.id},
            "team": {"id": mary.team_id},
        }

    def fill(self, table: Table) -> set[str]:
        """Add one row; returns the columns that now hold the person as text."""
        room = {column.name for column in table.columns if _has_room(column)}
        if table.name in self._known:
            free = {name: _text(table.c[name]) for name in room}
            here = table.c.id == self._known[table.name]["id"]
            self._session.execute(table.update().where(here).values(free))
        else:
            row = {column.name: self._value(column) for column in table.columns}
            self._session.execute(insert(table).values(row))
            self._known[table.name] = row
        return room

    def _value(self, column: Column[Any]) -> object:
        for key in column.foreign_keys:
            return self._known[key.column.table.name][key.column.name]
        if isinstance(column.type, String):
            return _text(column) if _has_room(column) else column.name[: column.type.length]
        if isinstance(column.type, JSON):
            return []
        return PLAIN[column.type.python_type]


def _has_room(column: Column[Any]) -> bool:
    if not isinstance(column.type, String) or column.foreign_keys or column.name in OF_OUR_OWN:
        return False
    return column.type.length is None or column.type.length >= SHORTEST_ID + 1


def _text(column: Column[Any]) -> str:
    length = getattr(column.type, "length", None)
    return f"{MARY} {MARY}"[:length] if length else f"{MARY} {NAME} {MARY}"


@pytest.fixture
def everywhere(ward: WorkspaceWard) -> set[tuple[str, str]]:
    """Store Mary in every table; returns the columns that hold her as text."""
    with ward.database.begin() as session:
        mary = members.upsert_one(session, ward.workspace(session), SlackProfile(MARY, NAME))
        members.put_in_team(session, mary, session.scalars(select(Team).where(Team.name == "Ward 7")).one())
        own = {"n": NAME, "u": MARY, "i": mary.id}
        filler = Filler(session, ward, mary)
        # With a legal hold nothing would be erased, and a ballot is a box without a word of hers.
        left_out = {*OF_NO_WORKSPACE, "ballot", "legal_hold"}
        tables = [table for table in Base.metadata.sorted_tables if table.name not in left_out]
        filled = {(table.name, name) for table in tables for name in filler.fill(table)}
        session.execute(text("UPDATE member SET name = :n, slack_user_id = :u WHERE id = :i"), own)
        session.execute(text("UPDATE team SET deputy_id = :i, leader_id = :i"), {"i": own["i"]})
    return filled


def where(session: Session, *texts: str) -> set[tuple[str, str]]:
    return {(trace.table, trace.column) for text in texts for trace in id_scrubbing.find(session, text)}


def references(session: Session, member_id: str) -> set[tuple[str, str]]:
    places = set()
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table.name == "member":
                count = select(func.count()).select_from(table).where(key.parent == member_id)
                if session.scalar(count):
                    places.add((table.name, key.parent.name))
    return places


def test_a_person_in_every_column_of_every_table_is_in_none_after_their_erasure(
    ward: WorkspaceWard, everywhere: set[tuple[str, str]]
) -> None:
    with ward.database.read() as session:
        mary = ward.person(session, MARY).id
        # The premise: she is in every column with room, and every table refers to her.
        assert everywhere - where(session, MARY, NAME) == set()
        assert len(everywhere) > 40
        before = references(session, mary)
        assert before > KEEP_THE_PLACE | {("blocking", "giver_id"), ("poll_member", "member_id")}
    ended = erasure.erase(
        ward.database, ward.keys, ward.workspace_id, erasure.ErasureRequest(MARY), ward.noon
    )
    assert ended is ErasureResult.DONE
    with ward.database.read() as session:
        assert where(session, MARY, NAME, "Rose") == set()
        assert references(session, mary) == KEEP_THE_PLACE


EXPORTED = {
    "team": "teams",
    "recognition": "thanks_given",
    "recipient": "thanks_received",
    "boost": "thanks_joined",
    "blocking": "people_blocked",
    "poll_member": "check_ins_asked",
    "promise": "promises",
    "obstacle": "obstacles",
    "obstacle_step": "obstacles_passed_up",
    "digest": "digests_made_for_you",
    "team_reader": "teams_whose_results_you_read",
    "digest_reader": "months_you_may_read",
    "shared_digest": "digests_you_shared",
    "leadership": "teams_you_were_noticed_to_lead",
    "team_pace": "paces_you_chose",
    "team_aim": "aims_you_wrote",
    "leader_words": "words_for_the_levels_above",
    "team_proposal": "proposals_for_teams",
    "legal_hold": "legal_holds",
}
"""By table that refers to people, the name of their section in a person's export."""


def test_every_table_that_refers_to_people_is_in_their_export(
    ward: WorkspaceWard, everywhere: set[tuple[str, str]]
) -> None:
    refer = {
        table.name
        for table in Base.metadata.sorted_tables
        if any(key.column.table.name == "member" for key in table.foreign_keys)
    }
    assert set(EXPORTED) == refer
    assert everywhere
    with ward.database.begin() as session:
        legal_holds.place(session, ward.workspace(session), ward.person(session, MARY), now=ward.noon)
        # What an export words for people must be one of the known kinds.
        session.execute(text("UPDATE recognition SET behaviour = 'helping', undone_at = NULL"))
        mary, pseudonyms = ward.person(session, MARY), Pseudonyms(ward.keys.path)
        exported = export.collect(session, ward.workspace(session), mary, pseudonyms, now=ward.noon)
    assert [name for name in EXPORTED.values() if not exported[name]] == []
    page = export.as_page(voice(), exported, created_at=ward.noon)
    assert exported["promises"][0]["we_will"] in page


def test_every_table_belongs_to_a_workspace_or_holds_nothing_of_a_person(ward: WorkspaceWard) -> None:
    with ward.database.read() as session:
        workspace = ward.workspace(session)
        without = {table.name for table in Base.metadata.sorted_tables if rows_of(table, workspace) is None}
    assert without == OF_NO_WORKSPACE
    unsearched = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, JSON)
    }
    assert unsearched == WITHOUT_A_PERSON


def test_the_reports_kinds_are_called_as_erasure_calls_them() -> None:
    from reports.publishing import failures, schedule

    assert (PAGE, COMMENTS, HANDING_ON) == (schedule.PAGE, schedule.COMMENTS, failures.HANDING_ON)
    assert str(slack_redaction.FILE) not in schedule.KINDS
