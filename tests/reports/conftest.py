"""One browser for all the tests that draw, and months made of chosen figures."""

import os
from collections.abc import Iterator

import pytest

from reports.drawing import Drawing, find_browser


@pytest.fixture(scope="session")
def browser_path() -> str:
    found = find_browser(os.environ)
    assert found, "these tests draw with a real browser: set BROWSER_PATH or install Chromium"
    return found


@pytest.fixture(scope="session")
def drawing(browser_path: str) -> Iterator[Drawing]:
    with Drawing(browser_path) as shared:
        yield shared
