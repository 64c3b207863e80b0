"""The whole app beside a sandbox, for what people see."""

from tests.support.fixtures import journal, place, seeded

__all__ = ["journal", "place", "seeded"]
