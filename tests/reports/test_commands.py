"""`slackapp digest --all` killed and begun again, and `slackapp benchmarks`, as typed at a server."""

import json
import os
import pty
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import monotonic

import httpx
import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, update

from reports import queries
from reports.publishing import schedule
from reports.publishing.message import modal
from reports.publishing.page import page
from slackapp import manifest_path
from slackapp.app import Appreciate
from slackapp.cli.main import main
from slackapp.core.config import Settings
from slackapp.core.db import Sessions
from slackapp.core.i18n import voice
from slackapp.demo import history, hospital
from slackapp.models import Benchmark, Delivery, DeliveryState, Digest, Member, Team, Workspace
from slackapp.outbox import queue
from slackapp.sandbox.server import Sandbox
from tests.reports.test_message import TODAY, spoken

TEAMS = 4
OVER = (DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.EXPIRED, DeliveryState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Server:
    """A computer with the app set up on it, and its Slack."""

    sessions: Sessions
    environment: dict[str, str]
    slack: httpx.Client

    def start(self, *words: str, terminal: int) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-c", "from slackapp.cli.main import main; main()", *words],
            env=os.environ | self.environment,
            stdout=subprocess.PIPE,
            stderr=terminal,
        )

    def run(self, *words: str) -> tuple[str, str]:
        """What it says, and what is seen on the terminal meanwhile."""
        our_end, server_end = pty.openpty()
        process = self.start(*words, terminal=server_end)
        os.close(server_end)
        seen: list[bytes] = []
        reading = threading.Thread(target=_read_all, args=(our_end, seen))
        reading.start()
        output, _ = process.communicate(timeout=60)
        reading.join(10)
        os.close(our_end)
        assert process.returncode == 0, b"".join(seen)
        return output.decode(), b"".join(seen).decode()

    def digests(self) -> list[str]:
        """How the digests' messages stand."""
        with self.sessions.read() as session:
            return list(session.scalars(select(Delivery.state).where(Delivery.kind == "digest")))

    def messages(self) -> Counter[tuple[str, str]]:
        """How often each digest was posted: to whom, and of which team and month."""
        lines = self.slack.get("/control/journal").text.splitlines()
        posted = [entry for entry in map(json.loads, lines) if entry["method"] == "chat.postMessage"]
        return Counter(
            (str(entry["body"]["channel"]), str(entry["body"]["text"]).splitlines()[0])
            for entry in posted
            if "thread_ts" not in entry["body"]
        )


def _read_all(terminal: int, seen: list[bytes]) -> None:
    while True:
        try:
            read = os.read(terminal, 4096)
        except OSError:
            # That is how a terminal ends on Linux.
            return
        if not read:
            return
        seen.append(read)


@pytest.fixture
def server(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    # A backup of the database's directory must not take the keys too.
    keys = tmp_path_factory.mktemp("keys")
    now = datetime.now(UTC)
    with Sandbox(manifest=manifest_path(), now=now) as sandbox:
        place = hospital.workspace()
        sandbox.seed(place)
        settings = Settings(
            bot_token=place.bot_token,
            app_token=place.app_token,
            database_url=database_url,
            key_directory=keys,
            slack_api_url=sandbox.url,
        )
        app = Appreciate(settings, now=lambda: now)
        app.sync_all_members()
        history.set_up(app, since=now)
        with app.sessions.begin() as session:
            workspace = session.get_one(Workspace, app.workspace_id)
            workspace.pulse_on, workspace.digests_from = False, "2020-01"
            at_any_hour = {"quiet_from": time(), "quiet_until": time(), "days_off": 0}
            session.execute(update(Member).values(at_any_hour))
        environment = {
            "SLACK_BOT_TOKEN": place.bot_token,
            "SLACK_APP_TOKEN": place.app_token,
            "SLACK_API_URL": sandbox.url,
            "DATABASE_URL": database_url,
            "KEY_DIR": str(keys),
            # Nothing has happened yet, so there is nothing to draw.
            "BROWSER_PATH": "/bin/false",
        }
        with httpx.Client(base_url=sandbox.url, timeout=60) as slack:
            yield Server(app.sessions, environment, slack)
        app.deliveries.stop()
        app.sessions.dispose()


def test_all_digests_are_sent_once_each_with_a_bar_though_the_command_is_killed_on_the_way(
    server: Server,
) -> None:
    our_end, server_end = pty.openpty()
    first = server.start("digest", "--all", terminal=server_end)
    deadline = monotonic() + 60
    while server.digests().count(DeliveryState.SENT) < 1:
        assert monotonic() < deadline
        assert first.poll() is None
        threading.Event().wait(0.02)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    os.close(server_end)
    os.close(our_end)
    with server.sessions.read() as session:
        left = session.scalar(select(func.count()).where(Delivery.state.not_in(OVER)))
        assert left, "it was killed too late for there to be anything to go on with"
        on_the_wire = session.scalar(select(func.count()).where(Delivery.state == DeliveryState.SENDING)) or 0
    with server.sessions.begin() as session:
        # Two minutes later: what the dead process had claimed is let go.
        session.execute(update(Delivery).where(Delivery.lease_until.is_not(None)).values(lease_until=1.0))
        queue.release_expired_leases(
            session,
            real_now=2.0,
            now=datetime.now(UTC) - timedelta(minutes=2),
            harmless=lambda row: row.kind in schedule.KINDS,
        )
    output, seen = server.run("digest", "--all")
    assert "messages and files settled." in output
    assert "Digests" in seen
    assert "100%" in seen
    assert "[#" in seen
    once = server.messages()
    # What was on the wire may have arrived, and does no harm twice: it goes once more.
    assert set(once.values()) <= {1, 2}
    assert list(once.values()).count(2) <= on_the_wire
    with server.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Digest)) == TEAMS
        assert session.scalar(select(func.count()).where(Delivery.state.not_in(OVER))) == 0
    states = Counter(server.digests())
    assert states[DeliveryState.SENT] + states[DeliveryState.UNKNOWN] == TEAMS
    assert len(once) >= states[DeliveryState.SENT] >= 1

    again = CliRunner().invoke(main, ["digest", "--all"], env=server.environment)
    assert "Nothing was due just now." in again.output
    assert server.messages() == once


def test_official_figures_are_loaded_from_a_file_and_shown_with_their_label(
    server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "figures.csv"
    file.write_text(
        "Item,Value,Source,Year,Nation\nhelping,6.84,=NHS Staff Survey,2024,ENG\nattending,7,x,2024,WLS\n",
        encoding="utf-8-sig",
    )
    loaded = CliRunner().invoke(main, ["benchmarks", str(file)], env=server.environment)
    assert (loaded.exit_code, loaded.output) == (0, "2 figures loaded.\n")
    with server.sessions.read() as session:
        workspace = session.scalars(select(Workspace)).one()
        ward = session.scalars(select(Team).where(Team.name == "Ward 7")).one()
        month = queries.months(session, workspace, "2026-10", [ward])[ward.id]
    view = spoken(modal(voice(), month, TODAY)["blocks"])
    for words in ("Different method: not directly comparable.", "=NHS Staff Survey, 2024, ENG"):
        assert words in view
        assert words in page(voice(), month, {}, TODAY)
    assert "WLS" not in view, "only the workspace's own nation"

    file.write_text("item,value,source,year,nation\nhelping,6.9,y,2025,ENG\nhelping,68,y,2025,ENG\n")
    refused = CliRunner().invoke(main, ["benchmarks", str(file)], env=server.environment)
    assert refused.exit_code != 0
    assert "Line 3: the value must lie between 0 and 10." in refused.output
    with server.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Benchmark)) == 2, "nothing of it was taken"


def test_a_file_that_is_no_list_of_figures_is_refused_before_it_is_read(
    server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "video.csv"
    with file.open("wb") as written:
        written.truncate(50_000_000_000)
    for named in (file, Path("/dev/zero")):
        refused = CliRunner().invoke(main, ["benchmarks", str(named)], env=server.environment)
        assert refused.exit_code != 0
        assert f"{named} is larger than 1 MB" in refused.output


def test_lines_may_end_as_any_computer_ends_them(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "figures.csv"
    for end in ("\n", "\r\n", "\r"):
        file.write_bytes(f"item,value,source,year,nation{end}helping,6.9,y,2025,ENG{end}".encode())
        loaded = CliRunner().invoke(main, ["benchmarks", str(file)], env=server.environment)
        assert (loaded.exit_code, loaded.output) == (0, "1 figures loaded.\n")
