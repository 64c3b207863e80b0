"""The context of every listener: the database, the clock, the ballot keys and the Home tab."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from slack_sdk import WebClient

from handlers.shared.languages import Languages
from handlers.shared.payloads import Caller
from slackapp.core.confidentiality import ConfidentialityCheck, standard
from slackapp.core.db import Sessions
from slackapp.pulse.keys import KeyDirectory


class PublishHome(Protocol):
    """Publishes a person's Home tab."""

    def __call__(  # noqa: D102 - the class says it
        self, context: "Context", client: WebClient, caller: Caller
    ) -> None: ...


class OpenSettings(Protocol):
    """Opens the window with a person's own settings."""

    def __call__(  # noqa: D102 - the class says it
        self, context: "Context", client: WebClient, caller: Caller
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Context:
    """Created once by `slackapp.app`; listeners hold nothing else."""

    sessions: Sessions
    now: Callable[[], datetime]
    keys: KeyDirectory
    confidentiality: ConfidentialityCheck = field(default_factory=standard)
    """Checks texts before they are sent, with the organisation's own words if it has any."""
    languages: Languages = field(default_factory=Languages)
    """For answers that must not wait for the database."""
    publish_home: PublishHome | None = None
    """`handlers.home.listeners.publish`: stories refresh the Home tab without importing it."""

    open_settings: OpenSettings | None = None
    """`handlers.recognition.settings.open_for`: one window, which `/pulse settings` opens too."""

    def refresh_home(self, client: WebClient, caller: Caller) -> None:
        """Publish the caller's Home tab."""
        if self.publish_home is not None:
            self.publish_home(self, client, caller)
