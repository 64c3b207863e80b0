"""Kinds of deliveries: each is declared once, as a constant of the story that enqueues it."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, Self, TypeVar

from slackapp.outbox.queue import Method, NewDelivery, Priority
from slackapp.outbox.references import Reference

R = TypeVar("R", bound=Reference)


class SecondCopy(StrEnum):
    """The effect of a second copy of a message that may have arrived."""

    HARMLESS = "harmless"
    """In a direct message: one ballot counts, and a notice may come twice."""
    HARMLESS_ANYWHERE = "harmless anywhere"
    """The same in a channel."""
    AWKWARD = "awkward"
    """A person thanked twice would wonder."""
    SEEN_BY_ALL = "seen by all"


class Topic(StrEnum):
    """Groups in which messages are counted for an admin."""

    CHECK_INS = "check-ins"
    DIGESTS = "digests"
    OTHERS = "others"


class Kind(str, Generic[R]):
    """A kind of delivery: a string, its name in the database, which never changes."""

    __slots__ = ("about", "method", "patience", "priority", "second_copy", "topic")
    about: type[R]
    """What a delivery of this kind refers to."""
    method: Method
    priority: Priority
    second_copy: SecondCopy
    topic: Topic
    patience: timedelta | None
    """How long it waits for lower steps of its group, from the first try of any; None: without limit."""

    def __new__(
        cls,
        name: str,
        about: type[R],
        *,
        second_copy: SecondCopy,
        method: Method = Method.POST,
        priority: Priority = Priority.PERSON,
        topic: Topic = Topic.OTHERS,
        patience: timedelta | None = None,
    ) -> Self:
        """Declare a kind."""
        kind = super().__new__(cls, name)
        kind.about, kind.method, kind.priority, kind.second_copy = about, method, priority, second_copy
        kind.topic, kind.patience = topic, patience
        _DECLARED[name] = kind
        return kind

    def new(
        self,
        about: R,
        target: str,
        due: datetime,
        *,
        key: str = "",
        expires: datetime | None = None,
        group: str | None = None,
        step: int = 0,
    ) -> NewDelivery:
        """Make a delivery to enqueue. Without a `key`, there is one for each kind, reference and target."""
        return NewDelivery(
            key=key or f"{self}:{about}:{target}",
            kind=self,
            reference=str(about),
            target=target,
            due=due,
            priority=self.priority,
            expires=expires,
            method=self.method,
            group=group,
            step=step,
        )

    def is_harmless(self, *, to_channel: bool) -> bool:
        """Return whether a second copy is harmless."""
        if self.second_copy is SecondCopy.HARMLESS:
            return not to_channel
        return self.second_copy is SecondCopy.HARMLESS_ANYWHERE


_DECLARED: dict[str, Kind] = {}  # type: ignore[type-arg]


def topic_of(name: str) -> Topic:
    """Return the topic of a delivery's kind; OTHERS for a kind that this version does not know."""
    kind = _DECLARED.get(name)
    return kind.topic if kind is not None else Topic.OTHERS
