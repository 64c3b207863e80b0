"""The whole app beside a sandbox."""

from tests.support.fixtures import journal, place, seeded

__all__ = ["journal", "place", "seeded"]
