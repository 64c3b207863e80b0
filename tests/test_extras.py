"""Without the packages of an extra, a command says in one sentence what to install."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LOCKS = Path(__file__).parents[1]
WITHOUT = "import sys; sys.modules[{!r}] = None; from slackapp.cli.main import main; main()"


def run(missing: str, *words: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a Python that cannot import one package."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT.format(missing), *words],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("words", [["demo"], ["sandbox", "--manifest", str(LOCKS / "manifest.yml")]])
def test_the_practice_workspace_says_what_to_install(words: list[str], tmp_path: Path) -> None:
    ended = run("aiohttp", *words, cwd=tmp_path)
    assert ended.returncode == 1
    assert "pip install --require-hashes -r requirements-demo.lock" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["postgresql://host/name", "postgresql+psycopg://host/name"])
@pytest.mark.parametrize("words", [["check"], ["migrate"], ["audit"]])
def test_postgresql_without_its_driver_says_what_to_install(
    words: list[str], url: str, tmp_path: Path
) -> None:
    ended = run(
        "psycopg",
        *words,
        cwd=tmp_path,
        SLACK_BOT_TOKEN="xoxb-test",
        SLACK_APP_TOKEN="xapp-test",
        KEY_DIR=str(tmp_path / "keys"),
        DATABASE_URL=url,
    )
    assert ended.returncode == 1
    assert "pip install --require-hashes -r requirements-postgres.lock" in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr


def test_with_sqlite_no_driver_of_postgresql_is_needed(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    ended = run(
        "psycopg",
        "migrate",
        cwd=tmp_path,
        SLACK_BOT_TOKEN="xoxb-test",
        SLACK_APP_TOKEN="xapp-test",
        KEY_DIR=str(tmp_path / "keys"),
        DATABASE_URL=f"sqlite:///{tmp_path / 'data' / 'app.db'}",
    )
    assert (ended.returncode, ended.stdout) == (0, "The database is up to date.\n"), ended.stderr


def test_the_lock_of_the_app_holds_no_practice_driver_or_build_tool() -> None:
    names = {line.partition("==")[0] for line in (LOCKS / "requirements.lock").read_text().splitlines()}
    assert {"slack-bolt", "sqlalchemy"} <= names
    assert not {"aiohttp", "psycopg", "hatchling", "editables", "pytest"} & names
    assert "psycopg==" in (LOCKS / "requirements-postgres.lock").read_text()
    assert "aiohttp==" in (LOCKS / "requirements-demo.lock").read_text()
