"""Answering a check-in takes a handful of presses and under a minute, by keys alone and on a phone."""

import time
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from slackapp.demo import hospital
from slackapp.sandbox.server import Sandbox
from tests.page import test_hospital

pytestmark = pytest.mark.browser

composed = test_hospital.composed
QUESTIONS = test_hospital.QUESTIONS
WORDS_A_MINUTE = 238
"""How fast adults read to themselves (Brysbaert 2019)."""
TAP, KEY, DECIDE = 1.1, 0.28, 1.35
"""Seconds to point and press, to press a key, and to make up one's mind (Card, Moran and Newell 1980)."""


def read_aloud(form: Locator) -> int:
    """The words in the form, each question's own answers counted once, as people read them."""
    whole = len(form.inner_text().split())
    options = len(form.get_by_role("radiogroup").first.inner_text().split())
    return whole - (QUESTIONS - 1) * options


def come(page: Page, sandbox: Sandbox, user: str) -> Locator:
    """Open the check-in's message; returns its [Answer] button."""
    page.goto(f"{sandbox.url}/?as={user}&place=dm")
    page.wait_for_selector("body[data-ready]")
    button = page.get_by_role("button", name="Answer").last
    expect(button).to_be_visible()
    return button


def by_keys(page: Page, sandbox: Sandbox) -> tuple[float, int]:
    """Seconds, as a person would need them, and how many keys were pressed."""
    page.add_init_script("window.pressed = 0; addEventListener('keydown', () => window.pressed++, true)")
    come(page, sandbox, hospital.WARD_7.staff[3].id).focus()
    page.keyboard.press("Enter")
    form = page.get_by_role("dialog")
    questions = form.get_by_role("radiogroup")
    expect(questions).to_have_count(QUESTIONS)
    words = read_aloud(form)
    for number in range(QUESTIONS):
        test_hospital.reach(page, questions.nth(number).get_by_role("radio").first)
        page.keyboard.press("ArrowDown")
    test_hospital.reach(page, form.get_by_role("button", name="Store my answer"))
    page.keyboard.press("Enter")
    expect(form).to_contain_text("Your answer is stored.")
    pressed = int(page.evaluate("window.pressed"))
    return 60 * words / WORDS_A_MINUTE + KEY * pressed + DECIDE * QUESTIONS, pressed


def on_a_phone(page: Page, sandbox: Sandbox) -> tuple[float, int]:
    """Seconds and taps needed on a phone; nothing may need horizontal scrolling."""
    taps = 0

    def tap(what: Locator) -> None:
        nonlocal taps
        what.tap()
        taps += 1

    tap(come(page, sandbox, hospital.WARD_7.staff[4].id))
    form = page.get_by_role("dialog")
    expect(form.get_by_role("radiogroup")).to_have_count(QUESTIONS)
    words = read_aloud(form)
    for number in range(QUESTIONS):
        choice = form.get_by_role("radiogroup").nth(number).get_by_role("radio").nth(3)
        box = choice.locator("xpath=ancestor-or-self::label").last.bounding_box() or choice.bounding_box()
        assert box is not None
        assert box["height"] >= 40, "too small for a thumb"
        tap(choice)
    test_hospital.picture(page, "check-in-360-light")
    tap(form.get_by_role("button", name="Store my answer"))
    expect(form).to_contain_text("Your answer is stored.")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    return 60 * words / WORDS_A_MINUTE + TAP * taps + DECIDE * QUESTIONS, taps


def test_a_check_in_is_answered_in_seven_taps_or_by_keys_alone_in_under_a_minute(
    chromium: Browser, composed: Any
) -> None:
    for guided in test_hospital.window(chromium, composed, viewport={"width": 1280, "height": 800}):
        begun = time.monotonic()
        seconds, keys = by_keys(guided.page, composed)
        assert time.monotonic() - begun < 30, "the program itself is in the way"
        assert keys <= 4 * QUESTIONS + 4
        assert seconds < 60
    phone = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    for guided in test_hospital.window(chromium, composed, **phone):
        seconds, taps = on_a_phone(guided.page, composed)
        assert taps == QUESTIONS + 2
        assert seconds < 60
