"""Delivery against the sandbox, which refuses what Slack refuses."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient

from slackapp import manifest_path
from slackapp.delivery import DeliveryWorker, holding
from slackapp.models import DeliveryState, Hold, HoldScope
from slackapp.outbox import queue as outbox
from slackapp.outbox.rendered import Message, Upload, by_kind
from slackapp.sandbox.core.seeds import practice_workspace
from slackapp.sandbox.server import Sandbox
from tests.delivery.conftest import Render, Ward, route

PERSON, CHANNEL = "U0PRACTICE1", "C0PRACTICE1"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000 1f15c4890000000d49444154789c6360606060"
    "0000000500018a33c8d50000000049454e44ae426082".replace(" ", "")
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database is enough here: what is tried is the other side, Slack."""
    return sqlite_url


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(manifest=manifest_path(), scan_seconds=0.0) as running:
        running.seed(practice_workspace())
        yield running


def _deliveries(ward: Ward, sandbox: Sandbox, **renderers: Render) -> DeliveryWorker:
    token = practice_workspace().bot_token
    client = WebClient(token, base_url=f"{sandbox.url}/api/", retry_handlers=[])
    worker = DeliveryWorker(
        ward.sessions,
        client,
        by_kind(*(route(name, render) for name, render in renderers.items())),
        ward.clock,
    )
    ward.open.append(worker)
    return worker


def _messages(sandbox: Sandbox, place: str = "dm") -> list[dict[str, Any]]:
    screen = httpx.get(f"{sandbox.url}/person/{PERSON}/screen", params={"place": place})
    return list(screen.raise_for_status().json()["messages"])


def _trouble(sandbox: Sandbox, **fault: object) -> None:
    httpx.post(f"{sandbox.url}/control/fault", json=fault).raise_for_status()


def test_a_person_reads_what_was_owed_to_them_once(ward: Ward, sandbox: Sandbox) -> None:
    row = ward.owes(target=PERSON)
    _deliveries(ward, sandbox, thanks=lambda *_: Message("Well done", [])).drain()
    assert [message["text"] for message in _messages(sandbox)] == ["Well done"]
    assert ward.row(row).state == DeliveryState.SENT
    assert (ward.row(row).slack_channel_id or "").startswith("D")


@pytest.mark.parametrize(("kind", "seen"), [("drop", 1), ("500", 0)])
def test_a_doubt_is_not_sent_again_whether_it_arrived_or_not(
    ward: Ward, sandbox: Sandbox, kind: str, seen: int
) -> None:
    _trouble(sandbox, method="chat.postMessage", kind=kind, count=1)
    row = ward.owes(target=PERSON)
    deliveries = _deliveries(ward, sandbox, thanks=lambda *_: Message("Well done", []))
    deliveries.drain()
    deliveries.drain(ward.clock.advance(86400))
    assert ward.row(row).state == DeliveryState.UNKNOWN
    assert len(_messages(sandbox)) == seen


def test_retry_after_is_waited_out(ward: Ward, sandbox: Sandbox) -> None:
    _trouble(sandbox, method="chat.postMessage", kind="429", count=1, retry_after=7)
    row = ward.owes(target=PERSON)
    deliveries = _deliveries(ward, sandbox, thanks=lambda *_: Message("Well done", []))
    following = deliveries.drain()
    assert following is not None
    assert following >= ward.clock.now + timedelta(seconds=7)
    deliveries.drain(following + timedelta(seconds=1))
    assert ward.row(row).state == DeliveryState.SENT
    assert len(_messages(sandbox)) == 1


def test_blocks_that_slack_refuses_wait_for_another_version(ward: Ward, sandbox: Sandbox) -> None:
    row = ward.owes(target=PERSON)
    bad = [{"type": "section", "text": {"type": "plain_text", "text": "x" * 3001}}]
    _deliveries(ward, sandbox, thanks=lambda *_: Message("Well done", bad)).drain()
    assert ward.row(row).state == DeliveryState.READY
    with ward.sessions.read() as session:
        hold = session.get_one(Hold, (ward.workspace.id, HoldScope.MESSAGE, row))
        assert (hold.reason, hold.version) == ("invalid_blocks", holding.VERSION)


def test_a_picture_is_uploaded_privately_and_shown_by_its_id(ward: Ward, sandbox: Sandbox) -> None:
    upload = ward.owes("picture", target=PERSON, kind="picture", method=outbox.Method.UPLOAD)
    alt = "Helping 4 of 10"

    def shown(*_: object) -> Message:
        picture = {
            "type": "image",
            "slack_file": {"id": ward.row(upload).slack_file_id},
            "alt_text": alt,
        }
        return Message("Figures", [picture])

    deliveries = _deliveries(
        ward, sandbox, picture=lambda *_: Upload("a.png", "Chart", alt, lambda: PIXEL), shown=shown
    )
    deliveries.drain()
    assert _messages(sandbox) == [], "nobody sees a private upload"
    ward.owes("shown", target=PERSON, kind="shown")
    deliveries.drain(ward.clock.advance(2))
    assert [image["alt"] for message in _messages(sandbox) for image in message["images"]] == [alt]


def test_a_page_is_shared_in_the_channel_once(ward: Ward, sandbox: Sandbox) -> None:
    row = ward.owes("page", target=CHANNEL, kind="page", method=outbox.Method.SHARE)

    def page(*_: object) -> Upload:
        return Upload("digest.html", "Digest", "The digest as a page", lambda: b"<p>Figures</p>", CHANNEL)

    _deliveries(ward, sandbox, page=page).drain()
    assert ward.row(row).state == DeliveryState.SENT
    files = [file["name"] for message in _messages(sandbox, CHANNEL) for file in message["files"]]
    assert files == ["digest.html"]
