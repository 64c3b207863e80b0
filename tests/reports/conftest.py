"""One browser for all the tests that draw, and months made of chosen figures."""

from collections.abc import Iterator

import pytest

from reports.charts.renderer import ChartRenderer


@pytest.fixture(scope="session")
def drawing(browser_path: str) -> Iterator[ChartRenderer]:
    with ChartRenderer(browser_path) as shared:
        yield shared
