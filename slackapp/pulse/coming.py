"""What the check-ins do next, for whoever moves the clock in the practice hospital."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.i18n import translatable
from slackapp.models import Poll, PollState, Workspace
from slackapp.pulse import opening
from slackapp.pulse.timetable import after, upcoming

OPENS = translatable("check-in opens")
CLOSES = translatable("check-in closes")
Moment = tuple[datetime, str]
"""When, and a catalogue message that says what."""


def next_events(session: Session, now: datetime) -> list[Moment]:
    """The coming closes and openings after `now`, the soonest first; a close and an opening may coincide."""
    closing = select(Poll.closes_at).where(Poll.state == PollState.OPEN, Poll.closes_at > now)
    found = [(moment, CLOSES) for moment in session.scalars(closing)]
    for workspace in session.scalars(select(Workspace).where(opening.takes_part())):
        coming = upcoming(workspace, opening.last_poll(session, workspace), now)
        while coming.opens_at <= now:
            coming = after(workspace, coming)
        found.append((coming.opens_at, OPENS))
    return sorted(found)
