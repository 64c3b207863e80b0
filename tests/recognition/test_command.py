"""Typed commands and their answers: every obstacle to a thank-you."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from slackapp.models import Delivery, Recipient, Recognition
from tests.support.human import Screen
from tests.support.practice import Practice

WORDS = "Stayed after the shift to find us a bed"
# What these tests show does not depend on the database; the tests around them run on both.
ON_ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CROWD = " ".join(f"@crowd{number}" for number in range(30))
MISSING = "Pick the name from Slack's list as you type it, or use the form."
MORE = "Thank you. One more detail makes it mean more:"

ANSWERS = [
    # Whom.
    (f"@nia helping {WORDS}", "You can't thank yourself here. Who helped you do it?"),
    (f"@alone helping {WORDS}", "You can't thank yourself here. Who helped you do it?"),
    (f"@rota helping {WORDS}", "Rota Bot is an app. Who stood behind the work?"),
    (f"@appreciate helping {WORDS}", "is an app. Who stood behind the work?"),
    (f"@gone helping {WORDS}", "Sam Gone has left, so this can't reach them."),
    (f"@ali helping {WORDS}", "Ali Other is in another organisation, so this can't be sent from here."),
    (f"@col @ali helping {WORDS}", "Ali Other is in another organisation, so this can't be sent from here."),
    (f"@nobody helping {WORDS}", f"I can't find “@nobody” here. {MISSING}"),
    (f"@nobodys helping {WORDS}", "That group is empty just now."),
    (f"@apps helping {WORDS}", "Nobody in that group can be thanked here just now."),
    (f"{CROWD} helping {WORDS}", "That is 30 people; 20 at once is the most."),
    (f"@bank helping {WORDS}", "That is 21 people; 20 at once is the most."),
    (f"@bank {WORDS}", "That is 21 people; 20 at once is the most."),
    (f"@here helping {WORDS}", "A whole channel can't be thanked at once. Name the people, up to 20."),
    (f"@channel helping {WORDS}", "A whole channel can't be thanked at once. Name the people, up to 20."),
    (f"#ward-7 helping {WORDS}", "A whole channel can't be thanked at once. Name the people, up to 20."),
    (
        f"#dignity-review helping {WORDS}",
        "A whole channel can't be thanked at once. Name the people, up to 20.",
    ),
    # What.
    (f"@col helpng {WORDS}", "I don't know “helpng”. Did you mean helping?"),
    (f"@col rhoi sylw {WORDS[:10]}", f"{MORE} When did they stop and listen, and what did you notice?"),
    ("@col helping great job", f"{MORE} What did they do, and what became easier?"),
    (f"@col helping {':smile: ' * 7}", f"{MORE} What did they do, and what became easier?"),
    (f"@col helping {chr(0x3164) * 40}", f"{MORE} What did they do, and what became easier?"),
    ("@col understanding great job", f"{MORE} How did they help you see the problem the same way?"),
    ("@col great job, empathising", f"{MORE} What did they do that showed they cared how it felt?"),
    (f"@col helping {'x' * 3_001}", "That is 3,001 characters; 3,000 fit. Please shorten it."),
    (f"@col {'x' * 3_001}", "That is 3,001 characters; 3,000 fit. Please shorten it."),
    (
        "@col helping You found 943 476 5919 on the wrong list",
        "This looks like an NHS number, so it cannot be sent. Please take it out.",
    ),
    # Not a thank-you.
    ("setings", "I don't know “setings”. Did you mean “/appreciate settings”?"),
    ("undo", "You have sent nothing in the last 24 hours that could still be changed."),
    ("edit", "You have sent nothing in the last 24 hours that could still be changed."),
]


def has_more_than(count: int) -> Callable[[Screen], bool]:
    return lambda screen: len(screen["messages"]) > count


def test_everything_in_the_way_has_its_answer_and_nothing_typed_is_lost(practice: Practice) -> None:
    place, nurse = practice.ward.channel, practice.nurse
    for typed, sentence in ANSWERS:
        before = len(nurse.screen(place)["messages"])
        nurse.types(f"/appreciate {typed}", place)
        seen = nurse.waits(has_more_than(before), place)
        answer = seen["messages"][-1]
        assert sentence in answer["text"], (typed, answer["text"])
        assert answer["ephemeral"]
        labels = [control["label"] for control in answer["controls"]]
        if typed in {"undo", "edit"}:
            # It was no thank-you, so no draft is given back.
            assert answer["text"] == sentence
        else:
            assert (WORDS in typed) == (WORDS in answer["text"])
            assert "Open the form" in labels
    assert stored(practice) == (0, 0)
    assert practice.calls("chat.postMessage") == []
    assert "dignity-review" not in practice.http.get("/control/journal").text


def stored(practice: Practice) -> tuple[int, int]:
    with practice.ward.database.read() as session:
        thanks = session.scalars(select(func.count()).select_from(Recognition)).one()
        return thanks, session.scalars(select(func.count()).select_from(Delivery)).one()


@ON_ONE_DATABASE
@pytest.mark.parametrize("who", ["guest", "crowd3"])
def test_a_guest_and_anybody_who_works_here_can_be_thanked(practice: Practice, who: str) -> None:
    practice.nurse.types(f"/appreciate @{who} helping {WORDS}")
    practice.nurse.sees("On its way to")
    assert stored(practice) == (1, 1)


@ON_ONE_DATABASE
def test_twenty_of_a_group_and_its_giver_are_twenty(practice: Practice) -> None:
    bank = [f"U0CROWD{number}" for number in range(20)]
    change = {"kind": "usergroup", "usergroup": "S0BANK", "members": [*bank, practice.ward.nurse]}
    assert practice.http.post("/control/change", json=change).status_code == 200
    practice.nurse.types(f"/appreciate @bank helping {WORDS}")
    practice.nurse.sees("On its way to")
    assert stored(practice) == (1, 20)


@ON_ONE_DATABASE
def test_people_two_groups_and_the_giver_at_once_are_thanked_once_each(practice: Practice) -> None:
    bank = [*(f"U0CROWD{number}" for number in range(5)), practice.ward.third]
    change = {"kind": "usergroup", "usergroup": "S0BANK", "members": bank}
    assert practice.http.post("/control/change", json=change).status_code == 200
    with practice.ward.database.begin() as session:
        for who, choice in ((practice.ward.colleague, "always"), (practice.ward.third, "never")):
            practice.ward.person(session, who).sharing = choice
    practice.nurse.types(f"/appreciate @nia @col @ward7 and @bank @col @lea helping with the team {WORDS}")
    practice.nurse.sees("They can choose whether their team sees it.")
    # Colleague, third, leader and five of the bank, each in private; the post names who agreed.
    with practice.ward.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Recipient)) == 8
    post = practice.leader.sees(WORDS, practice.ward.channel)["messages"][-1]
    assert "@Nia Nurse thanked @Col League for helping." in post["text"]
    private = practice.third.sees(WORDS)["messages"][-1]
    assert [control["label"] for control in private["controls"]] == ["That meant a lot", "More actions"]
    # The leader's own team is the one above, which shares nothing: it has no channel.
    assert "would be glad for your team" not in practice.leader.sees("Only you can see this.").texts


def test_undo_given_twice_by_slack_takes_one_back(practice: Practice) -> None:
    """The second undo has nothing left to undo, and says so truthfully."""
    from slack_bolt import BoltRequest

    practice.nurse.types(f"/appreciate @col helping {WORDS}")
    practice.colleague.sees(WORDS)
    body = {
        "command": "/appreciate",
        "text": "undo",
        "team_id": practice.ward.slack_team_id,
        "user_id": practice.ward.nurse,
        "trigger_id": "1.2.undo",
    }
    answers = [practice.bolt.dispatch(BoltRequest(body=body, mode="socket_mode")).body for _ in range(3)]
    assert "Taken back." in answers[0]
    assert f"It was for <@{practice.ward.colleague}>." in answers[0]
    assert answers[1:] == answers[:1] * 2


@ON_ONE_DATABASE
@pytest.mark.parametrize("typed", ["helping", "", "helping with the team"])
def test_a_group_of_hundreds_is_answered_with_its_sentence(practice: Practice, typed: str) -> None:
    many = [f"U0MANY{number:04}" for number in range(300)]
    change = {"kind": "usergroup", "usergroup": "S0BANK", "members": many}
    assert practice.http.post("/control/change", json=change).status_code == 200
    practice.nurse.types(f"/appreciate @bank {typed} {WORDS}")
    seen = practice.nurse.sees("That is 300 people; 20 at once is the most.")
    assert WORDS in seen.texts
    practice.nurse.presses("Open the form")
    modal = practice.nurse.waits(lambda now: now["modal"] is not None)["modal"]
    # Twenty of three hundred would be arbitrary, so nobody is preselected.
    assert [control.get("value") for control in modal["controls"] if control["kind"] == "users"] in (
        [[]],
        [None],
        [],
    )
    assert stored(practice) == (0, 0)


@pytest.mark.parametrize("word", ["kindness", "teamwork", "support"])
def test_an_unknown_first_word_is_asked_about_and_never_sent(practice: Practice, word: str) -> None:
    practice.nurse.types(f"/appreciate @col {word} You helped me find a bed for her")
    modal = practice.nurse.sees(f"I don't know “{word}”. Which of the four was it?")["modal"]
    assert stored(practice) == (0, 0)
    assert "Send thanks" in str(modal)
    practice.nurse.fills("What did they do?", "Attending")
    practice.nurse.submits()
    practice.nurse.sees("On its way to")
    seen = practice.colleague.sees("You helped me find a bed for her")
    assert word not in seen.texts
    with practice.ward.database.read() as session:
        (recognition,) = session.scalars(select(Recognition)).all()
    assert (recognition.words, recognition.behaviour) == ("You helped me find a bed for her", "attending")
