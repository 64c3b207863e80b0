"""The web page, opened from a file with no network, as a leader opens it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request

from reports.charts.renderer import ChartRenderer
from reports.figures.team_month import Highlight, TeamMonth
from reports.publishing.page import charts
from reports.publishing.page import page as month_page
from reports.publishing.schedule import drawings
from slackapp.core.behaviours import Behaviour
from slackapp.core.i18n import voice
from tests.reports import samples
from tests.reports.test_answering import FULL
from tests.reports.test_message import TODAY

pytestmark = pytest.mark.browser
say = voice()
AXE = (Path(__file__).parents[1] / "page" / "data" / "axe.min.js").read_text()
HOSTILE = "<script>fetch('http://127.0.0.1:9/x')</script><img src=http://127.0.0.1:9/y>{{ 7*7 }}"


class Opened:
    """A page that was opened from a file, with what it asked for and what it complained of."""

    def __init__(self, page: Page, source: Path) -> None:
        self.page = page
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.on("request", self._asks)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "console", lambda entry: self.complaints.append(entry.text) if entry.type == "error" else None
        )
        page.goto(source.as_uri())

    def _asks(self, request: Request) -> None:
        if not request.url.startswith(("data:", "blob:")):
            self.asked.append(request.url)


def opened(
    chromium: Browser, drawing: ChartRenderer, tmp_path: Path, month: TeamMonth, language: str = "en"
) -> Opened:
    source = tmp_path / "digest.html"
    voiced = voice(language)
    html = month_page(voiced, month, drawings(drawing, charts(voiced, month)), TODAY)
    source.write_text(html, encoding="utf-8")
    return Opened(chromium.new_page(viewport={"width": 1000, "height": 900}), source)


def test_the_page_opens_from_a_file_draws_its_charts_and_asks_for_nothing(
    chromium: Browser, drawing: ChartRenderer, tmp_path: Path
) -> None:
    seen = opened(chromium, drawing, tmp_path, samples.RICH)
    assert seen.page.locator(".card svg.main-svg").count() >= 2
    assert len(seen.asked) == 1, "only the file itself"
    assert seen.complaints == []
    assert "Empathising" in str(seen.page.text_content("#four svg"))


def test_what_people_wrote_is_shown_and_neither_runs_nor_fetches(
    chromium: Browser, drawing: ChartRenderer, tmp_path: Path
) -> None:
    shared = Highlight(HOSTILE, HOSTILE, Behaviour.HELPING, HOSTILE)
    seen = opened(chromium, drawing, tmp_path, replace(samples.RICH, team=HOSTILE, highlights=(shared,)))
    assert len(seen.asked) == 1
    assert seen.complaints == []
    assert HOSTILE in seen.page.inner_text("blockquote")
    assert seen.page.inner_text("h1").startswith("<script>fetch(")


def test_the_pages_policy_stops_a_script_that_got_in_all_the_same(
    chromium: Browser, drawing: ChartRenderer, tmp_path: Path
) -> None:
    source = tmp_path / "digest.html"
    html = month_page(say, samples.FIRST, drawings(drawing, charts(say, samples.FIRST)), TODAY)
    planted = "<script>document.title = 'broken'</script><img src='http://127.0.0.1:9/x'>"
    source.write_text(html.replace("<main>", f"<main>{planted}"), encoding="utf-8")
    seen = Opened(chromium.new_page(), source)
    assert seen.page.title() == "Ward 7 in November 2025"
    assert len(seen.complaints) >= 2


def test_a_reader_without_sight_or_scripts_has_headings_tables_and_the_same_figures(
    chromium: Browser, drawing: ChartRenderer, tmp_path: Path
) -> None:
    page = opened(chromium, drawing, tmp_path, samples.RICH).page
    assert page.get_attribute("html", "lang") == "en"
    assert page.locator("h1").count() == page.locator("main").count() == 1
    levels = page.eval_on_selector_all("h1,h2,h3,h4", "all => all.map(one => one.tagName)")
    assert levels == ["H1", "H2", "H2", "H2", "H2"]
    for chart in charts(say, samples.RICH):
        assert page.get_attribute(f"#{chart.name}", "aria-label") == chart.alt
    assert page.locator("table caption").count() == page.locator("table").count() == 2
    assert page.locator("tbody th[scope=row]").count() == 8
    rows = page.eval_on_selector_all("tbody tr", "all => all.map(r => [...r.children].map(c => c.innerText))")
    in_order = reversed(charts(say, samples.RICH))
    expected = [list(row) for chart in in_order for row in chart.table.rows]
    assert rows == expected
    ids = page.eval_on_selector_all("[id]", "all => all.map(one => one.id)")
    assert len(ids) == len(set(ids))


def test_the_page_is_used_with_the_keyboard_and_fits_a_phone(
    chromium: Browser, drawing: ChartRenderer, tmp_path: Path
) -> None:
    page = opened(chromium, drawing, tmp_path, samples.TWO_MONTHS).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "region"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    box = page.locator("#ranges").bounding_box()
    assert box is not None
    assert box["width"] == 360, "the whole chart is seen"


LONG = "It took four of us to find a bed, and nobody had told the night staff. " * 3
HEAVY = replace(
    FULL,
    highlights=tuple(replace(highlight, words=LONG) for highlight in (*FULL.highlights, FULL.highlights[0])),
    promises=tuple(
        replace(promise, details=replace(promise.details, you_said=LONG[:150], we_will=LONG[:150]))
        for promise in FULL.promises
    )
    * 2,
    comments=tuple(LONG[:140] for _ in range(10)),
    officials=tuple(replace(FULL.officials[0], item=item) for item in Behaviour),
)


@pytest.mark.parametrize("language", ["en", "cy"])
def test_the_page_prints_on_at_most_two_sheets_of_a4_and_fits_a_phone(
    chromium: Browser, drawing: ChartRenderer, tmp_path: Path, language: str
) -> None:
    page = opened(chromium, drawing, tmp_path, HEAVY, language).page
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2
    page.emulate_media(media="print")
    alone = "all => all.filter(one => getComputedStyle(one).breakAfter !== 'avoid').map(one => one.innerText)"
    assert page.eval_on_selector_all("h2, h2 + .quiet", alone) == [], (
        "a heading is never left at a sheet's foot"
    )
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.get_attribute("html", "lang") == language
    page.close()


def test_the_page_has_no_script_and_names_no_address(drawing: ChartRenderer) -> None:
    html = month_page(say, samples.RICH, drawings(drawing, charts(say, samples.RICH)), TODAY)
    assert "<script" not in html
    assert html.count("main-svg") >= 2
    assert set(re.findall(r"https?://[^\"' )]+", html)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert len(month_page(say, samples.EMPTY, {}, TODAY)) < 10_000


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("month", [HEAVY, samples.RICH, samples.EMPTY], ids=["heavy", "rich", "empty"])
def test_it_is_printed_as_a_small_tagged_pdf_in_the_readers_language(
    drawing: ChartRenderer, month: TeamMonth, language: str
) -> None:
    voiced = voice(language)
    printed = drawing.pdf(month_page(voiced, month, drawings(drawing, charts(voiced, month)), TODAY))
    assert printed is not None
    assert printed.startswith(b"%PDF-")
    assert len(printed) < 500_000, "on a ward's network"
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2
    assert f"/Lang ({language})".encode() in printed
    for mark in (b"/StructTreeRoot", b"/Outlines", b"/Title"):
        assert mark in printed
    assert b"/FontDescriptor" in printed, "its text is text"


def faults(page: Page) -> list[str]:
    """What axe-core finds wrong with the page."""
    page.evaluate(f"{AXE};0")
    return [str(fault["id"]) for fault in page.evaluate("axe.run(document)")["violations"]]


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("month", [HEAVY, samples.EMPTY, samples.TWO_MONTHS], ids=["heavy", "empty", "two"])
def test_axe_finds_nothing_wrong_on_a_desk_or_a_phone(
    chromium: Browser, drawing: ChartRenderer, tmp_path: Path, month: TeamMonth, language: str
) -> None:
    page = opened(chromium, drawing, tmp_path, month, language).page
    assert faults(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert faults(page) == []
    page.evaluate("document.documentElement.removeAttribute('lang')")
    assert faults(page) == ["html-has-lang"], "it looks"
    page.close()
