"""A server's first commands, and two processes that work together and end cleanly."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import chdir
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from slackapp.cli.main import main
from tests.support.waiting import comes

SLACKAPP = Path(sys.executable).with_name("slackapp")


def run_here(*words: str, cwd: Path, **environ: str) -> Result:
    """Run a command in this process; only one that leaves it as it was, so not serve nor demo."""
    cleared = dict.fromkeys(os.environ.keys() - {"PATH"})
    with chdir(cwd):
        result = CliRunner().invoke(main, list(words), env={**cleared, **environ})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def run(*words: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    environment = {"PATH": os.environ["PATH"], **environ}
    return subprocess.run(
        [SLACKAPP, *words], cwd=cwd, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def settings(place: Path) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": "xoxb-test",
        "SLACK_APP_TOKEN": "xapp-test",
        "KEY_DIR": str(place.with_name(f"{place.name}-keys")),
        "DATABASE_URL": f"sqlite:///{place / 'appreciate.db'}",
    }


def test_check_names_what_is_missing_and_ends_with_1(tmp_path: Path) -> None:
    result = run_here("check", cwd=tmp_path)
    assert result.exit_code == 1
    assert "SLACK_BOT_TOKEN: set it to the bot token" in result.stdout
    assert run_here("check", cwd=tmp_path, **settings(tmp_path)).exit_code == 0


def test_migrate_makes_the_tables_and_may_be_repeated(tmp_path: Path) -> None:
    for _ in range(2):
        result = run_here("migrate", cwd=tmp_path, **settings(tmp_path))
        assert (result.exit_code, result.stdout) == (0, "The database is up to date.\n"), result.stderr
    with sqlite3.connect(tmp_path / "appreciate.db") as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(ballot)")]
    database.close()
    assert columns == ["poll_id", "receipt", "box"]


def test_serve_without_migrations_says_what_to_do(tmp_path: Path) -> None:
    result = run("serve", cwd=tmp_path, **settings(tmp_path))
    assert result.returncode == 1
    assert "Run: slackapp migrate" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_taken_port_is_a_clear_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run("demo", "--port", str(taken.getsockname()[1]), "--state", str(tmp_path), cwd=tmp_path)
    assert result.returncode == 1
    assert "is taken. Choose another" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.timeout(120)
def test_sandbox_and_app_as_two_processes_end_cleanly_on_sigterm(tmp_path: Path) -> None:
    manifest = Path(__file__).parents[2] / "manifest.yml"
    environment = {"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [SLACKAPP, "sandbox", "--port", "0", "--manifest", manifest],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as sandbox:
        assert sandbox.stdout
        url, links = "", dict[str, str]()
        for line in sandbox.stdout:
            name, _, value = line.strip().partition("=")
            links[name] = value
            if line.startswith("Practice workspace: "):
                url = line.split()[-1].rstrip("/")
            if name == "SLACK_SIGNING_SECRET":
                break
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        environment |= settings(tmp_path) | {
            "SLACK_BOT_TOKEN": links["SLACK_BOT_TOKEN"],
            "SLACK_APP_TOKEN": links["SLACK_APP_TOKEN"],
            "SLACK_API_URL": url,
            "HEALTH_PORT": str(port),
            "LOG_LEVEL": "DEBUG",
        }
        subprocess.run([SLACKAPP, "migrate"], env=environment, check=True, capture_output=True, timeout=60)
        with subprocess.Popen([SLACKAPP, "serve"], env=environment, stderr=subprocess.PIPE, text=True) as app:
            assert app.stderr
            line = next(line for line in app.stderr if "Appreciate is listening." in line)
            assert line
            for page in ("healthz", "readyz"):
                assert httpx.get(f"http://127.0.0.1:{port}/{page}").json() == {"ok": True}
            assert (
                subprocess.run([SLACKAPP, "healthy"], env=environment, check=False, timeout=30).returncode
                == 0
            )
            comes(lambda: httpx.get(f"http://127.0.0.1:{port}/status").status_code == 200)
            status = httpx.get(f"http://127.0.0.1:{port}/status").json()
            assert status.pop("age_seconds") < 30
            # Slack is asked for its time a minute after the start.
            assert status.pop("clock_skew_seconds") is None
            assert status == {
                "ok": True,
                "problems": [],
                "database": True,
                "writable": True,
                "slack": True,
                "oldest_due_seconds": 0.0,
                "clock": True,
                "held": {},
                "check_ins": {
                    "alarms": 0,
                    "closes_unfinished": 0,
                    "closes_overdue": 0,
                    "statement_logs": 0,
                },
            }
            typed = {
                "place": "dm",
                "text": "/appreciate @Ben Okoro helping You found us a bed when there was none",
            }
            httpx.post(f"{url}/person/U0PRACTICE1/type", json=typed, timeout=10)
            app.send_signal(signal.SIGTERM)
            rest = app.stderr.read()
            assert app.wait(30) == 0, rest
        # Even at the most detailed level, the log has no names and no content.
        assert "Stopping" in rest
        for private in ("U0PRACTICE", "Ben Okoro", "when there was none", links["SLACK_BOT_TOKEN"]):
            assert private not in rest
        # What was acknowledged before the stop has been sent or is still queued; it is not lost.
        seen = httpx.get(f"{url}/person/U0PRACTICE2/screen", params={"place": "dm"}).text
        with sqlite3.connect(tmp_path / "appreciate.db") as database:
            ready = database.execute("SELECT count(*) FROM delivery WHERE state = 'ready'").fetchone()[0]
        database.close()
        assert ("You found us a bed" in seen) or ready == 1
        sandbox.send_signal(signal.SIGTERM)
        sandbox.stdout.read()
        assert sandbox.wait(30) == 0
