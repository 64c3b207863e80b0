"""The connection to Slack's Socket Mode, and how to end it without losing anything."""

import socket
from contextlib import suppress

from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler


def hang_up(handler: SocketModeHandler) -> None:
    """Take nothing new, let running listeners acknowledge, then close the line.

    The library's own close waits three seconds for more to read, drops listeners that
    are still at work, and fails when the line is lost at the same moment.
    """
    client = handler.client
    client.closed = True
    client.auto_reconnect_enabled = False
    # Its reader looks up only once a second; an empty message, which it passes over, wakes it.
    client.message_queue.put(None)
    if client.message_processor.is_alive():
        client.message_processor.shutdown()  # type: ignore[no-untyped-call]
    client.message_workers.shutdown(wait=True)
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
