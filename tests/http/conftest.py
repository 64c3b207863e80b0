"""The app behind HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.hosting import Hosted, hosting


@pytest.fixture
def organisation() -> str:
    """Slack's id of the organisation that both workspaces belong to, or nothing."""
    return ""


@pytest.fixture
def hosted(database_url: str, tmp_path: Path, organisation: str) -> Iterator[Hosted]:
    """The app behind HTTP, beside a Slack with two workspaces."""
    with hosting(database_url, tmp_path, organisation) as hosted:
        yield hosted
