"""Post, update and upload, in this module only: one call, one outcome, no hidden retries."""

import logging
from collections.abc import Callable
from http.client import HTTPException

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from slackapp.core import log
from slackapp.delivery.claims import ClaimedMessage
from slackapp.delivery.results import (
    FAULT,
    Called,
    Failed,
    Held,
    Outcome,
    RetryLater,
    Sent,
    Unknown,
    from_exception,
)
from slackapp.models import HoldScope
from slackapp.outbox.queue import PICTURE_NOT_READY, SCAN_WAITS, SlackMessageId, goes_without_pictures
from slackapp.outbox.rendered import Deletion, Message, Outgoing, Upload

_logger = logging.getLogger(__name__)

UNOPENED = "token_unopened"
"""Reason of the hold on a workspace whose token no key can decrypt."""

_UPLOAD_TRIES = 3
_GONE_ALREADY = frozenset({"message_not_found", "channel_not_found", "file_not_found", "file_deleted"})
_CALL_FAILURES = (SlackApiError, SlackClientError, HTTPException, OSError)
"""What a call may raise: Slack's answer, the SDK's complaint, a broken or refused connection."""


ClientOf = Callable[[str], WebClient | None]
"""A workspace's client, by our id of it."""


class LeaseOverError(Exception):
    """The lease ended before the call was made: nothing was sent."""


class Sender:
    """Makes the app's calls. No client may retry by itself.

    `client` is one client for all workspaces, or a function from our workspace id to its client or None.
    """

    def __init__(self, client: WebClient | ClientOf) -> None:
        self.client_of: ClientOf = (lambda _workspace_id: client) if isinstance(client, WebClient) else client
        """A workspace's client, by our id of it."""
        if isinstance(client, WebClient):
            _never_repeats(client)

    def send(self, claimed: ClaimedMessage, rendered: Outgoing) -> Outcome:
        """Send one message. Never raises: if the result is not known, it is Unknown."""
        try:
            client = self.client_of(claimed.row.workspace_id)
            if client is None:
                # It has no usable token: a key is missing on the server, or the app is being removed.
                return Held(HoldScope.WORKSPACE, UNOPENED)
            once = _Once(_never_repeats(client))
            if isinstance(rendered, Upload):
                return once.upload(claimed, rendered)
            if isinstance(rendered, Deletion):
                return once.remove(claimed, rendered)
            return once.post(claimed, rendered)
        except LeaseOverError:
            return RetryLater("lease_over", wait=0.0)
        except Exception as problem:  # noqa: BLE001 - the thread's boundary; our own error may come after the call
            log.failure(_logger, f"sending {claimed.row.kind} {claimed.row.id}", problem)
            return Unknown(FAULT)


class _Once:
    """Makes one message's calls with the client of its workspace."""

    def __init__(self, client: WebClient) -> None:
        self._client = client

    def post(self, claimed: ClaimedMessage, rendered: Message) -> Outcome:
        changes = rendered.replaces is not None
        method = "chat.update" if changes else "chat.postMessage"
        outcome = self._call(lambda: self._written(claimed, rendered), claimed, (method, changes))
        if not (isinstance(outcome, RetryLater) and outcome.reason == PICTURE_NOT_READY):
            return outcome
        tried = claimed.row.attempts if claimed.row.reason == PICTURE_NOT_READY else 0
        if tried <= len(SCAN_WAITS):
            return RetryLater(PICTURE_NOT_READY, wait=[*SCAN_WAITS, 0.0][tried])
        return Held(HoldScope.MESSAGE, "invalid_blocks")

    def _written(self, claimed: ClaimedMessage, rendered: Message) -> Sent:
        row = claimed.row
        without = rendered.without_pictures if goes_without_pictures(row) else None
        blocks = without or rendered.blocks
        channel = rendered.channel or row.target
        if rendered.replaces:
            answer = self._client.chat_update(
                channel=channel, ts=rendered.replaces, text=rendered.text, blocks=blocks
            )
        else:
            answer = self._client.chat_postMessage(
                channel=channel,
                text=rendered.text,
                blocks=blocks,
                thread_ts=rendered.thread_ts,
                unfurl_links=False,
                unfurl_media=False,
            )
        return Sent(SlackMessageId(channel=answer.get("channel"), ts=answer.get("ts")))

    def upload(self, claimed: ClaimedMessage, rendered: Upload) -> Outcome:
        try:
            content = rendered.produce()
        except Exception as problem:  # noqa: BLE001 - whatever the reason, there is no file
            log.failure(_logger, f"making {claimed.row.kind} {claimed.row.id}", problem)
            content = None
        if not content:
            return Failed("not_made")
        brought = self._call(
            lambda: self._bring(rendered, content), claimed, ("files.getUploadURLExternal", True)
        )
        if not isinstance(brought, Sent):
            return brought
        file_id = brought.arrived.file or ""
        last = ("files.completeUploadExternal", rendered.channel is None)
        return self._call(lambda: self._complete(rendered, file_id), claimed, last)

    def _bring(self, rendered: Upload, content: bytes) -> Sent:
        place = self._client.files_getUploadURLExternal(
            filename=rendered.filename, length=len(content), alt_txt=rendered.alt
        )
        for left in reversed(range(_UPLOAD_TRIES)):
            try:
                self._put(str(place["upload_url"]), content)
                break
            except (HTTPException, OSError):
                # The upload may be repeated: nobody sees the file before it is completed.
                if not left:
                    raise
        return Sent(SlackMessageId(file=str(place["file_id"])))

    def _put(self, url: str, content: bytes) -> None:
        # The SDK's second step uses its proxy and TLS settings; files_upload_v2, which wraps it,
        # cannot be repeated step by step.
        self._client._upload_file(  # noqa: SLF001
            url=url,
            data=content,
            logger=self._client.logger,
            timeout=self._client.timeout,
            proxy=self._client.proxy,
            ssl=self._client.ssl,
        )

    def _complete(self, rendered: Upload, file_id: str) -> Sent:
        self._client.files_completeUploadExternal(
            files=[{"id": file_id, "title": rendered.title}],
            channel_id=rendered.channel,
            thread_ts=rendered.thread_ts,
        )
        return Sent(SlackMessageId(channel=rendered.channel, file=file_id))

    def remove(self, claimed: ClaimedMessage, rendered: Deletion) -> Outcome:
        method = "files.delete" if rendered.file else "chat.delete"
        outcome = self._call(lambda: self._removed(rendered), claimed, (method, True))
        if isinstance(outcome, Failed) and outcome.reason in _GONE_ALREADY:
            return Sent(SlackMessageId())
        return outcome

    def _removed(self, rendered: Deletion) -> Sent:
        if rendered.file:
            self._client.files_delete(file=rendered.file)
        else:
            self._client.chat_delete(channel=rendered.channel, ts=rendered.ts or "")
        return Sent(SlackMessageId())

    def _call(self, call: Callable[[], Sent], claimed: ClaimedMessage, what: tuple[str, bool]) -> Outcome:
        """Make one call; `what` is its method, and whether it may be repeated when it may have arrived."""
        if not claimed.lease.holds():
            raise LeaseOverError
        try:
            return call()
        except _CALL_FAILURES as problem:
            method, repeatable = what
            return from_exception(
                problem, Called(method, repeatable, to_person=not claimed.row.is_to_channel)
            )


def _never_repeats(client: WebClient) -> WebClient:
    if client.retry_handlers:
        raise ValueError("the client repeats calls by itself: give it retry_handlers=[]")
    return client
