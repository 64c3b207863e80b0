"""The manifest asks for exactly the scopes that the stories use."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from slackapp import manifest_path
from slackapp.demo import hospital
from slackapp.sandbox.core.contract import Contract, read_contract
from slackapp.sandbox.core.seeds import ChannelSeed, UserGroupSeed, WorkspaceSeed
from tests.support.running_app import RunningApp

CARYS, TOMOS, DYLAN, JOY = "U0HOSP00011", "U0HOSP00012", "U0HOSP00015", "U0HOSP00016"
IDRIS = hospital.OPERATIONS.id
WARD, PRIVATE, GENERAL, GROUP = "C0WARD70000", "C0NIGHTPORT", "C0GENERAL00", "S0NIGHTTEAM"
IN_CHANNELS = {False: "channels:read", True: "groups:read"}
"""What a call or an event about a channel needs, by whether it is private."""

COMMANDS = {"slash_command", "shortcut", "message_action"}
"""Kinds of payloads that the scope `commands` brings."""


@pytest.fixture
def seeded() -> WorkspaceSeed:
    """The practice hospital with a private channel and a user group."""
    plain = hospital.workspace()
    private = ChannelSeed(id=PRIVATE, name="night-porters", is_private=True, members=(IDRIS, CARYS))
    group = UserGroupSeed(id=GROUP, handle="night-team", name="Night team", members=(CARYS, JOY))
    return replace(plain, channels=(*plain.channels, private), usergroups=(group,))


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def read(file: Path) -> Iterator[dict[str, Any]]:
    yield from map(json.loads, file.read_text().splitlines())


def used(journal: Path, contract: Contract) -> set[str]:
    """Every scope without which something in this journal would not have happened."""
    used_scopes = set()
    for call in read(journal / "calls.jsonl"):
        method = contract.methods.get(call["method"])
        scopes = method.scopes if method else ()
        if call["response"].get("ok"):
            used_scopes.add(_one(scopes, call["body"].get("channel", "")))
    for sent in read(journal / "inbound.jsonl"):
        event = sent["payload"].get("event") or {}
        if sent["kind"] in COMMANDS:
            used_scopes.add("commands")
        used_scopes.add(_one(contract.events.get(event.get("type", ""), ()), event.get("channel", "")))
    return used_scopes - {""}


def _one(scopes: tuple[str, ...], channel: str) -> str:
    """Of several scopes that would do, the one for this kind of channel."""
    if len(scopes) <= 1:
        return next(iter(scopes), "")
    return IN_CHANNELS[channel == PRIVATE]


def thank_and_react(place: RunningApp) -> None:
    nurse, colleague = place.person(CARYS), place.person(DYLAN)
    nurse.types("/appreciate @Dylan Hughes helping with the team You found the key to the drug cupboard")
    seen = colleague.sees("You found the key")
    colleague.presses("Share with my team", within=seen["messages"][-1]["ts"])
    posted = colleague.sees("You found the key", place=WARD)
    place.person(JOY).presses("Me too", within=posted["messages"][-1]["ts"])
    colleague.sees("Others said “me too”.", place=WARD)
    place.person(TOMOS).does("react", place=WARD, ts=posted["messages"][-1]["ts"], emoji="clap")
    colleague.sees("Others said “me too”.", place=WARD)


def thank_a_group(place: RunningApp) -> None:
    place.person(DYLAN).types(f"/appreciate <!subteam^{GROUP}> helping You carried the night between you")
    place.person(JOY).sees("You carried the night between you")


def make_a_private_channel_a_team(place: RunningApp) -> None:
    idris = place.person(IDRIS)
    place.change(kind="join", channel=PRIVATE, user=hospital.BOT, inviter=IDRIS)
    screen = idris.sees("Shall it be a team here?")
    idris.presses("Make it a team", within=screen["messages"][-1]["ts"])
    for _ in range(3):
        idris.submits()
    assert "is a team now." in idris.screen()["modal"]["text"]


def ask_for_an_export(place: RunningApp) -> None:
    nurse = place.person(CARYS)
    nurse.sees("You read English.", place="home")
    nurse.presses("What is kept about me", within="home")
    nurse.presses("Export what is kept about me", within="modal")
    nurse.waits(lambda seen: sum(len(message["files"]) for message in seen["messages"]) == 2)


STORIES: tuple[Callable[[RunningApp], None], ...] = (
    thank_and_react,
    thank_a_group,
    make_a_private_channel_a_team,
    ask_for_an_export,
)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_scopes_are_exactly_those_that_the_stories_use(place: RunningApp, journal: Path) -> None:
    for story in STORIES:
        story(place)
    place.change(kind="join", channel=WARD, user=IDRIS)
    place.app.sync_all_members()
    asked_for = set(yaml.safe_load(manifest_path().read_text())["oauth_config"]["scopes"]["bot"])
    contract = read_contract()
    scopes_used = used(journal, contract)
    assert asked_for - scopes_used == set(), "a scope that no story uses"
    assert scopes_used - asked_for == set(), "a story uses what was not asked for"
    refused = [
        call for call in read(journal / "calls.jsonl") if call["response"].get("error") == "missing_scope"
    ]
    assert refused == []
    # A scope more would be noticed, and a story less.
    assert (asked_for | {"users:read.email"}) - scopes_used == {"users:read.email"}
    without = [
        line for line in (journal / "inbound.jsonl").read_text().splitlines() if "reaction" not in line
    ]
    (journal / "inbound.jsonl").write_text("\n".join(without))
    assert asked_for - used(journal, contract) == {"reactions:read"}
