"""How long another writer waits while digests wait for their charts, beside no digest at all.

On SQLite, where there is one writer: a second program writes a row and waits for its turn, again and
again, first with nothing to send, then with 200 digests whose charts are still on their way, and last
while all their messages are loaded, rendered and sent.
"""

import sys
import tempfile
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from slack_sdk import WebClient
from sqlalchemy import func, select, text, update

from benchmarks.digests import MONTH, _fill
from benchmarks.measuring import Line, show
from reports.charts.renderer import ChartRenderer
from reports.publishing import schedule
from reports.publishing.renderers import routes
from slackapp import migrations
from slackapp.core.db import connect
from slackapp.delivery import DeliveryWorker
from slackapp.models import Delivery, DeliveryState, Member, Team

_NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)
_FAR = 9_999_999_999.0


class _QuietSlack(WebClient):
    """Takes everything at once."""

    def api_call(self, api_method: str, **_: Any) -> Any:  # noqa: ANN401, ARG002 - as the SDK has it
        return {"ok": True, "channel": "D1", "ts": f"{time.time():.6f}", "files": [{"id": "F1"}]}


def measure(*, digests: int = 200, thanks: int = 20_000, seconds: float = 15.0) -> list[Line]:
    with tempfile.TemporaryDirectory() as folder, ChartRenderer(None) as drawing:
        url = f"sqlite:///{Path(folder) / 'app.db'}"
        sessions = connect(url)
        migrations.upgrade(sessions)
        _fill(sessions, digests, thanks)
        client = _QuietSlack("xoxb-1-2-three", retry_handlers=[])
        worker = DeliveryWorker(sessions, client, routes(drawing), lambda: _NOW)
        worker.start()
        try:
            none = _longest_wait(url, seconds)
            _enqueue(url, digests)
            waiting = _longest_wait(url, seconds)
            _charts_arrive(url)
            sending = _longest_wait(url, seconds, until=partial(_is_over, url))
        finally:
            worker.stop()
            sessions.dispose()
    what = f"longest wait of another writer, SQLite, {digests} digests that wait for charts; beside none"
    more = f"{(waiting - none) * 1000:+.0f} ms"
    sent = "the same while all are loaded, rendered and sent; beside none"
    return [
        Line(what, f"{waiting * 1000:.0f} ms", f"{none * 1000:.0f} ms", more),
        Line(sent, f"{sending * 1000:.0f} ms", f"{none * 1000:.0f} ms", f"{(sending - none) * 1000:+.0f} ms"),
    ]


def _enqueue(url: str, digests: int) -> None:
    sessions = connect(url)
    with sessions.begin() as session:
        for team in session.scalars(select(Team).limit(digests)).all():
            reader = session.scalars(select(Member).where(Member.team_id == team.id).limit(1)).one()
            schedule.send(session, reader, team=team, month=MONTH, now=_NOW)
        # On their way for good: another process is at it.
        charts = update(Delivery).where(Delivery.kind == schedule.PICTURE)
        session.execute(charts.values(state=DeliveryState.SENDING, lease_until=_FAR))
    sessions.dispose()


def _charts_arrive(url: str) -> None:
    sessions = connect(url)
    with sessions.begin() as session:
        charts = update(Delivery).where(Delivery.kind == schedule.PICTURE)
        session.execute(charts.values(state=DeliveryState.SENT, lease_until=None, slack_file_id="F1"))
    sessions.dispose()


def _is_over(url: str) -> bool:
    sessions = connect(url)
    with sessions.read() as session:
        unsent = session.scalar(
            select(func.count()).where(
                Delivery.kind == schedule.MESSAGE, Delivery.state != DeliveryState.SENT
            )
        )
    sessions.dispose()
    return not unsent


def _longest_wait(url: str, seconds: float, until: Any = None) -> float:  # noqa: ANN401
    """Write again and again, with an engine of its own; the longest time from BEGIN to COMMIT."""
    sessions, longest, end = connect(url), 0.0, time.monotonic() + seconds
    while time.monotonic() < end and not (until and until()):
        begun = time.perf_counter()
        with sessions.begin() as session:
            session.execute(text("UPDATE workspace SET name = name"))
        longest = max(longest, time.perf_counter() - begun)
        time.sleep(0.005)
    sessions.dispose()
    return longest


if __name__ == "__main__":
    show(measure())
    sys.exit(0)
