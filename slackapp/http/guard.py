"""Check size, headers, encoding and signature of a request before Bolt sees it.

Bolt answers 500 to a timestamp that is not a number, a signature that is not ASCII and a body that is not
UTF-8, and reads a body of any length; it parses a body before it checks the signature, and fails on
unexpected contents. The server has read the body before it comes here.
"""

import io
import logging
import re
from collections.abc import Iterable, Mapping
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from slack_sdk.signature import SignatureVerifier

from slackapp.core import log

LARGEST = 1_000_000
"""Bytes of a request. Slack's own largest, a view of 250 kB, is a quarter of it once it is encoded."""

EVENTS = "/slack/events"
_STAMP, _SIGNED = "HTTP_X_SLACK_REQUEST_TIMESTAMP", "HTTP_X_SLACK_SIGNATURE"
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_LENGTH = re.compile(r"[0-9]{1,15}")
_SSL_CHECK = re.compile(rb"(?:^|&)ssl_check=1(?:&|$)")
_WORDS = {
    200: "200 OK",
    400: "400 Bad Request",
    401: "401 Unauthorized",
    404: "404 Not Found",
    405: "405 Method Not Allowed",
    413: "413 Content Too Large",
    500: "500 Internal Server Error",
}
_logger = logging.getLogger(__name__)


class Guard:
    """Passes on requests signed by Slack, and serves the other pages by their paths (GET only)."""

    def __init__(self, slack: WSGIApplication, pages: Mapping[str, WSGIApplication], *, secret: str) -> None:
        """`secret` is Slack's signing secret."""
        self._verifier = SignatureVerifier(secret)
        self._slack, self._pages = slack, pages

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        answer = self._answer(environ, start_response)
        # A body in an answer to HEAD would be read as the beginning of the next answer.
        return [b""] if environ.get("REQUEST_METHOD") == "HEAD" else answer

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path in self._pages:
            return self._page(self._pages[path], environ, start_response)
        if status := 404 if path != EVENTS else self._judge(environ):
            return _plain(start_response, status)
        try:
            return self._slack(environ, start_response)
        except Exception as problem:  # noqa: BLE001 - the network's boundary: failures of listeners are caught before it
            log.failure(_logger, "reading a request", problem)
            return _plain(start_response, 400)

    def _judge(self, environ: WSGIEnvironment) -> int | None:
        """Return the status to answer with at once, or None for a request that Slack has signed."""
        if status := _read_body(environ):
            return status
        if _is_ssl_check(environ):
            return 200
        if environ.get("REQUEST_METHOD") != "POST":
            return 405
        return None if self._is_signed(environ) else 401

    def _is_signed(self, environ: WSGIEnvironment) -> bool:
        """Return whether Slack signed the request; Bolt checks this only after it has parsed the body."""
        stamp, signature = environ.get(_STAMP, ""), environ.get(_SIGNED, "")
        # Both headers must have Slack's format, or the verifier itself fails.
        if not (_TIMESTAMP.fullmatch(stamp) and _SIGNATURE.fullmatch(signature)):
            return False
        body = _body(environ)
        return _is_utf8(body) and self._verifier.is_valid(body, stamp, signature)

    def _page(
        self, page: WSGIApplication, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        if environ.get("REQUEST_METHOD") != "GET":
            return _plain(start_response, 405)
        try:
            return page(environ, start_response)
        except Exception as problem:  # noqa: BLE001 - the network's boundary: no one sees a stack trace
            log.failure(_logger, "a page", problem)
            return _plain(start_response, 500)


def _plain(start_response: StartResponse, status: int) -> list[bytes]:
    """Answer with the status alone, without a reason that would help an attacker."""
    start_response(_WORDS[status], [("Content-Type", "text/plain; charset=utf-8")])
    return [f"{_WORDS[status][4:]}\n".encode()]


def _read_body(environ: WSGIEnvironment) -> int | None:
    """Read the body; return the status to refuse with, or None when it is complete."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length and not _LENGTH.fullmatch(length):
        return 400
    if length and int(length) > LARGEST:
        return 413
    # Read no more than is allowed, whatever the header says.
    body = environ["wsgi.input"].read(int(length) if length else LARGEST + 1)
    if len(body) > LARGEST:
        return 413
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))
    return None


def _body(environ: WSGIEnvironment) -> bytes:
    body: bytes = environ["wsgi.input"].getvalue()
    return body


def _is_ssl_check(environ: WSGIEnvironment) -> bool:
    """Return whether Slack checks the certificate: GET or POST without a signature; it expects 200.

    https://docs.slack.dev/interactivity/implementing-slash-commands
    """
    query = environ.get("QUERY_STRING", "").encode("latin-1", "replace")
    parts = {"GET": (query,), "POST": (query, _body(environ))}.get(environ.get("REQUEST_METHOD", ""), ())
    return any(_SSL_CHECK.search(part) for part in parts)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
