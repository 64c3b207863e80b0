"""The outcomes of a call, and how to tell them from an exception.

Slack has no idempotency key, so what matters is whether a message may have arrived. Sources: docs.slack.dev
(errors of chat.postMessage, rate limits) and the exceptions of slack_sdk 3.47 over urllib. What each of
Slack's errors means is in `outcome_table`.
"""

import errno
import re
import socket
import ssl
import urllib.error
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

from slack_sdk.errors import SlackApiError
from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import InstrumentedAttribute

from slackapp.delivery.outcome_table import SLACKS_OWN, Ending, ending_of
from slackapp.models import HoldScope
from slackapp.outbox.queue import PICTURE_NOT_READY, SlackMessageId
from slackapp.outbox.rendered import Skip, WaitUntil

LONGEST_RETRY_AFTER = 3600.0

NOT_IN_CHANNEL = "not_in_channel"
FAULT = "fault"
"""Reason of a call that ended in an exception of our own."""
FEATURE_AGAIN = timedelta(days=1)
"""When a feature that Slack does not allow is tried again."""

_MESSAGES = frozenset({"chat.postMessage", "chat.update"})
_DEFAULT_RETRY_AFTER = 30.0
_LIMITED = frozenset({"ratelimited", "rate_limited"})
_NEVER_LEFT = (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)
_NO_WAY_THERE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN})
_ERROR_NAME = re.compile(r"[a-z][a-z0-9_]{1,63}")


@dataclass(frozen=True, slots=True)
class Sent:
    """Slack accepted it."""

    arrived: SlackMessageId


@dataclass(frozen=True, slots=True)
class RateLimited:
    """429: it did not arrive, and the method may not be called for `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class RetryLater:
    """It did not arrive, or may be repeated after `wait` seconds; None: by the number of tries."""

    reason: str
    wait: float | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """It did not arrive; all messages of this scope wait until Slack accepts them again."""

    scope: HoldScope
    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """It did not arrive and never will."""

    reason: str


@dataclass(frozen=True, slots=True)
class FeatureOff:
    """Slack does not let the app upload files here; it is not tried again for a day."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have arrived."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotRendered:
    """It was not sent: loading or rendering failed, or its kind is unknown."""

    reason: str = "not_rendered"


Outcome = (
    Sent | RateLimited | RetryLater | Held | Failed | FeatureOff | Unknown | WaitUntil | Skip | NotRendered
)


@dataclass(frozen=True, slots=True)
class Called:
    """The call that failed. A `repeatable` one that may have arrived is made again."""

    method: str
    repeatable: bool
    to_person: bool


def from_exception(problem: Exception, called: Called) -> Outcome:
    """Return the outcome that an exception from a call means."""
    outcome = _of_answer(problem, called) if isinstance(problem, SlackApiError) else _of_connection(problem)
    if called.repeatable and isinstance(outcome, Unknown):
        return RetryLater(outcome.reason)
    return outcome


def _of_connection(problem: Exception) -> Outcome:
    cause = problem.reason if isinstance(problem, urllib.error.URLError) else problem
    reason = f"no_connection:{type(cause).__name__}"[:64]
    if isinstance(problem, urllib.error.URLError) and _never_left(cause):
        return RetryLater(reason)
    return Unknown(reason)


def _never_left(cause: object) -> bool:
    """Return whether the connection failed before any byte of the message was sent."""
    if isinstance(cause, _NEVER_LEFT):
        return True
    if not isinstance(cause, OSError):
        return False
    # A proxy's refusal is a bare OSError of http.client; only its text identifies it.
    return cause.errno in _NO_WAY_THERE or str(cause).startswith("Tunnel connection failed")


def _of_answer(problem: SlackApiError, called: Called) -> Outcome:
    answer = problem.response
    status = answer.status_code
    error = error_of(answer.data)
    if status == HTTPStatus.TOO_MANY_REQUESTS or error in _LIMITED:
        return RateLimited(_retry_after(answer.headers))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return Unknown(f"http_{status}")
    if error is None:
        # Not Slack's answer but a proxy's. Only an error status shows that it was not passed on.
        return (
            RetryLater(f"http_{status}") if status >= HTTPStatus.BAD_REQUEST else Unknown("unreadable_answer")
        )
    if error == "invalid_blocks" and _names_picture(answer.data):
        return RetryLater(PICTURE_NOT_READY)
    return _of_error(error, ending_of(called.method, error, to_person=called.to_person), called)


def _of_error(error: str, ending: Ending | None, called: Called) -> Outcome:
    if ending is None:
        # The error is unknown, so it ends no message.
        return Held(HoldScope.TARGET, error)
    if ending in {Ending.OUR_FAULT, Ending.BY_MESSAGE} and called.method in _MESSAGES:
        # Another version may say it in a way that Slack takes.
        return Held(HoldScope.MESSAGE, error)
    if ending is Ending.HOLD_TARGET and error != NOT_IN_CHANNEL and called.method not in _MESSAGES:
        # It concerns the file: messages to this channel or person may go without it.
        return Failed(error)
    if ending is Ending.FEATURE_OFF and called.method == "files.delete":
        # What is to be removed is not forgotten.
        return RetryLater(error, wait=FEATURE_AGAIN.total_seconds())
    return _OUTCOMES.get(ending, Failed)(error)


_OUTCOMES: Mapping[Ending, Callable[[str], Outcome]] = {
    Ending.HOLD_WORKSPACE: partial(Held, HoldScope.WORKSPACE),
    # Something has to change there: the app is invited again, or a setting changed.
    Ending.HOLD_TARGET: partial(Held, HoldScope.TARGET),
    Ending.FEATURE_OFF: FeatureOff,
    Ending.MAY_HAVE_ARRIVED: Unknown,
    Ending.RETRY: RetryLater,
}


def of_slacks_own_failure(reason: InstrumentedAttribute[str | None]) -> ColumnElement[bool]:
    """Select reasons by which Slack itself says that it failed: it most likely sent nothing."""
    return or_(reason.startswith("http_5", autoescape=True), reason.in_(SLACKS_OWN.split()))


def error_of(answer: Any) -> str | None:  # noqa: ANN401 - Slack's JSON
    """Return the error name in Slack's answer, if it has one."""
    error = answer.get("error") if isinstance(answer, dict) else None
    return error if isinstance(error, str) and _ERROR_NAME.fullmatch(error) else None


def _names_picture(answer: Any) -> bool:  # noqa: ANN401 - Slack's JSON
    lines = [*(answer.get("errors") or []), *((answer.get("response_metadata") or {}).get("messages") or [])]
    return any("slack_file" in str(line) or "slack file" in str(line) for line in lines)


def _retry_after(headers: Any) -> float:  # noqa: ANN401 - Slack's JSON
    stated = {str(name).lower(): value for name, value in headers.items()}.get("retry-after", "")
    try:
        seconds = float(stated)
    except (TypeError, ValueError):
        return _DEFAULT_RETRY_AFTER
    return min(max(seconds, 1.0), LONGEST_RETRY_AFTER) if seconds == seconds else _DEFAULT_RETRY_AFTER  # noqa: PLR0124 - NaN
