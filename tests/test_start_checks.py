"""What `serve` refuses to start with, and `slackapp check` says by the same code."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.engine import make_url

from slackapp import clock, start_checks
from slackapp.cli.main import main
from slackapp.core import config
from slackapp.core.db import Sessions, connect
from slackapp.core.errors import SettingsError
from slackapp.pulse.keys import KeyDirectory

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def test_a_database_in_good_order_has_no_findings(database: Sessions) -> None:
    findings = start_checks.of_open_database(database, datetime.now(UTC))
    assert (findings.problems, findings.notes) == ([], [])
    start_checks.require(database)


def test_a_database_that_takes_no_writes_is_refused(database: Sessions) -> None:
    if database.is_sqlite:
        plain = database.engine.raw_connection()
        plain.cursor().execute("PRAGMA query_only = ON")
        plain.close()
    else:
        url = database.engine.url.update_query_dict({"options": "-c default_transaction_read_only=on"})
        database = connect(url.render_as_string(hide_password=False))
    with pytest.raises(SettingsError, match="nothing can be written"):
        start_checks.require(database)
    database.dispose()


def test_synchronous_commit_off_in_the_url_is_refused_and_stronger_settings_are_kept(
    postgresql_url: str,
) -> None:
    for chosen, problems in (("off", 1), ("remote_apply", 0)):
        options = {"options": f"-c synchronous_commit={chosen} -c statement_timeout=4321"}
        url = make_url(postgresql_url).update_query_dict(options)
        sessions = connect(url.render_as_string(hide_password=False))
        assert len(start_checks.of_open_database(sessions, datetime.now(UTC)).problems) == problems
        with sessions.read() as session:
            assert session.scalar(text("SHOW synchronous_commit")) == chosen
            assert session.scalar(text("SHOW statement_timeout")) == "4321ms"
            assert session.scalar(text("SHOW lock_timeout")) == "10s"
        sessions.dispose()


@pytest.mark.parametrize(
    ("seconds", "problems", "notes"), [(30, 0, 0), (90, 0, 1), (-90, 0, 1), (250, 1, 0), (-540, 1, 0)]
)
def test_a_clock_that_is_off_is_named_with_the_difference(seconds: int, problems: int, notes: int) -> None:
    findings = start_checks.of_clock(NOW + timedelta(seconds=seconds), NOW, "PostgreSQL's")
    assert (len(findings.problems), len(findings.notes)) == (problems, notes)
    for sentence in findings.problems + findings.notes:
        assert f"{abs(seconds)} s {'ahead of' if seconds > 0 else 'behind'}" in sentence


def test_a_key_directory_with_setgid_is_closed_to_others_all_the_same(
    database: Sessions, tmp_path: Path
) -> None:
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    keys.chmod(0o2700)
    assert start_checks.of_key_directory(keys).problems == []
    KeyDirectory(keys).attach(database)
    keys.chmod(0o2750)
    (problem,) = start_checks.of_key_directory(keys).problems
    assert f"Run: chmod u=rwx,go= {keys}" in problem
    with pytest.raises(SettingsError, match="chmod u=rwx"):
        KeyDirectory(keys).attach(database)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:a?mode=memory&uri=true"])
def test_a_database_that_is_only_in_memory_is_refused(url: str) -> None:
    finding = config._database_url({"DATABASE_URL": url})
    assert finding is not None
    assert "lost when the app stops" in str(finding)


def test_check_says_what_serve_would_say(sqlite_url: str, tmp_path: Path) -> None:
    keys = tmp_path.with_name(f"{tmp_path.name}-keys")
    keys.mkdir(mode=0o755)
    settings = {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "KEY_DIR": str(keys),
        "DATABASE_URL": sqlite_url,
    }
    result = CliRunner().invoke(main, ["check"], env=settings)
    assert (result.exit_code, "must be a directory with mode 0700" in result.output) == (1, True)
    keys.chmod(0o700)
    result = CliRunner().invoke(main, ["check"], env=settings)
    assert (result.exit_code, "All settings are in order." in result.output) == (0, True), result.output
    result = CliRunner().invoke(
        main, ["check"], env=settings | {"DATABASE_URL": f"sqlite:///{tmp_path}/none.db"}
    )
    assert (result.exit_code, "Next: slackapp migrate" in result.output) == (0, True), result.output
    assert not (tmp_path / "none.db").exists()


def test_an_admin_says_that_the_clock_is_right(sqlite_url: str, tmp_path: Path) -> None:
    """Where a proxy takes Slack's time out, a gap of more than a day would stop deletions for good."""
    sessions = connect(sqlite_url)
    now = datetime.now(UTC)
    watch = clock.ClockWatch(sessions, lambda: None)
    assert watch.believes(now - timedelta(days=40))
    assert not watch.believes(now)
    settings = {"KEY_DIR": str(tmp_path.with_name("elsewhere")), "DATABASE_URL": sqlite_url}
    refused = CliRunner().invoke(main, ["clock", "confirm"], env=settings, input="n\n")
    assert refused.exit_code != 0
    assert not clock.ClockWatch(sessions, lambda: None).believes(now)
    assert CliRunner().invoke(main, ["clock", "confirm", "--yes"], env=settings).exit_code == 0
    assert watch.believes(now)
    with sessions.read() as session:
        assert not clock.is_doubted(session)
    sessions.dispose()


def test_skew_is_logged_once_while_small_and_each_minute_when_it_does_harm(
    database: Sessions, caplog: pytest.LogCaptureFixture
) -> None:
    skew = timedelta(0)
    watch = clock.ClockWatch(database, lambda: NOW - skew)
    for seconds, lines in ((0, 0), (90, 1), (90, 1), (540, 2), (540, 3), (0, 3)):
        skew = timedelta(seconds=seconds)
        watch.measure(lambda: NOW)
        assert watch.skew == seconds
        assert caplog.text.count("The clock is") == lines
