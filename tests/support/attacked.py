"""The app beside two full workspaces of which one was crawled, and what attackers make of its requests."""

import re
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlalchemy import insert, select, text

import handlers
from handlers.shared.context import Context
from reports.charts.renderer import ChartRenderer
from slackapp import migrations
from slackapp.app import routes
from slackapp.core.db import Base, Sessions, connect
from slackapp.core.pseudonyms import Pseudonyms
from slackapp.delivery import DeliveryWorker
from slackapp.models import Workspace
from slackapp.pulse.keys import KeyDirectory
from slackapp.recognition import undelivered
from tests.support.agreeable_slack import AgreeableSlack
from tests.support.crawling import SECRET, Answer, Body, Crawl, Desk, Offer, read_call, replaced
from tests.support.databases import TEMPLATE, create
from tests.support.forging import answer_of_slack
from tests.support.two_worlds import NOW, Kept, Owners, fill, twins

NAIVE = "a_listener_that_asks_nobody"
PEOPLE = ("NURSE", "LEADER", "ADMIN", "DIRECTOR", "MORE1")
"""Who goes through every screen: together they are offered everything."""
STRANGERS_TO_IT = ("NURSE", "DEPUTY", "FORMER", "STRANGER", "GONE")
"""Who sends what others were offered: a colleague, a deputy whose leader is there, one who led before and has
the old forms still, somebody of a connected organisation, and somebody who has left."""
THEIRS = {("digest_hand_on", "FORMER"): "whoever led the team before may hand its digests on"}
OF_ONESELF = {
    "rights_export": "whoever asks gets their own records, whatever they are",
    "rights_erase": "whoever asks has their own records erased",
    "rights_return": "whoever was erased may come back",
}
_SAYS_WHOSE = re.compile(r"(?:of|in) B\b")


class Slack(AgreeableSlack):
    """Both workspaces'."""

    def __init__(self) -> None:
        super().__init__(_slacks_answer)


def _slacks_answer(method: str, body: str) -> dict[str, Any]:
    call = read_call(body)
    channel = str(call.get("channel", ""))
    if method == "chat.postMessage":
        return {"channel": channel, "ts": "1762171200.000100"}
    if method.startswith("conversations.") and channel.endswith("B"):
        # Its token is for workspace A.
        return {"ok": False, "error": "channel_not_found"}
    if method == "conversations.members":
        return {"members": [f"U0{name}A" for name in (*PEOPLE, "BOT")]}
    return answer_of_slack(method, body)


@dataclass
class Scene:
    """The app at one database.

    `offers` are what each person of workspace A was offered, `seen` what they read.
    """

    sessions: Sessions
    keys: KeyDirectory
    slack: Slack
    desk: Desk
    first: Kept
    offers: dict[str, list[Offer]] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.owners = Owners(self.first.rows)
        self.twins = twins(self.first.rows, self.owners)
        self.foreign = self.owners.ids("B")

    def all_offers(self) -> list[Offer]:
        """What anybody was offered, each once."""
        by_subject = {offer.subject: offer for person in PEOPLE for offer in self.offers[person]}
        return list(by_subject.values())

    def restore(self) -> None:
        """Put the database back when anything has changed."""
        if changed := self.first.changes():
            self.first.restore(list(changed))

    def translated(self, offer: Offer) -> Body | None:
        """The same request about workspace B's things; None when it is about nothing."""
        body: Any = offer.body
        for other in self.ids_in(body):
            body = _everywhere(body, other, self.twins[other])
        body = _everywhere(_by_pattern(body), "of A", "of Z")
        return body if body != _everywhere(offer.body, "of A", "of Z") else None

    def with_one_foreign(self, offer: Offer) -> Iterator[Body]:
        """The request with one id of workspace B in one place, once for each place."""
        for own in self.ids_in(offer.body):
            yield from replaced(offer.body, own, self.twins[own])
        for own in sorted(set(re.findall(r"[UC]0[A-Z0-9]+A\b", str(offer.body)))):
            yield from replaced(offer.body, own, f"{own[:-1]}B")

    def ids_in(self, body: Body) -> list[str]:
        """The ids of our rows that a request holds."""
        written = str(body)
        return sorted(own for own in self.twins if own in written)

    def crossed(self, answer: Answer) -> list[str]:
        """What of workspace B was shown or changed, or has come into A; puts everything back."""
        wrong = [f"shows {_SAYS_WHOSE.findall(answer.words)}"] if _SAYS_WHOSE.search(answer.words) else []
        changed = self.first.changes()
        for table, (gone, come) in changed.items():
            wrong += [f"{table}: a row of B is another" for row in gone if self.owners.of(row) == "B"]
            for row in come:
                if row.get("is_stranger"):
                    continue
                foreign = [name for name, value in row.items() if self._is_foreign(value)]
                if foreign:
                    wrong.append(f"{table}: {foreign} of B")
        if changed:
            self.first.restore(list(changed))
        return wrong

    def _is_foreign(self, value: object) -> bool:
        """Whether a stored value is, or holds, something of workspace B."""
        if not isinstance(value, str):
            return False
        parts = re.split(r"[:\s]", value)
        return any(part in self.foreign or re.fullmatch(r"[UC]0[A-Z0-9]+B", part) for part in parts)

    def gained(self, person: str, answer: Answer) -> list[str]:
        """What somebody read or changed who may not; puts everything back."""
        known = self.seen.get(person, self.seen["NURSE"])
        words = set(re.findall(r"[\w-]+(?: \d+)? (?:of|in) A\b", answer.words))
        wrong = [f"shows {sorted(new)}"] if (new := {word for word in words if word not in known}) else []
        changed = self.first.changes()
        if changed:
            wrong.append(f"changes {sorted(changed)}")
            self.first.restore(list(changed))
        return wrong


def _everywhere(body: Any, old: str, new: str) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(body, str):
        return body.replace(old, new)
    if isinstance(body, dict):
        return {key: _everywhere(value, old, new) for key, value in body.items()}
    return [_everywhere(value, old, new) for value in body] if isinstance(body, list) else body


def _by_pattern(body: Any) -> Any:  # noqa: ANN401 - any JSON
    """The same with workspace B's people and channels."""
    for own in sorted(set(re.findall(r"[UC]0[A-Z0-9]+A\b", str(body)))):
        body = _everywhere(body, own, f"{own[:-1]}B")
    return body


def crawled(folder: Path) -> Scene:
    """Two workspaces in a new SQLite database, and everything that the people of one are offered."""
    sessions = connect(f"sqlite:///{folder / 'appreciate.db'}")
    migrations.upgrade(sessions)
    slack, keys = Slack(), KeyDirectory(folder / "keys")
    keys.attach(sessions)
    desk = _desk(sessions, keys, slack)
    for suffix in "AB":
        fill(sessions, keys, suffix)
    messages = [*_typed(desk), *_sent(sessions, keys, slack)]
    scene = Scene(sessions, keys, slack, desk, Kept(sessions, keys))
    for person in PEOPLE:
        crawl = Crawl(desk, person, "A", scene.restore)
        crawl.run(messages)
        scene.offers[person], scene.seen[person] = crawl.offers, "\n".join(crawl.seen)
    return scene


def in_postgresql(scene: Scene, server: str, folder: Path) -> Scene:
    """The same rows and keys in a PostgreSQL database."""
    sessions = connect(create(server, f"attacked{uuid.uuid4().hex}", TEMPLATE))
    with sessions.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for table in Base.metadata.sorted_tables:
            if rows := scene.first.rows.get(table.name):
                connection.execute(insert(table), list(rows))
    shutil.copytree(scene.keys.path, folder / "keys")
    keys, slack = KeyDirectory(folder / "keys"), Slack()
    keys.attach(sessions)
    desk = _desk(sessions, keys, slack)
    return Scene(sessions, keys, slack, desk, Kept(sessions, keys), scene.offers, scene.seen)


def close(scene: Scene) -> None:
    """End what the scene opened."""
    scene.sessions.dispose()
    scene.slack.stop()


def _desk(sessions: Sessions, keys: KeyDirectory, slack: Slack) -> Desk:
    client = WebClient("xoxb-made-up", base_url=slack.url, retry_handlers=[])
    bolt = App(
        client=client, signing_secret=SECRET, process_before_response=True, token_verification_enabled=False
    )
    handlers.register(bolt, Context(sessions, lambda: NOW, keys))

    def naive(ack: Ack) -> None:
        """A listener that asks for no right: the naive twin, an open door."""
        with sessions.begin() as session:
            for workspace in session.scalars(select(Workspace)):
                workspace.k = 30
        ack()

    bolt.action(NAIVE)(naive)
    return Desk(bolt, slack)


def _typed(desk: Desk) -> list[tuple[str, Body]]:
    """What the app answers to a thank-you that was typed, and an invitation of the app into a channel."""
    answers: list[tuple[str, Body]] = []
    for suffix in "AB":
        nurse, team, channel = f"U0NURSE{suffix}", f"T0{suffix}", f"C0WARD{suffix}"
        typed = f"<@U0MORE0{suffix}> helping You stayed late for all of us"
        command = {"command": "/appreciate", "text": typed, "trigger_id": "1.2.3", "channel_id": channel}
        answers += [
            (nurse, {"text": "", "blocks": layout}) for layout in desk.send(command, nurse, team).blocks()
        ]
        joined = {
            "type": "member_joined_channel",
            "user": f"U0BOT{suffix}",
            "channel": "C0NEW",
            "inviter": nurse,
        }
        event = {"type": "event_callback", "event": {**joined, "event_ts": "1.2"}}
        desk.send(event, f"U0BOT{suffix}", team)
    return answers


def _sent(sessions: Sessions, keys: KeyDirectory, slack: Slack) -> list[tuple[str, Body]]:
    """Every message that is due, by its target."""
    undelivered.notify_givers(sessions, NOW)
    slack.calls.clear()
    client = WebClient("xoxb-made-up", base_url=slack.url, retry_handlers=[])
    with ChartRenderer(None) as no_charts:
        worker = DeliveryWorker(sessions, client, routes(no_charts, Pseudonyms(keys.path)), lambda: NOW)
        due = worker.drain(NOW)
        while due is not None and due < NOW + timedelta(minutes=5):
            due = worker.drain(due)
        assert worker.stop(10)
    answer = Answer("", [(path.rpartition("/")[2], read_call(body.decode())) for path, body in slack.calls])
    return [(call["channel"], call) for method, call in answer.calls if method == "chat.postMessage"]
