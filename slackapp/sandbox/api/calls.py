"""One Web API call from arrival to answer: faults, token, rate limit, scope, arguments, the method itself."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from slackapp.sandbox.api.arguments import check, decode
from slackapp.sandbox.core import organisations
from slackapp.sandbox.core.contract import Method
from slackapp.sandbox.core.faults import Fault
from slackapp.sandbox.core.json_input import read_json
from slackapp.sandbox.core.responses import Refused, after_effect, hang_up, json_response
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Workspace

APP_TOKEN_METHODS = frozenset({"apps.connections.open"})
WITHOUT_TOKEN = frozenset({"api.test", "oauth.v2.access"})


class RateLimited(Exception):  # noqa: N818  # Slack's word for the answer
    """Too many calls: pause for `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(slots=True)
class Call:
    """A call whose token, scope and arguments have been checked. `workspace` is the token's."""

    slack: Simulator
    workspace: Workspace
    method: Method
    args: dict[str, Any]
    basic: str = ""


Handler = Callable[[Call], dict[str, Any]]


class Dispatcher:
    """Answers `/api/<method>`."""

    def __init__(self, slack: Simulator, handlers: dict[str, Handler]) -> None:
        self._slack = slack
        self._handlers = handlers

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The request handler."""
        slack, begun = self._slack, time.perf_counter()
        with slack.traffic.call():
            await slack.lag()
            name = request.match_info["method"]
            fault = slack.faults.take(name) if slack.faults.waiting else None
            if fault and fault.kind in {"429", "500", "hang", "error"}:
                return await self._trouble(request, name, fault)
            answer, status, headers = await self._decided(request, name, begun)
        if fault:
            await after_effect(request, fault)
        return json_response(answer, status=status, headers=headers)

    async def _decided(
        self, request: web.Request, name: str, begun: float
    ) -> tuple[dict[str, Any], int, dict[str, str]]:
        sent: dict[str, Any] = {}
        enc, status, headers = "form", 200, {}
        try:
            method = self._method(name)
            sent, enc = await decode(request, reads_json=method.reads_json)
            answer = self._handle(method, sent, request)
            if enc == "json" and not request.charset:
                answer["warning"] = "missing_charset"
                answer["response_metadata"] = {"warnings": ["missing_charset"]} | answer.get(
                    "response_metadata", {}
                )
        except Refused as refused:
            answer = refused.answer()
        except RateLimited as limited:
            answer, status = {"ok": False, "error": "ratelimited"}, 429
            headers = {"Retry-After": str(limited.seconds)}
        self._record(name, sent, enc, answer, time.perf_counter() - begun)
        return answer, status, headers

    def _method(self, name: str) -> Method:
        method = self._slack.contract.methods.get(name)
        if method is None:
            raise Refused("unknown_method", req_method=name)
        return method

    def _handle(self, method: Method, sent: dict[str, Any], request: web.Request) -> dict[str, Any]:
        basic = ""
        header = request.headers.get("Authorization", "")
        token = str(sent.get("token", "")) if request.content_type != "application/json" else ""
        if header.startswith("Bearer "):
            token = header[7:].strip()
        elif header.startswith("Basic "):
            basic = header[6:].strip()
        workspace = self._workspace(method, token)
        workspace = organisations.resolve_workspace(self._slack, workspace, method.name, sent)
        self._check_limits(method, workspace)
        self._check_scope(method, workspace)
        handler = self._handlers.get(method.name)
        if handler is None:
            raise Refused("not_implemented", f"[ERROR] the sandbox does not answer {method.name}")
        answer = handler(Call(self._slack, workspace, method, check(method, sent), basic))
        return {"ok": True, **answer}

    def _workspace(self, method: Method, token: str) -> Workspace:
        if method.name in WITHOUT_TOKEN:
            return NOWHERE
        if not token:
            raise Refused("not_authed")
        known = self._slack.tokens.get(token)
        if known is None:
            raise Refused("invalid_auth")
        workspace, kind = known
        if kind == "old":
            raise Refused("token_revoked")
        if method.user_only or (kind == "app") != (method.name in APP_TOKEN_METHODS):
            raise Refused("not_allowed_token_type")
        return workspace

    def _check_limits(self, method: Method, workspace: Workspace) -> None:
        seconds = self._slack.limits.wait_for(workspace.id, method.name, method.tier)
        if seconds:
            raise RateLimited(seconds)

    def _check_scope(self, method: Method, workspace: Workspace) -> None:
        granted = self._slack.manifest.scopes
        if method.scopes and workspace is not NOWHERE and not set(method.scopes) & set(granted):
            raise Refused("missing_scope", needed=",".join(sorted(method.scopes)), provided=",".join(granted))

    async def _trouble(self, request: web.Request, name: str, fault: Fault) -> web.StreamResponse:
        method = self._slack.contract.methods.get(name)
        try:
            sent, enc = await decode(request, reads_json=bool(method and method.reads_json))
        except Refused:
            sent, enc = {}, "form"
        if fault.kind == "429":
            answer: dict[str, Any] = {"ok": False, "error": "ratelimited"}
            self._record(name, sent, enc, answer, None)
            return json_response(answer, status=429, headers={"Retry-After": str(fault.retry_after)})
        if fault.kind == "error":
            answer = {"ok": False, "error": fault.error}
            self._record(name, sent, enc, answer, None)
            return json_response(answer)
        self._record(name, sent, enc, {"fault": fault.kind}, None)
        if fault.kind == "hang":
            await asyncio.sleep(fault.seconds)
            hang_up(request)
        return web.Response(status=500, text="Internal Server Error")

    def _record(
        self, name: str, sent: dict[str, Any], enc: str, answer: dict[str, Any], took: float | None
    ) -> None:
        body = {key: value for key, value in sent.items() if key not in SECRET_ARGUMENTS}
        for key in body.keys() & JSON_ARGUMENTS:
            body[key] = _readable(body[key])
        if name in SECRET_ANSWERS:
            answer = {
                key: "***" if key in {"url", "access_token"} else value for key, value in answer.items()
            }
        self._slack.journal.call(name, body, enc, answer, took=took)


NOWHERE = Workspace(id="", domain="", name="", bot_token="", app_token="", bot_user_id="", bot_id="")
SECRET_ARGUMENTS = frozenset({"token", "client_secret", "code", "refresh_token", "code_verifier"})
SECRET_ANSWERS = frozenset({"apps.connections.open", "oauth.v2.access"})
JSON_ARGUMENTS = frozenset({"blocks", "view", "metadata", "attachments", "files", "file_ids"})


def _readable(value: Any) -> Any:  # noqa: ANN401  # JSON in a string, or already decoded
    if not isinstance(value, str):
        return value
    try:
        return read_json(value)
    except ValueError:
        return value
