"""docs/sandbox.md is true: its examples run, and its lists match the code."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from slackapp.sandbox.api.methods import HANDLERS
from slackapp.sandbox.core.contract import read_contract
from slackapp.sandbox.core.manifest import read_manifest
from slackapp.sandbox.core.seeds import practice_workspace
from slackapp.sandbox.server import Sandbox
from slackapp.sandbox.slack.coverage import SENT, unsupported_features
from tests.sandbox.conftest import EVENTS, SCOPES, Until, Ward, manifest
from tests.sandbox.test_message_events import listening_manifest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "sandbox.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
START = "http://127.0.0.1:3999"


def example(mark: str) -> str:
    """The one example that contains this text."""
    (code,) = [code for code in EXAMPLES if mark in code]
    return str(code)


def test_the_app_of_the_first_example_runs_and_answers(tmp_path: Path, until: Until) -> None:
    with Sandbox(manifest=manifest()) as sandbox:
        sandbox.seed(practice_workspace())
        program = tmp_path / "app.py"
        program.write_text(example('/kettle"').replace(START, sandbox.url))
        with subprocess.Popen([sys.executable, str(program)], stderr=subprocess.PIPE) as app:
            try:
                until(lambda: sandbox.run(lambda: sandbox.slack.delivery.connections))  # type: ignore[union-attr]
                import httpx

                with httpx.Client(base_url=sandbox.url, timeout=15) as http:
                    ada = Ward(sandbox, http).person("U0PRACTICE1")
                    screen = ada.types("/kettle two", "C0PRACTICE1")
                assert screen["messages"][-1]["text"] == "Tea for two"
            finally:
                app.terminate()


def test_the_example_for_tests_opens_a_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    exec(example("with Sandbox("), {"Path": Path})  # noqa: S102  # our own document


def test_the_example_of_a_tour_guides() -> None:
    sandbox = Sandbox(manifest=manifest())
    exec(example("sandbox.guide("), {"sandbox": sandbox})  # noqa: S102  # likewise
    assert [step.key for step in sandbox.tour.steps] == ["tea"]


def methods_told() -> set[str]:
    """The methods the table names; a family may stand once before several of its methods."""
    table = TEXT[TEXT.index("| family | methods |\n") + 23 : TEXT.index("A method Slack has and the sandbox")]
    names = set()
    for family, methods in re.findall(r"^\| ([\w, ]+) \| (.+) \|$", table, re.MULTILINE):
        before = family.partition(",")[0]
        for name in re.sub(r"\(.*?\)| and ", ",", methods).replace(";", ",").split(","):
            if bare := name.strip():
                before = bare.rpartition(".")[0] if bare in read_contract().methods else before
                names.add(bare if bare in read_contract().methods else f"{before}.{bare}")
    return names


def test_the_methods_it_lists_are_those_that_are_answered() -> None:
    documented = methods_told()
    assert documented - HANDLERS.keys() == set()
    assert HANDLERS.keys() - documented == set()


def test_the_events_it_lists_are_those_that_are_sent() -> None:
    part = TEXT[TEXT.index("is the list):") : TEXT.index("At its start `slackapp sandbox` names")]
    same_of_private = {"group_archive", "group_unarchive", "group_rename", "group_deleted", "group_left"}
    assert SENT - set(re.findall(r"[a-z_]+(?:\.[a-z]+)?", part)) - same_of_private == set()
    assert read_contract().events.keys() >= SENT


def test_a_manifest_that_asks_in_vain_is_told_what_and_why() -> None:
    described = manifest(
        events=[*EVENTS, "message.im", "pin_added", "made_up", "link_shared", "assistant_thread_started"],
        scopes=[scope for scope in SCOPES if scope != "commands"] + ["links:read", "pins:read"],
    )
    described["functions"] = {"f": {"title": "F"}}
    lines = unsupported_features(read_manifest(described), read_contract())
    for start, reason in {
        "message.im": "im:history",
        "pin_added": "never sends",
        "made_up": "no such event",
        "link_shared": "unfurl_domains",
        "assistant_thread_started": "assistant_view",
        "/kettle": "the scope commands",
        "functions": "custom functions",
    }.items():
        assert any(line.startswith(start) and reason in line for line in lines), (start, lines)
    assert not [line for line in lines if line.startswith("team_join")]


def test_a_manifest_in_which_everything_fires_is_met_with_silence() -> None:
    assert unsupported_features(read_manifest(listening_manifest()), read_contract()) == []
