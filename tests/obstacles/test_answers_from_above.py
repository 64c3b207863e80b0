"""An obstacle goes up and comes back answered, told through what people type, press and read."""

import pytest
from sqlalchemy import select, update

from slackapp.demo import hospital
from slackapp.models import Member, Obstacle, Promise, Team
from tests.support.human import Human, Screen
from tests.support.running_app import RunningApp

CHANNEL = hospital.WARD_7.channel_id
HELEN, STEPHEN = hospital.DIRECTOR.id, hospital.ACUTE.leader.id
WAY = "There is *no* porter after five <!channel>, so two of us leave the ward"
HELP = "One porter until nine & a bleep number"


@pytest.fixture(autouse=True)
def _without_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER_PATH", "/nowhere/chromium")


def sends_up(leader: Human, way: str = WAY, within: str = "In two weeks") -> None:
    leader.presses("Send it up", within="home")
    leader.fills("What is in our way?", way)
    leader.fills("What would help?", HELP)
    leader.fills("By when do we need an answer?", within)
    leader.submits()
    assert "It is on its way to" in leader.screen()["modal"]["text"]
    leader.does("dismiss")


def opens_answer(person: Human, message: str) -> None:
    screen = person.sees(message)
    sent = [line for line in screen["messages"] if message in line["text"]][-1]
    person.presses("Answer", within=str(sent["ts"]))


def answers(person: Human, answer: str, words: str, due: str = "") -> None:
    person.fills("What is your answer?", answer)
    person.fills("In your words", words)
    if due:
        person.fills("By when, if yes?", due)
    person.submits()


def posts(place: RunningApp, text: str) -> list[str]:
    screen: Screen = place.nurse.screen(CHANNEL)
    return [message["text"] for message in screen["messages"] if text in message["text"]]


def test_yes_becomes_the_directors_promise_and_the_team_hears_when_it_is_done(place: RunningApp) -> None:
    leader, director, nurse = place.leader, place.person(HELEN), place.nurse
    leader.sees("this month", place="home")
    sends_up(leader)
    sent = director.sees("Ward 7 sends you an obstacle.").texts
    assert WAY in sent
    assert HELP in sent
    assert "An answer is needed by Monday 16 November." in sent
    home = director.sees("Waiting for you", place="home").texts
    assert home.index("Waiting for you") < home.index("this month")
    nurse.sees("Sent up by your team", place="home")
    opens_answer(director, "Ward 7 sends you an obstacle.")
    answers(director, "Yes, by a day that I name", "One porter stays until nine")
    assert "Please choose the day by which it is done" in str(director.screen()["modal"]["errors"])
    director.fills("By when, if yes?", "2026-11-30")
    director.submits()
    assert "It is your promise now: on Monday 30 November you are asked" in director.screen()["modal"]["text"]
    director.does("dismiss")
    post = nurse.sees("You sent this up, and here is the answer", place=CHANNEL).texts
    assert f"In our way: “{WAY}”" in post
    assert "Yes, by Monday 30 November: “One porter stays until nine”" in post
    assert "Helen Prosser, for Medicine. You will hear here when it is done." in post
    leader.sees("About what Ward 7 sent up:")
    director.waits(lambda seen: "Answer" not in str(seen["messages"][-1]["controls"]))
    assert "One porter stays until nine" in nurse.sees("Sent up by your team", place="home").texts
    with place.app.sessions.read() as session:
        promise = session.scalars(select(Promise)).one()
        assert session.get_one(Team, promise.team_id).name == "Medicine"
    director.sees("One porter stays until nine", place="home")
    director.presses("Update", within="home")
    director.fills("What became of it?", "Done")
    director.submits()
    nurse.sees("What became of what you sent up", place=CHANNEL)
    assert len(posts(place, "Done.")) == 1


def test_no_with_a_reason_reaches_the_team_and_the_same_press_twice_is_one_answer(place: RunningApp) -> None:
    leader, director = place.leader, place.person(HELEN)
    leader.sees("this month", place="home")
    sends_up(leader)
    opens_answer(director, "Ward 7 sends you an obstacle.")
    answers(director, "No, because ...", "There is no money for it this year")
    assert "Ward 7 reads your answer." in director.screen()["modal"]["text"]
    director.does("dismiss")
    place.nurse.sees("No, because: “There is no money for it this year”", place=CHANNEL)
    assert len(posts(place, "No, because")) == 1
    # The next check-in begins with it.
    place.clock(now="2026-11-09T10:00:00+00:00")
    screen = place.nurse.waits(
        lambda screen: (
            sum("How were your last few shifts?" in line["text"] for line in screen["messages"]) > 1
        )
    )
    newest = [line["text"] for line in screen["messages"] if "How were your" in line["text"]][-1]
    assert (
        newest.index("How were your")
        < newest.index("No, because: “There is no money")
        < newest.index("Open until")
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_leads_another_ward_reads_and_answers_nothing_of_it(place: RunningApp) -> None:
    leader, director, other = place.leader, place.person(HELEN), place.person(STEPHEN)
    leader.sees("this month", place="home")
    sends_up(leader)
    director.sees("Ward 7 sends you an obstacle.")
    assert WAY not in other.screen("home").texts + other.screen().texts
    with place.app.sessions.read() as session:
        assert session.scalars(select(Obstacle)).one().in_our_way == WAY


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_director_who_leads_no_more_cannot_send_the_form_that_is_still_open(place: RunningApp) -> None:
    leader, director = place.leader, place.person(HELEN)
    leader.sees("this month", place="home")
    sends_up(leader)
    opens_answer(director, "Ward 7 sends you an obstacle.")
    with place.app.sessions.begin() as session:
        stephen = session.scalars(select(Member).where(Member.slack_user_id == STEPHEN)).one()
        session.execute(update(Team).where(Team.name == "Medicine").values(leader_id=stephen.id))
    answers(director, "No, because ...", "I say so")
    assert "Only whoever leads Medicine can answer this." in str(director.screen()["modal"]["errors"])
    # It goes to whoever leads now.
    place.person(STEPHEN).sees("Ward 7 sends you an obstacle.")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_the_team_changed_meanwhile_is_read_again_before_it_is_answered(place: RunningApp) -> None:
    leader, director = place.leader, place.person(HELEN)
    leader.sees("this month", place="home")
    sends_up(leader)
    opens_answer(director, "Ward 7 sends you an obstacle.")
    leader.presses("Send it up", within="home")
    leader.presses("What we sent up", within="modal")
    leader.presses("Change it", within="modal")
    leader.fills("What is in our way?", "No porter after six")
    leader.submits()
    leader.does("dismiss")
    answers(director, "No, because ...", "There is no money")
    modal = director.screen()["modal"]
    assert "The team has changed this since you opened it." in modal["text"]
    assert "No porter after six" in modal["text"]
    director.submits()
    place.nurse.sees("No, because: “There is no money”", place=CHANNEL)
    leader.presses("Send it up", within="home")
    leader.presses("What we sent up", within="modal")
    assert "Take it back" not in str(leader.screen()["modal"]["controls"])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_was_taken_back_waits_for_nobody(place: RunningApp) -> None:
    leader, director = place.leader, place.person(HELEN)
    leader.sees("this month", place="home")
    sends_up(leader)
    opens_answer(director, "Ward 7 sends you an obstacle.")
    leader.presses("Send it up", within="home")
    leader.presses("What we sent up", within="modal")
    leader.presses("Take it back", within="modal")
    director.sees("Ward 7 sent you an obstacle and has taken it back.")
    answers(director, "No, because ...", "There is no money")
    assert "The team has taken this back." in str(director.screen()["modal"]["errors"])
    director.does("dismiss")
    assert WAY not in director.screen().texts + director.screen("home").texts


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_an_answer_it_is_passed_up_after_a_warning_and_stays_at_the_top(place: RunningApp) -> None:
    leader, director, nurse = place.leader, place.person(HELEN), place.nurse
    leader.sees("this month", place="home")
    sends_up(leader)
    with place.app.sessions.begin() as session:
        medicine = session.scalars(select(Team).where(Team.name == "Medicine")).one()
        idris = session.scalars(select(Member).where(Member.slack_user_id == hospital.OPERATIONS.id)).one()
        top = Team(workspace_id=medicine.workspace_id, name="Hospital", leader_id=idris.id)
        session.add(top)
        session.flush()
        medicine.parent_id = top.id
    place.clock(now="2026-11-20T09:00:00+00:00")
    director.sees("Ward 7 still waits for your answer. On Monday 23 November it is passed up by itself")
    place.clock(now="2026-11-23T09:00:00+00:00")
    boss = place.person(hospital.OPERATIONS.id)
    boss.sees("Ward 7 sends you an obstacle.")
    assert "Passed up by itself: Medicine did not answer in 21 days." in boss.screen().texts
    nurse.sees("It is with Hospital.", place=CHANNEL)
    place.clock(now="2026-12-15T09:00:00+00:00")
    nurse.sees("Not answered since Monday 2 November. It is with Hospital.", place="home")
    opens_answer(boss, "Ward 7 sends you an obstacle.")
    assert "I pass it up to" not in str(boss.screen()["modal"]["controls"])
