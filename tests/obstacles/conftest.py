"""The whole app beside a sandbox, and a ward for the rules."""

from tests.support.fixtures import journal, place, seeded, ward

__all__ = ["journal", "place", "seeded", "ward"]
