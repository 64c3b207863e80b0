"""Waiting for what the app learns of by an event, which comes when it comes."""

import threading
import time
from collections.abc import Callable


def comes(until: Callable[[], bool], what: object = "what was waited for") -> None:
    """Look again and again until it is so, for as long as a screen is waited for."""
    deadline = time.monotonic() + 15
    while not until():
        assert time.monotonic() < deadline, f"{what} has not come"
        threading.Event().wait(0.02)
