"""Taken back, hidden or reported while messages are on their way: nothing of the words stays in Slack."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import BoltRequest
from sqlalchemy import select

from slackapp.core.db import purge_old_copies
from slackapp.core.pseudonyms import Pseudonyms
from slackapp.models import Boost, Delivery, DeliveryState, Member, Recipient, Recognition, Sharing
from slackapp.privacy import export
from slackapp.recognition.notifications import Kind
from tests.support.practice import Practice
from tests.support.recognition_ward import RecognitionWard

WORDS = "Stayed after the shift to find us a bed"


def slow(practice: Practice, method: str, count: int = 1) -> None:
    """Slack performs the call at once, but answers late."""
    order = {"method": method, "kind": "slow", "count": count, "seconds": 0.7}
    assert practice.http.post("/control/fault", json=order).status_code == 200


def sending(practice: Practice, kind: str) -> bool:
    with practice.ward.database.read() as session:
        return DeliveryState.SENDING in list(
            session.scalars(select(Delivery.state).where(Delivery.kind == kind))
        )


def everywhere(practice: Practice) -> str:
    """Everything on anybody's screen, in the channel and in the app's conversation."""
    people = (practice.nurse, practice.colleague, practice.third, practice.leader)
    places = ("dm", practice.ward.channel)
    return "\n".join(person.screen(place).texts for person in people for place in places)


def settled(practice: Practice) -> None:
    """Wait until no message is queued or being sent."""
    practice.nurse.waits(lambda _seen: not ready_deliveries(practice))


def ready_deliveries(practice: Practice) -> list[str]:
    with practice.ward.database.read() as session:
        on_their_way = Delivery.state.in_([DeliveryState.READY, DeliveryState.SENDING])
        return list(session.scalars(select(Delivery.kind).where(on_their_way)))


def test_taken_back_while_the_message_is_being_sent_leaves_nothing_of_it(practice: Practice) -> None:
    slow(practice, "chat.postMessage")
    practice.nurse.types(f"/appreciate @col helping {WORDS}")
    practice.colleague.sees(WORDS)
    assert sending(practice, Kind.THANKS), "the premise: Slack has it, and has not said so yet"
    practice.nurse.presses("Undo")
    practice.nurse.sees("Taken back.")
    settled(practice)
    assert "took this thank-you back" in practice.colleague.screen().texts
    assert WORDS not in everywhere(practice)
    assert [row.words for row in practice.ward.rows(Recognition)] == [None]


def in_the_files(practice: Practice, words: str) -> list[str]:
    """The database's own files in which the words still stand, its log included."""
    file = Path(practice.ward.database.engine.url.database or "")
    return [path.name for path in file.parent.glob(f"{file.name}*") if words.encode() in path.read_bytes()]


def typed_undo(practice: Practice) -> None:
    practice.nurse.types("/appreciate undo")
    practice.nurse.sees("Taken back.")


def pressed_undo(practice: Practice) -> None:
    practice.nurse.presses("Undo")
    practice.nurse.sees("Taken back.")


def edited(practice: Practice) -> None:
    practice.nurse.presses("Edit")
    practice.nurse.waits(lambda seen: seen["modal"] is not None)
    practice.nurse.fills("What did they do, and what became easier?", "Something quite different now")
    practice.nurse.submits()
    practice.nurse.sees("Changed.")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("taken", [typed_undo, pressed_undo, edited])
def test_once_it_is_said_old_words_are_in_none_of_the_databases_files(
    practice: Practice, taken: Callable[[Practice], None]
) -> None:
    practice.nurse.types(f"/appreciate @col helping {WORDS}")
    practice.colleague.sees(WORDS)
    settled(practice)
    assert in_the_files(practice, WORDS) != [], "the premise"
    taken(practice)
    assert in_the_files(practice, WORDS) == []


def test_while_somebody_reads_old_copies_stay_and_nobody_is_held_up(ward: RecognitionWard) -> None:
    """While a reader needs the old version nothing is purged; the next purge succeeds."""
    if not ward.database.is_sqlite:
        assert purge_old_copies(ward.database)
        return
    with ward.database.read() as session:
        assert list(session.scalars(select(Recognition))) == []
        ward.give(ward.draft(ward.colleague))
        assert not purge_old_copies(ward.database)
        ward.give(ward.draft(ward.colleague), key="command:2")
    assert purge_old_copies(ward.database)


def test_taken_back_while_its_post_is_being_sent_takes_the_post_with_it(practice: Practice) -> None:
    post_shared(practice, is_slow=True)
    assert sending(practice, Kind.POST), "the premise: Slack has it, and has not said so yet"
    practice.nurse.presses("Undo")
    practice.nurse.sees("Taken back.")
    settled(practice)
    assert practice.third.screen(practice.ward.channel)["messages"] == []
    assert WORDS not in everywhere(practice)


def post_shared(practice: Practice, *, is_slow: bool = False) -> dict[str, Any]:
    practice.nurse.types(f"/appreciate @col helping with the team {WORDS}")
    practice.colleague.sees(WORDS)
    settled(practice)
    if is_slow:
        slow(practice, "chat.postMessage")
    practice.colleague.presses("Share with my team")
    return dict(practice.third.sees(WORDS, practice.ward.channel)["messages"][-1])


def test_hidden_and_shared_again_while_it_is_being_taken_out_stands_there_once(practice: Practice) -> None:
    post_shared(practice)
    practice.colleague.sees("You shared this with your team.")
    slow(practice, "chat.delete")
    practice.colleague.presses("Hide from the team")
    practice.third.waits(lambda seen: seen["messages"] == [], practice.ward.channel)
    practice.colleague.sees("You took it out of your team's channel.")
    assert sending(practice, Kind.POST_GONE), "the premise: it is gone, and Slack has not said so yet"
    practice.colleague.presses("Share with my team")
    practice.third.sees(WORDS, practice.ward.channel)
    settled(practice)
    assert len(practice.third.screen(practice.ward.channel)["messages"]) == 1
    assert "You shared this with your team." in practice.colleague.screen().texts
    # And what happens later finds the new post.
    practice.third.presses("Me too")
    practice.nurse.sees("Others said “me too”.", practice.ward.channel)
    practice.nurse.presses("Undo")
    practice.third.waits(lambda seen: seen["messages"] == [], practice.ward.channel)
    settled(practice)
    assert WORDS not in everywhere(practice)


def undone(practice: Practice) -> None:
    practice.nurse.presses("Undo")


def reported(practice: Practice) -> None:
    practice.colleague.presses("This was unkind")
    practice.colleague.waits(lambda seen: seen["modal"] is not None)
    practice.colleague.submits()


@pytest.mark.parametrize("taken", [undone, reported])
def test_where_slack_deletes_no_messages_the_words_are_gone_all_the_same(
    practice: Practice, taken: Callable[[Practice], None]
) -> None:
    """The first step takes the words out, and only the second needs a deletion."""
    ts = post_shared(practice)["ts"]
    settled(practice)
    practice.third.does("react", place=practice.ward.channel, ts=ts, emoji="clap")
    practice.third.sees("Others said “me too”.", practice.ward.channel)
    settled(practice)
    never = {"method": "chat.delete", "kind": "500", "count": 50}
    assert practice.http.post("/control/fault", json=never).status_code == 200
    taken(practice)
    practice.third.waits(lambda seen: WORDS not in seen.texts, practice.ward.channel)
    post = practice.third.screen(practice.ward.channel)["messages"][-1]
    assert post["text"] in {"This thank-you was taken back.", "This thank-you is not shown here any more."}
    assert post["controls"] == []
    assert practice.ward.rows(Boost) == []
    assert practice.http.post("/control/fault", json={"clear": True}).status_code == 200
    practice.third.waits(lambda seen: seen["messages"] == [], practice.ward.channel, seconds=20)


def test_one_of_two_who_finds_it_unkind_hides_it_from_the_team_for_good(practice: Practice) -> None:
    with practice.ward.database.begin() as session:
        for person in session.scalars(select(Member)):
            person.sharing = "always"
    practice.nurse.types(f"/appreciate @col @theo helping with the team {WORDS}")
    practice.leader.sees(WORDS, practice.ward.channel)
    practice.colleague.sees("Your team sees this too")
    reported(practice)
    practice.leader.waits(lambda seen: seen["messages"] == [], practice.ward.channel)
    practice.third.waits(lambda seen: "Your team sees this too" not in seen.texts)
    labels = [control["label"] for control in practice.third.screen()["messages"][-1]["controls"]]
    assert labels == ["That meant a lot", "More actions"]
    recipient_states = sorted(row.sharing for row in practice.ward.rows(Recipient))
    assert recipient_states == [Sharing.PRIVATE, Sharing.REPORTED]


def count_of(practice: Practice, *what: str) -> int:
    """Send a reaction event (the post's ts, event type, time, user); returns the app's status."""
    ts, kind, at, user = what
    item = {"type": "message", "channel": practice.ward.channel, "ts": ts}
    event = {"type": kind, "user": user, "reaction": "clap", "item": item, "event_ts": at}
    body = {
        "type": "event_callback",
        "team_id": practice.ward.slack_team_id,
        "event_id": f"Ev{kind}{at}{user}",
        "event": event | {"item_user": "U0SANDBOXBOT"},
    }
    return int(practice.bolt.dispatch(BoltRequest(body=body, mode="socket_mode")).status)


def test_a_reaction_before_the_app_knows_where_its_post_stands_is_asked_for_again(practice: Practice) -> None:
    ts = post_shared(practice, is_slow=True)["ts"]
    clap = (ts, "reaction_added", "1795400001.000100", practice.ward.third)
    assert sending(practice, Kind.POST), "the premise: Slack has it, and has not said so yet"
    assert count_of(practice, *clap) == 503
    settled(practice)
    assert count_of(practice, *clap) == 200
    assert [row.how for row in practice.ward.rows(Boost)] == [":clap:"]


def test_of_two_reactions_told_in_the_wrong_order_the_later_one_counts(practice: Practice) -> None:
    ts = post_shared(practice)["ts"]
    settled(practice)

    def tells(kind: str, at: str, user: str) -> None:
        assert count_of(practice, ts, kind, at, user) == 200

    tells("reaction_removed", "1795400002.000100", practice.ward.third)
    tells("reaction_added", "1795400001.000200", practice.ward.third)
    assert practice.ward.rows(Boost) == []
    tells("reaction_added", "1795400001.000100", practice.ward.leader)
    tells("reaction_added", "1795400003.000100", practice.ward.leader)
    tells("reaction_removed", "1795400002.000100", practice.ward.leader)
    assert [row.how for row in practice.ward.rows(Boost)] == [":clap:"]


def edits(practice: Practice, words: str) -> None:
    practice.nurse.types("/appreciate edit")
    practice.nurse.waits(lambda seen: seen["modal"] is not None)
    practice.nurse.fills("What did they do, and what became easier?", words)
    practice.nurse.submits()


def test_an_edit_after_consent_takes_the_post_down_until_it_is_agreed_anew(practice: Practice) -> None:
    post_shared(practice)
    settled(practice)
    edits(practice, "Shouted at the bank nurse until she cried")
    practice.nurse.sees("its receiver is asked again first")
    practice.third.waits(lambda seen: seen["messages"] == [], practice.ward.channel)
    posted = [*practice.calls("chat.postMessage"), *practice.calls("chat.update")]
    in_channel = [call for call in posted if call["body"]["channel"] == practice.ward.channel]
    assert "Shouted" not in str(in_channel), "not for a moment"
    practice.colleague.sees("changed this after you shared it, so it is out of your team's channel")
    settled(practice)
    practice.colleague.presses("Share with my team")
    practice.third.sees("Shouted at the bank nurse", practice.ward.channel)


def test_a_reaction_of_a_receiver_who_kept_it_private_counts_like_a_strangers(practice: Practice) -> None:
    """Col shares it and is named; Theo keeps it private, and Lea has nothing to do with it."""
    practice.nurse.types(f"/appreciate @col @theo helping with the team {WORDS}")
    practice.colleague.sees(WORDS)
    practice.colleague.presses("Share with my team")
    post = practice.leader.sees(WORDS, practice.ward.channel)["messages"][-1]
    place = practice.ward.channel

    def counted() -> int:
        return len({row.booster_id for row in practice.ward.rows(Boost)})

    for number, person in enumerate((practice.third, practice.leader), start=1):
        person.does("react", place=place, ts=post["ts"], emoji="heart")
        while counted() < number:
            practice.nurse.screen()
    practice.third.presses("Me too", within=post["ts"])
    practice.colleague.does("react", place=place, ts=post["ts"], emoji="heart")
    practice.nurse.does("react", place=place, ts=post["ts"], emoji="heart")
    practice.third.does("react", place=place, ts=post["ts"], emoji="heart", remove=True)
    practice.third.presses("Me too", within=post["ts"])
    practice.nurse.waits(lambda _: counted() == 1)


def test_the_givers_receipt_is_the_same_for_whoever_keeps_everything_private(practice: Practice) -> None:
    receipts = []
    for choice in ("ask", "never", "always"):
        with practice.ward.database.begin() as session:
            practice.ward.person(session, practice.ward.colleague).sharing = choice
        practice.nurse.types(f"/appreciate @col helping with the team {WORDS}, {len(choice)} beds")
        screen = practice.nurse.sees(f"{len(choice)} beds")
        receipts.append(str(screen["messages"][-1]["text"]).replace(f"{len(choice)} beds", "beds"))
    assert receipts[0] == receipts[1] == receipts[2]
    assert "They can choose whether their team sees it." in receipts[0]


def test_a_link_into_a_private_channel_goes_to_those_in_it_alone(practice: Practice) -> None:
    practice.colleague.types("I have told the family, and stayed", "C0SECRET")
    ts = practice.nurse.sees("told the family", "C0SECRET")["messages"][-1]["ts"]
    practice.nurse.does("shortcut", name="Appreciate this", place="C0SECRET", ts=ts)
    practice.nurse.waits(lambda seen: seen["modal"] is not None)
    practice.nurse.fills("Who would you like to thank?", [practice.ward.colleague, practice.ward.third])
    practice.nurse.fills("What did they do?", "Helping")
    practice.nurse.sees("what became easier?")
    practice.nurse.fills("What did they do, and what became easier?", WORDS)
    practice.nurse.submits()
    for person, follows in ((practice.colleague, True), (practice.third, False)):
        person.sees(WORDS)
        sent = [
            call
            for call in practice.calls("chat.postMessage")
            if WORDS in str(call["body"]) and call["body"]["channel"] == person.user
        ]
        assert ("/archives/C0SECRET/" in str(sent)) is follows
    with practice.ward.database.read() as session:
        third = practice.ward.person(session, practice.ward.third)
        workspace, pseudonyms = practice.ward.workspace(session), Pseudonyms(practice.context.keys.path)
        collected = export.collect(session, workspace, third, pseudonyms, now=practice.context.now())
    assert "C0SECRET" not in str(collected)
