"""Marks in place of people: the same person always gets the same one, and only KEY_DIR can tell whose it is.

A mark without a secret could be tried out over a list of colleagues. The secret lies with the
check-in's keys, outside the database, and the pseudonyms of those who were erased lie beside it: a
database that is put back from an old backup does not bring them back.
"""

import hashlib
import hmac
import os
from contextlib import suppress
from pathlib import Path

GONE = "gone-"


"""How the place of Slack's id begins once a person was erased."""


def is_erased(slack_user_id: str) -> bool:
    """Whether this stands where an erased person's id stood."""
    return slack_user_id.startswith(GONE)


_SECRET_BYTES = 32
_MODE = 0o600


class Pseudonyms:
    """The secret in a key directory, made when it is first needed, and the list of who was erased."""

    def __init__(self, directory: Path) -> None:
        self._secret_file = directory / "pseudonyms.secret"
        self._list = directory / "erased.pseudonyms"

    def person(self, slack_team_id: str, slack_user_id: str) -> str:
        """Somebody's mark, by which they are known to have been erased."""
        return self._mark("person", slack_team_id, slack_user_id)

    def actor(self, member_id: str) -> str:
        """Who did something, for the audit log."""
        return self._mark("actor", member_id)[:24]

    def bury(self, pseudonyms: frozenset[str]) -> None:
        """Write down durably who was erased. Those already on the list are not repeated."""
        new = sorted(pseudonyms - self.buried())
        if new:
            descriptor = os.open(self._list, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _MODE)
            with os.fdopen(descriptor, "w", encoding="ascii") as opened:
                opened.writelines(f"{one}\n" for one in new)
                opened.flush()
                os.fsync(opened.fileno())

    def dig_up(self, mark: str) -> None:
        """Take somebody off the list who wants to come back."""
        left = sorted(self.buried() - {mark})
        made = self._list.with_name(f".{os.urandom(6).hex()}.tmp")
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
        with os.fdopen(descriptor, "w", encoding="ascii") as opened:
            opened.writelines(f"{one}\n" for one in left)
            opened.flush()
            os.fsync(opened.fileno())
        made.replace(self._list)

    def buried(self) -> frozenset[str]:
        """The pseudonyms of everybody who was erased."""
        try:
            return frozenset(self._list.read_text(encoding="ascii").split())
        except FileNotFoundError:
            return frozenset()

    def _mark(self, *parts: str) -> str:
        return hmac.new(self._secret(), "\0".join(parts).encode(), hashlib.sha256).hexdigest()

    def _secret(self) -> bytes:
        with suppress(FileNotFoundError):
            return self._secret_file.read_bytes()
        made = self._secret_file.with_name(f".{os.urandom(6).hex()}.tmp")
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(os.urandom(_SECRET_BYTES))
            opened.flush()
            os.fsync(opened.fileno())
        # A link fails where the file is there already: the process that came first has made the secret.
        with suppress(FileExistsError):
            os.link(made, self._secret_file)
        made.unlink()
        return self._secret_file.read_bytes()
