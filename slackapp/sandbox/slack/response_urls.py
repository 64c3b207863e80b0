"""response_url: five uses in thirty minutes, to post, replace or delete."""

from typing import Any

from aiohttp import web

from slackapp.sandbox.core.fault_answers import answer_with_fault
from slackapp.sandbox.core.faults import Fault, Subject
from slackapp.sandbox.core.json_input import read_json
from slackapp.sandbox.core.responses import Refused, json_response
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Channel, Message, ResponseUrl
from slackapp.sandbox.slack import message_events, messages
from slackapp.sandbox.slack.interactions import post_answer

MOST_USES = 5


class ResponseUrls:
    """Handles posts to a response_url."""

    def __init__(self, slack: Simulator) -> None:
        self._slack = slack

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The request handler."""
        slack = self._slack
        with slack.traffic.call():
            await slack.simulate_latency()
            token = request.match_info["token"]
            fault = self._fault(token)
            if fault and not fault.is_done:
                slack.journal.call("response_url", {}, "json", {"fault": fault.kind})
                return await answer_with_fault(request, fault)
            body = _decoded(await request.read())
            answer, status = self._use(token, body)
            slack.journal.call("response_url", body, "json", answer)
        response = json_response(answer, status=status) if status != 200 else web.Response(text="ok")  # noqa: PLR2004  # OK
        return await answer_with_fault(request, fault, response) if fault else response

    def _fault(self, token: str) -> Fault | None:
        response_url = self._slack.state.response_urls.get(token)
        subject = Subject()
        if response_url:
            subject = Subject(
                response_url.team_id, frozenset({response_url.channel}), frozenset({response_url.user})
            )
        return self._slack.faults.take("response_url", lambda: subject)

    def _use(self, token: str, body: Any) -> tuple[dict[str, Any], int]:  # noqa: ANN401  # whatever was posted
        response_url = self._slack.state.response_urls.get(token)
        if response_url is None or response_url.expires < self._slack.clock.epoch():
            return {"ok": False, "error": "expired_url"}, 404
        if response_url.uses >= MOST_USES:
            return {"ok": False, "error": "used_url"}, 404
        if not isinstance(body, dict):
            return {"ok": False, "error": "invalid_payload"}, 400
        try:
            self._apply(response_url, body)
        except Refused as refused:
            return refused.answer(), 400
        response_url.uses += 1
        return {"ok": True}, 200

    def _apply(self, response_url: ResponseUrl, body: dict[str, Any]) -> None:
        space = self._slack.state.workspaces[response_url.team_id]
        channel = space.channels[response_url.channel]
        original = channel.messages.get(response_url.message_ts or "")
        if body.get("delete_original"):
            if original is not None:
                del channel.messages[original.ts]
                self._slack.state.touch()
                message_events.deleted(self._slack, channel, original)
        elif body.get("replace_original") and original is not None:
            self._replace(channel, original, body)
        else:
            self._add(response_url, channel, body)

    def _replace(self, channel: Channel, original: Message, body: dict[str, Any]) -> None:
        before = message_events.before_edit(self._slack, channel, original)
        fields = messages.content(self._slack, messages.without_nulls(body))
        original.text, original.blocks = fields["text"], fields["blocks"]
        original.attachments = fields["attachments"]
        original.failed.clear()
        if original.only_for is None:
            original.edited = self._slack.state.next_ts()
        self._slack.state.touch()
        message_events.edited(self._slack, channel, original, before)

    def _add(self, response_url: ResponseUrl, channel: Channel, body: dict[str, Any]) -> None:
        person = self._slack.state.workspaces[response_url.team_id].people[response_url.user]
        message = post_answer(self._slack, person, channel, body)
        if message is None:
            raise Refused("no_text")
        # The first message posted to a command's response_url is the original of later posts.
        response_url.message_ts = response_url.message_ts or message.ts


def _decoded(body: bytes) -> Any:  # noqa: ANN401  # whatever was posted
    try:
        return read_json(body)
    except ValueError:
        return None
