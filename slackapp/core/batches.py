"""Work for many workspaces, in which none waits for another that cannot be done."""

from collections.abc import Callable, Iterable

OnProgress = Callable[[int, int], None]


"""Called with how many of how many are done."""


def no_progress(_done: int, _total: int) -> None:
    """For when nobody waits."""


def run_all_then_raise(works: Iterable[Callable[[], object]]) -> None:
    """Do one piece of work after the other, though one fails. Each must be harmless to repeat.

    Raises:
        Exception: What went wrong in the last that failed. All the others are done by then.
    """
    failed: Exception | None = None
    for work in works:
        try:
            work()
        except Exception as problem:  # noqa: BLE001 - whatever it is, it is raised below
            failed = problem
    if failed is not None:
        raise failed
