"""PostgreSQL's own logs of statements: kept out of where answers are stored, and warned about."""

from weakref import WeakKeyDictionary

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

_may_silence: WeakKeyDictionary[Engine, bool] = WeakKeyDictionary()

_SILENCE = (
    "SET LOCAL log_statement = 'none'; SET LOCAL log_min_duration_statement = -1; "
    "SET LOCAL log_min_error_statement = 'panic'"
)
_IS_SUPERUSER = text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
_MAY_SET = text(
    "SELECT rolsuper OR (has_parameter_privilege('log_statement', 'SET') AND "
    "has_parameter_privilege('log_min_duration_statement', 'SET') AND "
    "has_parameter_privilege('log_min_error_statement', 'SET')) FROM pg_roles WHERE rolname = current_user"
)
_HAS_PARAMETER_PRIVILEGES = (15,)
"""The first version of PostgreSQL in which somebody who is no superuser may be granted a setting."""
_SETTINGS = text(
    "SELECT name, setting FROM pg_settings WHERE name IN ("
    "'log_statement', 'log_min_duration_statement', 'log_min_duration_sample', "
    "'log_transaction_sample_rate', 'auto_explain.log_min_duration', 'pgaudit.log', "
    "'pg_stat_statements.track', 'log_parameter_max_length', 'log_parameter_max_length_on_error')"
)
_PARAMETERS = "log_parameter_max_length"
"""How much of the values is written down with a statement; harmless while no statement is."""
_OFF = {
    "log_statement": {"none", "ddl"},
    "log_min_duration_statement": {"-1"},
    "log_min_duration_sample": {"-1"},
    "log_transaction_sample_rate": {"0"},
    "auto_explain.log_min_duration": {"-1"},
    "pgaudit.log": {"none", ""},
    "pg_stat_statements.track": {"none"},
    "log_parameter_max_length_on_error": {"0"},
}


WARNING = (
    "PostgreSQL writes statements down (%s). Its log can tell when people answered. Switch it off for the "
    "app's role, or give that role the right to switch it off: "
    "GRANT SET ON PARAMETER log_statement, log_min_duration_statement, log_min_error_statement TO role."
)


def silence(session: Session) -> None:
    """Keep the statements of this transaction out of PostgreSQL's log, where the role may do so."""
    engine = session.get_bind().engine
    if engine.dialect.name != "postgresql":
        return
    if engine not in _may_silence:
        version = engine.dialect.server_version_info or ()
        query = _MAY_SET if version >= _HAS_PARAMETER_PRIVILEGES else _IS_SUPERUSER
        _may_silence[engine] = bool(session.scalar(query))
    if _may_silence[engine]:
        session.connection().exec_driver_sql(_SILENCE)


def logging_settings(session: Session) -> list[str]:
    """The settings by which PostgreSQL writes statements of answers down, as `name = value`."""
    if session.get_bind().dialect.name != "postgresql":
        return []
    settings: dict[str, str] = dict(session.execute(_SETTINGS).all())
    length = settings.pop(_PARAMETERS, "0")
    written = [f"{name} = {value}" for name, value in settings.items() if value not in _OFF.get(name, set())]
    return [*written, f"{_PARAMETERS} = {length}"] if written and length != "0" else written
