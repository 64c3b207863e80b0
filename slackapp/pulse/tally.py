"""From opened ballots to what is kept of a poll: bundles, cells, turnout and comments. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from slackapp.pulse.ballots import CANT_SAY, Answer
from slackapp.pulse.disclosure import Cell, Turnout, bundles, publish_item, turnout
from slackapp.pulse.questions import SCORES


@dataclass(frozen=True, slots=True)
class Rules:
    """What was settled when the poll opened."""

    items: tuple[str, ...]
    k: int
    c: int
    comment_threshold: int


@dataclass(frozen=True, slots=True)
class Unit:
    """A team as it stood at the opening."""

    parent: str | None
    invited: int


@dataclass(frozen=True, slots=True)
class Tally:
    """All that remains of a poll. Which answers made a cell cannot be told from it."""

    bundles: dict[str, int]
    cells: dict[tuple[str, str], Cell]
    turnout: dict[str, Turnout | None]
    comments: dict[str, list[str]]


def tally(units: Mapping[str, Unit], answers: Iterable[Answer], rules: Rules) -> Tally:
    """Count a closed poll. An item without enough answers in a bundle has no cell."""
    parents = {unit: frozen.parent for unit, frozen in units.items()}
    papers: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        papers[answer.unit].append(answer)
    bundled = bundles(parents, papers, rules.k)
    cells = {
        (unit, item): cell
        for unit, bundle in bundled.items()
        for item in rules.items
        if (cell := publish_item(_scores(bundle, item), k=rules.k, c=rules.c)) is not None
    }
    answered = Counter({unit: len(unit_papers) for unit, unit_papers in papers.items()})
    return Tally(
        bundles={unit: len(bundle) for unit, bundle in bundled.items()},
        cells=cells,
        turnout={unit: turnout(frozen.invited, answered[unit]) for unit, frozen in units.items()},
        comments=_comments(bundles(parents, papers, max(rules.k, rules.comment_threshold))),
    )


def _scores(bundle: Iterable[Answer], item: str) -> list[int]:
    return [score for answer in bundle if (score := answer.scores.get(item, CANT_SAY)) in SCORES]


def _comments(pools: Mapping[str, list[Answer]]) -> dict[str, list[str]]:
    return {
        unit: written
        for unit, pool in pools.items()
        if (written := [answer.comment for answer in pool if answer.comment])
    }
