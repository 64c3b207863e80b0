"""How long another writer waits while digests wait for their charts, beside no digest at all.

On SQLite, where there is one writer: a listener writes a row and waits for its turn, again and again,
first with nothing to send, then with 200 digests whose charts are all still on their way, and last while
their messages are loaded, rendered and sent at the rate that Slack allows. The listener is a thread of the
worker's own process, as in the app: it waits for the interpreter as well as for the database.
"""

import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from slack_sdk import WebClient
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from benchmarks.digests import MONTH, _fill
from benchmarks.measuring import Line, show
from reports.charts.renderer import ChartRenderer
from reports.publishing import schedule
from reports.publishing.renderers import routes
from slackapp import migrations
from slackapp.core.db import Sessions, connect
from slackapp.delivery import DeliveryWorker
from slackapp.models import Delivery, DeliveryState, Member, Team, Workspace
from slackapp.outbox import queue
from slackapp.outbox.references import ChartRef

_NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)
_FAR = 9_999_999_999.0


class _QuietSlack(WebClient):
    """Takes everything at once."""

    def api_call(self, api_method: str, **_: Any) -> Any:  # noqa: ANN401, ARG002 - as the SDK has it
        answer = {"ok": True, "channel": "D1", "ts": f"{time.time():.6f}", "files": [{"id": "F1"}]}
        return answer | {"upload_url": "http://localhost/", "file_id": "F1"}

    def _upload_file(self, **_: Any) -> Any:  # noqa: ANN401 - as the SDK has it
        return None


def measure(*, digests: int = 200, thanks: int = 20_000, seconds: float = 15.0) -> list[Line]:
    with tempfile.TemporaryDirectory() as folder, ChartRenderer(None) as drawing:
        url = f"sqlite:///{Path(folder) / 'app.db'}"
        sessions = connect(url)
        migrations.upgrade(sessions)
        _fill(sessions, digests, thanks)
        client = _QuietSlack("xoxb-1-2-three", retry_handlers=[])
        begun = time.monotonic()
        # A clock that runs: on one that stands, the limits would never refill and nothing more be sent.
        worker = DeliveryWorker(
            sessions, client, routes(drawing), lambda: _NOW + timedelta(seconds=time.monotonic() - begun)
        )
        worker.start()
        try:
            none = _longest_wait(sessions, seconds)
            _enqueue(sessions, digests)
            waiting = _longest_wait(sessions, seconds)
            assert not _sent(sessions), "a digest did not wait for its charts"
            _charts_arrive(sessions)
            sending = _longest_wait(sessions, seconds)
            assert _sent(sessions) > seconds, "almost nothing was sent"
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


def _enqueue(sessions: Sessions, digests: int) -> None:
    with sessions.begin() as session:
        for team in session.scalars(select(Team).limit(digests)).all():
            reader = session.scalars(select(Member).where(Member.team_id == team.id).limit(1)).one()
            schedule.send(session, reader, team=team, month=MONTH, now=_NOW)
        _give_charts_to_all(session)
        # On their way for good: another process is at it.
        charts = update(Delivery).where(Delivery.kind == schedule.PICTURE)
        session.execute(charts.values(state=DeliveryState.SENDING, lease_until=_FAR))


def _give_charts_to_all(session: Session) -> None:
    """Let the digests of teams with too few thanks for a chart wait for one, too."""
    workspace = session.scalars(select(Workspace)).one()
    with_chart = set(session.scalars(select(Delivery.group_key).where(Delivery.kind == schedule.PICTURE)))
    for message in session.scalars(select(Delivery).where(Delivery.kind == schedule.MESSAGE)).all():
        if message.group_key not in with_chart:
            chart = ChartRef(message.reference, "nothing", "en")
            rows = [schedule.PICTURE.new(chart, message.target, _NOW, group=message.group_key)]
            queue.enqueue_many(session, workspace, rows)


def _charts_arrive(sessions: Sessions) -> None:
    with sessions.begin() as session:
        charts = update(Delivery).where(Delivery.kind == schedule.PICTURE)
        session.execute(charts.values(state=DeliveryState.SENT, lease_until=None, slack_file_id="F1"))


def _sent(sessions: Sessions) -> int:
    is_sent = (Delivery.kind == schedule.MESSAGE, Delivery.state == DeliveryState.SENT)
    with sessions.read() as session:
        return session.scalar(select(func.count()).where(*is_sent)) or 0


def _longest_wait(sessions: Sessions, seconds: float) -> float:
    """Write again and again; return the longest time from BEGIN to COMMIT."""
    longest, end = 0.0, time.monotonic() + seconds
    while time.monotonic() < end:
        begun = time.perf_counter()
        with sessions.begin() as session:
            session.execute(text("UPDATE workspace SET name = name"))
        longest = max(longest, time.perf_counter() - begun)
        time.sleep(0.005)
    return longest


if __name__ == "__main__":
    show(measure())
    sys.exit(0)
