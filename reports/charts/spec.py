"""What a picture shows, ready to be drawn: words already said, figures already safe.

These values go to the drawing process as JSON and hold nothing that the message's
text table does not say as well.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MixRow:
    """One behaviour. `now` and `before` are None where the count is hidden or not there."""

    behaviour: str
    name: str
    now: int | None
    before: int | None
    now_words: str
    before_words: str


@dataclass(frozen=True, slots=True)
class MixPicture:
    """How we were with each other: four counts beside last month's."""

    title: str
    key: str
    rows: tuple[MixRow, ...]
    footer: str
    team: str


@dataclass(frozen=True, slots=True)
class RangeRow:
    """One month of one item on the 0 to 10 scale.

    An end is None where it is open; both are None where there were not enough answers.
    """

    low: float | None
    high: float | None
    words: str


@dataclass(frozen=True, slots=True)
class RangeGroup:
    """One item: its label, the newest range in words, and its months from old to new."""

    behaviour: str
    name: str
    newest: str
    rows: tuple[RangeRow, ...]


@dataclass(frozen=True, slots=True)
class RangesPicture:
    """What the team said: up to six months of ranges for each item."""

    title: str
    disagree: str
    neither: str
    agree: str
    first_month: str
    last_month: str
    missing: str
    groups: tuple[RangeGroup, ...]
    footer: str
    team: str


Picture = MixPicture | RangesPicture
