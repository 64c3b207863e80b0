"""Alarms: somebody changed a check-in in the database. Kept in KEY_DIR, where no database reaches."""

import logging
import os
from datetime import datetime

from slackapp.pulse.key_files import FILE_MODE
from slackapp.pulse.keys import ALARMS, KeyDirectory

_log = logging.getLogger(__name__)


def raise_alarm(keys: KeyDirectory, poll_id: str, words: str, now: datetime) -> None:
    """Write down durably that something was noticed; it names nobody. Repeating it adds no second line."""
    sentence = f"{poll_id} {words}"
    with keys.files.locked():
        if any(line.endswith(sentence) for line in alarms(keys)):
            return
        descriptor = os.open(keys.path / ALARMS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, FILE_MODE)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{now:%Y-%m-%d %H:%M} {sentence}\n")
            file.flush()
            os.fsync(file.fileno())
        keys.files.sync()
    _log.error("A check-in was changed in the database: %s", sentence)


def alarms(keys: KeyDirectory) -> list[str]:
    """The alarms so far. An operator removes the file once they have been looked into."""
    return (keys.files.read(ALARMS) or b"").decode("utf-8", "replace").splitlines()
