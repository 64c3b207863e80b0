"""Check whether PostgreSQL itself writes statements down: its log would tell when people answered."""

from sqlalchemy.orm import Session

from slackapp.pulse.statement_logs import logging_settings
from slackapp.verify.findings import Checked


def checked(session: Session) -> Checked:
    """Check the settings of this database. They are the server's own: a copy elsewhere may have others."""
    findings = tuple(
        f"PostgreSQL writes statements down here ({setting}). Its log can tell when people answered, not "
        "what."
        for setting in logging_settings(session)
    )
    return Checked(
        "What PostgreSQL writes down",
        "On this server PostgreSQL keeps no log of statements. Ask the same of the server that the app uses.",
        findings,
    )
