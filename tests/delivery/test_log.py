"""Nothing that anybody wrote, no token and no answer comes out, whatever level is asked for."""

import io
import json
import logging
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import NoReturn

import pytest
from slack_bolt import App, BoltRequest
from slack_sdk import WebClient
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from slackapp.core import log
from slackapp.core.db import Sessions
from tests.delivery.conftest import Answer, SmallSlack, Ward

WORDS = "Mrs Evans in bed four"


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    """Everything that came out, with DEBUG asked for; the loggers as they were afterwards."""
    root = logging.getLogger()
    before = SimpleNamespace(handlers=list(root.handlers), level=root.level)
    levels = {name: logging.getLogger(name).level for name in log.PINNED}
    hook, raising = threading.excepthook, logging.raiseExceptions
    root.handlers = []
    stream = io.StringIO()
    log.configure("DEBUG", stream=stream)
    yield stream
    root.handlers = before.handlers
    root.setLevel(before.level)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    threading.excepthook, logging.raiseExceptions = hook, raising


def _naive(stream: io.StringIO) -> None:
    """What `logging.basicConfig(level=DEBUG)` would have made of it."""
    root = logging.getLogger()
    root.handlers = [logging.StreamHandler(stream)]
    for name in log.PINNED:
        logging.getLogger(name).setLevel(logging.NOTSET)


def _bolt(slack: SmallSlack) -> App:
    return App(
        client=slack.client(),
        token_verification_enabled=False,
        signing_secret="secret",
        process_before_response=True,
    )


def _press(slack: SmallSlack) -> None:
    """A press on something unhandled and a bad signature, with words in both."""
    action = {"type": "block_actions", "user": {"id": "U0NURSE99"}, "actions": [{"action_id": WORDS}]}
    body = f"payload={json.dumps(action)}"
    bolt = _bolt(slack)
    bolt.dispatch(BoltRequest(body=body, headers={"x-slack-signature": ["v0=bad"]}))
    bolt.dispatch(
        BoltRequest(body={"type": "block_actions", "actions": [{"action_id": WORDS}]}, mode="socket_mode")
    )
    slack.client().chat_postMessage(channel="U0NURSE99", text=WORDS)


def test_bolt_and_the_client_print_no_body_at_debug(out: io.StringIO, slack: SmallSlack) -> None:
    _press(slack)
    assert WORDS not in out.getvalue()
    assert "U0NURSE99" not in out.getvalue()


def test_the_naive_log_prints_them(out: io.StringIO, slack: SmallSlack) -> None:
    _naive(out)
    _press(slack)
    assert WORDS in out.getvalue()


def test_an_answer_that_is_not_json_does_not_come_out(out: io.StringIO, slack: SmallSlack) -> None:
    slack.order("chat.postMessage", Answer(body=f"<p>{WORDS}</p>"))
    with pytest.raises(Exception, match="failed"):
        slack.client().chat_postMessage(channel="U1", text="Hello")
    assert WORDS not in out.getvalue()
    assert "words withheld" in out.getvalue()


def test_tokens_addresses_queries_and_ids_are_cut_out_of_our_own_lines(out: io.StringIO) -> None:
    token, app_token = "xoxb-12-34-aBcD", "xapp-1-A1-ffff"
    logging.getLogger("slackapp.test").info(
        "with %s and %s for U0NURSE99 in DABCDEFGH at https://slack.com/x?ticket=%s postgresql://me:pw@db/x",
        token,
        app_token,
        "abc",
    )
    output = out.getvalue()
    for hidden in ("aBcD", "ffff", "U0NURSE99", "DABCDEFGH", "ticket", "pw@", "me:"):
        assert hidden not in output
    assert "https://slack.com/x" in output
    assert " INFO slackapp.test " in output


def test_an_exception_is_told_by_class_and_place_only(out: io.StringIO) -> None:
    def fail() -> None:
        raise ValueError(WORDS)

    try:
        fail()
    except ValueError as problem:
        code = log.failure(logging.getLogger("slackapp.test"), "a deed", problem)
        logging.getLogger("slackapp.test").exception("another deed")
    first, second, end = out.getvalue().split("\n")
    assert WORDS not in out.getvalue()
    assert code in first
    assert "ValueError < test_log.py:" in first
    assert "ValueError < test_log.py:" in second
    assert not end


def test_a_database_error_does_not_show_what_was_asked(out: io.StringIO, database: Sessions) -> None:
    def ask() -> None:
        with database.begin() as session:
            session.execute(text("SELECT nothing FROM nowhere WHERE words = :words"), {"words": WORDS})

    with pytest.raises(SQLAlchemyError) as caught:
        ask()
    logging.getLogger("slackapp.test").error("it failed", exc_info=caught.value)
    assert WORDS not in out.getvalue()
    assert "SELECT" not in out.getvalue()


def test_a_thread_that_fails_does_not_print_its_message(
    out: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise ValueError(WORDS)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert WORDS not in out.getvalue() + capsys.readouterr().err
    assert "a thread failed" in out.getvalue()


def test_a_broken_log_line_does_not_print_its_arguments(
    out: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("slackapp.test").info("%d people", WORDS)
    assert WORDS not in out.getvalue() + capsys.readouterr().err


def test_a_whole_delivery_that_fails_leaves_no_words_behind(out: io.StringIO, ward: Ward) -> None:
    def broken(*_: object) -> NoReturn:
        raise ValueError(WORDS)

    ward.slack.order("chat.postMessage", Answer(ending="drop"), Answer(500, WORDS))
    ward.owes("dropped", target="U1")
    ward.owes("failed", target="U2")
    ward.owes("broken", kind="broken", target="U3")
    ward.deliveries(broken=broken).drain()
    assert "unknown" in out.getvalue()
    assert "ValueError" in out.getvalue()
    for hidden in (WORDS, "Thanks", "xoxb"):
        assert hidden not in out.getvalue()


def test_a_line_break_in_a_value_cannot_forge_a_line(out: io.StringIO) -> None:
    logging.getLogger("slackapp.test").info("said %s", "x\n2026 ERROR forged")
    assert out.getvalue().count("\n") == 1


def test_references_are_short_different_and_survive_the_cutting() -> None:
    codes = {log.reference() for _ in range(200)}
    assert len(codes) > 195
    for code in codes:
        assert len(code) == 7
        assert log.redact(f"failed ({code})") == f"failed ({code})"


def test_the_client_really_does_print_bodies_at_debug() -> None:
    stream = io.StringIO()
    logger = logging.Logger("alone", logging.DEBUG)  # noqa: LOG001 - outside the tree that others configure
    logger.addHandler(logging.StreamHandler(stream))
    client = WebClient(token="x", base_url="http://127.0.0.1:9/", logger=logger, retry_handlers=[])
    with pytest.raises(OSError, match="refused"):
        client.chat_postMessage(channel="U1", text=WORDS)
    assert WORDS in stream.getvalue()
