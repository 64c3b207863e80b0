"""Installations through OAuth and their tokens, which are stored encrypted, never plain.

The first of the keys seals; all of them open. To rotate: put a new key first, restart, and once
every token was sealed anew (`reseal`, at each start and by `slackapp tokens rotate`), take the old key away.
"""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from slackapp.core.errors import SettingsError
from slackapp.models import Installation, InstallTicket, Workspace
from slackapp.outbox.queue import insert_for
from slackapp.workspace import audit_log, registry

STATE_LASTS = timedelta(minutes=10)
_STATE = "install"


@dataclass(frozen=True, slots=True)
class NewInstallation:
    """What Slack granted at an installation; `key` is the workspace's or organisation's Slack id."""

    key: str
    name: str
    token: str = field(repr=False)
    bot_user_id: str
    scopes: str
    bot_id: str = ""
    is_enterprise: bool = False


@dataclass(frozen=True, slots=True)
class GrantedWorkspace:
    """A workspace that an organisation's installation was granted to."""

    slack_team_id: str
    name: str


@dataclass(frozen=True, slots=True)
class BotIdentity:
    """The app as it acts in one workspace."""

    token: str = field(repr=False)
    bot_user_id: str
    bot_id: str
    scopes: tuple[str, ...]
    is_enterprise: bool = False


class TokenEncryption:
    """Encrypts tokens with the first key and decrypts them with any.

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
        """Return the token encrypted, as it is stored."""
        return self._fernet.encrypt(token.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """Return the token decrypted; None when no key fits."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            return None


def new_state(locker: TokenEncryption, *, now: datetime) -> str:
    """Return a state for an installation that begins now: encrypted, so that nothing has to be stored.

    It contains the time of its end and a random part, and is valid for ten minutes.
    """
    state = locker.seal(f"{_STATE}:{int((now + STATE_LASTS).timestamp())}:{secrets.token_urlsafe(16)}")
    return state.rstrip("=")


def consume_state(session: Session, locker: TokenEncryption, state: str, *, now: datetime) -> bool:
    """Return whether this state is ours, still valid, and used for the first time.

    A used state is stored until its end.
    """
    session.execute(delete(InstallTicket).where(InstallTicket.expires <= now))
    padded = state + "=" * (-len(state) % 4)
    kind, _, rest = (locker.open(padded) or "").partition(":")
    end = rest.partition(":")[0]
    if kind != _STATE or not end.isdecimal():
        return False
    expires = datetime.fromtimestamp(int(end), now.tzinfo)
    if expires <= now:
        return False
    used = insert_for(session)(InstallTicket).values(mark=_mark(state), expires=expires)
    return session.scalar(used.on_conflict_do_nothing().returning(InstallTicket.mark)) is not None


def save(session: Session, locker: TokenEncryption, granted: NewInstallation, *, now: datetime) -> None:
    """Store a workspace's installation, new or again with its new token and scopes."""
    before = _write(session, locker, granted, now)
    workspace = registry.install(
        session, slack_team_id=granted.key, name=granted.name, bot_user_id=granted.bot_user_id
    )
    _record_scopes(session, workspace, before, granted.scopes, now)


def save_organisation(
    session: Session,
    locker: TokenEncryption,
    granted: NewInstallation,
    teams: Iterable[GrantedWorkspace],
    *,
    now: datetime,
) -> None:
    """Store an organisation's installation, and install it in the workspaces it was granted to."""
    before = _write(session, locker, granted, now)
    for workspace in allow_workspaces(session, granted.key, teams):
        _record_scopes(session, workspace, before, granted.scopes, now)


def allow_workspaces(
    session: Session, enterprise_id: str, teams: Iterable[GrantedWorkspace]
) -> list[Workspace]:
    """Install the app in these workspaces of an organisation; those with an own installation keep it."""
    installation = session.get(Installation, enterprise_id)
    if installation is None:
        return []
    return [
        registry.install(
            session,
            slack_team_id=team.slack_team_id,
            name=team.name,
            bot_user_id=installation.bot_user_id,
            enterprise_id=enterprise_id,
        )
        for team in teams
        if session.get(Installation, team.slack_team_id) is None
    ]


def identity_for(session: Session, locker: TokenEncryption, *keys: str | None) -> BotIdentity | None:
    """Return the bot's identity in a workspace, by the first of these Slack ids that has one.

    None where it is not installed, or no key decrypts its token.
    """
    for key in filter(None, keys):
        installation = session.get(Installation, key)
        token = locker.open(installation.sealed_token) if installation else None
        if installation is not None and token is not None:
            scopes = tuple(installation.scopes.split(","))
            return BotIdentity(
                token, installation.bot_user_id, installation.bot_id, scopes, installation.is_enterprise
            )
    return None


def new_key() -> str:
    """Return a new key for TOKEN_KEYS."""
    return Fernet.generate_key().decode()


def count(session: Session) -> int:
    """Return the number of installations."""
    return session.scalar(select(func.count()).select_from(Installation)) or 0


def reencrypt(session: Session, locker: TokenEncryption) -> int:
    """Encrypt every token with the newest key; return how many no key decrypts."""
    lost = 0
    for installation in session.scalars(select(Installation).with_for_update()):
        token = locker.open(installation.sealed_token)
        if token is None:
            lost += 1
        else:
            installation.sealed_token = locker.seal(token)
    session.flush()
    return lost


def _write(session: Session, locker: TokenEncryption, granted: NewInstallation, now: datetime) -> str | None:
    """Write the row, new or again; return the scopes it had before."""
    installation = session.get(Installation, granted.key) or Installation(key=granted.key)
    before = installation.scopes
    installation.name, installation.sealed_token = granted.name, locker.seal(granted.token)
    installation.bot_user_id, installation.bot_id = granted.bot_user_id, granted.bot_id
    installation.scopes, installation.installed_at, installation.is_enterprise = (
        granted.scopes,
        now,
        granted.is_enterprise,
    )
    session.add(installation)
    session.flush()
    return before


def _record_scopes(
    session: Session, workspace: Workspace, before: str | None, after: str, now: datetime
) -> None:
    entry = audit_log.NewEntry(
        "an installer",
        audit_log.Action.INSTALLED,
        before=str(len(before.split(","))) if before else None,
        after=str(len(after.split(","))),
    )
    audit_log.record(session, workspace, entry, now=now)


def _mark(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
