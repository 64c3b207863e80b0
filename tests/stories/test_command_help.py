"""Each of the three commands helps, whatever a phone makes of the word."""
# ruff: noqa: RUF001 - the characters are what it is about

from collections.abc import Callable

import pytest

from slackapp.models import Workspace
from tests.support.human import Screen
from tests.support.running_app import RunningApp


def has_more_than(count: int) -> Callable[[Screen], bool]:
    return lambda screen: len(screen["messages"]) > count


HELP = {
    "/appreciate": "It is private unless you add",
    "/pulse": "is where you say when I may write to you",
    "/digest": "shows the newest digest that you may read",
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("without_browser")
def test_each_command_helps_and_reads_what_phones_type(practice: RunningApp) -> None:
    nurse, leader = practice.nurse, practice.leader
    for word in ("help", "— help", "“Help”", "[help]", "cymorth", "\u202fhelp\u202f"):
        for command, sentence in HELP.items():
            before = len(nurse.screen()["messages"])
            nurse.types(f"{command} {word}")
            seen = nurse.waits(has_more_than(before))
            assert sentence in seen["messages"][-1]["text"], (command, word)
            assert seen["modal"] is None
    nurse.types("/pulse help")
    nurse.presses("How it stays anonymous")
    nurse.waits(lambda screen: screen["modal"] is not None)
    nurse.does("dismiss")
    nurse.types("/pulse — settings")
    nurse.waits(lambda screen: screen["modal"] is not None)
    nurse.does("dismiss")
    with practice.app.sessions.begin() as session:
        session.query(Workspace).one().digests_from = None
    for typed in ("[Ward 7] [2026–09]", "ward\u202f7 2026—09", "“Ward 7” 2026‑09"):
        leader.types(f"/digest {typed}")
        assert "Ward 7" in leader.sees("September")["messages"][-1]["text"], typed
