"""The browser page in which pictures are drawn, open until it is closed.

Plotly's script is put into an empty page once; each picture is then one call over
the browser's own pipe. Nothing leaves the page: it has no network, and its policy
forbids every address.
"""

import asyncio
import base64
import os
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
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
    """Chromium without a network and without our environment's variables."""

    def get_cli(self) -> Sequence[str]:
        arguments = [word for word in super().get_cli() if word not in _UNWANTED]
        return [
            *arguments,
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--disable-background-networking",
            "--mute-audio",
        ]

    def get_env(self) -> MutableMapping[str, str]:
        return {name: os.environ[name] for name in _PASSED_ON if name in os.environ}


class BrowserPage:
    """Draws figures one after the other; a browser that ended is started again."""

    def __init__(self, browser_path: str, *, limit: float = LIMIT_SECONDS) -> None:
        self._browser_path = browser_path
        self._limit = limit
        self._browser: Browser | None = None
        self._page: Any = None
        self._drawn = 0

    async def draw(self, figure_json: str, *, width: int, height: int) -> bytes:
        """The figure as a PNG at three times its size. Raises NotDrawnError."""
        size = f"{{width:{width},height:{height},scale:{SCALE}}}"
        drawn = await self._tried(lambda: self._call(f"drawn({figure_json}, {size})"))
        return base64.b64decode(drawn, validate=True)

    async def vector(self, figure_json: str, *, width: int, height: int) -> bytes:
        """The figure as SVG. Raises NotDrawnError."""
        size = f"{{width:{width},height:{height}}}"
        return (await self._tried(lambda: self._call(f"vector({figure_json}, {size})"))).encode()

    async def print(self, html: str) -> bytes:
        """A page without scripts as a tagged PDF, its paper as its style sheet says. Raises NotDrawnError."""
        return base64.b64decode(await self._tried(lambda: self._print(html)), validate=True)

    async def _tried(self, attempt: Callable[[], Awaitable[str]]) -> str:
        """Run an attempt; if the browser fails, once more in a new one."""
        for _ in range(2):
            try:
                return await asyncio.wait_for(attempt(), self._limit)
            except _FAILURES as failure:
                reason = type(failure).__name__
                await self.close()
        raise NotDrawnError(reason)

    async def close(self) -> None:
        """End the browser, whether or not it responds."""
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

    async def _call(self, expression: str) -> str:
        await self._ready()
        drawn = await self._evaluate(expression)
        self._drawn += 1
        return str(drawn)

    async def _print(self, html: str) -> str:
        await self._ready()
        paper, self._page = self._page, await self._browser_tab()
        try:
            await self._cut_off()
            await self._show(html)
            await self._evaluate("document.fonts.ready.then(() => 0)")
            options = {"preferCSSPageSize": True, "printBackground": True, "generateTaggedPDF": True}
            printed = await self._ask("Page.printToPDF", {**options, "generateDocumentOutline": True})
            await self._ask("Page.close")
        finally:
            self._page = paper
        return str(printed["data"])

    async def _ready(self) -> None:
        if self._drawn >= _PICTURES_PER_PAGE:
            await self.close()
        if self._page is None:
            await self._open()

    async def _open(self) -> None:
        # Chromium refuses its own sandbox to root; everyone else has it.
        sandboxed = os.geteuid() != 0
        self._browser = Browser(
            self._browser_path, browser_cls=_Offline, enable_sandbox=sandboxed, enable_extensions=False
        )
        await self._browser.open()
        self._page = await self._browser_tab()
        await self._cut_off()
        await self._show(_PAGE)
        await self._evaluate(plotly_script() + "\n;0")
        await self._evaluate(palette_script() + "\n;0")

    async def _browser_tab(self) -> Any:  # noqa: ANN401 - the library's own type is not typed
        if self._browser is None:
            raise RuntimeError("no browser")
        return await self._browser.create_tab("about:blank")

    async def _cut_off(self) -> None:
        """Leave the tab without a network."""
        await self._ask("Network.enable")
        cut_off = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
        await self._ask("Network.emulateNetworkConditions", cut_off)

    async def _show(self, html: str) -> None:
        frames = await self._ask("Page.getFrameTree")
        frame = frames["frameTree"]["frame"]["id"]
        await self._ask("Page.setDocumentContent", {"frameId": frame, "html": html})

    async def _evaluate(self, expression: str) -> object:
        parameters = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        answer = await self._ask("Runtime.evaluate", parameters)
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
