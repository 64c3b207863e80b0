"""Answer every request within 2.5 seconds, truthfully.

Bolt works in a thread. When the time is over, the work is abandoned: if its transaction had not begun to
commit, nothing will be stored, and the person hears so and gets their words back. Otherwise they hear that
nobody knows yet, and are told when it is known.
"""

import json
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

from slack_bolt import App, BoltRequest, BoltResponse
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient
from sqlalchemy import select

from handlers.error_handler import command_answer, notice, submission_answer
from handlers.pulse.survey_view import SUBMIT
from handlers.shared.payloads import Payload
from slackapp.core import log
from slackapp.core.db import Sessions
from slackapp.core.deadline import Work, doing
from slackapp.core.i18n import Voice, translatable, voice
from slackapp.models import Member, Workspace

SECONDS: Final = 2.3
THREADS: Final = 32
_ROOM_SECONDS: Final = 0.5
_IN_A_ROW: Final = 3
"""After so many abandoned requests in a row, one at a time is tried until one succeeds."""

NOT_DONE: Final = translatable(
    "Nothing was sent or changed: it took too long on our side. Please try again in a minute."
)
UNSURE: Final = translatable(
    "I don't know yet whether this was kept. I'll say so here. Please don't send it again before."
)
ANSWER_UNSURE: Final = translatable(
    "I can't say whether your answer was kept. Please answer again: the newest counts."
)
KEPT: Final = translatable("It was kept after all.")
_logger = logging.getLogger(__name__)
Dispatch = Callable[[BoltRequest], BoltResponse]


class Languages:
    """People's languages, cached for when the database does not answer."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._languages: dict[tuple[str, str], str] = {}

    def refresh(self) -> None:
        """Read the languages again. For a slow tick."""
        with self._sessions.read() as session:
            languages = {
                (team, ""): language
                for team, language in session.execute(select(Workspace.slack_team_id, Workspace.language))
            }
            chosen = (
                select(Workspace.slack_team_id, Member.slack_user_id, Member.language)
                .join(Workspace, Workspace.id == Member.workspace_id)
                .where(Member.language.is_not(None))
            )
            languages |= {(team, user): language or "" for team, user, language in session.execute(chosen)}
        self._languages = languages

    def of(self, body: Payload) -> Voice:
        """Return the language of a payload's sender; the default for somebody unknown."""
        team = str(body.get("team_id") or (body.get("team") or {}).get("id") or "")
        user = str(body.get("user_id") or (body.get("user") or {}).get("id") or "")
        language = self._languages.get((team, user)) or self._languages.get((team, ""))
        return voice(language) if language else voice()


class Answering:
    """Answers in time. `dispatch` replaces Bolt's own."""

    def __init__(
        self, dispatch: Dispatch, languages: Languages, *, seconds: float = SECONDS, threads: int = THREADS
    ) -> None:
        self._dispatch, self._languages, self._seconds = dispatch, languages, seconds
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._aside = ThreadPoolExecutor(4, thread_name_prefix="late")
        self._room = threading.BoundedSemaphore(threads)
        self._probe = threading.Lock()
        self._in_a_row = 0

    def dispatch(self, request: BoltRequest) -> BoltResponse:
        """Return the listener's response, or a truthful answer once the time is over."""
        if self._in_a_row < _IN_A_ROW:
            return self._answer(request, _ROOM_SECONDS)
        if not self._probe.acquire(blocking=False):
            return self._not_done(request)
        try:
            return self._answer(request, _ROOM_SECONDS)
        finally:
            self._probe.release()

    def close(self) -> None:
        """Release the threads once running work has ended."""
        self._pool.shutdown(wait=True)
        self._aside.shutdown(wait=True)

    def _answer(self, request: BoltRequest, room_seconds: float) -> BoltResponse:
        begun = time.monotonic()
        if not self._room.acquire(timeout=room_seconds):
            return self._not_done(request)
        work = Work()
        future = self._pool.submit(self._do, request, work)
        try:
            response = future.result(self._seconds - (time.monotonic() - begun))
        except TimeoutError:
            self._in_a_row += 1
        else:
            self._in_a_row = 0
            return response
        if work.abandon():
            return self._not_done(request)
        future.add_done_callback(lambda done: self._aside.submit(self._tell_truth, request, done))
        return self._unsure(request)

    def _do(self, request: BoltRequest, work: Work) -> BoltResponse:
        try:
            with doing(work):
                return self._dispatch(request)
        finally:
            self._room.release()

    def _not_done(self, request: BoltRequest) -> BoltResponse:
        say = self._languages.of(request.body)
        return self._respond(request, say, say(NOT_DONE))

    def _unsure(self, request: BoltRequest) -> BoltResponse:
        say = self._languages.of(request.body)
        view: Payload = request.body.get("view") or {}
        return self._respond(
            request, say, say(ANSWER_UNSURE if view.get("callback_id") == SUBMIT else UNSURE)
        )

    def _respond(self, request: BoltRequest, say: Voice, sentence: str) -> BoltResponse:
        body = request.body
        if "command" in body:
            return _json(command_answer(sentence, body))
        match body.get("type"):
            case "view_submission":
                return _json(submission_answer(say, sentence, body["view"]))
            case "block_suggestion":
                return _json({"options": []})
            case "block_actions" | "shortcut" | "message_action":
                self._aside.submit(_show, request, say, sentence)
                return BoltResponse(status=200, body="")
        # Slack repeats an event.
        return BoltResponse(status=503, body="")

    def _tell_truth(self, request: BoltRequest, done: "Future[BoltResponse]") -> None:
        """Send the listener's late answer, now that it is known."""
        try:
            answer = json.loads(done.result().body or "{}")
        except (ValueError, TypeError):
            answer = {"text": done.result().body}
        say, body = self._languages.of(request.body), request.body
        try:
            if "command" in body and answer:
                WebhookClient(str(body["response_url"])).send_dict({"replace_original": True} | answer)
            elif body.get("type") == "view_submission" and answer.get("response_action") != "errors":
                view = answer.get("view") or notice(say, say(KEPT))
                _client(request).views_update(view_id=body["view"]["id"], view=view)
        except Exception as problem:  # noqa: BLE001 - the thread's boundary: there is no other way to tell them
            log.failure(_logger, "telling the truth late", problem)


def answer_in_time(bolt: App, languages: Languages) -> Answering:
    """Make Bolt answer requests from Socket Mode and HTTP in time."""
    answering = Answering(bolt.dispatch, languages)
    bolt.dispatch = answering.dispatch  # type: ignore[method-assign, assignment]
    return answering


def _show(request: BoltRequest, say: Voice, sentence: str) -> None:
    body = request.body
    try:
        if url := body.get("response_url"):
            WebhookClient(str(url)).send(text=sentence, response_type="ephemeral", replace_original=False)
        elif (body.get("view") or {}).get("type") == "modal":
            _client(request).views_push(trigger_id=body["trigger_id"], view=notice(say, sentence))
        else:
            _client(request).views_open(trigger_id=body["trigger_id"], view=notice(say, sentence))
    except Exception as problem:  # noqa: BLE001 - the thread's boundary: there is no other way to tell them
        log.failure(_logger, "telling a person", problem)


def _client(request: BoltRequest) -> WebClient:
    client: Any = request.context.get("client")
    if not isinstance(client, WebClient):
        raise TypeError("the request was not authorised yet")
    return client


def _json(body: dict[str, Any]) -> BoltResponse:
    return BoltResponse(
        status=200, body=json.dumps(body), headers={"content-type": ["application/json;charset=utf-8"]}
    )
