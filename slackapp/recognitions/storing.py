"""Writing a new thank-you down: one statement on PostgreSQL, and three on SQLite, which has none for that.

PostgreSQL is asked over a connection, and the way there and back is most of what a statement costs.
"""

from collections.abc import Mapping, Sequence

import orjson
from sqlalchemy import insert, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection

from slackapp.models import Delivery, Recipient, Recognition

Row = Mapping[str, object]

# Built once. Nobody holds these rows as objects afterwards, so they go past the mapper and its bookkeeping.
_RECOGNITION = sqlite.insert(Recognition).on_conflict_do_nothing().returning(Recognition.id)
_RECIPIENTS = insert(Recipient).inline()
_DELIVERIES = insert(Delivery).inline()
_ALL_AT_ONCE = text("""
    WITH stored AS (
        INSERT INTO recognition SELECT * FROM json_populate_record(NULL::recognition, :recognition)
        ON CONFLICT DO NOTHING RETURNING id
    ), received AS (
        INSERT INTO recipient
        SELECT one.* FROM stored, json_populate_recordset(NULL::recipient, :received) AS one
    ), owed AS (
        INSERT INTO delivery SELECT one.* FROM stored, json_populate_recordset(NULL::delivery, :owed) AS one
    )
    SELECT id FROM stored
""")


def store(connection: Connection, recognition: Row, received: Sequence[Row], owed: Sequence[Row]) -> bool:
    """Write down a thank-you, its receivers and what it owes: every column that must not be empty.

    False when it was stored before; then nothing is written.
    """
    if connection.dialect.name == "postgresql":
        rows = {"recognition": _json(recognition), "received": _json(received), "owed": _json(owed)}
        return connection.execute(_ALL_AT_ONCE, rows).first() is not None
    if connection.execute(_RECOGNITION, recognition).first() is None:
        return False
    connection.execute(_RECIPIENTS, received)
    connection.execute(_DELIVERIES, owed)
    return True


def _json(rows: Row | Sequence[Row]) -> str:
    return orjson.dumps(rows).decode()
