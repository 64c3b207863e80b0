"""What receivers decide about their thanks, and givers change or take back."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from slackapp.core.db import purge_nightly
from slackapp.core.errors import UserError
from slackapp.core.i18n import voice
from slackapp.models import (
    Delivery,
    DeliveryState,
    Recipient,
    Recognition,
    Sharing,
    SharingChoice,
    Visibility,
)
from slackapp.outbox import queue
from slackapp.privacy import id_scrubbing
from slackapp.recognition import edit, give, sharing
from slackapp.workspace import members, registry
from tests.support.recognition_ward import RecognitionWard

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
WORDS = "Stayed after the shift to find us a bed"


def decide(
    ward: RecognitionWard, recognition_id: str, decision: Callable[..., object], *, who: str | None = None
) -> None:
    with ward.database.begin() as session:
        workspace = ward.workspace(session)
        thanks = sharing.lock_recipient(session, workspace, recognition_id, who or ward.colleague)
        decision(session, workspace, thanks, now=NOON)


def arrived(ward: RecognitionWard) -> None:
    with ward.database.begin() as session:
        for row in session.scalars(select(Delivery).where(Delivery.state == DeliveryState.READY)):
            row.state, row.slack_channel_id, row.slack_ts = DeliveryState.SENT, "D1", "1.1"


def kinds(ward: RecognitionWard) -> list[str]:
    return sorted(row.kind for row in ward.rows(Delivery) if row.state != DeliveryState.EXPIRED)


def test_only_the_receivers_press_owes_the_post_and_pressing_twice_owes_one(ward: RecognitionWard) -> None:
    recognition_id = ward.give(ward.draft(ward.colleague, visibility=Visibility.TEAM))
    assert ward.rows(Recipient)[0].sharing == Sharing.ASKED
    arrived(ward)
    assert kinds(ward) == ["recognition"]
    with pytest.raises(UserError):
        decide(ward, recognition_id, sharing.share, who=ward.nurse)
    assert kinds(ward) == ["recognition"]
    decide(ward, recognition_id, sharing.share)
    decide(ward, recognition_id, sharing.share)
    decide(ward, recognition_id, sharing.keep_private)
    assert kinds(ward) == ["recognition", "recognition-dm-settled", "recognition-post"]
    assert ward.rows(Recipient)[0].sharing == Sharing.SHARED
    (post,) = [row for row in ward.rows(Delivery) if row.kind == "recognition-post"]
    assert post.target == ward.channel


def test_kept_stays_kept(ward: RecognitionWard) -> None:
    recognition_id = ward.give(ward.draft(ward.colleague, visibility=Visibility.TEAM))
    arrived(ward)
    decide(ward, recognition_id, sharing.keep_private)
    decide(ward, recognition_id, sharing.share)
    assert kinds(ward) == ["recognition", "recognition-dm-settled"]
    assert ward.rows(Recipient)[0].sharing == Sharing.KEPT


def test_private_thanks_cannot_be_shared_by_anybody(ward: RecognitionWard) -> None:
    recognition_id = ward.give(ward.draft(ward.colleague))
    decide(ward, recognition_id, sharing.share)
    assert kinds(ward) == ["recognition"]


def test_a_team_without_a_channel_is_not_asked(ward: RecognitionWard) -> None:
    ward.give(ward.draft(ward.elsewhere, visibility=Visibility.TEAM))
    assert ward.rows(Recipient)[0].sharing == Sharing.PRIVATE


@pytest.mark.parametrize(
    ("choice", "standing", "expected_kinds"),
    [
        (SharingChoice.ALWAYS, Sharing.SHARED, ["recognition", "recognition-post"]),
        (SharingChoice.NEVER, Sharing.PRIVATE, ["recognition"]),
    ],
)
def test_a_standing_choice_is_honoured(
    ward: RecognitionWard, choice: str, standing: str, expected_kinds: list[str]
) -> None:
    with ward.database.begin() as session:
        ward.person(session, ward.colleague).sharing = choice
    ward.give(ward.draft(ward.colleague, visibility=Visibility.TEAM))
    assert (ward.rows(Recipient)[0].sharing, kinds(ward)) == (standing, expected_kinds)


def change(
    ward: RecognitionWard, recognition_id: str, action: str, *, after: timedelta = timedelta(0), **who: str
) -> None:
    with ward.database.begin() as session:
        workspace = ward.workspace(session)
        occasion = give.GiveContext(who.get("giver", ward.nurse), "", NOON + after)
        if action == "undo":
            edit.undo(session, workspace, recognition_id, occasion)
        else:
            edit.edit(session, workspace, recognition_id, ward.draft(words=who["words"]), occasion)


def test_undone_before_it_was_sent_is_not_sent_and_the_words_are_gone(ward: RecognitionWard) -> None:
    recognition_id = ward.give(ward.draft(ward.colleague))
    change(ward, recognition_id, "undo")
    assert (ward.rows(Recognition)[0].words, kinds(ward)) == (None, [])


def test_nothing_of_undone_words_is_left_in_any_table_nor_in_the_file(ward: RecognitionWard) -> None:
    recognition_id = ward.give(ward.draft(ward.colleague, link="https://hospital.slack.com/archives/C1/p1"))
    with ward.database.read() as session:
        assert [trace.column for trace in id_scrubbing.find(session, WORDS)] == ["words"], "the premise"
    change(ward, recognition_id, "undo")
    with ward.database.read() as session:
        assert id_scrubbing.find(session, WORDS) == id_scrubbing.find(session, "archives/C1") == []
    if ward.database.is_sqlite:
        purge_nightly(ward.database)
        file = Path(ward.database.engine.url.database or "")
        left = [path for path in file.parent.glob(f"{file.name}*") if WORDS.encode() in path.read_bytes()]
        assert left == []


def test_undone_after_it_was_sent_owes_the_change_of_message_and_post(ward: RecognitionWard) -> None:
    recognition_id = ward.give(ward.draft(ward.colleague, visibility=Visibility.TEAM))
    arrived(ward)
    decide(ward, recognition_id, sharing.share)
    arrived(ward)
    change(ward, recognition_id, "undo")
    waiting = [row for row in ward.rows(Delivery) if row.state == DeliveryState.READY]
    assert {(row.kind, row.method) for row in waiting} == {
        ("recognition-dm-settled", queue.Method.UPDATE),
        ("recognition-post-changed", queue.Method.UPDATE),
        ("recognition-post-gone", queue.Method.DELETE),
    }
    with pytest.raises(UserError):
        decide(ward, recognition_id, sharing.share)


def test_an_edit_is_one_change_however_often_it_arrives(ward: RecognitionWard) -> None:
    recognition_id = ward.give(ward.draft(ward.colleague))
    arrived(ward)
    other = "Found the missing notes before the round"
    change(ward, recognition_id, "edit", words=other)
    change(ward, recognition_id, "edit", words=other)
    assert (ward.rows(Recognition)[0].words, ward.rows(Recognition)[0].revision) == (other, 1)
    assert kinds(ward) == ["recognition", "recognition-dm-settled"]


def waiting(ward: RecognitionWard) -> list[str]:
    return sorted(row.kind for row in ward.rows(Delivery) if row.state == DeliveryState.READY)


def test_while_one_change_waits_a_second_is_not_enqueued(ward: RecognitionWard) -> None:
    """A queued update shows the state when it is sent; a second one would be the same."""
    recognition_id = ward.give(ward.draft(ward.colleague, visibility=Visibility.TEAM))
    arrived(ward)
    decide(ward, recognition_id, sharing.share)
    arrived(ward)
    # It was shared with other words: its post leaves the channel until it is shared again.
    changes = ["recognition-dm-settled", "recognition-post-changed", "recognition-post-gone"]
    for words in ("Found the missing notes before the round", "Found the missing notes and the key"):
        change(ward, recognition_id, "edit", words=words)
        assert waiting(ward) == changes
    assert ward.rows(Recognition)[0].revision == 2, "the premise: it changed twice"
    change(ward, recognition_id, "undo")
    assert waiting(ward) == changes


def test_a_change_that_is_being_sent_already_is_followed_by_the_next(ward: RecognitionWard) -> None:
    recognition_id = ward.give(ward.draft(ward.colleague))
    arrived(ward)
    change(ward, recognition_id, "edit", words="Found the missing notes before the round")
    with ward.database.begin() as session:
        in_flight = session.scalars(select(Delivery).where(Delivery.state == DeliveryState.READY)).one()
        in_flight.state = DeliveryState.SENDING
    change(ward, recognition_id, "edit", words="Found the missing notes and the key")
    assert waiting(ward) == ["recognition-dm-settled"]


@pytest.mark.parametrize("action", ["undo", "edit"])
def test_after_a_day_or_by_somebody_else_nothing_changes(ward: RecognitionWard, action: str) -> None:
    recognition_id = ward.give(ward.draft(ward.colleague))
    with pytest.raises(UserError) as late:
        change(ward, recognition_id, action, after=timedelta(hours=24), words="Something quite different now")
    with pytest.raises(UserError) as other:
        change(ward, recognition_id, action, giver=ward.colleague, words="Something quite different now")
    assert (
        late.value.words(voice()) == "This was sent more than 24 hours ago, so it can't be changed any more."
    )
    assert other.value.words(voice()) == "Only the person who wrote this can change it."
    assert ward.rows(Recognition)[0].words == WORDS
    change(
        ward,
        recognition_id,
        action,
        after=timedelta(hours=23, minutes=59),
        words="Something quite different now",
    )
    assert ward.rows(Recognition)[0].words != WORDS


def test_another_workspace_cannot_reach_a_recognition(ward: RecognitionWard) -> None:
    recognition_id = ward.give(ward.draft(ward.colleague))
    with ward.database.begin() as session:
        other = registry.install(session, slack_team_id="T0OTHER", name="Other", bot_user_id="U1")
        members.upsert_one(session, other, members.SlackProfile(ward.nurse, "Same id"))
        with pytest.raises(UserError):
            edit.undo(session, other, recognition_id, give.GiveContext(ward.nurse, "", NOON))
        with pytest.raises(UserError):
            sharing.lock_recipient(session, other, recognition_id, ward.colleague)


def both_decide(ward: RecognitionWard, recognition_id: str) -> list[str]:
    """The colleague reports it while the third one shares it; who of them was told that it did not work."""
    failed: list[str] = []

    def shares() -> None:
        try:
            decide(ward, recognition_id, sharing.share, who=ward.third)
        except SQLAlchemyError as failure:
            failed.append(str(failure))

    other = threading.Thread(target=shares)
    with ward.database.begin() as session:
        workspace = ward.workspace(session)
        thanks = sharing.lock_recipient(session, workspace, recognition_id, ward.colleague)
        other.start()
        waits_for_a_lock(ward)
        sharing.report(session, workspace, thanks, now=NOON)
    other.join()
    return failed


def waits_for_a_lock(ward: RecognitionWard) -> None:
    """Until PostgreSQL says that somebody waits; on SQLite whoever comes second has not begun."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while not ward.database.is_sqlite:
        with ward.database.read() as session:
            if session.scalar(waiting):
                return


def test_two_receivers_deciding_at_the_same_moment_are_both_heard(ward: RecognitionWard) -> None:
    recognition_id = ward.give(ward.draft(ward.colleague, ward.third, visibility=Visibility.TEAM))
    assert both_decide(ward, recognition_id) == []
    recipient_states = {row.member_id: row.sharing for row in ward.rows(Recipient)}
    # Unkind to one of them, it is shown to no team any more, whoever pressed second.
    assert sorted(recipient_states.values()) == [Sharing.PRIVATE, Sharing.REPORTED]
    assert kinds(ward).count("recognition-post") == 0


def test_whoever_found_it_unkind_has_reported_it_whatever_another_receiver_finds(
    ward: RecognitionWard,
) -> None:
    recognition_id = ward.give(ward.draft(ward.colleague, ward.third, visibility=Visibility.TEAM))
    for who in (ward.colleague, ward.third):
        decide(ward, recognition_id, sharing.report, who=who)
    assert [row.sharing for row in ward.rows(Recipient)] == [Sharing.REPORTED] * 2


def test_no_giver_hears_of_what_was_found_unkind_in_their_own_words(ward: RecognitionWard) -> None:
    """Not even if the giver is the person named to read reports, or an admin."""
    recognition_id = ward.give(ward.draft(ward.colleague))
    with ward.database.begin() as session:
        workspace = ward.workspace(session)
        nurse = ward.person(session, ward.nurse)
        nurse.is_admin, workspace.concerns_to = True, ward.nurse
        given = session.get_one(Recognition, recognition_id)
        others = sharing.contacts_for(session, workspace, given)
        assert ward.nurse not in others
        ward.person(session, ward.leader).is_admin = True
        session.flush()
        assert ward.leader in sharing.contacts_for(session, workspace, given)
