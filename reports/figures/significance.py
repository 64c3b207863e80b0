"""Test which differences in a month's figures are larger than chance."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from reports.figures.spans import Span
from reports.figures.team_month import ABOUT, SMALL, Counts, Mix, Pulse
from slackapp.core.behaviours import Behaviour
from slackapp.pulse.disclosure import Change

_LEAD = 3
_LEAD_FACTOR = 1.25


def named_most(mix: Mix) -> Behaviour | None:
    """The behaviour that leads clearly; never claimed from hidden counts."""
    first, second = _ordered(mix.now)[-1], _ordered(mix.now)[-2]
    return first[1] if _leads(first[0], second[0], off=_off(mix)) else None


def named_least(mix: Mix) -> Behaviour | None:
    """The behaviour that is clearly behind. A hidden count is read as the most it may be."""
    last, next_up = _ordered(mix.now)[0], _ordered(mix.now)[1]
    return last[1] if _leads(next_up[0], last[0], off=_off(mix)) else None


def _ordered(counts: Counts) -> list[tuple[int, Behaviour]]:
    known = [SMALL - 1 if count is None else count for count in counts]
    return sorted(zip(known, Behaviour, strict=True), key=lambda pair: pair[0])


def _off(mix: Mix) -> int:
    """The most by which a shown count may differ from the true one."""
    return ABOUT // 2 if mix.is_about else 0


def _leads(more: int, fewer: int, *, off: int) -> bool:
    least, most = more - off, fewer + off
    return least - most >= _LEAD and least >= _LEAD_FACTOR * most


def mix_changes(mix: Mix) -> dict[Behaviour, Change]:
    """Behaviours named more or less than in the month before by more than chance."""
    if mix.before is None:
        return {}
    pairs = zip(Behaviour, mix.before, mix.now, strict=True)
    off = 2 * _off(mix)
    return {
        behaviour: Change.HIGHER if now > before else Change.LOWER
        for behaviour, before, now in pairs
        if before is not None
        and now is not None
        and abs(now - before) - off > 2 * math.sqrt(now + before + off)
    }


@dataclass(frozen=True, slots=True)
class PulseClaim:
    """The claim that the newest month allows. At most one of the three is given."""

    changed: tuple[Behaviour, Change] | None = None
    highest: Behaviour | None = None
    lowest: Behaviour | None = None


def compared_month(pulse: Pulse) -> int | None:
    """Return the index of the last month before the newest that has figures, or None."""
    earlier = range(len(pulse.months) - 1)
    return next((place for place in reversed(earlier) if has_figures(pulse, place)), None)


def has_figures(pulse: Pulse, place: int) -> bool:
    """Whether any item of that month can be shown."""
    return any(spans[place] is not None for spans in pulse.items.values())


def claim(pulse: Pulse) -> PulseClaim:
    """Return the clearest claim: a change, else the highest and the lowest item."""
    newest = {item: span for item, spans in pulse.items.items() if (span := spans[-1]) is not None}
    place = compared_month(pulse)
    changed = _changed(pulse, newest, place) if place is not None else None
    if changed:
        return PulseClaim(changed=changed)
    return PulseClaim(
        highest=_apart(newest, Change.LOWER),
        lowest=_apart(newest, Change.HIGHER),
    )


def _changed(pulse: Pulse, newest: Mapping[Behaviour, Span], place: int) -> tuple[Behaviour, Change] | None:
    changes = [
        (_gap(before, span), item, changed)
        for item, span in newest.items()
        if (before := pulse.items[item][place]) is not None and (changed := before.differs(span)) is not None
    ]
    if not changes:
        return None
    _, item, changed = max(changes, key=lambda change: change[0])
    return item, changed


def _gap(span: Span, other: Span) -> float:
    a, b = span.cell, other.cell
    return max(b.lo / b.n - a.hi / a.n, a.lo / a.n - b.hi / b.n)


def _apart(newest: Mapping[Behaviour, Span], all_others: Change) -> Behaviour | None:
    """The item from which every other one differs in the same direction."""
    for item, span in newest.items():
        others = [span.differs(other) for name, other in newest.items() if name != item]
        if others and all(difference is all_others for difference in others):
            return item
    return None


def comparison_month(pulse: Pulse, month: date) -> int | None:
    """Return the index of the month with which the newest is compared, or None."""
    places = [place for place, earlier in enumerate(pulse.months[:-1]) if earlier <= month]
    comparable = [place for place in places if has_figures(pulse, place)]
    return comparable[-1] if comparable and has_figures(pulse, len(pulse.months) - 1) else None
