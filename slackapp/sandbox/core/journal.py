"""Log of the app's calls and of the payloads sent to it, without tokens."""

from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import orjson

from slackapp.sandbox.core.clock import SandboxClock

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT_LINES = 100_000
KEPT_ENTRIES = 400
MASK = b"***"


@dataclass(slots=True)
class Entry:
    """A journal entry: `sent` is true for payloads sent to the app; `took` is in seconds, if known.

    A sent payload has no `response` and `took` until the app has answered or failed.
    """

    number: int
    sent: bool
    name: str
    body: Any
    response: Any
    t: float
    took: float | None


class Journal:
    """Keeps the newest lines in memory and, given a directory, all in calls.jsonl and inbound.jsonl."""

    def __init__(self, clock: SandboxClock, directory: Path | None) -> None:
        self.calls: deque[bytes] = deque(maxlen=KEPT_LINES)
        self.inbound: deque[bytes] = deque(maxlen=KEPT_LINES)
        self.recent: deque[Entry] = deque(maxlen=KEPT_ENTRIES)
        self.watcher: Callable[[], None] | None = None
        """Called often enough to see every entry in `recent`."""
        self._clock = clock
        self._secrets: list[bytes] = []
        self._number = 0
        self._files: dict[str, IO[bytes]] = {}
        if directory is not None:
            directory.mkdir(parents=True, exist_ok=True)
            for name in ("calls", "inbound"):
                # Unbuffered, so that a reader sees every line at once.
                self._files[name] = (directory / f"{name}.jsonl").open("ab", buffering=0)

    def hide(self, *secrets: str) -> None:
        """Replace these strings by `***` in every line."""
        self._secrets.extend(secret.encode() for secret in secrets if secret)

    def call(self, method: str, body: Any, enc: str, response: Any, *, took: float | None = None) -> None:  # noqa: ANN401  # bodies are any JSON; the line has these parts
        """Record a call of the app; `enc` is "json" or "form"."""
        t = round(self._clock.epoch(), 6)
        self._write(
            "calls", self.calls, {"method": method, "body": body, "enc": enc, "t": t, "response": response}
        )
        self._remember(Entry(self._next(), False, method, body, response, t, took))

    def sent(self, kind: str, payload: dict[str, Any]) -> Entry:
        """Record a payload sent to the app; the caller fills in the response."""
        self._write("inbound", self.inbound, {"kind": kind, "payload": payload})
        entry = Entry(self._next(), True, kind, payload, None, self._clock.epoch(), None)
        self._remember(entry)
        return entry

    @property
    def number(self) -> int:
        """Number of the newest entry; 0 before the first."""
        return self._number

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()
        self._files.clear()

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _remember(self, entry: Entry) -> None:
        self.recent.append(entry)
        if self.watcher is not None and entry.number % (KEPT_ENTRIES // 2) == 0:
            self.watcher()

    def _write(self, name: str, lines: deque[bytes], line: dict[str, Any]) -> None:
        written = orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
        for secret in self._secrets:
            written = written.replace(secret, MASK)
        lines.append(written)
        if name in self._files:
            self._files[name].write(written)
