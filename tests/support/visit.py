"""A browser window on the sandbox's page."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request

from tests.page.small_app import NURSE, WARD, SmallApp

ARTEFACTS = Path(__file__).parents[2] / "artefacts" / "page"


@dataclass
class Visit:
    """A browser window on the page, and everything that must not happen in it."""

    page: Page
    small: SmallApp
    noise: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def come(self, user: str = NURSE, place: str = WARD) -> Page:
        """Open the page as somebody, at a place."""
        self.page.goto(f"{self.small.sandbox.url}/?as={user}&place={place}")
        self.page.wait_for_selector("body[data-ready]")
        return self.page

    def picture(self, name: str) -> Path:
        """Save a screenshot; returns its path."""
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        path = ARTEFACTS / f"{name}.png"
        self.page.screenshot(path=path, animations="disabled")
        return path

    def heard_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.noise.append(message.text)

    def note(self, request: Request) -> None:
        if urlsplit(request.url).hostname not in {"127.0.0.1", None}:
            self.outside.append(request.url)
