"""The command line: its output, its exit codes, and the files it writes."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import chdir, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.fernet import Fernet
from sqlalchemy import text

from slackapp import migrations
from slackapp.cli import backup
from slackapp.cli.main import main
from slackapp.connection import installations
from slackapp.connection.installations import NewInstallation, TokenEncryption
from slackapp.core.behaviours import Behaviour
from slackapp.core.db import connect
from slackapp.models import DeliveryState
from slackapp.pulse.keys import KeyDirectory
from slackapp.recognition import give
from slackapp.recognition.draft import Draft
from slackapp.workspace import members, registry
from slackapp.workspace.members import SlackProfile

NIA, COL = "U0NIANURSE", "U0COLLEAGUE"
WORDS = "You stayed after the shift to find us a bed"


@dataclass(frozen=True, slots=True)
class Server:
    """A server's folder and settings, on which commands are run."""

    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / "data" / "appreciate.db"

    def run(self, *words: str, typed: str | None = None, **settings: str) -> Result:
        # In this process: a new one for every command took most of this file's time.
        environment = {
            "SLACK_BOT_TOKEN": "xoxb-test",
            "SLACK_APP_TOKEN": "xapp-test",
            "KEY_DIR": str(self.folder / "keys"),
            "DATABASE_URL": f"sqlite:///{self.database}",
            **settings,
        }
        with chdir(self.folder):
            result = CliRunner().invoke(main, list(words), env=environment, input=typed)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.database)) as opened:
            return opened.execute(statement).fetchall()


@pytest.fixture
def server(tmp_path: Path) -> Server:
    server_folder = Server(tmp_path)
    server_folder.database.parent.mkdir()
    sessions = connect(f"sqlite:///{server_folder.database}")
    migrations.upgrade(sessions)
    KeyDirectory(tmp_path / "keys").attach(sessions)
    with sessions.begin() as session:
        workspace = registry.install(session, slack_team_id="T0WARD", name="Hospital", bot_user_id="U0BOT")
        for user, name in ((NIA, "Nia Nurse"), (COL, "Col League")):
            members.upsert_one(session, workspace, SlackProfile(user, name))
        draft = Draft((COL,), behaviour=Behaviour.HELPING, words=WORDS)
        give.give(
            session,
            workspace.slack_team_id,
            draft,
            give.GiveContext(NIA, "command:1", datetime.now(UTC)),
        )
    sessions.dispose()
    return server_folder


def test_export_writes_a_page_and_a_file_that_only_their_owner_may_read(server: Server) -> None:
    result = server.run("export", NIA, "--to", "out")
    assert result.exit_code == 0, result.stderr
    exported = json.loads((server.folder / "out" / f"{NIA}.json").read_text())
    assert exported["thanks_given"][0]["words"] == WORDS
    assert WORDS in (server.folder / "out" / f"{NIA}.html").read_text()
    assert {file.stat().st_mode & 0o777 for file in (server.folder / "out").iterdir()} == {0o600}
    assert json.loads(server.run("export", NIA, "--json").stdout)["person"]["name"] == "Nia Nurse"


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("export", "U0NOBODY", "--json"), 1, "Nothing is kept about this person"),
        (("export", NIA), 2, "Say where to"),
        (("erase", "U0NOBODY", "--yes"), 1, "Nothing is kept about this person"),
        (
            ("erase", NIA, "--yes", "--workspace", "T0OTHER"),
            1,
            "There is no workspace T0OTHER here",
        ),
        (("retention", "comments_months", "600"), 1, "from 1 to 36"),
        (("retention", "no_such_thing", "6"), 1, "no setting called no_such_thing"),
        (("hold",), 2, "Name one person"),
        (("hold", "--list", "--lift"), 2, "Say --list alone"),
        (("hold", "U0NOBODY"), 1, "Nothing is kept about U0NOBODY here"),
        (("digest", "--team", "Ward 9", "--preview", "x.html"), 1, "There is no team called Ward 9"),
        (("digest", "--team", "Ward 9", "--month", "2026-13", "--preview", "x.html"), 2, "as in 2026-11"),
        (("benchmarks", "data/appreciate.db"), 1, "is not UTF-8 text"),
        (("backup", "data/appreciate.db"), 1, "is the database itself"),
        (("backup", "nowhere/copy.db"), 1, "nowhere/copy.db.unfinished: No such file or directory."),
        (("tokens", "rotate"), 1, "TOKEN_KEYS: name one or more keys"),
        (("hold", NIA, "--lift"), 1, "There is no such hold"),
        (("restore", "nowhere.db"), 2, "does not exist"),
    ],
)
def test_what_cannot_be_done_is_told_in_words_with_the_documented_code(
    server: Server, words: tuple[str, ...], code: int, sentence: str
) -> None:
    result = server.run(*words)
    assert (result.exit_code, sentence in result.stderr) == (code, True), result.stderr
    assert "Traceback" not in result.stderr


def test_no_other_user_of_the_computer_may_read_the_database(server: Server) -> None:
    place = server.folder / "new" / "a.db"
    place.parent.mkdir()
    assert server.run("migrate", DATABASE_URL=f"sqlite:///{place}").exit_code == 0
    assert {file.stat().st_mode & 0o777 for file in place.parent.iterdir()} == {0o600}
    # An owner who lets others read the file did so on purpose: its permissions stay.
    place.chmod(0o640)
    assert server.run("migrate", DATABASE_URL=f"sqlite:///{place}").exit_code == 0
    assert place.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("port", ["-1", "99999"])
@pytest.mark.parametrize("command", [("demo",), ("sandbox", "--manifest", "manifest.yml")])
def test_a_port_that_does_not_exist_is_wrong_use(server: Server, command: tuple[str, ...], port: str) -> None:
    (server.folder / "manifest.yml").write_text("{}")
    result = server.run(*command, "--port", port)
    assert (result.exit_code, "is not in the range" in result.stderr) == (2, True)


def test_a_wrong_path_to_the_database_makes_none_there(server: Server) -> None:
    server.database.unlink()
    for words in (("retention",), ("export", NIA, "--json"), ("digest", "--all"), ("backup", "copy.db")):
        result = server.run(*words)
        assert (result.exit_code, "there is no database at" in result.stderr.lower()) == (1, True), (
            result.stderr
        )
    assert not server.database.exists()
    server.database.write_bytes(b"this is a letter, and no database at all, however long it may be")
    result = server.run("retention")
    assert (result.exit_code, "is not a whole database" in result.stderr) == (1, True), result.stderr


def test_whoever_answers_for_the_records_needs_none_of_slacks_tokens(server: Server) -> None:
    for words in (("export", NIA, "--json"), ("audit",), ("migrate",), ("backup", "copy.db")):
        result = server.run(*words, SLACK_BOT_TOKEN="", SLACK_APP_TOKEN="")
        assert result.exit_code == 0, result.stderr


def test_secrets_come_from_files_and_are_never_given_twice(server: Server) -> None:
    secret = server.folder / "database_url"
    secret.write_text(f"sqlite:///{server.database}\n")
    listed = server.run("audit", DATABASE_URL="", DATABASE_URL_FILE=str(secret))
    assert listed.exit_code == 0, listed.output
    twice = server.run("audit", DATABASE_URL_FILE=str(secret))
    assert twice.exit_code == 1
    assert "DATABASE_URL: set either DATABASE_URL or DATABASE_URL_FILE, not both." in twice.output


def test_tokens_are_sealed_anew_by_a_command_and_a_lost_key_is_told(server: Server) -> None:
    old, new, other = (Fernet.generate_key().decode() for _ in range(3))
    granted = NewInstallation("T0WARD", "Hospital", "xoxb-secret", "U0BOT", "commands")
    sessions = connect(f"sqlite:///{server.database}")
    with sessions.begin() as session:
        installations.save(session, TokenEncryption([old]), granted, now=datetime.now(UTC))
    sessions.dispose()
    result = server.run("tokens", "rotate", "--json", TOKEN_KEYS=f"{new}, {old}")
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"sealed": 1, "lost": 0}), result.stderr
    ((sealed,),) = server.ask("SELECT sealed_token FROM installation")
    assert TokenEncryption([new]).open(str(sealed)) == "xoxb-secret"
    lost = server.run("tokens", "rotate", TOKEN_KEYS=other)
    assert (lost.exit_code, "must install again" in lost.stderr) == (1, True)


def test_erase_leaves_no_trace_in_any_file(server: Server) -> None:
    assert server.run("erase", NIA, typed="n\n").exit_code == 1
    assert (NIA,) in server.ask("SELECT slack_user_id FROM member")
    result = server.run("erase", NIA, "--yes", "--json")
    assert (result.exit_code, json.loads(result.stdout)["outcome"]) == (0, "erased"), result.stderr
    left = [file for file in server.folder.rglob("*") if file.is_file()]
    assert len(left) > 3
    assert [
        file for file in left if NIA.encode() in file.read_bytes() or WORDS.encode() in file.read_bytes()
    ] == []


def test_a_hold_keeps_a_person_until_it_is_lifted_and_the_audit_tells(server: Server) -> None:
    assert "There is no hold." in server.run("hold", "--list").stdout
    assert server.run("hold", NIA).exit_code == 0
    assert [hold["whose"] for hold in json.loads(server.run("hold", "--list", "--json").stdout)] == [NIA]
    assert "A legal hold keeps" in server.run("erase", NIA, "--yes").stderr
    assert server.run("hold", NIA, "--lift").exit_code == 0
    assert server.run("retention", "comments_months", "6").exit_code == 0
    assert json.loads(server.run("retention", "--json").stdout)["comments_months"] == 6
    entries = json.loads(server.run("audit", "--json").stdout)
    assert [entry["deed"] for entry in entries] == [
        "changed a setting",
        "lifted a legal hold",
        "placed a legal hold",
    ]
    assert (entries[0]["subject"], entries[0]["before"], entries[0]["after"]) == (
        "comments_months",
        "12",
        "6",
    )
    assert NIA not in json.dumps(entries)


def test_teams_are_imported_after_a_dry_run(server: Server) -> None:
    file = server.folder / "teams.csv"
    file.write_text("team,leader,person\nWard 7,Col League,\nWard 7,,Nia Nurse\n")
    dry = server.run("teams", "import", str(file), "--dry-run")
    assert (dry.exit_code, "Ward 7: Nia Nurse joins." in dry.stdout) == (0, True), dry.stderr
    assert "Nothing was changed yet." in dry.stdout
    assert server.ask("SELECT count(*) FROM team") == [(0,)]
    done = json.loads(server.run("teams", "import", str(file), "--json").stdout)
    assert (done["done"], len(done["changes"])) == (True, 3)
    assert server.ask("SELECT name FROM team") == [("Ward 7",)]
    file.write_text("team,person\nWard 8,Nobody\n")
    refused = server.run("teams", "import", str(file))
    assert (refused.exit_code, "Row 2: nobody here is called Nobody" in refused.stderr) == (1, True)


def test_one_team_goes_up_in_another(server: Server) -> None:
    file = server.folder / "teams.csv"
    file.write_text("team,person\nWard 7,Nia Nurse\nWard 8,Col League\n")
    server.run("teams", "import", str(file))
    assert server.run("teams", "merge", "Ward 7", "Ward 8", typed="n\n").exit_code == 1
    result = server.run("teams", "merge", "Ward 7", "Ward 8", "--yes", "--json")
    assert (result.exit_code, json.loads(result.stdout)["people"]) == (0, 1), result.stderr
    again = server.run("teams", "merge", "Ward 7", "Ward 8", "--yes")
    assert (again.exit_code, "There is no team called Ward 7" in again.stderr) == (1, True)
    assert json.loads(server.run("audit", "--json").stdout)[0]["deed"] == "merged two teams"


def test_two_workspaces_on_one_server_never_see_each_other(server: Server) -> None:
    """Every command that names a person or a team, with the other workspace's."""
    file = server.folder / "teams.csv"
    file.write_text("team\nWard 7\nWard 8\n")
    server.run("teams", "import", str(file))
    sessions = connect(f"sqlite:///{server.database}")
    with sessions.begin() as session:
        other = registry.install(session, slack_team_id="T0OTHER", name="Other", bot_user_id="U0BOT")
        members.upsert_one(session, other, SlackProfile("U0STRANGER", "Sam Stranger"))
        members.create_team(session, other, "Ward 9")
    sessions.dispose()
    before = server.ask("SELECT workspace_id, name, slack_user_id FROM member ORDER BY slack_user_id")
    deeds = (
        ("export", NIA, "--json"),
        ("erase", NIA, "--yes"),
        ("hold", NIA),
        ("teams", "follow", "Ward 7", "S0WARD7"),
        ("teams", "merge", "Ward 7", "Ward 8", "--yes"),
        ("digest", "--team", "Ward 7", "--preview", "x.html"),
    )
    for words in deeds:
        unclear = server.run(*words)
        assert (unclear.exit_code, "Which workspace?" in unclear.stderr) == (1, True), (words, unclear.output)
        result = server.run(*words, "--workspace", "T0OTHER")
        assert result.exit_code == 1, (words, result.output)
        assert WORDS not in result.output
    assert server.ask("SELECT workspace_id, name, slack_user_id FROM member ORDER BY slack_user_id") == before
    assert json.loads(server.run("audit", "--json", "--workspace", "T0OTHER").stdout) == []
    assert (
        server.ask("SELECT count(*) FROM legal_hold UNION ALL SELECT count(*) FROM team_source") == [(0,)] * 2
    )
    # Each setting is one workspace's own.
    assert server.run("retention", "comments_months", "6", "--workspace", "T0OTHER").exit_code == 0
    results = json.loads(server.run("retention", "--json", "--workspace", "T0WARD").stdout)
    assert results["comments_months"] == 12


def test_a_team_follows_a_user_group(server: Server) -> None:
    file = server.folder / "teams.csv"
    file.write_text("team\nWard 7\nWard 8\n")
    server.run("teams", "import", str(file))
    result = server.run("teams", "follow", "Ward 7", "S0WARD7", "--json")
    assert json.loads(result.stdout) == {"team": "Ward 7", "follows": "S0WARD7"}
    assert server.ask("SELECT kind, slack_id FROM team_source") == [("user_group", "S0WARD7")]
    for words, code in (
        (("Ward 8", "S0WARD7"), 1),
        (("Ward 9", "S0WARD9"), 1),
        (("Ward 7", "U0NIANURSE"), 2),
    ):
        assert server.run("teams", "follow", *words).exit_code == code


def test_a_restore_erases_again_and_sends_nothing_twice(server: Server) -> None:
    copy = server.folder / "copies" / "monday.db"
    copy.parent.mkdir()
    assert server.run("backup", str(copy)).exit_code == 0
    assert copy.stat().st_mode & 0o777 == 0o600
    secrets = [
        file.read_bytes() for file in (server.folder / "keys").iterdir() if file.suffix in {".secret", ".key"}
    ]
    assert [secret for secret in secrets if secret in copy.read_bytes()] == []
    assert server.run("erase", NIA, "--yes").exit_code == 0
    assert "Say --replace" in server.run("restore", str(copy)).stderr
    back = server.run("restore", str(copy), "--replace", "--json")
    assert (back.exit_code, json.loads(back.stdout)) == (0, {"erased_again": 1}), back.stderr
    assert NIA.encode() not in server.database.read_bytes()
    # What was unsent at the time of the copy may have been sent since: a person decides about it.
    states = server.ask("SELECT state FROM delivery WHERE kind = 'recognition'")
    assert states == [(DeliveryState.UNKNOWN,)]


@pytest.mark.parametrize("whose", [NIA, "--everything"])
def test_a_hold_that_was_lifted_since_brings_nobody_back(server: Server, whose: str) -> None:
    assert server.run("hold", whose).exit_code == 0
    assert server.run("backup", "held.db").exit_code == 0
    assert server.run("hold", whose, "--lift").exit_code == 0
    assert server.run("erase", NIA, "--yes").exit_code == 0
    back = server.run("restore", "held.db", "--replace", "--json")
    assert json.loads(back.stdout) == {"erased_again": 1}
    assert [NIA.encode() in file.read_bytes() for file in server.database.parent.iterdir()] == [False]
    # The hold is as it was in the copy, except one that was about the erased person alone.
    left = [hold["whose"] for hold in json.loads(server.run("hold", "--list", "--json").stdout)]
    assert left == (["everything"] if whose == "--everything" else [])


def test_a_backup_comes_to_its_end_however_often_the_app_writes(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(server.database, isolation_level=None)) as app:
        app.execute("CREATE TABLE filler (bytes BLOB)")
        app.execute("INSERT INTO filler VALUES (zeroblob(8000000))")
        steps: list[tuple[int, int]] = []

        @contextmanager
        def watched(_label: str, *, hidden: bool) -> Iterator[Callable[[int, int], None]]:
            def progress(done: int, total: int) -> None:
                assert not hidden
                assert len(steps) < 100, "it begins again and again"
                steps.append((done, total))
                app.execute("INSERT INTO filler VALUES (x'00')")

            yield progress

        monkeypatch.setattr(backup, "bar", watched)
        assert server.run("backup", "busy.db").exit_code == 0
    assert len(steps) > 1
    # The copy is of one moment: nothing written during it is in it.
    with closing(sqlite3.connect(server.folder / "busy.db")) as copy:
        assert copy.execute("SELECT count(*) FROM filler").fetchone() == (1,)


def test_a_copy_goes_to_and_comes_from_a_folder_of_any_name(server: Server) -> None:
    copy = server.folder / "100%25 of ward #7?" / "monday.db"
    copy.parent.mkdir()
    assert server.run("backup", str(copy)).exit_code == 0
    assert server.run("restore", str(copy), "--replace").exit_code == 0
    assert server.ask("SELECT count(*) FROM member") == [(2,)]


def test_bars_go_to_standard_error(server: Server) -> None:
    result = server.run("backup", "copy.db")
    assert (result.stdout, "Copying" in result.stderr) == ("Written to copy.db.\n", True)
    assert server.run("backup", "copy.db", "--json").stderr == ""
    (server.folder / "teams.csv").write_text("team,person\nWard 9,Nia Nurse\n")
    result = server.run("teams", "import", "teams.csv")
    assert ("Teams" in result.stderr, "2 changed." in result.stdout) == (True, True)
    result = server.run("erase", NIA, "--yes")
    assert ("Erasing" in result.stderr, result.stdout.startswith("Erased.")) == (True, True)
    assert server.run("erase", COL, "--yes", "--json").stderr == ""


def test_nothing_is_restored_under_a_running_app(server: Server) -> None:
    assert server.run("backup", "monday.db").exit_code == 0
    sessions = connect(f"sqlite:///{server.database}")
    with sessions.begin() as session:
        session.execute(text("UPDATE member SET name = 'Written since'"))
    refused = server.run("restore", "monday.db", "--replace")
    assert (refused.exit_code, "Stop the app first" in refused.stderr) == (1, True)
    with sessions.read() as session:
        assert session.scalar(text("SELECT count(*) FROM member WHERE name = 'Written since'")) == 2
    sessions.dispose()
    assert server.run("restore", "monday.db", "--replace").exit_code == 0
    assert server.ask("SELECT count(*) FROM member WHERE name = 'Written since'") == [(0,)]
    # A damaged database is used by no process.
    server.database.write_bytes(b"torn" * 5000)
    assert server.run("restore", "monday.db", "--replace").exit_code == 0


def test_a_copy_that_does_not_come_to_its_end_leaves_nothing_behind(server: Server) -> None:
    assert server.run("backup", "good.db").exit_code == 0
    with closing(sqlite3.connect(server.folder / "good.db")) as other:
        other.execute("UPDATE identity SET value = 'another'")
        other.commit()
    assert server.run("restore", "good.db", "--replace").exit_code == 1
    assert list(server.database.parent.glob("*.restoring*")) == []
    # One of the database's own files is refused as the target, too.
    assert "is the database itself" in server.run("backup", "data/appreciate.db-wal").stderr


def test_a_backup_of_another_database_or_of_nothing_is_refused(server: Server) -> None:
    assert server.run("backup", "good.db").exit_code == 0
    (server.folder / "bad.db").write_bytes(b"not a database at all")
    assert "is not a whole database" in server.run("restore", "bad.db", "--replace").stderr
    whole = (server.folder / "good.db").read_bytes()
    (server.folder / "torn.db").write_bytes(whole[: len(whole) // 2])
    assert "is not a whole database" in server.run("restore", "torn.db", "--replace").stderr
    with closing(sqlite3.connect(server.folder / "good.db")) as other:
        other.execute("UPDATE identity SET value = 'another'")
        other.commit()
    refused = server.run("restore", "good.db", "--replace")
    assert (refused.exit_code, "belongs to another database" in refused.stderr) == (1, True)
    assert server.ask("SELECT count(*) FROM member") == [(2,)]
