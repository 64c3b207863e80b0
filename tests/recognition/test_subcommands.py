"""Single words, groups, messages, settings, hiding, joining in, reporting: as people meet them."""

from typing import Any

import pytest
from sqlalchemy import select

from slackapp.models import Boost, Delivery, DeliveryState, Member, Recipient, Recognition, Sharing, Workspace
from tests.support.human import Screen
from tests.support.practice import Practice

WORDS = "Stayed after the shift to find us a bed"
# What these tests show does not depend on the database; the tests around them run on both.
ON_ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def labels(seen: Screen) -> list[str]:
    return [control["label"] for message in seen["messages"] for control in message["controls"]]


def shared(practice: Practice, words: str = WORDS) -> dict[str, Any]:
    """A post in the ward's channel, as somebody else sees it."""
    practice.nurse.types(f"/appreciate @col helping with the team {words}")
    practice.colleague.sees(words)
    practice.colleague.presses("Share with my team")
    practice.colleague.sees("You shared this with your team.")
    return dict(practice.third.sees(words, practice.ward.channel)["messages"][-1])


def test_help_mine_privacy_and_settings_answer_only_who_asked(practice: Practice) -> None:
    practice.nurse.types(f"/appreciate @col helping {WORDS}")
    practice.colleague.sees(WORDS)
    practice.colleague.types("/appreciate help", practice.ward.channel)
    last = practice.colleague.sees("takes your latest back", practice.ward.channel)["messages"][-1]
    assert last["ephemeral"]
    practice.nurse.types(f"/appreciate @col attending with the team {WORDS}, too")
    practice.colleague.sees(f"{WORDS}, too")
    practice.colleague.types("/appreciate mine", practice.ward.channel)
    seen = practice.colleague.waits(lambda seen: seen["modal"] and WORDS in seen["modal"]["text"])
    assert [control["label"] for control in seen["modal"]["controls"]] == ["Share with my team", "Close"]
    practice.colleague.presses("Share with my team", "modal")
    seen = practice.colleague.waits(lambda seen: "Hide from the team" in str(seen["modal"]["controls"]))
    practice.colleague.does("dismiss")
    practice.colleague.types("/appreciate privacy")
    practice.colleague.waits(
        lambda seen: seen["modal"] and "Your name, your time zone" in seen["modal"]["text"]
    )
    practice.colleague.does("dismiss")
    practice.colleague.types("/appreciate gosodiadau")
    practice.colleague.waits(lambda seen: seen["modal"] and seen["modal"]["title"] == "My settings")


def test_undo_takes_back_the_latest_and_edit_changes_it(practice: Practice) -> None:
    practice.nurse.types("/appreciate undo")
    practice.nurse.sees("You have sent nothing in the last 24 hours that could still be changed.")
    for words in (f"{WORDS}, first", f"{WORDS}, second"):
        practice.nurse.types(f"/appreciate @col helping {words}")
        practice.colleague.sees(words)
    practice.nurse.types("/appreciate undo")
    practice.nurse.sees("Taken back.")
    practice.colleague.waits(
        lambda seen: "second" not in seen.texts and "took this thank-you back" in seen.texts
    )
    assert sorted(str(row.words) for row in practice.ward.rows(Recognition)) == ["None", f"{WORDS}, first"]
    practice.nurse.types("/appreciate edit")
    practice.nurse.waits(lambda seen: seen["modal"] is not None)
    practice.nurse.fills(
        "What did they do, and what became easier?", "Found the notes before the round began"
    )
    practice.nurse.submits()
    practice.colleague.sees("Found the notes before the round began")


@ON_ONE_DATABASE
def test_a_message_can_be_appreciated_and_is_linked_for_its_author_alone(practice: Practice) -> None:
    practice.colleague.types("I have swapped the late for whoever needs it", practice.ward.channel)
    ts = practice.nurse.sees("swapped the late", practice.ward.channel)["messages"][-1]["ts"]
    practice.nurse.does("shortcut", name="Appreciate this", place=practice.ward.channel, ts=ts)
    practice.nurse.waits(lambda seen: seen["modal"] is not None)
    practice.nurse.fills("What did they do?", "Helping")
    practice.nurse.sees("what became easier?")
    practice.nurse.fills("What did they do, and what became easier?", WORDS)
    practice.nurse.submits()
    practice.nurse.sees("On its way to")
    practice.colleague.sees(WORDS)
    (sent,) = practice.calls("chat.postMessage")
    link = f"https://hospital.slack.com/archives/{practice.ward.channel}/p{ts.replace('.', '')}"
    assert f"<{link}|The message this is about>" in str(sent["body"]["blocks"])


def test_a_group_is_thanked_without_the_giver_and_whoever_cannot_be(practice: Practice) -> None:
    practice.nurse.types(f"/appreciate @ward7 helping with the team {WORDS}")
    practice.nurse.sees("They can choose whether their team sees it.")
    practice.colleague.sees(WORDS)
    practice.third.sees(WORDS)
    receivers = {row.member_id for row in practice.ward.rows(Recipient)}
    names = {row.slack_user_id for row in practice.ward.rows(Member) if row.id in receivers}
    assert names == {practice.ward.colleague, practice.ward.third}
    practice.nurse.types(f"/appreciate @nobodys helping {WORDS}")
    practice.nurse.sees("That group is empty just now.")


def test_each_of_a_group_has_their_own_choice_and_one_post_names_those_who_agree(practice: Practice) -> None:
    with practice.ward.database.begin() as session:
        for who, choice in ((practice.ward.colleague, "always"), (practice.ward.third, "ask")):
            practice.ward.person(session, who).sharing = choice
        practice.ward.person(session, practice.ward.leader).sharing = "never"
    practice.nurse.types(f"/appreciate @col @theo @lea helping with the team {WORDS}")
    seen = practice.nurse.sees("chose to share this", practice.ward.channel)
    assert "Theo" not in seen["messages"][-1]["text"]
    practice.third.sees(WORDS)
    practice.third.presses("Share with my team")
    seen = practice.nurse.waits(lambda seen: "Theo" in seen["messages"][-1]["text"], practice.ward.channel)
    assert "Col" in seen["messages"][-1]["text"]
    assert "@Lea" not in seen["messages"][-1]["text"]
    assert len([message for message in seen["messages"] if WORDS in message["text"]]) == 1
    assert "Share with my team" not in labels(practice.leader.sees(WORDS))
    practice.colleague.sees("Your team sees this too, as you have set it.")
    practice.colleague.presses("Hide from the team")
    practice.nurse.waits(lambda seen: "Col" not in seen["messages"][-1]["text"], practice.ward.channel)
    practice.third.presses("Hide from the team")
    practice.nurse.waits(lambda seen: seen["messages"] == [], practice.ward.channel)
    practice.colleague.presses("Share with my team")
    assert len(practice.nurse.sees(WORDS, practice.ward.channel)["messages"]) == 1
    practice.colleague.sees("You shared this with your team.")


def test_settings_are_kept_and_honoured(practice: Practice) -> None:
    practice.colleague.types("/appreciate settings")
    practice.colleague.waits(lambda seen: seen["modal"] is not None)
    practice.colleague.fills("When somebody would like my team to see their thanks", "Always keep it private")
    practice.colleague.submits()
    practice.colleague.sees("Saved.")
    practice.nurse.types(f"/appreciate @col helping with the team {WORDS}")
    practice.nurse.sees("They can choose whether their team sees it.")
    assert "Share with my team" not in labels(practice.colleague.sees(WORDS))
    practice.colleague.does("dismiss")
    practice.colleague.presses("Who sees my thank-yous")
    practice.colleague.waits(lambda seen: seen["modal"] is not None)
    practice.colleague.fills("If you like", ["Please don't recognise me here"])
    practice.colleague.submits()
    practice.colleague.sees("Saved.")
    practice.nurse.types(f"/appreciate @col helping {WORDS} again")
    practice.nurse.sees("would rather not be thanked here. You could tell them in person.")


def joined_by(practice: Practice, number: int) -> None:
    """Wait until so many people have joined in. A post names no number: it would be a score."""
    practice.nurse.waits(lambda _: len({row.booster_id for row in practice.ward.rows(Boost)}) == number)


def test_me_too_and_reactions_count_each_person_once_and_can_be_taken_back(practice: Practice) -> None:
    ts, place = shared(practice)["ts"], practice.ward.channel
    practice.third.presses("Me too")
    joined_by(practice, 1)
    practice.nurse.sees("Others said “me too”.", place)
    practice.third.does("react", place=place, ts=ts, emoji="clap")
    practice.leader.does("react", place=place, ts=ts, emoji="heart")
    joined_by(practice, 2)
    practice.third.presses("Me too")
    practice.leader.does("react", place=place, ts=ts, emoji="heart", remove=True)
    joined_by(practice, 1)
    practice.third.does("react", place=place, ts=ts, emoji="clap", remove=True)
    joined_by(practice, 0)
    practice.nurse.waits(lambda seen: "“me too”" not in seen.texts, place)
    # Nobody can join in their own thank-you.
    practice.colleague.does("react", place=place, ts=ts, emoji="clap")
    practice.third.does("react", place=place, ts=ts, emoji="clap")
    joined_by(practice, 1)
    practice.colleague.types("/appreciate mine")
    assert "Me too, said @Theo Third" in practice.colleague.sees("Me too, said")["modal"]["text"]
    practice.nurse.types("/appreciate undo")
    practice.third.waits(lambda seen: seen["messages"] == [], place)
    assert practice.ward.rows(Boost) == []


@ON_ONE_DATABASE
def test_a_reaction_to_anything_else_is_none_of_ours(practice: Practice) -> None:
    practice.nurse.types("Good morning all", practice.ward.channel)
    ts = practice.third.sees("Good morning", practice.ward.channel)["messages"][-1]["ts"]
    practice.third.does("react", place=practice.ward.channel, ts=ts, emoji="clap")
    shared(practice)
    assert practice.ward.rows(Boost) == []


def test_an_unkind_one_is_hidden_at_once_its_contact_told_and_its_giver_blocked(practice: Practice) -> None:
    with practice.ward.database.begin() as session:
        session.scalars(select(Workspace)).one().concerns_to = practice.ward.leader
    shared(practice)
    practice.colleague.presses("This was unkind")
    practice.colleague.waits(lambda seen: seen["modal"] and "Lea Leader" in seen["modal"]["text"])
    practice.colleague.fills(
        "If you like", ["I want no more thank-yous from this person. They are not told."]
    )
    practice.colleague.submits()
    practice.third.waits(lambda seen: seen["messages"] == [], practice.ward.channel)
    seen = practice.colleague.sees("You found this thank-you unkind, and it is hidden.")
    assert WORDS not in seen.texts
    assert WORDS not in practice.colleague.screen("home").texts
    assert "unkind" in practice.leader.sees(WORDS).texts
    practice.nurse.types(f"/appreciate @col helping {WORDS} again")
    practice.nurse.sees("would rather not be thanked here.")
    practice.nurse.types("/appreciate undo")
    practice.leader.sees("It has been taken back since.")
    assert WORDS not in practice.leader.screen().texts
    assert {row.sharing for row in practice.ward.rows(Recipient)} == {Sharing.REPORTED}


@ON_ONE_DATABASE
def test_who_hears_of_an_unkind_one_keeps_the_words_that_were_reported(practice: Practice) -> None:
    """Its giver, who does not know, may make them kinder afterwards."""
    with practice.ward.database.begin() as session:
        session.scalars(select(Workspace)).one().concerns_to = practice.ward.leader
    shared(practice)
    practice.colleague.presses("This was unkind")
    practice.colleague.waits(lambda seen: seen["modal"] is not None)
    practice.colleague.submits()
    practice.leader.sees(WORDS)
    practice.nurse.types("/appreciate edit")
    practice.nurse.waits(lambda seen: seen["modal"] is not None)
    practice.nurse.fills("What did they do, and what became easier?", "Something much kinder than before")
    practice.nurse.submits()
    practice.nurse.sees("Changed.")
    under_way = {DeliveryState.READY, DeliveryState.SENDING}
    practice.nurse.waits(
        lambda _seen: all(row.state not in under_way for row in practice.ward.rows(Delivery))
    )
    seen = practice.leader.screen().texts
    assert WORDS in seen
    assert "kinder" not in seen
    assert "kinder" not in practice.colleague.screen().texts
