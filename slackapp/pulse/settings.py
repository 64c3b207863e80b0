"""What an admin settles about the check-in. Thresholds only rise; before go-live staff get nothing."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Cadence, Team, Workspace
from slackapp.outbox.kinds import Kind, SecondCopy, Topic
from slackapp.outbox.queue import Priority, fan_out
from slackapp.outbox.references import ThresholdsRef
from slackapp.pulse.disclosure import FEWEST_FOR_COMMENTS, LOWEST_C, LOWEST_K
from slackapp.pulse.questions import MOST_ROTATING, SETS
from slackapp.workspace.formal_routes import NEEDED_FOR_COMMENTS

RULES_CHANGED = Kind(
    "pulse_rules",
    ThresholdsRef,
    priority=Priority.POLL,
    topic=Topic.CHECK_INS,
    second_copy=SecondCopy.HARMLESS,
)
"""The kind of the message that tells people of a threshold that was raised."""

NHS_K = 11
HIGHEST = 30
HIGHEST_C = 2
DAYS_OPEN = (7, 14)
LONGEST_PAUSE = timedelta(days=366)
_DAYS_OF_WEEK = range(7)
_LONGEST_CONTACT = 300

ONLY_RAISED = translatable("What protects people can only be raised, never lowered.")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The smallest group that is shown, how much the scale's ends are merged, the fewest for comments."""

    k: int = LOWEST_K
    c: int = LOWEST_C
    comments: int = FEWEST_FOR_COMMENTS


@dataclass(frozen=True, slots=True)
class NewSettings:
    """Everything else that an admin chooses."""

    cadence: str
    weekday: int
    at: time
    days_open: int
    comments_on: bool
    question_set: str
    rotating: int
    contact: str | None


def go_live(session: Session, workspace: Workspace, now: datetime) -> None:
    """From now on check-ins open and reach staff. Pressing it again changes nothing.

    Raises:
        UserError: There is no team, so nobody would be asked.
    """
    is_open_team = (Team.workspace_id == workspace.id, Team.closed_at.is_(None))
    if session.scalars(select(Team.id).where(*is_open_team).limit(1)).first() is None:
        raise UserError(
            translatable("There is no team yet, so nobody would be asked. Please make a team first.")
        )
    if not workspace.pulse_on:
        workspace.pulse_on, workspace.pulse_since = True, now
        session.flush()


def stop(session: Session, workspace: Workspace) -> None:
    """No further check-in opens. One that is open keeps the close it named."""
    workspace.pulse_on = False
    session.flush()


def save(session: Session, workspace: Workspace, settled: NewSettings) -> None:
    """Store what was chosen; it holds from the next opening on. UserError when it makes no sense."""
    known = (
        settled.cadence in set(Cadence)
        and settled.weekday in _DAYS_OF_WEEK
        and settled.days_open in DAYS_OPEN
        and settled.question_set in SETS
        and 1 <= settled.rotating <= MOST_ROTATING
    )
    if not known:
        raise UserError(translatable("That is not one of the choices."))
    if settled.cadence == Cadence.WEEKLY and settled.days_open > DAYS_OPEN[0]:
        raise UserError(translatable("A weekly check-in can be open for one week at most.")).beside(
            "days_open"
        )
    contact = " ".join((settled.contact or "").split()) or None
    if contact and len(contact) > _LONGEST_CONTACT:
        sentence = translatable("Please say in at most {most} characters whom to turn to.")
        raise UserError(sentence, most=_LONGEST_CONTACT).beside("contact")
    if settled.comments_on and not contact:
        raise UserError(NEEDED_FOR_COMMENTS).beside("contact")
    workspace.pulse_cadence, workspace.pulse_weekday = settled.cadence, settled.weekday
    workspace.pulse_time, workspace.pulse_days_open = settled.at, settled.days_open
    workspace.comments_on, workspace.question_set = settled.comments_on, settled.question_set
    workspace.rotating_a_poll, workspace.contact = settled.rotating, contact
    session.flush()


def thresholds(workspace: Workspace) -> Thresholds:
    """Those that hold for the next check-in."""
    return Thresholds(
        max(workspace.k, LOWEST_K),
        max(workspace.c, LOWEST_C),
        max(workspace.comment_threshold, FEWEST_FOR_COMMENTS),
    )


def nhs_thresholds(workspace: Workspace) -> Thresholds:
    """What many NHS organisations use: eleven, or what is stricter here already."""
    now = thresholds(workspace)
    return Thresholds(max(now.k, NHS_K), now.c, max(now.comments, NHS_K))


def raise_thresholds(session: Session, workspace: Workspace, raised: Thresholds) -> bool:
    """Raise thresholds and owe everybody a word about it; True when anything changed.

    Raises:
        UserError: One would be lowered, or is out of reach.
    """
    before = thresholds(workspace)
    if raised.k < before.k or raised.c < before.c or raised.comments < before.comments:
        raise UserError(ONLY_RAISED)
    if raised.k > HIGHEST or raised.comments > HIGHEST or raised.c > HIGHEST_C:
        raise UserError(translatable("That is not one of the choices."))
    workspace.k, workspace.c, workspace.comment_threshold = raised.k, raised.c, raised.comments
    session.flush()
    if raised == before:
        return False
    if workspace.pulse_on:
        about = str(ThresholdsRef(raised.k, raised.c, raised.comments))
        fan_out(session, workspace, key=f"rules:{workspace.id}:{about}", kind=RULES_CHANGED, reference=about)
    return True


def pause(session: Session, workspace: Workspace, first: date, last: date) -> None:
    """Open no check-in on these days, both included. UserError when turned round or too long."""
    if last < first:
        raise UserError(translatable("The last day of a pause can't come before its first.")).beside(
            "pause_until"
        )
    if last - first > LONGEST_PAUSE:
        raise UserError(translatable("A pause can't be longer than a year.")).beside("pause_until")
    days = [first.isoformat(), last.isoformat()]
    if days not in workspace.pulse_pauses:
        workspace.pulse_pauses = sorted([*workspace.pulse_pauses, days])
        session.flush()


def delete_pauses(session: Session, workspace: Workspace) -> None:
    """Pause no more."""
    workspace.pulse_pauses = []
    session.flush()
