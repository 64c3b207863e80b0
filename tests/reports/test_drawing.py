"""Pictures drawn by the real browser, in the process of its own."""

import base64
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import orjson
import psutil
import pytest
from playwright.sync_api import Browser, Page

from reports.charts import side_by_side, text_width
from reports.charts.from_figures import chart_contents
from reports.charts.renderer import ChartRenderer, find_browser
from reports.charts.scripts import plotly_script
from reports.charts.spec import FourPicture, MixPicture, Picture
from slackapp.core.i18n import voice
from tests.reports import samples

pytestmark = pytest.mark.browser
PATIENCE = 30.0
# How big a picture is, which colours it has, and which its outer 14 logical pixels have.
LOOK = """async source => {
  const bitmap = await createImageBitmap(await (await fetch("data:image/png;base64," + source)).blob());
  const {width, height} = bitmap;
  const canvas = new OffscreenCanvas(width, height).getContext("2d");
  canvas.drawImage(bitmap, 0, 0);
  const pixels = new Uint32Array(canvas.getImageData(0, 0, width, height).data.buffer);
  const colours = new Set(), edges = new Set();
  for (let at = 0; at < pixels.length; at++) {
    colours.add(pixels[at]);
    const x = at % width;
    if (x < 42 || x >= width - 42) edges.add(pixels[at]);
  }
  const hex = pixel => [0, 8, 16].map(bits => (pixel >> bits & 255).toString(16).padStart(2, "0")).join("");
  return {width, height, colours: [...colours].map(hex), edges: [...edges].map(hex)};
}"""
FOUR = {
    f"{language}-{name}-four": chart.picture
    for language in ("en", "cy")
    for name, month in samples.ALL.items()
    if (chart := side_by_side.chart(voice(language), month)) is not None
}
DRAWN = (
    FOUR
    | {
        f"{name}-{chart.name}": chart.picture
        for name, month in samples.ALL.items()
        for chart in chart_contents(voice(), month)
    }
    | {f"welsh-{chart.name}": chart.picture for chart in chart_contents(voice("cy"), samples.PATCHY)}
)


class Listener:
    """A server nobody should ever ask for anything."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        heard = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                heard.append(self.path)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    server = Listener()
    yield server
    server.close()


def wait_until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    pause = threading.Event()
    while not reached():
        assert time.monotonic() < deadline, "it never came"
        pause.wait(0.02)


def browsers(of: psutil.Process) -> list[psutil.Process]:
    return [child for child in of.children(recursive=True) if "--type=" not in " ".join(child.cmdline())]


def drawing_process(drawing: ChartRenderer) -> psutil.Process:
    assert drawing._process is not None
    return psutil.Process(drawing._process.pid)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of a second browser, which looks at pictures."""
    page = chromium.new_page()
    yield page
    page.close()


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_is_a_phone_wide_with_ink_and_bars_and_nothing_is_cut_off_at_its_edges(
    drawing: ChartRenderer, page: Page, name: str
) -> None:
    drawn = drawing.png(DRAWN[name])
    assert drawn is not None
    assert len(drawn) < (50_000 if name in FOUR else 75_000), "on a ward's network"
    seen = page.evaluate(LOOK, base64.b64encode(drawn).decode())
    assert seen["width"] == 1080
    assert 220 * 3 <= seen["height"] <= 495 * 3
    assert {"22272b", "1f4690", "178a8f", "7a1f3d", "b07423"} <= set(seen["colours"])
    assert seen["edges"] == ["f7f5f0"], "something stands where the margin should be"


def test_after_the_first_a_picture_takes_no_new_browser(drawing: ChartRenderer) -> None:
    drawing.png(DRAWN["rich-mix"])
    before = {process.pid for process in browsers(drawing_process(drawing))}
    assert before
    assert drawing.png(DRAWN["rich-ranges"])
    assert {process.pid for process in browsers(drawing_process(drawing))} == before


@pytest.fixture(scope="module")
def harmed(browser_path: str) -> Iterator[ChartRenderer]:
    """A process that comes to harm again and again."""
    with ChartRenderer(browser_path, limit=PATIENCE) as own:
        yield own


def test_the_next_picture_is_drawn_when_the_browser_was_killed(harmed: ChartRenderer) -> None:
    first = harmed.png(DRAWN["rich-mix"])
    killed = browsers(drawing_process(harmed))
    assert killed
    for process in killed:
        process.kill()
    assert harmed.png(DRAWN["rich-mix"]) == first is not None


def test_the_next_picture_is_drawn_when_the_whole_process_was_killed(harmed: ChartRenderer) -> None:
    first = harmed.png(DRAWN["rich-mix"])
    drawing_process(harmed).kill()
    assert harmed.png(DRAWN["rich-mix"]) == first is not None


def test_a_process_that_hangs_is_ended_and_the_picture_goes_missing(harmed: ChartRenderer) -> None:
    assert harmed.png(DRAWN["rich-mix"])
    harmed._limit = 0.3
    drawing_process(harmed).suspend()
    assert harmed.png(DRAWN["rich-mix"]) is None
    harmed._limit = PATIENCE
    assert harmed.png(DRAWN["rich-mix"])


def still_there(process: psutil.Process, gone: set[str]) -> bool:
    try:
        return process.is_running() and process.status() not in gone
    except psutil.NoSuchProcess:
        return False


def test_nothing_stays_behind_when_the_app_is_killed(browser_path: str) -> None:
    program = (
        "import sys, orjson, signal; from tests.reports.test_drawing import DRAWN, ChartRenderer;"
        f"d = ChartRenderer({browser_path!r}); d.png(DRAWN['rich-mix']);"
        "print(d._process.pid, flush=True); signal.pause()"
    )
    root = Path(__file__).parents[2]
    app = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=root)
    assert app.stdout is not None
    child = psutil.Process(int(app.stdout.readline()))
    family = [child, *child.children(recursive=True)]
    assert len(family) > 2
    assert child.nice() >= 10
    app.kill()
    app.wait()
    app.stdout.close()
    gone = {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}
    wait_until(lambda: not [process for process in family if still_there(process, gone)])


def test_without_a_browser_there_is_no_picture_and_the_log_says_so_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with ChartRenderer(None) as none:
        assert none.png(DRAWN["rich-mix"]) is None
        assert none.png(DRAWN["rich-ranges"]) is None
    assert [record.message for record in caplog.records] == [
        "no browser was found, so digests go without pictures"
    ]


def test_a_browser_that_cannot_start_gives_no_picture(tmp_path: Path) -> None:
    broken = tmp_path / "browser"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    with ChartRenderer(str(broken)) as own:
        assert own.png(DRAWN["rich-mix"]) is None


def test_a_figure_for_a_page_needs_no_browser() -> None:
    with ChartRenderer(None) as none:
        figure = none.figure_json(DRAWN["rich-mix"])
    assert figure is not None
    assert orjson.loads(figure)["layout"]["height"] == 294


def test_the_browser_is_the_chosen_one_or_one_that_is_found(tmp_path: Path) -> None:
    browser = tmp_path / "chromium"
    browser.write_text("#!/bin/sh\n")
    browser.chmod(0o755)
    assert find_browser({"PATH": str(tmp_path)}) == str(browser)
    assert find_browser({"PATH": str(tmp_path), "BROWSER_PATH": str(browser)}) == str(browser)
    assert find_browser({"PATH": str(tmp_path), "BROWSER_PATH": str(tmp_path / "none")}) is None


def test_the_app_itself_never_imports_plotly() -> None:
    program = (
        "import sys, reports.publishing.renderers, reports.publishing.schedule;"
        "import reports.publishing.message;"
        "import handlers.digest.command;"
        "drawing = ('plotly', 'choreographer', 'reports.charts.plotly_figures');"
        "sys.exit(any(name in sys.modules for name in drawing))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program], check=False, cwd=root)
    assert done.returncode == 0


def hostile(url: str) -> str:
    return f"<span style=\"background:url('{url}/name')\">Ward</span> <img src={url}/i> $x$ &amp; </script>"


def renamed(picture: Picture, name: str) -> Picture:
    """The picture with hostile words in every place that holds words."""
    if isinstance(picture, FourPicture):
        four = tuple(
            replace(row, name=name, item=name, led_words=name, count_words=name) for row in picture.rows
        )
        words = dict.fromkeys(("led_heading", "thanks_heading", "disagree", "agree", "team", "month"), name)
        return replace(picture, rows=four, notes=(name,), **words)
    if isinstance(picture, MixPicture):
        rows = tuple(replace(row, name=name, now_words=name, before_words=name) for row in picture.rows)
        return MixPicture(name, name, rows, name, name)
    groups = tuple(
        replace(group, name=name, newest=name, rows=tuple(replace(row, words=name) for row in group.rows))
        for group in picture.groups
    )
    words = dict.fromkeys(("title", "disagree", "neither", "agree", "first_month", "last_month"), name)
    return replace(picture, groups=groups, missing=name, footer=name, team=name, **words)


@pytest.mark.parametrize("name", ["en-rich-four", "too_few-ranges"])
def test_no_words_on_a_picture_make_the_browser_ask_for_anything(
    drawing: ChartRenderer, listener: Listener, name: str
) -> None:
    assert drawing.png(renamed(DRAWN[name], hostile(listener.url)))
    assert listener.asked == []


@pytest.mark.parametrize("name", ["en-rich-four", "too_few-ranges"])
def test_a_page_with_a_network_asks_for_nothing_unless_the_escapes_are_left_out(
    drawing: ChartRenderer, listener: Listener, page: Page, name: str
) -> None:
    safe = drawing.figure_json(renamed(DRAWN[name], hostile(listener.url)))
    assert safe is not None
    page.set_content("<!DOCTYPE html><div id=chart></div>")
    page.add_script_tag(content=plotly_script())
    draw = "figure => Plotly.newPlot('chart', figure.data, figure.layout)"
    page.evaluate(draw, orjson.loads(safe))
    page.wait_for_load_state("networkidle")
    assert listener.asked == []
    assert "<span style=" in page.inner_text("#chart")
    naive = safe.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    page.evaluate(draw, orjson.loads(naive))
    wait_until(lambda: bool(listener.asked))


def test_words_are_wrapped_evenly_and_cut_where_they_cannot_fit() -> None:
    title = "Empathising was named most. Helping was named least."
    assert text_width.even_lines(title, 328, 15, bold=True) == [
        "Empathising was named most.",
        "Helping was named least.",
    ]
    quoted = "“Did something practical” is rated lowest."
    assert text_width.even_lines(quoted, 328, 15, bold=True) == [
        "“Did something practical”",
        "is rated lowest.",
    ]
    long = text_width.even_lines("W" * 80 + " and more words " * 20, 328, 15, bold=True)
    assert len(long) == 3
    assert all(text_width.width(line, 15, bold=True) <= 328 for line in long)
    assert text_width.truncate("Ward 7", 328, 11) == "Ward 7"
    assert text_width.truncate("Community Learning Disability", 80, 11).endswith("…")


def test_bold_is_wider_and_a_name_on_a_picture_is_one_plain_line() -> None:
    assert text_width.width("Ward", 12, bold=True) > text_width.width("Ward", 12) > 0
    sizes = [text_width.width("i" * count, 12) for count in range(5)]
    assert all(a < b for a, b in pairwise(sizes))
    assert text_width.plain("Ward\u202e 7\n\u0000night\u200b") == "Ward 7 night"
