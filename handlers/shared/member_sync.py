"""Store everybody of each workspace in the background, while the app answers already.

Whoever acts before their turn is looked up at that moment. A page that Slack refuses is asked for again, from
where the list stood.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from http.client import HTTPException

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError
from sqlalchemy.exc import SQLAlchemyError

from handlers.shared import people
from handlers.shared.context import Context
from slackapp.core import log
from slackapp.models import Workspace

_FIRST_PAUSE, _LONGEST_PAUSE = 2.0, 600.0
_END_SECONDS = 2.0
_logger = logging.getLogger(__name__)
ClientOf = Callable[[str], WebClient | None]


class MemberSync:
    """Goes once through the people of all workspaces; a new workspace and later changes are met elsewhere."""

    def __init__(
        self, context: Context, client_of: ClientOf, workspaces: Callable[[], Iterable[str]]
    ) -> None:
        """`workspaces` returns our ids of the workspaces that have the app."""
        self._context, self._client_of, self._workspaces = context, client_of, workspaces
        self._cursors: dict[str, str] = {}
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, name="people", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, perhaps in the middle: the next start begins anew, which is harmless."""
        self._ends.set()
        if self._thread.is_alive():
            self._thread.join(_END_SECONDS)

    def _run(self) -> None:
        pause = _FIRST_PAUSE
        while not self._ends.is_set():
            try:
                self._cursors = self._cursors or dict.fromkeys(self._workspaces(), "")
                while self._cursors and not self._ends.is_set():
                    self._store_page(next(iter(self._cursors)))
                    pause = _FIRST_PAUSE
            except (SlackClientError, HTTPException, OSError, SQLAlchemyError) as failure:
                log.failure(_logger, f"listing people, to be tried again in {pause:.0f} s,", failure)
            else:
                return
            self._ends.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _store_page(self, workspace_id: str) -> None:
        """Store the next page of a workspace; the last page ends it."""
        client = self._client_of(workspace_id)
        cursor = ""
        if client is not None:
            with self._context.sessions.read() as session:
                team = session.get_one(Workspace, workspace_id).slack_team_id
            page = people.store_page(client, self._context, team, self._cursors[workspace_id])
            cursor = page.next_cursor
        if cursor:
            self._cursors[workspace_id] = cursor
        else:
            del self._cursors[workspace_id]
