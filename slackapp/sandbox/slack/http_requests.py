"""Delivery by signed HTTP requests to the app's address."""

import asyncio
import hashlib
import hmac
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp
import orjson

from slackapp.sandbox.core.json_input import read_json
from slackapp.sandbox.core.simulator import Ack, Retry, Simulator

FORM = "application/x-www-form-urlencoded"
AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"
REASONS = {"timeout": "http_timeout", "dispatch_failed": "connection_failed", "http_error": "http_error"}


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return Slack's v0 signature of a request."""
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


class SignedHttp:
    """Delivers by POST to one address."""

    def __init__(self, slack: Simulator, address: str) -> None:
        self._slack = slack
        self._address = address
        self._session: aiohttp.ClientSession | None = None

    async def send(self, kind: str, payload: dict[str, Any], retry: Retry) -> Ack:
        """Send one request and wait three seconds for its answer."""
        if self._session is None:
            self._session = aiohttp.ClientSession()
        body, content_type = _body(kind, payload)
        headers = self._headers(body, content_type, retry)
        timeout = aiohttp.ClientTimeout(total=self._slack.settings.ack_seconds)
        try:
            async with self._session.post(
                self._address, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                return await _read(answer)
        except TimeoutError:
            return Ack(failure="timeout")
        except (aiohttp.ClientError, asyncio.IncompleteReadError):
            return Ack(failure="dispatch_failed")

    async def challenge(self) -> bool:
        """Send url_verification; return whether the app answered with the challenge."""
        challenge = hashlib.sha256(str(time.time()).encode()).hexdigest()
        payload = {
            "token": self._slack.app.verification_token,
            "challenge": challenge,
            "type": "url_verification",
        }
        ack = await self.send("event_callback", payload, Retry())
        return ack.payload in (challenge, {"challenge": challenge})

    async def close(self) -> None:
        """Close the client."""
        if self._session is not None:
            await self._session.close()

    def _headers(self, body: bytes, content_type: str, retry: Retry) -> dict[str, str]:
        # The signature is on real time: the app compares it with its machine's clock, not with ours.
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": content_type,
            "User-Agent": AGENT,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._slack.app.signing_secret, timestamp, body),
        }
        if retry.attempt:
            headers["X-Slack-Retry-Num"] = str(retry.attempt)
            headers["X-Slack-Retry-Reason"] = REASONS.get(retry.reason, "unknown_error")
        return headers


def _body(kind: str, payload: dict[str, Any]) -> tuple[bytes, str]:
    if kind == "slash_command":
        return urlencode(payload).encode(), FORM
    if kind in {"event_callback", "app_rate_limited"}:
        return orjson.dumps(payload), "application/json"
    return urlencode({"payload": orjson.dumps(payload).decode()}).encode(), FORM


async def _read(answer: aiohttp.ClientResponse) -> Ack:
    text = await answer.text(errors="replace")
    if answer.status != 200:  # noqa: PLR2004  # Slack accepts nothing else
        return Ack(failure="no_retry" if answer.headers.get("X-Slack-No-Retry") == "1" else "http_error")
    if not text:
        return Ack()
    try:
        return Ack(payload=read_json(text))
    except ValueError:
        return Ack(payload=text)
