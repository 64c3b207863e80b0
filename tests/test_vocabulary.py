"""A variable is named after what it holds, not after where it came from: no `one`, `found`, `told`."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILLERS = frozenset(
    {
        *("asked", "besides", "deed", "errand", "found", "kept", "letter", "letters", "made", "one", "ours"),
        *("over", "owed", "piece", "said", "shown", "that", "theirs", "there", "those", "told", "wanted"),
    }
)
TO_DO = ("tests/pulse",)
"""Files and folders whose variables are still to be renamed. Only ever shorter."""


def fillers(source: str) -> Iterator[tuple[int, str]]:
    """Line and name of every variable, parameter, loop variable and alias that says nothing."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in FILLERS:
            yield node.lineno, node.id
        elif isinstance(node, ast.arg) and node.arg in FILLERS:
            yield node.lineno, node.arg
        elif isinstance(node, ast.alias) and node.asname in FILLERS:
            yield node.lineno, node.asname
        elif isinstance(node, ast.ExceptHandler) and node.name in FILLERS:
            yield node.lineno, node.name


def is_to_do(path: str) -> bool:
    return any(path == entry or path.startswith(f"{entry}/") for entry in TO_DO)


def columns(path: str) -> frozenset[str]:
    """Names that are data: columns of a table, and fields that are written as they are."""
    data = {"slackapp/models/governance.py": {"deed"}, "slackapp/workspace/audit_log.py": {"deed"}}
    return frozenset(data.get(path, {"told"} if path == "slackapp/models/outbox.py" else set()))


def test_no_variable_has_a_name_that_says_nothing() -> None:
    bad = []
    for package in ("slackapp", "handlers", "reports", "tests"):
        for file in sorted((ROOT / package).rglob("*.py")):
            path = file.relative_to(ROOT).as_posix()
            if not is_to_do(path):
                bad += [
                    f"{path}:{line} {name}"
                    for line, name in fillers(file.read_text(encoding="utf-8"))
                    if name not in columns(path)
                ]
    assert not bad, "\n".join(bad)


@pytest.mark.parametrize(
    "source",
    [
        "found = 1",
        "def call(told): ...",
        "[one for one in ()]",
        "import blocks as piece",
        "def call(*, wanted=1): ...",
        "for made in (): ...",
        "(said := 1)",
        "call(lambda that: that)",
        "with open() as theirs: ...",
    ],
)
def test_every_way_to_name_a_variable_is_looked_at(source: str) -> None:
    assert list(fillers(source))
    assert not list(fillers("member = row.one; call(found=member)"))
