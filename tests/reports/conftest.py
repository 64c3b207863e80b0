"""One browser for all the tests that draw, and months made of chosen figures."""

from collections.abc import Iterator

import pytest

from reports.drawing import Drawing


@pytest.fixture(scope="session")
def drawing(browser_path: str) -> Iterator[Drawing]:
    with Drawing(browser_path) as shared:
        yield shared
