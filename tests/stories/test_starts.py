"""A start in bad weather: requests are answered at once, and what is missing comes when it can."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from slack_bolt import BoltRequest
from sqlalchemy import func, select

from slackapp import manifest_path
from slackapp.app import Appreciate
from slackapp.core.config import Settings
from slackapp.core.i18n import voice
from slackapp.demo import hospital
from slackapp.models import Member
from slackapp.sandbox.server import Sandbox
from slackapp.workspace.registry import NeverInstalled
from tests.support.running_app import CARYS, DYLAN, MONDAY, RunningApp
from tests.support.waiting import comes

WORDS = "You found us a bed and stayed until it was made"
THANKS = f"/appreciate <@{DYLAN}> helping: {WORDS}"


@pytest.fixture
def slack() -> Iterator[Sandbox]:
    with Sandbox(manifest=manifest_path(), now=MONDAY) as sandbox:
        sandbox.seed(hospital.workspace())
        yield sandbox


class Starts:
    """Starts the app against a database, as often as a test wants."""

    def __init__(self, sandbox: Sandbox, database_url: str, state: Path) -> None:
        seed = hospital.workspace()
        self.sandbox, self.state = sandbox, state
        self.http = httpx.Client(base_url=sandbox.url, timeout=30)
        self.settings = Settings(
            seed.bot_token, seed.app_token, database_url, state / "keys", slack_api_url=sandbox.url
        )
        self.apps: list[Appreciate] = []

    def start(self) -> RunningApp:
        app = Appreciate(self.settings, now=self.sandbox.clock.now)
        self.apps.append(app)
        app.start()
        app.meet_in_background()
        return RunningApp(app, self.sandbox, self.http, self.state)

    def stop(self) -> None:
        for app in self.apps:
            app.stop()
        self.apps.clear()

    def fault(self, **order: object) -> None:
        self.http.post("/control/fault", json=order).raise_for_status()


@pytest.fixture
def starts(slack: Sandbox, database_url: str, tmp_path: Path) -> Iterator[Starts]:
    starts = Starts(slack, database_url, tmp_path)
    yield starts
    starts.stop()
    starts.http.close()


def known(practice: RunningApp) -> int:
    with practice.app.sessions.read() as session:
        return session.scalar(select(func.count()).select_from(Member)) or 0


@pytest.mark.parametrize("trouble", [{"kind": "500"}, {"kind": "429", "retry_after": 1}, {"kind": "drop"}])
def test_people_who_cannot_be_listed_keep_nobody_waiting_and_are_met_later(
    starts: Starts, trouble: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    starts.fault(method="users.list", **{"for": 3600}, **trouble)
    practice = starts.start()
    practice.nurse.types(THANKS)
    practice.nurse.sees("On its way to")
    practice.colleague.sees(WORDS)
    assert known(practice) < 10
    starts.fault(clear=True)
    comes(lambda: known(practice) > 20, "everybody")
    assert "Traceback" not in caplog.text
    assert caplog.text.count("listing people") <= 3


def test_a_token_that_slack_refuses_is_no_end_and_what_is_given_goes_out_once_it_is_good(
    starts: Starts, caplog: pytest.LogCaptureFixture
) -> None:
    starts.start()
    starts.stop()
    starts.fault(method="auth.test", kind="error", error="account_inactive", **{"for": 3600})
    practice = starts.start()
    assert practice.app.health()["ok"] is False
    practice.nurse.types(THANKS)
    practice.nurse.sees("On its way to")
    assert practice.calls("chat.postMessage") == []
    starts.fault(clear=True)
    practice.colleague.sees(WORDS)
    comes(lambda: practice.app.health()["ok"] is True)
    assert caplog.text.count("Slack refused it (account_inactive)") == 1


def test_slack_that_cannot_be_reached_is_asked_until_it_can(starts: Starts) -> None:
    starts.fault(method="auth.test", kind="500", **{"for": 3600})
    practice = starts.start()
    assert practice.app.workspace_id == ""
    assert practice.app.health()["ok"] is False
    starts.fault(clear=True)
    comes(lambda: practice.app.workspace_id != "", "the workspace")
    practice.nurse.types(THANKS)
    practice.colleague.sees(WORDS)


def test_a_start_in_good_weather_logs_no_warning(starts: Starts, caplog: pytest.LogCaptureFixture) -> None:
    practice = starts.start()
    practice.person(CARYS).types(THANKS)
    practice.colleague.sees(WORDS)
    comes(lambda: known(practice) > 20)
    starts.stop()
    warnings = [record for record in caplog.records if record.levelname in {"WARNING", "ERROR"}]
    assert [record.getMessage() for record in warnings] == []


def test_a_command_from_a_workspace_without_the_app_is_answered_in_our_words(starts: Starts) -> None:
    practice = starts.start()
    body = {"command": "/appreciate", "text": "mine", "team_id": "T0ELSE", "user_id": "U0ELSE"}
    request = BoltRequest(body=body | {"trigger_id": "1.2"}, mode="socket_mode")
    assert NeverInstalled().words(voice()) in practice.app.bolt.dispatch(request).body


def test_a_revoked_token_is_no_apology_of_bolt_s(starts: Starts) -> None:
    practice = starts.start()
    starts.fault(method="auth.test", kind="error", error="token_revoked", **{"for": 3600})
    practice.nurse.types(THANKS)
    practice.nurse.sees("On its way to")
