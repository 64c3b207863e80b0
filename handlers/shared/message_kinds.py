"""Groups the kinds of messages by what it means to send one twice, and by how an admin reads of them."""

from typing import Final

from reports.publishing import failures, schedule
from slackapp.delivery import Harmless
from slackapp.privacy import export_requests
from slackapp.pulse import notices, opening, rounds, settings
from slackapp.pulse.notices import TEST
from slackapp.recognition import reminders, undelivered
from slackapp.recognition.notifications import Kind
from slackapp.teams.moves import MOVED
from slackapp.teams.proposals import ANSWERED, NOMINATION, PLACE
from slackapp.teams.sync import ARCHIVED, OFFER, REMOVED

CHECK_INS: Final = frozenset(
    {
        settings.RULES_CHANGED,
        opening.INVITATION,
        rounds.LOSS,
        notices.ALTERATION,
        notices.NEW_LEADER,
        notices.REMINDER,
        TEST,
    }
)
DIGESTS: Final = frozenset(
    {
        schedule.COMMENTS,
        schedule.MESSAGE,
        schedule.PAGE,
        schedule.SHEET,
        schedule.THREADED,
        failures.HANDING_ON,
        failures.NO_READER,
        failures.NOT_SHARED,
    }
)
_NOTICES: Final = frozenset(
    {
        ANSWERED,
        ARCHIVED,
        Kind.REPORT,
        MOVED,
        NOMINATION,
        OFFER,
        PLACE,
        REMOVED,
        reminders.KIND,
        undelivered.KIND,
        *export_requests.Kind,
    }
)

HARMLESS: Final = Harmless(
    # One ballot counts, however often somebody is asked; and a notice that comes twice says the same.
    to_people=CHECK_INS | DIGESTS | _NOTICES,
    anywhere={notices.REMINDER},
)
"""Whom a second copy harms: whoever is thanked twice, and a channel that reads the same post again."""
