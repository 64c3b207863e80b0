"""The buttons of the welcome: the language, and no messages. Each changes the message in its place."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.home import welcome_view
from handlers.shared.context import Context
from handlers.shared.payloads import Payload, press
from handlers.shared.request import Request, Scope
from slackapp.pulse import welcomes


@dataclass(frozen=True, slots=True)
class Welcome:
    """The listeners of the welcome."""

    context: Context

    def language(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Cymraeg] or [English]: it holds for everything from now on."""
        language = press(body).value
        self._change(
            body, client, lambda scope: welcomes.choose_language(scope.session, scope.member, language)
        )
        ack()

    def no_messages(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[No messages, please]: nobody is told."""
        self._change(body, client, lambda scope: welcomes.decline_messages(scope.session, scope.member))
        ack()

    def _change(self, body: Payload, client: WebClient, change: Callable[[Scope], None]) -> None:
        request = Request(self.context, client, press(body).caller)
        with request.write() as scope:
            change(scope)
            welcomes.refresh(scope.session, scope.workspace, scope.member, scope.now)
        request.refresh_home()


def register(bolt: App, context: Context) -> None:
    """Listen for the buttons."""
    listeners = Welcome(context)
    bolt.action(re.compile(rf"{welcome_view.LANGUAGE}:\w+"))(listeners.language)
    bolt.action(welcome_view.NO_MESSAGES)(listeners.no_messages)
