"""Batches of work in which one failure does not stop the others."""

from collections.abc import Callable, Iterable

OnProgress = Callable[[int, int], None]


"""Called with the number done and the total."""


def no_progress(_done: int, _total: int) -> None:
    """Ignore progress."""


def run_all_then_raise(works: Iterable[Callable[[], object]]) -> None:
    """Run each callable, even if one fails. Each must be idempotent.

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
