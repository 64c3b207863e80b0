"""Faults requested through `POST /control/fault`, and which calls they apply to."""

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
"""Addresses that are not Web API methods and can also fail."""
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
    """Limits a fault to a workspace, channel or user; an empty field matches any."""

    workspace: str = ""
    channel: str = ""
    user: str = ""

    def covers(self, subject: Subject) -> bool:
        """Whether the fault applies to a call about this subject."""
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
        """Return the fault as GET /control/fault lists it."""
        about: dict[str, Any] = {"method": self.method, "kind": self.kind, "count": self.count}
        about |= {"error": self.error} if self.error else {}
        about |= {"rate": self.rate} if self.rate < 1 else {}
        about |= {"until": self.until} if self.until is not None else {}
        place = {"workspace": self.where.workspace, "channel": self.where.channel, "user": self.where.user}
        named = {name: value for name, value in place.items() if value}
        return about | ({"where": named} if named else {})


class Faults:
    """The active faults, oldest first."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Activate a fault."""
        self._faults.append(fault)

    def clear(self) -> None:
        """Remove all faults."""
        self._faults.clear()

    @property
    def any(self) -> bool:
        """Whether a fault may be active; cheap, because every call checks it."""
        return bool(self._faults)

    def in_force(self) -> list[Fault]:
        """Return the active faults; remove those that have expired."""
        now = self._clock.epoch()
        self._faults = [fault for fault in self._faults if fault.until is None or fault.until > now]
        return list(self._faults)

    def take(self, method: str, subject: Callable[[], Subject]) -> Fault | None:
        """Return the fault that applies to this call, if any. `subject` is only called for a limited one."""
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
