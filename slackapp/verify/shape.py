"""Check that the database has no table or column that could store more than was promised."""

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from slackapp.core.db import Base
from slackapp.verify.findings import Checked

PULSE: dict[str, frozenset[str]] = {
    "ballot": frozenset({"poll_id", "receipt", "box"}),
    "bundle": frozenset({"poll_id", "unit_id", "ballots"}),
    "bundle_score": frozenset({"poll_id", "unit_id", "item", "n", "sum_lo", "sum_hi"}),
    "comment": frozenset({"id", "unit_id", "month", "words"}),
    "hidden_comment": frozenset({"comment_id"}),
    "poll_unit": frozenset({"poll_id", "unit_id", "parent_id", "invited", "turnout"}),
    "poll_member": frozenset({"poll_id", "member_id", "unit_id"}),
    "identity": frozenset({"id", "value"}),
    "poll": frozenset(
        {
            "id", "workspace_id", "opens_on", "opens_at", "closes_at", "state", "items", "comments_on",
            "k", "c", "comment_threshold",
        }
    ),
}  # fmt: skip
"""Written by hand and not taken from the program, so that no column is added unnoticed."""

_OTHERS = "alembic_version"
_WITHOUT_ORDER = ("ballot", "comment")


def checked(session: Session) -> Checked:
    """Compare the existing tables and columns with the allowed ones."""
    inspector = inspect(session.connection())
    tables = {
        table: {column["name"] for column in inspector.get_columns(table)}
        for table in inspector.get_table_names()
    }
    findings = [*_tables(tables), *_extras(session, inspector.get_view_names())]
    findings += _order(session) if session.get_bind().dialect.name == "sqlite" else _beside(session)
    return Checked(
        "Places to keep things",
        "Every table and column is one of those that may exist: none could note who answered, or when.",
        tuple(findings),
        is_incomplete=not set(PULSE) <= set(tables),
    )


def _tables(tables: dict[str, set[str]]) -> list[str]:
    findings = []
    for table, columns in sorted(tables.items()):
        allowed = _allowed(table)
        if allowed is None:
            findings.append(f"There is a table “{table}” that Appreciate does not have.")
            continue
        findings += [
            f"The table “{table}” has a column “{column}” that it may not have."
            for column in sorted(columns - allowed)
        ]
    missing = sorted(set(PULSE) - set(tables))
    return [
        *findings,
        *(f"The table “{table}” is missing, so this is not a whole copy." for table in missing),
    ]


def _allowed(table: str) -> frozenset[str] | None:
    if table in PULSE:
        return PULSE[table]
    if table == _OTHERS:
        return frozenset({"version_num"})
    known = Base.metadata.tables.get(table)
    return frozenset(known.columns.keys()) if known is not None else None


def _extras(session: Session, views: list[str]) -> list[str]:
    """Report views and triggers: the app uses none, and either could copy data."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if sqlite
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    triggers = session.scalars(text(query)).all()
    return [f"There is a stored query “{name}” that Appreciate does not have." for name in views] + [
        f"There is a trigger “{name}” that could copy answers as they come in." for name in triggers
    ]


_ELSEWHERE = text(
    "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND n.nspname !~ '^(pg_|information_schema$)' "
    "AND (n.nspname <> current_schema() OR c.relkind IN ('f', 'm')) ORDER BY 1"
)
_RULES = text("SELECT rulename FROM pg_rules WHERE schemaname !~ '^(pg_|information_schema$)' ORDER BY 1")


def _beside(session: Session) -> list[str]:
    """Report PostgreSQL's further places: other schemas, stored results, foreign tables, and rules."""
    findings = [f"There is “{name}”, which Appreciate does not have." for name in session.scalars(_ELSEWHERE)]
    return findings + [
        f"There is a rule “{name}” that could copy answers as they come in."
        for name in session.scalars(_RULES)
    ]


def _order(session: Session) -> list[str]:
    """Report tables with SQLite's hidden row number, which reveals the order of the answers."""
    findings = []
    for table in _WITHOUT_ORDER:
        statement = session.scalar(
            text("SELECT sql FROM sqlite_master WHERE name = :table"), {"table": table}
        )
        if statement and "WITHOUT ROWID" not in statement.upper():
            findings.append(
                f"The table “{table}” numbers its rows, which tells the order in which people wrote."
            )
    return findings
