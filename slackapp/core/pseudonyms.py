"""Pseudonyms of people, and the list of erased people. Only the secret in KEY_DIR can tell whose one is.

The same person always gets the same pseudonym. It is keyed: without a secret, anybody could compute it for
a list of colleagues. The secret lies with the check-in's keys, outside the database, and so does the list
of erased people: a database restored from an old backup does not bring them back.
"""

import hashlib
import hmac
import os
from contextlib import suppress
from pathlib import Path

GONE = "gone-"
"""Prefix of the value that replaces an erased person's Slack id."""

_SECRET_BYTES = 32
_MODE = 0o600


def is_erased(slack_user_id: str) -> bool:
    """Whether this value replaces an erased person's Slack id."""
    return slack_user_id.startswith(GONE)


class Pseudonyms:
    """Keyed pseudonyms; the secret is created in the key directory when it is first needed."""

    def __init__(self, directory: Path) -> None:
        self._secret_file = directory / "pseudonyms.secret"

    def for_person(self, slack_team_id: str, slack_user_id: str) -> str:
        """Return the pseudonym under which a person is listed as erased."""
        return self._pseudonym("person", slack_team_id, slack_user_id)

    def for_actor(self, member_id: str) -> str:
        """Return the pseudonym of an actor in the audit log."""
        return self._pseudonym("actor", member_id)[:24]

    def _pseudonym(self, *parts: str) -> str:
        return hmac.new(self._secret(), "\0".join(parts).encode(), hashlib.sha256).hexdigest()

    def _secret(self) -> bytes:
        with suppress(FileNotFoundError):
            return self._secret_file.read_bytes()
        temporary = _temporary(self._secret_file)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(os.urandom(_SECRET_BYTES))
            opened.flush()
            os.fsync(opened.fileno())
        # A link fails if the file exists: another process has created the secret first.
        with suppress(FileExistsError):
            os.link(temporary, self._secret_file)
        temporary.unlink()
        return self._secret_file.read_bytes()


class ErasureList:
    """The durable list of erased people's pseudonyms, in the key directory."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / "erased.pseudonyms"

    def all(self) -> frozenset[str]:
        """Return every pseudonym on the list."""
        try:
            return frozenset(self._file.read_text(encoding="ascii").split())
        except FileNotFoundError:
            return frozenset()

    def add(self, pseudonyms: frozenset[str]) -> None:
        """Append pseudonyms durably. Those already on the list are not repeated."""
        new = sorted(pseudonyms - self.all())
        if new:
            descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _MODE)
            with os.fdopen(descriptor, "w", encoding="ascii") as opened:
                opened.writelines(f"{pseudonym}\n" for pseudonym in new)
                opened.flush()
                os.fsync(opened.fileno())

    def remove(self, pseudonym: str) -> None:
        """Remove a pseudonym, so that its person may be stored again."""
        remaining = sorted(self.all() - {pseudonym})
        temporary = _temporary(self._file)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
        with os.fdopen(descriptor, "w", encoding="ascii") as opened:
            opened.writelines(f"{entry}\n" for entry in remaining)
            opened.flush()
            os.fsync(opened.fileno())
        temporary.replace(self._file)


def _temporary(file: Path) -> Path:
    return file.with_name(f".{os.urandom(6).hex()}.tmp")
