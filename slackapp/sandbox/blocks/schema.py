"""Pieces for saying what JSON may look like, and for telling what is wrong with it in Slack's words.

A check takes a value, the JSON pointer to it and the list of sentences found so far, and adds to that list.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Check = Callable[[object, str, list[str]], None]
Rule = Callable[[Mapping[str, object], str, list[str]], None]


def tell(found: list[str], sentence: str, at: str) -> None:
    """Adds one problem with the place where it was found."""
    found.append(f"{sentence} [json-pointer:{at or '/'}]")


def string(least: int = 1, most: int | None = None, pattern: str | None = None) -> Check:
    """A text of `least` to `most` characters, and of the given pattern as a whole."""
    compiled = re.compile(pattern) if pattern else None

    def check(value: object, at: str, found: list[str]) -> None:
        if not isinstance(value, str):
            tell(found, "must provide a string", at)
        elif len(value) < least:
            tell(found, f"must be more than {least - 1} characters", at)
        elif most is not None and len(value) > most:
            tell(found, f"must be less than {most + 1} characters", at)
        elif compiled and not compiled.fullmatch(value):
            tell(found, "failed to match the required format", at)

    return check


def url(most: int = 3000, schemes: Iterable[str] = ("http", "https")) -> Check:
    """An absolute address of one of these schemes: with a host, but for mail and telephone."""
    known = re.compile(rf"(?:{'|'.join(schemes)}):(?:(?<=mailto:)|(?<=tel:)|//)[^\s/?#]+\S*", re.IGNORECASE)
    text = string(1, most)

    def check(value: object, at: str, found: list[str]) -> None:
        before = len(found)
        text(value, at, found)
        if len(found) == before and not known.fullmatch(str(value)):
            tell(found, "must be a valid URL", at)

    return check


def integer(least: int | None = None, most: int | None = None) -> Check:
    """A whole number; true and false are none."""

    def check(value: object, at: str, found: list[str]) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            tell(found, "must provide an integer", at)
        elif least is not None and value < least:
            tell(found, f"must be greater than or equal to {least}", at)
        elif most is not None and value > most:
            tell(found, f"must be less than or equal to {most}", at)

    return check


def number(value: object, at: str, found: list[str]) -> None:
    """A number, whole or not."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        tell(found, "must provide a number", at)


def boolean(value: object, at: str, found: list[str]) -> None:
    """True or false."""
    if not isinstance(value, bool):
        tell(found, "must provide a boolean", at)


def one_of(*allowed: str) -> Check:
    """One of these words."""

    def check(value: object, at: str, found: list[str]) -> None:
        if value not in allowed:
            tell(found, f"must be a valid enum value ({', '.join(allowed)})", at)

    return check


def array(item: Check, least: int = 1, most: int | None = None) -> Check:
    """A list of `least` to `most` items; a list too long is told once, its items are not looked at."""

    def check(value: object, at: str, found: list[str]) -> None:
        if not isinstance(value, list):
            tell(found, "must provide an array", at)
        elif len(value) < least:
            tell(found, f"no fewer than {least} items allowed", at)
        elif most is not None and len(value) > most:
            tell(found, f"no more than {most} items allowed", at)
        else:
            for number, member in enumerate(value):
                item(member, f"{at}/{number}", found)

    return check


@dataclass(frozen=True, slots=True)
class Shape:
    """An object with these fields and no others. `rules` see it once its fields are all well formed."""

    required: Mapping[str, Check] = field(default_factory=dict)
    optional: Mapping[str, Check] = field(default_factory=dict)
    rules: Sequence[Rule] = ()

    def __call__(self, value: object, at: str, found: list[str]) -> None:
        """Tells what is wrong with the object."""
        if not isinstance(value, dict):
            tell(found, "must provide an object", at)
            return
        before = len(found)
        for name in self.required:
            if name not in value:
                tell(found, f"missing required field: {name}", at)
        for name, member in value.items():
            check = self.required.get(name) or self.optional.get(name)
            if check:
                check(member, f"{at}/{name}", found)
            elif name != "type":
                tell(found, f"invalid additional property: {name}", at)
        if len(found) == before:
            for rule in self.rules:
                rule(value, at, found)

    def plus(self, *, optional: Mapping[str, Check]) -> "Shape":
        """The same object with more optional fields."""
        return Shape(self.required, {**self.optional, **optional}, self.rules)


def or_null(check: Check) -> Check:
    """The same, or null for a place that is passed over."""

    def nullable(value: object, at: str, found: list[str]) -> None:
        if value is not None:
            check(value, at, found)

    return nullable


def by_type(kinds: Mapping[str, Check], *, known: Iterable[str] = (), otherwise: str | None = None) -> Check:
    """An object whose `type` says which of the kinds it is. A kind in `known` exists, but not here.

    `otherwise` is the kind of an object without a type.
    """
    elsewhere = frozenset(known)

    def check(value: object, at: str, found: list[str]) -> None:
        if not isinstance(value, dict):
            tell(found, "must provide an object", at)
            return
        kind = value.get("type", otherwise)
        chosen = kinds.get(kind) if isinstance(kind, str) else None
        if chosen:
            chosen(value, at, found)
        elif "type" not in value:
            tell(found, "missing required field: type", at)
        elif isinstance(kind, str) and kind in elsewhere:
            tell(found, f"{kind} is not allowed here", f"{at}/type")
        else:
            tell(found, f"unsupported type: {kind}", f"{at}/type")

    return check


def only(kind: str, check: Check) -> Check:
    """An object of exactly this `type`."""
    return by_type({kind: check})


def exactly_one(*names: str) -> Rule:
    """One of these fields, and not two."""

    def rule(value: Mapping[str, object], at: str, found: list[str]) -> None:
        given = sum(name in value for name in names)
        if given != 1:
            words = " or ".join(f"`{name}`" for name in names)
            tell(
                found, f"must define either {words}" if not given else f"must define only one of {words}", at
            )

    return rule


def at_most_one(*names: str) -> Rule:
    """Not two of these fields together."""

    def rule(value: Mapping[str, object], at: str, found: list[str]) -> None:
        if sum(name in value for name in names) > 1:
            tell(found, f"must define only one of {' or '.join(f'`{name}`' for name in names)}", at)

    return rule


def at_least_one(*names: str) -> Rule:
    """At least one of these fields."""

    def rule(value: Mapping[str, object], at: str, found: list[str]) -> None:
        if not any(name in value for name in names):
            tell(found, f"must define either {' or '.join(f'`{name}`' for name in names)}", at)

    return rule


def ordered(low: str, high: str) -> Rule:
    """The number in `low` is not above the number in `high`; both may be numbers in strings."""

    def rule(value: Mapping[str, object], at: str, found: list[str]) -> None:
        if low in value and high in value and float(str(value[low])) > float(str(value[high])):
            tell(found, f"`{low}` must not be greater than `{high}`", at)

    return rule
