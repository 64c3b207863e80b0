"""What a delivery turns into when it is rendered: values between the rules and the one sender."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from slackapp.models import Delivery, FanOut


@dataclass(frozen=True, slots=True)
class Message:
    """A message to post to the delivery's target, or to `channel` when that is given.

    `text` carries the same facts as `blocks`. `without_pictures` are the blocks to use
    when Slack will not show an uploaded picture. With `replaces`, the ts of an earlier
    message in `channel`, that message is changed instead (a delivery of Method.UPDATE).
    """

    text: str
    blocks: list[dict[str, Any]]
    channel: str | None = None
    thread_ts: str | None = None
    without_pictures: list[dict[str, Any]] | None = None
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to upload: privately when `channel` is None, else shared there once.

    `produce` runs after the transaction has ended and may be slow; None means that
    it cannot be made, and the delivery is given up with the reason "not_made".
    `alt` says in words what the picture shows, figures included.
    """

    filename: str
    title: str
    alt: str
    produce: Callable[[], bytes | None]
    channel: str | None = None
    thread_ts: str | None = None


@dataclass(frozen=True, slots=True)
class Deletion:
    """A message (its channel and `ts`) or a `file` of the app's own that is to be gone from Slack."""

    channel: str
    ts: str | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """Not yet: what it waits for is not there. Looked at again at `due`."""

    due: datetime


@dataclass(frozen=True, slots=True)
class Skip:
    """There is nothing to send any more; `reason` is a short code without content."""

    reason: str


Rendered = Message | Upload | Deletion | WaitUntil | Skip
Renderer = Callable[[Session, Delivery, datetime], Rendered]
"""Given the open transaction, the claimed row and the moment. Quick: it holds the claim's locks."""

Expander = Callable[[Session, FanOut, datetime, int], bool]
"""Owes the next chunk of a fan-out (at most so many members) and moves its cursor; True when all are done."""
