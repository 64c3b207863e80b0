"""A leader answers the digest, and the team hears of it, told through what people type, press and read."""

import re
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from slackapp.demo import hospital
from slackapp.digest import sharing
from slackapp.models import Delivery, DeliveryState, Team, Workspace
from tests.support.human import Screen
from tests.support.running_app import RunningApp
from tests.support.waiting import comes

WARD_7 = [person.id for person in hospital.WARD_7.staff]
CHANNEL = hospital.WARD_7.channel_id
SAID = "There is *never* anybody <!channel> to help with beds after five"
WILL = "find a second pair of hands & name them on the board"


pytestmark = pytest.mark.usefixtures("without_browser")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database is enough here: other tests run the same queries on both."""
    return sqlite_url


@pytest.fixture
def answered(practice: RunningApp) -> RunningApp:
    """The first day of December: the digest is there and the leader has written one promise."""
    check_ins(practice, on=False)
    only_ward_7_and_above(practice)
    # Six are enough for a mix: each costs a request.
    for giver, receiver in pairwise(WARD_7[:7]):
        practice.person(giver).types(f"/appreciate <@{receiver}> helping You found us a bed on a bad day")
    practice.clock(now="2026-12-01T09:01:00+00:00")
    screen = practice.leader.sees("Ward 7 in November", seconds=30)
    practice.leader.presses("Say what we will do", within=_last(screen, "Ward 7 in November"))
    practice.leader.fills("What I understood", SAID)
    practice.leader.fills("We will", WILL)
    practice.leader.submits()
    assert "Nobody else sees it yet." in practice.leader.screen()["modal"]["text"]
    return practice


def check_ins(practice: RunningApp, *, on: bool) -> None:
    """Four rounds of messages to thirty people belong to other stories."""
    with practice.app.sessions.begin() as session:
        workspace = session.get_one(Workspace, practice.app.workspace_id)
        workspace.pulse_on, workspace.pulse_since = on, practice.app.now()


def only_ward_7_and_above(practice: RunningApp) -> None:
    """The digests of the other teams belong to other stories."""
    with practice.app.sessions.begin() as session:
        others = [hospital.ACUTE.name, hospital.DISCHARGE.name]
        session.execute(update(Team).where(Team.name.in_(others)).values(leader_id=None))


def _last(screen: Screen, text: str) -> str:
    return str([message for message in screen["messages"] if text in message["text"]][-1]["ts"])


def rows(practice: RunningApp) -> list[Delivery]:
    with practice.app.sessions.read() as session:
        shared = Delivery.kind.in_([sharing.SHARED, sharing.POSTED])
        return list(session.scalars(select(Delivery).where(shared)))


def _of(screen: Screen, text: str) -> list[str]:
    return [message["text"] for message in screen["messages"] if text in message["text"]]


def test_a_promise_reaches_the_channel_the_next_check_in_and_the_next_digest(answered: RunningApp) -> None:
    leader, nurse = answered.leader, answered.nurse
    assert WILL not in nurse.screen(place=CHANNEL).texts
    leader.presses("Share with the team")
    assert "It goes to the channel of Ward 7." in leader.screen()["modal"]["text"]
    leader.submits()
    post = nurse.sees(WILL, place=CHANNEL)
    # Whatever the leader wrote is shown as it was written, and calls nobody.
    assert f"What I understood: “{SAID}”" in post.texts
    assert "Mair Llewellyn, by Thursday 31 December. You will hear here when it is done." in post.texts
    assert _of(post, "Ward 7 in November")
    sent = [call for call in answered.calls("chat.postMessage") if WILL in str(call)]
    assert [call["response"]["ok"] for call in sent] == [True]

    check_ins(answered, on=True)
    answered.clock(now="2026-12-07T10:00:00+00:00")
    screen = nurse.sees(f"We will: “{WILL}”, by Thursday 31 December.")
    assert f"You said: “{SAID}”" in screen.texts
    home = nurse.screen(place="home").texts
    assert "Your team was promised" in home
    assert f"By Thursday 31 December: “{WILL}”" in home
    check_ins(answered, on=False)

    here = leader.screen()
    leader.does("dismiss")
    leader.presses("Say what we will do", within=_last(here, "Ward 7 in November"))
    assert WILL in str(answered.calls("views.open")[-1]), "it can still be reworded"
    leader.does("dismiss")
    answered.clock(now="2027-01-04T09:01:00+00:00")
    later = leader.sees("Ward 7 in December", seconds=30)
    assert f"You promised: “{WILL}”, by Thursday 31 December. That date has passed." in later.texts
    leader.presses("Is it done?", within=_last(later, "Ward 7 in December"))
    leader.presses("Update")
    leader.fills("What became of it?", "Dropped")
    leader.submits()
    assert "One sentence about it helps your team more than silence." in leader.screen().texts
    leader.fills(
        "What will you do instead, why was it dropped, or what is in the way?",
        "There is no money for it <https://evil.example|here>",
    )
    leader.submits()
    assert "Saved." in leader.screen()["modal"]["text"]
    posted = nurse.sees("Dropped: There is no money for it", place=CHANNEL)
    assert len(_of(posted, WILL)) == 1, "the same post was changed"


def test_on_its_day_a_promise_is_asked_about_once_and_the_team_hears_when_it_is_kept(
    answered: RunningApp,
) -> None:
    leader, nurse = answered.leader, answered.nurse
    leader.presses("Share with the team")
    leader.submits()
    nurse.sees(WILL, place=CHANNEL)
    leader.does("dismiss")
    answered.clock(now="2026-12-31T08:30:00+00:00")
    assert "Is it done?" not in leader.screen().texts
    answered.clock(now="2026-12-31T09:30:00+00:00")
    due = leader.sees(f"You promised Ward 7 “{WILL}” by today, Thursday 31 December.")
    assert "I ask once. After that it stands in your digest and on Home." in due.texts
    leader.presses("Not yet", within=_last(due, "by today"))
    leader.fills("By when, then?", "Friday 29 January")
    leader.fills("What is in the way?", "Waiting for the new bank rota")
    leader.submits()
    assert "Saved." in leader.screen()["modal"]["text"]
    leader.does("dismiss")
    post = nurse.sees("In the way: Waiting for the new bank rota", place=CHANNEL)
    assert "by Friday 29 January" in post.texts
    # The next day has a question of its own, and the day that has passed has none any more.
    answered.clock(now="2027-01-29T09:30:00+00:00")
    question = leader.sees("by today, Friday 29 January")
    assert len(_of(question, "You promised Ward 7")) == 2
    leader.presses("Done", within=_last(question, "by today, Friday 29 January"))
    assert "Saved." in leader.screen()["modal"]["text"]
    leader.does("dismiss")
    news = nurse.sees(f"Done: “{WILL}”", place=CHANNEL)
    assert f"You said in November: “{SAID}”" in news.texts
    assert "Mair Llewellyn. Has it helped?" in news.texts
    assert len(_of(news, WILL)) == 2, "one old post, edited, and one new"
    # The old question is still there: pressed once more it changes nothing and tells nobody.
    leader.presses("Done", within=_last(question, "by today, Friday 29 January"))
    assert "This promise has ended already" in leader.screen().texts
    answered.clock(now="2027-02-01T09:30:00+00:00")
    assert len(_of(nurse.sees("Done:", place=CHANNEL), WILL)) == 2
    assert f"Done: “{WILL}”" in nurse.screen(place="home").texts
    assert len(_of(leader.screen(), "You promised Ward 7")) == 2


def test_half_a_promise_is_asked_for_where_it_is_missing_and_a_fourth_has_no_place(
    practice: RunningApp,
) -> None:
    check_ins(practice, on=False)
    practice.nurse.types("/appreciate @Dylan Hughes helping You found us a bed on a bad day")
    practice.clock(now="2026-12-01T09:01:00+00:00")
    screen = practice.leader.sees("Ward 7 in November", seconds=30)
    practice.leader.presses("Say what we will do", within=_last(screen, "Ward 7 in November"))
    practice.leader.fills("What I understood", SAID)
    practice.leader.submits()
    assert practice.leader.screen()["modal"]["errors"], "what we will do is missing"
    practice.leader.fills("We will", WILL)
    practice.leader.presses("Add another")
    practice.leader.presses("Add another")
    labels = [control["label"] for control in practice.leader.screen()["modal"]["controls"]]
    assert [label for label in labels if "We will" in label] == ["1. We will", "2. We will", "3. We will"]
    assert "Add another" not in labels
    practice.leader.submits()
    assert "Saved." in practice.leader.screen()["modal"]["text"]


def test_an_action_from_the_bank_is_promised_where_the_leader_writes_nothing(practice: RunningApp) -> None:
    check_ins(practice, on=False)
    practice.nurse.types("/appreciate @Dylan Hughes helping You found us a bed on a bad day")
    practice.clock(now="2026-12-01T09:01:00+00:00")
    leader = practice.leader
    seen = leader.sees("Ward 7 in November", seconds=30)
    leader.presses("Say what we will do", within=_last(seen, "Ward 7 in November"))
    form = leader.screen()["modal"]
    [offered] = [control for control in form["controls"] if control["label"] == "Or one of these:"]
    assert len(offered["options"]) == 3
    leader.fills("What I understood", SAID)
    leader.fills("Or one of these:", offered["options"][0])
    leader.submits()
    assert "Saved." in leader.screen()["modal"]["text"]
    leader.does("dismiss")
    leader.presses("Say what we will do", within=_last(seen, "Ward 7 in November"))
    first_line = str(offered["options"][0])[:60]
    opened = str(practice.calls("views.open")[-1])
    assert re.search(rf"initial_value\W+{re.escape(first_line)}", opened), "it can be reworded as their own"


def test_members_read_with_a_command_only_what_was_shared(answered: RunningApp) -> None:
    nurse, leader = answered.nurse, answered.leader
    nurse.types("/digest")
    assert "There is no digest for you to read yet." in nurse.screen().texts
    leader.types("/digest ward nov")
    assert "Helping: Thanks 6" in leader.screen().texts
    leader.types("/digest ward january")
    assert "Digests here begin with November 2026." in leader.screen().texts
    leader.types("/digest Ward 7 2026-12")
    assert "That month's digest comes out on Monday 4 January, 09:00." in leader.screen().texts
    leader.types("/digest acute medical")
    assert "I don't know a team “acute medical” whose digest you may read. You may read: Ward 7." in (
        leader.screen().texts
    )
    leader.presses("Share with the team")
    leader.fills("What shall they see?", "The digest only")
    leader.submits()
    nurse.sees("Ward 7 in November", place=CHANNEL)
    nurse.types("/digest")
    seen = nurse.sees("Helping: Thanks 6")
    assert WILL not in seen.texts
    assert "Send me the pictures" not in str(seen["messages"][-1])
    # A month later the team still reads only what it was told.
    answered.clock(now="2027-01-04T09:01:00+00:00")
    leader.sees(f"You promised: “{WILL}”", seconds=20)
    leader.presses("Share with the team", within=_last(leader.screen(), "Ward 7 in December"))
    leader.submits()
    shared = nurse.sees("Ward 7 in December", place=CHANNEL)
    nurse.presses("Figures as text", within=_last(shared, "Ward 7 in December"))
    assert "Ward 7 in December" in nurse.screen()["modal"]["text"]
    nurse.does("dismiss")
    nurse.types("/digest ward december")
    assert WILL not in nurse.screen(place=CHANNEL).texts + nurse.screen().texts
    leader.does("dismiss")
    leader.types("/digest ward december")
    assert f"You promised: “{WILL}”" in leader.screen().texts


def test_whoever_leads_above_reads_the_teams_below_and_is_sent_the_pictures_once(
    answered: RunningApp,
) -> None:
    director = answered.person(hospital.DIRECTOR.id)
    director.sees("Medicine in November", seconds=30)
    director.types("/digest Ward 7")
    screen = director.sees("Ward 7 in November")
    director.presses("Send me the pictures", within=_last(screen, "Ward 7 in November"))
    assert "It is on its way to you" in director.screen()["modal"]["text"]
    director.does("dismiss")
    director.waits(
        lambda seen: any(
            "Say what we will do" in str(message) and message["text"].startswith("Ward 7 in November")
            for message in seen["messages"]
        ),
        seconds=20,
    )
    director.presses("Send me the pictures", within=_last(screen, "Ward 7 in November"))
    assert "It was sent to you before" in director.screen()["modal"]["text"]
    director.does("dismiss")
    sent = director.screen()
    director.presses("Say what we will do", within=_last(sent, "Ward 7 in November"))
    assert "Only the leader of Ward 7 can do this." in director.screen()["modal"]["text"]


def test_what_is_shared_in_an_archived_channel_waits_until_it_is_open(
    answered: RunningApp,
) -> None:
    leader = answered.leader

    def archive(archived: bool) -> None:  # noqa: FBT001 - the sandbox's own field
        change = {"kind": "archive", "channel": CHANNEL, "archived": archived}
        answer = answered.http.post("/control/change", json=change)
        assert answer.status_code == 200, answer.text

    archive(True)
    leader.presses("Share with the team")
    leader.submits()
    leader.does("dismiss")
    leader.sees("The channel of Ward 7 was archived.", seconds=10)
    comes(lambda: answered.app.health()["held"].get("target") == {"is_archived": 1})
    assert {row.state for row in rows(answered)} == {DeliveryState.READY}
    answered.clock(now="2026-12-01T09:20:00+00:00")
    notices = [message for message in leader.screen()["messages"] if "was archived" in message["text"]]
    assert len(notices) == 1
    archive(False)
    answered.clock(now="2026-12-01T10:00:00+00:00")
    seen = answered.nurse.sees(WILL, place=CHANNEL)
    assert len([message for message in seen["messages"] if "Ward 7 in November" in message["text"]]) == 1
