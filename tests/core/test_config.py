from pathlib import Path

import pytest

from slackapp.core import config
from slackapp.core.errors import SettingsError

GOOD = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "KEY_DIR": "/var/lib/keys"}


def test_a_whole_environment_has_nothing_to_find() -> None:
    assert config.findings(GOOD) == []
    assert config.read(GOOD).key_directory == Path("/var/lib/keys")


def test_everything_missing_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        config.read({})
    assert all(name in str(refused.value) for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "KEY_DIR"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_BOT_TOKEN", "xoxp-1"),
        ("SLACK_APP_TOKEN", "xoxb-1"),
        ("DATABASE_URL", "mysql://a"),
        ("DATABASE_URL", "not a url"),
        ("DATABASE_URL", "sqlite:////var/lib/keys/a.db"),
        ("DATABASE_URL", "sqlite:////var/lib/keys/deeper/a.db"),
        ("DATABASE_URL", "sqlite:////var/lib/a.db"),
        ("DATABASE_URL", "sqlite:////var/lib/other/../a.db"),
        ("SLACK_API_URL", "https://slack.com.evil.example"),
        ("SLACK_API_URL", "http://slack.com"),
        ("SLACK_API_URL", "http://10.0.0.1:8642"),
        ("SLACK_API_URL", "file:///etc"),
        ("BROWSER_PATH", "/nowhere/chromium"),
        ("LOG_LEVEL", "LOUD"),
        ("HEALTH_PORT", "-1"),
        ("HEALTH_PORT", "65536"),
        ("HEALTH_PORT", "eighty"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not_repeated(name: str, value: str) -> None:
    assert config.findings(GOOD) == []
    findings = config.findings(GOOD | {name: value})
    assert len(findings) == 1
    assert value not in str(findings[0])


def test_a_database_without_a_folder_to_be_in_is_found_before_the_start(tmp_path: Path) -> None:
    def findings_of(place: Path) -> list[config.Finding]:
        return config.findings(GOOD | {"DATABASE_URL": f"sqlite:///{place}"})

    assert findings_of(tmp_path / "there.db") == []
    for place in (tmp_path / "missing" / "a.db", tmp_path):
        (finding,) = findings_of(place)
        assert finding.name == "DATABASE_URL"
        assert "folder" in finding.advice
        assert str(place) not in str(finding)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8642",
        "http://localhost:1",
        "http://[::1]:2",
        "https://slack.com",
        "https://a.slack.com",
    ],
)
def test_slack_and_this_machine_may_be_spoken_to(url: str) -> None:
    assert config.findings(GOOD | {"SLACK_API_URL": url}) == []


def test_secrets_are_not_printed() -> None:
    secrets = {"SLACK_BOT_TOKEN": "xoxb-secret", "SLACK_APP_TOKEN": "xapp-secret"}
    printed = repr(config.read(GOOD | secrets | {"DATABASE_URL": "postgresql://u:hunter2@h/d"}))
    assert "secret" not in printed
    assert "hunter2" not in printed
