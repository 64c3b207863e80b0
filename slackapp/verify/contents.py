"""Check that every entry is one that Appreciate writes: an allowed table can hold forbidden values.

The lists are written by hand and not taken from the program, so that none grows unnoticed.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from slackapp.models import (
    AuditEntry,
    Clock,
    Comment,
    Delivery,
    FanOut,
    Inbound,
    Member,
    Poll,
    PollMember,
    PollState,
    PollUnit,
    Question,
)
from slackapp.pulse.questions import ITEMS, OWN
from slackapp.verify.findings import Checked
from slackapp.verify.shape import PULSE

DEEDS = frozenset(
    {
        "exported a person", "erased a person", "placed a legal hold", "lifted a legal hold",
        "handed on earlier digests", "added a question", "moved a question", "took a question away",
        "loaded official figures", "changed a setting", "hid a comment", "showed a comment again",
        "made a team", "changed a team",
        "changed who belongs to a team", "ended a team", "merged two teams", "imported teams",
        "installed the app", "took the app away", "named an admin", "named an admin no more",
        "sent a message again", "let a message be", "deleted what was kept long enough",
        "accepted a proposal about a team", "declined a proposal about a team",
        "sent an obstacle up", "changed an obstacle", "took an obstacle back", "answered an obstacle",
        "passed an obstacle up",
    }
)  # fmt: skip
KINDS = frozenset(
    {
        "channel-held", "files-off", "workspace-held",
        "digest", "digest-comments", "digest-comments-again", "digest-hand-on", "digest-no-reader",
        "digest-not-shared", "digest-page", "digest-picture", "digest-picture-thread", "digest-shared",
        "digest-sheet", "digests_handed_on", "export", "export-file", "export-page", "first-steps",
        "level-line", "obstacle", "obstacle-answer", "obstacle-change", "obstacle-post", "obstacle-warning",
        "poll", "poll_altered", "poll_lost", "poll_reminder", "poll_test", "promise-due", "promise-kept",
        "promises", "promises-change", "pulse_rules", "recognition", "recognition-dm-settled",
        "recognition-doubts", "recognition-doubts-changed", "recognition-meant",
        "recognition-meant-changed", "recognition-nudge", "recognition-post", "recognition-post-changed",
        "recognition-post-gone", "recognition-report", "recognition-report-changed",
        "recognition-unreached", "removal-file", "removal-message", "team-answered", "team-archived",
        "team-made", "team-moved", "team-nomination", "team-offer", "team-place", "team-removed",
        "team_leader", "team_readers", "welcome", "welcome-changed",
    }
)  # fmt: skip
INDEXES = frozenset({"ix_poll_state", "ix_comment_unit_id_month"})

OVERDUE_AFTER = timedelta(hours=1)
_CHECK_IN = re.compile(r"pulse|poll|check-?in|ballot", re.IGNORECASE)
_SLACK_ID = re.compile(r"\b[UW](?=[A-Z]*\d)[A-Z0-9]{6,}\b")
_FEW = 3
_PREFIX = 6
"""Characters at the beginning of an id. Three random ids share six in one of 10^14."""


def checked(session: Session) -> Checked:
    """Check that every entry is of a known kind, and that no two check-ins overlap."""
    findings = [*_kinds(session), *_indexes(session), *_lost(session), *_polls(session), *_comments(session)]
    return Checked(
        "What is in those places",
        "Every entry is of a kind that Appreciate writes, none tells who answered or wrote, no two check-ins "
        "asked the same people at once, and none is overdue.",
        tuple(findings),
    )


def _kinds(session: Session) -> Iterator[str]:
    listed = (
        (AuditEntry.deed, DEEDS, "audit log"),
        (Delivery.kind, KINDS, "list of messages"),
        (FanOut.kind, KINDS, "list of messages to many"),
    )
    for column, allowed, place in listed:
        for value in session.scalars(select(column).distinct().order_by(column)):
            if value not in allowed:
                yield f"The {place} has entries “{value[:40]}”, which Appreciate does not write."
    for row in session.execute(select(Inbound.key, Inbound.outcome)):
        if _CHECK_IN.search(" ".join(filter(None, row))):
            yield "A press or an answer of a check-in was noted among what Slack has said once."
            return


def _indexes(session: Session) -> Iterator[str]:
    # By name: SQLAlchemy's inspector does not list an index over an expression.
    query = (
        "SELECT tbl_name, name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        if session.get_bind().dialect.name == "sqlite"
        else "SELECT tablename, indexname FROM pg_indexes WHERE schemaname = current_schema()"
    )
    for table, name in session.execute(text(query)):
        if table in PULSE and name not in INDEXES and not name.startswith(("pk_", "uq_")):
            yield f"The table “{table}” has an index “{name}” that it may not have."


def _lost(session: Session) -> Iterator[str]:
    """Check that a lost check-in keeps its list of people only until they are notified."""
    telling = select(FanOut.reference).where(FanOut.kind == "poll_lost", FanOut.done.is_(False))
    still = set(session.scalars(telling))
    for poll in session.scalars(select(Poll).where(Poll.state == PollState.LOST)):
        listed = select(func.count()).select_from(PollMember).where(PollMember.poll_id == poll.id)
        if session.scalar(listed) and poll.id not in still:
            yield f"The lost check-in of {poll.opens_on:%d %B %Y} still has its list of who was asked."


def _polls(session: Session) -> Iterator[str]:
    own = {f"{OWN}{question}" for question in session.scalars(select(Question.id))}
    counted = select(Member.workspace_id, func.count()).group_by(Member.workspace_id)
    people: dict[str, int] = dict(session.execute(counted).all())
    latest = session.scalar(select(func.max(Clock.latest)))
    before: dict[str, Poll] = {}
    held = select(Poll).where(Poll.state != PollState.CANCELLED).order_by(Poll.opens_at, Poll.id)
    for poll in session.scalars(held):
        name = f"The check-in of {poll.opens_on:%d %B %Y}"
        earlier = before.get(poll.workspace_id)
        if earlier is not None and poll.opens_at < earlier.closes_at:
            yield f"{name} asked the same people while another was open: a second way to slice their answers."
        before[poll.workspace_id] = poll
        if unknown := [item for item in poll.items if item not in ITEMS and item not in own]:
            yield f"{name} has questions that do not exist: {', '.join(unknown)[:60]}."
        invited = select(func.sum(PollUnit.invited)).where(PollUnit.poll_id == poll.id)
        total = session.scalar(invited) or 0
        if total > people.get(poll.workspace_id, 0):
            yield f"{name} says that it asked {total} people; there have never been as many."
        taking = poll.state in {PollState.OPEN, PollState.CLOSING}
        if taking and latest is not None and latest > poll.closes_at + OVERDUE_AFTER:
            yield f"{name} ought to have closed, but has not: its key is kept for too long."


def _comments(session: Session) -> Iterator[str]:
    ids = {*session.scalars(select(Member.id)), *session.scalars(select(Member.slack_user_id))}
    by_month: dict[tuple[str, str], list[str]] = defaultdict(list)
    signed = 0
    for comment in session.scalars(select(Comment)):
        by_month[comment.unit_id, comment.month].append(comment.id)
        signed += bool(_SLACK_ID.search(comment.words)) or any(number in comment.words for number in ids)
    if signed:
        yield f"{signed} comments have somebody's id in them."
    for numbers in by_month.values():
        if len(numbers) >= _FEW and len({number[:_PREFIX] for number in numbers}) == 1:
            yield "Comments are numbered one after the other, which tells in which order they came."
            return
