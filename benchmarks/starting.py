"""How long the demo takes to open, and what it, the app and the drawing process keep in memory at rest."""

import argparse
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks import pictures, slack
from benchmarks.measuring import Line, show
from reports.charts.renderer import ChartRenderer, find_browser

IDLE = 10.0
STARTS = 3
ROOT = Path(__file__).parent.parent
_MB = 1024 * 1024
_SLACKAPP = [sys.executable, "-c", "from slackapp.cli.main import main; main()"]


def quick(*, starts: int = STARTS, idle: float = IDLE) -> list[Line]:
    with tempfile.TemporaryDirectory(prefix="measure") as folder:
        return [*_demo(Path(folder), starts, idle), _serve(Path(folder), idle), _drawing(idle)]


def _demo(folder: Path, starts: int, idle: float) -> list[Line]:
    arguments = [*_SLACKAPP, "demo", "--port", str(_free_port()), "--state", str(folder / "state")]
    with _running(arguments, until="is open") as (first, _):
        pass
    took, bare = [], []
    for place in range(starts):
        with _running(arguments, until="is open") as (seconds, process):
            took.append(seconds)
            if place == starts - 1:
                memory = _at_rest(process.pid, idle)
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", _LEAST], check=True, cwd=ROOT)  # noqa: S603 - our own words
        bare.append(time.perf_counter() - begun)
    demo_median, bare_median = statistics.median(took), statistics.median(bare)
    return [
        Line("`slackapp demo`, first start: three months are lived through", f"{first:.1f} s"),
        Line(
            "`slackapp demo`, second start until it is open; beside importing its libraries alone",
            f"{demo_median:.2f} s",
            f"{bare_median:.2f} s",
            f"{demo_median / bare_median:.1f} x its time",
        ),
        Line(f"`slackapp demo` in memory, idle for {idle:.0f} s; beside its libraries alone", *memory),
    ]


_LEAST = "import aiohttp.web, slack_bolt, slack_sdk, sqlalchemy.orm, apscheduler, babel, jinja2, alembic"


def _serve(folder: Path, idle: float) -> Line:
    (folder / "data").mkdir()
    with slack.sandbox_process() as url:
        environment = {
            "SLACK_BOT_TOKEN": slack.TOKEN,
            "SLACK_APP_TOKEN": slack.APP_TOKEN,
            "SLACK_API_URL": url,
            "DATABASE_URL": f"sqlite:///{folder / 'data' / 'serve.db'}",
            "KEY_DIR": str(folder / "keys"),
            "HEALTH_PORT": str(_free_port()),
        }
        subprocess.run(  # noqa: S603 - our own program
            [*_SLACKAPP, "migrate"],
            check=True,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
        )
        with _running([*_SLACKAPP, "serve"], until="is listening", environment=environment) as (_, process):
            memory = _at_rest(process.pid, idle)
    return Line(f"`slackapp serve` in memory, idle for {idle:.0f} s; beside its libraries alone", *memory)


def _drawing(idle: float) -> Line:
    browser = find_browser(os.environ)
    assert browser, "no browser was found"
    with ChartRenderer(browser) as drawing:
        assert drawing.draw(pictures.mix())
        time.sleep(idle)
        process = psutil.Process(next(child.pid for child in psutil.Process().children() if _draws(child)))
        python = process.memory_info().rss / _MB
        # Its processes share most of their pages, so each page is counted in parts.
        shared = sum(_share(child) for child in process.children(recursive=True)) / _MB
    label = (
        f"Drawing process after a chart, idle for {idle:.0f} s; beside its browser (PSS of all its processes)"
    )
    return Line(label, f"{python:.0f} MB", f"{shared:.0f} MB", "gone after 120 s without a request")


def _draws(process: psutil.Process) -> bool:
    return "reports.charts.renderer" in process.cmdline()


def _share(process: psutil.Process) -> int:
    full = process.memory_full_info()
    return int(getattr(full, "pss", full.uss))


def _at_rest(pid: int, idle: float) -> tuple[str, str, str]:
    """Megabytes of the process, of one that only imports the libraries, and their ratio."""
    time.sleep(idle)
    own = psutil.Process(pid).memory_info().rss / _MB
    print_own = "import psutil; print(psutil.Process().memory_info().rss)"
    output = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", f"{_LEAST}; {print_own}"], check=True, cwd=ROOT, capture_output=True, text=True
    )
    reference = int(output.stdout) / _MB
    return f"{own:.0f} MB", f"{reference:.0f} MB", f"{own / reference:.1f} x"


@contextmanager
def _running(
    command: list[str], *, until: str, environment: Mapping[str, str] | None = None
) -> Iterator[tuple[float, "subprocess.Popen[str]"]]:
    """A program, once it has said a thing, and the seconds that took; it is asked to end afterwards."""
    begun = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - our own program
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
    )
    assert process.stdout
    lines = []
    try:
        for line in process.stdout:
            lines.append(line)
            if until in line:
                break
        else:
            raise RuntimeError("".join(lines))
        yield time.perf_counter() - begun, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--starts", type=int, default=STARTS)
    reader.add_argument("--idle", type=float, default=IDLE)
    options = reader.parse_args()
    show(quick(starts=options.starts, idle=options.idle))


if __name__ == "__main__":
    main()
