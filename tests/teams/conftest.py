"""A small ward for rules, and the whole app beside a sandbox for what people see."""

from tests.support.fixtures import journal, place, seeded, ward

__all__ = ["journal", "place", "seeded", "ward"]
