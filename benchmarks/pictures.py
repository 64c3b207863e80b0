"""A PNG of each chart after the first, beside kaleido's own loop drawing the same figures in the same run.

Kaleido gets the finished figures in one browser that stays open. Ours goes the way of the app: the
picture as JSON to the drawing process, the figure made there, the PNG back. With `--digests N` both draw
the two charts of N digests, no two alike, and kaleido those of every tenth, in turns with ours.
"""

import argparse
import asyncio
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from random import Random
from time import perf_counter
from typing import Any

import kaleido

from benchmarks.measuring import Line, Runs, Work, in_turns, show
from reports.charts import plotly_figures
from reports.charts.browser import SCALE
from reports.charts.canvas import WIDTH
from reports.charts.renderer import ChartRenderer, find_browser
from reports.charts.spec import MixPicture, MixRow, Picture, RangeGroup, RangeRow, RangesPicture
from slackapp.core.behaviours import WORDING, Behaviour

ROUNDS = 7
PICTURES = 6
EVERY = 10


def mix(counts: Sequence[tuple[int, int]] = ((12, 10), (9, 11), (19, 12), (7, 6))) -> MixPicture:
    rows = tuple(
        MixRow(behaviour, WORDING[behaviour].label, now, before, str(now), f"was {before}")
        for behaviour, (now, before) in zip(Behaviour, counts, strict=True)
    )
    return MixPicture("Empathising came first", "Thank-yous in the month", rows, "47 thank-yous", "Ward 7")


def ranges(start: float = 5.0) -> RangesPicture:
    months = [date(2026, number, 1) for number in range(5, 11)]
    groups = tuple(
        RangeGroup(
            behaviour,
            WORDING[behaviour].label,
            "6.1 to 7.4",
            tuple(
                RangeRow(low, low + 1.3, f"{month:%B} {low} to {low + 1.3}")
                for low, month in ((start + place / 4, month) for place, month in enumerate(months))
            ),
        )
        for behaviour in Behaviour
    )
    return RangesPicture(
        "Most felt listened to",
        "Disagree",
        "Neither",
        "Agree",
        "May",
        "Oct",
        "too few answers",
        groups,
        "October 2026",
        "Ward 7",
    )


class Kaleido:
    """Kaleido's browser, kept open on a loop of its own."""

    def __init__(self, browser_path: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = ThreadPoolExecutor(1)
        self._thread.submit(asyncio.set_event_loop, self._loop).result()
        # As root Chromium refuses its own sandbox; ours draws without it too then.
        self._kaleido = kaleido.Kaleido(path=browser_path, enable_sandbox=os.geteuid() != 0)
        self._wait(self._kaleido.__aenter__())

    def draw(self, figure: Any) -> bytes:  # noqa: ANN401 - a plotly figure
        options: Any = {"format": "png", "scale": SCALE, "width": WIDTH, "height": int(figure.layout.height)}
        drawn = self._wait(self._kaleido.calc_fig(figure, options))
        return bytes(drawn)

    def close(self) -> None:
        self._wait(self._kaleido.__aexit__(None, None, None))
        self._thread.shutdown()
        self._loop.close()

    def _wait(self, work: Any) -> Any:  # noqa: ANN401 - kaleido's own values
        return self._thread.submit(self._loop.run_until_complete, work).result()


def quick(*, rounds: int = ROUNDS) -> list[Line]:
    browser = find_browser(os.environ)
    assert browser, "no browser was found"
    with ChartRenderer(browser) as drawing:
        kaleido_browser = Kaleido(browser)
        try:
            return [
                _line(drawing, kaleido_browser, name, picture, rounds)
                for name, picture in (("behaviours", mix()), ("ranges", ranges()))
            ]
        finally:
            kaleido_browser.close()


def _line(drawing: ChartRenderer, kaleido_browser: Kaleido, name: str, picture: Picture, rounds: int) -> Line:
    figure = plotly_figures.figure(picture)

    def app_draws(_: int) -> Iterator[Work]:
        return (lambda: _is_png(drawing.draw(picture)) for _ in range(PICTURES))

    def kaleido_draws(_: int) -> Iterator[Work]:
        return (lambda: _is_png(kaleido_browser.draw(figure)) for _ in range(PICTURES))

    drawn, beside = in_turns([app_draws, kaleido_draws], rounds=rounds, threads=1)
    ratio = drawn.milliseconds(0.5) / beside.milliseconds(0.5)
    label = f"PNG of the {name} chart after the first; beside kaleido"
    return Line(label, _percentiles(drawn), _percentiles(beside), f"{ratio:.0%} of its time")


def digests(count: int) -> list[Line]:
    """Both charts of so many digests, ours and kaleido's in turns."""
    browser = find_browser(os.environ)
    assert browser, "no browser was found"
    chance = Random(1)  # noqa: S311 - made-up figures
    own_seconds = kaleido_seconds = 0.0
    with ChartRenderer(browser) as drawing:
        kaleido_browser = Kaleido(browser)
        for picture in (mix(), ranges()):  # The first of each starts the browser.
            _is_png(drawing.draw(picture))
            _is_png(kaleido_browser.draw(plotly_figures.figure(picture)))
        for number in range(count):
            counts = [(chance.randint(5, 60), chance.randint(5, 60)) for _ in Behaviour]
            pictures = (mix(counts), ranges(chance.uniform(0, 7)))
            begun = perf_counter()
            for picture in pictures:
                _is_png(drawing.draw(picture))
            own_seconds += perf_counter() - begun
            if number % EVERY:
                continue
            figures = [plotly_figures.figure(picture) for picture in pictures]
            begun = perf_counter()
            for figure in figures:
                _is_png(kaleido_browser.draw(figure))
            kaleido_seconds += perf_counter() - begun
        kaleido_browser.close()
    rates = count / own_seconds, -(-count // EVERY) / kaleido_seconds
    label = f"{count:,} digests with two charts each; beside kaleido with every tenth of them"
    rates_text = [f"{rate * 60:.0f} digests a minute" for rate in rates]
    return [Line(label, rates_text[0], rates_text[1], f"{rates[0] / rates[1]:.1f} times the rate")]


def _is_png(drawn: bytes | None) -> None:
    assert drawn
    assert drawn.startswith(b"\x89PNG")
    # Both drew the whole picture, three times as wide as a phone.
    assert int.from_bytes(drawn[16:20], "big") == WIDTH * SCALE


def _percentiles(runs: Runs) -> str:
    return f"p50 {runs.milliseconds(0.5):.0f} ms, p99 {runs.milliseconds(0.99):.0f} ms"


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--rounds", type=int, default=ROUNDS)
    reader.add_argument("--digests", type=int, default=0)
    options = reader.parse_args()
    show(digests(options.digests) if options.digests else quick(rounds=options.rounds))


if __name__ == "__main__":
    main()
