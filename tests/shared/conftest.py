"""A small ward, and the recognition listeners beside a sandbox with its people."""

from tests.support.recognition_fixtures import practice, ward

__all__ = ["practice", "ward"]
