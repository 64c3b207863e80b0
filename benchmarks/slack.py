"""Slack's part: the sandbox in a process of its own, and requests as Slack signs them."""

import hashlib
import hmac
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from slack_bolt import BoltRequest

from slackapp import manifest_path
from slackapp.sandbox.core.seeds import AppSeed, ChannelSeed, PersonSeed, WorkspaceSeed
from slackapp.sandbox.server import Sandbox

SIGNING_SECRET = AppSeed().signing_secret
TEAM = "T0MEASURE01"
CHANNEL = "C0MEASURE01"
BOT = "U0MEASUREBOT"
PEOPLE = tuple(f"U0PERSON{number:03}" for number in range(40))
TOKEN = "xoxb-measure"  # noqa: S105 - made up; opens nothing but the sandbox
APP_TOKEN = "xapp-measure"  # noqa: S105 - likewise


def workspace() -> WorkspaceSeed:
    people = tuple(
        PersonSeed(id=user_id, name=f"Person {place}", handle=f"person{place}")
        for place, user_id in enumerate(PEOPLE)
    )
    return WorkspaceSeed(
        team_id=TEAM,
        domain="measure",
        name="Measured",
        bot_token=TOKEN,
        app_token=APP_TOKEN,
        bot_user_id=BOT,
        people=people,
        channels=(ChannelSeed(id=CHANNEL, name="ward", members=(*PEOPLE, BOT)),),
    )


@contextmanager
def sandbox_process(core: int | None = None) -> Iterator[str]:
    """The sandbox in its own process, without rate limits, on one core if asked; gives its address."""
    with serving([sys.executable, "-m", "benchmarks.slack"], core) as url:
        yield url


@contextmanager
def serving(command: list[str], core: int | None = None) -> Iterator[str]:
    """A server that prints its address first and ends with its standard input."""
    process = subprocess.Popen(  # noqa: S603 - our own module
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "MEASURE_CORE": "" if core is None else str(core)},
        cwd=Path(__file__).parent.parent,
    )
    assert process.stdin
    assert process.stdout
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(20)
        process.stdout.close()


def stay_on_core() -> None:
    """Keep this process to the core that was asked for, where the system can."""
    core = os.environ.get("MEASURE_CORE")
    if core and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {int(core)})


def command(name: str, text: str, *, user: str, ticket: str) -> BoltRequest:
    """A slash command, signed."""
    fields = {
        "token": "verification",
        "team_id": TEAM,
        "team_domain": "measure",
        "channel_id": CHANNEL,
        "channel_name": "ward",
        "user_id": user,
        "user_name": user.lower(),
        "command": name,
        "text": text,
        "api_app_id": AppSeed().app_id,
        "is_enterprise_install": "false",
        "response_url": "https://hooks.slack.com/commands/none",
        "trigger_id": ticket,
    }
    return _signed(urlencode(fields), "application/x-www-form-urlencoded")


def home_opened(user: str, number: int) -> BoltRequest:
    """The event that somebody opened their Home tab, signed."""
    event = {
        "type": "app_home_opened",
        "user": user,
        "channel": "D0MEASURE01",
        "tab": "home",
        "event_ts": f"1700000000.{number:06}",
    }
    body: dict[str, Any] = {
        "token": "verification",
        "team_id": TEAM,
        "api_app_id": AppSeed().app_id,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{number:09}",
        "event_time": 1_700_000_000,
        "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
    }
    return _signed(json.dumps(body), "application/json")


def _signed(body: str, content_type: str) -> BoltRequest:
    moment = str(int(time.time()))
    digest = hmac.new(SIGNING_SECRET.encode(), f"v0:{moment}:{body}".encode(), hashlib.sha256).hexdigest()
    headers: dict[str, str | Sequence[str]] = {
        "content-type": content_type,
        "x-slack-request-timestamp": moment,
        "x-slack-signature": f"v0={digest}",
    }
    return BoltRequest(body=body, headers=headers)


def main() -> None:
    stay_on_core()
    sandbox = Sandbox(manifest=manifest_path(), rate_limits=False)
    sandbox.seed(workspace())
    with sandbox:
        print(sandbox.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
