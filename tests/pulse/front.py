"""The app's listeners in front of a small Slack, reached by signed requests."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from urllib.parse import urlencode

from slack_bolt import App, BoltRequest, BoltResponse
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier

from handlers.pulse.survey_view import CHOICE, COMMENT, SUBMIT
from handlers.shared.context import Context
from slackapp.models import Member
from slackapp.pulse.questions import FOUR
from tests.pulse.hospital import OPENING, Hospital
from tests.support.agreeable_slack import AgreeableSlack


class Slack(AgreeableSlack):
    """The hospital's."""

    def __init__(self) -> None:
        super().__init__(lambda method, _body: WHO_WE_ARE if method == "auth.test" else {})


WHO_WE_ARE = {
    "url": "https://hospital.slack.com/",
    "team": "Hospital",
    "user": "appreciate",
    "team_id": "T1HOSPITAL",
    "user_id": "U1APP00000",
    "bot_id": "B1APP00000",
}
SECRET = "a-signing-secret-for-tests"


class Front:
    """The app's listeners, reached as Slack reaches them: by signed requests."""

    def __init__(self, hospital: Hospital, slack: Slack, register: Callable[[App, Context], None]) -> None:
        self.hospital, self.slack = hospital, slack
        client = WebClient("xoxb-made-up", base_url=slack.url, retry_handlers=[])
        self.bolt = App(
            client=client,
            signing_secret=SECRET,
            process_before_response=True,
            token_verification_enabled=False,
        )
        self.now = OPENING + timedelta(hours=2)
        register(self.bolt, Context(hospital.sessions, lambda: self.now, hospital.keys))

    def send(self, form: Mapping[str, str], *, signed_with: str = SECRET) -> BoltResponse:
        body, stamp = urlencode(form), str(int(time.time()))
        signature = SignatureVerifier(signed_with).generate_signature(timestamp=stamp, body=body)
        headers: dict[str, str | Sequence[str]] = {
            "content-type": ["application/x-www-form-urlencoded"],
            "x-slack-request-timestamp": [stamp],
            "x-slack-signature": [signature or ""],
        }
        return self.bolt.dispatch(BoltRequest(body=body, headers=headers))

    def sends(self, payload: Mapping[str, object], *, signed_with: str = SECRET) -> BoltResponse:
        return self.send({"payload": json.dumps(payload)}, signed_with=signed_with)

    def types(self, who: str, command: str, words: str = "") -> BoltResponse:
        return self.send(
            {
                "token": "made-up",
                "team_id": "T1HOSPITAL",
                "team_domain": "hospital",
                "channel_id": "C1WARD7000",
                "channel_name": "ward-7",
                "user_id": who,
                "user_name": "somebody",
                "command": command,
                "text": words,
                "api_app_id": "A1APP00000",
                "trigger_id": "1.2.command",
                "response_url": "https://hooks.slack.com/commands/1/2/3",
            }
        )

    def presses(
        self,
        who: str,
        action_id: str,
        *,
        view_id: str | None = None,
        trigger: str = "1.2.press",
        value: str | None = None,
    ) -> BoltResponse:
        container = (
            {"type": "view", "view_id": view_id} if view_id else {"type": "message", "message_ts": "1.2"}
        )
        action = {"action_id": action_id, "block_id": "b", "type": "button", "action_ts": "1.2"}
        payload: dict[str, object] = self._common(who) | {
            "type": "block_actions",
            "container": container,
            "trigger_id": trigger,
            "response_url": "https://hooks.slack.com/actions/1/2/3",
            "actions": [action | {"value": value or self.hospital.poll_id}],
        }
        if view_id:
            payload["view"] = {"id": view_id, "type": "modal", "hash": "1.h", "state": {"values": {}}}
        return self.sends(payload)

    def submission(
        self, who: str, scores: Mapping[str, int], comment: str | None, **extra: object
    ) -> dict[str, object]:
        values: dict[str, object] = {
            item: {CHOICE: {"type": "radio_buttons", "selected_option": self._option(scores.get(item))}}
            for item in (one.key for one in FOUR)
        }
        values[COMMENT] = {COMMENT: {"type": "plain_text_input", "value": comment}}
        view = {
            "id": "V1CHECKIN0",
            "team_id": "T1HOSPITAL",
            "type": "modal",
            "callback_id": SUBMIT,
            "private_metadata": self.hospital.poll_id,
            "hash": "1.h",
            "blocks": [{"type": "input", "block_id": COMMENT}],
            "state": {"values": values},
        }
        return self._common(who) | {
            "type": "view_submission",
            "trigger_id": "1.2.submit",
            "view": view | extra,
            "response_urls": [],
        }

    def fills_in(
        self, who: str, callback_id: str, elements: Mapping[str, Mapping[str, object]]
    ) -> BoltResponse:
        """Hand in a form whose blocks hold one element of the same name."""
        values = {name: {name.partition(":")[0]: element} for name, element in elements.items()}
        blocks = [{"type": "input", "block_id": name} for name in elements]
        view: dict[str, object] = {"id": "V1FORM0000", "type": "modal", "callback_id": callback_id}
        view |= {"private_metadata": "", "blocks": blocks, "hash": "1.h", "state": {"values": values}}
        payload = self._common(who) | {"type": "view_submission", "trigger_id": "1.2.form", "view": view}
        return self.sends(payload | {"response_urls": []})

    def submits(self, who: str, scores: Mapping[str, int], comment: str | None = None) -> BoltResponse:
        return self.sends(self.submission(who, scores, comment))

    @staticmethod
    def _option(score: int | None) -> dict[str, object] | None:
        return (
            {"text": {"type": "plain_text", "text": "..."}, "value": str(score)}
            if score is not None
            else None
        )

    @staticmethod
    def _common(who: str) -> dict[str, object]:
        return {
            "team": {"id": "T1HOSPITAL", "domain": "hospital"},
            "user": {"id": who, "username": "somebody", "name": "somebody", "team_id": "T1HOSPITAL"},
            "api_app_id": "A1APP00000",
            "token": "made-up",
        }

    def slack_id(self, name: str) -> str:
        with self.hospital.sessions.read() as session:
            return session.get_one(Member, self.hospital.people[name]).slack_user_id
