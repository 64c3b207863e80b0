"""The application's log: what happened and where, never content that a person wrote.

Three walls stand one behind the other: libraries that print bodies are pinned to
warnings whatever level is asked for; what they still say is reduced to where they
said it; and every line, ours too, passes a filter that cuts out tokens, queries and
Slack's ids. An exception is told by its class and place, never by its message.
"""

import copy
import logging
import re
import secrets
import sys
import threading
import traceback
from pathlib import Path
from typing import Final, TextIO

PINNED: Final = (
    "aiohttp",
    "apscheduler",
    "asyncio",
    "choreographer",
    "httpx",
    "psycopg",
    "slack_bolt",
    "slack_sdk",
    "sqlalchemy",
    "urllib3",
    "waitress",
    "websocket",
)
"""Libraries that never go below WARNING: at INFO and DEBUG some of them print whole bodies."""

_PINNED: Final = frozenset(PINNED)

_WITHHELD: Final = frozenset({"slack_bolt", "slack_sdk", "sqlalchemy", "psycopg"})
"""Libraries whose warnings, too, may carry bodies, action ids or parameters."""

_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_SLACK_ID: Final = r"\b[UWCDGTEFSBA](?:(?=[A-Z]*\d)[A-Z0-9]{5,14}|[A-Z]{8,14})\b"
_CUTS: Final = (
    (re.compile(r"(?i)\b(?:xox[a-z]|xapp|xwfp)(?:\.xox[a-z])?-[\w.%-]+"), "[token]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+"), r"\1 [token]"),
    (re.compile(r"\bhooks\.slack\.com/\S+"), "hooks.slack.com/[address]"),
    (re.compile(r"\b([a-z][a-z0-9+.-]*://)[^/\s@]+@"), r"\1[account]@"),
    (re.compile(r"(\b(?:https?|wss?)://[^\s?\"'<>]*)\?[^\s\"'<>]*"), r"\1?[query]"),
    (re.compile(_SLACK_ID), "[id]"),
)
_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s %(message)s"


def configure(level: str, *, stream: TextIO | None = None) -> None:
    """Set up the root handler (standard error by default). Calling it again replaces it."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Formatter(_FORMAT))
    # Bolt sets its loggers to the root's level by itself, so the pin must also sit where lines come out.
    handler.addFilter(allowed)
    root.addHandler(handler)
    root.setLevel(level)
    for name in PINNED:
        logging.getLogger(name).setLevel(max(logging.getLevelNamesMapping()[level], logging.WARNING))
    # Python's own reports of a fault in a thread or in logging would print messages and arguments.
    threading.excepthook = _thread_failed
    logging.raiseExceptions = False


def reference() -> str:
    """Return a short random code, as in "K7M-Q2P", that identifies a failure in the log."""
    first, second = ("".join(secrets.choice(_ALPHABET) for _ in range(3)) for _ in range(2))
    return f"{first}-{second}"


def failure(logger: logging.Logger, action: str, problem: BaseException) -> str:
    """Log a failed action with the exception's class and location; return its reference."""
    code = reference()
    logger.error("%s failed (%s): %s", action, code, describe(problem))
    return code


def describe(problem: BaseException) -> str:
    """Return an exception's class and location, without its message, which may hold content."""
    frames = traceback.extract_tb(problem.__traceback__)
    places = [f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames[-3:]]
    return " < ".join([type(problem).__name__, *reversed(places)])


def redact(line: str) -> str:
    """Return the line without tokens, URL credentials, URL queries and Slack ids."""
    for pattern, instead in _CUTS:
        line = pattern.sub(instead, line)
    return line


def allowed(record: logging.LogRecord) -> bool:
    """Whether a record is logged: libraries only from WARNING on."""
    return record.levelno >= logging.WARNING or not _libraries(record)


def _libraries(record: logging.LogRecord) -> frozenset[str]:
    """The pinned libraries that a record comes from, by its logger's name or the file that wrote it.

    Bolt hands its logger to slack_sdk's client, and names others after the app's own file.
    """
    return _PINNED.intersection({record.name.partition(".")[0], *Path(record.pathname).parts})


def _thread_failed(hook: threading.ExceptHookArgs) -> None:
    if hook.exc_value is not None:
        failure(logging.getLogger(__name__), "a thread", hook.exc_value)


class _Formatter(logging.Formatter):
    """One line for a record: exceptions by class and place, libraries by place, the rest cut."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without content that a person wrote."""
        line_record = copy.copy(record)
        problem = line_record.exc_info[1] if line_record.exc_info else None
        line_record.exc_info = line_record.exc_text = line_record.stack_info = None
        if _libraries(record) & _WITHHELD:
            line_record.msg = "%s:%d in %s (words withheld)"
            line_record.args = (record.filename, record.lineno, record.funcName)
        line = super().format(line_record)
        if problem is not None:
            line = f"{line}: {describe(problem)}"
        return redact(line).replace("\r", " ").replace("\n", " ")
