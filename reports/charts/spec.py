"""The content of a picture, ready to be drawn: translated texts, and figures that may be shown.

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
    """The month's mix: four counts beside last month's."""

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
    """The check-in's figures: up to six months of ranges for each item."""

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


@dataclass(frozen=True, slots=True)
class BehaviourRow:
    """One behaviour: on the left what people say of being led, on the right thanks between colleagues.

    `led` and `led_before` are None where there is nothing to draw; an end of them is None where it is open.
    `count` is None for a hidden count, `count_before` where no grey bar is drawn.
    """

    behaviour: str
    name: str
    item: str
    led: RangeRow | None
    led_before: RangeRow | None
    led_words: str
    count: int | None
    count_before: int | None
    count_words: str


@dataclass(frozen=True, slots=True)
class FourPicture:
    """The four behaviours side by side. A half without a heading is not drawn."""

    led_heading: str
    thanks_heading: str
    rows: tuple[BehaviourRow, ...]
    disagree: str
    agree: str
    notes: tuple[str, ...]
    """How it is to be read, a sentence a line."""
    team: str
    month: str


Picture = FourPicture | MixPicture | RangesPicture
