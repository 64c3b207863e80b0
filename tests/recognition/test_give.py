"""Thanks are stored once, with the teams of that moment, and each thing in the way has its own sentence."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, select, update

from slackapp.core.db import OLD_COPIES
from slackapp.core.errors import UserError
from slackapp.core.i18n import voice
from slackapp.models import (
    Delivery,
    Recipient,
    Recognition,
    Sharing,
    Visibility,
)
from slackapp.outbox.queue import OUTBOX
from slackapp.recognition import edit, give
from slackapp.recognition.draft import InvalidDraft
from slackapp.workspace import members, registry
from tests.support.recognition_ward import RecognitionWard

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
WORDS = "Stayed after the shift to find us a bed"


def test_thanks_are_stored_with_the_teams_of_that_moment_and_owed_to_the_receiver(
    ward: RecognitionWard,
) -> None:
    ward.give(ward.draft(ward.colleague))
    (stored,), (recipient,), (delivery,) = ward.rows(Recognition), ward.rows(Recipient), ward.rows(Delivery)
    assert (stored.behaviour, stored.words, stored.visibility) == ("helping", WORDS, Visibility.PRIVATE)
    assert stored.giver_team_id == recipient.team_id is not None
    assert (delivery.target, delivery.key) == (
        ward.colleague,
        f"recognition:{stored.id}:{recipient.member_id}:0",
    )
    assert recipient.sharing == Sharing.PRIVATE


def test_the_worker_is_woken_for_thanks_and_old_copies_go_after_a_change(ward: RecognitionWard) -> None:
    ran: list[str] = []
    for topic in (OUTBOX, OLD_COPIES):
        ward.database.on_commit(topic, partial(ran.append, topic))
    given_id = ward.give(ward.draft(ward.colleague))
    assert ran == [OUTBOX]
    occasion = give.GiveContext(ward.nurse, "command:1", NOON)
    with ward.database.begin() as session:
        workspace = registry.installed_in(session, ward.slack_team_id)
        edit.edit(session, workspace, given_id, ward.draft(words="You stayed, and found a bed"), occasion)
    with ward.database.begin() as session:
        edit.undo(session, registry.installed_in(session, ward.slack_team_id), given_id, occasion)
    assert ran.count(OLD_COPIES) == 2


def test_the_same_key_from_another_workspace_is_another_thank_you(ward: RecognitionWard) -> None:
    """Slack's keys are only its own within one workspace: a second hospital must not lose its thanks."""
    other = replace(ward, slack_team_id="T0OTHER")
    other.fill()
    ids = {where.give(where.draft(where.colleague), key="command:1") for where in (ward, other)}
    assert len(ids) == 2
    assert len(ward.rows(Recognition)) == len(ward.rows(Delivery)) == 2
    assert ward.give(ward.draft(ward.colleague), key="command:1") in ids, "a repeat is still none of its own"
    assert len(ward.rows(Recognition)) == 2


def test_a_later_move_changes_nothing_that_was_stored(ward: RecognitionWard) -> None:
    ward.give(ward.draft(ward.colleague))
    before = ward.rows(Recipient)[0].team_id
    with ward.database.begin() as session:
        moved = ward.person(session, ward.colleague)
        members.put_in_team(session, moved, None)
    assert ward.rows(Recipient)[0].team_id == before is not None


def test_the_same_command_twice_is_stored_once_and_leads_to_the_same(ward: RecognitionWard) -> None:
    assert ward.give(ward.draft(ward.colleague)) == ward.give(ward.draft(ward.colleague))
    assert len(ward.rows(Recognition)) == len(ward.rows(Delivery)) == 1


def test_a_repeat_tells_what_is_stored_by_now_and_not_what_it_carried(ward: RecognitionWard) -> None:
    draft = ward.draft(ward.third, ward.colleague)
    given_id = ward.give(draft)
    occasion = give.GiveContext(ward.nurse, "command:1", NOON + timedelta(minutes=5))

    def repeated() -> give.Given:
        with ward.database.begin() as session:
            return give.give(session, ward.slack_team_id, draft, occasion)

    with ward.database.begin() as session:
        workspace = registry.installed_in(session, ward.slack_team_id)
        changed = draft.about(words="You stayed, and found us a bed at last")
        edit.edit(session, workspace, given_id, changed, occasion)
    repeat = repeated()
    assert (repeat.words, repeat.given_at, repeat.is_repeat) == (changed.words, NOON, True)
    assert repeat.receivers == (ward.third, ward.colleague)
    with ward.database.begin() as session:
        edit.undo(session, registry.installed_in(session, ward.slack_team_id), given_id, occasion)
    with pytest.raises(UserError) as refused:
        repeated()
    assert refused.value.words(voice()) == "You have already taken this one back."


def test_two_true_thanks_in_the_same_second_are_two(ward: RecognitionWard) -> None:
    assert ward.give(ward.draft(ward.colleague)) != ward.give(ward.draft(ward.colleague), key="command:2")
    assert len(ward.rows(Recognition)) == 2


def test_eight_deliveries_of_one_command_at_the_same_time_are_one(ward: RecognitionWard) -> None:
    led_to: list[str] = []
    start = threading.Barrier(8)

    def deliver() -> None:
        start.wait(timeout=10)
        led_to.append(ward.give(ward.draft(ward.colleague)))

    threads = [threading.Thread(target=deliver) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert (len(led_to), len(set(led_to)), len(ward.rows(Recognition))) == (8, 1, 1)


def test_what_was_refused_may_be_sent_again_under_the_same_key(ward: RecognitionWard) -> None:
    with pytest.raises(InvalidDraft):
        ward.give(ward.draft(ward.colleague, words="Thanks"), key="view:1")
    assert ward.rows(Recognition) == []
    ward.give(ward.draft(ward.colleague), key="view:1")
    assert len(ward.rows(Recognition)) == 1


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
        *(
            (
                {"words": words},
                "Thank you. One more detail makes it mean more: What did they do, and what became easier?",
            )
            # No words: emoji, dots, and both; a pair of letters among them does not make a sentence.
            for words in ("😀" * 20, "👍🏽" * 30, "." * 60, "…!… " * 20, ":tada: ... " * 9, "ok " + "." * 40)
        ),
        ({"words": "x" * 3_001}, "That is 3,001 characters; 3,000 fit. Please shorten it."),
    ],
)
def test_each_thing_in_the_way_has_its_own_sentence(
    ward: RecognitionWard, change: dict[str, Any], sentence: str
) -> None:
    people = tuple(getattr(ward, name) for name in change.get("people", ("colleague",)))
    with pytest.raises(InvalidDraft) as refused:
        ward.give(ward.draft(**(change | {"people": people})))
    assert refused.value.words(voice()) == sentence
    assert (ward.rows(Recognition), ward.rows(Delivery)) == ([], [])


@pytest.mark.parametrize("words", ["x" * 20, "x" * 3_000, "é" * 20, "漢字" * 10])
def test_twenty_to_three_thousand_characters_fit(ward: RecognitionWard, words: str) -> None:
    ward.give(ward.draft(ward.colleague, words=words))
    assert ward.rows(Recognition)[0].words == words


def test_everything_in_the_way_is_told_at_once(ward: RecognitionWard) -> None:
    with pytest.raises(InvalidDraft) as refused:
        ward.give(ward.draft(ward.robot, ward.gone, words="ok", behaviour=None))
    assert [refusal.field for refusal in refused.value.refusals] == ["people", "people", "behaviour", "words"]


def test_the_giver_is_left_out_of_several_and_each_is_thanked_once(ward: RecognitionWard) -> None:
    ward.give(ward.draft(ward.nurse, ward.colleague, ward.third))
    assert {row.target for row in ward.rows(Delivery)} == {ward.colleague, ward.third}


def test_twenty_people_may_be_thanked_at_once_and_twenty_one_not(ward: RecognitionWard) -> None:
    crowd = [f"U{number:04}" for number in range(21)]
    with ward.database.begin() as session:
        workspace = ward.workspace(session)
        members.upsert_all(session, workspace, [members.SlackProfile(user, user) for user in crowd])
    ward.give(ward.draft(*crowd[:20]))
    assert len(ward.rows(Recipient)) == 20
    with pytest.raises(InvalidDraft) as refused:
        ward.give(ward.draft(*crowd), key="command:2")
    assert refused.value.words(voice()) == "That is 21 people; 20 at once is the most."


def test_somebody_never_met_is_named_for_looking_up_and_nothing_is_stored(ward: RecognitionWard) -> None:
    with pytest.raises(members.UnknownMembers) as unmet:
        ward.give(ward.draft("U0NEW", ward.colleague))
    assert unmet.value.slack_user_ids == ("U0NEW",)
    ward.give(ward.draft(ward.colleague))
    assert len(ward.rows(Recognition)) == 1


def test_a_thank_you_costs_the_same_few_statements_however_many_there_are(ward: RecognitionWard) -> None:
    ward.give(ward.draft(ward.colleague))
    statements: list[str] = []
    event.listen(
        ward.database.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2])
    )
    ward.give(ward.draft(ward.colleague), key="command:first")
    first = len(statements)
    with ward.database.begin() as session:
        # Long ago, so that none of them counts as one of today's.
        old = session.scalars(select(Recognition).limit(1)).one().given_at - timedelta(days=30)
        session.execute(update(Recognition).values(given_at=old))
    for number in range(30):
        ward.give(
            ward.draft(ward.colleague, accepted_questions=("ten-today",)),
            key=f"command:{number}",
            giver=ward.third,
        )
    statements.clear()
    ward.give(ward.draft(ward.colleague), key="command:last")
    assert len(statements) == first, statements
    # Beside BEGIN and the time limits: what is there; the recognition, its receiver and its message,
    # on PostgreSQL all at once.
    few = 4 if ward.database.is_sqlite else 2
    assert (
        len(
            [
                statement
                for statement in statements
                if not statement.startswith(("BEGIN", "SELECT set_config"))
            ]
        )
        == few
    ), statements
