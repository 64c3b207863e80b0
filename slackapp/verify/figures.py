"""Check that the published figures are rounded ones of groups that are large enough."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.models import Bundle, BundleScore, Comment, Poll, PollState, PollUnit, Team, Workspace
from slackapp.pulse.disclosure import (
    FEWEST_FOR_COMMENTS,
    LOWEST_C,
    LOWEST_K,
    SMALLEST_FOR_TURNOUT,
    Turnout,
    publish,
)
from slackapp.verify.findings import Checked

_BEST = 5
_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Published:
    """All stored results of one check-in."""

    poll: Poll
    units: Mapping[str, PollUnit]
    bundles: Mapping[str, int]
    scores: tuple[BundleScore, ...]

    @property
    def name(self) -> str:
        """Its name for a reader."""
        return f"the check-in of {self.poll.opens_on:%d %B %Y}"


def published(session: Session) -> list[Published]:
    """Return all check-ins with their stored results."""
    units: dict[str, dict[str, PollUnit]] = defaultdict(dict)
    for unit in session.scalars(select(PollUnit)):
        units[unit.poll_id][unit.unit_id] = unit
    bundles: dict[str, dict[str, int]] = defaultdict(dict)
    for bundle in session.scalars(select(Bundle)):
        bundles[bundle.poll_id][bundle.unit_id] = bundle.ballots
    scores: dict[str, list[BundleScore]] = defaultdict(list)
    for score in session.scalars(select(BundleScore)):
        scores[score.poll_id].append(score)
    return [
        Published(poll, units[poll.id], bundles[poll.id], tuple(scores[poll.id]))
        for poll in session.scalars(select(Poll).order_by(Poll.opens_on))
    ]


def settings(session: Session) -> Checked:
    """Check that no threshold is below the promised minimum, now or when a check-in opened."""
    floors = (("k", LOWEST_K), ("c", LOWEST_C), ("comment_threshold", FEWEST_FOR_COMMENTS))
    called = {
        "k": "the smallest group that is shown",
        "c": "how much of the ends of the scale is merged",
        "comment_threshold": "the smallest group whose comments are kept",
    }
    places = [
        (f"the workspace {workspace.name}", workspace) for workspace in session.scalars(select(Workspace))
    ]
    rounds = [(f"the check-in of {poll.opens_on:%d %B %Y}", poll) for poll in session.scalars(select(Poll))]
    return Checked(
        "Settings",
        f"Groups of fewer than {LOWEST_K} are never shown, and comments are kept only where at least "
        f"{FEWEST_FOR_COMMENTS} answered.",
        tuple(
            f"In {where}, {called[setting]} is set to {value}; it must be at least {floor}."
            for where, holder in [*places, *rounds]
            for setting, floor in floors
            if (value := getattr(holder, setting)) < floor
        ),
    )


def checked(session: Session) -> Checked:
    """Check that groups are large enough and disjoint, and that every figure is rounded."""
    names = dict(session.execute(select(Team.id, Team.name)).all())
    findings = [
        f"In {check_in.name}: {finding}"
        for check_in in published(session)
        for finding in (*_groups(check_in, names), *_cells(check_in, names), *_turnout(check_in, names))
    ]
    return Checked(
        "Published figures",
        "Every figure belongs to a group that is large enough, no answer was counted in two groups, and "
        "every figure is one of the rounded ranges.",
        tuple(findings),
    )


def comments(session: Session) -> Checked:
    """Check that comments are stored only where enough people were invited."""
    names = dict(session.execute(select(Team.id, Team.name)).all())
    invited: dict[str, int] = defaultdict(int)
    for check_in in published(session):
        for unit in check_in.units:
            invited[unit] = max(invited[unit], _whole(check_in, unit))
    places = session.execute(select(Comment.unit_id, Comment.month).distinct()).all()
    return Checked(
        "Comments",
        "Comments carry a team and a month, and stand only where enough people were asked.",
        tuple(
            finding
            for unit, month in places
            for finding in _place(names.get(unit, unit), month, invited[unit])
        ),
    )


def _place(name: str, month: str, invited: int) -> Iterator[str]:
    if invited < FEWEST_FOR_COMMENTS:
        yield f"{name} has comments of {month}; fewer than {FEWEST_FOR_COMMENTS} were asked."
    if not _MONTH.fullmatch(month):
        yield f"{name} has comments of “{month}”, which is more than a month: it may tell who wrote them."


def _groups(check_in: Published, names: Mapping[str, str]) -> Iterator[str]:
    least = max(check_in.poll.k, LOWEST_K)
    if check_in.bundles and check_in.poll.state != PollState.CLOSED:
        yield "it has not closed, but figures are kept of it."
    for unit, ballots in check_in.bundles.items():
        name = names.get(unit, unit)
        if ballots < least:
            yield f"{name} is shown with {ballots} answers; the smallest group allowed is {least}."
        if unit not in check_in.units:
            yield f"{name} has figures though it took no part."
        elif ballots > (most := _most(check_in, unit)):
            yield (
                f"{name} is shown with {ballots} answers, but at most {most} can have been left over for it: "
                "answers of teams that are shown themselves were counted a second time."
            )


def _cells(check_in: Published, names: Mapping[str, str]) -> Iterator[str]:
    least = max(check_in.poll.k, LOWEST_K)
    for score in check_in.scores:
        name = names.get(score.unit_id, score.unit_id)
        ballots = check_in.bundles.get(score.unit_id)
        if ballots is None:
            yield f"{name} has a figure though no group of that name was counted: a total over others."
            continue
        if score.item not in check_in.poll.items:
            yield f"{name} has a figure for “{score.item}”, which was not asked."
        if not least <= score.n <= ballots:
            yield f"{name} has a figure from {score.n} answers of {ballots}; at least {least} are needed."
        if (score.sum_lo, score.sum_hi) not in _ranges(score.n, check_in.poll.c):
            yield f"{name} has a figure that is not one of the rounded ranges; it may be an exact sum."


def _turnout(check_in: Published, names: Mapping[str, str]) -> Iterator[str]:
    bands = {str(band) for band in Turnout}
    for unit in check_in.units.values():
        name = names.get(unit.unit_id, unit.unit_id)
        if unit.turnout is None:
            continue
        if check_in.poll.state != PollState.CLOSED:
            yield f"it has not closed, but says how many of {name} answered."
        if unit.invited < SMALLEST_FOR_TURNOUT or unit.turnout not in bands:
            yield f"{name} says how many answered more closely than was promised."


def _ranges(n: int, c: int) -> set[tuple[int, int]]:
    cells = (publish(n, total, max(c, LOWEST_C)) for total in range(n, _BEST * n + 1))
    return {(cell.lo, cell.hi) for cell in cells if cell is not None}


def _most(check_in: Published, unit: str) -> int:
    """Return the most answers a unit can have: its own, and those of smaller units below it."""
    least = max(check_in.poll.k, LOWEST_K)
    below = [other for other in check_in.units.values() if other.parent_id == unit]
    return check_in.units[unit].invited + sum(
        min(least - 1, _most(check_in, other.unit_id))
        for other in below
        if other.unit_id not in check_in.bundles
    )


def _whole(check_in: Published, unit: str) -> int:
    below = [other.unit_id for other in check_in.units.values() if other.parent_id == unit]
    return check_in.units[unit].invited + sum(_whole(check_in, other) for other in below)
