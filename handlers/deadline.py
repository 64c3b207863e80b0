"""Answer every request within 2.5 seconds, truthfully.

Bolt works in a thread. When the time is over, the work is abandoned: if nothing of it has been committed and
no COMMIT has begun, nothing will be stored, and the person hears so and gets their words back. Otherwise they
hear that nobody knows yet, and are told when it is known.
"""

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

from slack_bolt import App, BoltRequest, BoltResponse
from slack_sdk import WebClient
from sqlalchemy.exc import SQLAlchemyError

from handlers.error_handler import NOT_DONE, command_answer, submission_answer
from handlers.late_answers import LateAnswer, is_about_check_in, with_sentence
from handlers.pulse import survey_view
from handlers.shared.languages import Languages
from handlers.shared.payloads import Payload
from slackapp.core import metrics, postgresql
from slackapp.core.db import Sessions
from slackapp.core.deadline import Outcome, Work, doing
from slackapp.core.i18n import translatable

SECONDS: Final = 2.3
THREADS: Final = 32
_ROOM_SECONDS: Final = 0.5
_IN_A_ROW: Final = 3
"""After so many abandoned requests in a row, one at a time is tried until one succeeds."""
_LOOKS: Final = (0.2, 1.0, 2.0, 4.0, 8.0, 15.0, *[30.0] * 50)
"""Seconds between two looks at whether a lost COMMIT was carried out: 25 minutes, as a response_url lasts."""

UNSURE: Final = translatable(
    "I don't know yet whether this was kept. I'll say so here. Please don't send it again before."
)
ANSWER_UNSURE: Final = translatable(
    "I can't say whether your answer was kept. Please answer again: the newest counts."
)
WITHDRAWAL_UNSURE: Final = translatable(
    "I can't say whether your answer was withdrawn. Please press the button again."
)
KEPT: Final = translatable("What you did a moment ago was kept after all. You need not do it again.")
NOT_KEPT: Final = translatable(
    "What you did a moment ago was not kept: nothing was sent or changed. Please try again."
)
STILL_UNSURE: Final = translatable(
    "I could not find out whether what you did was kept. Please look at my Home tab before you do it again."
)
_CHECK_IN_COMMAND: Final = "/pulse"
_KINDS: Final = frozenset(
    {"view_submission", "block_suggestion", "block_actions", "shortcut", "message_action", "view_closed"}
)
Dispatch = Callable[[BoltRequest], BoltResponse]
FindClient = Callable[[BoltRequest], WebClient | None]


class Answering:
    """Answers in time. `dispatch` replaces Bolt's own."""

    def __init__(
        self,
        dispatch: Dispatch,
        languages: Languages,
        sessions: Sessions,
        *,
        client_of: FindClient,
        seconds: float = SECONDS,
        threads: int = THREADS,
    ) -> None:
        """`client_of` finds the client to tell a person with, also before a request was authorised."""
        self._dispatch, self._languages, self._seconds = dispatch, languages, seconds
        self._sessions, self._client_of = sessions, client_of
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._aside = ThreadPoolExecutor(threads, thread_name_prefix="late")
        self._room = threading.BoundedSemaphore(threads)
        self._probe = threading.Lock()
        self._in_a_row = 0
        self._ends = threading.Event()

    def dispatch(self, request: BoltRequest) -> BoltResponse:
        """Return the listener's response, or a truthful answer once the time is over."""
        begun = time.monotonic()
        response = self._answer_or_refuse(request)
        if _is_countable(request.body):
            metrics.ACK_SECONDS.labels(_kind(request.body)).observe(time.monotonic() - begun)
        return response

    def _answer_or_refuse(self, request: BoltRequest) -> BoltResponse:
        if self._in_a_row < _IN_A_ROW:
            return self._answer(request)
        if not self._probe.acquire(blocking=False):
            return self._not_done(request)
        try:
            return self._answer(request)
        finally:
            self._probe.release()

    def close(self) -> None:
        """Release the threads once running work has ended."""
        self._pool.shutdown(wait=True)
        self._ends.set()
        self._aside.shutdown(wait=True)

    def _answer(self, request: BoltRequest) -> BoltResponse:
        work, begun = Work(self._seconds), time.monotonic()
        if not self._room.acquire(timeout=_ROOM_SECONDS):
            return self._not_done(request)
        future = self._pool.submit(self._do, request, work)
        try:
            response = future.result(self._seconds - (time.monotonic() - begun))
        except TimeoutError:
            self._in_a_row += 1
            if work.abandon():
                return self._not_done(request)
        else:
            self._in_a_row = 0
            if work.outcome is not Outcome.IN_DOUBT:
                return response
        return self._unsure(request, work, future)

    def _do(self, request: BoltRequest, work: Work) -> BoltResponse:
        try:
            with doing(work):
                return self._dispatch(request)
        finally:
            self._room.release()

    def _not_done(self, request: BoltRequest) -> BoltResponse:
        _count_abandoned(request.body, "nothing_done")
        late = self._late_answer(request)
        return self._respond(late, late.say(NOT_DONE))

    def _unsure(self, request: BoltRequest, work: Work, future: "Future[BoltResponse]") -> BoltResponse:
        late = self._late_answer(request)
        _count_abandoned(request.body, "not_known")
        future.add_done_callback(lambda done: self._aside.submit(self._tell_truth, late, work, done))
        return self._respond(late, late.say(_unsure_sentence(request.body)))

    def _late_answer(self, request: BoltRequest) -> LateAnswer:
        return LateAnswer(request.body, self._client_of(request), self._languages.of(request.body))

    def _respond(self, late: LateAnswer, sentence: str) -> BoltResponse:
        body = late.body
        if "command" in body:
            return _json(command_answer(late.say, sentence, body))
        match body.get("type"):
            case "view_submission":
                return _json(submission_answer(late.say, sentence, body["view"]))
            case "block_suggestion":
                return _json({"options": []})
            case "block_actions" | "shortcut" | "message_action":
                self._aside.submit(late.show, sentence)
                return BoltResponse(status=200, body="")
        # Slack repeats an event.
        return BoltResponse(status=503, body="")

    def _tell_truth(self, late: LateAnswer, work: Work, done: "Future[BoltResponse]") -> None:
        """Send the listener's late answer, or what became of its transaction, once it is known."""
        if "event" in late.body:
            return
        outcome = work.outcome
        if outcome is Outcome.IN_DOUBT:
            outcome = self._find_out(work.transaction_id)
        say, body = late.say, late.body
        if outcome is Outcome.KEPT:
            answer = _content(done) if work.outcome is Outcome.KEPT else {}
            late.correct(say(KEPT), answer, self._ends.wait)
        elif outcome is Outcome.NOT_KEPT:
            late.correct(say(NOT_KEPT), _not_kept(late, say(NOT_KEPT)), self._ends.wait)
        elif not is_about_check_in(body) and not self._ends.is_set():
            late.correct(say(STILL_UNSURE), {}, self._ends.wait)

    def _find_out(self, transaction_id: str) -> Outcome:
        """Ask the database, until it answers, whether a COMMIT was carried out whose answer was lost."""
        for seconds in _LOOKS:
            if self._ends.wait(seconds):
                break
            try:
                is_committed = postgresql.is_committed(self._sessions.engine, transaction_id)
            except SQLAlchemyError:
                continue
            if is_committed is not None:
                return Outcome.KEPT if is_committed else Outcome.NOT_KEPT
        return Outcome.IN_DOUBT


def answer_in_time(
    bolt: App, languages: Languages, sessions: Sessions, client_of: FindClient | None = None
) -> Answering:
    """Make Bolt answer requests from Socket Mode and HTTP in time."""
    answering = Answering(bolt.dispatch, languages, sessions, client_of=client_of or client_of_request)
    bolt.dispatch = answering.dispatch  # type: ignore[method-assign, assignment]
    return answering


def client_of_request(request: BoltRequest) -> WebClient | None:
    """Return the client of an authorised request; None before it was authorised."""
    client: Any = request.context.get("client")
    return client if isinstance(client, WebClient) and client.token else None


def _is_countable(body: Payload) -> bool:
    """Whether a request may appear in metrics: how many answer a check-in must not be countable."""
    return not is_about_check_in(body) and body.get("command") != _CHECK_IN_COMMAND


def _kind(body: Payload) -> str:
    if "command" in body:
        return "command"
    kind = str(body.get("type") or "")
    return kind if kind in _KINDS else "event"


def _count_abandoned(body: Payload, words: str) -> None:
    if _is_countable(body):
        metrics.ANSWERS_ABANDONED.labels(words).inc()


def _unsure_sentence(body: Payload) -> str:
    if (body.get("view") or {}).get("callback_id") == survey_view.SUBMIT and "actions" not in body:
        return ANSWER_UNSURE
    pressed = [action.get("action_id") for action in body.get("actions") or ()]
    return WITHDRAWAL_UNSURE if survey_view.WITHDRAW in pressed else UNSURE


def _content(done: "Future[BoltResponse]") -> Payload:
    """Return the listener's answer as an object; empty when it says nothing, or refuses a form."""
    if done.exception():
        return {}
    try:
        answer = json.loads(done.result().body or "{}")
    except ValueError:
        return {"text": done.result().body}
    is_answer = isinstance(answer, dict) and answer.get("response_action") != "errors"
    return answer if is_answer else {}


def _not_kept(late: LateAnswer, sentence: str) -> Payload:
    """Return the words that were typed, or the form with its fields, so that both can be sent again."""
    if "command" in late.body:
        return command_answer(late.say, sentence, late.body)
    if late.body.get("type") == "view_submission":
        return {"view": with_sentence(late.body["view"], sentence)}
    return {}


def _json(body: dict[str, Any]) -> BoltResponse:
    return BoltResponse(
        status=200, body=json.dumps(body), headers={"content-type": ["application/json;charset=utf-8"]}
    )
