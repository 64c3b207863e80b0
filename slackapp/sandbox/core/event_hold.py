"""Held events: Slack may send events late, in another order and more than once."""

import random
from dataclasses import dataclass, field
from typing import Any

ORDERS = ("in order", "reversed", "shuffled")


@dataclass(slots=True)
class EventHold:
    """Payloads of events that are not sent until they are released."""

    is_on: bool = False
    waiting: list[dict[str, Any]] = field(default_factory=list)

    def release(self, order: str, *, times: int = 1) -> list[dict[str, Any]]:
        """End the hold; return the payloads in this order, each repeated `times` times with the same id."""
        payloads, self.waiting, self.is_on = self.waiting * times, [], False
        if order == "reversed":
            payloads.reverse()
        elif order == "shuffled":
            random.shuffle(payloads)
        return payloads
