"""One process of the app, given payloads as Slack sends them.

`delivering.py DATABASE_URL SLACK_URL KEY_DIR [naive]`:
payloads come in as lines of JSON and are delivered 20 at a time; the statuses go out as one line.
"""

import json
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from slack_bolt import App, BoltRequest
from slack_sdk import WebClient

import handlers
from handlers.shared.context import Context
from slackapp.core.db import connect, new_id
from slackapp.outbox import deduplication
from slackapp.pulse.keys import KeyDirectory


def main(database_url: str, slack_url: str, key_directory: str, *, naive: bool) -> None:
    if naive:
        # The naive twin, which never checks for repeats.
        deduplication.first_time = deduplication.is_newer = lambda *_args, **_kwargs: True
        deduplication.id_for = lambda *_args: new_id()
    bolt = App(
        client=WebClient("xoxb-test", base_url=f"{slack_url}/api/", retry_handlers=[]),
        signing_secret="unused",
        process_before_response=True,
        token_verification_enabled=False,
        listener_executor=ThreadPoolExecutor(20),
    )
    sessions = connect(database_url)
    handlers.register(bolt, Context(sessions, lambda: datetime.now(UTC), KeyDirectory(Path(key_directory))))

    def deliver(line: str) -> str:
        body: dict[str, Any] = json.loads(line)
        answer = bolt.dispatch(BoltRequest(body=body, mode="socket_mode"))
        return f"{answer.status} {'On its way to' in answer.body}"

    with ThreadPoolExecutor(20) as pool:
        outcomes = Counter(pool.map(deliver, sys.stdin.read().splitlines()))
    sys.stdout.write(json.dumps(outcomes))
    sessions.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:4], naive="naive" in sys.argv)
