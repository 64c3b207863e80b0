"""Whatever Slack repeats, and wherever: as many as come in are stored, and as many are posted."""

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from sqlalchemy import select

from handlers import appreciate_letters
from slackapp import manifest_path, members, workspaces
from slackapp.delivery import Deliveries
from slackapp.models import Delivery, Recipient, Recognition
from slackapp.sandbox.seeds import PersonSeed, WorkspaceSeed
from slackapp.sandbox.server import Sandbox

COMMAND = "/appreciate"
PEOPLE = [f"U0MANY{number:02}" for number in range(50)]


def command(ward: Any, number: int) -> dict[str, Any]:
    giver, receiver = PEOPLE[number % 50], PEOPLE[(number + 1 + number // 50) % 50]
    return {
        "team_id": ward.slack_team_id,
        "user_id": giver,
        "command": COMMAND,
        "text": f"<@{receiver}|x> helping Stayed to find us a bed, as number {number}.",
        "trigger_id": f"1.2.{number}",
        "channel_id": "C1",
    }


def submission(ward: Any, number: int) -> dict[str, Any]:
    giver, receiver = PEOPLE[number % 50], PEOPLE[(number + 1 + number // 50) % 50]
    words = f"Stayed to find us a bed, as number {number}."
    return {
        "type": "view_submission",
        "team": {"id": ward.slack_team_id},
        "user": {"id": giver},
        "trigger_id": f"1.3.{number}",
        "view": {
            "id": f"V{number}",
            "callback_id": "appreciate_form",
            "type": "modal",
            "private_metadata": "",
            "blocks": [],
            "state": {
                "values": {
                    "people": {"people": {"selected_users": [receiver]}},
                    "behaviour": {"appreciate_behaviour": {"selected_option": {"value": "helping"}}},
                    "words": {"words": {"value": words}},
                    "visibility": {"visibility": {"selected_option": {"value": "private"}}},
                }
            },
        },
    }


def everybody(ward: Any) -> None:
    with ward.database.begin() as session:
        workspace = workspaces.find(session, ward.slack_team_id)
        members.remember_all(session, workspace, [members.Person(one, one) for one in PEOPLE])


def delivered(where: tuple[str, str, str], payloads: list[dict[str, Any]], *more: str) -> Counter[str]:
    """Each payload one to four times, in any order, to two processes at once."""
    chance = random.Random(7)  # noqa: S311 - the order, not a secret
    copies = [json.dumps(one) for one in payloads for _ in range(chance.randint(1, 4))]
    chance.shuffle(copies)
    script = [sys.executable, str(Path(__file__).with_name("delivering.py")), *where, *more]
    started = [
        subprocess.Popen(script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    for process, share in zip(started, (copies[::2], copies[1::2]), strict=True):
        assert process.stdin is not None
        process.stdin.write("\n".join(share))
        process.stdin.close()
    told: Counter[str] = Counter()
    for process in started:
        assert process.stdout is not None
        told += Counter(json.loads(process.stdout.read()))
        assert process.wait(timeout=60) == 0
    assert sum(told.values()) == len(copies) > len(payloads)
    return told


def counts(ward: Any) -> list[int]:
    with ward.database.read() as session:
        return [len(session.scalars(select(one)).all()) for one in (Recognition, Recipient, Delivery)]


@pytest.mark.timeout(180)
@pytest.mark.parametrize("many", [50, pytest.param(500, marks=pytest.mark.long)])
def test_as_many_as_come_in_are_posted_however_often_slack_repeats_them_to_two_processes(
    ward: Any, slack: Sandbox, database_url: str, tmp_path: Path, many: int
) -> None:
    everybody(ward)
    payloads = [(submission if number % 3 == 0 else command)(ward, number) for number in range(many)]
    told = delivered((database_url, slack.url, str(tmp_path / "keys")), payloads)
    assert set(told) == {"200 True"}, told
    assert counts(ward) == [many, many, many]
    posted = everything_sent(ward, slack)
    assert len(posted) == many
    assert len(set(posted)) == many


@pytest.fixture
def slack(ward: Any) -> Iterator[Sandbox]:
    people = tuple(PersonSeed(id=one, name=one, handle=one.lower()) for one in PEOPLE)
    with Sandbox(manifest=manifest_path()) as sandbox:
        sandbox.seed(
            WorkspaceSeed(
                team_id=ward.slack_team_id,
                domain="hospital",
                name="Hospital",
                bot_token="xoxb-test",
                app_token="xapp-test",
                people=people,
            )
        )
        yield sandbox


def everything_sent(ward: Any, slack: Sandbox) -> list[str]:
    """The words of every message in Slack, once all that is owed has been sent."""
    client = WebClient("xoxb-test", base_url=f"{slack.url}/api/", retry_handlers=[])
    with ward.database.read() as session:
        now = max(session.scalars(select(Recognition.given_at)))
    deliveries = Deliveries(ward.database, client, appreciate_letters.RENDERERS, lambda: now)
    # The clock of the limits is moved, so that nobody waits for them.
    while now is not None:
        now = deliveries.drain(now)
    calls = [json.loads(line) for line in httpx.get(f"{slack.url}/control/journal").text.splitlines()]
    return [
        one["body"]["blocks"][1]["elements"][0]["elements"][0]["text"]
        for one in calls
        if one["method"] == "chat.postMessage" and one["response"]["ok"]
    ]


def test_an_app_that_never_looks_whether_it_was_told_before_would_be_caught(
    ward: Any, slack: Sandbox, database_url: str, tmp_path: Path
) -> None:
    everybody(ward)
    delivered(
        (database_url, slack.url, str(tmp_path / "keys")),
        [command(ward, number) for number in range(20)],
        "naive",
    )
    assert counts(ward)[0] > 20
