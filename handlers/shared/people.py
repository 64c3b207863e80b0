"""Store people: everybody in a workspace, and those who are new and looked up in Slack."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from sqlalchemy.orm import Session

from handlers.shared.context import Context
from handlers.shared.payloads import Caller, person
from slackapp.connection.clients import retrying
from slackapp.core import deadline, log
from slackapp.core.errors import UserError
from slackapp.core.i18n import Voice, translatable
from slackapp.core.pseudonyms import Pseudonyms
from slackapp.models import Workspace
from slackapp.privacy import erasure
from slackapp.recognition.draft import Field, InvalidDraft, Refusal
from slackapp.workspace import members, registry
from slackapp.workspace.members import SlackProfile, UnknownMembers

PAGE = 999
"""People on one page. Slack allows twenty such calls a minute, and a health board has 5,000 people."""

_ERASED_SELF = translatable(
    "What was kept about you here was erased. "
    "To start again, open my Home tab and press “Use Appreciate again”."
)
_ERASED_OTHER = translatable("One of these people has asked not to be known here, so this can't be sent.")
_UNKNOWN_USER = "user_not_found"
_NOT_FOUND = frozenset({_UNKNOWN_USER, "user_not_visible", "users_not_found"})

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a workspace's people; `next_cursor` is empty after the last."""

    size: int
    next_cursor: str


def sync_members(client: WebClient, context: Context, slack_team_id: str) -> int:
    """Store everybody in a workspace, page by page; return how many people Slack listed."""
    cursor, total, patient = "", 0, retrying(client)
    while True:
        page = store_page(patient, context, slack_team_id, cursor)
        cursor, total = page.next_cursor, total + page.size
        if not cursor:
            return total


def store_page(client: WebClient, context: Context, slack_team_id: str, cursor: str) -> Page:
    """Store the page of a workspace's people that a cursor names; the first without one."""
    answer = client.users_list(limit=PAGE, cursor=cursor)
    profiles = [person(user, slack_team_id=slack_team_id) for user in answer["members"]]
    store_profiles(context, slack_team_id, profiles)
    return Page(len(profiles), str((answer.get("response_metadata") or {}).get("next_cursor") or ""))


def look_up(context: Context, client: WebClient, caller: Caller, slack_user_ids: Iterable[str]) -> None:
    """Look up unknown people in Slack, outside any transaction, and store them.

    Empty ids are ignored.

    Raises:
        UserError: One of them was erased, or Slack does not know them.
    """
    user_ids = tuple(user_id for user_id in slack_user_ids if user_id)
    try:
        _check_known(context, caller, user_ids)
    except UnknownMembers as unknown:
        profiles = [_profile(client, caller.team, user_id) for user_id in unknown.slack_user_ids]
        with deadline.aside():
            store_profiles(context, caller.team, profiles)
    else:
        return
    try:
        _check_known(context, caller, user_ids)
    except UnknownMembers as unknown:
        # Slack knows them, but they were not stored: they were erased at their request.
        erased_self = caller.user in unknown.slack_user_ids
        raise UserError(_ERASED_SELF if erased_self else _ERASED_OTHER) from unknown


def look_again(client: WebClient, context: Context, slack_team_id: str, slack_user_id: str) -> None:
    """Ask Slack whether an unreachable person has left. Without an answer nothing changes."""
    try:
        user = client.users_info(user=slack_user_id)["user"]
    except SlackApiError as error:
        if error.response.get("error") == _UNKNOWN_USER:
            _mark_left(context, slack_team_id, slack_user_id)
    except (SlackClientError, OSError) as failure:
        log.failure(_logger, "asking about somebody whom a message did not reach", failure)
    else:
        store_profiles(context, slack_team_id, [person(user, slack_team_id=slack_team_id)])


def workspace_of(session: Session, caller: Caller) -> Workspace:
    """Return the caller's workspace."""
    return registry.installed_in(session, caller.team)


def voice_for(context: Context, caller: Caller) -> Voice:
    """Return the caller's language; the workspace's when they are not known here."""
    with context.sessions.read() as session:
        workspace = workspace_of(session, caller)
        return members.language_of(workspace, members.find(session, workspace, caller.user))


def store_profiles(context: Context, slack_team_id: str, profiles: Iterable[SlackProfile]) -> None:
    """Store people of a workspace from their Slack profiles, in one transaction; not erased people."""
    with context.sessions.begin() as session:
        if workspace := registry.find(session, slack_team_id):
            pseudonyms = Pseudonyms(context.keys.path)
            welcome = erasure.without_erased(session, pseudonyms, workspace, list(profiles))
            members.upsert_all(session, workspace, welcome)


def _mark_left(context: Context, slack_team_id: str, slack_user_id: str) -> None:
    with context.sessions.begin() as session:
        workspace = registry.find(session, slack_team_id)
        member = members.find(session, workspace, slack_user_id) if workspace else None
        if member is not None:
            member.left = True


def _check_known(context: Context, caller: Caller, slack_user_ids: tuple[str, ...]) -> None:
    with context.sessions.read() as session:
        members.get_all(session, workspace_of(session, caller), slack_user_ids)


def _profile(client: WebClient, slack_team_id: str, slack_user_id: str) -> SlackProfile:
    try:
        user = client.users_info(user=slack_user_id)["user"]
    except SlackApiError as error:
        if error.response.get("error") not in _NOT_FOUND:
            raise
        sentence = translatable(
            "I can't find one of these people here. Please choose them again from Slack's list."
        )
        raise InvalidDraft([Refusal(Field.PEOPLE, sentence)]) from error
    return person(user, slack_team_id=slack_team_id)
