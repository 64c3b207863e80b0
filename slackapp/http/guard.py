"""What stands between the open network and Bolt: size, headers and encoding, each with a plain answer.

Bolt itself answers 500 to a timestamp that is no number, a signature that is not ASCII and a body that
is not UTF-8, and reads a body of any length, however slowly it comes; it takes a body apart before it
looks at the signature, and fails where the parts are not what it expects.
"""

import io
import logging
import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from slack_sdk.signature import SignatureVerifier

from slackapp.core import log

LARGEST = 1_000_000
"""Bytes of a request. Slack's own largest, a view of 250 kB, is a quarter of it once it is encoded."""

SLOWEST = 3.0
"""Seconds for a body to arrive."""

CONNECTIONS = 128
"""How many may be open at once; most of them wait for a body or for the next request."""

THREADS = 32
"""How many requests Bolt has at once."""

EVENTS = "/slack/events"
_TOO_SLOW = 408
_STAMP, _SIGNED = "HTTP_X_SLACK_REQUEST_TIMESTAMP", "HTTP_X_SLACK_SIGNATURE"
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_LENGTH = re.compile(r"[0-9]{1,15}")
_WORDS = {
    400: "400 Bad Request",
    401: "401 Unauthorized",
    404: "404 Not Found",
    405: "405 Method Not Allowed",
    408: "408 Request Timeout",
    413: "413 Content Too Large",
    500: "500 Internal Server Error",
}
_logger = logging.getLogger(__name__)


class Guard:
    """Lets through what may be Slack's, and knows the other pages by their paths (GET only)."""

    def __init__(
        self,
        slack: WSGIApplication,
        pages: Mapping[str, WSGIApplication],
        *,
        secret: str,
        slowest: float = SLOWEST,
    ) -> None:
        """`secret` is Slack's signing secret; `slowest` is how many seconds a body may take to arrive."""
        self._verifier = SignatureVerifier(secret)
        self._slack, self._pages, self._slowest = slack, pages, slowest
        self._room = BoundedSemaphore(THREADS)
        self._readers = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="body")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """One request."""
        path, method = environ.get("PATH_INFO", ""), environ.get("REQUEST_METHOD", "")
        if path in self._pages:
            return self._page(self._pages[path], environ, start_response)
        if path != EVENTS:
            return refuse(start_response, 404)
        if method != "POST":
            return refuse(start_response, 405)
        refused = _headers(environ) or self._body(environ)
        if refused:
            return refuse(start_response, refused)
        try:
            with self._room:
                return self._slack(environ, start_response)
        except Exception as problem:  # noqa: BLE001 - the network's boundary: listeners' failures end before it
            log.failure(_logger, "reading a request", problem)
            return refuse(start_response, 400)

    def _body(self, environ: WSGIEnvironment) -> int | None:
        """The status to refuse with, or None: then the body stands ready, whole and with its true length."""
        told = environ.get("CONTENT_LENGTH") or ""
        if told and not _LENGTH.fullmatch(told):
            return 400
        if told and int(told) > LARGEST:
            return 413
        # Never more than is allowed, whatever the header says, or without one.
        reading = self._readers.submit(environ["wsgi.input"].read, int(told) if told else LARGEST + 1)
        try:
            # Slack waits no longer for an answer; whoever sends slowly must not hold a listener.
            body = reading.result(self._slowest)
        except TimeoutError:
            return _TOO_SLOW
        except OSError:
            return 400
        return _ready(environ, body) or self._unsigned(environ, body)

    def _unsigned(self, environ: WSGIEnvironment, body: bytes) -> int | None:
        """Bolt takes a body apart before it looks at the signature; a stranger's never gets there."""
        stamp, signature = environ[_STAMP], environ[_SIGNED]
        return None if self._verifier.is_valid(body, stamp, signature) else 401

    def _page(
        self, page: WSGIApplication, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        if environ.get("REQUEST_METHOD") != "GET":
            return refuse(start_response, 405)
        try:
            return page(environ, start_response)
        except Exception as problem:  # noqa: BLE001 - the network's boundary: nobody is shown a trace
            log.failure(_logger, "a page", problem)
            return refuse(start_response, 500)


def refuse(start_response: StartResponse, status: int) -> list[bytes]:
    """An answer without a reason that would help whoever is trying."""
    headers = [("Content-Type", "text/plain; charset=utf-8")]
    if status == _TOO_SLOW:
        # What is left of the body must not be waited for.
        headers.append(("Connection", "close"))
    start_response(_WORDS[status], headers)
    return [f"{_WORDS[status][4:]}\n".encode()]


def _headers(environ: WSGIEnvironment) -> int | None:
    """The status to refuse with, or None: both headers must look as Slack's do before anything is read."""
    if not _TIMESTAMP.fullmatch(environ.get(_STAMP, "")):
        return 401
    if not _SIGNATURE.fullmatch(environ.get(_SIGNED, "")):
        return 401
    return None


def _ready(environ: WSGIEnvironment, body: bytes) -> int | None:
    if len(body) > LARGEST:
        return 413
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return 401
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))
    return None
