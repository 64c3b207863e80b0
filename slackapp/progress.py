"""How far long work has come, told to whoever waits for it."""

from collections.abc import Callable

OnProgress = Callable[[int, int], None]
"""Called with how many of how many are done."""


def no_progress(_done: int, _total: int) -> None:
    """For when nobody waits."""
