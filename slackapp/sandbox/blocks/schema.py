"""Building blocks of a JSON schema whose problems are reported in Slack's words.

A check takes a value, its JSON pointer and a list of problems, to which it adds.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Check = Callable[[object, str, list[str]], None]
Rule = Callable[[Mapping[str, object], str, list[str]], None]


def add_problem(problems: list[str], sentence: str, at: str) -> None:
    """Add a problem with its JSON pointer."""
    problems.append(f"{sentence} [json-pointer:{at or '/'}]")


def string(least: int = 1, most: int | None = None, pattern: str | None = None) -> Check:
    """A string of `least` to `most` characters that matches the pattern fully."""
    compiled = re.compile(pattern) if pattern else None

    def check(value: object, at: str, problems: list[str]) -> None:
        if not isinstance(value, str):
            add_problem(problems, "must provide a string", at)
        elif len(value) < least:
            add_problem(problems, f"must be more than {least - 1} characters", at)
        elif most is not None and len(value) > most:
            add_problem(problems, f"must be less than {most + 1} characters", at)
        elif compiled and not compiled.fullmatch(value):
            add_problem(problems, "failed to match the required format", at)

    return check


def url(most: int = 3000, schemes: Iterable[str] = ("http", "https")) -> Check:
    """An absolute URL of one of these schemes, with a host except for mailto and tel."""
    known = re.compile(rf"(?:{'|'.join(schemes)}):(?:(?<=mailto:)|(?<=tel:)|//)[^\s/?#]+\S*", re.IGNORECASE)
    text = string(1, most)

    def check(value: object, at: str, problems: list[str]) -> None:
        before = len(problems)
        text(value, at, problems)
        if len(problems) == before and not known.fullmatch(str(value)):
            add_problem(problems, "must be a valid URL", at)

    return check


def integer(least: int | None = None, most: int | None = None) -> Check:
    """An integer; booleans are refused."""

    def check(value: object, at: str, problems: list[str]) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            add_problem(problems, "must provide an integer", at)
        elif least is not None and value < least:
            add_problem(problems, f"must be greater than or equal to {least}", at)
        elif most is not None and value > most:
            add_problem(problems, f"must be less than or equal to {most}", at)

    return check


def number(value: object, at: str, problems: list[str]) -> None:
    """Check an integer or float."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        add_problem(problems, "must provide a number", at)


def boolean(value: object, at: str, problems: list[str]) -> None:
    """Check a boolean."""
    if not isinstance(value, bool):
        add_problem(problems, "must provide a boolean", at)


def one_of(*allowed: str) -> Check:
    """One of these strings."""

    def check(value: object, at: str, problems: list[str]) -> None:
        if value not in allowed:
            add_problem(problems, f"must be a valid enum value ({', '.join(allowed)})", at)

    return check


def array(item: Check, least: int = 1, most: int | None = None) -> Check:
    """A list of `least` to `most` items; if its length is wrong, the items are not checked."""

    def check(value: object, at: str, problems: list[str]) -> None:
        if not isinstance(value, list):
            add_problem(problems, "must provide an array", at)
        elif len(value) < least:
            add_problem(problems, f"no fewer than {least} items allowed", at)
        elif most is not None and len(value) > most:
            add_problem(problems, f"no more than {most} items allowed", at)
        else:
            for number, member in enumerate(value):
                item(member, f"{at}/{number}", problems)

    return check


@dataclass(frozen=True, slots=True)
class Shape:
    """An object with these fields and no others. `rules` run if all fields are valid."""

    required: Mapping[str, Check] = field(default_factory=dict)
    optional: Mapping[str, Check] = field(default_factory=dict)
    rules: Sequence[Rule] = ()

    def __call__(self, value: object, at: str, problems: list[str]) -> None:
        """Add the object's problems."""
        if not isinstance(value, dict):
            add_problem(problems, "must provide an object", at)
            return
        before = len(problems)
        for name in self.required:
            if name not in value:
                add_problem(problems, f"missing required field: {name}", at)
        for name, member in value.items():
            check = self.required.get(name) or self.optional.get(name)
            if check:
                check(member, f"{at}/{name}", problems)
            elif name != "type":
                add_problem(problems, f"invalid additional property: {name}", at)
        if len(problems) == before:
            for rule in self.rules:
                rule(value, at, problems)

    def plus(self, *, optional: Mapping[str, Check]) -> "Shape":
        """Return the same shape with more optional fields."""
        return Shape(self.required, {**self.optional, **optional}, self.rules)


def or_null(check: Check) -> Check:
    """The same, or null."""

    def nullable(value: object, at: str, problems: list[str]) -> None:
        if value is not None:
            check(value, at, problems)

    return nullable


def by_type(kinds: Mapping[str, Check], *, known: Iterable[str] = (), otherwise: str | None = None) -> Check:
    """An object whose `type` selects the check. A kind in `known` exists but is not allowed here.

    `otherwise` is the kind of an object without a type.
    """
    elsewhere = frozenset(known)

    def check(value: object, at: str, problems: list[str]) -> None:
        if not isinstance(value, dict):
            add_problem(problems, "must provide an object", at)
            return
        kind = value.get("type", otherwise)
        chosen = kinds.get(kind) if isinstance(kind, str) else None
        if chosen:
            chosen(value, at, problems)
        elif "type" not in value:
            add_problem(problems, "missing required field: type", at)
        elif isinstance(kind, str) and kind in elsewhere:
            add_problem(problems, f"{kind} is not allowed here", f"{at}/type")
        else:
            add_problem(problems, f"unsupported type: {kind}", f"{at}/type")

    return check


def only(kind: str, check: Check) -> Check:
    """An object of exactly this `type`."""
    return by_type({kind: check})


def exactly_one(*names: str) -> Rule:
    """Exactly one of these fields."""

    def rule(value: Mapping[str, object], at: str, problems: list[str]) -> None:
        given = sum(name in value for name in names)
        if given != 1:
            words = " or ".join(f"`{name}`" for name in names)
            add_problem(
                problems,
                f"must define either {words}" if not given else f"must define only one of {words}",
                at,
            )

    return rule


def at_most_one(*names: str) -> Rule:
    """At most one of these fields."""

    def rule(value: Mapping[str, object], at: str, problems: list[str]) -> None:
        if sum(name in value for name in names) > 1:
            add_problem(problems, f"must define only one of {' or '.join(f'`{name}`' for name in names)}", at)

    return rule


def at_least_one(*names: str) -> Rule:
    """At least one of these fields."""

    def rule(value: Mapping[str, object], at: str, problems: list[str]) -> None:
        if not any(name in value for name in names):
            add_problem(problems, f"must define either {' or '.join(f'`{name}`' for name in names)}", at)

    return rule


def ordered(low: str, high: str) -> Rule:
    """The number in `low` is at most the number in `high`; both may be strings."""

    def rule(value: Mapping[str, object], at: str, problems: list[str]) -> None:
        if low in value and high in value and float(str(value[low])) > float(str(value[high])):
            add_problem(problems, f"`{low}` must not be greater than `{high}`", at)

    return rule
