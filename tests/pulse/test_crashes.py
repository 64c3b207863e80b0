"""Killed at any moment: no acknowledged answer is lost, none counts twice, and every close is finished."""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from slackapp.pulse import held_comments, rounds
from slackapp.pulse.alarms import alarms
from slackapp.pulse.ballots import SealedBallot, open_box, receipt_of
from slackapp.pulse.keys import KeyDirectory
from tests.pulse.hospital import Hospital
from tests.pulse.second_worlds import Copy, start_over

FEW, MANY = 4, 55
"""The many, as `make faults` asks for them, take minutes."""
FEW_LINES_APART = 17
CRASHER = Path(__file__).with_name("crasher.py")


class Crasher:
    """The process that carries out orders and dies of them."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(CRASHER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        )
        assert self.process.stdin
        assert self.process.stdout
        self.orders, self.answers = self.process.stdin, self.process.stdout

    def order(self, hospital: Hospital, do: str, **details: object) -> None:
        url = hospital.sessions.engine.url.render_as_string(hide_password=False)
        order = {"do": do, "url": url, "keys": str(hospital.keys.path), "poll": hospital.poll_id} | details
        self.orders.write(json.dumps(order) + "\n")
        self.orders.flush()

    def told(self) -> Iterator[list[str]]:
        """What is told until the fork has ended."""
        while (words := self.answers.readline().split()) != ["ended"]:
            assert words, "the crasher itself has ended"
            yield words

    def stop(self) -> None:
        self.orders.close()
        assert self.process.wait(30) == 0
        self.answers.close()


@pytest.fixture(scope="module")
def crasher() -> Iterator[Crasher]:
    """One for all: each order is carried out in a fork of its own."""
    running = Crasher()
    yield running
    running.stop()


def stored(hospital: Hospital) -> dict[str, list[int]]:
    """Each person's ballots, as whoever holds the key would read them."""
    secret = hospital.secret()
    ballots = hospital.ballots()
    whose = {
        receipt_of(secret, hospital.poll_id, hospital.person(name)): hospital.person(name)
        for name in hospital.people
    }
    found: dict[str, list[int]] = {}
    for receipt, box in ballots:
        answer = open_box(secret, hospital.poll_id, SealedBallot(receipt, box))
        found.setdefault(whose[receipt], []).append(answer.scores["helping"])
    return found


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kills", [FEW, pytest.param(MANY, marks=pytest.mark.long)])
def test_every_acknowledged_answer_survives_a_kill_and_none_is_there_twice(
    hospital: Hospital, crasher: Crasher, kills: int
) -> None:
    hospital.build({"Ward 7": 12})
    hospital.open()
    chance = random.Random(8)  # noqa: S311 - to be killed alike in each run
    staff = [hospital.person(f"Ward 7 {number}") for number in range(1, 13)]
    may_be: dict[str, set[int]] = {}
    cut_short = 0
    for number in range(kills):
        papers = [(chance.choice(staff), chance.randint(1, 5)) for _ in range(40)]
        now = hospital.opening + timedelta(hours=1)
        crasher.order(hospital, "submit", papers=papers, now=now.isoformat())
        pid, deadly, acknowledged = 0, chance.randint(1, 6), 0
        for word, *rest in crasher.told():
            if word == "pid":
                pid = int(rest[0])
            elif word == "tries":
                may_be.setdefault(rest[0], {0}).add(int(rest[1]))
                pending = True
                # Every other kill comes while an answer is on its way, the rest just after one was stored.
                if number % 2 and acknowledged == deadly - 1:
                    os.kill(pid, signal.SIGKILL)
            else:
                may_be[rest[0]], pending = {int(rest[1])}, False
                acknowledged += 1
                if acknowledged == deadly and not number % 2:
                    os.kill(pid, signal.SIGKILL)
        assert acknowledged >= deadly - number % 2
        cut_short += pending
        found = stored(hospital)
        assert all(len(ballots) == 1 for ballots in found.values())
        for person, allowed in may_be.items():
            assert (found.get(person) or [0])[0] in allowed
            may_be[person] = {(found.get(person) or [0])[0]}
    assert cut_short >= kills // 5, "hardly any kill came in the middle of an answer"


def test_an_answer_acknowledged_before_its_commit_would_be_lost(hospital: Hospital) -> None:
    """The control: the same look at the ballots notices one that was promised but never committed."""
    hospital.build({"Ward 7": 2})
    hospital.open()
    hospital.answer("Ward 7 1", 4)
    with hospital.sessions.read() as session:
        paper = rounds.Answers(hospital.poll_id, hospital.person("Ward 7 2"), {"helping": 5})
        rounds.submit(session, hospital.keys, paper, hospital.opening)
    assert hospital.person("Ward 7 2") not in stored(hospital)
    assert stored(hospital)[hospital.person("Ward 7 1")] == [4]


def figures(hospital: Hospital) -> dict[str, list[str]]:
    """Everything that a closed poll leaves, apart from random ids of comments."""
    asked = {
        "poll": "SELECT id, state FROM poll",
        "bundle": "SELECT * FROM bundle ORDER BY 1, 2",
        "score": "SELECT * FROM bundle_score ORDER BY 1, 2, 3",
        "turnout": "SELECT * FROM poll_unit ORDER BY 1, 2",
        "comment": "SELECT unit_id, month, words FROM comment ORDER BY 3",
        "notice": "SELECT kind FROM delivery",
        "ballot": "SELECT poll_id FROM ballot",
        "member": "SELECT * FROM poll_member",
    }
    with hospital.sessions.read() as session:
        found = {name: [str(row) for row in session.execute(text(query))] for name, query in asked.items()}
    waiting = [
        comment.words for comments in held_comments.held(hospital.keys).values() for comment in comments
    ]
    return found | {"waiting": sorted(waiting), "alarms": alarms(hospital.keys)}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("apart", [FEW_LINES_APART, pytest.param(1, marks=pytest.mark.long)])
def test_killed_at_any_line_of_the_close_the_next_start_finishes_it(
    hospital: Hospital, crasher: Crasher, copy: Copy, apart: int
) -> None:
    hospital.build({"Ward 7": 9, "Clinic": 3}, comments_on=True)
    hospital.open()
    for number in range(1, 10):
        hospital.answer(f"Ward 7 {number}", 1 + number % 5, f"comment {number}")
    whole = copy(hospital)
    crasher.order(whole, "close", deadly=None, now=hospital.close_at.isoformat())
    lines = next(int(rest[0]) for word, *rest in list(crasher.told()) if word == "survived")
    expected = figures(whole)
    assert expected["poll"] == [f"('{hospital.poll_id}', 'closed')"]
    assert expected["ballot"] == []
    half_done: set[tuple[str, bool]] = set()
    hospital.sessions.dispose()
    world = whole
    # Counted from the end, where the few lines lie that make the close final.
    for deadly in [*range(lines - 1, 1, -apart), 1]:
        start_over(world, hospital)
        crasher.order(world, "close", deadly=deadly, now=hospital.close_at.isoformat())
        assert "died" in [words[0] for words in crasher.told()]
        half_done.add((world.state(), world.poll_id in world.keys.poll_ids()))
        rounds.recover(world.sessions, world.keys, world.close_at)
        rounds.close_due(world.sessions, world.keys, world.close_at)
        assert figures(world) == expected, deadly
        assert world.keys.poll_ids() == [], deadly
    # The naive twin: a close that destroys the key before it has counted is noticed by the same look.
    start_over(world, hospital)
    crasher.order(world, "close_key_first")
    assert "died" in [words[0] for words in crasher.told()]
    rounds.recover(world.sessions, world.keys, world.close_at)
    rounds.close_due(world.sessions, world.keys, world.close_at)
    assert figures(world) != expected
    assert world.state() == "lost", "nobody waits for ever for a round that cannot be counted"
    # The premise: it was interrupted in each of the states that a close passes through.
    assert half_done >= {("open", True), ("closing", True), ("closed", True), ("closed", False)}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("apart", [FEW_LINES_APART, pytest.param(1, marks=pytest.mark.long)])
def test_killed_at_any_line_of_the_opening_the_next_start_opens_one_round_by_one_charter(
    hospital: Hospital, crasher: Crasher, copy: Copy, apart: int
) -> None:
    hospital.build({"Ward 7": 9, "Clinic": 3})
    details = {"now": hospital.opening.isoformat(), "workspace": hospital.workspace_id}
    world = copy(hospital)
    crasher.order(world, "open", deadly=None, **details)
    lines = next(int(rest[0]) for word, *rest in list(crasher.told()) if word == "survived")
    half_done = set()
    hospital.sessions.dispose()
    for deadly in [*range(lines - 1, 1, -apart), 1]:
        start_over(world, hospital)
        world.keys = KeyDirectory(world.keys.path)
        crasher.order(world, "open", deadly=deadly, **details)
        assert "died" in [words[0] for words in crasher.told()]
        charters = world.keys.readable_charters()
        half_done.add((bool(world.keys.poll_ids()), bool(charters)))
        # Somebody changes the rules while the app is down: a charter that is there holds.
        with world.sessions.begin() as session:
            session.execute(text("UPDATE poll SET k = 7"))
        rounds.recover(world.sessions, world.keys, world.opening)
        opened = rounds.open_due(world.sessions, world.keys, world.workspace_id, world.opening)
        (poll_id,) = world.keys.poll_ids()
        world.poll_id = poll_id
        assert opened in (None, poll_id), deadly
        assert world.state() == "open", deadly
        charter = world.keys.charter(poll_id)
        assert charter is not None
        assert not charters or charters == [charter], deadly
        with world.sessions.read() as session:
            members = session.execute(text("SELECT count(*) FROM poll_member")).scalar()
            assert (members, session.execute(text("SELECT k FROM poll")).scalar()) == (14, charter.k)
    assert half_done == {(False, False), (True, False), (True, True)}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("apart", [FEW_LINES_APART, pytest.param(1, marks=pytest.mark.long)])
def test_killed_at_any_line_of_the_release_every_comment_comes_out_once(
    hospital: Hospital, crasher: Crasher, copy: Copy, apart: int
) -> None:
    hospital.build({"Ward 7": 9}, comments_on=True)
    hospital.open()
    for number in range(1, 10):
        hospital.answer(f"Ward 7 {number}", 4, f"comment {number}")
    later = hospital.count() + timedelta(days=40)
    world = copy(hospital)
    crasher.order(world, "release", deadly=None, now=later.isoformat())
    lines = next(int(rest[0]) for word, *rest in list(crasher.told()) if word == "survived")
    expected = figures(world)
    assert len(expected["comment"]) == 9
    half_done = set()
    hospital.sessions.dispose()
    for deadly in [*range(lines - 1, 1, -apart), 1]:
        start_over(world, hospital)
        crasher.order(world, "release", deadly=deadly, now=later.isoformat())
        assert "died" in [words[0] for words in crasher.told()]
        half_done.add((len(world.comments()), len(list(world.keys.path.glob("*.said")))))
        held_comments.release(world.sessions, world.keys, later)
        assert figures(world) == expected, deadly
        assert list(world.keys.path.glob("*.said")) == []
    assert half_done >= {(0, 1), (1, 1)}
