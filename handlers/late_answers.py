"""Tell a person what could not be said in the answer: beside a button at once, or the truth later.

It goes where they wait for it: through the response_url, or in the open form or window; a direct message
is the last resort. About a check-in no message is ever sent: what is not read in the open window is not said.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.webhook import WebhookClient

from handlers.pulse import survey_view
from handlers.shared.payloads import Payload
from slackapp import blocks
from slackapp.blocks import View
from slackapp.core import log
from slackapp.core.i18n import Voice, translatable

_TITLE = translatable("Appreciate")
_SECONDS: Final = 2
_TRIES: Final = (0.0, 2.0, 10.0)
_OK: Final = 200
_CHECK_IN: Final = frozenset(
    {survey_view.SUBMIT, survey_view.ANSWER, survey_view.ABOUT, survey_view.WITHDRAW}
)


class _UsedUpError(Exception):
    """A response_url takes nothing more."""


_logger = logging.getLogger(__name__)


def notice(say: Voice, sentence: str) -> View:
    """Return a modal with one sentence."""
    return blocks.notice(say, say(_TITLE), [blocks.plain_section(sentence)])


def is_about_check_in(body: Payload) -> bool:
    """Return whether a payload is an answer to a check-in, or a press on one of its buttons."""
    view: Payload = body.get("view") or {}
    pressed = {action.get("action_id") for action in body.get("actions") or ()}
    return bool(_CHECK_IN & ({view.get("callback_id")} | pressed))


@dataclass
class LateAnswer:
    """The way to the person of one request, once Slack has had its answer."""

    body: Payload
    client: WebClient | None
    """None where the workspace's token is not known."""
    say: Voice
    _window: str = ""
    """The id of the window in which `show` has put its sentence."""
    _was_shown: threading.Event = field(default_factory=threading.Event)

    def show(self, sentence: str) -> None:
        """Say it beside a pressed button or after a shortcut, whose answers show nothing."""
        try:
            if url := self.body.get("response_url"):
                _post(str(url), {"text": sentence, "response_type": "ephemeral", "replace_original": False})
            else:
                self._open(notice(self.say, sentence))
        except (SlackClientError, OSError) as failure:
            # Slack does not answer either, or took too long: there is no other way to tell them.
            log.failure(_logger, "telling a person", failure)
        finally:
            self._was_shown.set()

    def correct(self, sentence: str, answer: Payload, wait: Callable[[float], bool]) -> None:
        """Tell the truth: the listener's own `answer` where it has one, else the sentence.

        `wait` waits so many seconds, and returns whether the process ends meanwhile.
        """
        if "actions" in self.body:
            self._was_shown.wait(2 * _SECONDS)
        for seconds in _TRIES:
            if seconds and wait(seconds):
                return
            try:
                self._correct(sentence, answer)
            except (SlackApiError, _UsedUpError):
                # The window is closed, or the address used up.
                break
            except (SlackClientError, OSError) as failure:
                log.failure(_logger, "telling the truth late", failure)
            else:
                return
        self._send(sentence)

    def _correct(self, sentence: str, answer: Payload) -> None:
        body = self.body
        if "command" in body:
            words = answer if answer.get("text") else {"text": sentence, "response_type": "ephemeral"}
            _post(str(body["response_url"]), {"replace_original": True, **words})
        elif body.get("type") == "view_submission":
            self._update(body["view"]["id"], answer.get("view") or notice(self.say, sentence))
        elif self._window:
            self._update(self._window, notice(self.say, sentence))
        elif url := body.get("response_url"):
            _post(str(url), {"text": sentence, "response_type": "ephemeral", "replace_original": False})

    def _open(self, view: View) -> None:
        trigger = self.body.get("trigger_id")
        if self.client is None or not trigger:
            return
        is_in_modal = (self.body.get("view") or {}).get("type") == "modal"
        show = self.client.views_push if is_in_modal else self.client.views_open
        self._window = show(trigger_id=str(trigger), view=view)["view"]["id"]

    def _update(self, view_id: str, view: View) -> None:
        if self.client is not None:
            self.client.views_update(view_id=view_id, view=view)

    def _send(self, sentence: str) -> None:
        if is_about_check_in(self.body) or self.client is None:
            return
        user = self.body.get("user_id") or (self.body.get("user") or {}).get("id")
        try:
            self.client.chat_postMessage(channel=str(user), text=blocks.literal(sentence))
        except (SlackClientError, OSError) as failure:
            log.failure(_logger, "telling the truth late by a message", failure)


def with_sentence(view: View, sentence: str) -> View:
    """Return an open form with a sentence above its fields; what was typed stays."""
    fields = ("type", "callback_id", "title", "submit", "close", "private_metadata", "notify_on_close")
    form: dict[str, Any] = {name: view[name] for name in fields if view.get(name)}
    return form | {"blocks": [blocks.plain_section(sentence), *view["blocks"]]}


def _post(url: str, message: dict[str, Any]) -> None:
    """Post to a response_url.

    Raises:
        _UsedUpError: It has been used five times, or has expired.
        OSError: Slack did not answer.
    """
    response = WebhookClient(url, timeout=_SECONDS).send_dict(message)
    if response.status_code != _OK:
        raise _UsedUpError
