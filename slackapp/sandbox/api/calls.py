"""Dispatch of a Web API call: faults, token, rate limit, scope, arguments, method."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from slackapp.sandbox.api.arguments import check, decode
from slackapp.sandbox.api.retired import is_retired
from slackapp.sandbox.core import organisations
from slackapp.sandbox.core.contract import Method
from slackapp.sandbox.core.fault_answers import answer_with_fault
from slackapp.sandbox.core.faults import Fault, Subject
from slackapp.sandbox.core.json_input import read_json
from slackapp.sandbox.core.permissions import check_plan, granted_scopes, require_scope
from slackapp.sandbox.core.responses import Refused, json_response
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Workspace

APP_TOKEN_METHODS = frozenset({"apps.connections.open"})
WITHOUT_TOKEN = frozenset({"api.test", "oauth.v2.access"})
TOKEN_IF_ANY = frozenset({"blocks.validate"})
CONFIGURATION_METHODS = frozenset({"apps.manifest.validate"})


class RateLimited(Exception):  # noqa: N818  # Slack's word for the answer
    """The rate limit is reached: wait `seconds`."""

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
        slack, started = self._slack, time.perf_counter()
        with slack.traffic.call():
            await slack.simulate_latency()
            name = request.match_info["method"]
            fault = await self._fault(request, name) if slack.faults.any else None
            if fault and not fault.is_done:
                return await self._answer_fault(request, name, fault)
            answer, status, headers = await self._answer_call(request, name, started)
        response = json_response(answer, status=status, headers=headers)
        return await answer_with_fault(request, fault, response) if fault else response

    async def _fault(self, request: web.Request, name: str) -> Fault | None:
        """Return the fault that applies to this call."""
        sent, _ = await self._arguments(request, name)
        return self._slack.faults.take(name, lambda: self._subject(request, sent))

    async def _arguments(self, request: web.Request, name: str) -> tuple[dict[str, Any], str]:
        """Return the arguments, as far as they are readable, and "json" or "form"."""
        method = self._slack.contract.methods.get(name)
        try:
            return await decode(request, reads_json=bool(method and method.reads_json))
        except Refused:
            return {}, "form"

    def _subject(self, request: web.Request, sent: dict[str, Any]) -> Subject:
        """Return what the call concerns; a person includes their direct conversation and vice versa."""
        workspace, _ = self._slack.tokens.get(_credentials(request, sent)[0], (NO_WORKSPACE, ""))
        places = {str(sent[name]) for name in ("channel", "channel_id") if sent.get(name)}
        people = {str(sent[name]) for name in ("user", "user_id") if sent.get(name)}
        with suppress(Refused):
            workspace = organisations.resolve_workspace(self._slack, workspace, "", sent)
        for place in tuple(places):
            people |= {place} & workspace.people.keys()
            channel = workspace.channels.get(workspace.dms.get(place, place))
            if channel and channel.im_with:
                places.add(channel.id)
                people.add(channel.im_with)
        return Subject(workspace.id, frozenset(places), frozenset(people))

    async def _answer_fault(self, request: web.Request, name: str, fault: Fault) -> web.StreamResponse:
        """Record a call that is not carried out, and answer with the fault."""
        sent, enc = await self._arguments(request, name)
        answer: dict[str, Any] = {"fault": fault.kind}
        if fault.kind in {"429", "error"}:
            answer = {"ok": False, "error": fault.error or "ratelimited"}
        self._record(name, sent, enc, answer, None)
        return await answer_with_fault(request, fault)

    async def _answer_call(
        self, request: web.Request, name: str, started: float
    ) -> tuple[dict[str, Any], int, dict[str, str]]:
        sent: dict[str, Any] = {}
        enc, status, headers = "form", 200, {}
        try:
            method = self._method(name)
            sent, enc = await decode(request, reads_json=method.reads_json)
            token, basic = _credentials(request, sent)
            workspace = self._workspace(method, token)
            headers = self._scope_headers(workspace, method)
            answer = self._handle(method, sent, workspace, basic)
            if enc == "json" and not request.charset:
                answer["warning"] = "missing_charset"
                answer["response_metadata"] = {"warnings": ["missing_charset"]} | answer.get(
                    "response_metadata", {}
                )
        except Refused as refused:
            answer = refused.answer()
        except RateLimited as limited:
            answer, status = {"ok": False, "error": "ratelimited"}, 429
            headers["Retry-After"] = str(limited.seconds)
        self._record(name, sent, enc, answer, time.perf_counter() - started)
        return answer, status, headers

    def _method(self, name: str) -> Method:
        if is_retired(name):
            raise Refused("method_deprecated")
        method = self._slack.contract.methods.get(name)
        if method is None:
            raise Refused("unknown_method", req_method=name)
        return method

    def _scope_headers(self, workspace: Workspace, method: Method) -> dict[str, str]:
        """Return the headers with the token's scopes and those that the method accepts."""
        if workspace is NO_WORKSPACE:
            return {}
        granted = ",".join(granted_scopes(self._slack, workspace))
        return {"x-oauth-scopes": granted, "x-accepted-oauth-scopes": ",".join(method.scopes)}

    def _handle(
        self, method: Method, sent: dict[str, Any], workspace: Workspace, basic: str
    ) -> dict[str, Any]:
        workspace = organisations.resolve_workspace(self._slack, workspace, method.name, sent)
        self._check_limits(method, workspace)
        if method.scopes and workspace is not NO_WORKSPACE:
            require_scope(self._slack, workspace, *method.scopes)
        check_plan(workspace, method)
        handler = self._handlers.get(method.name)
        if handler is None:
            raise Refused("not_implemented", f"[ERROR] the sandbox does not answer {method.name}")
        answer = handler(Call(self._slack, workspace, method, check(method, sent), basic))
        return {"ok": True, **answer}

    def _workspace(self, method: Method, token: str) -> Workspace:
        if method.name in WITHOUT_TOKEN:
            return NO_WORKSPACE
        if not token and method.name in TOKEN_IF_ANY:
            return NO_WORKSPACE
        if not token:
            raise Refused("not_authed")
        if token == self._slack.app.configuration_token:
            if method.name not in CONFIGURATION_METHODS:
                raise Refused("not_allowed_token_type")
            return NO_WORKSPACE
        known = self._slack.tokens.get(token)
        if known is None:
            raise Refused("invalid_auth")
        workspace, kind = known
        if kind == "old":
            raise Refused("token_revoked")
        if method.name in CONFIGURATION_METHODS:
            raise Refused("not_allowed_token_type")
        if method.user_only or (kind == "app") != (method.name in APP_TOKEN_METHODS):
            raise Refused("not_allowed_token_type")
        return workspace

    def _check_limits(self, method: Method, workspace: Workspace) -> None:
        seconds = self._slack.limits.wait_for(workspace.id, method.name, method.tier)
        if seconds:
            raise RateLimited(seconds)

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


NO_WORKSPACE = Workspace(id="", domain="", name="", bot_token="", app_token="", bot_user_id="", bot_id="")
SECRET_ARGUMENTS = frozenset({"token", "client_secret", "code", "refresh_token", "code_verifier"})
SECRET_ANSWERS = frozenset({"apps.connections.open", "oauth.v2.access"})
JSON_ARGUMENTS = frozenset(
    {"blocks", "view", "message", "metadata", "attachments", "files", "file_ids", "manifest"}
)


def _credentials(request: web.Request, sent: dict[str, Any]) -> tuple[str, str]:
    """Return the token, from the header or a form field, and the Basic credentials."""
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return header[7:].strip(), ""
    token = str(sent.get("token", "")) if request.content_type != "application/json" else ""
    return token, header[6:].strip() if header.startswith("Basic ") else ""


def _readable(value: Any) -> Any:  # noqa: ANN401  # JSON in a string, or already decoded
    if not isinstance(value, str):
        return value
    try:
        return read_json(value)
    except ValueError:
        return value
