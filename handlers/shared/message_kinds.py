"""Which messages there are, as far as it matters when nobody knows whether one has arrived."""

from typing import Final

from reports.publishing import failures as noticing
from reports.publishing import schedule as digest
from slackapp.delivery import Harmless
from slackapp.privacy import export_requests as requests
from slackapp.pulse import notices as telling
from slackapp.pulse import opening, rounds
from slackapp.pulse import settings as governing
from slackapp.pulse.notices import TEST
from slackapp.recognition import reminders as nudging
from slackapp.recognition import undelivered as unreached
from slackapp.recognition.notifications import Kind
from slackapp.teams.sync import ARCHIVED, OFFER

CHECK_INS: Final = frozenset(
    {
        governing.RULES_CHANGED,
        opening.INVITATION,
        rounds.LOSS,
        telling.NEW_LEADER,
        telling.REMINDER,
        TEST,
    }
)
DIGESTS: Final = frozenset(
    {
        digest.COMMENTS,
        digest.MESSAGE,
        digest.PAGE,
        digest.SHEET,
        digest.THREADED,
        noticing.HANDING_ON,
        noticing.NO_READER,
        noticing.NOT_SHARED,
    }
)
_NOTICES: Final = frozenset({ARCHIVED, Kind.REPORT, OFFER, nudging.KIND, unreached.KIND, *requests.Kind})

HARMLESS: Final = Harmless(
    # One ballot counts, however often somebody is asked; and a notice that comes twice says the same.
    to_people=CHECK_INS | DIGESTS | _NOTICES,
    anywhere={telling.REMINDER},
)
"""Whom a second copy harms: whoever is thanked twice, and a channel that reads the same post again."""
