"""The practice hospital at work, for stories about digests."""

from tests.stories.conftest import practice, settled, without_browser

__all__ = ["practice", "settled", "without_browser"]
