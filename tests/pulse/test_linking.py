"""Attackers who know in which order people answered, and read how the database lies on the disk."""

import re
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import inspect, text

from slackapp.core.db import Sessions, connect, purge_nightly
from slackapp.pulse import held_comments
from slackapp.pulse.keys import KeyDirectory
from tests.pulse.disk import contents, pages, write_ahead
from tests.pulse.hospital import Hospital
from tests.pulse.second_worlds import own_postgresql_url  # noqa: F401 - these tests change tables

CROWD = [f"Ward 7 {number}" for number in range(1, 17)]
TOO_MANY = 8
"""Of sixteen in a shuffled order, eight or more stand in their old place once in 10^5 tries."""

Attack = Callable[[Sessions], list[str]]


REMARK = re.compile(r"remark [0-9a-f]{16}")


def linked(found: Sequence[str], written: Mapping[str, str]) -> int:
    """How many the attacker names rightly, who takes the order on the disk for the order of arrival."""
    ranked = list(dict.fromkeys(remark for remark in found if remark in written))
    return max(
        sum(written[remark] == person for remark, person in zip(order, CROWD, strict=False))
        for order in (ranked, ranked[::-1])
    )


def remarks_in(content: bytes) -> list[str]:
    return REMARK.findall(content.decode("latin-1"))


def by_table_order(sessions: Sessions) -> list[str]:
    """SELECT without an order, and by rowid or ctid: the places where rows lie."""
    place = "rowid" if sessions.is_sqlite else "ctid"
    found = []
    with sessions.read() as session:
        for table in inspect(session.connection()).get_table_names():
            made = (
                ""
                if not sessions.is_sqlite
                else str(
                    session.execute(
                        text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": table}
                    ).scalar()
                )
            )
            order = "" if "WITHOUT ROWID" in made else f" ORDER BY {place}"
            rows = session.execute(text(f'SELECT * FROM "{table}"{order}'))  # noqa: S608 - our own names
            found += [one for row in rows for one in row if isinstance(one, str) and REMARK.fullmatch(one)]
    return found


def by_offset(sessions: Sessions) -> list[str]:
    """The offsets of the words in the database's pages."""
    return [remark for content in contents(pages(sessions)) for remark in remarks_in(content)]


def by_log(sessions: Sessions) -> list[str]:
    """The order of the words in the write-ahead log, which is the order of writing."""
    return remarks_in(write_ahead(sessions))


ATTACKS: list[Attack] = [by_table_order, by_offset, by_log]


@pytest.fixture
def written() -> dict[str, str]:
    """What each writes. Nothing in it tells who it was, but the test knows."""
    return {f"remark {secrets.token_hex(8)}": person for person in CROWD}


@pytest.fixture
def crowd(hospital: Hospital, written: dict[str, str]) -> Hospital:
    """Sixteen people who answer one after the other, each with words of their own."""
    hospital.build({"Ward 7": 16}, comments_on=True)
    hospital.open()
    for place, (remark, person) in enumerate(written.items()):
        hospital.answer(person, 1 + place % 5, remark)
    return hospital


def naively(sessions: Sessions, written: Mapping[str, str]) -> None:
    """The usual design: each remark is a row of its own, under a random id, as it arrives."""
    with sessions.begin() as session:
        session.execute(text("CREATE TABLE naive (id VARCHAR(24), said VARCHAR(40))"))
    for remark in written:
        with sessions.begin() as session:
            session.execute(
                text("INSERT INTO naive VALUES (:id, :said)"), {"id": secrets.token_hex(12), "said": remark}
            )
    if sessions.is_sqlite:
        # As SQLite does by itself after a thousand pages: into the file, the log stays as it is.
        with closing(sqlite3.connect(sessions.engine.url.database or "")) as file:
            file.execute("PRAGMA wal_checkpoint(PASSIVE)")


@pytest.mark.parametrize("attack", ATTACKS)
def test_while_the_poll_is_open_no_words_lie_anywhere(
    crowd: Hospital, written: dict[str, str], attack: Attack
) -> None:
    assert set(attack(crowd.sessions)) & set(written) == set()


@pytest.mark.parametrize("attack", ATTACKS)
def test_after_the_close_the_place_of_words_says_nothing_about_their_writer(
    crowd: Hospital, written: dict[str, str], attack: Attack
) -> None:
    crowd.close()
    found = attack(crowd.sessions)
    assert len(crowd.comments()["Ward 7"]) == len(CROWD)
    # The premise: the attack does reach the words, except in a log that the close has emptied.
    emptied = crowd.sessions.is_sqlite and attack is by_log
    assert set(found) & set(written) == (set() if emptied else set(written))
    assert linked(found, written) < TOO_MANY


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_same_attack_links_everybody_in_the_usual_design(
    crowd: Hospital, written: dict[str, str], attack: Attack
) -> None:
    naively(crowd.sessions, written)
    assert linked(attack(crowd.sessions), written) == len(CROWD)


def who_voted_what_by_transaction(database: Sessions, voting: Iterable[str], people: Iterable[str]) -> int:
    """PostgreSQL's xmin: rows of one transaction that hold a ballot or answer, and a person."""

    def transactions(table: str) -> set[str]:
        with database.read() as session:
            return {str(one) for one in session.scalars(text(f'SELECT xmin::text FROM "{table}"'))}  # noqa: S608

    return sum(len(transactions(vote) & transactions(person)) for vote in voting for person in people)


def test_no_transaction_of_postgresql_joins_a_ballot_to_a_person(
    postgresql_url: str, keys: KeyDirectory
) -> None:
    crowd = Hospital(connect(postgresql_url), keys).build({"Ward 7": 16})
    crowd.open()
    for person in CROWD:
        crowd.answer(person, 4)
    with crowd.sessions.read() as session:
        inspector = inspect(session.connection())
        tables = inspector.get_table_names()
        people = [
            one
            for one in tables
            if {"member_id", "target", "user_id"} & {c["name"] for c in inspector.get_columns(one)}
        ]
    assert {"poll_member", "delivery", "recipient"} <= set(people)
    every = [*people, "inbound", "member"]
    assert who_voted_what_by_transaction(crowd.sessions, ["ballot"], every) == 0
    # The naive twin: the same transaction ticks the person off.
    with crowd.sessions.begin() as session:
        session.execute(text("CREATE TABLE taken_part (member_id TEXT)"))
    with crowd.sessions.begin() as session:
        session.execute(text("INSERT INTO taken_part VALUES (:person)"), {"person": CROWD[0]})
        session.execute(text("UPDATE ballot SET box = box WHERE receipt = (SELECT min(receipt) FROM ballot)"))
    assert who_voted_what_by_transaction(crowd.sessions, ["ballot"], ["taken_part"]) == 1
    crowd.sessions.dispose()


def snapshot(sessions: Sessions) -> dict[str, set[str]]:
    with sessions.read() as session:
        names = inspect(session.connection()).get_table_names()
        return {name: set(map(str, session.execute(text(f'SELECT * FROM "{name}"')))) for name in names}  # noqa: S608


def changed(before: dict[str, set[str]], after: dict[str, set[str]]) -> set[str]:
    return {table for table in after if before.get(table) != after[table]}


def test_backups_from_before_and_after_an_answer_differ_in_sealed_boxes_only(hospital: Hospital) -> None:
    hospital.build({"Ward 7": 16})
    hospital.open()
    before = snapshot(hospital.sessions)
    for person in CROWD[:6]:
        hospital.answer(person, 4)
        after = snapshot(hospital.sessions)
        assert changed(before, after) == {"ballot"}
        assert len(after["ballot"] - before["ballot"]) == 1
        before = after
    # The naive twin: a running total beside the ballots tells each answer by what it grew.
    with hospital.sessions.begin() as session:
        session.execute(text("CREATE TABLE tally (item TEXT, total INTEGER)"))
        session.execute(text("INSERT INTO tally VALUES ('helping', 24)"))
    before = snapshot(hospital.sessions)
    hospital.answer(CROWD[6], 4)
    with hospital.sessions.begin() as session:
        session.execute(text("UPDATE tally SET total = total + 4"))
    assert changed(before, snapshot(hospital.sessions)) == {"ballot", "tally"}


def rounds_told_apart(sessions: Sessions, table: str) -> int:
    """How many groups PostgreSQL's xmin divides a table's rows into."""
    with sessions.read() as session:
        found = text(f'SELECT count(DISTINCT xmin::text) FROM "{table}"')  # noqa: S608 - our own names
        return int(session.execute(found).scalar_one())


def test_no_transaction_tells_from_which_check_in_of_the_month_a_comment_came(
    postgresql_url: str, keys: KeyDirectory
) -> None:
    ward = Hospital(connect(postgresql_url), keys).build({"Ward 7": 16}, comments_on=True)
    for week in range(2):
        ward.open(ward.opening + timedelta(days=7 * week))
        for person in CROWD[:12]:
            moment = ward.opening + timedelta(days=7 * week, hours=1)
            ward.answer(person, {}, f"{person}, round {week}", now=moment)
        ward.count()
    held_comments.release(ward.sessions, keys, ward.close_at + timedelta(days=40))
    # The premise: both closes wrote into the same month, and their figures bear two transactions.
    assert len(ward.comments()["Ward 7"]) == 24
    assert rounds_told_apart(ward.sessions, "bundle") == 2
    assert rounds_told_apart(ward.sessions, "comment") == 1
    with ward.sessions.read() as session:
        laid = list(session.scalars(text("SELECT words FROM comment ORDER BY ctid")))
    # Twelve of one round one after the other come by chance once in more than a million.
    assert len({one.rpartition(" ")[2] for one in laid[:12]}) == 2
    ward.sessions.dispose()


def test_the_night_takes_old_copies_of_words_out_of_postgresqls_tables(postgresql_url: str) -> None:
    sessions = connect(postgresql_url)
    taken_back = f"remark {secrets.token_hex(8)}"
    with sessions.begin() as session:
        session.execute(text("CREATE TABLE thanks (words TEXT)"))
        session.execute(text("INSERT INTO thanks VALUES (:words)"), {"words": taken_back})
    with sessions.begin() as session:
        session.execute(text("UPDATE thanks SET words = NULL"))
    assert taken_back in by_offset(sessions), "the premise: PostgreSQL keeps the old copy of a row"
    purge_nightly(sessions)
    assert taken_back not in by_offset(sessions)
    sessions.dispose()
