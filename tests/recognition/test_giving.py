"""Thanks are stored once, with the teams of that moment, and each thing in the way has its own sentence."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select, update

from slackapp import members, outbox, workspaces
from slackapp.behaviours import Behaviour
from slackapp.errors import UserError
from slackapp.i18n import voice
from slackapp.models import (
    Delivery,
    DeliveryState,
    Member,
    Recipient,
    Recognition,
    Sharing,
    SharingChoice,
    Visibility,
)
from slackapp.privacy import traces
from slackapp.pulse.storage import sweep_nightly
from slackapp.recognitions import changing, giving, sharing
from slackapp.recognitions.drafts import Draft, NotYet

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
WORDS = "Stayed after the shift to find us a bed"


def draft(*people: str, **changes: Any) -> Draft:
    return Draft(people=people, behaviour=Behaviour.HELPING, words=WORDS).about(**changes)


def give(ward: Any, one: Draft, *, key: str = "command:1", giver: str | None = None) -> str:
    with ward.database.rows() as connection:
        occasion = giving.Occasion(giver or ward.nurse, key, NOON)
        return giving.give(connection, ward.slack_team_id, one, occasion).id


def rows(ward: Any, table: type) -> list[Any]:
    with ward.database.read() as session:
        return list(session.scalars(select(table)))


def test_thanks_are_stored_with_the_teams_of_that_moment_and_owed_to_the_receiver(ward: Any) -> None:
    give(ward, draft(ward.colleague))
    (stored,), (recipient,), (owed,) = rows(ward, Recognition), rows(ward, Recipient), rows(ward, Delivery)
    assert (stored.behaviour, stored.words, stored.visibility) == ("helping", WORDS, Visibility.PRIVATE)
    assert stored.giver_team_id == recipient.team_id is not None
    assert (owed.target, owed.key) == (ward.colleague, f"recognition:{stored.id}:{recipient.member_id}:0")
    assert recipient.sharing == Sharing.PRIVATE


def test_a_later_move_changes_nothing_that_was_stored(ward: Any) -> None:
    give(ward, draft(ward.colleague))
    before = rows(ward, Recipient)[0].team_id
    with ward.database.begin() as session:
        workspace = workspaces.find(session, ward.slack_team_id)
        moved = members.find(session, workspace, ward.colleague)
        members.put_in_team(session, moved, None)
    assert rows(ward, Recipient)[0].team_id == before is not None


def test_the_same_command_twice_is_stored_once_and_leads_to_the_same(ward: Any) -> None:
    assert give(ward, draft(ward.colleague)) == give(ward, draft(ward.colleague))
    assert len(rows(ward, Recognition)) == len(rows(ward, Delivery)) == 1


def test_two_true_thanks_in_the_same_second_are_two(ward: Any) -> None:
    assert give(ward, draft(ward.colleague)) != give(ward, draft(ward.colleague), key="command:2")
    assert len(rows(ward, Recognition)) == 2


def test_eight_deliveries_of_one_command_at_the_same_time_are_one(ward: Any) -> None:
    led_to: list[str] = []
    start = threading.Barrier(8)

    def deliver() -> None:
        start.wait(timeout=10)
        led_to.append(give(ward, draft(ward.colleague)))

    threads = [threading.Thread(target=deliver) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert (len(led_to), len(set(led_to)), len(rows(ward, Recognition))) == (8, 1, 1)


def test_what_was_refused_may_be_sent_again_under_the_same_key(ward: Any) -> None:
    with pytest.raises(NotYet):
        give(ward, draft(ward.colleague, words="Thanks"), key="view:1")
    assert rows(ward, Recognition) == []
    give(ward, draft(ward.colleague), key="view:1")
    assert len(rows(ward, Recognition)) == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"people": ("nurse",)}, "You can't thank yourself here. Who helped you do it?"),
        ({"people": ("robot",)}, "Rota Bot is an app. Who stood behind the work?"),
        ({"people": ("gone",)}, "Sam Gone has left, so this can't reach them."),
        ({"people": ("stranger",)}, "Ali Other is in another organisation, so this can't be sent from here."),
        ({"people": ()}, "Who would you like to thank? Please choose at least one person."),
        (
            {"unknown": ("nobody",), "people": ()},
            "I can't find “@nobody” here. Pick the name from Slack's list as you type it, or use the form.",
        ),
        ({"behaviour": None}, "Which of the four was it? Please choose one."),
        (
            {"words": "great job"},
            "Thank you. One more detail makes it mean more: What did they do, and what became easier?",
        ),
        (
            {"words": "\u200b" * 30 + "ok"},
            "Thank you. One more detail makes it mean more: What did they do, and what became easier?",
        ),
        ({"words": "x" * 3_001}, "That is 3,001 characters; 3,000 fit. Please shorten it."),
    ],
)
def test_each_thing_in_the_way_has_its_own_sentence(ward: Any, change: dict[str, Any], sentence: str) -> None:
    people = tuple(getattr(ward, one) for one in change.get("people", ("colleague",)))
    with pytest.raises(NotYet) as refused:
        give(ward, draft(**(change | {"people": people})))
    assert refused.value.words(voice()) == sentence
    assert rows(ward, Recognition) == rows(ward, Delivery) == []


@pytest.mark.parametrize("words", ["x" * 20, "x" * 3_000, "é" * 20, "😀" * 20])
def test_twenty_to_three_thousand_characters_fit(ward: Any, words: str) -> None:
    give(ward, draft(ward.colleague, words=words))
    assert rows(ward, Recognition)[0].words == words


def test_everything_in_the_way_is_told_at_once(ward: Any) -> None:
    with pytest.raises(NotYet) as refused:
        give(ward, draft(ward.robot, ward.gone, words="ok", behaviour=None))
    assert [one.field for one in refused.value.refusals] == ["people", "people", "behaviour", "words"]


def test_the_giver_is_left_out_of_several_and_each_is_thanked_once(ward: Any) -> None:
    give(ward, draft(ward.nurse, ward.colleague, ward.third))
    assert {one.target for one in rows(ward, Delivery)} == {ward.colleague, ward.third}


def test_twenty_people_may_be_thanked_at_once_and_twenty_one_not(ward: Any) -> None:
    crowd = [f"U{number:04}" for number in range(21)]
    with ward.database.begin() as session:
        workspace = workspaces.find(session, ward.slack_team_id)
        members.remember_all(session, workspace, [members.Person(one, one) for one in crowd])
    give(ward, draft(*crowd[:20]))
    assert len(rows(ward, Recipient)) == 20
    with pytest.raises(NotYet) as refused:
        give(ward, draft(*crowd), key="command:2")
    assert refused.value.words(voice()) == "That is 21 people; 20 at once is the most."


def test_somebody_never_met_is_named_for_looking_up_and_nothing_is_stored(ward: Any) -> None:
    with pytest.raises(members.Unmet) as unmet:
        give(ward, draft("U0NEW", ward.colleague))
    assert unmet.value.slack_user_ids == ("U0NEW",)
    give(ward, draft(ward.colleague))
    assert len(rows(ward, Recognition)) == 1


def decide(ward: Any, recognition_id: str, deed: Any, *, who: str | None = None) -> None:
    with ward.database.begin() as session:
        workspace = workspaces.find(session, ward.slack_team_id)
        thanks = sharing.thanks_of(session, workspace, recognition_id, who or ward.colleague)
        deed(session, workspace, thanks, now=NOON)


def arrived(ward: Any) -> None:
    with ward.database.begin() as session:
        for row in session.scalars(select(Delivery).where(Delivery.state == DeliveryState.READY)):
            row.state, row.slack_channel_id, row.slack_ts = DeliveryState.SENT, "D1", "1.1"


def kinds(ward: Any) -> list[str]:
    return sorted(one.kind for one in rows(ward, Delivery) if one.state != DeliveryState.EXPIRED)


def test_only_the_receivers_press_owes_the_post_and_pressing_twice_owes_one(ward: Any) -> None:
    made = give(ward, draft(ward.colleague, visibility=Visibility.TEAM))
    assert rows(ward, Recipient)[0].sharing == Sharing.ASKED
    arrived(ward)
    assert kinds(ward) == ["recognition"]
    with pytest.raises(UserError):
        decide(ward, made, sharing.share, who=ward.nurse)
    assert kinds(ward) == ["recognition"]
    decide(ward, made, sharing.share)
    decide(ward, made, sharing.share)
    decide(ward, made, sharing.keep)
    assert kinds(ward) == ["recognition", "recognition-dm-settled", "recognition-post"]
    assert rows(ward, Recipient)[0].sharing == Sharing.SHARED
    (post,) = [one for one in rows(ward, Delivery) if one.kind == "recognition-post"]
    assert post.target == ward.channel


def test_kept_stays_kept(ward: Any) -> None:
    made = give(ward, draft(ward.colleague, visibility=Visibility.TEAM))
    arrived(ward)
    decide(ward, made, sharing.keep)
    decide(ward, made, sharing.share)
    assert kinds(ward) == ["recognition", "recognition-dm-settled"]
    assert rows(ward, Recipient)[0].sharing == Sharing.KEPT


def test_private_thanks_cannot_be_shared_by_anybody(ward: Any) -> None:
    made = give(ward, draft(ward.colleague))
    decide(ward, made, sharing.share)
    assert kinds(ward) == ["recognition"]


def test_a_team_without_a_channel_is_not_asked(ward: Any) -> None:
    give(ward, draft(ward.elsewhere, visibility=Visibility.TEAM))
    assert rows(ward, Recipient)[0].sharing == Sharing.PRIVATE


@pytest.mark.parametrize(
    ("choice", "standing", "owed"),
    [
        (SharingChoice.ALWAYS, Sharing.SHARED, ["recognition", "recognition-post"]),
        (SharingChoice.NEVER, Sharing.PRIVATE, ["recognition"]),
    ],
)
def test_a_standing_choice_is_honoured(ward: Any, choice: str, standing: str, owed: list[str]) -> None:
    with ward.database.begin() as session:
        session.scalar(select(Member).where(Member.slack_user_id == ward.colleague)).sharing = choice
    give(ward, draft(ward.colleague, visibility=Visibility.TEAM))
    assert (rows(ward, Recipient)[0].sharing, kinds(ward)) == (standing, owed)


def change(ward: Any, recognition_id: str, deed: str, *, after: timedelta = timedelta(0), **who: Any) -> None:
    with ward.database.begin() as session:
        workspace = workspaces.find(session, ward.slack_team_id)
        occasion = giving.Occasion(who.get("giver", ward.nurse), "", NOON + after)
        if deed == "undo":
            changing.undo(session, workspace, recognition_id, occasion)
        else:
            changing.revise(session, workspace, recognition_id, draft(words=who["words"]), occasion)


def test_undone_before_it_was_sent_is_not_sent_and_the_words_are_gone(ward: Any) -> None:
    made = give(ward, draft(ward.colleague))
    change(ward, made, "undo")
    assert (rows(ward, Recognition)[0].words, kinds(ward)) == (None, [])


def test_nothing_of_undone_words_is_left_in_any_table_nor_in_the_file(ward: Any) -> None:
    made = give(ward, draft(ward.colleague, link="https://hospital.slack.com/archives/C1/p1"))
    with ward.database.read() as session:
        assert [one.column for one in traces.find(session, WORDS)] == ["words"], "the premise"
    change(ward, made, "undo")
    with ward.database.read() as session:
        assert traces.find(session, WORDS) == traces.find(session, "archives/C1") == []
    if ward.database.is_sqlite:
        sweep_nightly(ward.database)
        file = Path(ward.database.engine.url.database)
        left = [one for one in file.parent.glob(f"{file.name}*") if WORDS.encode() in one.read_bytes()]
        assert left == []


def test_undone_after_it_was_sent_owes_the_change_of_message_and_post(ward: Any) -> None:
    made = give(ward, draft(ward.colleague, visibility=Visibility.TEAM))
    arrived(ward)
    decide(ward, made, sharing.share)
    arrived(ward)
    change(ward, made, "undo")
    waiting = [one for one in rows(ward, Delivery) if one.state == DeliveryState.READY]
    assert {(one.kind, one.method) for one in waiting} == {
        ("recognition-dm-settled", outbox.Method.UPDATE),
        ("recognition-post-changed", outbox.Method.UPDATE),
        ("recognition-post-gone", outbox.Method.DELETE),
    }
    with pytest.raises(UserError):
        decide(ward, made, sharing.share)


def test_an_edit_is_one_change_however_often_it_arrives(ward: Any) -> None:
    made = give(ward, draft(ward.colleague))
    arrived(ward)
    other = "Found the missing notes before the round"
    change(ward, made, "edit", words=other)
    change(ward, made, "edit", words=other)
    assert (rows(ward, Recognition)[0].words, rows(ward, Recognition)[0].revision) == (other, 1)
    assert kinds(ward) == ["recognition", "recognition-dm-settled"]


@pytest.mark.parametrize("deed", ["undo", "edit"])
def test_after_a_day_or_by_somebody_else_nothing_changes(ward: Any, deed: str) -> None:
    made = give(ward, draft(ward.colleague))
    with pytest.raises(UserError) as late:
        change(ward, made, deed, after=timedelta(hours=24), words="Something quite different now")
    with pytest.raises(UserError) as other:
        change(ward, made, deed, giver=ward.colleague, words="Something quite different now")
    assert (
        late.value.words(voice()) == "This was sent more than 24 hours ago, so it can't be changed any more."
    )
    assert other.value.words(voice()) == "Only the person who wrote this can change it."
    assert rows(ward, Recognition)[0].words == WORDS
    change(ward, made, deed, after=timedelta(hours=23, minutes=59), words="Something quite different now")
    assert rows(ward, Recognition)[0].words != WORDS


def test_another_workspace_cannot_reach_a_recognition(ward: Any) -> None:
    made = give(ward, draft(ward.colleague))
    with ward.database.begin() as session:
        other = workspaces.install(session, slack_team_id="T0OTHER", name="Other", bot_user_id="U1")
        members.remember(session, other, members.Person(ward.nurse, "Same id"))
        with pytest.raises(UserError):
            changing.undo(session, other, made, giving.Occasion(ward.nurse, "", NOON))
        with pytest.raises(UserError):
            sharing.thanks_of(session, other, made, ward.colleague)


def test_a_thank_you_costs_the_same_few_statements_however_many_there_are(ward: Any) -> None:
    give(ward, draft(ward.colleague))
    statements: list[str] = []
    event.listen(ward.database.engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    give(ward, draft(ward.colleague), key="command:first")
    first = len(statements)
    with ward.database.begin() as session:
        # Long ago, so that none of them counts as one of today's.
        old = session.scalar(select(Recognition)).given_at - timedelta(days=30)
        session.execute(update(Recognition).values(given_at=old))
    for number in range(30):
        give(ward, draft(ward.colleague, accepted=("ten-today",)), key=f"command:{number}", giver=ward.third)
    statements.clear()
    give(ward, draft(ward.colleague), key="command:last")
    assert len(statements) == first, statements
    # Beside BEGIN: what is there; the recognition, its receiver and its message, on PostgreSQL all at once.
    few = 4 if ward.database.is_sqlite else 2
    assert len([one for one in statements if not one.startswith("BEGIN")]) == few, statements
