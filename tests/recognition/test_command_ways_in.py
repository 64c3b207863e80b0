"""The same thank-you from every place where one can begin, with the guard in each of them."""

import logging
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from slackapp.core import log
from slackapp.models import Recognition
from tests.support.practice import Practice

WORDS = "Stayed after the shift to find us a bed"
WARNED = "Stayed with Mrs Jones in bed 4 until her daughter came"
REFUSED = "You found 943 476 5919 on the wrong list"
HELPED = "What did they do, and what became easier?"


def from_the_command(practice: Practice) -> None:
    practice.nurse.types("/appreciate @col")


def from_the_shortcut(practice: Practice) -> None:
    practice.nurse.uses_shortcut("Appreciate someone")


def from_a_message(practice: Practice) -> None:
    practice.colleague.types("I have swapped the late for whoever needs it", practice.ward.channel)
    seen = practice.nurse.sees("swapped the late", practice.ward.channel)
    practice.nurse.does(
        "shortcut", name="Appreciate this", place=practice.ward.channel, ts=seen["messages"][-1]["ts"]
    )


def from_home(practice: Practice) -> None:
    practice.nurse.sees("Thank-yous", "home")
    practice.nurse.presses("Appreciate someone", "home")


def from_an_edit(practice: Practice) -> None:
    practice.nurse.types(f"/appreciate @col helping {WORDS}")
    practice.nurse.sees("On its way to")
    practice.nurse.presses("Edit")


# What is asked and shown here does not depend on the database; the tests around it run on both.
ON_ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WAYS = [from_the_command, from_the_shortcut, from_a_message, from_home, from_an_edit]


def write(practice: Practice, words: str) -> None:
    """Fill in every field of the open form, and submit it."""
    modal = practice.nurse.waits(lambda seen: seen["modal"] is not None)["modal"]
    if "Who would you like to thank?" in modal["text"]:
        practice.nurse.fills("Who would you like to thank?", ["Col League"])
    practice.nurse.fills("What did they do?", "Helping")
    practice.nurse.sees(HELPED)
    practice.nurse.fills(HELPED, words)
    practice.nurse.submits()


def stored(practice: Practice) -> list[str | None]:
    with practice.ward.database.read() as session:
        return list(session.scalars(select(Recognition.words).order_by(Recognition.given_at)))


@ON_ONE_DATABASE
@pytest.mark.parametrize("begin", WAYS)
def test_the_guard_stands_in_every_way_in(
    practice: Practice, begin: Callable[[Practice], None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.handler.addFilter(log.allowed)
    caplog.set_level(logging.DEBUG)
    begin(practice)
    before = stored(practice)
    write(practice, REFUSED)
    practice.nurse.waits(lambda seen: seen["modal"] and "NHS number" in str(seen["modal"]["errors"]))
    write(practice, WARNED)
    seen = practice.nurse.sees("This may point to a patient: “Mrs Jones” and “bed 4”.")
    assert seen["modal"]["title"] in {"Appreciate someone", "Edit your thanks"}
    # Nothing was kept of the drafts, neither here nor in what the app sent.
    assert stored(practice) == before
    assert "Mrs Jones" not in str(practice.calls("chat.postMessage"))
    assert "943 476" not in str(practice.calls("chat.postMessage"))
    # Nor anywhere in the log.
    logged = [record.getMessage() for record in caplog.records]
    assert not [line for line in logged if "Jones" in line or "943 476" in line]
    practice.nurse.submits()
    practice.nurse.waits(
        lambda now: now["modal"] and now["modal"]["text"].startswith(("On its way to", "Changed."))
    )
    practice.colleague.sees(WARNED)
    assert stored(practice) == [WARNED]


@ON_ONE_DATABASE
def test_a_message_in_a_thread_is_linked_where_it_stands(practice: Practice) -> None:
    place = practice.ward.channel
    practice.third.types("Who can take the early on Friday?", place)
    parent = practice.third.sees("the early on Friday", place)["messages"][-1]["ts"]
    practice.colleague.does("type", place=place, text="I can, do not worry", thread_ts=parent)
    reply = practice.nurse.sees("do not worry", place)["messages"][-1]
    assert reply["thread_ts"] == parent, "the premise: it stands in the thread"
    practice.nurse.does("shortcut", name="Appreciate this", place=place, ts=reply["ts"])
    modal = practice.nurse.waits(lambda now: now["modal"] is not None)["modal"]
    assert "Whoever of them is in its channel finds a link to the message with it." in modal["text"]
    practice.nurse.fills("What did they do?", "Helping")
    practice.nurse.sees(HELPED)
    practice.nurse.fills(HELPED, WORDS)
    practice.nurse.fills("Who may see it?", "Their team, if they agree")
    practice.nurse.submits()
    practice.colleague.sees(WORDS)
    (sent,) = practice.calls("chat.postMessage")
    ts = reply["ts"].replace(".", "")
    link = f"https://hospital.slack.com/archives/{place}/p{ts}?thread_ts={parent}&amp;cid={place}"
    assert f"<{link}|The message this is about>" in str(sent["body"]["blocks"])
    # The team's own channel is where it stands, so the post may lead there too.
    practice.colleague.presses("Share with my team")
    practice.third.sees("chose to share this", place)
    assert link in str(practice.calls("chat.postMessage")[-1]["body"]["blocks"])


@ON_ONE_DATABASE
def test_the_name_of_a_private_channel_leaves_it_in_no_way(practice: Practice) -> None:
    """Thanked from inside it, with a message out of it, and with its name among the words."""
    secret, name = "C0SECRET", "dignity-review"
    practice.nurse.types(f"/appreciate @col helping with the team {WORDS} in #{name}", secret)
    practice.nurse.sees("On its way to", secret)
    practice.colleague.sees("find us a bed in #…")
    practice.colleague.presses("Share with my team")
    practice.third.sees("find us a bed in #…", practice.ward.channel)
    practice.colleague.types("I have read all the notes again", secret)
    ts = practice.nurse.sees("all the notes again", secret)["messages"][-1]["ts"]
    practice.nurse.does("shortcut", name="Appreciate this", place=secret, ts=ts)
    practice.nurse.waits(lambda seen: seen["modal"] is not None)
    practice.nurse.fills("What did they do?", "Helping")
    practice.nurse.sees(HELPED)
    practice.nurse.fills(HELPED, f"{WORDS}, and more")
    practice.nurse.fills("Who may see it?", "Their team, if they agree")
    practice.nurse.submits()
    practice.colleague.sees(f"{WORDS}, and more")
    practice.colleague.presses("Share with my team", within=practice.colleague.screen()["messages"][-1]["ts"])
    practice.third.sees(f"{WORDS}, and more", practice.ward.channel)
    sent = [practice.calls(method) for method in ("chat.postMessage", "chat.update", "views.open")]
    assert f"archives/{secret}/p{ts.replace('.', '')}" in str(sent[0]), "the premise: its author is led to it"
    assert name not in str(sent)
    posts = [call["body"] for call in sent[0] if call["body"]["channel"] == practice.ward.channel]
    assert len(posts) == 2
    assert secret not in str(posts)
    assert name not in practice.http.get("/control/journal").text


def test_a_post_is_said_in_each_language_that_its_team_reads_welsh_first(practice: Practice) -> None:
    from slackapp.models import Member

    with practice.ward.database.begin() as session:
        practice.ward.person(session, practice.ward.colleague).language = "cy"
        assert session.scalar(select(func.count()).where(Member.language == "cy")) == 1
    practice.nurse.types(f"/appreciate @col helping with the team {WORDS}")
    practice.colleague.sees("Diolchodd")
    practice.colleague.presses("Rhannu gyda fy nhîm")
    post = practice.third.sees(WORDS, practice.ward.channel)["messages"][-1]
    welsh, english = post["text"].index("am helpu."), post["text"].index("for helping.")
    assert welsh < english
    assert [control["label"] for control in post["controls"]] == ["Fi hefyd / Me too"]
    practice.third.presses("Fi hefyd / Me too")
    practice.nurse.sees("Others said “me too”.", practice.ward.channel)
