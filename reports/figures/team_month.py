"""One team's month as figures that may be shown.

Exact small counts and exact sums do not get past this module: a count under five is
None, a check-in is a range. Everything people read is made from these values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum, StrEnum

from reports.figures.findings import NOTHING, Findings
from reports.figures.spans import Span
from reports.figures.team_line import TeamLine
from slackapp.core.behaviours import Behaviour
from slackapp.digest.promises import PromiseDetails
from slackapp.models import Pace
from slackapp.pulse.disclosure import Turnout
from slackapp.pulse.questions import SETS

SMALL = 5
"""A count below this is shown as "under 5", whatever it is."""
SMALLEST_FOR_REACH = 8
MONTHS_SHOWN = 6
ABOUT = 5
"""Counts that could be subtracted from one another are rounded to the nearest five."""
_PAIRS_FOR_WAYS = 10
_SELDOM_OF = 20
_SELDOM_SHARE = 0.1
_REACH_BANDS = ((0.9, "nearly_everyone"), (0.6, "most"), (0.4, "about_half"), (0.0, "fewer_than_half"))

SHORT_LABELS: dict[str, dict[Behaviour, str]] = {
    name: dict(zip(Behaviour, (item.short for item in four), strict=True)) for name, four in SETS.items()
}
"""By question set."""

Counts = tuple[int | None, ...]
"""One count for each behaviour, in their order; None is "under 5"."""


@dataclass(frozen=True, slots=True)
class Mix:
    """Thanks given and received, by behaviour. `before` is None when there is no month to compare with.

    Above other teams the counts are rounded to the nearest five, `is_about`: otherwise a team's
    hidden count could be computed by subtracting those of its neighbours.
    """

    now: Counts
    before: Counts | None
    is_about: bool = False

    @property
    def total(self) -> tuple[int, int]:
        """The lowest and the highest total: a range where a count is hidden."""
        visible = sum(count for count in self.now if count is not None)
        return visible, visible + (SMALL - 1) * self.now.count(None)


class CheckInStatus(Enum):
    """The outcome of the month's check-ins for this team."""

    NONE = "none"
    LOST = "lost"
    """There was one, and its answers could never be opened."""
    TOO_FEW = "too_few"
    """Fewer than the threshold answered, at every one."""
    SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class Missing:
    """A check-in of the month that is not in the figures: when it closed, where its answers went."""

    closed_on: date
    joined: str | None
    """The team they were counted with; None when there were too few there too, or it was lost."""
    lost: bool = False


@dataclass(frozen=True, slots=True)
class OtherQuestion:
    """Another question of the month. `span` is ready to be drawn; None is "not enough answers"."""

    words: str
    """A catalogue sentence, or an organisation's own words, which have no translation."""
    span: Span | None
    is_turned: bool = False
    """Agreeing is bad news, so the range is reversed: higher is better here too."""
    key: str = ""
    """The question's key, by which its names are found; an organisation's own has only its words."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """The four items over up to six months, old to new; None is "not enough answers"."""

    held: CheckInStatus
    months: tuple[date, ...]
    items: Mapping[Behaviour, tuple[Span | None, ...]]
    missing: tuple[Missing, ...]
    turnout: tuple[Turnout, ...]
    """The different bands of the month's check-ins, low to high. Empty for a small team."""
    labels: Mapping[Behaviour, str] = field(default_factory=lambda: SHORT_LABELS["appreciate"])
    """What the four are called, as catalogue messages: their wording may be the Staff Survey's."""
    source: str = ""
    """Who asked the four first, where that is not us; to stand beside their figures."""
    also: tuple[OtherQuestion, ...] = ()
    """The month's rotating questions, in the order in which they were asked."""
    recent: Mapping[Behaviour, Span | None] | None = None
    """The four over the last three check-ins, where the month alone had fewer."""
    recent_since: date | None = None
    """When the first of those three opened."""
    findings: Findings = NOTHING
    """Which questions the lines name."""


class Share(StrEnum):
    """How many in a team were thanked, as a coarse band."""

    NEARLY_EVERYONE = "nearly_everyone"
    MOST = "most"
    ABOUT_HALF = "about_half"
    FEWER_THAN_HALF = "fewer_than_half"


@dataclass(frozen=True, slots=True)
class Reach:
    """How far thanks reached in 90 days. `rolled_up_to` names the wider team when the own is too small."""

    share: Share
    rolled_up_to: str | None


class MutualThanks(StrEnum):
    """How often two people of a team thanked each other, as a coarse band."""

    OFTEN = "often"
    SOMETIMES = "sometimes"
    SELDOM = "seldom"


@dataclass(frozen=True, slots=True)
class Sides:
    """Thanks given by a team's people and received by them, each about so many; None is "under 5".

    Rounded to fives, because given, received and the mix together could otherwise be subtracted.
    """

    given: Counts
    received: Counts


@dataclass(frozen=True, slots=True)
class EarlierPromise:
    """A promise of an earlier month. `settled` is the month in which it was done, changed or dropped."""

    id: str
    month: date
    details: PromiseDetails
    settled: date | None
    is_shared: bool = True
    """Whether the team has read it."""


@dataclass(frozen=True, slots=True)
class Official:
    """An official figure for one item on the scale of 0 to 10, by another method."""

    item: Behaviour
    value: float
    source: str
    year: int
    nation: str


@dataclass(frozen=True, slots=True)
class Highlight:
    """Thanks that their receiver shared with the team."""

    giver: str
    receiver: str
    behaviour: Behaviour
    words: str
    is_quoted: bool = False
    """Whether this month's digest quotes it."""


@dataclass(frozen=True, slots=True)
class TeamMonth:
    """All figures and texts of a digest for one team and month."""

    team: str
    month: date
    k: int
    mix: Mix | None
    """None in a quiet month: too few thanks, or too few people, to show a mix."""
    is_first: bool
    """Whether thanks began in this month, so that there is nothing before it."""
    pulse: Pulse
    reach: Reach | None
    highlights: tuple[Highlight, ...]
    counts_by_direction: Sides | None = None
    mutual_thanks: MutualThanks | None = None
    rarely_used: Behaviour | None = None
    """Named in at most one thank-you of ten over three months."""
    promises: tuple[EarlierPromise, ...] = ()
    comments: tuple[str, ...] = ()
    """As they were written, in no order."""
    officials: tuple[Official, ...] = ()
    silent: bool = False
    """Whether the two digests before this one had no reply."""
    pace: Pace = Pace.EVERY
    teams: tuple[TeamLine, ...] = ()
    """What a level above reads about its teams; empty for a team without others below it."""

    @property
    def quote(self) -> Highlight | None:
        """The shared thank-you that the message quotes."""
        return next((thanks for thanks in self.highlights if thanks.is_quoted), None)


def as_shared(month: TeamMonth) -> TeamMonth:
    """The month as the team may read it: without comments and without unshared promises."""
    known = tuple(promise for promise in month.promises if promise.is_shared)
    return replace(month, promises=known, comments=(), silent=False, teams=())


@dataclass(frozen=True, slots=True)
class CountedMonth:
    """How often each behaviour was named in a month, and how many people took part."""

    named: Mapping[str, int]
    people: int

    def is_quiet(self, k: int) -> bool:
        """Whether too little was said, or by fewer than `k` people, for anything to be shown."""
        return sum(self.named.values()) < SMALL or self.people < k


def mix(now: CountedMonth, before: CountedMonth, *, k: int, is_about: bool = False) -> Mix | None:
    """The mix that may be shown beside the month before, None in a quiet month."""
    if now.is_quiet(k):
        return None
    disclose = _about if is_about else _hidden
    return Mix(disclose(now.named), None if before.is_quiet(k) else disclose(before.named), is_about)


def _hidden(counts: Mapping[str, int]) -> Counts:
    in_order = (counts.get(behaviour, 0) for behaviour in Behaviour)
    return tuple(count if count >= SMALL else None for count in in_order)


def sides(given: Mapping[str, int], received: Mapping[str, int]) -> Sides:
    """Both sides, rounded so that none can be subtracted from another."""
    return Sides(_about(given), _about(received))


def _about(counts: Mapping[str, int]) -> Counts:
    return tuple(
        None if count is None else ABOUT * ((count + ABOUT // 2) // ABOUT) for count in _hidden(counts)
    )


def ways(pairs: int, both: int) -> MutualThanks | None:
    """How often thanks went both ways among so many pairs of people; None when there are too few pairs."""
    if pairs < _PAIRS_FOR_WAYS:
        return None
    share = both / pairs
    if share >= 1 / 2:
        return MutualThanks.OFTEN
    return MutualThanks.SOMETIMES if share >= 1 / 5 else MutualThanks.SELDOM


def seldom(counts: Mapping[str, int]) -> Behaviour | None:
    """The one behaviour that is seldom named; None when none or several are, or thanks are few."""
    total = sum(counts.values())
    if total < _SELDOM_OF:
        return None
    rare = [behaviour for behaviour in Behaviour if counts.get(behaviour, 0) <= _SELDOM_SHARE * total]
    return rare[0] if len(rare) == 1 else None


def reach(members: int, thanked: int) -> Share:
    """The band for a team of at least eight."""
    share = thanked / members
    return Share(next(band for least, band in _REACH_BANDS if share >= least))


def turnout_bands(bands: Sequence[str | None]) -> tuple[Turnout, ...]:
    """The different bands, from low to high."""
    return tuple(band for band in Turnout if band in bands)
