"""The tour: steps as values, each checked by what passes between the app and the sandbox."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from slackapp.core.i18n import voice
from slackapp.sandbox.core.journal import KEPT_ENTRIES
from slackapp.sandbox.page import tour
from slackapp.sandbox.page.tour import Step, leads_to, reads, submits
from tests.sandbox.conftest import Ward
from tests.sandbox.ward import ADA, BEN, GENERAL

CUP = {"type": "button", "action_id": "cup", "text": {"type": "plain_text", "text": "A cup"}}
FORM = {
    "type": "modal",
    "callback_id": "tea",
    "title": {"type": "plain_text", "text": "Tea"},
    "submit": {"type": "plain_text", "text": "Brew"},
    "blocks": [
        {
            "type": "input",
            "block_id": "note",
            "label": {"type": "plain_text", "text": "A note"},
            "element": {"type": "plain_text_input", "action_id": "a"},
        }
    ],
}


def steps() -> tuple[Step, ...]:
    common = {"place": GENERAL, "words": "Do it."}
    return (
        Step(key="ask", person=ADA, title="Ask for tea.", done=submits(ADA, "tea"), **common),
        Step(key="serve", person=ADA, title="Serve it.", done=leads_to(ADA, "cup"), **common),
        Step(key="read", person=BEN, title="Read.", done=reads(BEN, "cup"), **common),
    )


@pytest.fixture
def led(open_ward: Callable[..., Ward], tmp_path: Path) -> Ward:
    """A ward with the tour, and an app that takes the form when the note is long enough."""
    ward = open_ward(state=tmp_path / "kept.json")
    ward.sandbox.guide(steps())
    app = ward.bolt()

    @app.command("/kettle")
    def kettle(ack: Any, body: Any, client: Any) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=FORM)
        ack()

    @app.view("tea")
    def tea(ack: Any, view: Any, client: Any) -> None:
        note = view["state"]["values"]["note"]["a"]["value"]
        if len(note) < 5:
            ack(response_action="errors", errors={"note": "A little more."})
            return
        client.chat_postMessage(channel=BEN, text="Tea", blocks=[{"type": "actions", "elements": [CUP]}])
        ack()

    ward.connect(app)
    return ward


def done(ward: Ward) -> list[bool]:
    answer = ward.http.get("/control/tour").json()
    return [step["done"] for step in answer["steps"]]


def test_a_step_is_done_once_the_app_has_taken_what_the_person_sent(led: Ward) -> None:
    ada, ben = led.person(ADA), led.person(BEN)
    assert done(led) == [False, False, False]
    ada.types("/kettle")
    ada.fills("A note", "hm")
    ada.submits()
    assert done(led) == [False, False, False], "an objection is not a yes"
    ada.fills("A note", "strong, please")
    ben.sees(GENERAL)
    ada.submits()
    assert done(led) == [True, True, False]
    ben.sees("dm")
    assert done(led) == [True, True, True]


def test_a_step_done_while_nobody_looks_is_not_forgotten_behind_much_else(led: Ward) -> None:
    ada = led.person(ADA)
    ada.types("/kettle")
    ada.fills("A note", "strong, please")
    ada.submits()
    for _ in range(KEPT_ENTRIES + 1):
        led.sandbox.run(lambda: led.sandbox.slack.journal.call("auth.test", {}, "form", {"ok": True}))
    names = {call.name for call in led.sandbox.slack.journal.recent}
    assert names == {"auth.test"}, "the premise: all that is behind it"
    assert done(led)[:2] == [True, True]


def test_beginning_again_counts_from_there_and_leaves_the_inspector_alone(led: Ward) -> None:
    ada = led.person(ADA)
    ada.types("/kettle")
    ada.fills("A note", "strong, please")
    ada.submits()
    assert done(led)[:2] == [True, True]
    led.http.post(f"/page/{ADA}/tour", json={"do": "again"})
    assert done(led)[:2] == [False, False]
    assert "views.open" in led.http.get(f"/page/{ADA}/scene").json()["fragments"]["inspector"]


def test_what_another_person_does_is_not_counted(led: Ward) -> None:
    ben = led.person(BEN)
    ben.types("/kettle")
    ben.fills("A note", "strong, please")
    ben.submits()
    assert led.calls("chat.postMessage"), "the premise: the app did post"
    assert done(led)[:2] == [False, False]


def test_the_page_opens_as_the_first_steps_person_and_place(led: Ward) -> None:
    page = led.http.get("/").text
    assert f'data-user="{ADA}" data-place="{GENERAL}"' in page
    assert "Ask for tea." in page
    assert "Step 1 of 3" in page


def test_a_step_can_be_passed_over_and_the_tour_put_away_and_begun_again(led: Ward) -> None:
    tell = lambda what: led.http.post(f"/page/{ADA}/tour", json={"do": what}).status_code  # noqa: E731
    assert tell("skip") == 200
    assert "Step 2 of 3" in led.http.get("/").text
    assert tell("hide") == 200
    page = led.http.get("/").text
    assert "Step 2 of 3" not in page
    assert "Show the tour" in page
    assert tell("show") == 200
    assert tell("again") == 200
    assert "Step 1 of 3" in led.http.get("/").text
    assert tell("fly") == 400


def test_how_far_one_has_come_survives_a_restart(
    led: Ward, open_ward: Callable[..., Ward], tmp_path: Path
) -> None:
    led.http.post(f"/page/{ADA}/tour", json={"do": "skip"})
    led.sandbox.stop()
    later = open_ward(state=tmp_path / "kept.json")
    later.sandbox.guide(steps())
    assert done(later) == [True, False, False]


def test_while_the_app_is_being_set_up_people_are_asked_to_wait(ward: Ward) -> None:
    ward.sandbox.preparing = True
    for address in ("/", "/person", f"/person/{ADA}/screen", "/control/clock"):
        answer = ward.http.get(address)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2"), address
    assert ward.call("auth.test")["ok"] is True, "the app is served meanwhile"
    ward.sandbox.preparing = False
    assert ward.http.get("/person").status_code == 200


def test_a_route_added_to_a_running_sandbox_answers(ward: Ward) -> None:
    assert ward.http.get("/healthz").status_code == 404
    ward.sandbox.extra["/healthz"] = lambda: {"ok": True}
    assert ward.http.get("/healthz").json() == {"ok": True}


def test_the_page_speaks_welsh_to_whoever_asks_and_remembers_it(led: Ward) -> None:
    assert "Step 1 of 3" in led.http.get("/").text
    assert "Cam 1 o 3" in led.http.get("/", params={"language": "cy"}).text
    scene = led.http.get(f"/page/{ADA}/scene", params={"place": GENERAL}).json()
    assert "Cam 1 o 3" in scene["fragments"]["tour"]
    assert '<html lang="en">' in led.http.get("/", params={"language": "xx"}).text


class Rounds:
    """An app whose check-in opens in an hour."""

    def __init__(self, now: datetime) -> None:
        self.at = now + timedelta(hours=1)

    def next_due(self, after: datetime) -> tuple[datetime, str] | None:
        return (self.at, "check-in opens") if after < self.at else None

    def run_due(self, now: datetime) -> None:
        """Nothing to do."""


def test_what_is_due_where_one_can_jump_and_what_was_done_are_said_in_welsh_too(led: Ward) -> None:
    now = led.sandbox.clock.now()
    led.sandbox.follower = Rounds(now)
    led.sandbox.jumps = lambda: [("end of the month", now + timedelta(days=9))]
    in_welsh: dict[str, Any] = {"params": {"language": "cy"}}
    moves = led.http.get(f"/page/{ADA}/moves", **in_welsh).json()["html"]
    assert "holiadur yn agor" in moves
    assert "Diwedd y mis" in moves
    clock = led.http.get(f"/page/{ADA}/scene", **in_welsh).json()["fragments"]["clock"]
    assert "nesaf: holiadur yn agor" in clock
    done = led.http.post(f"/page/{ADA}/move", json={"advance": 7200}, **in_welsh).json()["done"]
    assert [step["label"] for step in done] == ["holiadur yn agor"]
    refused = led.http.post(f"/page/{ADA}/move", json={"now": "soon"})
    assert (refused.status_code, refused.json()["ok"]) == (400, False)
    inspector = led.http.get(f"/page/{ADA}/scene", **in_welsh).json()["fragments"]["inspector"]
    assert "Beth anfonodd yr ap" in inspector


def test_every_sentence_of_the_page_has_its_welsh() -> None:
    folder = Path(tour.__file__).parent
    spoken = re.compile(r"""(?:\bsay|\bmarked)\(\s*(["'])((?:(?!\1).)+)\1""")
    sentences = {
        match[2]
        for file in folder.rglob("*")
        if file.suffix in {".py", ".html"}
        for match in spoken.finditer(file.read_text())
    }
    assert len(sentences) > 80, "the premise: they were found"
    catalogue = voice("cy")
    assert sorted(sentence for sentence in sentences if catalogue(sentence) == sentence) == []
