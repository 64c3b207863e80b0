"""A small Slack on a local port that records every call and accepts it."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class AgreeableSlack:
    """`answers` gives what a method with this body is told besides `ok`; `calls` are paths and bodies."""

    def __init__(self, answers: Callable[[str, str], dict[str, Any]]) -> None:
        self.calls: list[tuple[str, bytes]] = []
        slack = self

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                slack.calls.append((self.path, body))
                body_of_answer = {"ok": True} | answers(self.path.rpartition("/")[2], body.decode())
                answer = json.dumps(body_of_answer).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Print nothing on the terminal."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.url = f"http://127.0.0.1:{self.server.server_port}/api/"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
