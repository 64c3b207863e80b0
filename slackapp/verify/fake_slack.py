"""A fake Slack on loopback that accepts every call and records it."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

TEAM, BOT = "T0CANARY00", "U0CANARYBOT"
_WHO = {
    "ok": True,
    "team_id": TEAM,
    "team": "Canary",
    "user_id": BOT,
    "user": "appreciate",
    "bot_id": "B0CANARY0",
}


class Listening:
    """Records every call. `url` is the base URL for a client."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, bytes]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _answering(self.calls))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self.url = f"http://127.0.0.1:{self._server.server_port}/api/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _answering(calls: list[tuple[str, bytes]]) -> type[BaseHTTPRequestHandler]:
    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            method = self.path.removeprefix("/api/")
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = json.dumps(_WHO if method == "auth.test" else {"ok": True}).encode()
            if method != "auth.test":
                calls.append((method, body))
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Write nothing to the terminal."""

    return Answering
