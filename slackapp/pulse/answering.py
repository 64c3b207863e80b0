"""Take an answer, or withdraw it. Nobody's place, group or turn is read from a table here."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, event, select
from sqlalchemy.orm import Session

from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Ballot, Member, Poll, PollMember, PollState, Workspace
from slackapp.outbox.queue import insert_for
from slackapp.pulse import ballot_log, charter_tables, comments, statement_logs
from slackapp.pulse.ballots import Answer, digest_of, new_nonce, receipt_of, seal
from slackapp.pulse.charter import Charter, InvalidCharterError, Invitee
from slackapp.pulse.keys import KeyDirectory
from slackapp.pulse.opening import lock_poll

CLOSED = translatable("This check-in has closed. Results come with the digest.")
LOST = translatable("This check-in was lost, so no answer can be read. The next will work.")
NOT_YOURS = translatable("This check-in is for another team. Yours is on your Home tab.")
NOT_ASKED = translatable(
    "This check-in is for another team. None asks you, because you are in no team or lead the one at the top."
)
NOTHING_CHOSEN = translatable("Choose at least one answer, or close.")
NOT_ON_THE_LIST = translatable(
    "Whom this check-in asks was fixed when it opened: before you came, or your team is asked less often. "
    "The next one asks you."
)


@dataclass(frozen=True, slots=True)
class Answers:
    """What one person hands in. `scores` are 1 to 5 or CANT_SAY by item; blank items are absent.

    `person` is Slack's team and user id, as they came with Slack's signature: `T01/U01`.
    """

    poll_id: str
    person: str
    scores: Mapping[str, int]
    comment: str = ""
    nonce: bytes = field(default_factory=new_nonce, repr=False)


def person_of(slack_team_id: str, slack_user_id: str) -> str:
    """How a person is named to the check-in: by the ids that Slack signed."""
    return f"{slack_team_id}/{slack_user_id}"


def current(session: Session, workspace: Workspace, now: datetime) -> Poll | None:
    """The workspace's poll that takes answers now, if there is one."""
    open_now = (Poll.workspace_id == workspace.id, Poll.state == PollState.OPEN)
    return session.scalar(select(Poll).where(*open_now, Poll.opens_at <= now, Poll.closes_at > now))


def open_poll_for(session: Session, workspace: Workspace, member_id: str, now: datetime) -> Poll | None:
    """The poll in which this person may answer now, the same before and after they did."""
    poll = current(session, workspace, now)
    return poll if poll is not None and session.get(PollMember, (poll.id, member_id)) is not None else None


def take_part(
    session: Session, keys: KeyDirectory, poll_id: str, person: str, now: datetime
) -> tuple[Charter, Invitee]:
    """The charter and this person's place in it. Raises the UserError that says why not."""
    return _admit(session, keys, session.get(Poll, poll_id), person, now)


def submit(session: Session, keys: KeyDirectory, answers: Answers, now: datetime) -> Charter:
    """Store an answer in place of an earlier one; gives the charter. Acknowledge it only after the commit.

    Raises UserError when the poll is closed, lost or not this person's, or beside its first question when
    nothing was answered: an empty answer would replace another one, and count as one of five.
    """
    poll_id, person = answers.poll_id, answers.person
    charter, secret, invitee = _lock_open(session, keys, poll_id, person, now)
    scores = {item: score for item, score in answers.scores.items() if item in charter.items}
    # The comment is cleaned here as well, so that no caller can forget it.
    comment = comments.clean(answers.comment) if charter.comments_on else ""
    if not scores and not comment:
        raise UserError(NOTHING_CHOSEN).beside(charter.items[0])
    sealed = seal(secret, poll_id, person, Answer(invitee.unit, scores, comment), answers.nonce)
    _log_change(session, keys, poll_id, sealed.receipt, digest_of(sealed))
    ballot = insert_for(session)(Ballot).values(poll_id=poll_id, receipt=sealed.receipt, box=sealed.box)
    session.execute(
        ballot.on_conflict_do_update(index_elements=["poll_id", "receipt"], set_={"box": ballot.excluded.box})
    )
    return charter


def withdraw(session: Session, keys: KeyDirectory, poll_id: str, person: str, now: datetime) -> None:
    """Delete a person's ballot, if there is one; nothing tells which. Raises as `submit`."""
    _, secret, _ = _lock_open(session, keys, poll_id, person, now)
    receipt = receipt_of(secret, poll_id, person)
    _log_change(session, keys, poll_id, receipt, ballot_log.WITHDRAWN)
    session.execute(delete(Ballot).where(Ballot.poll_id == poll_id, Ballot.receipt == receipt))


def _log_change(session: Session, keys: KeyDirectory, poll_id: str, receipt: bytes, digest: bytes) -> None:
    """Log a change durably before it is made, and once more after its commit."""
    keys.log_change(poll_id, ballot_log.line(ballot_log.BEGUN, receipt, digest), durably=True)

    def committed(_: Session) -> None:
        # The change stands. Without this line the count knows less about it, and nothing is lost.
        with suppress(OSError):
            keys.log_change(poll_id, ballot_log.line(ballot_log.ENDED, receipt, digest), durably=False)

    event.listen(session, "after_commit", committed, once=True)


def _lock_open(
    session: Session, keys: KeyDirectory, poll_id: str, person: str, now: datetime
) -> tuple[Charter, bytes, Invitee]:
    """The charter, the secret and the person's place, with the poll held open until the transaction ends."""
    statement_logs.silence(session)
    poll = lock_poll(session, poll_id, shared=True)
    charter, invitee = _admit(session, keys, poll, person, now)
    secret = keys.load(poll_id)
    if secret is None:
        raise UserError(CLOSED)
    return charter, secret, invitee


def _admit(
    session: Session, keys: KeyDirectory, poll: Poll | None, person: str, now: datetime
) -> tuple[Charter, Invitee]:
    if poll is not None and poll.state == PollState.LOST:
        raise UserError(LOST)
    # The database may close a check-in to answers; only the charter keeps it open.
    if poll is None or poll.state != PollState.OPEN:
        raise UserError(CLOSED)
    charter = _open_charter(keys, poll.id, now)
    invitee = charter.invitee(person)
    if invitee is None:
        raise UserError(_why_not_asked(session, poll, person))
    return charter, invitee


def _open_charter(keys: KeyDirectory, poll_id: str, now: datetime) -> Charter:
    try:
        charter = keys.charter(poll_id)
    except InvalidCharterError:
        charter = None
    if charter is None or not charter.is_open(now) or keys.is_counted(poll_id):
        raise UserError(CLOSED)
    return charter


def _why_not_asked(session: Session, poll: Poll, person: str) -> str:
    team, _, user = person.partition("/")
    workspace = session.get_one(Workspace, poll.workspace_id)
    if team != workspace.slack_team_id:
        return NOT_YOURS
    # Who is not asked has no answer here, so their id may stand in a statement.
    statement = select(Member).where(Member.workspace_id == workspace.id, Member.slack_user_id == user)
    member = session.scalar(statement)
    teams = charter_tables.teams_of(session, poll)
    has_unit = member is not None and charter_tables.unit_of(member, teams) is not None
    return NOT_ON_THE_LIST if has_unit else NOT_ASKED
