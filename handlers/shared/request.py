"""A request: the caller, their workspace and language, and one transaction for them."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, overload

from slack_sdk import WebClient
from sqlalchemy.orm import Session

from handlers.shared.context import Context
from handlers.shared.payloads import Caller
from handlers.shared.people import look_up, voice_for, workspace_of
from slackapp.core.errors import UserError
from slackapp.core.i18n import Voice
from slackapp.core.pseudonyms import Pseudonyms
from slackapp.models import Member, Workspace
from slackapp.workspace import audit_log, members, permissions
from slackapp.workspace.audit_log import Action
from slackapp.workspace.members import UnknownMembers
from slackapp.workspace.permissions import Permission

OpenSession = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True, slots=True)
class Scope:
    """The session, workspace and member of one transaction for one person."""

    session: Session
    workspace: Workspace
    member: Member
    say: Voice
    now: datetime
    pseudonyms: Pseudonyms

    @property
    def actor(self) -> str:
        """The member's pseudonym for the audit log."""
        return self.pseudonyms.for_actor(self.member.id)

    def record(
        self, action: Action, subject: str = "", before: str | None = None, after: str | None = None
    ) -> None:
        """Add an entry about this person's action to the audit log, in this transaction."""
        entry = audit_log.NewEntry(self.actor, action, subject, before, after)
        audit_log.record(self.session, self.workspace, entry, now=self.now)


@dataclass(frozen=True, slots=True)
class VisitorScope:
    """The same for a caller who is not looked up: `member` is None when they are not known here."""

    session: Session
    workspace: Workspace
    member: Member | None
    say: Voice
    now: datetime
    pseudonyms: Pseudonyms

    def as_member(self, refusal: UserError) -> Scope:
        """Return the scope of a known member. Raises the refusal for everybody else."""
        if self.member is None:
            raise refusal
        return Scope(self.session, self.workspace, self.member, self.say, self.now, self.pseudonyms)


@dataclass(frozen=True, slots=True)
class AnonymousScope:
    """What holds inside one transaction of which no statement names the caller: that of a ballot."""

    session: Session
    workspace: Workspace
    now: datetime


class Request:
    """One person's request, created once for each payload."""

    def __init__(self, context: Context, client: WebClient, caller: Caller) -> None:
        self.context, self.client, self.caller = context, client, caller

    @cached_property
    def say(self) -> Voice:
        """The caller's language; read from the database unless a scope has been open before."""
        return voice_for(self.context, self.caller)

    @property
    def pseudonyms(self) -> Pseudonyms:
        """The key for people's pseudonyms."""
        return Pseudonyms(self.context.keys.path)

    def require(self, permission: Permission) -> None:
        """Raise Refused without the permission: before a `look_up` of people whom a form names."""
        with self.read(permission):
            pass

    def look_up(self, slack_user_ids: Iterable[str]) -> None:
        """Look up unknown people in Slack. Call it before a scope that names others.

        Raises:
            UserError: One of them was erased, or Slack does not know them.
        """
        look_up(self.context, self.client, self.caller, slack_user_ids)

    @overload
    def read(
        self, permission: Permission | None = None, *, look_up: Literal[True] = True
    ) -> AbstractContextManager[Scope]: ...

    @overload
    def read(
        self, permission: Permission | None = None, *, look_up: Literal[False]
    ) -> AbstractContextManager[VisitorScope]: ...

    def read(
        self, permission: Permission | None = None, *, look_up: bool = True
    ) -> AbstractContextManager[Any]:
        """Open a scope whose changes are discarded. A new caller is looked up in Slack first.

        Raises:
            NeverInstalled: The app is not in this workspace.
            Refused: The caller does not have the permission.
            UserError: The caller was erased.
        """
        opened = self.context.sessions.read
        return self._scope(opened, permission) if look_up else self._visitor_scope(opened, permission)

    @overload
    def write(
        self, permission: Permission | None = None, *, look_up: Literal[True] = True
    ) -> AbstractContextManager[Scope]: ...

    @overload
    def write(
        self, permission: Permission | None = None, *, look_up: Literal[False]
    ) -> AbstractContextManager[VisitorScope]: ...

    def write(
        self, permission: Permission | None = None, *, look_up: bool = True
    ) -> AbstractContextManager[Any]:
        """Open a transaction, committed at the end. Raises the same as `read`.

        With a permission, the settings that changed are added to the audit log in the same transaction.
        """
        if not look_up:
            return self._visitor_scope(self.context.sessions.begin, permission)
        return self._audited(permission) if permission else self._scope(self.context.sessions.begin, None)

    def read_anonymously(self) -> AbstractContextManager[AnonymousScope]:
        """A scope whose changes are thrown away, in which the caller is not looked up in any table.

        A database's log of statements then never shows a person beside a ballot. Who they are, their
        language and their time zone are in the check-in's charter. Raises NeverInstalled.
        """
        return self._anonymous_scope(self.context.sessions.read)

    def write_anonymously(self) -> AbstractContextManager[AnonymousScope]:
        """The same, committed at the end."""
        return self._anonymous_scope(self.context.sessions.begin)

    def refresh_home(self) -> None:
        """Publish the caller's Home tab."""
        self.context.refresh_home(self.client, self.caller)

    @contextmanager
    def _audited(self, permission: Permission) -> Iterator[Scope]:
        with self._scope(self.context.sessions.begin, permission) as scope:
            before = audit_log.settings(scope.workspace)
            yield scope
            audit_log.record_settings(
                scope.session, scope.workspace, before, actor=scope.actor, now=scope.now
            )

    @contextmanager
    def _scope(self, open_session: OpenSession, permission: Permission | None) -> Iterator[Scope]:
        with ExitStack() as stack:
            try:
                scope = self._enter(stack.enter_context(open_session()), permission)
            except UnknownMembers as unknown:
                # Slack is never called while a session is open.
                stack.close()
                self.look_up(unknown.slack_user_ids)
                scope = self._enter(stack.enter_context(open_session()), permission)
            yield scope

    @contextmanager
    def _visitor_scope(
        self, open_session: OpenSession, permission: Permission | None
    ) -> Iterator[VisitorScope]:
        with open_session() as session:
            workspace, now = workspace_of(session, self.caller), self.context.now()
            member = members.find(session, workspace, self.caller.user)
            if permission:
                permissions.require(session, member, permission, now=now)
            self.say = members.language_of(workspace, member)
            yield VisitorScope(session, workspace, member, self.say, now, self.pseudonyms)

    @contextmanager
    def _anonymous_scope(self, open_session: OpenSession) -> Iterator[AnonymousScope]:
        with open_session() as session:
            yield AnonymousScope(session, workspace_of(session, self.caller), self.context.now())

    def _enter(self, session: Session, permission: Permission | None) -> Scope:
        workspace, now = workspace_of(session, self.caller), self.context.now()
        member = members.get_all(session, workspace, [self.caller.user])[self.caller.user]
        if permission:
            permissions.require(session, member, permission, now=now)
        self.say = members.language_of(workspace, member)
        self.context.languages.remember(self.caller.team, self.caller.user, self.say)
        return Scope(session, workspace, member, self.say, now, self.pseudonyms)
