"""The one page that stays open in the browser while pictures are drawn.

Plotly's script is put into an empty page once; each picture is then one call over
the browser's own pipe. Nothing leaves the page: it has no network, and its policy
forbids every address.
"""

import asyncio
import base64
import os
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

from choreographer import Browser
from choreographer.browsers import BrowserClosedError, BrowserFailedError, Chromium
from choreographer.browsers.chromium import ChromeNotFoundError
from choreographer.channels import ChannelClosedError
from choreographer.protocol import DevtoolsProtocolError

from reports.charts.scripts import palette_script, plotly_script

SCALE = 3
LIMIT_SECONDS = 20.0
_PICTURES_PER_PAGE = 500
_POLICY = "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'"
_PAGE = f'<!DOCTYPE html><meta http-equiv="Content-Security-Policy" content="{_POLICY}"><body></body>'
_PASSED_ON = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "FONTCONFIG_FILE",
    "FONTCONFIG_PATH",
    "XDG_CACHE_HOME",
)
# What choreographer asks for and this page must not have.
_UNWANTED = ("--allow-file-access-from-files", "--disable-web-security", "--enable-logging=stderr")
_FAILURES = (
    BrowserClosedError,
    BrowserFailedError,
    ChannelClosedError,
    ChromeNotFoundError,
    DevtoolsProtocolError,
    OSError,
    RuntimeError,
    TimeoutError,
)


class NotDrawnError(Exception):
    """The browser could not draw this picture, nor could a fresh one."""


class _Offline(Chromium):
    """Chromium that finds no host and is told nothing of our environment."""

    def get_cli(self) -> Sequence[str]:
        kept = [word for word in super().get_cli() if word not in _UNWANTED]
        return [
            *kept,
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--disable-background-networking",
            "--mute-audio",
        ]

    def get_env(self) -> MutableMapping[str, str]:
        return {name: os.environ[name] for name in _PASSED_ON if name in os.environ}


class BrowserPage:
    """Draws figures one after the other; a browser that died is started again."""

    def __init__(self, browser_path: str, *, limit: float = LIMIT_SECONDS) -> None:
        self._browser_path = browser_path
        self._limit = limit
        self._browser: Browser | None = None
        self._page: Any = None
        self._drawn = 0

    async def draw(self, figure_json: str, *, width: int, height: int) -> bytes:
        """The figure as a PNG at three times its size. Raises NotDrawnError."""
        for _ in range(2):
            try:
                return await asyncio.wait_for(
                    self._draw(figure_json, width=width, height=height), self._limit
                )
            except _FAILURES as failure:
                reason = type(failure).__name__
                await self.close()
        raise NotDrawnError(reason)

    async def close(self) -> None:
        """End the browser, however it is."""
        browser, self._browser, self._page, self._drawn = self._browser, None, None, 0
        if browser is None:
            return
        try:
            await asyncio.wait_for(browser.close(), 10)
        except _FAILURES:
            # It was asked and did not answer: its process is ended below.
            pass
        finally:
            _end(browser)

    async def _draw(self, figure_json: str, *, width: int, height: int) -> bytes:
        if self._drawn >= _PICTURES_PER_PAGE:
            await self.close()
        if self._page is None:
            await self._open()
        wanted = f"{{width:{width},height:{height},scale:{SCALE}}}"
        drawn = await self._evaluate(f"drawn({figure_json}, {wanted})")
        self._drawn += 1
        return base64.b64decode(str(drawn), validate=True)

    async def _open(self) -> None:
        # Chromium refuses its own sandbox to root; everyone else has it.
        sandboxed = os.geteuid() != 0
        self._browser = Browser(
            self._browser_path, browser_cls=_Offline, enable_sandbox=sandboxed, enable_extensions=False
        )
        await self._browser.open()
        self._page = await self._browser.create_tab("about:blank")
        await self._ask("Network.enable")
        cut_off = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
        await self._ask("Network.emulateNetworkConditions", cut_off)
        frames = await self._ask("Page.getFrameTree")
        frame = frames["frameTree"]["frame"]["id"]
        await self._ask("Page.setDocumentContent", {"frameId": frame, "html": _PAGE})
        await self._evaluate(plotly_script() + "\n;0")
        await self._evaluate(palette_script() + "\n;0")

    async def _evaluate(self, expression: str) -> object:
        asked = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        answer = await self._ask("Runtime.evaluate", asked)
        if "exceptionDetails" in answer:
            raise RuntimeError("the page refused the figure")
        return answer["result"].get("value")

    async def _ask(self, command: str, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
        answer = await self._page.send_command(command, dict(values or {}))
        if "error" in answer:
            raise RuntimeError(command)
        result: dict[str, Any] = answer["result"]
        return result


def _end(browser: Browser) -> None:
    process = getattr(browser, "subprocess", None)
    if process is not None and process.poll() is None:
        process.kill()
