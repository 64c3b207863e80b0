"""What stands between the open network and Bolt: size, headers and encoding, each with a plain answer.

Bolt itself answers 500 to a timestamp that is no number, a signature that is not ASCII and a body that
is not UTF-8, and reads a body of any length.
"""

import io
import logging
import re
from collections.abc import Iterable, Mapping
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from slackapp import log

LARGEST = 1_000_000
"""Bytes of a request. Slack's own largest, a view of 250 kB, is a quarter of it once it is encoded."""

EVENTS = "/slack/events"
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_LENGTH = re.compile(r"[0-9]{1,15}")
_WORDS = {
    400: "400 Bad Request",
    401: "401 Unauthorized",
    404: "404 Not Found",
    405: "405 Method Not Allowed",
    413: "413 Content Too Large",
    500: "500 Internal Server Error",
}
_logger = logging.getLogger(__name__)


class Guard:
    """Lets through what may be Slack's, and knows the other pages by their paths (GET only)."""

    def __init__(self, slack: WSGIApplication, pages: Mapping[str, WSGIApplication]) -> None:
        self._slack, self._pages = slack, pages

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """One request."""
        path, method = environ.get("PATH_INFO", ""), environ.get("REQUEST_METHOD", "")
        if path in self._pages:
            return self._page(self._pages[path], environ, start_response)
        if path != EVENTS:
            return refuse(start_response, 404)
        if method != "POST":
            return refuse(start_response, 405)
        refused = _headers(environ) or _body(environ)
        return refuse(start_response, refused) if refused else self._slack(environ, start_response)

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
    start_response(_WORDS[status], [("Content-Type", "text/plain; charset=utf-8")])
    return [f"{_WORDS[status][4:]}\n".encode()]


def _headers(environ: WSGIEnvironment) -> int | None:
    """The status to refuse with, or None: both headers must look as Slack's do before anything is read."""
    if not _TIMESTAMP.fullmatch(environ.get("HTTP_X_SLACK_REQUEST_TIMESTAMP", "")):
        return 401
    if not _SIGNATURE.fullmatch(environ.get("HTTP_X_SLACK_SIGNATURE", "")):
        return 401
    return None


def _body(environ: WSGIEnvironment) -> int | None:
    """The status to refuse with, or None: then the body stands ready, whole and with its true length."""
    told = environ.get("CONTENT_LENGTH") or ""
    if told and not _LENGTH.fullmatch(told):
        return 400
    if told and int(told) > LARGEST:
        return 413
    stream = environ["wsgi.input"]
    # Never more than is allowed, whatever the header says, or without one.
    body = stream.read(int(told)) if told else stream.read(LARGEST + 1)
    if len(body) > LARGEST:
        return 413
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return 401
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))
    return None
