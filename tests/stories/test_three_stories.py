"""The three stories, told through what people type, press and read, on either database."""

import re
from itertools import pairwise
from typing import Any

from sqlalchemy import func, select, update

from slackapp.demo import hospital
from slackapp.models import (
    Ballot,
    Bundle,
    BundleScore,
    Member,
    Poll,
    PollMember,
    PollState,
    Retention,
    Team,
    Workspace,
)
from slackapp.privacy import retention
from slackapp.pulse import rounds
from tests.support.human import Screen
from tests.support.running_app import RunningApp

WARD_7 = [person.id for person in hospital.WARD_7.staff]
DISCHARGE = [person.id for person in hospital.DISCHARGE.staff]


def answers(practice: RunningApp, user: str, choice: str) -> None:
    person = practice.person(user)
    seen = person.waits(lambda seen: "Answer" in labels(seen["messages"]))
    asking = [message["ts"] for message in seen["messages"] if "Answer" in labels([message])]
    person.presses("Answer", within=asking[-1])
    modal = person.sees("Counted with")["modal"]
    for control in modal["controls"]:
        if control["kind"] == "radio":
            person.fills(control["label"], choice)
    person.submits()
    assert "Your answer is stored." in person.screen()["modal"]["text"]
    assert "November's results come to your team's leader on Tuesday 1 December." in person.screen().texts
    person.does("dismiss")


def files(screen: Screen) -> list[dict[str, Any]]:
    return [file for message in screen["messages"] for file in message["files"]]


def labels(parts: list[dict[str, Any]]) -> list[str]:
    return [control["label"] for part in parts for control in part["controls"]]


def test_a_thank_you_typed_in_the_channel_is_read_by_the_colleague_alone(practice: RunningApp) -> None:
    practice.nurse.types(
        "/appreciate @Dylan Hughes helping Stayed after the shift to find us a bed",
        place=hospital.WARD_7.channel_id,
    )
    practice.nurse.sees("in private:", place=hospital.WARD_7.channel_id)
    seen = practice.colleague.sees("Stayed after the shift to find us a bed")
    assert "Only you can see this." in seen.texts
    others = practice.leader.screen(place=hospital.WARD_7.channel_id)
    assert "Stayed after the shift" not in others.texts


def test_an_answered_check_in_leaves_figures_and_no_key(practice: RunningApp) -> None:
    practice.clock(now="2026-11-02T10:00:00+00:00")
    for user in WARD_7[:6]:
        answers(practice, user, "Agree")
    for user in DISCHARGE[:3]:
        answers(practice, user, "Disagree")
    with practice.app.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Ballot)) == 9
        poll_id = session.scalars(select(Poll.id)).one()
    assert (practice.key_directory / f"{poll_id}.key").exists()

    practice.clock(now="2026-11-09T09:00:01+00:00")

    assert not (practice.key_directory / f"{poll_id}.key").exists()
    with practice.app.sessions.read() as session:
        assert session.get_one(Poll, poll_id).state == PollState.CLOSED
        assert session.scalar(select(func.count()).where(Ballot.poll_id == poll_id)) == 0
        assert session.scalar(select(func.count()).where(PollMember.poll_id == poll_id)) == 0
        ballots = session.execute(select(Bundle.ballots).where(Bundle.poll_id == poll_id)).scalars().all()
        # Three answers of the discharge team are too few, and the directorate has no others to join.
        assert ballots == [6]
        cells = session.execute(select(BundleScore.sum_lo, BundleScore.sum_hi)).all()
        assert len(cells) == 5
        assert all(lo <= 24 <= hi and hi - lo >= 4 for lo, hi in cells)


def test_pressing_answer_after_the_close_says_so(practice: RunningApp) -> None:
    practice.clock(now="2026-11-02T10:00:00+00:00")
    ts = practice.nurse.waits(lambda seen: "Answer" in labels(seen["messages"]))["messages"][-1]["ts"]
    practice.clock(now="2026-11-09T09:00:01+00:00")
    practice.nurse.presses("Answer", within=ts)
    assert "This check-in has closed." in practice.nurse.screen()["modal"]["text"]


def test_the_months_end_brings_the_leader_a_digest_with_figures_in_its_alt_text_and_a_page(
    practice: RunningApp,
) -> None:
    # Six thank-yous and five answers are the fewest that are shown; each costs a request or more.
    for giver, receiver in pairwise(WARD_7[:7]):
        practice.person(giver).types(
            f"/appreciate <@{receiver}> helping You found us a bed when there was none"
        )
    practice.clock(now="2026-11-03T10:00:00+00:00")
    for user in WARD_7[:5]:
        answers(practice, user, "Agree")

    with practice.app.sessions.begin() as session:
        # Three more rounds of messages to thirty people, and three more digests, belong to other stories.
        session.execute(update(Workspace).values(pulse_on=False))
        session.execute(update(Team).where(Team.name != hospital.WARD_7.name).values(leader_id=None))
    practice.clock(now="2026-12-01T09:01:00+00:00")

    seen = practice.leader.sees("Ward 7 in November", seconds=30)
    digest = next(message for message in seen["messages"] if "Ward 7 in November" in message["text"])
    alts = [image["alt"] for image in digest["images"]]
    assert any("Helping: " in alt and "6 thank-yous" in alt for alt in alts), alts
    assert any(re.search(r"Attending: \d\.\d (to \d\.\d|or higher)", alt) for alt in alts), alts
    picture = practice.http.get(digest["images"][0]["url"])
    assert picture.content.startswith(b"\x89PNG")
    seen = practice.leader.waits(lambda now: len(files(now)) > 1, seconds=20)
    pages = sorted(files(seen), key=lambda page: str(page["name"]), reverse=True)
    assert [page["name"] for page in pages] == ["digest-2026-11.pdf", "digest-2026-11.csv"]
    assert practice.http.get(pages[0]["url"]).content.startswith(b"%PDF-")
    practice.leader.presses("Figures as text", within=digest["ts"])
    assert "November 6" in practice.leader.sees("Helping")["modal"]["text"]


def test_a_blank_check_in_stays_open_with_a_sentence_and_is_not_stored(practice: RunningApp) -> None:
    practice.clock(now="2026-11-02T10:00:00+00:00")
    person = practice.person(WARD_7[0])
    seen = person.waits(lambda seen: "Answer" in labels(seen["messages"]))
    person.presses(
        "Answer", within=[message["ts"] for message in seen["messages"] if "Answer" in labels([message])][-1]
    )
    modal = person.sees("After that nobody can tell who said what")["modal"]
    person.submits()
    first = next(control for control in modal["controls"] if control["kind"] == "radio")
    assert person.screen()["modal"]["errors"] == {first["label"]: "Choose at least one answer, or close."}
    with practice.app.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Ballot)) == 0
    person.fills(first["label"], "Agree")
    person.submits()
    assert "answer all five again" in person.screen()["modal"]["text"]
    with practice.app.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Ballot)) == 1


def test_home_tells_how_long_things_are_kept_and_follows_what_an_admin_settles(practice: RunningApp) -> None:
    """The naive twin types the numbers into its sentences."""
    practice.clock(now="2026-11-02T10:00:00+00:00")
    practice.nurse.sees("You read English.", place="home")
    practice.nurse.presses("What is kept about me", within="home")
    home = practice.nurse.screen("home")["modal"]["text"]
    assert "The thank-yous you gave and received, with their words, for 24 months." in home
    assert "For 24 hours the giver can take a thank-you back." in home
    assert "without their text, for 3 months." in home
    with practice.app.sessions.begin() as session:
        assert session.scalars(select(Retention)).all() == [], "looking stores nothing"
        workspace = session.scalars(select(Workspace)).one()
        retention.set_limit(session, workspace, "recognitions_months", 1)
        retention.set_limit(session, workspace, "messages_months", 6)
        nurse = session.scalars(select(Member).where(Member.slack_user_id == practice.nurse.user)).one()
        nurse.language = "cy"
    practice.nurse.does("dismiss")
    practice.nurse.screen()
    practice.nurse.sees("Rydych yn darllen yn Gymraeg.", place="home")
    practice.nurse.presses("Beth sy'n cael ei gadw amdanaf i", within="home")
    home = practice.nurse.screen("home")["modal"]["text"]
    practice.nurse.does("dismiss")
    assert "Y diolch a roesoch ac a gawsoch, gyda'i eiriau, am 1 mis." in home
    assert "Am 24 awr gall y rhoddwr dynnu diolch yn ôl." in home
    assert "heb eu testun, am 6 mis." in home
    practice.nurse.types("/appreciate preifatrwydd")
    assert "gyda'i eiriau, am 1 mis." in practice.nurse.sees("am 1 mis.")["modal"]["text"]


def test_home_shows_thanks_the_open_check_in_and_what_is_kept(practice: RunningApp) -> None:
    practice.clock(now="2026-11-02T10:00:00+00:00")
    practice.nurse.types("/appreciate @Dylan Hughes attending You sat with me until I had calmed down")
    practice.colleague.sees("You sat with me until I had calmed down")
    home = practice.colleague.sees("You sat with me until I had calmed down", place="home")
    assert {"Appreciate someone", "Answer", "What is kept about me"} <= set(labels(home["messages"]))
    before = home.texts
    answers(practice, practice.colleague.user, "Agree")
    assert practice.colleague.screen(place="home").texts == before


def test_nothing_the_app_sent_was_refused(practice: RunningApp) -> None:
    practice.clock(now="2026-11-02T10:00:00+00:00")
    practice.nurse.types("/appreciate")
    practice.nurse.does("dismiss")
    practice.nurse.types(
        "/appreciate @Dylan Hughes helping with the team You found the key to the drug cupboard"
    )
    practice.colleague.sees("You found the key to the drug cupboard")
    practice.colleague.presses("Share with my team")
    practice.leader.sees("You found the key to the drug cupboard", place=hospital.WARD_7.channel_id)
    lines = practice.calls("chat.postMessage")
    assert len(lines) >= 33
    assert [call["response"] for call in lines if not call["response"]["ok"]] == []


def test_a_restart_finds_what_was_left(practice: RunningApp) -> None:
    practice.clock(now="2026-11-02T10:00:00+00:00")
    with practice.app.sessions.read() as session:
        poll = session.scalars(select(Poll)).one()
    assert rounds.recover(practice.app.sessions, practice.app.keys, practice.app.now()) == []
    with practice.app.sessions.read() as session:
        assert session.get_one(Poll, poll.id).state == PollState.OPEN
