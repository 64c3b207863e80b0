"""Faults ordered through `POST /control/fault`: which call meets which."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from slackapp.sandbox.core.clock import SandboxClock

# Kind -> whether the call is carried out before the fault shows, unless the order says otherwise.
KINDS = {
    "429": False,
    "500": False,
    "drop": True,
    "hang": False,
    "slow": True,
    "error": False,
    "reset": False,
    "half": True,
    "late": True,
    "garbage": False,
    "away": False,
}
BESIDE_THE_API = frozenset({"upload", "response_url"})
"""Addresses that are no Web API methods and can fail too."""
API_ONLY = frozenset({"error", "away"})
NEVER_DONE = frozenset({"429", "away"})
ALWAYS_DONE = frozenset({"slow", "late"})


@dataclass(frozen=True, slots=True)
class Subject:
    """What a call is about: its workspace, and the channels and people that it names."""

    workspace: str = ""
    channels: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Where:
    """The only place in which a fault happens; an empty field stands for any."""

    workspace: str = ""
    channel: str = ""
    user: str = ""

    def covers(self, subject: Subject) -> bool:
        """Whether a call about this subject meets the fault."""
        return (
            self.workspace in ("", subject.workspace)
            and (not self.channel or self.channel in subject.channels)
            and (not self.user or self.user in subject.users)
        )


@dataclass(slots=True)
class Fault:
    """A fault of the calls of `method` ("*" for any); docs/sandbox.md describes the kinds.

    `count`: how many calls meet it; None: as many as come. `rate`: the share of calls that meet it. `until`:
    when it ends, on the sandbox's clock. `is_done`: the call is carried out all the same. `retry_after` and
    `seconds` are in real seconds.
    """

    method: str
    kind: str
    count: int | None = 1
    retry_after: int = 1
    seconds: float = 5.0
    error: str = ""
    is_done: bool = False
    rate: float = 1.0
    until: float | None = None
    where: Where = field(default_factory=Where)

    def describe(self) -> dict[str, Any]:
        """The fault as GET /control/fault lists it, without what does not apply."""
        about: dict[str, Any] = {"method": self.method, "kind": self.kind, "count": self.count}
        about |= {"error": self.error} if self.error else {}
        about |= {"rate": self.rate} if self.rate < 1 else {}
        about |= {"until": self.until} if self.until is not None else {}
        place = {"workspace": self.where.workspace, "channel": self.where.channel, "user": self.where.user}
        named = {name: value for name, value in place.items() if value}
        return about | ({"where": named} if named else {})


class Faults:
    """The faults in force, oldest first."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Put a fault in force."""
        self._faults.append(fault)

    def clear(self) -> None:
        """End all of them."""
        self._faults.clear()

    @property
    def any(self) -> bool:
        """Whether there may be one in force; as quick as can be, since every call asks."""
        return bool(self._faults)

    def in_force(self) -> list[Fault]:
        """The faults that calls may meet now; those whose time is over are forgotten."""
        now = self._clock.epoch()
        self._faults = [fault for fault in self._faults if fault.until is None or fault.until > now]
        return list(self._faults)

    def take(self, method: str, subject: Callable[[], Subject]) -> Fault | None:
        """The fault this call meets, if any. `subject` is asked only where a fault is limited to a place."""
        anywhere = Where()
        for fault in self.in_force():
            if not _is_for(fault, method):
                continue
            if fault.where != anywhere and not fault.where.covers(subject()):
                continue
            if fault.rate < 1 and random.random() >= fault.rate:  # noqa: S311  # a chance, not a secret
                continue
            self._count_down(fault)
            return fault
        return None

    def _count_down(self, fault: Fault) -> None:
        if fault.count is None:
            return
        fault.count -= 1
        if fault.count <= 0:
            self._faults.remove(fault)


def _is_for(fault: Fault, method: str) -> bool:
    if fault.method == "*":
        return method not in BESIDE_THE_API or fault.kind not in API_ONLY
    return fault.method == method
