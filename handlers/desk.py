"""What every listener is given: the database, the clock, the ballot keys and the bell."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from slackapp.db import Sessions
from slackapp.guard import ConfidentialityCheck, standard
from slackapp.pulse.ballots import KeyDirectory


@dataclass(frozen=True, slots=True)
class Context:
    """Made once by `slackapp.app`; listeners hold nothing else."""

    sessions: Sessions
    now: Callable[[], datetime]
    keys: KeyDirectory
    wake: Callable[[], None]
    """Rung after a commit that owes a message somebody waits for, so that it goes at once."""
    guard: ConfidentialityCheck = field(default_factory=standard)
    """Reads thank-yous before they go, with the organisation's own words if it has any."""
