"""Senseless requests get an error name or a sentence, and leave the sandbox unchanged."""

import socket
from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.block_parts import plain
from tests.sandbox.conftest import Ward
from tests.sandbox.ward import ADA, BEN, GENERAL

DEEP = '{"a":' * 300 + "1" + "}" * 300
JSON = "application/json; charset=utf-8"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="text"%s\r\n\r\nhi\r\n--x--\r\n'
BODIES: dict[str, tuple[str | bytes, str]] = {
    "deep metadata": (f'{{"metadata": {{"event_type": "e", "event_payload": {DEEP}}}}}', JSON),
    "a deep argument nobody knows": (f'{{"zzz": {DEEP}}}', JSON),
    "deep blocks in a form": (f"blocks={'[' * 300}{']' * 300}", FORM),
    "no boundary": (b"hi", "multipart/form-data"),
    "not multipart": (b"hi", MULTIPART),
    "a part without a name": (b"--x\r\nContent-Disposition: form-data\r\n\r\nhi\r\n--x--\r\n", MULTIPART),
    "an unknown character set": (PART % b"\r\nContent-Type: text/plain; charset=zzz", MULTIPART),
    "no UTF-8": ((PART % b"").replace(b"hi", b"\xff\xfe"), MULTIPART),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_cannot_be_read_is_refused(steady_ward: Ward, name: str) -> None:
    body, kind = BODIES[name]
    headers = {"Authorization": "Bearer xoxb-ward-bot-token", "Content-Type": kind}
    answer = steady_ward.http.post("/api/chat.postMessage", content=body, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["error"] in {"invalid_arguments", "invalid_blocks_format"}
    assert steady_ward.person(ADA).texts(GENERAL) == []


def test_a_fault_meets_even_a_body_that_cannot_be_read(ward: Ward) -> None:
    ward.control("fault", method="chat.postMessage", kind="429", count=1)
    assert (
        ward.http.post("/api/chat.postMessage", content="{", headers={"Content-Type": JSON}).status_code
        == 429
    )


def test_a_body_packed_wrongly_is_refused(steady_ward: Ward) -> None:
    headers = {"Content-Type": JSON, "Content-Encoding": "gzip"}
    assert steady_ward.http.post("/api/auth.test", content="no gzip", headers=headers).status_code == 400


def test_a_cursor_and_a_client_in_other_letters_are_refused(steady_ward: Ward) -> None:
    assert steady_ward.call("users.list", {"cursor": "é"}, form=True)["error"] == "invalid_cursor"
    headers = {b"Authorization": "Basic é".encode("latin-1")}
    answer = steady_ward.http.post("/api/oauth.v2.access", data={"code": "1"}, headers=headers)
    assert answer.json()["error"] == "invalid_client_id"


@pytest.mark.parametrize("line", ["Host: [::1", "Host: localhost\r\nOrigin: http://["])
def test_an_address_that_is_none_is_a_strangers(steady_ward: Ward, line: str) -> None:
    with socket.create_connection((steady_ward.http.base_url.host, steady_ward.http.base_url.port)) as raw:
        raw.sendall(f"GET /person HTTP/1.1\r\n{line}\r\nConnection: close\r\n\r\n".encode())
        assert b" 403 " in raw.recv(1000)


@pytest.mark.parametrize("odd", [[], {}, [1], 5, True])
def test_a_person_who_names_a_place_by_no_string_is_told(steady_ward: Ward, odd: Any) -> None:
    ada = steady_ward.person(ADA)
    answers = [
        ada.does("type", place=GENERAL, text="hi", thread_ts=odd),
        ada.does("press", label="Go", within=odd),
        ada.does("fill", label="Note", value="x", within=odd),
        ada.does("shortcut", name="serve", place=odd, ts="1.000000"),
    ]
    assert [answer.status_code for answer in answers] == [400] * 4
    assert all("must be a string" in answer.json()["error"] for answer in answers)


@pytest.mark.parametrize("moment", ["9" * 20, "99999999999999", "-99999999999", "²", "253402300799", ""])
def test_a_moment_in_no_calendar_is_told_in_its_other_words(ward: Ward, moment: str) -> None:
    """One such message would have kept everybody from the channel for ever."""
    text = f"<!date^{moment}^{{date}}|one day>"
    blocks: list[Any] = [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]
    if moment.isascii() and moment.isdigit() and len(moment) < 20:
        date = {"type": "date", "timestamp": int(moment), "format": "{date}", "fallback": "one day"}
        section = {"type": "rich_text_section", "elements": [date]}
        blocks.append({"type": "rich_text", "elements": [section]})
    ward.client.chat_postMessage(channel=GENERAL, text=text, blocks=blocks)
    assert ward.person(ADA).texts(GENERAL) == ["\n".join(["one day"] * len(blocks))]
    drawn = ward.http.get(f"/page/{ADA}/scene", params={"place": GENERAL}).json()["fragments"]["place"]
    assert drawn.count("one day") == len(blocks)


@pytest.mark.parametrize("order", ["act", "suggest", "reply", "tour", "move"])
def test_the_page_is_told_that_its_order_is_none(steady_ward: Ward, order: str) -> None:
    for body in ("", "{", "[]", f'{{"do": {DEEP}}}'):
        answer = steady_ward.http.post(f"/page/{ADA}/{order}", content=body)
        assert answer.status_code in {400, 409}, answer.text


@pytest.mark.parametrize(
    "body", [{"advance": 1e308}, {"advance": True}, {"now": "0001-01-01"}, {"now": "9999-12-31"}]
)
def test_the_clock_stays_where_no_calendar_goes(steady_ward: Ward, body: dict[str, Any]) -> None:
    before = steady_ward.http.get("/control/clock").json()["now"]
    answer = steady_ward.http.post("/control/clock", json=body)
    assert answer.status_code == 400, answer.text
    assert steady_ward.http.get("/control/clock").json()["now"][:13] == before[:13]
    assert steady_ward.call("users.list", form=True)["ok"]


@pytest.mark.parametrize("name", ["count", "retry_after", "seconds"])
@pytest.mark.parametrize("odd", ["", "many", None, [], {}, True, -1, 1e308])
def test_a_fault_is_ordered_with_numbers(steady_ward: Ward, name: str, odd: Any) -> None:
    fault = {"method": "auth.test", "kind": "500", name: odd}
    assert steady_ward.http.post("/control/fault", json=fault).status_code == 400
    assert steady_ward.http.get("/control/fault").json()["waiting"] == []


CHANGES = [
    {"kind": "person", "user": BEN, "name": 5},
    {"kind": "person", "user": BEN, "title": None},
    {"kind": "person", "user": BEN, "tz": "Mars/Olympus"},
    {"kind": "person", "user": BEN, "tz": "../../etc/passwd"},
    {"kind": "person", "user": BEN, "tz": ""},
    {"kind": "person", "user": BEN, "deleted": "no"},
    {"kind": "join", "channel": GENERAL, "user": "U0NOBODY"},
    {"kind": "join", "channel": GENERAL, "user": BEN, "inviter": []},
    {"kind": "team_join", "user": "U0NEW", "name": "New", "handle": "new", "roles": 5},
    {"kind": "team_join", "user": "U0NEW", "name": "New", "handle": "new", "workspace": [1]},
    {"kind": "usergroup", "usergroup": "S0WARD00001", "members": "everybody"},
    {"kind": "usergroup", "usergroup": "S0WARD00001", "name": {}},
    {"kind": "uninstall", "workspace": {"a": 1}},
    {"kind": "grant"},
    {"kind": "revoke"},
]


@pytest.mark.parametrize(
    "change", CHANGES, ids=lambda parameters: " ".join(str(part) for part in parameters.values())
)
def test_a_change_that_cannot_be_changes_nothing(steady_ward: Ward, change: dict[str, Any]) -> None:
    people = steady_ward.call("users.list", form=True)["members"]
    answer = steady_ward.http.post("/control/change", json=change)
    assert answer.status_code in {400, 404}, answer.text
    assert answer.json()["error"]
    assert steady_ward.call("users.list", form=True)["members"] == people


ODD: list[Any] = [5, True, [], {}, [1], {"a": 1}]


@pytest.mark.parametrize("name", ["text", "thread_ts", "blocks", "attachments"])
def test_an_answer_of_the_wrong_kind_is_refused_and_shown_to_nobody(ward: Ward, name: str) -> None:
    app, answers, urls = ward.bolt(), iter([*ODD, *ODD]), []

    @app.command("/kettle")
    def odd(ack: Any, command: Any) -> None:
        urls.append(command["response_url"])
        ack({"text": "Tea", "response_type": "in_channel", name: next(answers)})

    ward.connect(app)
    wrong = [value for value in ODD if not (isinstance(value, list) and name in {"blocks", "attachments"})]
    for value in ODD:
        ward.person(ADA).types("/kettle")
        answer = ward.http.post(urls[0], json={"text": "Tea", name: value})
        assert answer.status_code == 400 or value not in wrong
    texts = ward.person(ADA).texts(GENERAL)
    assert sum("failed with the error" in text for text in texts) >= len(wrong)
    assert ward.http.get(f"/page/{ADA}/scene", params={"place": GENERAL}).status_code == 200


def test_a_null_in_an_answer_is_no_value(ward: Ward) -> None:
    app, urls = ward.bolt(), []

    @app.command("/kettle")
    def keeps(ack: Any, command: Any) -> None:
        urls.append(command["response_url"])
        ack()

    ward.connect(app)
    ward.person(ADA).types("/kettle")
    answer = ward.http.post(urls[0], json={"text": "Tea", "thread_ts": None, "attachments": None})
    assert answer.status_code == 200, answer.text
    assert ward.person(ADA).texts(GENERAL) == ["Tea"]


@pytest.mark.parametrize("odd", ODD)
def test_a_view_whose_type_is_none_is_refused(steady_ward: Ward, odd: Any) -> None:
    view = {"type": odd, "blocks": [{"type": "divider"}]}
    assert steady_ward.call("views.publish", {"user_id": ADA, "view": view})["error"] == "invalid_arguments"


@pytest.mark.parametrize("odd", ODD)
def test_a_submission_answered_with_no_known_action_keeps_the_modal(ward: Ward, odd: Any) -> None:
    app = ward.bolt()

    @app.command("/kettle")
    def opens(ack: Any, client: Any, command: Any) -> None:
        note = {"type": "input", "label": plain("Note"), "optional": True}
        note["element"] = {"type": "plain_text_input", "action_id": "a"}
        view = {
            "type": "modal",
            "callback_id": "f",
            "title": plain("T"),
            "submit": plain("S"),
            "blocks": [note],
        }
        client.views_open(trigger_id=command["trigger_id"], view=view)
        ack()

    app.view("f")(lambda ack: ack({"response_action": odd}))
    ward.connect(app)
    ward.person(ADA).types("/kettle")
    assert "trouble" in ward.person(ADA).submits()["modal"]["errors"][""]


def test_an_acknowledgement_too_deep_is_none(open_ward: Callable[..., Ward]) -> None:
    """The app's answer would stand in the journal, which could not be written."""
    ward = open_ward()
    app = ward.bolt()

    @app.command("/kettle")
    def deep(ack: Any) -> None:
        value: Any = plain("Go")
        for _ in range(300):
            value = [value]
        ack({"text": "Tea", "attachments": value})

    ward.connect(app)
    ward.person(ADA).types("/kettle")
    assert "failed with the error" in ward.person(ADA).texts(GENERAL)[-1]
