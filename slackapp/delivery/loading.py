"""Load and render a claimed delivery, outside the transaction that claimed it."""

import logging
from datetime import datetime, timedelta

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from slackapp.core import log
from slackapp.core.db import Sessions
from slackapp.delivery import holding
from slackapp.delivery.claims import ClaimedMessage
from slackapp.delivery.results import Failed, Held, NotRendered, RetryLater
from slackapp.models import Delivery, Hold, HoldScope
from slackapp.outbox.rendered import Outgoing, Routes, Skip, WaitUntil

_logger = logging.getLogger(__name__)
_AT_LEAST = timedelta(seconds=1)


class Loader:
    """Loads and renders a delivery by the route of its kind."""

    def __init__(self, sessions: Sessions, routes: Routes) -> None:
        self._sessions, self._routes = sessions, routes

    def render(
        self, claimed: ClaimedMessage
    ) -> Outgoing | WaitUntil | Skip | NotRendered | RetryLater | Failed:
        """Read in a read session, then render with no session open. Never raises."""
        row = claimed.row
        route = self._routes.get(row.kind)
        if route is None:
            # Another version of the app wrote it, and may run again.
            _logger.warning("no route for deliveries of kind %s", row.kind)
            return NotRendered()
        try:
            with self._sessions.read() as session:
                if reason := _without_files(session, row, claimed.now):
                    return Failed(reason)
                prepared = route.prepare(session, row, claimed.now)
            if isinstance(prepared, WaitUntil):
                return WaitUntil(max(prepared.due, claimed.now + _AT_LEAST), prepared.follow_up)
            return prepared if isinstance(prepared, Skip) else prepared()
        except OperationalError as problem:
            # The database does not answer; the message itself may be fine.
            log.failure(_logger, f"loading {row.kind} {row.id}", problem)
            return RetryLater("database")
        except Exception as problem:  # noqa: BLE001 - one bad row must not hold up all the others
            log.failure(_logger, f"rendering {row.kind} {row.id}", problem)
            return NotRendered()

    def outcome_without_app(self, claimed: ClaimedMessage, refused: Held) -> Held | Failed:
        """Keep a post for a channel that the app was taken out of; fail it where the app never was.

        Of the second, somebody waits to be told. Never raises: in doubt the post is kept.
        """
        row = claimed.row
        key = (row.workspace_id, HoldScope.TARGET, row.target)
        try:
            with self._sessions.read() as session:
                return refused if session.get(Hold, key) else Failed(refused.reason)
        except OperationalError as problem:
            log.failure(_logger, f"looking for a hold of {row.kind} {row.id}", problem)
            return refused


def _without_files(session: Session, row: Delivery, now: datetime) -> str | None:
    """Return why a file is not even made: Slack takes none here just now."""
    if row.method not in holding.UPLOADS:
        return None
    return holding.feature_off(session, row.workspace_id, holding.FILES, now=now)
