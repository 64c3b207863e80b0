"""People type and press in a real Socket Mode connection; what they see is what is asserted."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from slackapp.core.i18n import voice
from slackapp.models import Poll, PollMember, PollState, PollUnit, Team
from slackapp.recognition import give
from tests.support.practice import Practice

WORDS = "Stayed after the shift to find us a bed"
# What these tests show does not depend on the database; the tests around them run on both.
ON_ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_typed_thank_you_reaches_the_colleague_in_private(practice: Practice) -> None:
    practice.nurse.types(f"/appreciate @col helping {WORDS}")
    practice.nurse.sees("On its way to")
    seen = practice.colleague.sees(WORDS)
    (message,) = seen["messages"]
    assert message["text"].startswith(f"{WORDS}\n@Nia Nurse thanked you for helping."), "the words come first"
    assert "Only you can see this." in message["text"]
    assert [control["label"] for control in message["controls"]] == ["That meant a lot", "More actions"]
    assert WORDS not in practice.third.screen(practice.ward.channel).texts


@ON_ONE_DATABASE
@pytest.mark.parametrize(
    ("language", "to_two", "until"),
    [
        (
            "en",
            "On its way to @Col League and @Theo Third, in private:",
            "Filed under helping. You can edit or undo it until {day}, ",
        ),
        (
            "cy",
            "Ar ei ffordd at @Col League a @Theo Third, yn breifat:",
            "Dan: helpu. Gallwch ei olygu neu ei ddadwneud tan: {day}, ",
        ),
    ],
)
def test_at_once_the_giver_reads_that_it_is_on_its_way_and_never_that_it_was_sent(
    practice: Practice, language: str, to_two: str, until: str
) -> None:
    with practice.ward.database.begin() as session:
        practice.ward.person(session, practice.ward.nurse).language = language
    tomorrow = practice.context.now().astimezone(ZoneInfo("Europe/London")) + give.CHANGEABLE_FOR
    # Slack is down: nothing was sent.
    order = {"method": "chat.postMessage", "kind": "500", "count": 1_000}
    assert practice.http.post("/control/fault", json=order).status_code == 200
    practice.nurse.types(f"/appreciate @col @theo helping {WORDS}")
    receipt = practice.nurse.sees(to_two)["messages"][-1]
    assert WORDS in receipt["text"]
    assert until.format(day=voice(language).day(tomorrow.date())) in receipt["text"]
    assert not [word for word in ("Sent", "sent", "anfon", "Anfon") if word in receipt["text"]]
    for receiver in (practice.colleague, practice.third):
        assert WORDS not in receiver.screen().texts


@ON_ONE_DATABASE
def test_whoever_was_thanked_can_say_thanks_for_it_in_their_own_words(practice: Practice) -> None:
    practice.nurse.types(f"/appreciate @col helping {WORDS}")
    practice.colleague.sees(WORDS)
    practice.colleague.presses("Thank them back")
    practice.colleague.waits(lambda seen: seen["modal"] is not None)
    practice.colleague.fills("What did they do?", "Attending")
    practice.colleague.sees("When did they stop and listen, and what did you notice?")
    practice.colleague.fills(
        "When did they stop and listen, and what did you notice?", "You noticed, and told me"
    )
    practice.colleague.submits()
    practice.colleague.sees("On its way to")
    assert "@Col League thanked you for attending." in practice.nurse.sees("You noticed, and told me").texts


def test_with_the_team_only_the_receivers_press_shares_it(practice: Practice) -> None:
    practice.nurse.types(f"/appreciate @col helping with the team {WORDS}")
    practice.nurse.sees("They can choose whether their team sees it.")
    practice.colleague.sees(WORDS)
    assert WORDS not in practice.third.screen(practice.ward.channel).texts
    practice.colleague.presses("Share with my team")
    post = practice.third.sees(WORDS, practice.ward.channel)["messages"][-1]
    assert "chose to share this" in post["text"]
    seen = practice.colleague.sees("You shared this with your team.")
    assert seen["messages"][-1]["controls"][1]["label"] == "Hide from the team"
    assert len(seen["messages"]) == 1


def test_kept_between_us_is_never_posted(practice: Practice) -> None:
    practice.nurse.types(f"/appreciate @col helping with the team {WORDS}")
    practice.colleague.sees(WORDS)
    practice.colleague.presses("Keep it between us")
    practice.colleague.sees("You kept it between the two of you.")
    assert WORDS not in practice.third.screen(practice.ward.channel).texts


@ON_ONE_DATABASE
def test_nothing_typed_opens_the_form_and_the_form_sends(practice: Practice) -> None:
    practice.nurse.types("/appreciate")
    modal = practice.nurse.sees("Appreciate someone")["modal"]
    assert "Who would you like to thank?" in modal["text"]
    practice.nurse.fills("Who would you like to thank?", ["Col League"])
    practice.nurse.fills("What did they do?", "Attending")
    practice.nurse.sees("When did they stop and listen, and what did you notice?")
    practice.nurse.fills("When did they stop and listen, and what did you notice?", WORDS)
    practice.nurse.submits()
    practice.nurse.sees("On its way to")
    assert "attending" in practice.colleague.sees(WORDS)["messages"][-1]["text"]


@ON_ONE_DATABASE
def test_a_refusal_reopens_as_a_form_with_everything_in_it(practice: Practice) -> None:
    practice.nurse.types(f"/appreciate @col helpng with the team {WORDS}")
    practice.nurse.sees("Did you mean helping?")
    practice.nurse.presses("Open the form")
    practice.nurse.waits(lambda seen: seen["modal"] is not None)
    practice.nurse.submits()
    practice.nurse.sees("They can choose whether their team sees it.")
    practice.colleague.sees(WORDS)


@ON_ONE_DATABASE
def test_a_slip_is_sent_with_one_press_once_it_is_understood(practice: Practice) -> None:
    practice.nurse.types(f"/appreciate @ward7 helpng {WORDS}")
    seen = practice.nurse.sees("Did you mean helping?")
    assert [control["label"] for control in seen["messages"][-1]["controls"]] == [
        "Yes, send it",
        "Open the form",
    ]
    practice.nurse.presses("Yes, send it")
    practice.nurse.waits(lambda now: now["modal"] and now["modal"]["text"].startswith("On its way to"))
    practice.colleague.sees(WORDS)
    practice.third.sees(WORDS)
    practice.nurse.does("dismiss")
    practice.nurse.presses("Yes, send it")
    practice.nurse.waits(lambda now: now["modal"] and now["modal"]["text"].startswith("On its way to"))
    assert len(practice.calls("chat.postMessage")) == 2, "pressed twice it is sent once"


@ON_ONE_DATABASE
def test_something_missing_opens_the_form_with_what_was_typed(practice: Practice) -> None:
    practice.nurse.types(f"/appreciate @col {WORDS}")
    practice.nurse.waits(lambda seen: seen["modal"] is not None)
    practice.nurse.fills("What did they do?", "Empathising")
    practice.nurse.sees("What did they do that showed they cared how it felt?")
    practice.nurse.submits()
    practice.nurse.sees("On its way to")
    assert "empathising" in practice.colleague.sees(WORDS)["messages"][-1]["text"]


@ON_ONE_DATABASE
def test_the_form_says_beside_each_field_what_is_in_the_way(practice: Practice) -> None:
    practice.nurse.uses_shortcut("Appreciate someone")
    practice.nurse.waits(lambda seen: seen["modal"] is not None)
    practice.nurse.fills("Who would you like to thank?", ["Nia Nurse"])
    practice.nurse.fills("What did they do?", "Helping")
    practice.nurse.sees("What did they do, and what became easier?")
    practice.nurse.fills("What did they do, and what became easier?", "great job")
    practice.nurse.submits()
    seen = practice.nurse.sees("You can't thank yourself here. Who helped you do it?")
    assert "One more detail makes it mean more" in seen.texts
    practice.nurse.fills("Who would you like to thank?", ["Nia Nurse", "Col League", "Theo Third"])
    practice.nurse.fills("What did they do, and what became easier?", WORDS)
    practice.nurse.submits()
    practice.nurse.sees("On its way to")
    practice.colleague.sees(WORDS)
    practice.third.sees(WORDS)


@ON_ONE_DATABASE
def test_words_are_shown_as_they_were_typed_whatever_they_hold(practice: Practice) -> None:
    hostile = "*bold* _it_ `x` <b>&amp;</b> <!channel> &lt; :fire: ~s~ > quote \u202eright to left\u200b 😀"
    practice.nurse.types("/appreciate")
    practice.nurse.waits(lambda seen: seen["modal"] is not None)
    practice.nurse.fills("Who would you like to thank?", ["Col League"])
    practice.nurse.fills("What did they do?", "Helping")
    practice.nurse.sees("what became easier?")
    practice.nurse.fills("What did they do, and what became easier?", hostile)
    practice.nurse.submits()
    practice.colleague.sees(hostile)
    (sent,) = practice.calls("chat.postMessage")
    quotes = [block for block in sent["body"]["blocks"] if block["type"] == "rich_text"]
    assert quotes[0]["elements"][0]["elements"] == [{"type": "text", "text": hostile}]
    assert "<!channel>" not in sent["body"]["text"]


def test_what_was_sent_can_be_edited_and_undone(practice: Practice) -> None:
    other = "Found the missing notes before the ward round"
    practice.nurse.types(f"/appreciate @col helping {WORDS}")
    practice.nurse.sees("You can edit or undo it")
    practice.colleague.sees(WORDS)
    practice.nurse.presses("Edit")
    practice.nurse.waits(lambda seen: seen["modal"] is not None)
    practice.nurse.fills("What did they do, and what became easier?", other)
    practice.nurse.submits()
    practice.nurse.sees(f"Changed. @Col League will see:\n{other}")
    seen = practice.colleague.sees(other)
    assert WORDS not in seen.texts
    practice.nurse.presses("Undo", "modal")
    practice.nurse.sees("Taken back.")
    seen = practice.colleague.sees("took this thank-you back")
    assert other not in seen.texts
    assert len(seen["messages"]) == 1


def test_what_is_edited_in_the_list_says_whose_it_is_and_stands_there_in_its_new_words(
    practice: Practice,
) -> None:
    nurse = practice.nurse
    nurse.types(f"/appreciate @col helping {WORDS}")
    nurse.sees("On its way to")
    nurse.screen("home")
    nurse.presses("Thank-yous you gave", "home")
    nurse.presses("Edit", "modal")
    words = "Found the missing notes before the ward round"
    assert "Your thank-you to @Col League." in nurse.screen()["modal"]["text"]
    nurse.fills("What did they do, and what became easier?", words)
    nurse.submits()
    nurse.sees(f"Changed. @Col League will see:\n{words}")
    nurse.does("dismiss")
    nurse.presses("Thank-yous you gave", "home")
    assert words in nurse.screen("home")["modal"]["text"]


def test_somebody_new_is_looked_up_when_they_are_first_named(practice: Practice) -> None:
    practice.nurse.types(f"/appreciate @newt helping {WORDS}")
    practice.nurse.sees("On its way to")
    assert [call["body"]["user"] for call in practice.calls("users.info")] == ["U0NEWCOMER"]
    newcomer = type(practice.nurse)(practice.http, "U0NEWCOMER")
    newcomer.sees(WORDS)


@ON_ONE_DATABASE
def test_everybody_is_met_page_by_page(practice: Practice) -> None:
    from handlers.shared import people

    known = people.sync_members(
        practice.bolt.client, practice.context, practice.bolt.client.auth_test()["team_id"]
    )
    assert known >= 9
    practice.nurse.types(f"/appreciate @newt helping {WORDS}")
    practice.nurse.sees("On its way to")
    assert practice.calls("users.info") == []


def test_home_shows_the_newest_and_all_that_came_and_went_ten_a_page(practice: Practice) -> None:
    empty = practice.colleague.sees("You read English.", "home")
    assert "No thank-yous yet. You could start: who made your last shift easier?" in empty.texts
    for number in range(12):
        practice.nurse.types(f"/appreciate @col helping Stayed with us to find a bed, number {number}.")
        if number >= 10:
            practice.nurse.sees("That is ten today. Could this one wait until tomorrow?")
            practice.nurse.presses("Send anyway")
            practice.nurse.waits(lambda seen: seen["modal"] and "On its way to" in seen["modal"]["text"])
            practice.nurse.does("dismiss")
        else:
            practice.nurse.sees("On its way to")
    practice.nurse.screen("home")
    practice.nurse.presses("Thank-yous you gave", "home")
    first = practice.nurse.sees("number 11.", "home")["modal"]
    assert "number 1." not in first["text"]
    assert "Newer" not in [control["label"] for control in first["controls"]]
    practice.nurse.presses("Older", "modal")
    assert "number 11." not in practice.nurse.sees("number 1.", "home").texts
    practice.nurse.presses("Newer", "modal")
    practice.nurse.sees("number 11.", "home")
    practice.nurse.does("dismiss")
    practice.colleague.sees("number 0.")
    practice.colleague.sees("number 11.", "home")
    assert "Ward 7 this month" in practice.leader.sees("Ward 7", "home").texts
    practice.nurse.presses("Appreciate someone", "home")
    practice.nurse.waits(lambda seen: seen["modal"] is not None, "home")


def test_a_channel_without_the_app_is_told_kindly_and_can_be_mended(practice: Practice) -> None:
    with practice.ward.database.begin() as session:
        session.scalars(select(Team).where(Team.name == "Ward 9")).one().slack_channel_id = "C0WARD9"
    practice.nurse.types(f"/appreciate @elsa helping with the team {WORDS}")
    practice.elsewhere.sees(WORDS)
    practice.elsewhere.presses("Share with my team")
    seen = practice.elsewhere.sees("I can't post in your team's channel.")
    assert "You shared this" not in seen.texts
    practice.nurse.types("/invite @appreciate", "C0WARD9")
    practice.elsewhere.presses("Share with my team")
    practice.elsewhere.sees("You shared this with your team.")
    assert WORDS in practice.nurse.sees("chose to share this", "C0WARD9").texts


@ON_ONE_DATABASE
def test_a_team_without_a_channel_is_not_told_to_the_giver(practice: Practice) -> None:
    practice.nurse.types(f"/appreciate @elsa helping with the team {WORDS}")
    practice.nurse.sees("They can choose whether their team sees it.")
    labels = [control["label"] for control in practice.elsewhere.sees(WORDS)["messages"][-1]["controls"]]
    assert labels == ["That meant a lot", "More actions"]


def test_home_offers_the_open_check_in_to_those_who_were_asked(practice: Practice) -> None:
    with practice.ward.database.begin() as session:
        nurse = practice.ward.person(session, practice.ward.nurse)
        now = practice.context.now()
        poll = Poll(
            workspace_id=nurse.workspace_id,
            opens_on=now.date(),
            opens_at=now - timedelta(days=1),
            closes_at=now + timedelta(days=6),
            state=PollState.OPEN,
            items=["attending"],
            k=5,
            c=1,
            comment_threshold=8,
        )
        session.add(poll)
        session.flush()
        session.add(PollUnit(poll_id=poll.id, unit_id=nurse.team_id, parent_id=None, invited=9))
        session.add(PollMember(poll_id=poll.id, member_id=nurse.id, unit_id=nurse.team_id))
    seen = practice.nurse.sees("How were your last few shifts?", "home")
    assert "Anonymous. Open until" in seen.texts
    assert "Answer" in [control["label"] for message in seen["messages"] for control in message["controls"]]
    assert "How were your last few shifts?" not in practice.elsewhere.sees("You read English.", "home").texts
