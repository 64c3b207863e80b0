"""Socket Mode: connections, envelopes and acknowledgements."""

import asyncio
import itertools
import uuid
from typing import Any

import orjson
from aiohttp import WSMsgType, web

from slackapp.sandbox.core.json_input import read_json
from slackapp.sandbox.core.simulator import Ack, Retry, Simulator

MOST_CONNECTIONS = 10
HEARTBEAT_SECONDS = 10.0
GOODBYE_SECONDS = 10.0
ENVELOPE_TYPES = {
    "slash_command": "slash_commands",
    "event_callback": "events_api",
    "app_rate_limited": "events_api",
}
ANSWERABLE = frozenset({"slash_command", "view_submission", "block_suggestion"})


class SocketMode:
    """Delivers over the app's WebSocket connections in turn."""

    def __init__(self, slack: Simulator) -> None:
        self._slack = slack
        self._connections: dict[web.WebSocketResponse, web.Request] = {}
        self._leaving: set[int] = set()
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._turn = itertools.count()

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._connections)

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Accept a WebSocket at the address from apps.connections.open."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._slack.tickets or len(self._connections) >= MOST_CONNECTIONS:
            return web.Response(status=403)
        self._slack.tickets.discard(ticket)
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=4_000_000)
        await socket.prepare(request)
        self._connections[socket] = request
        try:
            await self._send(socket, self._hello())
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledged(message.data)
        except ConnectionError:
            pass  # The app may disconnect at any moment; its unanswered envelopes time out.
        finally:
            del self._connections[socket]
            self._leaving.discard(id(socket))
        return socket

    async def send(self, kind: str, payload: dict[str, Any], retry: Retry) -> Ack:
        """Send one envelope and wait three seconds for its acknowledgement."""
        socket = self._next()
        if socket is None:
            return Ack(failure="dispatch_failed")
        envelope = self._envelope(kind, payload, retry)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = answer
        try:
            await self._send(socket, envelope)
            return Ack(payload=await asyncio.wait_for(answer, self._slack.settings.ack_seconds))
        except TimeoutError:
            return Ack(failure="timeout")
        except ConnectionError:
            return Ack(failure="dispatch_failed")
        finally:
            self._waiting.pop(envelope["envelope_id"], None)

    async def refresh(self) -> None:
        """Ask every connection to reconnect, as Slack does every few hours."""
        note = {"type": "disconnect", "reason": "refresh_requested", "debug_info": {"host": "sandbox"}}
        for socket in tuple(self._connections):
            self._leaving.add(id(socket))
            await self._send(socket, note)
            self._slack.start_task(self._close_later(socket))

    def drop(self) -> None:
        """Abort every connection."""
        for request in self._connections.values():
            if request.transport is not None:
                request.transport.abort()

    async def close(self) -> None:
        """Close every connection with code 1001."""
        for socket in tuple(self._connections):
            await socket.close(code=1001)

    async def _close_later(self, socket: web.WebSocketResponse) -> None:
        await asyncio.sleep(GOODBYE_SECONDS)
        await socket.close()

    def _next(self) -> web.WebSocketResponse | None:
        live = [socket for socket in self._connections if not socket.closed]
        staying = [socket for socket in live if id(socket) not in self._leaving] or live
        return staying[next(self._turn) % len(staying)] if staying else None

    async def _send(self, socket: web.WebSocketResponse, message: dict[str, Any]) -> None:
        await socket.send_str(orjson.dumps(message).decode())

    def _acknowledged(self, text: str) -> None:
        try:
            message = read_json(text)
        except ValueError:
            return
        if not isinstance(message, dict):
            return
        answer = self._waiting.get(str(message.get("envelope_id")))
        if answer is not None and not answer.done():
            answer.set_result(message.get("payload"))

    def _envelope(self, kind: str, payload: dict[str, Any], retry: Retry) -> dict[str, Any]:
        envelope: dict[str, Any] = {
            "envelope_id": str(uuid.uuid4()),
            "payload": payload,
            "type": ENVELOPE_TYPES.get(kind, "interactive"),
            "accepts_response_payload": kind in ANSWERABLE,
        }
        if kind == "event_callback":
            envelope |= {"retry_attempt": retry.attempt, "retry_reason": retry.reason}
        return envelope

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self._connections),
            "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._slack.app.app_id},
        }
