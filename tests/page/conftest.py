"""A sandbox with a small app of its own in Socket Mode, and a real Chromium that may reach only loopback."""

import struct
import zlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext
from slack_bolt import App
from slack_sdk import WebClient

from slackapp.connection.socket_mode import SocketLines
from slackapp.sandbox.server import Sandbox
from tests.page.small_app import (
    MANIFEST,
    NOW,
    SmallApp,
    command_listeners,
    form_listeners,
    press_listeners,
    seed,
)
from tests.sandbox.good_blocks import EVERYWHERE, MESSAGES
from tests.support.visit import Visit


@pytest.fixture
def small() -> Iterator[SmallApp]:
    """The sandbox with the small app connected."""
    with Sandbox(manifest=MANIFEST, now=NOW, rate_limits=False) as sandbox:
        sandbox.seed(seed())
        sandbox.jumps = lambda: [("the end of the month", NOW + timedelta(days=26))]
        client = WebClient(token="xoxb-page", base_url=f"{sandbox.url}/api/", retry_handlers=[])
        app = App(client=client, process_before_response=True)
        small = SmallApp(sandbox, client, app)
        for listeners in (command_listeners, form_listeners, press_listeners):
            listeners(app, small)
        lines = SocketLines(app, "xapp-page", client)
        assert lines.connect()
        try:
            yield small
        finally:
            lines.close()


def visit_with(chromium: Browser, small: SmallApp, **context: Any) -> Iterator[Visit]:
    """A visit in a window of its own; console errors and requests beyond loopback fail the test."""
    window: BrowserContext = chromium.new_context(**{"reduced_motion": "reduce", **context})
    page = window.new_page()
    page.set_default_timeout(8000)
    visit = Visit(page, small)
    page.on("console", visit.heard_console)
    page.on("pageerror", lambda problem: visit.noise.append(str(problem)))
    page.on("request", visit.note)
    yield visit
    window.close()
    assert visit.noise == []
    assert visit.outside == []


@pytest.fixture
def wide(chromium: Browser, small: SmallApp) -> Iterator[Visit]:
    """A desktop window."""
    yield from visit_with(chromium, small, viewport={"width": 1280, "height": 800})


@pytest.fixture
def phone(chromium: Browser, small: SmallApp) -> Iterator[Visit]:
    """A phone in the dark."""
    yield from visit_with(
        chromium,
        small,
        viewport={"width": 360, "height": 740},
        color_scheme="dark",
        has_touch=True,
        is_mobile=True,
    )


def _short(value: Any) -> Any:
    """The same block with its long texts cut, since people look at the pictures."""
    if isinstance(value, dict):
        return {key: _short(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_short(item) for item in value]
    return value if not isinstance(value, str) or "xxxx" not in value else "Words that stand here"


def _png(width: int, height: int) -> bytes:
    """A small picture."""
    rows = b"".join(b"\0" + b"\x1f\x5f\x66" * width for _ in range(height))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


@pytest.fixture(scope="session")
def every_block() -> list[tuple[str, dict[str, Any]]]:
    """Every block that may stand in a message, cut short; those that need a file are tested apart."""
    blocks = {**EVERYWHERE, **MESSAGES}
    return [(name, _short(block)) for name, block in blocks.items() if "slack_file" not in str(block)]


@pytest.fixture
def png() -> Callable[[int, int], bytes]:
    """A small picture of a width and a height."""
    return _png
