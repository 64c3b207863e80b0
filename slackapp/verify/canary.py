"""Run a test check-in through the real listeners twice: the same answers, given by other people.

If the remaining data differs between the two runs, it reveals who answered what.
Everything happens in a temporary folder; nothing of the copy is used.
"""

import io
import json
import logging
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from slack_bolt import App, BoltRequest
from slack_sdk import WebClient
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

import handlers
from handlers.pulse.survey_view import ANSWER, CHOICE, COMMENT, SUBMIT
from handlers.shared.context import Context
from slackapp import migrations
from slackapp.core import log
from slackapp.core.db import Sessions, connect
from slackapp.models import Ballot, Member, Poll, Team, Workspace
from slackapp.pulse import ballots, held_comments, rounds
from slackapp.pulse.keys import KeyDirectory
from slackapp.verify import key_files, sealing
from slackapp.verify.fake_slack import TEAM, Listening
from slackapp.verify.findings import Checked

PEOPLE = 9
"""Number of people who answer."""
ASKED = 12
"""Number of people invited; in each of the two worlds others of them abstain."""
OPENING = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
_MARK = "canary-comment-number"
_SEED = 20261102
_OK = 200
_VARIES = re.compile(
    r"\d{4}-\d\d-\d\d[ T][0-9:.,+Z]+|0x[0-9a-f]+|127\.0\.0\.1:\d+|\d+(?:\.\d+)? ?m?s\b"
    r"|[0-9a-f]{64}|1\d{9}(?:\.\d+)?"
)

Register = Callable[[App, Context], None]


@dataclass(frozen=True, slots=True)
class World:
    """One of the two runs: its folder, and by how many people the answers are shifted."""

    folder: Path
    shift: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """The data that a world stores, logs and sends, while open and after the close."""

    open_rows: dict[str, list[str]]
    closed_rows: dict[str, list[str]]
    calls: list[tuple[str, bytes]]
    logged: str
    keys: list[str]
    files: bytes
    locks: tuple[str, ...] = ()
    """Findings about the sealed answers and the directory of keys."""


def checked(register: Register = handlers.register) -> Checked:
    """Run the two check-ins and compare. `register` adds the listeners; by default the app's own."""
    with TemporaryDirectory(prefix="canary-") as folder:
        first = Path(folder) / "first"
        first.mkdir()
        before = _prepare(first)
        second = Path(shutil.copytree(first, Path(folder) / "second"))
        outcomes = [_outcome_of(World(first, 0), register), _outcome_of(World(second, 4), register)]
    findings = [
        *_between(outcomes[0], outcomes[1]),
        *(finding for outcome in outcomes for finding in _in_world(outcome, before)),
    ]
    return Checked(
        "A made-up check-in",
        f"{PEOPLE} of {ASKED} made-up people answered through the real program, then the same answers were "
        "given by others, while others said nothing. While it was open and after it had closed, nothing told "
        "the two apart.",
        tuple(dict.fromkeys(findings)),
    )


def _between(outcome: Outcome, other: Outcome) -> Iterator[str]:
    for table in outcome.closed_rows:
        if outcome.closed_rows[table] != other.closed_rows[table]:
            yield f"After the close, the table “{table}” differs by who gave which answer."
    for table in outcome.open_rows:
        if table != "ballot" and outcome.open_rows[table] != other.open_rows[table]:
            yield f"While it was open, the table “{table}” differed by who gave which answer."
    if _timeless(outcome.logged) != _timeless(other.logged):
        yield "What was written to the log differed by who answered, or by what."
    if outcome.calls != other.calls:
        yield "What was sent to Slack differed by what people had answered."


def _in_world(outcome: Outcome, before: dict[str, list[str]]) -> Iterator[str]:
    changed = [
        table for table, rows in outcome.open_rows.items() if table != "ballot" and rows != before[table]
    ]
    yield from (f"Answering wrote into the table “{table}”." for table in changed)
    yield from outcome.locks
    mark = _MARK.encode()
    misplaced = [
        row
        for table, rows in outcome.closed_rows.items()
        if table != "comment"
        for row in rows
        if _MARK in row
    ]
    wrong = {
        f"{PEOPLE} people answered, but as many sealed answers are not stored.": len(
            outcome.open_rows["ballot"]
        )
        != PEOPLE,
        "After the close, sealed answers are still there.": bool(outcome.closed_rows["ballot"]),
        "After the close, the list of who was asked is still there.": bool(
            outcome.closed_rows["poll_member"]
        ),
        "After the close, the comments are not those that were written.": len(outcome.closed_rows["comment"])
        != PEOPLE,
        "After the close, the key is still there.": bool(outcome.keys),
        "A comment stands in a table that is not the one for comments.": bool(misplaced),
        "A comment was sent to Slack.": any(mark in body for _, body in outcome.calls),
        "The log holds an answer or a comment.": _MARK in outcome.logged
        or "selected_option" in outcome.logged,
        "While it was open, a comment lay in the database without its lock.": mark in outcome.files,
    }
    yield from (words for words, is_so in wrong.items() if is_so)


def _timeless(logged: str) -> str:
    """Return a log without its times, durations and addresses, which differ each time."""
    return _VARIES.sub("", logged)


def _keyless(session: Session, keys: KeyDirectory, poll_id: str) -> Iterator[str]:
    """Check that with another key than the one in KEY_DIR nothing opens and no receipt is the same."""
    secret = keys.load(poll_id) or b""
    other = bytes(byte ^ 0x5A for byte in secret)
    if ballots.receipt_of(secret, poll_id, "T/U") == ballots.receipt_of(other, poll_id, "T/U"):
        yield "Receipts do not depend on the key."
    for receipt, box in session.execute(select(Ballot.receipt, Ballot.box)):
        try:
            ballots.open_box(other, poll_id, ballots.SealedBallot(receipt, box))
        except ballots.InvalidBallotError:
            continue
        yield "A sealed answer opens without its key."
        return


def _prepare(folder: Path) -> dict[str, list[str]]:
    """Create a ward with an open check-in; return the rows of all tables."""
    sessions, keys = _storage_of(folder)
    migrations.upgrade(sessions)
    keys.attach(sessions)
    with sessions.begin() as session:
        workspace = Workspace(slack_team_id=TEAM, name="Canary", pulse_on=True, comments_on=True)
        workspace.pulse_since = OPENING - timedelta(days=1)
        session.add(workspace)
        session.flush()
        ward = Team(workspace_id=workspace.id, name="Ward")
        session.add(ward)
        session.flush()
        session.add_all(
            Member(
                workspace_id=workspace.id, slack_user_id=_user(place), name=f"Person {place}", team_id=ward.id
            )
            for place in range(ASKED)
        )
        workspace_id = workspace.id
    rounds.open_due(sessions, keys, workspace_id, OPENING)
    rows = _rows(sessions)
    sessions.dispose()
    return rows


def _outcome_of(world: World, register: Register) -> Outcome:
    sessions, keys = _storage_of(world.folder)
    with sessions.read() as session:
        poll = session.scalars(select(Poll)).one()
    with Listening() as slack, _logging() as written:
        client = WebClient("xoxb-canary", base_url=slack.url, retry_handlers=[])
        bolt = App(
            client=client,
            signing_secret="canary",  # noqa: S106 - made up; nothing is signed here
            process_before_response=True,
            token_verification_enabled=False,
        )
        register(bolt, Context(sessions, lambda: OPENING + timedelta(hours=1), keys))
        for number in range(PEOPLE):
            _answer(bolt, poll, (number + world.shift) % ASKED, number)
        with sessions.read() as session:
            locks = (*sealing.checked(session, keys.path).findings, *_keyless(session, keys, poll.id))
        open_rows, files = _rows(sessions), b"".join(_contents(world.folder))
        chance = Random(_SEED)  # noqa: S311 - the same chance in both worlds, so that only people differ
        rounds.close(sessions, keys, poll.id, poll.closes_at, chance)
        held_comments.release(sessions, keys, poll.closes_at + timedelta(days=40))
        with sessions.read() as session:
            locks += key_files.checked(session, keys.path).findings
        outcome = Outcome(
            open_rows, _rows(sessions), slack.calls, written.getvalue(), keys.poll_ids(), files, locks
        )
    sessions.dispose()
    return outcome


def _answer(bolt: App, poll: Poll, place: int, number: int) -> None:
    """Press [Answer] as one person, fill in the `number`-th of the answers, and submit it."""
    values: dict[str, Any] = {
        item: {CHOICE: {"type": "radio_buttons", "selected_option": {"value": str((number + at) % 6)}}}
        for at, item in enumerate(poll.items)
    }
    values[COMMENT] = {COMMENT: {"type": "plain_text_input", "value": f"{_MARK} {number}"}}
    press = {"type": "block_actions", "actions": [{"action_id": ANSWER, "type": "button", "value": poll.id}]}
    view = {"id": "V0", "type": "modal", "callback_id": SUBMIT, "private_metadata": poll.id, "blocks": []}
    handed_in = {"type": "view_submission", "view": view | {"state": {"values": values}}}
    common = {"team": {"id": TEAM}, "user": {"id": _user(place), "team_id": TEAM}, "trigger_id": "1.2.canary"}
    for payload in (press, handed_in):
        answer = bolt.dispatch(BoltRequest(body=json.dumps(payload | common), mode="socket_mode"))
        if answer.status != _OK:
            raise RuntimeError("a listener did not take the made-up answer")


def _storage_of(folder: Path) -> tuple[Sessions, KeyDirectory]:
    return connect(f"sqlite:///{folder / 'canary.db'}"), KeyDirectory(folder / "keys")


def _user(place: int) -> str:
    return f"U0CANARY{place:02}"


def _rows(sessions: Sessions) -> dict[str, list[str]]:
    """Return every row of every table as text, sorted."""
    with sessions.read() as session:
        tables = inspect(session.connection()).get_table_names()
        return {
            table: sorted(str(tuple(row)) for row in session.execute(text(f'SELECT * FROM "{table}"')))  # noqa: S608 - a table's own name
            for table in tables
        }


def _contents(folder: Path) -> Iterator[bytes]:
    return (file.read_bytes() for file in sorted(folder.glob("canary.db*")))


@contextmanager
def _logging() -> Iterator[io.StringIO]:
    """Capture the app's log at level DEBUG; restore the logging set-up afterwards."""
    root, written = logging.getLogger(), io.StringIO()
    handlers_before, level, raising = list(root.handlers), root.level, logging.raiseExceptions
    levels = {name: logging.getLogger(name).level for name in log.PINNED}
    hook = threading.excepthook
    root.handlers.clear()
    log.configure("DEBUG", stream=written)
    try:
        yield written
    finally:
        root.handlers[:], logging.raiseExceptions, threading.excepthook = handlers_before, raising, hook
        root.setLevel(level)
        for name, earlier_level in levels.items():
            logging.getLogger(name).setLevel(earlier_level)
