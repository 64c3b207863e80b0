"""The README's steps from a copy of the repository to a check-in that is live, typed as they stand there."""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from slackapp import manifest_path
from slackapp.sandbox.core.seeds import practice_workspace
from slackapp.sandbox.server import Sandbox
from tests.support.hosting import free_port
from tests.support.human import Human

README = (Path(__file__).parents[2] / "README.md").read_text()
STEPS = README[README.index("## In a real workspace") : README.index("HTTP mode, a whole organisation")]
INSTALL, START = re.findall(r"```\n(.*?)```", STEPS, re.DOTALL)
FOLDERS = INSTALL.splitlines()[0]
ADA, BEN = practice_workspace().people[0].id, practice_workspace().people[1].id


def script(folder: Path, *blocks: str) -> str:
    """The README's commands with this test's own folders and tokens."""
    seed = practice_workspace()
    typed = "\n".join(blocks).replace("xoxb-...", seed.bot_token).replace("xapp-...", seed.app_token)
    assert seed.bot_token in typed
    assert seed.app_token in typed
    for place in ("/opt/", "/var/lib/"):
        typed = re.sub(rf"(?<![\w/]){place}|(?<=///){place}", f"{folder}{place}", typed)
    # Some computers have no sudo, and here nobody needs it.
    return f'sudo() {{ "$@"; }}\nset -e\n{typed}'


@contextmanager
def typing(sandbox: Sandbox, typed: str, health_port: int) -> Iterator[subprocess.Popen[str]]:
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "SLACK_API_URL": sandbox.url,
        "HEALTH_PORT": str(health_port),
    }
    with subprocess.Popen(
        ["bash", "-c", typed],  # noqa: S607 - the reader's own shell
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as shell:
        yield shell
        if shell.poll() is None:
            os.killpg(shell.pid, signal.SIGKILL)


def until_listening(shell: subprocess.Popen[str]) -> str:
    """What the shell prints until the app says the words that the README names."""
    assert '"Appreciate is listening."' in STEPS
    assert shell.stdout
    printed = ""
    for line in shell.stdout:
        printed += line
        if "Appreciate is listening." in line:
            return printed
    pytest.fail(printed)


@pytest.mark.timeout(120)
def test_the_steps_lead_from_an_empty_folder_to_a_check_in_that_is_live(tmp_path: Path) -> None:
    health_port = free_port()
    with Sandbox(manifest=manifest_path()) as sandbox:
        sandbox.seed(practice_workspace())
        with (
            typing(sandbox, script(tmp_path, FOLDERS, START), health_port) as shell,
            httpx.Client(base_url=sandbox.url, timeout=30) as slack,
        ):
            printed = until_listening(shell)
            assert "All settings are in order.\nThe database is up to date." in printed
            assert httpx.get(f"http://127.0.0.1:{health_port}/healthz").json()["ok"] is True
            goes_live(Human(slack, ADA), Human(slack, BEN))
            os.killpg(shell.pid, signal.SIGTERM)
            assert shell.stdout
            shell.stdout.read()
            shell.wait(30)
        for folder in ("appreciate", "appreciate-keys"):
            assert (tmp_path / "var/lib" / folder).stat().st_mode & 0o777 == 0o700


def goes_live(admin: Human, colleague: Human) -> None:
    """Steps 5 to 7, by the labels that the README names."""
    for label in ("New team", "Set up the check-in", "See every message", "Send me a test", "Go live"):
        assert f"*{label}*" in STEPS
    admin.types(f"/appreciate <@{BEN}> helping You stayed after the shift to find us a bed")
    colleague.sees("You stayed after the shift")
    admin.sees("Three steps, and Appreciate is ready.", place="home")
    admin.presses("New team", within="home")
    admin.fills("What is it called?", "Ward 7")
    admin.fills("Who leads it?", "Ada Morgan")
    admin.submits()
    assert "Saved." in admin.screen()["modal"]["text"]
    admin.does("dismiss")
    admin.sees("Ward 7", place="home")
    admin.presses("Set up the check-in", within="home")
    assert "Nothing reaches staff until you press [Go live]." in admin.screen()["modal"]["text"]
    admin.presses("Go live")
    assert "The check-in is on." in admin.screen()["modal"]["text"]


def test_without_the_line_that_makes_the_folders_the_steps_would_stop(tmp_path: Path) -> None:
    """The naive twin: the steps as they once were."""
    with (
        Sandbox(manifest=manifest_path()) as sandbox,
        typing(sandbox, script(tmp_path, START), free_port()) as shell,
    ):
        printed, _ = shell.communicate(timeout=60)
    assert (shell.returncode, "make the folder for the file first" in printed) == (1, True), printed


def test_the_program_is_installed_from_the_lock_with_hashes() -> None:
    """`deploy/check-wheel.sh` does it for real; here the README must say the same."""
    lines = [shlex.split(line, comments=True) for line in INSTALL.splitlines()[2:]]
    assert lines[0] == ["pip", "install", "--require-hashes", "-r", "requirements.lock"]
    assert lines[1] == ["pip", "install", "--no-deps", "."]
