"""A command, its form and the result: by mouse, by keyboard alone, on a wide screen and on a phone."""

import pytest
from playwright.sync_api import expect

from tests.page.small_app import MANAGER, WARD
from tests.support.visit import Visit

pytestmark = pytest.mark.browser

WORDS = "Found the missing pump before handover, so nobody stayed late"


def test_with_the_mouse_a_thanks_goes_from_the_command_to_the_colleagues_messages(wide: Visit) -> None:
    page = wide.come()
    expect(page.locator("body")).to_contain_text("Practice workspace. Nothing leaves this computer.")
    box = page.get_by_role("textbox", name="Write a message, or / for a command")

    box.fill("/th")
    expect(page.get_by_role("option", name="/thank")).to_be_visible()
    page.get_by_role("option", name="/thank").click()
    expect(page.locator("#composer .hint")).to_have_text("/thank @colleague What they did")
    page.get_by_role("button", name="Send", exact=True).click()

    form = page.get_by_role("dialog", name="Thank someone")
    expect(form).to_be_visible()
    form.get_by_role("searchbox").fill("ben")
    form.get_by_role("checkbox", name="Ben Okoro, Ward manager").check()
    expect(form.get_by_role("button", name="Remove Ben Okoro, Ward manager")).to_be_visible()
    form.get_by_label("Helping").check()
    form.get_by_label("What became easier?").fill("Too short")
    wide.picture("modal-1280-light")
    form.get_by_role("button", name="Send thanks").click()
    expect(form.get_by_role("alert")).to_have_text("One more detail makes it mean more.")
    expect(form.get_by_label("Helping")).to_be_checked()
    form.get_by_label("What became easier?").fill(WORDS)
    form.get_by_role("button", name="Send thanks").click()
    expect(form).to_be_hidden()

    page.get_by_role("button", name="You are: Ada Morgan").click()
    page.get_by_role("searchbox", name="Search by name or title").fill("manager")
    page.get_by_role("button", name="Ben Okoro").click()
    expect(page.get_by_role("status").filter(has_text="You now see what Ben Okoro sees.")).to_be_visible()
    expect(page.get_by_role("log")).to_contain_text(WORDS)
    expect(page.get_by_role("log")).to_contain_text(
        "A colleague thanked you. @Ada Morgan named this as helping."
    )
    wide.picture("received-1280-light")

    page.get_by_role("button", name="Share with my team").click()
    page.get_by_role("dialog", name="Share it?").get_by_role("button", name="Share").click()
    page.get_by_role("link", name="# ward-7", exact=True).click()
    expect(page.get_by_role("log")).to_contain_text("@Ben Okoro agreed to be thanked here.")


def test_with_the_keyboard_alone_the_same_can_be_done(wide: Visit) -> None:
    page = wide.come()
    keys = page.keyboard
    page.get_by_role("textbox", name="Write a message, or / for a command").focus()

    keys.type("/tha")
    keys.press("Enter")
    keys.type("for yesterday")
    keys.press("Enter")
    form = page.get_by_role("dialog", name="Thank someone")
    expect(form.get_by_role("searchbox")).to_be_focused()
    keys.type("ben")
    keys.press("Enter")
    expect(form.get_by_role("checkbox", name="Ben Okoro, Ward manager")).to_be_checked()
    while not form.get_by_role("radio").first.evaluate("one => one === document.activeElement"):
        keys.press("Tab")
    keys.press("ArrowDown")
    expect(form.get_by_label("Helping")).to_be_checked()
    keys.press("Tab")
    expect(form.get_by_label("What became easier?")).to_be_focused()
    expect(form.get_by_label("What became easier?")).to_have_value("for yesterday")
    keys.press("End")
    keys.type(": " + WORDS)
    keys.press("Tab")
    keys.press("Tab")
    expect(form.get_by_role("button", name="Send thanks")).to_be_focused()
    keys.press("Enter")

    expect(form).to_be_hidden()
    expect(page.get_by_role("textbox", name="Write a message, or / for a command")).to_be_focused()
    wide.come(MANAGER, "dm")
    expect(page.get_by_role("log")).to_contain_text(f"for yesterday: {WORDS}")


def test_on_a_phone_the_same_can_be_done_without_scrolling_sideways(phone: Visit) -> None:
    page = phone.come()
    box = page.get_by_role("textbox", name="Write a message, or / for a command")
    box.fill("/thank ")
    box.press("Enter")
    form = page.get_by_role("dialog", name="Thank someone")
    form.get_by_role("checkbox", name="Ben Okoro, Ward manager").check()
    form.get_by_label("Attending").check()
    form.get_by_label("What became easier?").fill(WORDS)
    phone.picture("modal-360-dark")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    form.get_by_role("button", name="Send thanks").tap()
    expect(form).to_be_hidden()

    page.get_by_role("button", name="You are: Ada Morgan, Nurse").tap()
    phone.picture("people-360-dark")
    page.get_by_role("button", name="Ben Okoro").tap()
    expect(page.get_by_role("log")).to_contain_text(WORDS)
    phone.picture("received-360-dark")
    page.get_by_role("button", name="Menu").tap()
    expect(page.get_by_role("navigation", name="Places")).to_be_visible()
    expect(page.locator(".menu-button")).to_have_attribute("aria-expanded", "true")
    phone.picture("menu-360-dark")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Menu")).to_be_focused()
    expect(page.locator(".menu-button")).to_have_attribute("aria-expanded", "false")
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_escape_closes_the_form_tells_the_app_and_gives_the_focus_back(wide: Visit) -> None:
    page = wide.come()
    button = page.get_by_role("button", name="Thank someone")
    button.focus()
    page.keyboard.press("Enter")
    form = page.get_by_role("dialog", name="Thank someone")
    expect(form).to_be_visible()

    page.keyboard.press("Escape")

    expect(form).to_be_hidden()
    expect(button).to_be_focused()
    closed = wide.small.until(
        lambda: [payload for payload in wide.small.heard if payload.get("type") == "view_closed"]
    )
    assert len(closed) == 1


def test_what_is_half_written_in_a_form_survives_what_happens_meanwhile(wide: Visit) -> None:
    page = wide.come()
    page.get_by_role("button", name="Thank someone").click()
    form = page.get_by_role("dialog", name="Thank someone")
    form.get_by_label("Helping").check()
    form.get_by_label("What became easier?").press_sequentially("Half a sen")

    wide.small.post(WARD, text="Somebody wrote meanwhile.")
    expect(page.locator(".messages")).to_contain_text("Somebody wrote meanwhile.")

    expect(form.get_by_label("Helping")).to_be_checked()
    expect(form.get_by_label("What became easier?")).to_have_value("Half a sen")
    expect(form.get_by_label("What became easier?")).to_be_focused()


def test_an_ephemeral_answer_is_seen_by_one_person_only(wide: Visit) -> None:
    page = wide.come()
    box = page.get_by_role("textbox", name="Write a message, or / for a command")
    box.fill("/tidy")
    box.press("Enter")

    expect(page.get_by_role("log")).to_contain_text("Only you can see this")
    expect(page.get_by_role("log")).to_contain_text("All tidy.")
    wide.come(MANAGER, WARD)
    expect(page.get_by_role("log")).not_to_contain_text("All tidy.")


def test_the_home_tab_shows_what_the_app_publishes(wide: Visit) -> None:
    page = wide.come()
    page.get_by_role("link", name="Kindly Home").click()

    expect(page.get_by_role("heading", name="Kindly", exact=True)).to_be_visible()
    expect(page.locator(".home")).to_contain_text("who made your last shift easier?")
    wide.picture("home-1280-light")
    page.get_by_role("button", name="Thank someone now").click()
    expect(page.get_by_role("dialog", name="Thank someone")).to_be_visible()
