"""A small ward, and the app beside a sandbox with its people; a folder's conftest names those it takes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from slackapp.core.db import Sessions
from tests.support.practice import Practice, running_practice
from tests.support.recognition_ward import RecognitionWard


@pytest.fixture
def ward(database: Sessions) -> RecognitionWard:
    ward = RecognitionWard(database)
    ward.fill()
    return ward


@pytest.fixture
def practice(ward: RecognitionWard, tmp_path: Path) -> Iterator[Practice]:
    """A real Bolt app in Socket Mode beside a sandbox, and the deliveries between them."""
    with running_practice(ward, tmp_path / "keys") as practice:
        yield practice
