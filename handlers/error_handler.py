"""The only error handler. A UserError is shown as written; anything else gets a reference.

No text from a person reaches the log, and no typed text is lost: the answer repeats a thank-you's words,
and a form stays open.
"""

import logging
from dataclasses import dataclass
from typing import Any

from slack_bolt import App, BoltResponse
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import SQLAlchemyError

from handlers.late_answers import notice
from handlers.recognition.command import COMMAND
from handlers.recognition.payloads import typed
from handlers.recognition.settings_view import help_text
from handlers.shared.context import Context
from handlers.shared.payloads import Payload, caller, press
from handlers.shared.people import voice_for
from slackapp import blocks
from slackapp.blocks import View
from slackapp.core import deadline, log
from slackapp.core.db import took_too_long
from slackapp.core.deadline import Outcome, TooLateError
from slackapp.core.errors import UserError
from slackapp.core.i18n import Voice, translatable, voice
from slackapp.outbox.deduplication import NotYetKnown
from slackapp.recognition import parser, vocabulary
from slackapp.recognition.vocabulary import Subcommand

SORRY = translatable(
    "Something went wrong on our side. Nothing was lost: please try again in a moment. "
    "If it happens again, pass on this reference: {reference}."
)
NOT_DONE = translatable(
    "Nothing was sent or changed: it took too long on our side. Please try again in a minute."
)
KEPT_ALL_THE_SAME = translatable(
    "What you did was kept, but something went wrong afterwards. You need not do it again. "
    "If it happens again, pass on this reference: {reference}."
)
_QUOTED = 9_000
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""Errors from a malformed payload, or from values that a database cannot store."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ErrorHandler:
    """Turns an exception into an answer."""

    context: Context

    def answer(self, error: Exception, body: Payload, client: WebClient) -> BoltResponse:
        """The response to Slack, which shows it to the person. Slack repeats an event that failed."""
        try:
            return self._response(error, body, client)
        except _UNREADABLE as problem:
            # Not one of Slack's payloads: it does not even name its sender.
            log.failure(_logger, "a payload that cannot be read", problem)
            return _answer("")

    def _response(self, error: Exception, body: Payload, client: WebClient) -> BoltResponse:
        if isinstance(error, TooLateError):
            # The person was told that nothing was done, and the transaction was rolled back.
            return _answer("")
        kind = "command" if "command" in body else str(body.get("type"))
        if kind == "event_callback" or "event" in body:
            return self._event(error)
        say = self._voice(error, body)
        sentence = self._sentence(say, error, kind)
        match kind:
            case "command":
                if isinstance(error, UserError):
                    return _answer(_quoted(sentence, body))
                return _answer(command_answer(say, sentence, body))
            case "view_submission":
                beside = error.field if isinstance(error, UserError) else ""
                return _answer(submission_answer(say, sentence, body["view"], beside))
            case "block_actions" | "shortcut" | "message_action":
                self._show(client, body, notice(say, sentence))
        return _answer("")

    def _event(self, error: Exception) -> BoltResponse:
        if isinstance(error, UserError):
            return _answer("")
        if isinstance(error, NotYetKnown):
            return BoltResponse(status=503)
        log.failure(_logger, "an event", error)
        return BoltResponse(status=500)

    def _sentence(self, say: Voice, error: Exception, kind: str) -> str:
        if isinstance(error, UserError):
            return error.words(say)
        reference = log.failure(_logger, f"a {kind}", error)
        work = deadline.current()
        if work is not None and work.outcome is Outcome.KEPT:
            return say(KEPT_ALL_THE_SAME, reference=reference)
        return say(NOT_DONE) if took_too_long(error) else say(SORRY, reference=reference)

    def _voice(self, error: Exception, body: Payload) -> Voice:
        if not isinstance(error, UserError):
            # Perhaps the database is what failed: it is not waited for a second time.
            return self.context.languages.of(body)
        try:
            return voice_for(self.context, caller(body))
        except UserError:
            # Without a workspace the reader's language is unknown.
            return voice()
        except (SQLAlchemyError, TooLateError):
            return self.context.languages.of(body)

    def _show(self, client: WebClient, body: Payload, view: View) -> None:
        """Show it in place of the modal with the pressed button, else as a new one."""
        try:
            pressed = press(body) if body.get("actions") else None
            if pressed and pressed.view_id and not pressed.is_home:
                client.views_push(trigger_id=pressed.caller.trigger_id, view=view)
            else:
                client.views_open(trigger_id=caller(body).trigger_id, view=view)
        except (SlackApiError, OSError) as failure:
            # The press took longer than Slack waits, or Slack is down: the person cannot be told.
            log.failure(_logger, "telling a person", failure)


def register(bolt: App, context: Context) -> None:
    """Answer every exception of a listener."""
    bolt.error(ErrorHandler(context).answer)


def _answer(body: str | dict[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, body=body)


def command_answer(say: Voice, sentence: str, body: Payload) -> dict[str, Any]:
    """Return the answer to a command that failed, with the words that were typed.

    The help is given all the same: it needs nothing that can fail.
    """
    if body["command"] == COMMAND and vocabulary.parse_subcommand(typed(body).text) is Subcommand.HELP:
        text, layout = help_text(say)
        return {"response_type": "ephemeral", "text": text, "blocks": layout}
    return _quoted(sentence, body)


def _quoted(sentence: str, body: Payload) -> dict[str, Any]:
    answer = [blocks.plain_section(sentence)]
    if words := _own_words(body):
        answer.append(blocks.quote(blocks.shortened(words, _QUOTED)))
    return {"response_type": "ephemeral", "text": blocks.literal(sentence), "blocks": answer}


def _own_words(body: Payload) -> str:
    """Return the typed text to repeat in the answer; empty for subcommands such as "undo"."""
    text = typed(body).text
    return (
        "" if body["command"] != COMMAND or vocabulary.parse_subcommand(text) else parser.plain(text).strip()
    )


def submission_answer(say: Voice, sentence: str, view: Payload, beside: str = "") -> dict[str, Any]:
    """Show it beside its field, else the form's last, so that all typed text stays in the form."""
    fields = [block for block in view["blocks"] if block["type"] == "input"]
    if fields:
        by_action_id = {block["element"]["action_id"]: block for block in fields if "element" in block}
        field = by_action_id.get(beside, fields[-1])
        return {"response_action": "errors", "errors": {field["block_id"]: sentence}}
    return {"response_action": "update", "view": notice(say, sentence)}
