"""Listeners as Bolt calls them: their arguments, repeats, and what happens when something fails."""

import inspect
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from slack_bolt import Ack, App, BoltRequest
from slack_bolt.kwargs_injection.args import Args
from sqlalchemy import select

from slackapp.core import log
from slackapp.core.db import Sessions
from slackapp.models import Delivery, Recognition
from tests.support.practice import Practice
from tests.support.recognition_ward import RecognitionWard

WORDS = "Stayed after the shift to find us a bed"
# What these tests show does not depend on the database; the tests around them run on both.
ON_ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
KNOWN = frozenset(inspect.signature(Args.__init__).parameters) | {"args", "agent", "self"}


def listener_arguments(bolt: App) -> dict[str, set[str]]:
    arguments = {}
    for listener in bolt._listeners:
        function = listener.ack_function
        arguments[f"{function.__module__}.{function.__qualname__}"] = set(
            inspect.signature(function).parameters
        )
    return arguments


@ON_ONE_DATABASE
def test_every_listener_asks_only_for_what_bolt_can_give(practice: Practice) -> None:
    arguments = listener_arguments(practice.bolt)
    assert "handlers.recognition.command.RecognitionCommand.command" in arguments
    assert {name: names - KNOWN for name, names in arguments.items() if names - KNOWN} == {}


@ON_ONE_DATABASE
def test_a_misspelt_argument_would_be_noticed(practice: Practice) -> None:
    def listener(ack: Ack, boddy: object) -> None: ...

    practice.bolt.action("never")(listener)
    arguments = listener_arguments(practice.bolt)
    assert [names - KNOWN for names in arguments.values() if names - KNOWN] == [{"boddy"}]


def command(ward: RecognitionWard, text: str, trigger: str = "1.2.3") -> dict[str, Any]:
    return {
        "token": "t",
        "team_id": ward.slack_team_id,
        "team_domain": "hospital",
        "channel_id": ward.channel,
        "channel_name": "ward-7",
        "user_id": ward.nurse,
        "user_name": "nia",
        "command": "/appreciate",
        "text": text,
        "api_app_id": "A1",
        "response_url": "http://127.0.0.1:9/commands",
        "trigger_id": trigger,
    }


def dispatch(practice: Practice, body: dict[str, Any]) -> tuple[int, Any]:
    answer = practice.bolt.dispatch(BoltRequest(body=body, mode="socket_mode"))
    return answer.status, json.loads(answer.body) if answer.body else None


def stored(practice: Practice, table: type) -> int:
    with practice.ward.database.read() as session:
        return len(session.scalars(select(table)).all())


def test_a_redelivered_command_is_stored_once_and_answered_in_the_same_words(practice: Practice) -> None:
    body = command(practice.ward, f"<@{practice.ward.colleague}|col> helping {WORDS}")
    answers = [dispatch(practice, body) for _ in range(4)]
    assert all(answer == answers[0] for answer in answers)
    assert answers[0][0] == 200
    assert "On its way to" in answers[0][1]["text"]
    practice.colleague.sees(WORDS)
    assert (stored(practice, Recognition), stored(practice, Delivery)) == (1, 1)
    other = command(practice.ward, body["text"], trigger="1.2.4")
    assert dispatch(practice, other)[1]["text"] == answers[0][1]["text"]
    assert stored(practice, Recognition) == 2


@ON_ONE_DATABASE
def test_a_redelivered_command_that_opened_the_form_says_nothing_more(practice: Practice) -> None:
    practice.nurse.types("/appreciate")
    practice.nurse.waits(lambda seen: seen["modal"] is not None)
    (opened,) = practice.calls("views.open")
    again = command(practice.ward, "", trigger=opened["body"]["trigger_id"])
    assert dispatch(practice, again) == (200, None)
    assert practice.calls("views.open")[-1]["response"]["error"] == "exchanged_trigger_id"


@ON_ONE_DATABASE
def test_a_form_that_comes_too_late_gives_the_words_back(practice: Practice) -> None:
    status, answer = dispatch(practice, command(practice.ward, WORDS, trigger="1.2.3"))
    assert status == 200
    assert WORDS in json.dumps(answer)


@contextmanager
def without_the_table(database: Sessions) -> Iterator[None]:
    """A real fault: the table that a thank-you needs is not there."""
    with database.begin() as session:
        session.connection().exec_driver_sql("ALTER TABLE recipient RENAME TO elsewhere")
    try:
        yield
    finally:
        with database.begin() as session:
            session.connection().exec_driver_sql("ALTER TABLE elsewhere RENAME TO recipient")


def test_a_failure_is_answered_with_a_reference_and_the_words_stay_out_of_the_log(
    practice: Practice, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.handler.addFilter(log.allowed)
    with without_the_table(practice.ward.database), caplog.at_level(logging.DEBUG):
        status, answer = dispatch(
            practice, command(practice.ward, f"<@{practice.ward.colleague}> helping {WORDS} &lt;3")
        )
    assert status == 200
    assert "Something went wrong on our side. Nothing was lost" in answer["text"]
    code = answer["text"].rsplit(" ", 1)[1].rstrip(".")
    assert f"{WORDS} <3" in json.dumps(answer["blocks"])
    lines = [record.getMessage() for record in caplog.records]
    assert [line for line in lines if code in line], "the premise: the failure is in the log"
    assert not [line for line in lines if WORDS in line]
    assert stored(practice, Recognition) == 0


@ON_ONE_DATABASE
def test_a_press_that_fails_is_answered_with_a_notice(practice: Practice) -> None:
    practice.nurse.types(f"/appreciate @col helping with the team {WORDS}")
    practice.colleague.sees(WORDS)
    # Typed, it leaves the receipt with its button, which only the giver sees, as it was.
    practice.nurse.types("/appreciate undo")
    practice.nurse.sees("Taken back")
    practice.nurse.presses("Undo")
    practice.nurse.sees("You have already taken this one back.")


def test_people_and_the_installation_follow_what_slack_tells(practice: Practice) -> None:
    def event(kind: str, **values: object) -> dict[str, Any]:
        return {
            "token": "t",
            "team_id": practice.ward.slack_team_id,
            "api_app_id": "A1",
            "type": "event_callback",
            "event_id": "Ev1",
            "event_time": 1,
            "event": {"type": kind, "event_ts": "1.1", **values},
        }

    gone = {
        "id": practice.ward.colleague,
        "team_id": practice.ward.slack_team_id,
        "deleted": True,
        "name": "col",
    }
    assert dispatch(practice, event("user_change", user=gone))[0] == 200
    practice.nurse.types(f"/appreciate @col helping {WORDS}")
    practice.nurse.sees("col has left, so this can't reach them.")
    joined = {"id": "U0JOINED", "team_id": practice.ward.slack_team_id, "name": "jo", "profile": {}}
    assert dispatch(practice, event("team_join", user=joined))[0] == 200
    assert dispatch(practice, event("tokens_revoked", tokens={"oauth": ["U1"]}))[0] == 200
    with practice.ward.database.read() as session:
        workspace = practice.ward.workspace(session)
        assert workspace.uninstalled_at is None
        assert practice.ward.person(session, "U0JOINED").name == "jo"
    assert dispatch(practice, event("app_uninstalled"))[0] == 200
    with practice.ward.database.read() as session:
        assert practice.ward.workspace(session).uninstalled_at is not None


BROKEN: dict[str, dict[str, Any]] = {
    "nobody": {"type": "block_actions", "actions": [{"action_id": "thanks_share", "value": "x"}]},
    "a word for a person": {
        "type": "view_submission",
        "user": "U1",
        "view": {"type": "modal", "callback_id": "appreciate_form"},
    },
    "half a character for a person": {
        "type": "block_actions",
        "team": {"id": "\ud800"},
        "user": {"id": "\ud800"},
        "actions": [{"action_id": "appreciate_undo", "type": "button", "value": "\ud800"}],
    },
    "a number too large for any database": {
        "type": "block_actions",
        "team": {"id": 10**40},
        "user": {"id": 10**40},
        "actions": [{"action_id": "appreciate_undo", "type": "button", "value": "x"}],
    },
    "a form without its blocks": {
        "type": "view_submission",
        "user": {"id": "U1"},
        "view": {"type": "modal", "callback_id": "thanks_settings_form", "state": {"values": []}},
    },
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_payload_that_slack_would_never_send_is_answered_and_not_failed(
    practice: Practice, what: str
) -> None:
    given = {"team": {"id": practice.ward.slack_team_id}, "trigger_id": "1.2.3", **BROKEN[what]}
    assert dispatch(practice, given)[0] in {200, 404}
