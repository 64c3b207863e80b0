from pathlib import Path

import pytest

from slackapp.core.errors import SettingsError
from slackapp.core.secret_files import NAMES, with_files


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_setting_comes_from_the_file_that_is_named(tmp_path: Path, name: str, end: str) -> None:
    (tmp_path / "secret").write_bytes(b"xoxb-1" + end.encode())
    settings = with_files({f"{name}_FILE": str(tmp_path / "secret"), "KEY_DIR": "/keys"})
    assert settings[name] == "xoxb-1"
    assert settings["KEY_DIR"] == "/keys"


def test_only_the_last_newline_is_dropped(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(" a\n\n")
    assert with_files({"TOKEN_KEYS_FILE": str(tmp_path / "secret")})["TOKEN_KEYS"] == " a\n"


def test_a_setting_given_twice_and_a_missing_file_are_named_at_once(tmp_path: Path) -> None:
    environ = {
        "SLACK_BOT_TOKEN": "xoxb-secret",
        "SLACK_BOT_TOKEN_FILE": str(tmp_path / "bot"),
        "SLACK_APP_TOKEN_FILE": str(tmp_path / "app"),
        "DATABASE_URL_FILE": str(tmp_path),
    }
    with pytest.raises(SettingsError) as refused:
        with_files(environ)
    words = str(refused.value)
    assert "SLACK_BOT_TOKEN: set either" in words
    assert "SLACK_APP_TOKEN_FILE:" in words
    assert "DATABASE_URL_FILE:" in words
    assert "secret" not in words


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="it is not text"):
        with_files({"TOKEN_KEYS_FILE": str(tmp_path / "secret")})
