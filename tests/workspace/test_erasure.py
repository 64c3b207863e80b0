"""Erasing one person: nothing of them is left, nothing of others is lost, and nothing brings them back."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from slackapp import audit, members, outbox
from slackapp.marks import Marks
from slackapp.members import Person
from slackapp.models import (
    AuditEntry,
    Ballot,
    Blocking,
    Boost,
    Bucket,
    Comment,
    Delivery,
    Digest,
    Inbound,
    Member,
    Poll,
    PollMember,
    Promise,
    Recipient,
    Recognition,
    SharedDigest,
    Team,
    Tombstone,
)
from slackapp.privacy import erasure, holds, taking_back, traces
from slackapp.privacy.erasure import Erased
from slackapp.pulse import rounds

NIA, COL, THEO, LEA = "U0NIANURSE", "U0COLLEAGUE", "U0THEOTHIRD", "U0LEALEADER"
WROTE = "You stayed late with me, and I will not forget that night"
ABOUT = "Thank you Nia, because of you <@U0NIANURSE> we had a bed. Nia Nurse is kind."


def erase(ward: Any, user: str = NIA) -> Erased:
    return erasure.erase(ward.database, ward.keys, ward.workspace_id, erasure.Asked(user), ward.noon)


def everywhere(ward: Any) -> None:
    """Nia's id in every place where it can stand."""
    ward.thank(NIA, COL, WROTE)
    received = ward.thank(COL, NIA, ABOUT)
    elsewhere = ward.thank(COL, THEO, "You and Nia Nurse found the pump before the handover")
    with ward.database.begin() as session:
        workspace, nia = ward.workspace(session), ward.person(session, NIA)
        workspace.concerns_to = NIA
        nia.language, nia.time_zone = "cy", "Europe/London"
        team = session.scalars(select(Team).where(Team.name == "Ward 7")).one()
        team.deputy_id = nia.id
        session.add(Bucket(workspace_id=workspace.id, name=f"channel:{NIA}", free_at=ward.noon))
        session.add(Inbound(workspace_id=workspace.id, key=f"press:{NIA}:1.2", received_at=ward.noon))
        session.add(Boost(recognition_id=elsewhere, booster_id=nia.id, how="button", boosted_at=ward.noon))
        session.add(Blocking(member_id=nia.id, giver_id=ward.person(session, THEO).id))
        for row in session.scalars(select(Delivery)):
            row.state, row.slack_channel_id, row.slack_ts = "sent", "D0SOMEBODY", f"1.{row.id[:6]}"
        assert session.get_one(Recipient, (received, nia.id)).sharing == "asked"


def test_after_an_erasure_no_table_holds_the_id(ward: Any) -> None:
    everywhere(ward)
    with ward.database.read() as session:
        before = {one.table for one in traces.find(session, NIA)}
    # The premise: the id stood in all the places that this test is about.
    assert {"member", "delivery", "recognition", "workspace", "bucket", "inbound"} <= before
    assert erase(ward) is Erased.DONE
    with ward.database.read() as session:
        assert traces.find(session, NIA) == []
        assert traces.find(session, "Nia") == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_after_an_erasure_no_file_holds_the_id_or_the_words(ward: Any, tmp_path: Path) -> None:
    everywhere(ward)
    files = [one for one in tmp_path.rglob("*") if one.is_file()]
    assert any(NIA.encode() in one.read_bytes() for one in files)
    erase(ward)
    assert traces.sweep(ward.database) is True
    ward.database.dispose()
    found = [
        (one.name, text)
        for one in tmp_path.rglob("*")
        if one.is_file()
        for text in (NIA, WROTE, "Nia Nurse")
        if text.encode() in one.read_bytes()
    ]
    assert found == []


def test_a_sweep_is_owed_until_it_was_done(ward: Any) -> None:
    assert traces.sweep(ward.database) is False
    erase(ward)
    assert traces.sweep(ward.database) is True
    assert traces.sweep(ward.database) is False


def test_their_words_go_and_the_figures_stay(ward: Any) -> None:
    everywhere(ward)
    with ward.database.read() as session:
        counted = session.execute(select(Recognition.behaviour, Recognition.giver_team_id)).all()
        thanked = session.execute(select(Recipient.team_id, Recipient.given_at)).all()
    erase(ward)
    with ward.database.read() as session:
        assert session.execute(select(Recognition.behaviour, Recognition.giver_team_id)).all() == counted
        assert session.execute(select(Recipient.team_id, Recipient.given_at)).all() == thanked
        assert session.scalars(select(Recognition.undone_at)).all() == [None] * 3
        words = set(session.scalars(select(Recognition.words)))
    assert words == {
        None,
        (
            "Thank you a former colleague, because of you a former colleague we had a bed. "
            "a former colleague is kind."
        ),
        "You and a former colleague found the pump before the handover",
    }


def test_what_stands_in_slack_is_changed_and_their_own_conversation_is_emptied(ward: Any) -> None:
    everywhere(ward)
    with ward.database.begin() as session:
        theirs = session.scalars(select(Delivery.id).where(Delivery.target == NIA)).all()
        (stood,) = session.scalars(select(Delivery.slack_ts).where(Delivery.target == NIA))
        assert theirs
    erase(ward)
    with ward.database.read() as session:
        owed = session.scalars(select(Delivery).where(Delivery.state == "ready")).all()
        changed = [one for one in owed if one.kind == "recognition-dm-settled"]
        assert {one.target for one in changed} == {COL, THEO}
        removed = [one for one in owed if one not in changed]
        assert [(one.method, one.reference) for one in removed] == [("chat.delete", stood)]
        assert not session.scalars(select(Delivery.id).where(Delivery.id.in_(theirs))).all()


def test_what_is_on_its_way_while_they_are_erased_is_removed_once_it_has_arrived(ward: Any) -> None:
    ward.thank(COL, NIA, "You found the pump before the handover")
    with ward.database.begin() as session:
        row = session.scalars(select(Delivery).where(Delivery.target == NIA)).one()
        row.state, row.fence = "sending", 3
        receipt = outbox.Receipt(row.id, 3)
    erase(ward)
    with ward.database.begin() as session:
        assert traces.find(session, NIA) == []
        # Only now Slack answers the call that was under way.
        assert outbox.settle(session, receipt, outbox.Arrived(channel="D0NIA", ts="1.7"))
    for _ in range(2):
        with ward.database.begin() as session:
            taking_back.forget(session, ward.noon)
    with ward.database.read() as session:
        assert session.get(Delivery, receipt.id) is None
        removed = session.scalars(select(Delivery).where(Delivery.method == "chat.delete")).one()
        assert (removed.target, removed.reference) == ("D0NIA", "1.7")


def sent(session: Any, workspace_id: str, kind: str, reference: str, **where: str) -> Delivery:
    """A message or file that stands in Slack."""
    row = Delivery(
        key=f"{kind}:{reference}",
        workspace_id=workspace_id,
        method="files.share" if "slack_file_id" in where else "chat.postMessage",
        kind=kind,
        reference=reference,
        priority=30,
        due=datetime(2026, 11, 2, 9, tzinfo=UTC),
        state="sent",
        slack_channel_id="D0LEADER",
        **where,
    )
    session.add(row)
    return row


def test_what_was_handed_out_to_others_is_taken_back_and_made_anew(ward: Any) -> None:
    shared = ward.thank(NIA, COL, WROTE)
    with ward.database.begin() as session:
        session.get_one(Recipient, (shared, ward.person(session, COL).id)).sharing = "shared"
        lea, nia, theo = (ward.person(session, one) for one in (LEA, NIA, THEO))
        team = session.scalars(select(Team).where(Team.name == "Ward 7")).one()
        digest = Digest(team_id=team.id, month="2026-11", recipient_id=lea.id, made_at=ward.noon)
        older = Digest(team_id=team.id, month="2026-09", recipient_id=lea.id, made_at=ward.noon)
        for_theo = Digest(team_id=team.id, month="2026-11", recipient_id=theo.id, made_at=ward.noon)
        session.add_all([digest, older, for_theo])
        theo.left = True
        session.add(Comment(unit_id=team.id, month="2026-11", words="More like nia nurse please"))
        for author, place in ((nia, 1), (lea, 2)):
            promise = Promise(
                team_id=team.id,
                month="2026-10",
                place=place,
                you_said="Too few chairs",
                we_will="Nia Nurse buys three",
                who_id=nia.id,
                written_by_id=author.id,
                due=ward.noon.date(),
                made_at=ward.noon,
            )
            session.add(promise)
        about = {"team_id": team.id, "shared_by_id": lea.id, "shared_at": ward.noon, "with_promises": True}
        session.add(SharedDigest(month="2026-10", **about))
        session.flush()
        here = (session, ward.workspace_id)
        sent(*here, "digest-page", digest.id, target=LEA, slack_file_id="F0PAGE")
        sent(*here, "digest-page", older.id, target=LEA, slack_file_id="F0OLDER")
        sent(*here, "digest-page", for_theo.id, target=THEO, slack_file_id="F0THEO")
        sent(*here, "digest-comments", digest.id, target=LEA, slack_ts="1.5")
        sent(
            *here, "promises", f"{team.id}:2026-10", target="C0WARD7", slack_ts="1.6"
        ).key = f"promises:{team.id}:2026-10"
    erase(ward)
    with ward.database.read() as session:
        owed = session.scalars(select(Delivery).where(Delivery.state == "ready")).all()
        gone = {one.reference for one in owed if one.method in {"files.delete", "chat.delete"}}
        assert gone == {"F0PAGE", "F0THEO", "1.5"}
        # Whoever has left gets nothing any more; the others get it anew, as it is without her.
        again = {(one.kind, one.target) for one in owed if one.kind.startswith("digest-")}
        assert again == {("digest-page", LEA), ("digest-comments", LEA)}
        stale = Delivery.slack_file_id.in_(["F0PAGE", "F0THEO"]) | Delivery.slack_ts.is_not(None)
        assert {one.kind for one in session.scalars(select(Delivery).where(stale))} == {"promises"}
        assert [one.target for one in owed if one.kind == "promises-change"] == ["C0WARD7"]
        (kept,) = session.scalars(select(Promise))
        assert kept.we_will == "a former colleague buys three"
        assert session.scalars(select(Comment.words)).all() == ["More like a former colleague please"]


def test_a_name_of_one_word_is_not_taken_out_of_what_others_mean_otherwise(ward: Any) -> None:
    kept = ward.thank(COL, THEO, "We had little hope that night, and you and Hope found the pump")
    with ward.database.begin() as session:
        workspace = ward.workspace(session)
        members.remember(session, workspace, Person("U0HOPEONLY", "Hope"))
        workspace.contact = "The Hope Centre"
    erase(ward, "U0HOPEONLY")
    with ward.database.read() as session:
        words = session.get_one(Recognition, kept).words
        assert words == "We had little hope that night, and you and a former colleague found the pump"
        assert ward.workspace(session).contact == "The Hope Centre"


def test_they_lead_nothing_and_belong_nowhere(ward: Any) -> None:
    erase(ward, LEA)
    with ward.database.read() as session:
        team = session.scalars(select(Team).where(Team.name == "Ward 7")).one()
        assert (team.leader_id, team.deputy_id) == (None, None)
        gone = session.scalars(select(Member).where(Member.slack_user_id.startswith("gone-"))).one()
        assert (gone.left, gone.team_id, gone.name) == (True, None, "a former colleague")
        assert not gone.can_be_reached


def open_poll(ward: Any) -> str:
    with ward.database.begin() as session:
        workspace = ward.workspace(session)
        workspace.pulse_on, workspace.pulse_since = True, datetime(2026, 11, 2, tzinfo=UTC)
    poll_id = rounds.open_due(ward.database, ward.keys, ward.workspace_id, ward.noon)
    assert poll_id is not None
    return poll_id


def answer(ward: Any, poll_id: str, user: str) -> None:
    with ward.database.begin() as session:
        poll = session.get_one(Poll, poll_id)
        scores = dict.fromkeys(poll.items, 4)
        paper = rounds.Paper(poll_id, ward.person(session, user).id, scores)
        rounds.submit(session, ward.keys, paper, ward.noon)


@pytest.mark.parametrize("held", [False, True])
def test_open_ballots_go_also_under_a_legal_hold_and_only_theirs(ward: Any, *, held: bool) -> None:
    poll_id = open_poll(ward)
    for user in (NIA, COL):
        answer(ward, poll_id, user)
    with ward.database.begin() as session:
        theirs = ward.person(session, NIA).id
        kept = set(session.scalars(select(Ballot.receipt)))
        assert len(kept) == 2
        if held:
            holds.place(session, ward.workspace(session), ward.person(session, NIA), now=ward.noon)
    assert erase(ward) is (Erased.HELD if held else Erased.DONE)
    with ward.database.read() as session:
        left = set(session.scalars(select(Ballot.receipt)))
        assert len(left) == 1
        assert left < kept
        assert session.get(PollMember, (poll_id, theirs)) is None
    answer(ward, poll_id, COL)
    with ward.database.read() as session:
        assert set(session.scalars(select(Ballot.receipt))) == left


def test_a_legal_hold_keeps_the_rest_until_it_is_lifted(ward: Any) -> None:
    ward.thank(NIA, COL, WROTE)
    with ward.database.begin() as session:
        workspace, nia = ward.workspace(session), ward.person(session, NIA)
        holds.place(session, workspace, nia, now=ward.noon)
        holds.place(session, workspace, nia, now=ward.noon)
    assert erase(ward) is Erased.HELD
    with ward.database.begin() as session:
        assert session.scalars(select(Recognition.words)).all() == [WROTE]
        assert holds.lift(session, ward.workspace(session), ward.person(session, NIA)) is True
        assert holds.lift(session, ward.workspace(session), ward.person(session, NIA)) is False
    assert erase(ward) is Erased.DONE


def test_what_slack_tells_does_not_bring_them_back(ward: Any) -> None:
    erase(ward)
    everybody = [Person(NIA, "Nia Nurse"), Person(COL, "Col League")]
    with ward.database.begin() as session:
        marks, workspace = Marks(ward.keys.path), ward.workspace(session)
        assert [one.slack_user_id for one in erasure.welcome(session, marks, workspace, everybody)] == [COL]
        erasure.let_back(session, marks, workspace, NIA)
        assert erasure.welcome(session, marks, workspace, everybody) == everybody
    assert Marks(ward.keys.path).buried() == frozenset()


def test_a_tombstone_cannot_be_read_without_the_key_directory(ward: Any, tmp_path: Path) -> None:
    erase(ward)
    with ward.database.read() as session:
        mark = session.scalars(select(Tombstone.mark)).one()
    assert Marks(ward.keys.path).person("T0WARD", NIA) == mark
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    # Somebody with the database alone has another secret, or none: trying out the roster finds nobody.
    assert mark not in {Marks(other).person("T0WARD", user) for user in (NIA, COL, THEO, LEA)}
    assert (ward.keys.path / "marks.secret").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_from_before_the_erasure_is_erased_again_at_the_start(ward: Any, tmp_path: Path) -> None:
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
        assert traces.find(session, NIA) == []
        assert session.scalars(select(Recognition.words)).all() == [None]


def test_the_audit_log_names_nobody(ward: Any) -> None:
    erase(ward)
    with ward.database.read() as session:
        entry = session.scalars(select(AuditEntry)).one()
        assert entry.deed == audit.Deed.ERASED
        assert entry.subject == Marks(ward.keys.path).person("T0WARD", NIA)
        assert len(entry.actor) == 24
        ids = set(session.scalars(select(Member.id)))
        assert entry.actor not in ids


def test_somebody_nobody_knows_is_said_to_be_unknown(ward: Any) -> None:
    assert erase(ward, "U0NEVERSEEN") is Erased.NOBODY


def test_erasing_twice_at_once_is_once(ward: Any) -> None:
    assert erase(ward) is Erased.DONE
    assert erase(ward) is Erased.NOBODY
    with ward.database.read() as session:
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == 1


def test_pressing_erase_changes_the_post_the_messages_and_home(place: Any) -> None:
    carys, dylan, channel = "U0HOSP00011", "U0HOSP00015", "C0WARD70000"
    place.clock(now="2026-11-02T10:00:00+00:00")
    nurse, colleague = place.person(carys), place.person(dylan)
    nurse.types("/appreciate @Dylan Hughes helping with the team You found the key to the drug cupboard")
    seen = colleague.sees("You found the key to the drug cupboard")
    colleague.presses("Share with the team", within=seen["messages"][-1]["ts"])
    colleague.sees("You found the key to the drug cupboard", place=channel)
    nurse.sees("What is kept about", place="home")
    nurse.presses("Erase what is kept about me", within="home")
    post = colleague.sees("A former colleague thanked", place=channel)
    assert "drug cupboard" not in post.texts
    assert "Carys" not in post.texts
    message = colleague.sees("A former colleague thanked you")
    assert "drug cupboard" not in message.texts
    # Slack goes on telling of her, and that brings nothing back.
    place.change(kind="person", user=carys, title="Charge nurse")
    place.app.meet_everyone()
    with place.app.sessions.read() as session:
        assert traces.find(session, carys) == []
    colleague.types("/appreciate @Carys Bevan helping You found the key to the drug cupboard")
    colleague.sees("has asked not to be known here")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_export_comes_as_two_files_and_erase_leaves_a_way_back(place: Any) -> None:
    carys, dylan = "U0HOSP00011", "U0HOSP00015"
    nurse = place.person(carys)
    place.person(dylan).types("/appreciate @Carys Bevan helping You found the key to the drug cupboard")
    nurse.sees("You found the key")
    nurse.sees("What is kept about", place="home")
    nurse.presses("Export what is kept about me", within="home")
    assert "on its way" in nurse.screen()["modal"]["text"]
    nurse.does("dismiss")
    seen = nurse.waits(lambda seen: sum(len(one["files"]) for one in seen["messages"]) == 2)
    files = {one["name"]: one["url"] for message in seen["messages"] for one in message["files"]}
    assert set(files) == {"appreciate-about-me.html", "appreciate-about-me.json"}
    assert "drug cupboard" in place.http.get(files["appreciate-about-me.html"]).text
    told = place.http.get(files["appreciate-about-me.json"]).json()
    assert [one["from"] for one in told["thanks_received"]] == ["Dylan Hughes"]

    nurse.presses("Erase what is kept about me", within="home")
    assert "is erased" in nurse.screen()["modal"]["text"]
    nurse.does("dismiss")
    assert "drug cupboard" not in nurse.screen(place="home").texts
    # Their own conversation with the app is emptied too; of a file there is left that there was one.
    nurse.waits(lambda seen: not [one for one in seen["messages"] if one["text"] or one["files"]])
    assert {place.http.get(url).status_code for url in files.values()} == {404}
    with place.app.sessions.read() as session:
        assert traces.find(session, carys) == []
    nurse.presses("Use Appreciate again", within="home")
    nurse.sees("What is kept about", place="home")
    with place.app.sessions.read() as session:
        assert traces.find(session, carys) != []
