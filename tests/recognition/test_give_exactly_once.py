"""However Slack repeats payloads, each thank-you is stored once and posted once."""

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

from handlers.recognition import renderers
from slackapp import manifest_path
from slackapp.core.behaviours import Behaviour
from slackapp.delivery import DeliveryWorker
from slackapp.models import (
    Boost,
    Delivery,
    Member,
    Recipient,
    Recognition,
    SharingChoice,
    Visibility,
)
from slackapp.recognition import give
from slackapp.recognition.draft import Draft
from slackapp.recognition.notifications import Kind
from slackapp.sandbox.core.seeds import ChannelSeed, PersonSeed, WorkspaceSeed
from slackapp.sandbox.server import Sandbox
from slackapp.workspace import members
from tests.support.recognition_ward import RecognitionWard

COMMAND = "/appreciate"
WORDS = "Sat with the new starters through their first night"
PEOPLE = [f"U0MANY{number:02}" for number in range(50)]


def command(ward: RecognitionWard, number: int) -> dict[str, Any]:
    giver, receiver = PEOPLE[number % 50], PEOPLE[(number + 1 + number // 50) % 50]
    return {
        "team_id": ward.slack_team_id,
        "user_id": giver,
        "command": COMMAND,
        "text": f"<@{receiver}|x> helping Stayed to find us a bed, as number {number}.",
        "trigger_id": f"1.2.{number}",
        "channel_id": "C1",
    }


def submission(ward: RecognitionWard, number: int) -> dict[str, Any]:
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


def reactions(ward: RecognitionWard, post: Delivery, number: int) -> list[dict[str, Any]]:
    """One person's: clapped, and every other one took it back; every third clapped once more."""
    came = ("reaction_added", "reaction_removed", "reaction_added")
    return [
        {
            "type": "event_callback",
            "team_id": ward.slack_team_id,
            "event_id": f"Ev{number}.{moment}",
            "event": {
                "type": kind,
                "user": PEOPLE[number % 50],
                "reaction": f"clap{number // 50}",
                "item": {"type": "message", "channel": post.slack_channel_id, "ts": post.slack_ts},
                "item_user": "U0SANDBOXBOT",
                "event_ts": f"17954000{number % 50:02}.{moment:06}",
            },
        }
        for moment, kind in enumerate(came[: _told(number)])
    ]


def _told(number: int) -> int:
    return 3 if number % 3 == 0 else 1 + number % 2


def press(ward: RecognitionWard, post: Delivery, number: int) -> dict[str, Any]:
    """[Me too], pressed once."""
    return {
        "type": "block_actions",
        "team": {"id": ward.slack_team_id},
        "user": {"id": PEOPLE[number]},
        "trigger_id": f"1.4.{number}",
        "container": {"channel_id": post.slack_channel_id, "message_ts": post.slack_ts},
        "actions": [
            {
                "action_id": "thanks_me_too",
                "block_id": "b",
                "value": post.reference.partition(":")[0],
                "action_ts": f"1795400000.{number:06}",
            }
        ],
    }


def everybody(ward: RecognitionWard) -> None:
    with ward.database.begin() as session:
        workspace = ward.workspace(session)
        members.upsert_all(session, workspace, [members.SlackProfile(user, user) for user in PEOPLE])


def shared(ward: RecognitionWard, slack: Sandbox) -> Delivery:
    """A thank-you that stands in the ward's channel."""
    with ward.database.begin() as session:
        ward.person(session, ward.colleague).sharing = SharingChoice.ALWAYS
        session.flush()
        draft = Draft((ward.colleague,), behaviour=Behaviour.HELPING, words=WORDS, visibility=Visibility.TEAM)
        occasion = give.GiveContext(ward.nurse, "first", ward.noon)
        give.give(session, ward.slack_team_id, draft, occasion)
    drain(ward, slack)
    with ward.database.read() as session:
        return session.scalars(select(Delivery).where(Delivery.kind == Kind.POST)).one()


def delivered(
    where: tuple[str, str, str], payloads: list[dict[str, Any]], *more: str, processes: int = 2
) -> Counter[str]:
    """Each payload one to four times, in any order, to two processes at once."""
    chance = random.Random(7)  # noqa: S311 - the order, not a secret
    copies = [json.dumps(payload) for payload in payloads for _ in range(chance.randint(1, 4))]
    chance.shuffle(copies)
    script = [sys.executable, str(Path(__file__).parents[1] / "support" / "delivering.py"), *where, *more]
    started = [
        subprocess.Popen(script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(processes)
    ]
    for process, share in zip(started, [copies[start::processes] for start in range(processes)], strict=True):
        assert process.stdin is not None
        process.stdin.write("\n".join(share))
        process.stdin.close()
    outcomes: Counter[str] = Counter()
    for process in started:
        assert process.stdout is not None
        outcomes += Counter(json.loads(process.stdout.read()))
        assert process.wait(timeout=60) == 0
    assert sum(outcomes.values()) == len(copies) > len(payloads)
    return outcomes


def counts(ward: RecognitionWard) -> list[int]:
    with ward.database.read() as session:
        messages = select(Delivery.id).where(Delivery.kind == Kind.THANKS)
        return [
            len(session.scalars(query).all()) for query in (select(Recognition), select(Recipient), messages)
        ]


def boosts(ward: RecognitionWard) -> set[tuple[str, str]]:
    """Who joined in, and how."""
    with ward.database.read() as session:
        query = select(Member.slack_user_id, Boost.how).join(Boost, Boost.booster_id == Member.id)
        return {(row.slack_user_id, row.how) for row in session.execute(query)}


def everything(ward: RecognitionWard, post: Delivery, many: int) -> list[dict[str, Any]]:
    """This many thank-yous by command and form, reactions by this many people, and ten presses."""
    thanks = [(submission if number % 3 == 0 else command)(ward, number) for number in range(many)]
    events = [payload for number in range(many) for payload in reactions(ward, post, number)]
    return [*thanks, *events, *(press(ward, post, number) for number in range(10))]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("many", [20, pytest.param(500, marks=pytest.mark.long)])
def test_as_many_as_come_in_are_posted_however_often_slack_repeats_them_to_two_processes(
    ward: RecognitionWard, slack: Sandbox, database_url: str, tmp_path: Path, many: int
) -> None:
    everybody(ward)
    post = shared(ward, slack)
    outcomes = delivered((database_url, slack.url, str(tmp_path / "keys")), everything(ward, post, many))
    assert set(outcomes) == {"200 True", "200 False"}, outcomes
    assert counts(ward) == [many + 1] * 3
    clapping = {(PEOPLE[n % 50], f":clap{n // 50}:") for n in range(many) if _told(n) != 2}
    assert boosts(ward) == clapping | {(PEOPLE[number], "button") for number in range(10)}
    posted = everything_sent(ward, slack)
    assert len(posted) == many + 2, "one of them is also in the channel"
    assert len(set(posted)) == many + 1
    changed = json.dumps(sent(slack, "chat.update")[-1]["body"]["blocks"], ensure_ascii=False)
    assert "Others said “me too”." in changed


@pytest.fixture
def slack(ward: RecognitionWard) -> Iterator[Sandbox]:
    everyone = [*PEOPLE, ward.nurse, ward.colleague]
    people = tuple(PersonSeed(id=user, name=user, handle=user.lower()) for user in everyone)
    with Sandbox(manifest=manifest_path()) as sandbox:
        sandbox.seed(
            WorkspaceSeed(
                team_id=ward.slack_team_id,
                domain="hospital",
                name="Hospital",
                bot_token="xoxb-test",
                app_token="xapp-test",
                people=people,
                channels=(ChannelSeed(id=ward.channel, name="ward-7", members=(ward.nurse, "U0SANDBOXBOT")),),
            )
        )
        yield sandbox


def drain(ward: RecognitionWard, slack: Sandbox) -> None:
    """Send every queued message, with the rate limits' clock moved on so that nothing waits."""
    client = WebClient("xoxb-test", base_url=f"{slack.url}/api/", retry_handlers=[])
    with ward.database.read() as session:
        now = max(session.scalars(select(Delivery.due)))
    deliveries = DeliveryWorker(ward.database, client, renderers.ROUTES, lambda: now)
    while (due := deliveries.drain(now)) is not None:
        now = due
    deliveries.stop()


def sent(slack: Sandbox, method: str) -> list[dict[str, Any]]:
    calls = [json.loads(line) for line in httpx.get(f"{slack.url}/control/journal").text.splitlines()]
    return [call for call in calls if call["method"] == method and call["response"]["ok"]]


def everything_sent(ward: RecognitionWard, slack: Sandbox) -> list[str]:
    """The words of every message in Slack, once the queue is empty."""
    drain(ward, slack)
    messages = [call["body"]["blocks"][0] for call in sent(slack, "chat.postMessage")]
    return [message["elements"][0]["elements"][0]["text"] for message in messages]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_app_that_never_looks_whether_it_was_told_before_would_be_caught(
    ward: RecognitionWard, slack: Sandbox, database_url: str, tmp_path: Path
) -> None:
    everybody(ward)
    post = shared(ward, slack)
    where = (database_url, slack.url, str(tmp_path / "keys"))
    delivered(where, everything(ward, post, 20), "naive", processes=1)
    assert counts(ward)[0] > 21
    assert boosts(ward) != {(PEOPLE[n], ":clap0:") for n in range(20) if _told(n) != 2} | {
        (PEOPLE[number], "button") for number in range(10)
    }
