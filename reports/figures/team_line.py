"""What a level above reads about one of its teams: what its leader did, never a figure."""

from dataclasses import dataclass
from datetime import date
from enum import Enum


class Act(Enum):
    """What the line tells: the first of these that holds."""

    OVERDUE = "overdue"
    UNANSWERED = "unanswered"
    KEPT = "kept"
    PROMISED = "promised"
    JOINED = "joined"
    """Few answered: its answers are counted with the level above."""
    NO_DIGEST = "no digest"
    NOTHING = "nothing"
    """Nothing that may be told yet."""


@dataclass(frozen=True, slots=True)
class TeamLine:
    """The line about one team: an open `promise`, due on `due`, or one kept since the last digest."""

    team_id: str
    team: str
    act: Act
    leader: str = ""
    """Slack's id of who leads it now."""
    promise: str = ""
    due: date | None = None
    kept_promise: str = ""
    since: date | None = None
    """The month whose digest is the first without an answer."""
    joined: str = ""
    own_words: str = ""
    """What its leader says herself."""
    may_open: bool = False
    """Whether the reader may open the team's digest."""
