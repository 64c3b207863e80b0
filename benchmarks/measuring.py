"""Taking turns, counting, and telling it as a table."""

import os
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice

Work = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: what was measured, ours, what stands beside it, and how they compare."""

    what: str
    ours: str
    beside: str = ""
    ratio: str = ""


@dataclass(slots=True)
class Runs:
    """Rounds of one contestant: calls a second of each round, and the seconds of every call."""

    rates: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    def milliseconds(self, share: float) -> float:
        """The time within which this share of all calls was done."""
        inner = sorted(self.seconds)
        return 1000 * inner[min(len(inner) - 1, int(share * len(inner)))]

    def told(self) -> str:
        return (
            f"{self.rate:,.0f}/s (p50 {self.milliseconds(0.5):.1f} ms, p99 {self.milliseconds(0.99):.1f} ms)"
        )


def in_turns(
    contestants: Sequence[Callable[[int], Iterable[Work]]], *, rounds: int, threads: int
) -> list[Runs]:
    """Let them work in turns, so that a busy machine slows each alike.

    Each is called with the number of its round and gives the calls to time, made before
    the clock starts. The first round only warms up and is not counted.
    """
    runs = [Runs() for _ in contestants]
    for place in range(rounds + 1):
        # Whoever goes second may find a warmer machine, so the order changes.
        order = list(zip(contestants, runs, strict=True))
        for prepare, own in order if place % 2 else reversed(order):
            rate, seconds = _round(list(prepare(place)), threads)
            if place:
                own.rates.append(rate)
                own.seconds += seconds
    return runs


def _round(work: list[Work], threads: int) -> tuple[float, list[float]]:
    shares = [list(islice(work, start, None, threads)) for start in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(time.sleep, [0.01] * threads))  # The threads are there before the clock starts.
        begun = time.perf_counter()
        seconds = [duration for durations in pool.map(_each, shares) for duration in durations]
        return len(work) / (time.perf_counter() - begun), seconds


def _each(work: list[Work]) -> list[float]:
    seconds = []
    for call in work:
        begun = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - begun)
    return seconds


def compared(app: Runs, reference: Runs) -> str:
    """Ours as a share of theirs, round by round: the median, and from least to most."""
    ratios = [own / compared_rate for own, compared_rate in zip(app.rates, reference.rates, strict=True)]
    return f"{statistics.median(ratios):.0%} ({min(ratios):.0%} to {max(ratios):.0%})"


def load() -> str:
    """How busy the machine is."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def show(lines: Sequence[Line]) -> None:
    """Print the table, as Markdown."""
    rows = [("measured", "here", "beside it", "ratio"), *((x.what, x.ours, x.beside, x.ratio) for x in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    rows.insert(1, tuple("-" * width for width in widths))  # type: ignore[arg-type]
    for row in rows:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")
    print(f"({load()})", flush=True)
