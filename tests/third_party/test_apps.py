"""Apps after the shapes of public ones run unchanged against the sandbox: only the base URL is set."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.third_party.conftest import ADA, BEN, BOT, GENERAL, LANGUAGES

pytestmark = [pytest.mark.third_party, pytest.mark.timeout(120)]
each_language = pytest.mark.parametrize("language", LANGUAGES)
Run = Callable[..., Any]


@each_language
def test_the_starter_hears_messages_mentions_reactions_and_presses(run: Run, language: str) -> None:
    starter = run("starter", language)
    starter.does(ADA, "type", place=GENERAL, text="hello everybody")
    starter.reads(ADA, GENERAL, "Hey there @Ada Morgan!")
    starter.does(ADA, "press", label="Click Me")
    starter.reads(ADA, GENERAL, "@Ada Morgan clicked the button")

    screen = starter.does(BEN, "type", place=GENERAL, text="What is 19 + 23")
    thread = screen["messages"][-1]["ts"]
    assert starter.reads(BEN, GENERAL, "42")["thread_ts"] == thread

    starter.does(BEN, "type", place=GENERAL, text=f"<@{BOT}> good morning")
    starter.reads(BEN, GENERAL, "What's up, @Ben Okoro?")
    starter.does(ADA, "react", place=GENERAL, ts=thread, emoji="tea")
    starter.reads(ADA, GENERAL, "for @Ben Okoro")

    starter.does(BEN, "edit", place=GENERAL, ts=thread, text="What is one and one?")
    starter.reads(BEN, GENERAL, "It was: What is 19 + 23")
    starter.does(ADA, "type", place="dm", text="hello in private")
    starter.reads(ADA, "dm", "Hey there @Ada Morgan!")
    starter.does(ADA, "type", place=GENERAL, text="/echo <b> & so on")
    starter.reads(ADA, GENERAL, "<b> & so on")
    assert starter.refusals() == []


@each_language
def test_a_poll_is_asked_in_a_form_and_counted_in_its_message(run: Run, language: str) -> None:
    poll = run("poll", language)
    poll.does(ADA, "type", place=GENERAL, text="/poll")
    poll.until(lambda: poll.screen(ADA, GENERAL)["modal"], "the form")
    poll.does(ADA, "fill", label="Question", value="Tea or coffee?")
    poll.does(ADA, "fill", label="Answers, one a line", value="Tea")
    poll.does(ADA, "fill", label="Channel", value="#general")
    refused = poll.does(ADA, "submit")
    assert refused["modal"]["errors"] == {"Answers, one a line": "At least two answers are needed."}
    poll.does(ADA, "fill", label="Answers, one a line", value="Tea\nCoffee")
    assert poll.does(ADA, "submit")["modal"] is None

    message = poll.reads(BEN, GENERAL, "Tea or coffee?")
    poll.does(BEN, "press", label="Tea", within=message["ts"])
    poll.reads(ADA, GENERAL, "Tea: 1 @Ben Okoro")
    poll.does(ADA, "press", label="Tea", within=message["ts"])
    poll.does(BEN, "press", label="Coffee", within=message["ts"])
    counted = poll.reads(ADA, GENERAL, "Coffee: 1 @Ben Okoro")
    assert "Tea: 1 @Ada Morgan" in counted["text"]
    assert poll.refusals() == []


@each_language
def test_the_global_shortcut_opens_the_same_form(run: Run, language: str) -> None:
    poll = run("poll", language)
    poll.does(ADA, "shortcut", name="Start a poll")
    assert poll.until(lambda: poll.screen(ADA, GENERAL)["modal"], "the form")["title"] == "New poll"


@each_language
def test_a_home_tab_grows_by_a_form_and_shrinks_by_its_boxes(run: Run, language: str) -> None:
    todo = run("home", language)
    assert "To do" in todo.screen(ADA, "home")["messages"][0]["text"]
    todo.does(ADA, "press", label="Add a thing")
    todo.until(lambda: todo.screen(ADA, "home")["modal"], "the form")
    todo.does(ADA, "fill", label="What?", value="Water the plants")
    todo.does(ADA, "submit")

    def boxes() -> list[str]:
        controls = todo.screen(ADA, "home")["messages"][0]["controls"]
        return [
            name for control in controls if control["kind"] == "checkboxes" for name in control["options"]
        ]

    todo.until(lambda: boxes() == ["Water the plants"], "the new box")
    todo.does(ADA, "fill", label="Tick what is done", value=["Water the plants"])
    todo.until(lambda: not boxes(), "an empty list")
    assert todo.screen(BEN, "home")["messages"][0]["text"].count("Water") == 0
    assert todo.refusals() == []


def test_a_reminder_comes_when_its_time_has_come_and_not_when_it_was_taken_back(run: Run) -> None:
    reminder = run("reminder", "python")
    for text in ("3600 Tea", "7200 Cake"):
        reminder.does(ADA, "type", place=GENERAL, text=f"/remind-me {text}")
        reminder.reads(ADA, GENERAL, "I will remind you.")
    reminder.does(ADA, "type", place=GENERAL, text="/reminders")
    reminder.reads(ADA, GENERAL, "Reminder: Tea\nReminder: Cake")
    # The newest button is that of the cake.
    reminder.does(ADA, "press", label="Forget it")
    reminder.reads(ADA, GENERAL, "Forgotten.")
    reminder.http.post("/control/clock", json={"advance": 7300})
    reminder.reads(ADA, "dm", "Reminder: Tea")
    assert len(reminder.screen(ADA, "dm")["messages"]) == 1
    reminder.does(ADA, "type", place=GENERAL, text="/remind-me soon Tea")
    assert reminder.screen(ADA, GENERAL)["messages"]


def test_an_assistant_answers_in_its_thread_and_previews_links(run: Run) -> None:
    helper = run("assistant", "python")
    helper.does(ADA, "assistant", channel=GENERAL)
    thread = helper.reads(ADA, "dm", "How can I help you?")["thread_ts"]
    helper.does(ADA, "type", place="dm", text="Which tea is best?", thread_ts=thread)
    assert helper.reads(ADA, "dm", "Darjeeling.")["thread_ts"] == thread
    helper.does(BEN, "type", place=GENERAL, text="Look: https://tea.example/leaves")
    helper.reads(BEN, GENERAL, "A page about tea.example")
    assert helper.refusals() == []


@each_language
def test_an_app_is_installed_through_oauth_and_served_over_http(run: Run, language: str) -> None:
    installed = run("oauth_app", language, over_http=True, manifest="oauth")
    page = httpx.get(f"{installed.app_url}/slack/install", timeout=15)
    links = [page.headers.get("Location", ""), *re.findall(r'href="([^"]+)"', page.text)]
    link = next(address for address in links if "/oauth/v2/authorize" in address)
    allowed = httpx.get(link.replace("&amp;", "&"), timeout=15)
    assert allowed.status_code == 302, allowed.text
    # A browser takes loopback for secure and sends the app's Secure cookie back; httpx does not by itself.
    cookie = page.headers["Set-Cookie"].partition(";")[0]
    done = httpx.get(allowed.headers["Location"], headers={"Cookie": cookie}, timeout=15)
    assert done.status_code in {200, 302}, done.text
    installed.does(ADA, "type", place=GENERAL, text="/where")
    installed.reads(ADA, GENERAL, f"In Practice workspace, as {BOT}")
    installed.does(ADA, "type", place=GENERAL, text="anybody here?")
    installed.reads(ADA, GENERAL, "I am, @Ada Morgan")


def test_a_manifest_that_asks_for_nothing_in_vain_is_met_with_no_warning(run: Run) -> None:
    starter = run("starter", "python")
    assert "will never happen" not in "".join(starter.sandbox.lines)


def test_the_apps_know_nothing_of_the_sandbox() -> None:
    here = Path(__file__).parent
    sources = [*here.glob("python/*.py"), *here.glob("javascript/*.js")]
    assert len(sources) >= 10
    assert not [path for path in sources if re.search("sandbox|practice", path.read_text(), re.IGNORECASE)]
