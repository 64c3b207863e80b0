"""Erasing one person: nothing of them is left, and nothing of others is lost."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.models import (
    Comment,
    Delivery,
    Digest,
    Member,
    Promise,
    Recipient,
    Recognition,
    SharedDigest,
    Team,
)
from slackapp.outbox import queue
from slackapp.privacy import id_scrubbing, slack_redaction
from slackapp.privacy.erasure import ErasureResult
from slackapp.workspace import members
from slackapp.workspace.members import SlackProfile
from tests.support.erasing import COL, LEA, NIA, THEO, WROTE, erase, everywhere
from tests.support.workspace_ward import WorkspaceWard


def test_after_an_erasure_no_table_holds_the_id(ward: WorkspaceWard) -> None:
    everywhere(ward)
    with ward.database.read() as session:
        before = {trace.table for trace in id_scrubbing.find(session, NIA)}
    # The premise: the id was stored in all the places that this test is about.
    assert {"member", "delivery", "recognition", "workspace", "bucket", "inbound"} <= before
    assert erase(ward) is ErasureResult.DONE
    with ward.database.read() as session:
        assert id_scrubbing.find(session, NIA) == []
        assert id_scrubbing.find(session, "Nia") == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_after_an_erasure_no_file_holds_the_id_or_the_words(ward: WorkspaceWard, tmp_path: Path) -> None:
    everywhere(ward)
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert any(NIA.encode() in file.read_bytes() for file in files)
    erase(ward)
    assert id_scrubbing.sweep(ward.database) is True
    ward.database.dispose()
    leaks = [
        (file.name, text)
        for file in tmp_path.rglob("*")
        if file.is_file()
        for text in (NIA, WROTE, "Nia Nurse")
        if text.encode() in file.read_bytes()
    ]
    assert leaks == []


def test_a_sweep_is_owed_until_it_was_done(ward: WorkspaceWard) -> None:
    assert id_scrubbing.sweep(ward.database) is False
    erase(ward)
    assert id_scrubbing.sweep(ward.database) is True
    assert id_scrubbing.sweep(ward.database) is False


def test_their_words_go_and_the_figures_stay(ward: WorkspaceWard) -> None:
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


def test_what_stands_in_slack_is_changed_and_their_own_conversation_is_emptied(ward: WorkspaceWard) -> None:
    everywhere(ward)
    with ward.database.begin() as session:
        deliveries = session.scalars(select(Delivery.id).where(Delivery.target == NIA)).all()
        (stood,) = session.scalars(select(Delivery.slack_ts).where(Delivery.target == NIA))
        assert deliveries
    erase(ward)
    with ward.database.read() as session:
        ready = session.scalars(select(Delivery).where(Delivery.state == "ready")).all()
        changed = [row for row in ready if row.kind == "recognition-dm-settled"]
        assert {row.target for row in changed} == {COL, THEO}
        removed = [row for row in ready if row not in changed]
        assert [(row.method, row.reference) for row in removed] == [("chat.delete", stood)]
        assert not session.scalars(select(Delivery.id).where(Delivery.id.in_(deliveries))).all()


def test_what_is_on_its_way_while_they_are_erased_is_removed_once_it_has_arrived(ward: WorkspaceWard) -> None:
    ward.thank(COL, NIA, "You found the pump before the handover")
    with ward.database.begin() as session:
        row = session.scalars(select(Delivery).where(Delivery.target == NIA)).one()
        row.state, row.fence = "sending", 3
        receipt = queue.Claim(row.id, 3)
    erase(ward)
    with ward.database.begin() as session:
        assert id_scrubbing.find(session, NIA) == []
        # Only now does Slack answer the call that was being sent.
        assert queue.mark_sent(session, receipt, queue.SlackMessageId(channel="D0NIA", ts="1.7"))
    for _ in range(2):
        with ward.database.begin() as session:
            slack_redaction.delete_finished(session, ward.noon)
    with ward.database.read() as session:
        assert session.get(Delivery, receipt.id) is None
        removed = session.scalars(select(Delivery).where(Delivery.method == "chat.delete")).one()
        assert (removed.target, removed.reference) == ("D0NIA", "1.7")


def sent(session: Session, workspace_id: str, kind: str, reference: str, **where: str) -> Delivery:
    """A message or file that was sent to Slack."""
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


def test_what_was_handed_out_to_others_is_taken_back_and_made_anew(ward: WorkspaceWard) -> None:
    shared = ward.thank(NIA, COL, WROTE)
    with ward.database.begin() as session:
        session.get_one(Recipient, (shared, ward.person(session, COL).id)).sharing = "shared"
        lea, nia, theo = (ward.person(session, user) for user in (LEA, NIA, THEO))
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
        ready = session.scalars(select(Delivery).where(Delivery.state == "ready")).all()
        gone = {row.reference for row in ready if row.method in {"files.delete", "chat.delete"}}
        assert gone == {"F0PAGE", "F0THEO", "1.5"}
        # Receivers who have left get nothing more; the others get the message without her.
        again = {(row.kind, row.target) for row in ready if row.kind.startswith("digest-")}
        assert again == {("digest-page", LEA), ("digest-comments", LEA)}
        stale = Delivery.slack_file_id.in_(["F0PAGE", "F0THEO"]) | Delivery.slack_ts.is_not(None)
        assert {row.kind for row in session.scalars(select(Delivery).where(stale))} == {"promises"}
        assert [row.target for row in ready if row.kind == "promises-change"] == ["C0WARD7"]
        (promise_row,) = session.scalars(select(Promise))
        assert promise_row.we_will == "a former colleague buys three"
        assert session.scalars(select(Comment.words)).all() == ["More like a former colleague please"]


@pytest.mark.parametrize("name", ["we", "May", "will", "Hope", "you"])
def test_a_name_of_one_word_never_changes_what_colleagues_wrote(ward: WorkspaceWard, name: str) -> None:
    """The naive twin replaces every word that is spelt like the name."""
    text = "May I say: we had little hope, you and Hope found the pump, and we will not forget it, @Hope"
    to_them = f"@{name}, {text}"
    with ward.database.begin() as session:
        workspace = ward.workspace(session)
        members.upsert_one(session, workspace, SlackProfile("U0ONEWORD", name))
        workspace.contact = "The Hope Centre"
    of_others = ward.thank(COL, THEO, text)
    to_person = ward.thank(COL, "U0ONEWORD", to_them)
    erase(ward, "U0ONEWORD")
    with ward.database.read() as session:
        assert session.get_one(Recognition, of_others).words == text
        rest = text.replace("@Hope", "a former colleague") if name == "Hope" else text
        assert session.get_one(Recognition, to_person).words == f"a former colleague, {rest}"
        assert ward.workspace(session).contact == "The Hope Centre"


def test_an_id_is_replaced_whole_and_never_inside_another(ward: WorkspaceWard) -> None:
    with ward.database.begin() as session:
        workspace = ward.workspace(session)
        for user in ("U0ONEWORD", "U0ONEWORDS"):
            members.upsert_one(session, workspace, SlackProfile(user, f"Rhian {user}"))
    recognition_id = ward.thank(COL, THEO, "You, <@U0ONEWORD> and <@U0ONEWORDS> found the pump in the night")
    erase(ward, "U0ONEWORDS")
    with ward.database.read() as session:
        words = session.get_one(Recognition, recognition_id).words
        assert words == "You, <@U0ONEWORD> and a former colleague found the pump in the night"


def test_they_lead_nothing_and_belong_nowhere(ward: WorkspaceWard) -> None:
    erase(ward, LEA)
    with ward.database.read() as session:
        team = session.scalars(select(Team).where(Team.name == "Ward 7")).one()
        assert (team.leader_id, team.deputy_id) == (None, None)
        gone = session.scalars(select(Member).where(Member.slack_user_id.startswith("gone-"))).one()
        assert (gone.left, gone.team_id, gone.name) == (True, None, "a former colleague")
        assert not gone.can_be_reached
