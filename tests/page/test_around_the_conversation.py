"""Around the conversation: the strip with the time, the inspector, what is unread, every screen."""

import re
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from playwright.sync_api import expect

from slackapp.sandbox.core.faults import Fault, Where
from tests.page.small_app import NURSE, WARD
from tests.support.visit import Visit

pytestmark = pytest.mark.browser
WIDE = 3000


def test_time_moves_to_where_one_asks(wide: Visit) -> None:
    page = wide.come()
    page.get_by_role("button", name="Move time").click()
    window = page.get_by_role("dialog", name="Move time")
    wide.picture("time-1280-light")
    window.get_by_role("button", name="The end of the month Sun 30 Nov, 09:12").click()
    expect(window.get_by_role("status")).to_contain_text("Nothing became due.")
    expect(page.locator("#clock")).to_contain_text("Sun 30 Nov, 09:12")

    window.get_by_role("button", name="One day").click()

    expect(page.locator("#clock")).to_contain_text("Mon 1 Dec, 09:1")


class Timetable:
    """An app that has something to do at a quarter past ten."""

    def __init__(self) -> None:
        self.at = datetime(2025, 11, 4, 10, 15, tzinfo=UTC)
        self.done: list[datetime] = []

    def next_due(self, after: datetime) -> tuple[datetime, str] | None:
        return None if self.done or after > self.at else (self.at, "the check-in opens")

    def run_due(self, now: datetime) -> None:
        if now >= self.at:
            self.done.append(now)


def test_the_strip_says_what_is_due_and_the_window_what_was_done(wide: Visit) -> None:
    wide.small.sandbox.follower = timetable = Timetable()
    page = wide.come()
    expect(page.locator("#clock")).to_contain_text("next: the check-in opens, 10:15")

    page.get_by_role("button", name="Move time").click()
    window = page.get_by_role("dialog", name="Move time")
    window.get_by_role("button", name="To the next thing").click()

    expect(window.get_by_role("status")).to_contain_text("Tue 4 Nov, 10:15: the check-in opens")
    assert timetable.done[0] - timetable.at < timedelta(seconds=1)


def test_the_inspector_names_what_the_app_sent_and_why_it_was_refused(wide: Visit) -> None:
    with pytest.raises(Exception, match="invalid_blocks"):
        wide.small.post(WARD, blocks=[{"type": "section"}])
    page = wide.come()
    inspector = page.get_by_role("complementary", name="Inspector")
    expect(inspector).to_be_hidden()
    page.get_by_role("button", name="Inspector", exact=True).click()

    entry = inspector.get_by_role("listitem").filter(has_text="chat.postMessage").first
    expect(entry).to_contain_text("invalid_blocks")
    expect(entry).to_contain_text("to #ward-7")
    entry.locator("summary").click()
    expect(entry).to_contain_text("must define either")
    page.get_by_role("textbox", name="Write a message").fill("/tidy")
    page.get_by_role("button", name="Send", exact=True).click()
    command = inspector.get_by_role("listitem").filter(has_text="slash_command /tidy")
    expect(command).to_contain_text(re.compile(r"from Ada Morgan · \d\d:\d\d:\d\d · answered in \d+ ms"))
    wide.picture("inspector-1280-light")
    expect(page.locator("body")).not_to_contain_text("xoxb-")
    page.get_by_role("button", name="Inspector", exact=True).click()
    expect(inspector).to_be_hidden()


def test_the_inspector_shows_the_faults_in_force(wide: Visit) -> None:
    page = wide.come()
    page.get_by_role("button", name="Inspector", exact=True).click()
    inspector = page.get_by_role("complementary", name="Inspector")
    expect(inspector).not_to_contain_text("Faults in force")
    for fault in (
        Fault("chat.postMessage", "error", count=3, error="is_archived", where=Where(channel=WARD)),
        Fault("*", "away", count=None),
        Fault("*", "500", count=None, rate=0.1, until=wide.small.sandbox.clock.epoch() + 3600),
    ):
        wide.small.sandbox.run(partial(wide.small.sandbox.slack.faults.add, fault))
    wide.small.sandbox.run(wide.small.sandbox.state.touch)
    entries = inspector.get_by_role("list").first.get_by_role("listitem")
    expect(entries).to_have_count(3)
    expect(entries.nth(0)).to_contain_text("chat.postMessage error is_archived")
    expect(entries.nth(0)).to_contain_text(f"{WARD} · calls still to meet it: 3")
    expect(entries.nth(1)).to_contain_text("until it is called off")
    expect(entries.nth(2)).to_contain_text("10 of 100 calls · until ")


def test_what_is_new_elsewhere_is_bold_until_one_looks(wide: Visit) -> None:
    page = wide.come()
    wide.small.post(NURSE, text="A colleague thanked you.")

    entry = page.get_by_role("link", name="Kindly unread")
    expect(entry).to_be_visible()
    entry.click()
    expect(page.get_by_role("log")).to_contain_text("A colleague thanked you.")
    expect(page.get_by_role("link", name="Kindly unread")).to_be_hidden()


def test_a_lost_connection_is_said_and_found_again(wide: Visit) -> None:
    page = wide.come()
    page.route("**/changes", lambda route: route.abort())
    small = wide.small
    small.sandbox.stop()
    expect(page.get_by_text("Connection lost. Trying again.")).to_be_visible()
    page.unroute("**/changes")
    wide.noise.clear()
    small.sandbox.start()
    expect(page.get_by_text("Connection lost. Trying again.")).to_be_hidden(timeout=15_000)
    # The browser itself reports each refused connection; that is what was provoked here.
    wide.noise[:] = [line for line in wide.noise if "ERR_" not in line]


def test_the_same_page_stands_in_dark_and_light_and_up_to_4k(wide: Visit) -> None:
    wide.small.post(WARD, text="Bay 2 is short until eleven. Please say if you get stuck.")
    page = wide.come()
    page.get_by_role("button", name="Inspector", exact=True).click()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        wide.picture(f"ward-1280-{scheme}")
    inspector = page.get_by_role("complementary", name="Inspector")
    expect(inspector).to_be_visible()
    for width, height in ((3840, 2160), (768, 1024), (320, 640)):
        page.set_viewport_size({"width": width, "height": height})
        # Without room beside the conversation it does not cover the conversation by itself.
        expect(inspector).to_be_visible(visible=width > WIDE)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        wide.picture(f"ward-{width}-dark")
        if width > WIDE:
            # All is larger, the conversation in the middle of its column, the composer within the screen.
            drawn = "one => one.getBoundingClientRect().toJSON()"
            column, words = (page.locator(selector).evaluate(drawn) for selector in (".main", ".messages"))
            assert abs((words["left"] - column["left"]) - (column["right"] - words["right"])) < 2
            assert words["width"] > 1200
            assert page.locator("#composer").evaluate(drawn)["bottom"] <= height + 1
            page.get_by_role("button", name="Move time").click()
            assert page.locator("#moves-sheet").evaluate(drawn)["bottom"] < height
            page.keyboard.press("Escape")
