"""Close slack_bolt's own Socket Mode handler without losing a request."""

import socket
import time
from contextlib import suppress
from threading import Thread
from typing import Final

from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk.socket_mode.builtin import SocketModeClient

_READER_SECONDS: Final = 2.0
"""The reader checks its state five times a second, so by then it has ended or never will."""


def close_socket(handler: SocketModeHandler) -> None:
    """Accept nothing new, let running listeners acknowledge, then close the connection.

    The library's own close waits three seconds for more to read, drops listeners that
    are still running, fails when the connection is lost at the same moment, and waits
    for its reader without a limit.
    """
    client = handler.client
    client.closed = True
    client.auto_reconnect_enabled = False
    # Its reader checks only once a second; an empty message, which it ignores, wakes it.
    client.message_queue.put(None)
    if client.message_processor.is_alive():
        client.message_processor.shutdown()
    client.message_workers.shutdown(wait=True)
    reader = _taken_over(client)
    session = client.current_session
    line = session.sock if session is not None else None
    if line is not None:
        # Wakes the reader, which would otherwise hold the connection's lock until its time-out.
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
    try:
        handler.close()
    except AttributeError:
        # The reader dropped a dead connection between the library's check and its use.
        handler.close()
    _wait_for(reader, client)


def _taken_over(client: SocketModeClient) -> Thread:
    """Return the reader, stopped from starting again; the library no longer waits for it."""
    runner = client.current_session_runner
    runner.event.set()
    reader = runner.thread
    runner.thread = None  # type: ignore[assignment]  # as the library itself leaves it
    return reader


def _wait_for(reader: Thread, client: SocketModeClient) -> None:
    """Wait until the reader has ended. It may have missed the signal, so it is repeated.

    A reader that started while the library replaced the connection checks a state that we cannot
    reach: it sleeps, reads nothing, and ends with the process.
    """
    deadline = time.monotonic() + _READER_SECONDS
    while reader.is_alive() and time.monotonic() < deadline:
        client.current_session_state.terminated = True
        reader.join(0.05)
