"""Waiting for what the app learns from an event, whose arrival time is not fixed."""

import threading
import time
from collections.abc import Callable


def comes(until: Callable[[], bool], what: object = "what was waited for") -> None:
    """Poll until a condition holds, for at most as long as for a screen."""
    deadline = time.monotonic() + 15
    while not until():
        assert time.monotonic() < deadline, f"{what} has not come"
        threading.Event().wait(0.02)
