"""Routes from a delivery to a message: a loader reads, a renderer builds, the sender sends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from slackapp.models import Delivery, FanOut
from slackapp.outbox.kinds import Kind
from slackapp.outbox.references import Reference

FollowUp = Callable[[Session, Delivery, datetime], None]
"""Runs in the transaction that records a result; harmless to repeat."""


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
    follow_up: FollowUp | None = None
    """Runs once the message has been sent."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to upload: privately when `channel` is None, else shared there once.

    `produce` runs after the read session has ended and may be slow; None means that
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
    """A message (its channel and `ts`) or a `file` of the app to delete from Slack."""

    channel: str
    ts: str | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """Not yet: loaded again at `due`."""

    due: datetime
    follow_up: FollowUp | None = None


@dataclass(frozen=True, slots=True)
class Skip:
    """Nothing to send any more; `reason` is a short code without content."""

    reason: str
    follow_up: FollowUp | None = None


Outgoing = Message | Upload | Deletion
Rendered = Outgoing | WaitUntil | Skip
R = TypeVar("R", bound=Reference)
C = TypeVar("C")
Loader = Callable[[Session, R, Delivery, datetime], C | WaitUntil | Skip]
"""Reads what a message needs, in a read session; writes nothing. The row is detached."""
Renderer = Callable[[C], Outgoing]
"""Builds the message from what was loaded. Pure: no session is open."""


@dataclass(frozen=True, slots=True)
class Route(Generic[R, C]):
    """The loader and the renderer of one kind of delivery."""

    kind: Kind[R]
    load: Loader[R, C]
    render: Renderer[C]

    def prepare(
        self, session: Session, row: Delivery, now: datetime
    ) -> Callable[[], Outgoing] | WaitUntil | Skip:
        """Load in a read session; return the function that renders after the session is closed."""
        content = self.load(session, self.kind.about.parse(row.reference), row, now)
        if isinstance(content, WaitUntil | Skip):
            return content
        return partial(self.render, content)

    def rendered(self, session: Session, row: Delivery, now: datetime) -> Rendered:
        """Load and render in one step."""
        prepared = self.prepare(session, row, now)
        return prepared if isinstance(prepared, WaitUntil | Skip) else prepared()


Routes = Mapping[str, Route[Any, Any]]
"""Routes by the name of their kind."""


def by_kind(*routes: Route[Any, Any]) -> dict[str, Route[Any, Any]]:
    """Return routes by the names of their kinds."""
    return {route.kind: route for route in routes}


Expander = Callable[[Session, FanOut, datetime, int], bool]
"""Enqueues a fan-out's next chunk (at most so many members), moves its cursor; True at the end."""
