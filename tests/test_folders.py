"""A test is found from the name of the module it tests."""

from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[1]
OF_NO_FOLDER = {"support", "stories", "page", "data", "third_party", "deploy"}
"""Shared fixtures, tests across folders, browser tests, files that tests read, and files for operators."""


def folders(path: Path) -> set[str]:
    return {file.name for file in path.iterdir() if file.is_dir() and file.name[0] not in "_."}


def strays(names: Iterable[str]) -> set[str]:
    """The names that no folder of the code has."""
    packages = ("slackapp", "handlers", "reports")
    return set(names) - OF_NO_FOLDER - {*packages}.union(*(folders(ROOT / package) for package in packages))


def test_every_folder_of_tests_is_named_after_a_folder_of_the_code() -> None:
    assert strays(folders(ROOT / "tests")) == set()


def test_a_folder_of_another_name_would_be_noticed() -> None:
    assert strays({"recognition", "http", "support", "attic"}) == {"attic"}
