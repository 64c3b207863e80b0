"""Whom an alarm about a check-in is still to be told, kept in KEY_DIR: whoever changes the database too.

People get a direct message that no table knows of. The outbox is a second way, a quarter of an hour later.
"""

import json
import logging
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from slackapp.core.calendar import is_quiet
from slackapp.pulse.charter import Charter
from slackapp.pulse.keys import TELLING, KeyDirectory

OUTBOX_AFTER = timedelta(minutes=15)
"""How much later the outbox tells those who could not be told directly."""
FORGOTTEN_AFTER = timedelta(days=7)
_AT_ONCE = 20
_QUIET_FROM, _QUIET_UNTIL = time(20), time(8)
"""The hours that members start with: their own stand in the database, which is not asked."""
_log = logging.getLogger(__name__)


class Sentence(StrEnum):
    """What people are told."""

    CHANGED = "changed"
    """It was changed in the database; the rest is counted."""
    LOST = "lost"
    """No answer to it can be read."""


@dataclass(frozen=True, slots=True)
class AlarmNotice:
    """One person to tell: Slack's ids of workspace and person, and the language they read."""

    poll_id: str
    team: str
    user: str
    language: str
    zone: str
    sentence: Sentence


def request(keys: KeyDirectory, charter: Charter, sentence: Sentence, now: datetime) -> None:
    """Write down that everybody whom the charter names is to be told. Asking again changes nothing."""
    people = {user: [invitee.language, invitee.zone] for user, invitee in charter.people.items()}
    stored = {"team": charter.team, "sentence": sentence, "at": now.isoformat(), "people": people}
    try:
        keys.files.write_once(f"{charter.poll_id}{TELLING}", json.dumps(stored).encode())
    except OSError:
        _log.exception("Who is to be told of an alarm could not be written down; is KEY_DIR's disk full?")


def take(keys: KeyDirectory, now: datetime) -> list[AlarmNotice]:
    """Take out the next people to tell now. Whoever cannot be told is to be given back.

    Of several processes each gets other people.
    """
    notices: list[AlarmNotice] = []
    for poll_id in keys.files.names(TELLING):
        name = f"{poll_id}{TELLING}"
        with keys.files.locked():
            stored = json.loads(keys.files.read(name) or b"{}")
            awake = [user for user, (_, zone) in stored.get("people", {}).items() if not _sleeps(now, zone)]
            for user in awake[: _AT_ONCE - len(notices)]:
                language, zone = stored["people"].pop(user)
                sentence = Sentence(stored["sentence"])
                notices.append(AlarmNotice(poll_id, stored["team"], user, language, zone, sentence))
            is_old = stored and now - datetime.fromisoformat(stored["at"]) > FORGOTTEN_AFTER
            if is_old or not stored.get("people"):
                keys.files.destroy(name)
            else:
                keys.files.replace(name, json.dumps(stored).encode())
    return notices


def give_back(keys: KeyDirectory, notice: AlarmNotice, now: datetime) -> None:
    """Put somebody back who could not be told: Slack did not answer."""
    name = f"{notice.poll_id}{TELLING}"
    with keys.files.locked():
        new = {"team": notice.team, "sentence": notice.sentence, "at": now.isoformat(), "people": {}}
        stored = json.loads(keys.files.read(name) or json.dumps(new))
        stored["people"][notice.user] = [notice.language, notice.zone]
        keys.files.replace(name, json.dumps(stored).encode())


def forget(keys: KeyDirectory, user: str) -> None:
    """Take an erased person out of every list."""
    for poll_id in keys.files.names(TELLING):
        name = f"{poll_id}{TELLING}"
        with keys.files.locked():
            stored = json.loads(keys.files.read(name) or b"{}")
            if stored.get("people", {}).pop(user, None):
                keys.files.replace(name, json.dumps(stored).encode())


def _sleeps(now: datetime, zone: str) -> bool:
    return is_quiet(now, zone=zone, quiet_from=_QUIET_FROM, quiet_until=_QUIET_UNTIL)
