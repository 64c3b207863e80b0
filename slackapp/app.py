"""The composition root: the only module that brings handlers, reports and deliveries together."""

import logging
import os
import secrets
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http.client import HTTPException

from slack_bolt import App, BoltRequest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

import handlers
import handlers.home.renderers
import handlers.obstacles.renderers
import handlers.privacy.renderers
import handlers.pulse.renderers
import handlers.recognition.renderers
import handlers.teams.renderers
import handlers.workspace.refusals_renderers
import reports.publishing.renderers
from handlers import deadline
from handlers.pulse import messages_view
from handlers.shared import people
from handlers.shared.context import Context
from handlers.shared.member_sync import MemberSync
from handlers.teams import sync
from handlers.workspace import lifecycle
from reports.charts.renderer import ChartRenderer, find_browser
from reports.publishing import failures, schedule
from slackapp import health, health_metrics, migrations, start_checks
from slackapp.clock import ClockWatch
from slackapp.connection.clients import Clients
from slackapp.connection.installations import TokenEncryption
from slackapp.connection.socket_mode import SocketLines
from slackapp.core import confidentiality, hardening, log, metrics
from slackapp.core.batches import run_all_then_raise
from slackapp.core.config import Settings
from slackapp.core.db import PROMPT, purge_nightly, purge_old_copies
from slackapp.core.i18n import voice
from slackapp.core.pseudonyms import Pseudonyms
from slackapp.delivery import DeliveryWorker, delete_idle_limits, holding
from slackapp.digest import reader_lists
from slackapp.health import Questions, Report
from slackapp.models import HoldScope, Workspace
from slackapp.obstacles import timetable
from slackapp.outbox import deduplication
from slackapp.outbox.queue import OUTBOX
from slackapp.outbox.rendered import Routes
from slackapp.privacy import erasure, id_scrubbing, retention, slack_redaction
from slackapp.pulse import (
    alarm_notices,
    guarding,
    held_comments,
    notices,
    opening,
    rounds,
    shared_directory,
    statement_logs,
    welcomes,
)
from slackapp.pulse.alarms import alarms
from slackapp.pulse.keys import KeyDirectory
from slackapp.pulse.opening import Moment
from slackapp.recognition import reminders, undelivered
from slackapp.scheduler import Job, Scheduler, nightly
from slackapp.workspace import refusals, registry
from slackapp.workspace.registry import NeverInstalled

logger = logging.getLogger(__name__)
Clock = Callable[[], datetime]

LISTENERS = 32
"""Threads for listeners. Bolt has five by default: five slow listeners would make the next command fail."""

_BEAT = 2.0
_WEB_JOBS = frozenset({"languages", "identity"})
"""What a process that only answers has to know; everything else is done by a worker."""
_OPENING_SECONDS = 5
UNASKED = "not asked yet"

_PASSES = frozenset(
    {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)
"""Errors of Slack's after which a direct message is tried again."""


def real_time() -> datetime:
    """Return the time now, in UTC."""
    return datetime.now(UTC)


class Appreciate:
    """The whole app: start it, read its health, stop it.

    `next_due` and `run_due` are for a caller that moves its clock.

    Raises:
        SettingsError: The database or the keys do not allow a start.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        now: Clock = real_time,
        locker: TokenEncryption | None = None,
        http: bool = False,
    ) -> None:
        """With a `locker` each workspace has its own token; with `http` requests come in over HTTP."""
        self.sessions = migrations.opened(settings.database_url)
        start_checks.require(self.sessions)
        self.keys = KeyDirectory(settings.key_directory)
        self.keys.attach(self.sessions)
        self.now = now
        self.clients = Clients(settings, self.sessions, locker)
        self.clock = ClockWatch(self.sessions, self.clients.slack_time)
        self.workspace_id = ""
        self._has_one_token = locker is None
        self.refusal = ""
        """Why Slack does not say which workspace the settings' token is for; empty once it has."""
        if self._has_one_token:
            self.refusal = UNASKED
            self._identify()
        self._drawing = ChartRenderer(settings.browser_path or find_browser(os.environ))
        self.deliveries = self._outgoing()
        self.sessions.on_commit(OUTBOX, self.deliveries.wake)
        reader_lists.watch()
        self.sessions.last_in_transaction(reader_lists.READERS, self._record_readers)
        prompt = self.sessions.limited(PROMPT)
        self.context = Context(prompt, now, self.keys, confidentiality.standard(settings.guard_words))
        self.bolt = build_bolt(
            self.clients, self.context, settings.signing_secret, has_installations=locker is not None
        )
        self._member_sync = MemberSync(self.context, self.clients.of, self._workspaces)
        self._answering = deadline.answer_in_time(
            self.bolt, self.context.languages, self.context.sessions, self._client_for
        )
        self._role = settings.role
        self._socket = None if http or not self._role.listens else _socket(self.bolt, settings)
        self._timetable = Scheduler(self._jobs_of_role())
        self._rules_due: Moment | None = None
        self._caught_up = self._recovered = self._is_started = False
        self._probe = health.Probe(self._look)
        self.context.languages.refresh(self.sessions)
        self._warn()
        if self.clock.believes(now()):
            self._recover(now())
        erasure.reapply(self.sessions, self.keys, now())

    def _record_readers(self, session: Session) -> None:
        """Write down who reads whose results now, in the transaction that changed it."""
        for workspace in reader_lists.changed_workspaces(session):
            failures.ask_to_hand_on(session, workspace, self.now())

    def _outgoing(self) -> DeliveryWorker:
        sent = routes(self._drawing, Pseudonyms(self.keys.path))
        return DeliveryWorker(
            self.sessions.limited(PROMPT),
            self.clients.of,
            sent,
            self.now,
            handlers.pulse.renderers.EXPANDERS,
            believes=self.clock.believes,
        )

    def _jobs_of_role(self) -> list[Job]:
        if self._role.works:
            return self._jobs()
        return [job for job in self._jobs() if job.name in _WEB_JOBS]

    def _jobs(self) -> list[Job]:
        every_night = partial(nightly, self.sessions, self.now)
        return [
            Job("check-ins", lambda: self._pulse(self.now()), 20),
            Job("overdue check-ins", lambda: self._abandon_overdue(self.now()), 3600),
            Job("alarms", lambda: self._tell_of_alarms(self.now()), 20),
            Job("digests", lambda: self._digests(self.now()), 60),
            Job("digests that failed", lambda: schedule.report_failures(self.sessions, self.now()), 3),
            Job("what Slack refuses", lambda: refusals.notify(self.sessions, self.now()), 20),
            Job("thanks that failed", lambda: self._tell_givers(self.now()), 3),
            Job("clock", lambda: self.clock.measure(self.now), 60),
            Job("identity", self._identify, 5),
            Job("held workspaces", self.deliveries.ask_of_held, 3),
            Job("obstacles", lambda: self._obstacles(self.now()), 5),
            Job("welcomes", lambda: self._welcomes(self.now()), 60),
            Job("Friday questions", lambda: self._nudges(self.now()), 60),
            self._if_believed(Job("old requests", lambda: self._forget(self.now()), 3600)),
            Job("new workspaces", self._meet_new, 20),
            Job("erased", lambda: id_scrubbing.sweep(self.sessions), 60),
            Job("old copies", lambda: purge_old_copies(self.sessions), 60),
            Job("languages", lambda: self.context.languages.refresh(self.sessions), 300),
            every_night("teams", self._repair_teams),
            self._if_believed(every_night("retention", lambda: retention.run(self.sessions, self.now()))),
            every_night("sweep", lambda: purge_nightly(self.sessions)),
        ]

    def _if_believed(self, job: Job) -> Job:
        """Return the job with a check: it does nothing while the clock may be wrong."""

        def work() -> None:
            if self.clock.believes(self.now()):
                job.work()

        return replace(job, work=work)

    def meet_in_background(self) -> None:
        """Store the members of every workspace while requests are answered already."""
        if self._role.works:
            self._member_sync.start()

    def _client_for(self, request: BoltRequest) -> WebClient | None:
        """Return a client to tell somebody what could not be done, also before a request was authorised."""
        context = request.context
        return self.clients.last_known(context.enterprise_id, context.team_id)

    def _identify(self) -> None:
        """Ask Slack which workspace the settings' token is for, until it has said so."""
        if not self.refusal:
            return
        try:
            who = self.clients.plain.auth_test()
        except SlackApiError as refused:
            self._without_identity(str(refused.response["error"]), is_refused=True)
        except (SlackClientError, HTTPException, OSError) as failure:
            self._without_identity(type(failure).__name__, is_refused=False)
        else:
            with self.sessions.begin() as session:
                workspace = registry.install(
                    session, slack_team_id=who["team_id"], name=who["team"], bot_user_id=who["user_id"]
                )
                self.workspace_id = workspace.id
            self.clients.own = replace(
                self.clients.own, bot_user_id=who["user_id"], bot_id=who.get("bot_id") or ""
            )
            if self.refusal != UNASKED:
                logger.info("Slack has accepted the token.")
            self.refusal = ""

    def _without_identity(self, reason: str, *, is_refused: bool) -> None:
        """Go on with the workspace that is known from before; nothing is sent while Slack refuses."""
        if self.refusal == reason:
            return
        if is_refused:
            logger.error(
                "SLACK_BOT_TOKEN: Slack refused it (%s). It is asked again until it does not.", reason
            )
        else:
            logger.error("SLACK_API_URL: Slack does not answer (%s). It is asked until it does.", reason)
        self.refusal = reason
        with self.sessions.begin() as session:
            self.workspace_id = registry.only_one(session) or ""
            if self.workspace_id and is_refused:
                place = holding.Place(self.workspace_id, HoldScope.WORKSPACE)
                holding.hold(session, [(place, reason)], now=self.now())

    def sync_all_members(self) -> None:
        """Store the members of every workspace, as Slack lists them."""
        for workspace_id in self._workspaces():
            self._meet(workspace_id)

    def _meet(self, workspace_id: str) -> None:
        if client := self.clients.of(workspace_id):
            with self.sessions.read() as session:
                team = session.get_one(Workspace, workspace_id).slack_team_id
            people.sync_members(client, self.context, team)

    def _meet_new(self) -> None:
        """Store the members of workspaces that installed the app since its start."""
        with self.sessions.read() as session:
            waiting = registry.without_members(session)
        for workspace_id in waiting:
            self._meet(workspace_id)

    def start(self) -> None:
        """Start what belongs to this process's role: listening, delivering, and the scheduled jobs."""
        if self._role.works:
            self.deliveries.start()
        if self._socket:
            self._socket.connect()
        self._timetable.start()
        self._probe.start()
        self._is_started = True

    def stop(self) -> None:
        """Accept nothing new, finish and record running work, release all resources."""
        self._is_started = False
        self._probe.stop()
        self._timetable.stop()
        self._member_sync.stop()
        if self._socket:
            self._socket.close()
        self._answering.close()
        self.bolt.listener_runner.listener_executor.shutdown(wait=True)
        self.deliveries.stop()
        self._drawing.close()
        self.sessions.dispose()

    def health(self) -> Report:
        """Return the report of /status, asked now."""
        connected = (self._socket.is_connected if self._socket else True) and not self.refusal
        now = self.now()
        check_ins = {
            "alarms": len(alarms(self.keys)),
            "closes_unfinished": len(self.keys.unfinished(now)),
            "closes_overdue": len(self.keys.overdue(now)),
            "statement_logs": self._statement_logs,
        }
        skew = self.clock.skew
        return health.report(
            self.sessions, connected=connected, now=now, check_ins=check_ins, clock_skew=skew
        )

    def questions(self) -> Questions:
        """Return what the health pages ask; the report comes from the probe."""
        return Questions(
            is_alive=lambda: self.deliveries.is_turning or not self._role.works,
            is_ready=lambda: self._is_started and os.access(self.keys.path, os.R_OK | os.W_OK | os.X_OK),
            status=self._probe.current,
            exposition=metrics.exposition,
        )

    def _look(self) -> Report:
        report = self.health()
        health_metrics.collect(self.sessions, report, now=self.now())
        return report

    def next_due(self, after: datetime) -> Moment | None:
        """Return the next moment at which something is due, with a short description."""
        with self.sessions.read() as session:
            modules = (schedule, welcomes, reminders, timetable)
            others = [module.next_moment(session, after) for module in modules]
            events = [*opening.next_events(session, after)[:1], *others]
        say = voice()
        moments = [(at, say(label)) for at, label in filter(None, events)]
        self._rules_due = min(moments, default=None)
        due = self.deliveries.next_due(after)
        if due is not None:
            moments.append((_beat(due, after), say("messages go out")))
        return min(moments, default=None)

    def pulse_moments(self, now: datetime) -> list[Moment]:
        """Return the next two moments of the check-in, its close and its opening, with descriptions."""
        with self.sessions.read() as session:
            return [(at, voice()(label)) for at, label in opening.next_events(session, now)[:2]]

    def run_due(self, now: datetime) -> None:
        """Do all work due at `now`, and return when it is done."""
        # Between two due moments only messages are sent; the first call catches up after a downtime.
        if not self._caught_up or (self._rules_due is not None and now >= self._rules_due[0]):
            self._caught_up = True
            works = (self._welcomes, self._pulse, self._digests, self._nudges, self._obstacles)
            run_all_then_raise(partial(work, now) for work in works)
        self.deliveries.drain(now)

    def _warn(self) -> None:
        """Log what an operator should look into: alarms, and a database that logs its statements."""
        for line in alarms(self.keys):
            logger.error("An alarm about a check-in is in KEY_DIR/alarms: %s", line)
        with suppress(OSError):
            if warning := shared_directory.warning(self.keys.path, shared_directory.MOUNTS.read_text()):
                logger.warning("%s", warning)
        with self.sessions.read() as session:
            statement_logs.silence(session)
            settings = statement_logs.logging_settings(session)
        for setting in settings:
            logger.warning(statement_logs.WARNING, setting)
        self._statement_logs = len(settings)

    def _recover(self, now: datetime) -> None:
        """Finish the check-ins that a crash interrupted; once, as soon as the clock is believed."""
        if not self._recovered:
            rounds.recover(self.sessions, self.keys, now)
            self._recovered = True

    def _pulse(self, now: datetime) -> None:
        if not self.clock.believes(now):
            return
        self._recover(now)
        open_polls = partial(rounds.open_due, self.sessions, self.keys, now=now)
        close = partial(rounds.close_due, self.sessions, self.keys, now)
        run_all_then_raise(
            [close, *(partial(open_polls, workspace_id) for workspace_id in self._workspaces())]
        )
        self._tell_of_alarms(now)

    def _abandon_overdue(self, now: datetime) -> None:
        """Try once more to close overdue check-ins, then destroy their keys: no key is kept for ever.

        When the database is away, Slack's own clock alone must agree with ours.
        """
        if not guarding.abandonable(self.keys, now):
            return
        try:
            is_believed = self.clock.believes(now)
        except SQLAlchemyError:
            is_believed = self.clock.agrees(now)
        if not is_believed:
            return
        with suppress(Exception):
            rounds.close_due(self.sessions, self.keys, now)
        guarding.abandon_overdue(self.keys, now)

    def _tell_of_alarms(self, now: datetime) -> None:
        """Tell people of alarms directly: whoever changes the database could keep an outbox from telling."""
        notices_to_send = alarm_notices.take(self.keys, now)
        done: dict[str, list[str]] = {}
        for notice in notices_to_send:
            if self._told_directly(notice):
                done.setdefault(notice.poll_id, []).append(notice.user)
            else:
                alarm_notices.give_back(self.keys, notice, now)
        with suppress(SQLAlchemyError), self.sessions.begin() as session:
            for poll_id, users in done.items():
                notices.settle_alteration(session, poll_id, users)

    def _told_directly(self, notice: alarm_notices.AlarmNotice) -> bool:
        words = messages_view.alarm_text(voice(notice.language), notice.sentence)
        try:
            client = self.clients.of_team(notice.team)
            if client is None:
                return True
            client.chat_postMessage(channel=notice.user, text=words, blocks=messages_view.loss(words))
        except SlackApiError as refused:
            # Who cannot be reached is not tried for ever; a limit or trouble at Slack's passes.
            return refused.response.get("error") not in _PASSES
        except (SlackClientError, SQLAlchemyError, OSError):
            return False
        return True

    def _repair_teams(self) -> None:
        """Repair what events have missed: workspace, channel and group members."""
        for workspace_id in self._workspaces():
            try:
                self._meet(workspace_id)
                if client := self.clients.of(workspace_id):
                    sync.repair(client, self.context, workspace_id)
            except (SlackClientError, OSError) as failure:
                # A workspace for which Slack does not answer must not delay the others.
                log.failure(logger, "the nightly repair of a workspace", failure)

    def _workspaces(self) -> list[str]:
        """Return our ids of the workspaces that have the app now."""
        if self._has_one_token:
            return [self.workspace_id] if self.workspace_id else []
        with self.sessions.read() as session:
            return registry.installed(session)

    def _digests(self, now: datetime) -> None:
        if not self.clock.believes(now):
            return
        # After a downtime over the end of a month, a digest waits for the check-ins of that month.
        rounds.close_due(self.sessions, self.keys, now)
        held_comments.release(self.sessions, self.keys, now)
        schedule.enqueue_due(self.sessions, now)

    def _welcomes(self, now: datetime) -> None:
        if not self.clock.believes(now):
            return

        def welcome(workspace_id: str) -> None:
            past: str | None = ""
            while past is not None:
                with self.sessions.begin() as session:
                    workspace = session.get_one(Workspace, workspace_id)
                    past = welcomes.enqueue_due(session, workspace, past=past, now=now)

        run_all_then_raise(partial(welcome, workspace_id) for workspace_id in self._workspaces())

    def _nudges(self, now: datetime) -> None:
        if not self.clock.believes(now):
            return

        def ask(workspace_id: str) -> None:
            with self.sessions.begin() as session:
                reminders.enqueue_due(session, session.get_one(Workspace, workspace_id), now=now)

        run_all_then_raise(partial(ask, workspace_id) for workspace_id in self._workspaces())

    def _obstacles(self, now: datetime) -> None:
        if not self.clock.believes(now):
            return

        def see_to(workspace_id: str) -> None:
            with self.sessions.read() as session:
                has_work = timetable.has_work(session, session.get_one(Workspace, workspace_id), now)
            if has_work:
                with self.sessions.begin() as session:
                    timetable.run_due(session, session.get_one(Workspace, workspace_id), now=now)

        run_all_then_raise(partial(see_to, workspace_id) for workspace_id in self._workspaces())

    def _tell_givers(self, now: datetime) -> None:
        for missed in undelivered.of_unknown_whereabouts(self.sessions, now):
            if client := self.clients.of(missed.workspace_id):
                people.look_again(client, self.context, missed.slack_team_id, missed.slack_user_id)
        undelivered.notify_givers(self.sessions, now)

    def _forget(self, now: datetime) -> None:
        with self.sessions.begin() as session:
            deduplication.purge(session, now=now)
            delete_idle_limits(session, now)
            slack_redaction.delete_finished(session, now)


def routes(drawing: ChartRenderer, pseudonyms: Pseudonyms) -> Routes:
    """Return the route of each kind of delivery."""
    return {
        **handlers.recognition.renderers.ROUTES,
        **handlers.pulse.renderers.ROUTES,
        **handlers.home.renderers.ROUTES,
        **reports.publishing.renderers.routes(drawing),
        **handlers.privacy.renderers.routes(pseudonyms),
        **handlers.teams.renderers.ROUTES,
        **handlers.obstacles.renderers.ROUTES,
        **handlers.workspace.refusals_renderers.ROUTES,
        **slack_redaction.ROUTES,
    }


def _beat(due: datetime, after: datetime) -> datetime:
    """Round up to the next even second: while time is moved, several messages are sent at once."""
    if due <= after:
        return due
    return due + timedelta(seconds=-due.timestamp() % _BEAT)


def _socket(bolt: App, settings: Settings) -> SocketLines:
    plain = WebClient(base_url=f"{settings.slack_api_url}/api/", retry_handlers=[], timeout=_OPENING_SECONDS)
    return SocketLines(bolt, settings.app_token, plain)


def build_bolt(
    clients: Clients, context: Context, signing_secret: str, *, has_installations: bool = False
) -> App:
    """Return Bolt with every listener. Tokens of single workspaces are looked up for each request."""
    bolt = App(
        client=clients.answering,
        authorize=clients.authorize,
        user_facing_authorize_error_message=NeverInstalled().words(voice()),
        # Without a secret, no HTTP request may be taken for Slack's.
        signing_secret=signing_secret or secrets.token_hex(),
        # The default waits for an ack in sleeps of 10 ms: 96 requests a second instead of 15,000.
        process_before_response=True,
        token_verification_enabled=False,
        listener_executor=ThreadPoolExecutor(LISTENERS, thread_name_prefix="listener"),
    )
    if has_installations:
        bolt.use(lifecycle.speak_there)
    handlers.register(bolt, context)
    return bolt


def serve(settings: Settings) -> None:
    """Run until SIGTERM or Ctrl-C, then end without losing what was acknowledged."""
    hardening.harden()
    log.configure(settings.log_level)
    app = Appreciate(settings)
    port = settings.health_port
    page = health.HealthPage(port, app.questions()) if port else None
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    app.start()
    app.meet_in_background()
    if page:
        page.start()
    logger.info("Appreciate is listening." if settings.role.listens else "Appreciate is delivering.")
    stopping.wait()
    logger.info("Stopping: what is under way is finished first.")
    if page:
        page.stop()
    app.stop()
