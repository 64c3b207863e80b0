"""An attacker with an exact solver and everything that was ever published pins nobody's answer.

Google's CP-SAT decides whether an answer is possible; a time-out counts as a success of
the attacker. The same attacker breaks a naive publisher.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import pytest
from ortools.sat.python import cp_model

from handlers.pulse import anonymity_view as anonymity
from slackapp.pulse.ballots import CANT_SAY, Answer
from slackapp.pulse.disclosure import Cell
from slackapp.pulse.tally import Rules, Unit, tally
from slackapp.verify import attack

ITEM = "helping"
RULES = Rules(items=(ITEM,), k=5, c=1, comment_threshold=8)
ANSWERS = range(6)
SECONDS = 20.0

Person = str
Said = Mapping[Person, int]


@dataclass(frozen=True)
class Ward:
    """Who belongs to which unit, and how the units hang together."""

    parents: Mapping[str, str | None]
    staff: Mapping[str, tuple[Person, ...]]


@dataclass(frozen=True)
class Figure:
    """What an attacker knows: these people's answers, taken together, are n scores that sum to lo..hi."""

    poll: int
    people: frozenset[Person]
    n: int
    lo: int
    hi: int


Publisher = Callable[[int, Ward, Said], list[Figure]]


def seeded(seed: int) -> Random:
    """The same organisation in each run."""
    return Random(seed)  # noqa: S311 - nothing secret is drawn


def ours(poll: int, ward: Ward, said: Said) -> list[Figure]:
    """What the app publishes, and who was counted in it: the attacker knows who answered."""
    unit_of = {person: unit for unit, people in ward.staff.items() for person in people}
    units = {unit: Unit(parent, len(ward.staff.get(unit, ()))) for unit, parent in ward.parents.items()}
    counted = tally(units, [Answer(unit_of[one], {ITEM: score}) for one, score in said.items()], RULES)
    return [
        Figure(poll, frozenset(members(ward, said, unit, counted.bundles)), cell.n, cell.lo, cell.hi)
        for (unit, _), cell in counted.cells.items()
    ]


def members(ward: Ward, said: Said, unit: str, bundles: Iterable[str]) -> list[Person]:
    """Whoever answered in the unit, or below it where there were too few."""
    shown = set(bundles)
    below = [child for child, parent in ward.parents.items() if parent == unit and child not in shown]
    there = [person for person in ward.staff.get(unit, ()) if person in said]
    return there + [person for child in below for person in members(ward, said, child, shown)]


def naive(poll: int, ward: Ward, said: Said) -> list[Figure]:
    """Exact sums of every team that has five answers, and of everybody."""
    groups = [[one for one in people if one in said] for people in ward.staff.values()]
    shown = [group for group in groups if len(group) >= 5]
    everyone = [one for group in groups for one in group]
    figures = []
    for group in (*shown, everyone):
        scores = [said[one] for one in group if said[one]]
        figures.append(Figure(poll, frozenset(group), len(scores), sum(scores), sum(scores)))
    return figures


class Attacker:
    """Everything that is known, as constraints on what nobody has told."""

    def __init__(self, figures: Sequence[Figure], *, repeats: bool) -> None:
        self.model = cp_model.CpModel()
        self.solver = cp_model.CpSolver()
        self.solver.parameters.max_time_in_seconds = SECONDS
        self.solver.parameters.num_workers = 1
        self.answers: dict[tuple[int, Person], cp_model.IntVar] = {}
        self._scored: dict[tuple[int, Person], cp_model.IntVar] = {}
        self.repeats = repeats
        for figure in figures:
            keys = [self._key(figure.poll, person) for person in sorted(figure.people)]
            self.model.add(sum(self._scored[key] for key in keys) == figure.n)
            self.model.add_linear_constraint(sum(self.answers[key] for key in keys), figure.lo, figure.hi)

    def _key(self, poll: int, person: Person) -> tuple[int, Person]:
        # Whoever always says the same has one answer for all check-ins.
        key = (0 if self.repeats else poll, person)
        if key not in self.answers:
            answer = self.answers[key] = self.model.new_int_var(0, 5, f"{key}")
            scored = self._scored[key] = self.model.new_bool_var(f"{key}?")
            self.model.add(answer >= 1).only_enforce_if(scored)
            self.model.add(answer == 0).only_enforce_if(~scored)
        return key

    def pins(self, target: tuple[int, Person], known: Mapping[tuple[int, Person], int]) -> bool:
        """Whether only one answer of the target is possible. A second one that is found acquits."""
        first = self._solved(known)
        assert first is not None, "what was published contradicts itself"
        return self._solved(known, target, self.solver.value(self.answers[target])) is None

    def _solved(
        self,
        known: Mapping[tuple[int, Person], int],
        target: tuple[int, Person] | None = None,
        other_than: int = -1,
    ) -> bool | None:
        model = self.model.clone()
        for key, answer in known.items():
            model.add(model.get_int_var_from_proto_index(self.answers[key].index) == answer)
        if target is not None:
            model.add(model.get_int_var_from_proto_index(self.answers[target].index) != other_than)
        status = self.solver.solve(model)
        assert status != cp_model.UNKNOWN, "the solver ran out of time"
        return True if status in {cp_model.OPTIMAL, cp_model.FEASIBLE} else None


def pinned(
    figures: Sequence[Figure], worlds: Sequence[Said], *, repeats: bool
) -> list[tuple[Person | None, Person]]:
    """Who can tell whose answer: (None, person) is somebody from outside, (insider, person) a colleague.

    People who stand in the same figures are alike to an outsider, and those who also gave the same
    answers are alike as insiders; one of each kind is enough.
    """
    attacker = Attacker(figures, repeats=repeats)
    kinds: dict[tuple[object, ...], list[tuple[int, Person]]] = {}
    for key in attacker.answers:
        kinds.setdefault(signature(figures, key, repeats=repeats), []).append(key)
    found: list[tuple[Person | None, Person]] = []
    found += [(None, keys[0][1]) for keys in kinds.values() if attacker.pins(keys[0], {})]
    insiders = {
        (signature(figures, key, repeats=repeats), own(worlds, key, repeats=repeats)): key
        for key in attacker.answers
    }
    for insider in insiders.values():
        known = {key: own(worlds, key, repeats=repeats) for key in attacker.answers if key[1] == insider[1]}
        for keys in kinds.values():
            target = next((key for key in keys if key[1] != insider[1]), None)
            if target is not None and attacker.pins(target, known):
                found.append((insider[1], target[1]))
    return found


def signature(figures: Sequence[Figure], key: tuple[int, Person], *, repeats: bool) -> tuple[object, ...]:
    poll, person = key
    return tuple(
        place for place, one in enumerate(figures) if person in one.people and (repeats or one.poll == poll)
    )


def own(worlds: Sequence[Said], key: tuple[int, Person], *, repeats: bool) -> int:
    if not repeats:
        return worlds[key[0]][key[1]]
    return next(said[key[1]] for said in worlds if key[1] in said)


def organisation(chance: Random) -> Ward:
    """A directorate with two or three teams of random sizes; small ones join the directorate."""
    parents: dict[str, str | None] = {"Top": None}
    staff: dict[str, tuple[Person, ...]] = {"Top": tuple(f"Top {n}" for n in range(chance.randint(1, 4)))}
    for number in range(chance.randint(2, 3)):
        name = f"Team {number}"
        parents[name] = "Top"
        staff[name] = tuple(f"{name} {n}" for n in range(chance.randint(3, 9)))
    return Ward(parents, staff)


def changed(ward: Ward, chance: Random, poll: int) -> Ward:
    """Somebody joins and somebody leaves."""
    unit = chance.choice(list(ward.staff))
    people = ward.staff[unit]
    stay = people[1:] if len(people) > 1 and chance.random() < 0.5 else people
    return Ward(ward.parents, {**ward.staff, unit: (*stay, f"{unit} joiner {poll}")})


def extreme(chance: Random) -> Callable[[], int]:
    """Moods from gloom to bliss, where figures give away most."""
    weights = chance.choice([(1, 0, 0, 0, 1, 8), (1, 8, 1, 0, 0, 0), (1, 1, 1, 1, 1, 1), (0, 0, 1, 3, 1, 0)])
    return lambda: chance.choices(ANSWERS, weights)[0]


def three_polls(publisher: Publisher, chance: Random) -> tuple[list[Figure], list[Said]]:
    ward, mood = organisation(chance), extreme(chance)
    figures: list[Figure] = []
    worlds: list[Said] = []
    for poll in range(3):
        said = {one: mood() for people in ward.staff.values() for one in people if chance.random() < 0.85}
        figures += publisher(poll, ward, said)
        worlds.append(said)
        ward = changed(ward, chance, poll)
    return figures, worlds


@pytest.mark.parametrize("seed", range(6))
def test_three_check_ins_with_joiners_and_leavers_pin_nobody(seed: int) -> None:
    figures, worlds = three_polls(ours, seeded(seed))
    assert pinned(figures, worlds, repeats=False) == []


def test_the_organisations_that_are_attacked_do_publish_something() -> None:
    assert sum(len(three_polls(ours, seeded(seed))[0]) for seed in range(6)) > 12


def test_the_same_attacker_breaks_a_naive_publisher() -> None:
    broken = [seed for seed in range(3) if pinned(*three_polls(naive, seeded(seed)), repeats=False)]
    assert broken


def steady(
    chance: Random, *, joins: bool, moving: Sequence[int] = ANSWERS[1:]
) -> tuple[Ward, Ward, list[Said]]:
    """One ward, one of whom leaves before the second check-in; with `joins`, somebody else comes.

    Whoever comes or goes answers one of `moving`; the others may say anything.
    """
    size, mood = chance.randint(6, 12), extreme(chance)
    people = tuple(f"Ward {number}" for number in range(size))
    after = (*people[1:], "Ward new") if joins else people[1:]
    said = {one: mood() for one in people} | {one: chance.choice(moving) for one in ("Ward 0", "Ward new")}
    wards = [Ward({"Ward": None}, {"Ward": there}) for there in (people, after)]
    return wards[0], wards[1], [{one: said[one] for one in there} for there in (people, after)]


@pytest.mark.parametrize("joins", [False, True], ids=["a leaver", "a swap"])
def test_one_leaver_or_one_swap_pins_nobody_though_everybody_repeats(joins: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    for seed in range(8):
        before, after, worlds = steady(seeded(seed), joins=joins)
        figures = [*ours(0, before, worlds[0]), *ours(1, after, worlds[1])]
        assert pinned(figures, worlds, repeats=True) == [], seed


@pytest.mark.parametrize("joins", [False, True], ids=["a leaver", "a swap"])
def test_that_somebody_gave_no_score_can_be_told_and_nothing_else_and_the_limits_say_so(joins: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    """How many answers were scored shows in the ends of a range: docs/decisions/0004."""
    told: set[int] = set()
    for seed in range(6):
        before, after, worlds = steady(seeded(seed), joins=joins, moving=ANSWERS)
        figures = [*ours(0, before, worlds[0]), *ours(1, after, worlds[1])]
        said = {**worlds[1], **worlds[0]}
        told |= {said[target] for _, target in pinned(figures, worlds, repeats=True)}
    assert told == {CANT_SAY}
    assert any("nobody changed their mind" in limit for limit in anonymity.LIMITS)


def test_one_leaver_is_pinned_by_exact_sums() -> None:
    before, after, worlds = steady(seeded(1), joins=False)
    figures = [*naive(0, before, worlds[0]), *naive(1, after, worlds[1])]
    assert (None, "Ward 0") in pinned(figures, worlds, repeats=True)


def test_the_attack_of_the_command_line_sees_what_the_solver_sees() -> None:
    """Two attackers built differently agree on single figures, harmless and revealing ones alike."""
    chance = seeded(3)
    verdicts = []
    for _ in range(25):
        ballots = chance.randint(2, 7)
        n = chance.randint(1, ballots)
        lo = chance.randint(n, 5 * n)
        hi = min(5 * n, lo + chance.choice([0, 0, 1, 4]))
        people = frozenset(map(str, range(ballots)))
        attacker = Attacker([Figure(0, people, n, lo, hi)], repeats=False)
        outsider = attacker.pins((0, "0"), {})
        insider = any(
            attacker.pins((0, "0"), {(0, "1"): answer})
            for answer in attack.possible(Cell(n, lo, hi), ballots)
        )
        verdicts.append(outsider or insider)
        assert attack.is_pinned(Cell(n, lo, hi), ballots) == verdicts[-1], (ballots, n, lo, hi)
    assert len(set(verdicts)) == 2
