"""Faults: every way in which a call to Slack can fail, where and for how long it does."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from slackapp.sandbox.api.methods import HANDLERS
from slackapp.sandbox.core.contract import read_contract
from tests.sandbox.conftest import Ward
from tests.sandbox.ward import ADA, BEN, GENERAL, PRIVATE

TOKEN = {"Authorization": "Bearer xoxb-ward-bot-token"}
CONTRACT = read_contract()
DOCUMENTED = [(method, error) for method in HANDLERS for error in sorted(CONTRACT.errors_of(method))]


def post(ward: Ward, text: str, channel: str = GENERAL, **options: Any) -> httpx.Response:
    body = {"channel": channel, "text": text}
    return ward.http.post("/api/chat.postMessage", data=body, headers=TOKEN, **options)


def in_force(ward: Ward) -> list[dict[str, Any]]:
    return list(ward.http.get("/control/fault").json()["waiting"])


@pytest.mark.parametrize("method", HANDLERS)
def test_every_documented_error_of_every_method_can_be_played(steady_ward: Ward, method: str) -> None:
    errors = CONTRACT.errors_of(method)
    assert {"internal_error", "account_inactive", "ratelimited"} < errors
    for error in sorted(errors):
        steady_ward.control("fault", method=method, kind="error", error=error)
        answer = steady_ward.http.post(f"/api/{method}", headers=TOKEN)
        assert (answer.status_code, answer.json()) == (200, {"ok": False, "error": error})
    assert in_force(steady_ward) == []


def test_the_table_of_errors_is_not_a_short_one() -> None:
    assert len(DOCUMENTED) > 700
    assert ("usergroups.list", "plan_upgrade_required") in DOCUMENTED
    assert ("chat.postMessage", "restricted_action") in DOCUMENTED


def test_an_error_that_slack_does_not_document_is_refused_with_the_list(ward: Ward) -> None:
    order = {"method": "chat.delete", "kind": "error", "error": "tea_not_found"}
    answer = ward.http.post("/control/fault", json=order)
    assert answer.status_code == 400
    assert "no error tea_not_found for chat.delete" in answer.json()["error"]
    assert {"cant_delete_message", "token_revoked"} < set(answer.json()["errors"])
    assert in_force(ward) == []
    # Slack answers with names of other methods, and next year with new ones.
    for more in ({"error": "user_not_found"}, {"undocumented": True}):
        ward.control("fault", **order | more)
        name = (order | more)["error"]
        assert ward.http.post("/api/chat.delete", headers=TOKEN).json() == {"ok": False, "error": name}


@pytest.mark.parametrize(
    "order",
    [
        {"method": "chat.shout", "kind": "500"},
        {"method": "chat.postMessage", "kind": "error"},
        {"method": "upload", "kind": "error", "error": "internal_error"},
        {"method": "upload", "kind": "away"},
        {"method": "*", "kind": "500", "rate": 1.5},
        {"method": "*", "kind": "500", "rate": "often"},
        {"method": "*", "kind": "500", "for": -1},
        {"method": "*", "kind": "500", "where": "here"},
        {"method": "*", "kind": "500", "where": {"team": "T0WARD00001"}},
        {"method": "*", "kind": "500", "where": {"channel": 1}},
        {"method": "*", "kind": "429", "done": True},
        {"method": "*", "kind": "slow", "done": False},
        {"method": "*", "kind": "500", "done": "yes"},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(steady_ward: Ward, order: dict[str, Any]) -> None:
    assert steady_ward.http.post("/control/fault", json=order).status_code == 400
    assert in_force(steady_ward) == []


@pytest.mark.parametrize(
    ("kind", "is_done"),
    [("500", False), ("500", True), ("error", False), ("error", True), ("garbage", False), ("garbage", True)],
)
def test_an_answer_does_not_say_whether_the_call_was_carried_out(
    ward: Ward, kind: str, *, is_done: bool
) -> None:
    ward.control("fault", method="chat.postMessage", kind=kind, error="fatal_error", done=is_done)
    answer = post(ward, "tea")
    assert answer.status_code == (500 if kind == "500" else 200)
    if kind == "garbage":
        assert answer.headers["Content-Type"].startswith("text/html")
        assert answer.text.startswith("<!doctype html>")
    elif kind == "error":
        assert answer.json() == {"ok": False, "error": "fatal_error"}
    assert ward.person(ADA).texts(GENERAL) == (["tea"] if is_done else [])


@pytest.mark.parametrize(("kind", "is_done"), [("reset", False), ("reset", True), ("drop", False)])
def test_a_connection_breaks_before_or_after_the_call(ward: Ward, kind: str, *, is_done: bool) -> None:
    ward.control("fault", method="chat.postMessage", kind=kind, done=is_done)
    with pytest.raises(httpx.ReadError if kind == "reset" else httpx.TransportError):
        post(ward, "tea")
    assert ward.person(ADA).texts(GENERAL) == (["tea"] if is_done else [])


def test_half_an_answer_is_its_head_and_then_nothing(ward: Ward) -> None:
    ward.control("fault", method="chat.postMessage", kind="half", seconds=0.2)
    with pytest.raises(httpx.RemoteProtocolError):
        post(ward, "tea")
    ward.control("fault", method="chat.postMessage", kind="half", seconds=30)
    with pytest.raises(httpx.ReadTimeout):
        post(ward, "more tea", timeout=0.3)
    assert ward.person(ADA).texts(GENERAL) == ["tea", "more tea"]


def test_a_late_answer_comes_when_nobody_waits_for_it_any_more(ward: Ward) -> None:
    ward.control("fault", method="chat.postMessage", kind="late")
    with pytest.raises(httpx.ReadTimeout):
        post(ward, "tea", timeout=0.3)
    assert ward.person(ADA).texts(GENERAL) == ["tea"]
    assert ward.calls("chat.postMessage")[0]["response"]["ok"]
    ward.control("fault", method="chat.postMessage", kind="late", seconds=0.2)
    assert post(ward, "more tea").json()["ok"]


def test_slack_is_away_for_an_hour_and_control_lifts_it(open_ward: Callable[..., Ward]) -> None:
    ward = open_ward(now=datetime(2025, 11, 3, 8, 0, tzinfo=UTC))
    ward.control("fault", kind="away", **{"for": 3600})
    for _ in range(3):
        with pytest.raises(httpx.ReadError):
            post(ward, "tea")
    assert ward.person(ADA).types("nobody is away here", GENERAL)
    ward.control("clock", advance=3590)
    with pytest.raises(httpx.ReadError):
        post(ward, "tea")
    ward.control("clock", advance=20)
    assert post(ward, "tea").json()["ok"]
    assert in_force(ward) == []
    ward.control("fault", kind="away")
    with pytest.raises(httpx.ReadError):
        post(ward, "tea")
    assert [fault["kind"] for fault in in_force(ward)] == ["away"]
    ward.control("fault", clear=True)
    assert post(ward, "tea").json()["ok"]


def test_a_fault_stays_where_it_was_ordered(ward: Ward) -> None:
    ward.control("fault", method="chat.postMessage", kind="500", count=9, where={"channel": GENERAL})
    assert [post(ward, "tea", place).status_code for place in (PRIVATE, GENERAL, BEN)] == [200, 500, 200]
    ward.control("fault", clear=True)
    # A person is meant by their own id and by that of the conversation with them.
    ward.control("fault", method="*", kind="500", count=9, where={"user": BEN})
    conversation = post(ward, "tea", ADA).json()["channel"]
    dm = ward.sandbox.run(lambda: ward.sandbox.state.dm(ward.sandbox.state.workspaces["T0WARD00001"], BEN).id)
    assert [post(ward, "x", place).status_code for place in (BEN, dm, conversation)] == [500, 500, 200]
    answer = ward.http.post("/api/users.info", data={"user": BEN}, headers=TOKEN)
    assert answer.status_code == 500
    ward.control("fault", clear=True)
    ward.control("fault", method="*", kind="500", count=9, where={"workspace": "T0ELSEWHERE"})
    assert post(ward, "tea").status_code == 200
    ward.control("fault", method="*", kind="500", count=9, where={"workspace": "T0WARD00001"})
    assert post(ward, "tea").status_code == 500


def test_a_rate_lets_some_calls_through(steady_ward: Ward) -> None:
    steady_ward.control("fault", method="auth.test", kind="500", rate=0.5)
    answers = [steady_ward.http.post("/api/auth.test", headers=TOKEN).status_code for _ in range(100)]
    steady_ward.control("fault", clear=True)
    # Below one in a billion for a fair coin.
    assert 20 <= answers.count(500) <= 80
    assert steady_ward.http.post("/api/auth.test", headers=TOKEN).status_code == 200


def test_one_list_tells_all_faults_in_force(open_ward: Callable[..., Ward]) -> None:
    start = datetime(2025, 11, 3, 8, 0, tzinfo=UTC)
    ward = open_ward(now=start)
    place = {"channel": GENERAL}
    ward.control("fault", method="chat.postMessage", kind="error", error="is_archived", count=2, where=place)
    ward.control("fault", method="*", kind="429", rate=0.1, **{"for": 60})
    first, second = in_force(ward)
    about = {"method": "chat.postMessage", "kind": "error", "count": 2, "error": "is_archived"}
    assert first == about | {"where": place}
    assert second.pop("until") == pytest.approx(start.timestamp() + 60, abs=5)
    assert second == {"method": "*", "kind": "429", "count": None, "rate": 0.1}


def test_a_fault_of_every_method_leaves_uploads_what_is_named_after_the_web_api(ward: Ward) -> None:
    begun = ward.client.files_getUploadURLExternal(filename="a.png", length=3)
    ward.control("fault", method="*", kind="away")
    assert ward.http.post(begun["upload_url"], content=b"abc").status_code == 200
    ward.control("fault", clear=True)
    begun = ward.client.files_getUploadURLExternal(filename="a.png", length=3)
    ward.control("fault", method="upload", kind="reset", where={"workspace": "T0WARD00001"})
    with pytest.raises(httpx.TransportError):
        ward.http.post(begun["upload_url"], content=b"abc")
    assert ward.http.post(begun["upload_url"], content=b"abc").status_code == 200


def test_a_response_url_fails_in_the_same_ways(ward: Ward, until: Callable[..., Any]) -> None:
    app = ward.bolt()
    app.command("/kettle")(lambda ack: ack())
    ward.connect(app)
    ward.person(ADA).types("/kettle", GENERAL)
    until(lambda: ward.sent("slash_command"))
    address = ward.sent("slash_command")[0]["response_url"]
    ward.control("fault", method="response_url", kind="error", error="expired_url", where={"user": ADA})
    assert ward.http.post(address, json={"text": "tea"}).json()["error"] == "expired_url"
    ward.control("fault", method="response_url", kind="hang", seconds=0.1, where={"channel": GENERAL})
    begun = time.monotonic()
    with pytest.raises(httpx.TransportError):
        ward.http.post(address, json={"text": "tea"})
    assert time.monotonic() - begun >= 0.1
    assert ward.http.post(address, json={"text": "tea"}).text == "ok"
    assert ward.person(ADA).texts(GENERAL)[-1] == "tea"
