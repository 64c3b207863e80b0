"""Each way a call can end, over real HTTP with the real client."""

import socket
from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient

from slackapp.delivery import DeliveryWorker
from slackapp.models import DeliveryState
from slackapp.outbox import queue as outbox
from slackapp.outbox.rendered import Message, Upload
from tests.delivery.conftest import Answer, SmallSlack, Ward


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database is enough here: what is tried is the other side, Slack."""
    return sqlite_url


def test_what_slack_accepted_is_sent_once_and_its_place_is_remembered(ward: Ward) -> None:
    row = ward.owes()
    ward.deliveries().drain()
    sent = ward.row(row)
    assert (sent.state, sent.slack_channel_id, sent.slack_ts) == (DeliveryState.SENT, "D0NURSE", "1.000100")
    ward.deliveries().drain()
    assert [call.body["text"] for call in ward.slack.messages] == ["Thanks one"]
    assert ward.slack.messages[0].body["channel"] == "U0NURSE"
    assert ward.slack.messages[0].body["unfurl_links"] in (False, "0")


@pytest.mark.parametrize(
    ("status", "body", "ending"),
    [
        (200, {"ok": False, "error": "channel_not_found"}, (DeliveryState.DEAD, "channel_not_found")),
        (200, {"ok": False, "error": "user_disabled"}, (DeliveryState.DEAD, "user_disabled")),
        (200, {"ok": False, "error": "internal_error"}, (DeliveryState.UNKNOWN, "internal_error")),
        (200, {"ok": False, "error": "fatal_error"}, (DeliveryState.UNKNOWN, "fatal_error")),
        (200, {"ok": False, "error": "request_timeout"}, (DeliveryState.READY, "request_timeout")),
        (500, {"ok": False, "error": "anything"}, (DeliveryState.UNKNOWN, "http_500")),
        (408, {"ok": False, "error": "request_timeout"}, (DeliveryState.UNKNOWN, "http_408")),
        (408, "<html>A proxy</html>", (DeliveryState.UNKNOWN, "http_408")),
        (503, "<html>Busy</html>", (DeliveryState.UNKNOWN, "http_503")),
        (200, "<html>A portal</html>", (DeliveryState.UNKNOWN, "unreadable_answer")),
        (403, "<html>A proxy</html>", (DeliveryState.READY, "http_403")),
    ],
)
def test_a_refusal_is_told_apart_from_a_doubt(
    ward: Ward, status: int, body: dict[str, Any] | str, ending: tuple[DeliveryState, str]
) -> None:
    ward.slack.order("chat.postMessage", Answer(status=status, body=body))
    row = ward.owes()
    ward.deliveries().drain()
    assert (ward.row(row).state, ward.row(row).reason) == ending
    assert len(ward.slack.calls) == 1


def test_a_connection_that_drops_after_the_message_was_read_is_a_doubt_and_not_a_repeat(ward: Ward) -> None:
    ward.slack.order("chat.postMessage", Answer(ending="drop"))
    row = ward.owes()
    deliveries = ward.deliveries()
    deliveries.drain()
    deliveries.drain(ward.clock.advance(3600))
    assert ward.row(row).state == DeliveryState.UNKNOWN
    assert len(ward.slack.messages) == 1


def test_the_naive_client_does_post_twice_after_the_same_drop(slack: SmallSlack) -> None:
    slack.order("chat.postMessage", Answer(ending="drop"))
    naive = WebClient(token="xoxb-1-2-three", base_url=f"{slack.url}/api/")
    naive.chat_postMessage(channel="U0NURSE", text="Thanks one")
    assert len(slack.messages) == 2


def test_a_client_that_repeats_calls_by_itself_is_refused(ward: Ward) -> None:
    naive = WebClient(token="xoxb-1-2-three", base_url=f"{ward.slack.url}/api/")
    with pytest.raises(ValueError, match="retry_handlers"):
        DeliveryWorker(ward.sessions, naive, {}, ward.clock)


def test_a_call_that_hangs_is_a_doubt(ward: Ward) -> None:
    ward.slack.order("chat.postMessage", Answer(ending="hold"))
    row = ward.owes()
    deliveries = DeliveryWorker(
        ward.sessions, ward.slack.client(timeout=1), dict(_renderers(ward)), ward.clock
    )
    ward.open.append(deliveries)
    deliveries.drain()
    assert ward.row(row).state == DeliveryState.UNKNOWN
    assert ward.row(row).reason == "no_connection:TimeoutError"


def test_a_refused_connection_is_tried_again_with_longer_and_longer_waits(ward: Ward) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{unused.getsockname()[1]}/api/"
    client = WebClient(token="xoxb-1-2-three", base_url=nobody, retry_handlers=[])
    deliveries = DeliveryWorker(ward.sessions, client, dict(_renderers(ward)), ward.clock)
    ward.open.append(deliveries)
    row = ward.owes()
    waits = []
    for _ in range(4):
        deliveries.drain()
        waits.append((ward.row(row).due - ward.clock.now).total_seconds())
        # A second's wait is shorter than the channel's own limit of 1.05 s.
        ward.clock.advance(waits[-1] + 0.1)
    assert waits == [1.0, 2.0, 4.0, 8.0]
    assert ward.row(row).reason == "no_connection:ConnectionRefusedError"
    ward.clock.advance(2 * 86400)
    deliveries.drain()
    assert ward.row(row).state == DeliveryState.READY, "a line that is down for days ends nothing"
    assert ward.slack.calls == []


def test_a_picture_that_is_still_scanned_is_waited_for_and_then_left_out(ward: Ward) -> None:
    refusal = {
        "ok": False,
        "error": "invalid_blocks",
        "errors": ["invalid slack file [json-pointer:/blocks/0/slack_file]"],
    }
    ward.slack.order("chat.postMessage", *[Answer(body=refusal, done=False) for _ in range(7)])
    picture = [{"type": "image", "slack_file": {"id": "F0PICTURE1"}, "alt_text": "Four of ten"}]
    words = [{"type": "divider"}]
    row = ward.owes()
    deliveries = ward.deliveries(thanks=lambda *_: Message("Figures", picture, without_pictures=words))
    waits = []
    while ward.row(row).state == DeliveryState.READY:
        deliveries.drain()
        if ward.row(row).state == DeliveryState.READY:
            waits.append((ward.row(row).due - ward.clock.now).total_seconds())
            ward.clock.advance(max(waits[-1], 1.1))
    assert waits == [1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 0.0]
    assert [call.body["blocks"] for call in ward.slack.of("chat.postMessage")] == [picture] * 7 + [words]
    assert ward.row(row).state == DeliveryState.SENT


def test_other_invalid_blocks_are_not_tried_again_by_this_version(ward: Ward) -> None:
    refusal = {"ok": False, "error": "invalid_blocks", "errors": ["must be more than 0 characters"]}
    ward.slack.order("chat.postMessage", Answer(body=refusal, done=False))
    row = ward.owes()
    deliveries = ward.deliveries()
    deliveries.drain()
    deliveries.drain(ward.clock.advance(86400))
    assert ward.row(row).state == DeliveryState.READY
    assert len(ward.slack.calls) == 1


def test_a_private_upload_brings_its_bytes_again_and_keeps_the_file_id(ward: Ward) -> None:
    ward.slack.order("upload/1", Answer(status=500), Answer(ending="drop"))
    row = ward.owes(kind="picture", method=outbox.Method.UPLOAD)
    ward.deliveries(picture=lambda *_: Upload("a.png", "Chart", "Four of ten", lambda: b"PNG")).drain()
    assert (ward.row(row).state, ward.row(row).slack_file_id) == (DeliveryState.SENT, "F0PICTURE1")
    assert [call.body["bytes"] for call in ward.slack.of("upload/1")] == [b"PNG"] * 3
    assert ward.slack.of("files.getUploadURLExternal")[0].body["alt_txt"] == "Four of ten"
    assert "channel_id" not in ward.slack.of("files.completeUploadExternal")[0].body


def test_a_shared_upload_whose_end_is_in_doubt_is_not_completed_again(ward: Ward) -> None:
    ward.slack.order("files.completeUploadExternal", Answer(ending="drop"))
    row = ward.owes(kind="page", method=outbox.Method.SHARE)
    deliveries = ward.deliveries(page=lambda *_: Upload("a.html", "Page", "A page", lambda: b"<p>", "C0TEAM"))
    deliveries.drain()
    deliveries.drain(ward.clock.advance(3600))
    assert ward.row(row).state == DeliveryState.UNKNOWN
    assert len(ward.slack.of("files.completeUploadExternal")) == 1


def test_a_private_upload_whose_end_is_in_doubt_is_made_again(ward: Ward) -> None:
    ward.slack.order("files.completeUploadExternal", Answer(ending="drop"))
    row = ward.owes(kind="picture", method=outbox.Method.UPLOAD)
    deliveries = ward.deliveries(picture=lambda *_: Upload("a.png", "Chart", "Four of ten", lambda: b"PNG"))
    deliveries.drain()
    deliveries.drain(ward.clock.advance(5))
    assert ward.row(row).state == DeliveryState.SENT


@pytest.mark.parametrize("produce", [lambda: None, lambda: b"", lambda: 1 / 0])
def test_a_file_that_cannot_be_made_is_given_up(ward: Ward, produce: Callable[[], bytes | None]) -> None:
    row = ward.owes(kind="picture", method=outbox.Method.UPLOAD)
    ward.deliveries(picture=lambda *_: Upload("a.png", "Chart", "Four of ten", produce)).drain()
    assert (ward.row(row).state, ward.row(row).reason) == (DeliveryState.DEAD, "not_made")
    assert ward.slack.calls == []


def test_a_changed_message_may_be_sent_again_when_in_doubt(ward: Ward) -> None:
    ward.slack.order("chat.update", Answer(ending="drop"))
    row = ward.owes(method=outbox.Method.UPDATE)
    deliveries = ward.deliveries(thanks=lambda *_: Message("New", [], channel="C0TEAM", replaces="1.0001"))
    deliveries.drain()
    assert ward.row(row).state == DeliveryState.READY
    deliveries.drain(ward.clock.advance(5))
    assert ward.row(row).state == DeliveryState.SENT
    assert [call.body["ts"] for call in ward.slack.of("chat.update")] == ["1.0001", "1.0001"]


def _renderers(ward: Ward) -> dict[str, Any]:
    return dict(ward.deliveries().routes)
