"""Slash commands: what people type, what the app gets, what people read."""

from collections.abc import Callable

import pytest
from slack_bolt import App

from tests.sandbox.conftest import Ward
from tests.sandbox.ward import ADA, BEN, CERYS, GENERAL, HIDDEN


def test_a_command_is_answered_for_the_person_who_typed_it_only(
    ward: Ward, serve: Callable[..., App]
) -> None:
    serve(ward, command=lambda ack, command: ack(f"Tea: {command['text']}"))
    seen = ward.person(ADA).types("/kettle @ben.o  two & a half <cups>")["messages"]
    assert [(message["text"], message["ephemeral"], message["from"]) for message in seen] == [
        ("Tea: @Ben  two & a half <cups>", True, "Kettle")
    ]
    assert ward.person(BEN).texts(GENERAL) == []


@pytest.mark.parametrize(
    ("typed", "passed_on"),
    [
        ("@ben.o tea", f"<@{BEN}|ben.o> tea"),
        ("@Ben Okoro-Hughes tea", f"<@{CERYS}|cerys> tea"),
        ("@BEN OKORO-HUGHES, tea", f"<@{CERYS}|cerys>, tea"),
        ("@Ben Okoro tea", f"<@{BEN}|ben.o> Okoro tea"),
        ("@Benjamin tea", "@Benjamin tea"),
        (f"<@{ADA}> tea", f"<@{ADA}|ada> tea"),
        (f"<@{ADA}|someone> tea", f"<@{ADA}|ada> tea"),
        ("@nurses tea", "<!subteam^S0WARD00001|@nurses> tea"),
        ("in #general", f"in <#{GENERAL}|general>"),
        ("in #leaders", "in #leaders"),
        ("in #secret", f"in <#{HIDDEN}|>"),
        ("@here tea", "<!here> tea"),
        ("a@ben.o", "a@ben.o"),
        ("1 < 2 & 3 > 2", "1 &lt; 2 &amp; 3 &gt; 2"),
        ("see https://nhs.uk/a?b=1&c=2.", "see <https://nhs.uk/a?b=1&amp;c=2>."),
    ],
)
def test_what_is_typed_after_a_command_is_escaped_as_slack_escapes_it(
    ward: Ward, typed: str, passed_on: str, serve: Callable[..., App]
) -> None:
    serve(ward, command=lambda ack: ack())
    ward.person(ADA).types(f"/kettle {typed}")
    assert ward.sent("slash_command")[-1]["text"] == passed_on


def test_without_should_escape_names_stay_as_typed(ward: Ward, serve: Callable[..., App]) -> None:
    serve(ward, raw=lambda ack: ack())
    ward.person(ADA).types("/raw @ben.o & co")
    assert ward.sent("slash_command")[-1]["text"] == "@ben.o &amp; co"


def test_an_unknown_command_meets_slacks_own_words(ward: Ward) -> None:
    (seen,) = ward.person(ADA).types("/teapot now")["messages"]
    assert seen["from"] == "Slackbot"
    assert seen["text"].startswith(
        "/teapot is not a valid command. In Slack, all messages that start with the “/”"
    )
    assert ward.sent("slash_command") == []


def test_a_command_nobody_serves_fails_at_once(ward: Ward) -> None:
    (seen,) = ward.person(ADA).types("/kettle")["messages"]
    assert seen["text"] == "/kettle failed with the error “dispatch_failed”"
    inspector = ward.http.get(f"/page/{ADA}/scene").json()["fragments"]["inspector"]
    assert 'slash_command /kettle</span> · <span class="refused">dispatch_failed' in inspector


def test_a_command_not_acknowledged_within_three_seconds_times_out(
    ward: Ward, serve: Callable[..., App]
) -> None:
    serve(ward, command=lambda: None)
    (seen,) = ward.person(ADA).types("/kettle")["messages"]
    assert seen["text"] == "/kettle failed with the error “operation_timeout”"


def test_an_acknowledgement_with_broken_blocks_is_not_shown(ward: Ward, serve: Callable[..., App]) -> None:
    serve(ward, command=lambda ack: ack(text="x", blocks=[{"type": "dividend"}]))
    (seen,) = ward.person(ADA).types("/kettle")["messages"]
    assert seen["text"] == "/kettle failed with the error “invalid_blocks”"
    assert ward.calls("ack:command")[-1]["response"]["error"] == "invalid_blocks"


def test_an_answer_in_the_channel_is_seen_by_all(ward: Ward, serve: Callable[..., App]) -> None:
    serve(ward, command=lambda ack: ack(text="Tea for all", response_type="in_channel"))
    ward.person(ADA).types("/kettle")
    assert ward.person(BEN).texts(GENERAL) == ["Tea for all"]


def test_a_response_url_serves_five_times_in_thirty_minutes(ward: Ward, serve: Callable[..., App]) -> None:
    serve(ward, command=lambda ack: ack())
    ward.person(ADA).types("/kettle")
    address = ward.sent("slash_command")[-1]["response_url"]
    for number in range(5):
        assert ward.http.post(address, json={"text": f"{number}"}).text == "ok"
    spent = ward.http.post(address, json={"text": "6"})
    assert (spent.status_code, spent.json()["error"]) == (404, "used_url")
    assert ward.person(ADA).texts(GENERAL) == ["0", "1", "2", "3", "4"]
    ward.person(ADA).types("/kettle")
    late = ward.sent("slash_command")[-1]["response_url"]
    ward.control("clock", advance=1801)
    assert ward.http.post(late, json={"text": "late"}).json()["error"] == "expired_url"


def test_replies_stand_in_threads_where_commands_do_not_work(ward: Ward, serve: Callable[..., App]) -> None:
    serve(ward, command=lambda ack: ack("tea"))
    ada = ward.person(ADA)
    (parent,) = ada.types("thirsty?")["messages"]
    ada.does("type", place=GENERAL, text="yes", thread_ts=parent["ts"])
    seen = ada.does("type", place=GENERAL, text="/kettle", thread_ts=parent["ts"]).json()["screen"][
        "messages"
    ]
    assert [(message["text"], message.get("thread_ts")) for message in seen[1:]] == [
        ("yes", parent["ts"]),
        ("/kettle is not supported in threads. Sorry!", None),
    ]
    assert ward.sent("slash_command") == []
