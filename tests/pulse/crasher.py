"""A process of its own for tests that kill: each order is carried out in a fork, which may die at any line.

Orders come as JSON lines on standard input; what happens is told as lines on standard output.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy import text

from slackapp.core.db import Sessions, connect
from slackapp.pulse import held_comments, rounds
from slackapp.pulse.keys import KeyDirectory
from slackapp.pulse.rounds import Answers

PULSE = Path(rounds.__file__).parent
EFFECTS = {
    str(PULSE / name)
    for name in (
        "rounds.py",
        "counting.py",
        "ballots.py",
        "keys.py",
        "key_files.py",
        "held_comments.py",
        "opening.py",
        "charter_tables.py",
    )
}
"""Where something is written, locked or destroyed; the other modules only calculate."""

PURE = {"open_box", "opener", "_opened", "_derived", "_file"}


def tell(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


class AtLine:
    """Follows the pulse's own code; dies at the n-th distinct line, or tells how many there were."""

    def __init__(self, deadly: int | None) -> None:
        self.deadly, self.seen = deadly, set[tuple[str, int]]()

    def __call__(self, frame: FrameType, event: str, _: object) -> "AtLine | None":
        if frame.f_code.co_filename not in EFFECTS or frame.f_code.co_name in PURE:
            return None
        place = frame.f_code.co_filename, frame.f_lineno
        if event in {"line", "return"} and place not in self.seen:
            self.seen.add(place)
            if len(self.seen) == self.deadly:
                tell("died", Path(place[0]).name, frame.f_code.co_name, place[1])
                os.kill(os.getpid(), signal.SIGKILL)
        return self


def at_each_line(order: dict[str, Any], step: Callable[[Sessions, KeyDirectory, datetime], object]) -> None:
    """Do one step under the eyes of a tracer."""
    tracer = AtLine(order["deadly"])
    sessions, keys = connect(order["url"]), KeyDirectory(Path(order["keys"]))
    now = datetime.fromisoformat(order["now"])
    sys.settrace(tracer)
    step(sessions, keys, now)
    sys.settrace(None)
    tell("survived", len(tracer.seen))


def close(order: dict[str, Any]) -> None:
    at_each_line(order, lambda sessions, keys, now: rounds.close(sessions, keys, order["poll"], now))


def open_round(order: dict[str, Any]) -> None:
    at_each_line(order, lambda sessions, keys, now: rounds.open_due(sessions, keys, order["workspace"], now))


def release(order: dict[str, Any]) -> None:
    at_each_line(order, held_comments.release)


def close_key_first(order: dict[str, Any]) -> None:
    """The naive order of things: the key goes before what it opens was counted. Dies in between."""
    sessions, keys = connect(order["url"]), KeyDirectory(Path(order["keys"]))
    with sessions.begin() as session:
        session.execute(text("UPDATE poll SET state = 'closing'"))
    keys.destroy(order["poll"])
    tell("died", "key_first")
    os.kill(os.getpid(), signal.SIGKILL)


def submit(order: dict[str, Any]) -> None:
    """Hand in answers one after the other, telling each before it is tried and after it was acknowledged."""
    sessions, keys = connect(order["url"]), KeyDirectory(Path(order["keys"]))
    for person, score in order["papers"]:
        tell("tries", person, score)
        paper = Answers(order["poll"], person, {"helping": score})
        with sessions.begin() as session:
            rounds.submit(session, keys, paper, datetime.fromisoformat(order["now"]))
        tell("stored", person, score)


ORDERS = {
    "open": open_round,
    "submit": submit,
    "close": close,
    "close_key_first": close_key_first,
    "release": release,
}


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            tell("pid", os.getpid())
            ORDERS[order["do"]](order)
            os._exit(0)
        os.waitpid(child, 0)
        tell("ended")


if __name__ == "__main__":
    main()
