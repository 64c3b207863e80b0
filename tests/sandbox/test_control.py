"""The clock, faults, rate limits, files being scanned, and a state that survives."""

import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from slack_sdk.errors import SlackApiError

from tests.sandbox.conftest import Until, Ward
from tests.sandbox.ward import ADA, BEN, GENERAL

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100


class Timetable:
    """A follower with moments at which it posts through the API, as an app would."""

    def __init__(self, *moments: datetime) -> None:
        self.moments = list(moments)
        self.settled: list[datetime] = []
        self.stuck: datetime | None = None
        self.ward: Any = None

    def next_due(self, after: datetime) -> tuple[datetime, str] | None:
        if self.stuck is not None:
            return self.stuck, "never done"
        due = [moment for moment in self.moments if moment >= after]
        return (due[0], "tea") if due else None

    def run_due(self, now: datetime) -> None:
        self.settled.append(now)
        while self.moments and self.moments[0] <= now:
            self.moments.pop(0)
            self.ward.client.chat_postMessage(channel=GENERAL, text=f"{now:%d %H:%M}")


def test_the_clock_steps_from_one_due_moment_to_the_next(open_ward: Callable[..., Ward]) -> None:
    start = datetime(2025, 11, 3, 8, 0, tzinfo=UTC)
    times = [start + timedelta(hours=hours) for hours in (2, 30, 90)]
    follower = Timetable(*times)
    ward = open_ward(now=start, follower=follower)
    follower.ward = ward
    assert ward.http.get("/control/clock").json()["next"] == {"at": times[0].isoformat(), "label": "tea"}
    answer = ward.control("clock", advance=48 * 3600)
    assert [step["at"] for step in answer["done"]] == [moment.isoformat() for moment in times[:2]]
    assert answer["next"]["at"] == times[2].isoformat()
    messages = ward.person(ADA).sees(GENERAL)["messages"]
    assert [message["text"] for message in messages] == ["03 10:00", "04 14:00"]
    assert [float(message["ts"]) for message in messages] == pytest.approx(
        [moment.timestamp() for moment in times[:2]], abs=5
    )
    answer = ward.control("clock", now="2025-11-10T08:00:00+00:00")
    assert answer["now"].startswith("2025-11-10T08:00")
    assert ward.person(ADA).texts(GENERAL)[-1] == "07 02:00"


def test_what_is_never_done_does_not_hold_up_the_clock(open_ward: Callable[..., Ward]) -> None:
    start = datetime(2025, 11, 3, 8, 0, tzinfo=UTC)
    follower = Timetable()
    follower.stuck = start + timedelta(hours=1)
    ward = open_ward(now=start, follower=follower)
    answer = ward.control("clock", advance=86_400)
    assert answer["now"].startswith("2025-11-04T08:00")
    assert 1 < len(follower.settled) < 20


def test_a_moment_without_sense_is_refused(ward: Ward) -> None:
    assert ward.http.post("/control/clock", json={"now": "soon"}).status_code == 400
    assert ward.http.post("/control/clock", json={}).status_code == 400


def test_message_times_grow_even_when_the_clock_goes_back(ward: Ward) -> None:
    first = ward.client.chat_postMessage(channel=GENERAL, text="later")["ts"]
    ward.control("clock", now="2020-01-01T00:00:00Z")
    assert ward.client.chat_postMessage(channel=GENERAL, text="earlier")["ts"] > first


def test_a_429_names_the_pause_and_does_nothing(ward: Ward) -> None:
    ward.control("fault", method="chat.postMessage", kind="429", count=2, retry_after=7)
    for _ in range(2):
        with pytest.raises(SlackApiError) as refused:
            ward.client.chat_postMessage(channel=GENERAL, text="tea")
        assert refused.value.response.status_code == 429
        assert refused.value.response.headers["Retry-After"] == "7"
    ward.client.chat_postMessage(channel=GENERAL, text="tea")
    assert ward.person(ADA).texts(GENERAL) == ["tea"]


def test_a_500_happens_before_anything_is_done(ward: Ward) -> None:
    ward.control("fault", method="*", kind="500")
    headers = {"Authorization": "Bearer xoxb-ward-bot-token"}
    answer = ward.http.post("/api/chat.postMessage", data={"channel": GENERAL, "text": "x"}, headers=headers)
    assert answer.status_code == 500
    assert ward.person(ADA).texts(GENERAL) == []


def test_a_dropped_call_was_done_all_the_same(ward: Ward) -> None:
    ward.control("fault", method="chat.postMessage", kind="drop")
    headers = {"Authorization": "Bearer xoxb-ward-bot-token"}
    with pytest.raises(httpx.TransportError):
        ward.http.post("/api/chat.postMessage", data={"channel": GENERAL, "text": "tea"}, headers=headers)
    assert ward.person(ADA).texts(GENERAL) == ["tea"]


def test_a_hanging_call_does_nothing_and_a_slow_one_answers_late(ward: Ward) -> None:
    headers = {"Authorization": "Bearer xoxb-ward-bot-token"}
    ward.control("fault", method="chat.postMessage", kind="hang", seconds=0.3)
    with pytest.raises(httpx.TransportError):
        ward.http.post("/api/chat.postMessage", data={"channel": GENERAL, "text": "lost"}, headers=headers)
    ward.control("fault", method="chat.postMessage", kind="slow", seconds=0.3)
    begun = time.monotonic()
    ward.client.chat_postMessage(channel=GENERAL, text="late")
    assert time.monotonic() - begun >= 0.3
    assert ward.person(ADA).texts(GENERAL) == ["late"]


def test_an_unknown_fault_is_refused_and_faults_can_be_called_off(ward: Ward) -> None:
    assert ward.http.post("/control/fault", json={"method": "*", "kind": "fire"}).status_code == 400
    ward.control("fault", method="*", kind="500", count=5)
    ward.control("fault", clear=True)
    assert ward.client.auth_test()["ok"]


def test_rates_are_limited_as_slack_publishes_them(open_ward: Callable[..., Ward]) -> None:
    ward = open_ward(rate_limits=True)
    answers = [_raw(ward, "users.list", {}) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    assert answers[-1].json() == {"ok": False, "error": "ratelimited"}
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 3
    assert _raw(ward, "users.info", {"user": ADA}).status_code == 200
    ward.control("clock", advance=60)
    assert _raw(ward, "users.list", {}).status_code == 200


def test_a_channel_takes_a_short_burst_and_then_one_message_a_second(open_ward: Callable[..., Ward]) -> None:
    ward = open_ward(rate_limits=True)
    statuses = [
        _raw(ward, "chat.postMessage", {"channel": GENERAL, "text": "x"}).status_code for _ in range(8)
    ]
    assert statuses[:5] == [200] * 5
    assert 429 in statuses[5:]
    assert _raw(ward, "chat.postMessage", {"channel": BEN, "text": "x"}).status_code == 200


def _raw(ward: Ward, method: str, body: dict[str, Any]) -> httpx.Response:
    headers = {"Authorization": "Bearer xoxb-ward-bot-token"}
    answer: httpx.Response = ward.http.post(f"/api/{method}", data=body, headers=headers)
    return answer


def test_a_fresh_picture_is_refused_until_it_has_been_scanned(
    open_ward: Callable[..., Ward], until: Until
) -> None:
    ward = open_ward(scan_seconds=0.4)
    file = _uploaded(ward)
    blocks = [{"type": "image", "alt_text": "Bars. 12 thank-yous.", "slack_file": {"id": file}}]
    with pytest.raises(SlackApiError) as refused:
        ward.client.chat_postMessage(channel=GENERAL, text="Chart", blocks=blocks)
    assert refused.value.response["error"] == "invalid_blocks"
    assert "slack_file" in refused.value.response["response_metadata"]["messages"][0]

    def posted() -> bool:
        return bool(
            ward.call("chat.postMessage", {"channel": GENERAL, "text": "Chart", "blocks": blocks})["ok"]
        )

    until(posted)
    ((image,),) = [message["images"] for message in ward.person(ADA).sees(GENERAL)["messages"]]
    assert image["alt"] == "Bars. 12 thank-yous."
    image_answer = ward.http.get(image["url"])
    assert (image_answer.content, image_answer.headers["Content-Type"]) == (PNG, "image/png")
    ward.client.files_delete(file=file)
    assert ward.http.get(image["url"]).status_code == 404
    with pytest.raises(SlackApiError, match="file_deleted"):
        ward.client.files_delete(file=file)
    assert not posted()


def _uploaded(ward: Ward, name: str = "chart.png", **share: Any) -> str:
    begun = ward.client.files_getUploadURLExternal(filename=name, length=len(PNG), alt_txt="a chart")
    assert ward.http.post(begun["upload_url"], content=PNG[:-1]).status_code == 400
    assert ward.http.post(begun["upload_url"], content=PNG).text == f"OK - {len(PNG)}"
    files = [{"id": begun["file_id"], "title": "Chart"}]
    answer = ward.client.files_completeUploadExternal(files=files, **share)
    assert answer["files"][0]["id"] == begun["file_id"]
    with pytest.raises(SlackApiError, match="file_not_found"):
        ward.client.files_completeUploadExternal(files=files)
    return str(begun["file_id"])


def test_the_sdks_own_upload_shares_a_file_in_a_thread(ward: Ward) -> None:
    parent = ward.client.chat_postMessage(channel=GENERAL, text="digest")["ts"]
    ward.client.files_upload_v2(
        channel=GENERAL,
        thread_ts=parent,
        filename="digest.html",
        content="<p>hi</p>",
        initial_comment="the page",
    )
    shared = ward.person(ADA).sees(GENERAL)["messages"][-1]
    assert (shared["text"], shared["thread_ts"]) == ("the page", parent)
    (file,) = shared["files"]
    assert file["name"] == "digest.html"
    page = ward.http.get(file["url"])
    assert page.text == "<p>hi</p>"
    assert "sandbox" in page.headers["Content-Security-Policy"]


def test_a_stopped_sandbox_goes_on_where_it_was(open_ward: Callable[..., Ward], tmp_path: Path) -> None:
    state_file = tmp_path / "sandbox.json"
    start = datetime(2025, 11, 3, 8, 0, tzinfo=UTC)
    first = open_ward(state=state_file, now=start, journal=tmp_path / "journal")
    ts = first.client.chat_postMessage(channel=GENERAL, text="tea")["ts"]
    file = _uploaded(first, channel_id=GENERAL)
    first.client.views_publish(user_id=ADA, view={"type": "home", "blocks": [{"type": "divider"}]})
    first.control("clock", advance=86_400)
    first.sandbox.stop()
    assert state_file.stat().st_mode & 0o077 == 0

    second = open_ward(state=state_file, journal=tmp_path / "journal")
    assert second.http.get("/control/clock").json()["now"].startswith("2025-11-04T08:00")
    messages = second.person(ADA).sees(GENERAL)["messages"]
    assert messages[0]["ts"] == ts
    assert second.http.get(messages[1]["files"][0]["url"]).content == PNG
    assert second.sandbox.state.homes[ADA].kind == "home"
    assert second.client.chat_postMessage(channel=GENERAL, text="more")["ts"] > messages[-1]["ts"]
    second.client.files_delete(file=file)
    second.sandbox.stop()
    assert not (tmp_path / "sandbox.json.files" / file).exists()
    lines = (tmp_path / "journal" / "calls.jsonl").read_text().splitlines()
    assert len([line for line in lines if '"chat.postMessage"' in line]) == 2
    assert "xoxb-" not in (tmp_path / "journal" / "calls.jsonl").read_text()


def test_a_state_of_another_version_is_not_guessed_at(open_ward: Callable[..., Ward], tmp_path: Path) -> None:
    state_file = tmp_path / "sandbox.json"
    state_file.write_text('{"version": 99}')
    with pytest.raises(ValueError, match="another version"):
        open_ward(state=state_file)


def test_the_sandbox_listens_on_loopback_only_and_starts_within_a_second(
    open_ward: Callable[..., Ward],
) -> None:
    begun = time.process_time()
    ward = open_ward(extra={"/healthz": lambda: {"ok": True, "ready": "yes"}})
    assert time.process_time() - begun < 1
    assert ward.http.get("/healthz").json() == {"ok": True, "ready": "yes"}
    port = int(ward.sandbox.url.rpartition(":")[2])
    for family, _, _, _, address in socket.getaddrinfo(socket.gethostname(), port, type=socket.SOCK_STREAM):
        if not str(address[0]).startswith("127."):
            with socket.socket(family) as probe, pytest.raises(OSError):  # noqa: PT011  # whichever way it is refused
                probe.connect(address)


def test_whoever_watches_is_woken_by_each_change(ward: Ward) -> None:
    before = ward.sandbox.state.changes.number
    ward.client.chat_postMessage(channel=GENERAL, text="tea")
    assert ward.sandbox.state.changes.number > before


def test_moving_the_clock_does_not_wait_for_a_network_that_is_only_played(
    open_ward: Callable[..., Ward],
) -> None:
    start = datetime(2025, 11, 3, 8, 0, tzinfo=UTC)
    follower = Timetable(*(start + timedelta(minutes=minutes) for minutes in range(1, 36)))
    ward = follower.ward = open_ward(now=start, follower=follower, latency=(0.3, 0.3))
    begun = time.monotonic()
    assert len(ward.control("clock", advance=86400)["done"]) == 35
    assert time.monotonic() - begun < 5
    begun = time.monotonic()
    ward.client.chat_postMessage(channel=GENERAL, text="At rest a call takes its time")
    assert time.monotonic() - begun >= 0.3
