"""The practice hospital for a newcomer: the tour's five steps, by keyboard alone and on a phone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from slackapp import manifest_path, migrations
from slackapp.core.db import connect
from slackapp.core.i18n import voice
from slackapp.demo import history, hospital, tour
from slackapp.sandbox.server import Sandbox
from tests.support.composed import beside

pytestmark = pytest.mark.browser

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
MONTHS_ENDS = (datetime(2026, 12, 1, 9, 5, tzinfo=UTC), datetime(2027, 1, 4, 9, 5, tzinfo=UTC))
QUESTIONS = 5


@dataclass(frozen=True, slots=True)
class Guided:
    """The hospital, and a window on it."""

    sandbox: Sandbox
    page: Page

    def done(self) -> list[bool]:
        """Which steps of the tour are done."""
        steps = httpx.get(f"{self.sandbox.url}/control/tour").json()["steps"]
        return [step["done"] for step in steps]


@pytest.fixture
def composed(tmp_path: Path) -> Iterator[Sandbox]:
    """The app and the sandbox as the demo has them, on the second day of a check-in, without the history."""
    database = f"sqlite:///{tmp_path / 'appreciate.db'}"
    with Sandbox(manifest=manifest_path(), now=MONDAY) as sandbox:
        migrations.upgrade(sessions := connect(database))
        sessions.dispose()
        app = beside(sandbox, hospital.workspace(), database_url=database, key_directory=tmp_path / "keys")
        sandbox.follower = app
        sandbox.jumps = lambda: [
            ("end of the month", end) for end in MONTHS_ENDS if end > sandbox.clock.now()
        ][:1]
        sandbox.guide(tour.STEPS)
        history.set_up(app, since=MONDAY)
        sandbox.move_to(TUESDAY)
        app.start()
        yield sandbox
        app.stop()


def window(chromium: Browser, sandbox: Sandbox, **context: Any) -> Iterator[Guided]:
    """A window on the hospital; no errors on the console, no requests to other machines."""
    opened = chromium.new_context(reduced_motion="reduce", **context)
    page = opened.new_page()
    page.set_default_timeout(15_000)
    noise: list[str] = []
    page.on(
        "console",
        lambda message: noise.append(message.text) if message.type in {"error", "warning"} else None,
    )
    page.on("pageerror", lambda problem: noise.append(str(problem)))
    page.on(
        "request", lambda request: None if request.url.startswith(sandbox.url) else noise.append(request.url)
    )
    page.goto(sandbox.url)
    page.wait_for_selector("body[data-ready]")
    yield Guided(sandbox, page)
    opened.close()
    assert noise == []


def reach(page: Page, target: Locator, key: str = "Tab") -> Locator:
    """Reach a control with Tab alone, or with Shift+Tab where that is nearer."""
    expect(target).to_be_visible()
    for _ in range(150):
        if target.evaluate("one => one === document.activeElement"):
            return target
        page.keyboard.press(key)
    raise AssertionError(f"{key} never comes there.")


def card(page: Page) -> Locator:
    """The tour's card."""
    return page.locator("section.tour")


def picture(page: Page, name: str) -> None:
    folder = Path(__file__).parents[2] / "artefacts" / "page"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png", animations="disabled")


def thanks(page: Page) -> None:
    """Step 1: a nurse thanks a colleague."""
    reach(page, card(page).get_by_role("button", name="Show me"))
    page.keyboard.press("Enter")
    box = page.get_by_role("textbox", name="Write a message")
    expect(box).to_have_value(tour.STEPS[0].typed)
    expect(box).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("in private:")


def answers(page: Page) -> None:
    """Step 2: the colleague reads it and answers the check-in."""
    reach(page, card(page).get_by_role("button", name="Show me"), "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("You stayed after the shift to find us a bed.")
    expect(page.get_by_role("button", name="Answer").last).to_be_focused()
    page.keyboard.press("Enter")
    form = page.get_by_role("dialog")
    questions = form.get_by_role("radiogroup")
    expect(questions).to_have_count(QUESTIONS)
    for number in range(QUESTIONS):
        reach(page, questions.nth(number).get_by_role("radio").first)
        page.keyboard.press("ArrowDown")
    reach(page, form.get_by_role("button", name="Store my answer"))
    page.keyboard.press("Enter")
    expect(form).to_contain_text("Your answer is stored.")
    page.keyboard.press("Escape")


def reads(page: Page) -> None:
    """Step 3: the leader lets the month end and reads the digest."""
    reach(page, card(page).get_by_role("button", name="Show me"), "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="You are: Mair Llewellyn")).to_be_visible()
    page.wait_for_selector("body[data-ready]")
    reach(page, page.get_by_role("button", name="Move time"))
    page.keyboard.press("Enter")
    reach(page, page.get_by_role("button", name="End of the month"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Move time")).to_contain_text(
        "digest for November", timeout=30_000
    )
    page.keyboard.press("Escape")
    expect(page.get_by_role("log")).to_contain_text("Ward 7 in November", timeout=20_000)


def promises(page: Page) -> None:
    """Step 4: the leader says what will be done."""
    reach(page, card(page).get_by_role("button", name="Show me"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Say what we will do").last).to_be_focused()
    page.keyboard.press("Enter")
    form = page.get_by_role("dialog")
    reach(page, form.get_by_role("textbox").first)
    page.keyboard.type("Handover runs late")
    reach(page, form.get_by_role("textbox").nth(1))
    page.keyboard.type("Start handover at a quarter to")
    reach(page, form.get_by_role("button", name="Promise this"))
    page.keyboard.press("Enter")
    expect(form).to_contain_text("Saved.")
    picture(page, "tour-promise-1280-light")
    page.keyboard.press("Escape")


def sees(page: Page) -> None:
    """Step 5: another month passes, and the leader is asked whether it is done."""
    reach(page, page.get_by_role("button", name="Move time"))
    page.keyboard.press("Enter")
    reach(page, page.get_by_role("button", name="End of the month"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Move time")).to_contain_text("a promise is due", timeout=120_000)
    page.keyboard.press("Escape")
    expect(page.get_by_role("log")).to_contain_text("by today, Thursday 31 December", timeout=20_000)


@pytest.mark.timeout(400)
def test_the_tour_can_be_walked_with_the_keyboard_alone(chromium: Browser, composed: Sandbox) -> None:
    for guided in window(chromium, composed, viewport={"width": 1280, "height": 800}):
        page = guided.page
        expect(page.get_by_role("button", name="You are: Carys Bevan")).to_be_visible()
        assert guided.done() == [False] * 5
        for number, step in enumerate((thanks, answers, reads, promises, sees), start=1):
            expect(card(page)).to_contain_text(f"Step {number} of 5")
            picture(page, f"tour-{number}-1280-light")
            step(page)
        expect(card(page)).to_contain_text("That was the tour")
        assert guided.done() == [True] * 5


def test_on_a_phone_the_tour_leads_through_the_menu(chromium: Browser, composed: Sandbox) -> None:
    phone = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    for guided in window(chromium, composed, color_scheme="dark", **phone):
        page = guided.page
        page.get_by_role("button", name="What to do").tap()
        card(page).get_by_role("button", name="Show me").tap()
        box = page.get_by_role("textbox", name="Write a message")
        expect(box).to_have_value(tour.STEPS[0].typed)
        picture(page, "tour-1-360-dark")
        page.get_by_role("button", name="Send", exact=True).tap()
        expect(page.locator(".tour-bar")).to_contain_text("Step 2 of 5")
        assert page.evaluate("document.documentElement.scrollWidth") == 360

        page.get_by_role("button", name="What to do").tap()
        card(page).get_by_role("button", name="Show me").tap()
        expect(page.get_by_role("button", name="You are: Dylan Hughes")).to_be_visible()
        page.wait_for_selector("body[data-ready]")
        page.get_by_role("button", name="Answer").last.tap()
        form = page.get_by_role("dialog")
        picture(page, "tour-pulse-360-dark")
        for number in range(QUESTIONS):
            form.get_by_role("radiogroup").nth(number).get_by_role("radio").nth(3).tap()
        form.get_by_role("button", name="Store my answer").tap()
        expect(form).to_contain_text("Your answer is stored.")
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        form.get_by_role("button", name="Close").last.tap()

        page.get_by_role("button", name="What to do").tap()
        card(page).get_by_role("button", name="Show me").tap()
        expect(page.get_by_role("button", name="You are: Mair Llewellyn")).to_be_visible()
        page.wait_for_selector("body[data-ready]")
        page.get_by_role("button", name="Menu").tap()
        page.get_by_role("button", name="Move time").tap()
        page.get_by_role("button", name="End of the month").tap()
        moves = page.get_by_role("dialog", name="Move time")
        expect(moves).to_contain_text("digest for November", timeout=30_000)
        moves.get_by_role("button", name="Close").tap()
        page.locator("#side-panel").get_by_role("button", name="Close").tap()
        expect(page.get_by_role("log")).to_contain_text("Ward 7 in November", timeout=20_000)
        picture(page, "digest-360-dark")
        assert page.evaluate("document.documentElement.scrollWidth") == 360

        page.get_by_role("button", name="What to do").tap()
        card(page).get_by_role("button", name="Show me").tap()
        page.get_by_role("button", name="Say what we will do").last.tap()
        form.get_by_role("textbox").first.fill("Handover runs late")
        form.get_by_role("textbox").nth(1).fill("Start handover at a quarter to")
        picture(page, "tour-promise-360-dark")
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        form.get_by_role("button", name="Promise this").tap()
        expect(form).to_contain_text("Saved.")
        form.get_by_role("button", name="Close").last.tap()
        expect(page.locator(".tour-bar")).to_contain_text("Step 5 of 5")
        assert guided.done() == [True] * 4 + [False]


def test_every_step_is_told_in_welsh_too() -> None:
    welsh = voice("cy")
    for step in tour.STEPS:
        assert welsh(step.title) != step.title
        assert welsh(step.words) != step.words
