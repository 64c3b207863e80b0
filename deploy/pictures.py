"""Takes the README's pictures from a running demo: `make demo` in one place, `make pictures` in another.

Each is what a person of the practice hospital sees, cut to the part that matters.
"""

import json
import os
import sys
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ADDRESS = os.environ.get("DEMO", "http://127.0.0.1:8642")
TO = Path(__file__).parent.parent / "docs" / "pictures"
NURSE, COLLEAGUE, LEADER = "U0HOSP00011", "U0HOSP00015", "U0HOSP00010"
WARD_7 = "C0WARD70000"
PHONE = {"width": 420, "height": 860}


def ask(path: str, **body: object) -> None:
    """One request of the person API."""
    request = urllib.request.Request(
        ADDRESS + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        answer.read()


def look(page: Page, user: str, place: str) -> None:
    """Open a place as somebody, and wait until it stands still."""
    page.goto(f"{ADDRESS}/?as={user}&place={place}")
    page.wait_for_load_state("load")
    page.wait_for_timeout(1500)


def main() -> None:
    """Take them all, in the order of the story."""
    TO.mkdir(parents=True, exist_ok=True)
    browser_path = os.environ.get("BROWSER_PATH", "/usr/bin/chromium-headless-shell")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox", "--disable-quic"]
        )
        page = browser.new_page(viewport=PHONE, device_scale_factor=2)
        ask(
            f"/person/{NURSE}/type",
            place=WARD_7,
            text="/appreciate @Dylan Hughes helping with the team"
            " You stayed after the shift to find us a bed, and the corridor was clear by nine.",
        )
        look(page, COLLEAGUE, "dm")
        page.screenshot(path=TO / "recognition.png")
        ask(f"/person/{NURSE}/type", place=WARD_7, text="/appreciate")
        look(page, NURSE, WARD_7)
        page.screenshot(path=TO / "modal.png")
        ask(f"/person/{NURSE}/dismiss")
        ask(f"/person/{COLLEAGUE}/type", place="dm", text="/pulse")
        look(page, COLLEAGUE, "dm")
        page.screenshot(path=TO / "poll.png")
        ask(f"/person/{COLLEAGUE}/dismiss")
        look(page, COLLEAGUE, "home")
        page.screenshot(path=TO / "home.png")
        ask("/control/clock", now="2026-12-01T09:05:00+00:00")
        tall = browser.new_page(viewport=PHONE | {"height": 1500}, device_scale_factor=2)
        look(tall, LEADER, "dm")
        tall.screenshot(path=TO / "digest.png")
        desk = browser.new_page(viewport={"width": 1280, "height": 860})
        look(desk, NURSE, WARD_7)
        desk.screenshot(path=TO / "page.png")
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
