"""Events that wait: Slack may send them late, in another order and more than once."""

import random
from dataclasses import dataclass, field
from typing import Any

ORDERS = ("in order", "reversed", "shuffled")


@dataclass(slots=True)
class EventHold:
    """The payloads of events that have happened and are not yet sent."""

    is_on: bool = False
    waiting: list[dict[str, Any]] = field(default_factory=list)

    def release(self, order: str, *, times: int = 1) -> list[dict[str, Any]]:
        """End the hold; gives the payloads in this order, each so many times. The event ids stay."""
        payloads, self.waiting, self.is_on = self.waiting * times, [], False
        if order == "reversed":
            payloads.reverse()
        elif order == "shuffled":
            random.shuffle(payloads)
        return payloads
