"""The gauges of /metrics that are read from the database, as often as the health probe looks."""

import logging
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from slackapp import scheduler
from slackapp.core import metrics
from slackapp.core.db import Sessions
from slackapp.delivery import outbox_metrics
from slackapp.health import Report

_logger = logging.getLogger(__name__)


def collect(sessions: Sessions, report: Report, *, now: datetime) -> None:
    """Set the gauges; `report` is that of the health page."""
    _collect_report(report)
    if report["database"]:
        try:
            with sessions.read() as session:
                outbox_metrics.collect(session, now)
                scheduler.collect(session)
        except SQLAlchemyError as failure:
            _logger.warning("the metrics are not complete: %s", type(failure).__name__)
            metrics.DATABASE_UP.set(0)


def _collect_report(report: Report) -> None:
    metrics.DATABASE_UP.set(report["database"])
    metrics.SLACK_CONNECTED.set(report["slack"])
    if report["clock"] is not None:
        metrics.CLOCK_DOUBTED.set(not report["clock"])
    for problem, count in report["check_ins"].items():
        metrics.CHECK_INS.labels(problem).set(count)
