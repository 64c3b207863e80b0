"""Who installed the app through OAuth, and with which token. Tokens are stored sealed, never plain.

The first of the keys seals; all of them open. To rotate: put a new key first, restart, and once
every token was sealed anew (`reseal`, at each start and by `slackapp tokens rotate`), take the old key away.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from slackapp import audit, workspaces
from slackapp.errors import SettingsError
from slackapp.models import Installation, InstallTicket, Workspace

TICKET_LASTS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Granted:
    """What Slack granted at the end of an installation."""

    slack_team_id: str
    name: str
    token: str = field(repr=False)
    bot_user_id: str
    scopes: str
    bot_id: str = ""


@dataclass(frozen=True, slots=True)
class Bearer:
    """The app as it acts in one workspace."""

    token: str = field(repr=False)
    bot_user_id: str
    bot_id: str
    scopes: tuple[str, ...]


class Locker:
    """Seals tokens with the first key and opens them with any.

    Raises:
        SettingsError: There is no key, or one is not a Fernet key.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            raise SettingsError(
                "TOKEN_KEYS: name one or more keys, separated by commas, the newest first. Make one with: "
                "slackapp tokens new-key"
            ) from None

    def seal(self, token: str) -> str:
        """The token as it is stored."""
        return self._fernet.encrypt(token.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """The token again; None when none of the keys fits."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            return None


def begin(session: Session, *, now: datetime) -> str:
    """Begin an installation; the state that must come back within ten minutes, once."""
    session.execute(delete(InstallTicket).where(InstallTicket.expires <= now))
    state = secrets.token_urlsafe(32)
    session.add(InstallTicket(mark=_mark(state), expires=now + TICKET_LASTS))
    session.flush()
    return state


def take(session: Session, state: str, *, now: datetime) -> bool:
    """Whether this state was given out, is not too old, and comes back for the first time."""
    ticket = delete(InstallTicket).where(InstallTicket.mark == _mark(state), InstallTicket.expires > now)
    return session.scalar(ticket.returning(InstallTicket.mark)) is not None


def keep(session: Session, locker: Locker, granted: Granted, *, now: datetime) -> Workspace:
    """Remember an installation, or the same one again with its new token and scopes."""
    workspace = workspaces.install(
        session, slack_team_id=granted.slack_team_id, name=granted.name, bot_user_id=granted.bot_user_id
    )
    found = session.get(Installation, granted.slack_team_id) or Installation(key=granted.slack_team_id)
    before = found.scopes
    found.name, found.sealed_token = granted.name, locker.seal(granted.token)
    found.bot_user_id, found.bot_id = granted.bot_user_id, granted.bot_id
    found.scopes, found.installed_at = granted.scopes, now
    session.add(found)
    entry = audit.Entry(
        "an installer",
        audit.Deed.INSTALLED,
        before=str(len(before.split(","))) if before else None,
        after=str(len(granted.scopes.split(","))),
    )
    audit.note(session, workspace, entry, now=now)
    return workspace


def bearer(session: Session, locker: Locker, slack_team_id: str) -> Bearer | None:
    """How the app acts in a workspace; None where it is not installed, or no key opens its token."""
    found = session.get(Installation, slack_team_id)
    token = locker.open(found.sealed_token) if found else None
    if found is None or token is None:
        return None
    return Bearer(token, found.bot_user_id, found.bot_id, tuple(found.scopes.split(",")))


def new_key() -> str:
    """A key for TOKEN_KEYS."""
    return Fernet.generate_key().decode()


def count(session: Session) -> int:
    """How many installations there are."""
    return session.scalar(select(func.count()).select_from(Installation)) or 0


def reseal(session: Session, locker: Locker) -> int:
    """Seal every token with the newest key; gives how many no key opens any more."""
    lost = 0
    for found in session.scalars(select(Installation).with_for_update()):
        token = locker.open(found.sealed_token)
        if token is None:
            lost += 1
        else:
            found.sealed_token = locker.seal(token)
    session.flush()
    return lost


def _mark(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
