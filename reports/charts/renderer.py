"""Draw charts in a process of its own, so that drawing never delays an answer to a person.

`python -m reports.charts.renderer BROWSER` is that process. It reads length-prefixed requests
from its standard input and ends with it, so it cannot outlive the app. It starts with
the first picture, runs at low priority and goes away when nothing is asked of it.
"""

import asyncio
import logging
import os
import shutil
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self

import orjson

from reports.charts.spec import (
    BehaviourRow,
    FourPicture,
    MixPicture,
    MixRow,
    Picture,
    RangeGroup,
    RangeRow,
    RangesPicture,
)

if TYPE_CHECKING:
    from reports.charts.browser import BrowserPage

log = logging.getLogger(__name__)

_LENGTH = struct.Struct(">I")
_NICE = 10
_IDLE_SECONDS = 120.0
_ANSWER_SECONDS = 50.0
"""More than two tries of the browser take, less than a delivery's lease."""
_BROWSERS = (
    "chromium-headless-shell",
    "chrome-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
)
_PLACES = (
    "/usr/lib/chromium/chromium-headless-shell",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def find_browser(environ: Mapping[str, str]) -> str | None:
    """The browser that draws: `BROWSER_PATH` when it is set, else a Chrome or Chromium found here.

    None when there is none, or when `BROWSER_PATH` names nothing that can be run.
    """
    chosen = environ.get("BROWSER_PATH")
    if chosen:
        return shutil.which(chosen, path=environ.get("PATH"))
    named = (shutil.which(name, path=environ.get("PATH")) for name in _BROWSERS)
    path = next(filter(None, named), None)
    return path or next((place for place in _PLACES if os.access(place, os.X_OK)), None)


class ChartRenderer:
    """Asks the drawing process for pictures. May be used from several threads.

    Without a browser `draw` gives None and says so once in the log; `figure` needs none.
    """

    def __init__(self, browser_path: str | None, *, limit: float = _ANSWER_SECONDS) -> None:
        self._browser_path = browser_path
        self._limit = limit
        self._one_at_a_time = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._too_long = threading.Event()
        self._said = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def png(self, picture: Picture) -> bytes | None:
        """The picture as PNG, 1080 pixels wide; None when it cannot be drawn."""
        if self._browser_path is None:
            self._say_once("no browser was found, so digests go without pictures")
            return None
        drawn = self._ask("png", picture)
        if drawn is None:
            self._say_once("a picture could not be drawn, so its digest goes without")
        return drawn

    def figure_json(self, picture: Picture) -> str | None:
        """The plotly figure as JSON, for a page; None when it cannot be made."""
        answer = self._ask("figure", picture)
        return answer.decode() if answer is not None else None

    def svg(self, picture: Picture) -> str | None:
        """The picture as vector graphics for a page; None when it cannot be drawn."""
        if self._browser_path is None:
            return None
        drawn = self._ask("svg", picture)
        return drawn.decode() if drawn is not None else None

    def pdf(self, html: str) -> bytes | None:
        """A page without scripts, printed as a tagged PDF; None without a browser or when it fails."""
        if self._browser_path is None:
            self._say_once("no browser was found, so digests go without pictures")
            return None
        printed = self._answer_to({"want": "pdf", "html": html})
        if printed is None:
            self._say_once("a page could not be printed, so its digest goes without")
        return printed

    def close(self) -> None:
        """End the drawing process and its browser."""
        with self._one_at_a_time:
            self._end()

    def _say_once(self, sentence: str) -> None:
        if not self._said:
            log.warning(sentence)
            self._said = True

    def _ask(self, want: str, picture: Picture) -> bytes | None:
        return self._answer_to({"want": want, "kind": type(picture).__name__, "picture": picture})

    def _answer_to(self, fields: dict[str, Any]) -> bytes | None:
        request = orjson.dumps(fields)
        with self._one_at_a_time:
            for _ in range(2):
                answer = self._exchange(request)
                if answer is not None:
                    return answer[1:] if answer[:1] == b"+" else None
                # The process had ended: try a new one, unless this one had all its time.
                self._end()
                if self._too_long.is_set():
                    break
        return None

    def _exchange(self, request: bytes) -> bytes | None:
        process = self._running()
        self._too_long.clear()
        late = threading.Timer(self._limit, self._give_up, [process])
        late.start()
        try:
            _write(process.stdin, request)
            return _read(process.stdout)
        except OSError:
            return None
        finally:
            late.cancel()

    def _give_up(self, process: subprocess.Popen[bytes]) -> None:
        self._too_long.set()
        process.kill()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            # Its own session, so that Ctrl-C reaches the app alone. Its output is discarded:
            # a browser's messages may quote what people wrote.
            self._process = subprocess.Popen(  # noqa: S603 - our own module, with a path from the settings
                [sys.executable, "-m", "reports.charts.renderer", self._browser_path or ""],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=Path(__file__).parents[2],
                start_new_session=True,
            )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                _close(pipe)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except OSError:
        # Nobody reads what was still to be written.
        return


def _write(pipe: IO[bytes] | None, frame: bytes) -> None:
    if pipe is not None:
        pipe.write(_LENGTH.pack(len(frame)) + frame)
        pipe.flush()


def _read(pipe: IO[bytes] | None) -> bytes | None:
    head = pipe.read(_LENGTH.size) if pipe is not None else b""
    if pipe is None or len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    body = pipe.read(length)
    return body if len(body) == length else None


def _picture(kind: str, value: dict[str, Any]) -> Picture:
    if kind == MixPicture.__name__:
        rows = tuple(MixRow(**row) for row in value["rows"])
        return MixPicture(**{**value, "rows": rows})
    if kind == FourPicture.__name__:
        four = tuple(_behaviour_row(row) for row in value["rows"])
        return FourPicture(**{**value, "rows": four, "notes": tuple(value["notes"])})
    groups = tuple(
        RangeGroup(**{**group, "rows": tuple(RangeRow(**row) for row in group["rows"])})
        for group in value["groups"]
    )
    return RangesPicture(**{**value, "groups": groups})


def _behaviour_row(row: dict[str, Any]) -> BehaviourRow:
    ranges = {name: RangeRow(**row[name]) if row[name] else None for name in ("led", "led_before")}
    return BehaviourRow(**{**row, **ranges})


async def _serve(browser_path: str, out: IO[bytes]) -> None:
    # Imported here because the app, which imports this module, must stay light.
    from reports.charts.browser import BrowserPage  # noqa: PLC0415 - only the drawing process loads the browser

    requests = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(requests), sys.stdin)
    easel = BrowserPage(browser_path)
    try:
        while True:
            head = await asyncio.wait_for(requests.readexactly(_LENGTH.size), _IDLE_SECONDS)
            request = orjson.loads(await requests.readexactly(_LENGTH.unpack(head)[0]))
            _write(out, await _answer(easel, request))
    except (asyncio.IncompleteReadError, TimeoutError, BrokenPipeError):
        # The app has ended or sends no request: this process ends, too.
        return
    finally:
        await easel.close()


async def _answer(easel: "BrowserPage", request: dict[str, Any]) -> bytes:
    from reports.charts import plotly_figures  # noqa: PLC0415 - only the drawing process loads the browser
    from reports.charts.browser import NotDrawnError  # noqa: PLC0415 - only the drawing process loads the browser

    try:
        if request["want"] == "pdf":
            return b"+" + await easel.print(request["html"])
        figure = plotly_figures.figure(_picture(request["kind"], request["picture"]))
        figure_json = str(figure.to_json())
        size = {"width": int(figure.layout.template.layout.width), "height": int(figure.layout.height)}
        if request["want"] == "figure":
            return b"+" + figure_json.encode()
        draw = easel.vector if request["want"] == "svg" else easel.draw
        return b"+" + await draw(figure_json, **size)
    except NotDrawnError:
        return b"-"


def main() -> None:
    """Serve until standard input ends."""
    os.nice(_NICE)
    # Frames go out on a copy of standard output, so that nothing printed can come between them.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    asyncio.run(_serve(sys.argv[1], out))


if __name__ == "__main__":
    main()
