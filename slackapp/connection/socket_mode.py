"""The connection to Slack's Socket Mode, and how to end it without losing anything."""

import socket
import time
from contextlib import suppress
from threading import Thread
from typing import Final

from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk.socket_mode.builtin import SocketModeClient

_READER_SECONDS: Final = 2.0
"""Its reader looks up five times a second, so it is gone by then or never will be."""


def close_socket(handler: SocketModeHandler) -> None:
    """Take nothing new, let running listeners acknowledge, then close the line.

    The library's own close waits three seconds for more to read, drops listeners that
    are still at work, fails when the line is lost at the same moment, and waits without
    end for its reader.
    """
    client = handler.client
    client.closed = True
    client.auto_reconnect_enabled = False
    # Its reader looks up only once a second; an empty message, which it passes over, wakes it.
    client.message_queue.put(None)
    if client.message_processor.is_alive():
        client.message_processor.shutdown()  # type: ignore[no-untyped-call]
    client.message_workers.shutdown(wait=True)
    reader = _taken_over(client)
    session = client.current_session
    line = session.sock if session is not None else None
    if line is not None:
        # Wakes the reader, which would otherwise hold the line's lock until its time-out.
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
    try:
        handler.close()  # type: ignore[no-untyped-call]
    except AttributeError:
        # The reader found the line dead and put it away between the library's check and its use.
        handler.close()  # type: ignore[no-untyped-call]
    _wait_for(reader, client)


def _taken_over(client: SocketModeClient) -> Thread:
    """Its reader, which begins nothing anew from now on, and for which the library does not wait any more."""
    runner = client.current_session_runner
    runner.event.set()
    reader = runner.thread
    runner.thread = None  # type: ignore[assignment]  # as the library itself leaves it
    return reader


def _wait_for(reader: Thread, client: SocketModeClient) -> None:
    """Until it has ended. It may have missed being told to, so it is told again.

    One that began while the library was putting a new line in place looks at a state that nobody can
    reach: it sleeps, reads nothing, and ends with the process.
    """
    deadline = time.monotonic() + _READER_SECONDS
    while reader.is_alive() and time.monotonic() < deadline:
        client.current_session_state.terminated = True
        reader.join(0.05)
