"""The records document matches the code: every table, every column, the periods in force."""

from pathlib import Path

import pytest

import slackapp.models
from slackapp.core.db import Base
from slackapp.models import Retention
from slackapp.privacy.records import RECORDS, as_markdown

PAPER = Path(__file__).parents[2] / "docs" / "privacy.md"
BEGIN, END = "<!-- what is kept: made by `make papers` -->", "<!-- end -->"
assert slackapp.models


def columns() -> dict[str, set[str]]:
    """By table, the columns that the database really has."""
    return {table.name: {column.name for column in table.columns} for table in Base.metadata.sorted_tables}


def differences(listed: dict[str, set[str]]) -> dict[str, set[str]]:
    """By table, the columns that only the list or only the database has."""
    real = columns()
    return {
        table: difference
        for table in {*real, *listed}
        if (difference := real.get(table, set()) ^ listed.get(table, set()))
    }


def test_every_table_and_column_is_listed_and_nothing_else() -> None:
    assert len({record.table for record in RECORDS}) == len(RECORDS)
    assert differences({record.table: set(record.columns.split()) for record in RECORDS}) == {}


@pytest.mark.parametrize("forgotten", ["blocking", "member"])
def test_a_table_or_a_column_that_is_forgotten_is_noticed(forgotten: str) -> None:
    listed = columns()
    listed[forgotten].pop()
    assert set(differences(listed)) == {forgotten}


def test_the_paper_is_what_the_list_makes() -> None:
    periods = {
        column.name: column.default.arg
        for column in Retention.__table__.columns
        if column.default is not None
    }
    paper = PAPER.read_text()
    table = paper[paper.index(BEGIN) + len(BEGIN) : paper.index(END)].strip()
    assert table == as_markdown(periods), "run: make papers"
