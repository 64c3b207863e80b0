"""Troubles ordered through `POST /control/fault`."""

from dataclasses import dataclass

KINDS = ("429", "500", "drop", "hang", "slow", "error")


@dataclass(slots=True)
class Fault:
    """A trouble that the next `count` calls of `method` ("*" for any) meet.

    429: refused with Retry-After. 500: fails before anything is done. drop: done, then the connection is
    closed without an answer. hang: nothing is done and nothing answered for `seconds`, then closed. slow:
    done, answered after `seconds`. error: refused with Slack's name for it in `error`.
    """

    method: str
    kind: str
    count: int = 1
    retry_after: int = 1
    seconds: float = 5.0
    error: str = ""


class Faults:
    """The troubles that are still to come."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Order one."""
        self.waiting.append(fault)

    def clear(self) -> None:
        """Call all of them off."""
        self.waiting.clear()

    def take(self, method: str) -> Fault | None:
        """The trouble this call meets, if any."""
        for fault in self.waiting:
            if fault.method in (method, "*"):
                fault.count -= 1
                if fault.count <= 0:
                    self.waiting.remove(fault)
                return fault
        return None
