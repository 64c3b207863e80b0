"""An erased person stays erased unless they use the app again themselves."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import func, select

from slackapp.core.pseudonyms import ErasureList, Pseudonyms
from slackapp.models import (
    AuditEntry,
    Member,
    Recognition,
    Tombstone,
)
from slackapp.privacy import erasure, id_scrubbing
from slackapp.privacy.erasure import ErasureResult
from slackapp.workspace import audit_log, members
from slackapp.workspace.members import SlackProfile
from tests.support.erasing import COL, LEA, NIA, THEO, WROTE, erase
from tests.support.running_app import RunningApp
from tests.support.workspace_ward import WorkspaceWard


def test_what_slack_tells_does_not_bring_them_back(ward: WorkspaceWard) -> None:
    erase(ward)
    everybody = [SlackProfile(NIA, "Nia Nurse"), SlackProfile(COL, "Col League")]
    with ward.database.begin() as session:
        pseudonyms, workspace = Pseudonyms(ward.keys.path), ward.workspace(session)
        assert [
            member.slack_user_id
            for member in erasure.without_erased(session, pseudonyms, workspace, everybody)
        ] == [COL]
        erasure.allow_return(session, ward.keys, workspace, NIA)
        assert erasure.without_erased(session, pseudonyms, workspace, everybody) == everybody
    assert ErasureList(ward.keys.path).all() == frozenset()


def test_a_tombstone_cannot_be_read_without_the_key_directory(ward: WorkspaceWard, tmp_path: Path) -> None:
    erase(ward)
    with ward.database.read() as session:
        mark = session.scalars(select(Tombstone.mark)).one()
    assert Pseudonyms(ward.keys.path).for_person("T0WARD", NIA) == mark
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    # Somebody with the database alone has another secret, or none: trying out the roster finds nobody.
    assert mark not in {Pseudonyms(other).for_person("T0WARD", user) for user in (NIA, COL, THEO, LEA)}
    assert (ward.keys.path / "pseudonyms.secret").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_from_before_the_erasure_is_erased_again_at_the_start(
    ward: WorkspaceWard, tmp_path: Path
) -> None:
    ward.thank(NIA, COL, WROTE)
    backup = tmp_path / "backup.db"
    with sqlite3.connect(tmp_path / "appreciate.db") as source, sqlite3.connect(backup) as copy:
        source.backup(copy)
    source.close()
    copy.close()
    erase(ward)
    ward.database.dispose()
    with sqlite3.connect(backup) as source, sqlite3.connect(tmp_path / "appreciate.db") as restored:
        source.backup(restored)
    source.close()
    restored.close()
    with ward.database.read() as session:
        assert members.find(session, ward.workspace(session), NIA) is not None
    assert erasure.reapply(ward.database, ward.keys, ward.noon) == 1
    assert erasure.reapply(ward.database, ward.keys, ward.noon) == 0
    with ward.database.read() as session:
        assert id_scrubbing.find(session, NIA) == []
        assert session.scalars(select(Recognition.words)).all() == [None]


def test_the_audit_log_names_nobody(ward: WorkspaceWard) -> None:
    erase(ward)
    with ward.database.read() as session:
        entry = session.scalars(select(AuditEntry)).one()
        assert entry.deed == audit_log.Action.ERASED
        assert entry.subject == Pseudonyms(ward.keys.path).for_person("T0WARD", NIA)
        assert len(entry.actor) == 24
        ids = set(session.scalars(select(Member.id)))
        assert entry.actor not in ids


def test_somebody_nobody_knows_is_said_to_be_unknown(ward: WorkspaceWard) -> None:
    assert erase(ward, "U0NEVERSEEN") is ErasureResult.NOBODY


def test_erasing_twice_at_once_is_once(ward: WorkspaceWard) -> None:
    assert erase(ward) is ErasureResult.DONE
    assert erase(ward) is ErasureResult.NOBODY
    with ward.database.read() as session:
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == 1


def test_pressing_erase_changes_the_post_the_messages_and_home(place: RunningApp) -> None:
    carys, dylan, channel = "U0HOSP00011", "U0HOSP00015", "C0WARD70000"
    place.clock(now="2026-11-02T10:00:00+00:00")
    nurse, colleague = place.person(carys), place.person(dylan)
    nurse.types("/appreciate @Dylan Hughes helping with the team You found the key to the drug cupboard")
    seen = colleague.sees("You found the key to the drug cupboard")
    colleague.presses("Share with my team", within=seen["messages"][-1]["ts"])
    colleague.sees("You found the key to the drug cupboard", place=channel)
    nurse.sees("You read English.", place="home")
    nurse.presses("What is kept about me", within="home")
    nurse.presses("Erase what is kept about me", within="modal")
    post = colleague.sees("A former colleague thanked", place=channel)
    assert "drug cupboard" not in post.texts
    assert "Carys" not in post.texts
    message = colleague.sees("A former colleague thanked you")
    assert "drug cupboard" not in message.texts
    # Slack still sends events about her, and they restore nothing.
    place.change(kind="person", user=carys, title="Charge nurse")
    place.app.sync_all_members()
    with place.app.sessions.read() as session:
        assert id_scrubbing.find(session, carys) == []
    colleague.types("/appreciate @Carys Bevan helping You found the key to the drug cupboard")
    colleague.sees("has asked not to be known here")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_export_comes_as_two_files_and_erase_leaves_a_way_back(place: RunningApp) -> None:
    carys, dylan = "U0HOSP00011", "U0HOSP00015"
    nurse = place.person(carys)
    place.person(dylan).types("/appreciate @Carys Bevan helping You found the key to the drug cupboard")
    nurse.sees("You found the key")
    nurse.sees("You read English.", place="home")
    nurse.presses("What is kept about me", within="home")
    nurse.presses("Export what is kept about me", within="modal")
    assert "on its way" in nurse.screen()["modal"]["text"]
    nurse.does("dismiss")
    seen = nurse.waits(lambda seen: sum(len(message["files"]) for message in seen["messages"]) == 2)
    files = {file["name"]: file["url"] for message in seen["messages"] for file in message["files"]}
    assert set(files) == {"appreciate-about-me.html", "appreciate-about-me.json"}
    assert "drug cupboard" in place.http.get(files["appreciate-about-me.html"]).text
    export_file = place.http.get(files["appreciate-about-me.json"]).json()
    assert [thanks["from"] for thanks in export_file["thanks_received"]] == ["Dylan Hughes"]

    nurse.presses("What is kept about me", within="home")
    nurse.presses("Erase what is kept about me", within="modal")
    assert "is erased" in nurse.screen()["modal"]["text"]
    nurse.does("dismiss")
    assert "drug cupboard" not in nurse.screen(place="home").texts
    # Their own conversation with the app is emptied too; of a file there is left that there was one.
    nurse.waits(
        lambda seen: not [message for message in seen["messages"] if message["text"] or message["files"]]
    )
    assert {place.http.get(url).status_code for url in files.values()} == {404}
    with place.app.sessions.read() as session:
        assert id_scrubbing.find(session, carys) == []
    nurse.presses("Use Appreciate again", within="home")
    nurse.sees("You read English.", place="home")
    with place.app.sessions.read() as session:
        assert id_scrubbing.find(session, carys) != []
