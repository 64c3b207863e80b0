"""`slackapp check --slack` against a sandbox: it passes, and with a fault it fails and says where."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from click.testing import CliRunner, Result
from slack_sdk import WebClient

from slackapp import manifest_path
from slackapp.check.samples import Sample, samples
from slackapp.check.scopes import NEEDED_FOR
from slackapp.check.slack import Pace, Report, SlackCheck
from slackapp.cli.main import main
from slackapp.sandbox.core.seeds import AppSeed, practice_workspace
from slackapp.sandbox.server import Sandbox

MANIFEST = yaml.safe_load(manifest_path().read_text(encoding="utf-8"))
FEW = list(samples())[:3]


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox(manifest=manifest_path(), rate_limits=False) as sandbox:
        sandbox.seed(practice_workspace())
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    yield running
    control(running, "fault", clear=True)
    control(running, "plan", scopes=None)


def control(sandbox: Sandbox, path: str, **body: object) -> None:
    httpx.post(f"{sandbox.url}/control/{path}", json=body).raise_for_status()


def run(sandbox: Sandbox, tmp_path: Path, *arguments: str, **environment: str) -> Result:
    settings = {
        "SLACK_BOT_TOKEN": practice_workspace().bot_token,
        "SLACK_APP_TOKEN": practice_workspace().app_token,
        "SLACK_API_URL": sandbox.url,
        "DATABASE_URL": f"sqlite:///{tmp_path}/database/appreciate.db",
        "KEY_DIR": str(tmp_path / "keys"),
    }
    for name in ("keys", "database"):
        (tmp_path / name).mkdir(mode=0o700, exist_ok=True)
    return CliRunner().invoke(main, ["check", *arguments], env=settings | environment)


def ask(
    sandbox: Sandbox, waits: list[float] | None = None, some: list[Sample] | None = None, **options: str
) -> Report:
    """A check of a few samples only; its pauses are recorded instead of slept."""
    client = WebClient(practice_workspace().bot_token, base_url=f"{sandbox.url}/api/", retry_handlers=[])
    pace = Pace(0, wait=(waits if waits is not None else []).append)
    return SlackCheck(client, pace, **options).run(some or FEW, MANIFEST, lambda _done, _total: None)


def test_everything_passes_against_the_sandbox(sandbox: Sandbox, tmp_path: Path) -> None:
    token = AppSeed().configuration_token
    answer = run(sandbox, tmp_path, "--slack", SLACK_CONFIGURATION_TOKEN=token)
    assert answer.exit_code == 0, answer.output
    for line in ("All settings are in order.", "Slack takes them all.", "Slack takes the manifest."):
        assert line in answer.output
    assert "usergroups:read (granted): thanking a user group, and teams that follow one" in answer.output
    assert "xox" not in answer.output


def test_a_scope_that_is_not_granted_is_named_with_what_it_is_for(sandbox: Sandbox, tmp_path: Path) -> None:
    control(sandbox, "plan", scopes=[scope for scope in NEEDED_FOR if scope != "reactions:read"])
    answer = run(sandbox, tmp_path, "--slack", "--json")
    assert answer.exit_code == 1
    report = json.loads(answer.stdout)
    missing = [grant for grant in report["slack"]["scopes"] if not grant["is_granted"]]
    assert missing == [
        {"scope": "reactions:read", "needed_for": NEEDED_FOR["reactions:read"], "is_granted": False}
    ]
    assert (report["ok"], report["findings"], report["slack"]["refused"]) == (False, [], [])


def test_the_scopes_told_are_those_of_the_manifest() -> None:
    assert set(NEEDED_FOR) == set(MANIFEST["oauth_config"]["scopes"]["bot"])


def test_a_view_that_slack_refuses_is_named_with_the_place_and_the_rule(sandbox: Sandbox) -> None:
    broken = {"type": "modal", "title": {"type": "plain_text", "text": "x" * 25}, "blocks": []}
    report = ask(sandbox, some=[*FEW, Sample("handlers.tea_view.form", "cy", "view", broken)])
    assert not report.is_clean
    lines = [str(refusal) for refusal in report.refused]
    assert "handlers.tea_view.form (cy, fullest) /title/text: must be less than 25 characters" in lines
    assert report.checked == len(FEW) + 1


def test_a_planted_fault_fails_the_check(sandbox: Sandbox, tmp_path: Path) -> None:
    control(sandbox, "fault", method="blocks.validate", kind="error", error="invalid_view")
    answer = run(sandbox, tmp_path, "--slack")
    assert answer.exit_code == 1
    assert "Slack refuses:\n  handlers." in answer.output


def test_a_manifest_that_slack_refuses_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(MANIFEST | {"display_information": {"name": "A" * 60}}))
    answer = run(sandbox, tmp_path, "--manifest", str(path))
    assert answer.exit_code == 1
    assert "manifest /display_information/name: must be less than 36 characters" in answer.output


def test_slack_asks_for_a_pause_and_gets_it(sandbox: Sandbox) -> None:
    waits: list[float] = []
    control(sandbox, "fault", method="blocks.validate", kind="429", retry_after=7, count=2)
    assert ask(sandbox, waits).is_clean
    assert waits == [7.0, 7.0]
    control(sandbox, "fault", method="blocks.validate", kind="429", count=100)
    report = ask(sandbox, waits)
    assert report.failures == ["blocks.validate: Slack asks to wait again and again. Try later."]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"method": "auth.test", "kind": "error", "error": "invalid_auth"}, "SLACK_BOT_TOKEN"),
        ({"method": "blocks.validate", "kind": "error", "error": "internal_error"}, "internal_error"),
        ({"method": "blocks.validate", "kind": "garbage"}, "blocks.validate"),
        ({"method": "blocks.validate", "kind": "500"}, "blocks.validate"),
        ({"method": "auth.test", "kind": "reset"}, "Can Slack be reached"),
        ({"method": "apps.manifest.validate", "kind": "error", "error": "token_expired"}, "12 hours"),
    ],
)
def test_what_stops_the_check_is_told_in_a_sentence(
    sandbox: Sandbox, fault: dict[str, Any], words: str
) -> None:
    control(sandbox, "fault", **fault)
    report = ask(sandbox, configuration_token=AppSeed().configuration_token)
    assert not report.is_clean
    (failure,) = report.failures
    assert words in failure


def test_calls_are_spread_over_a_minute() -> None:
    now, waits = [0.0], []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    pace = Pace(100, wait=wait, clock=lambda: now[0])
    for _ in range(101):
        pace.turn()
    assert sum(waits) == pytest.approx(60)
    assert max(waits) == pytest.approx(0.6)
