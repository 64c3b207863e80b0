"""Who is who: people as Slack tells us of them, and whom to ask about somebody new."""

import logging
from collections.abc import Callable
from typing import TypeVar

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from sqlalchemy.orm import Session

from handlers.shared.context import Context
from handlers.shared.payloads import Caller, person
from slackapp.connection.clients import retrying
from slackapp.core import log
from slackapp.core.errors import UserError
from slackapp.core.i18n import Voice, translatable
from slackapp.core.pseudonyms import Pseudonyms
from slackapp.models import Workspace
from slackapp.privacy import erasure
from slackapp.recognition.draft import Field, InvalidDraft, Refusal
from slackapp.workspace import members
from slackapp.workspace import registry as workspaces
from slackapp.workspace.members import SlackProfile, UnknownMembers

PAGE = 999
"""People asked for at once. Slack takes twenty such calls a minute, and a health board has 5,000 people."""

Told = TypeVar("Told")
_ERASED_SELF = translatable(
    "What was kept about you here was erased. "
    "To start again, open my Home tab and press “Use Appreciate again”."
)
_ERASED_OTHER = translatable("One of these people has asked not to be known here, so this can't be sent.")
_NOBODY = "user_not_found"
_NOT_THERE = frozenset({_NOBODY, "user_not_visible", "users_not_found"})
_logger = logging.getLogger(__name__)


def sync_members(client: WebClient, context: Context, slack_team_id: str) -> int:
    """Take in everybody in a workspace, page by page; gives how many Slack told us of."""
    cursor, total, reading = "", 0, retrying(client)
    while True:
        answer = reading.users_list(limit=PAGE, cursor=cursor)
        people = [person(user, slack_team_id=slack_team_id) for user in answer["members"]]
        _remember(context, slack_team_id, people)
        total += len(people)
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return total


def acquainted(context: Context, client: WebClient, who: Caller, deed: Callable[[Session], Told]) -> Told:
    """Do something in one transaction; whoever is not known yet is looked up first, outside of it."""

    def in_one() -> Told:
        with context.sessions.begin() as session:
            return deed(session)

    return introduced(context, client, who, in_one)


def introduced(context: Context, client: WebClient, who: Caller, deed: Callable[[], Told]) -> Told:
    """The same for what opens its transaction itself."""
    try:
        return deed()
    except UnknownMembers as unmet:
        _remember(context, who.team, [_look_up(client, who.team, one) for one in unmet.slack_user_ids])
    try:
        return deed()
    except UnknownMembers as unmet:
        # Slack knows them, and yet they are not remembered: they had themselves erased.
        raise UserError(_ERASED_SELF if who.user in unmet.slack_user_ids else _ERASED_OTHER) from unmet


def look_again(client: WebClient, context: Context, slack_team_id: str, slack_user_id: str) -> None:
    """Ask Slack about somebody for whom it took no message: have they left? No answer changes nothing."""
    try:
        answer = client.users_info(user=slack_user_id)
    except SlackApiError as refused:
        if refused.response.get("error") == _NOBODY:
            _remember_gone(context, slack_team_id, slack_user_id)
    except (SlackClientError, OSError) as failure:
        log.failure(_logger, "asking about somebody whom a message did not reach", failure)
    else:
        _remember(context, slack_team_id, [person(answer["user"], slack_team_id=slack_team_id)])


def workspace_of(session: Session, who: Caller) -> Workspace:
    """The workspace somebody acts in."""
    return workspaces.installed_in(session, who.team)


def voice_for(context: Context, who: Caller) -> Voice:
    """The language somebody reads."""
    with context.sessions.read() as session:
        workspace = workspace_of(session, who)
        return members.language_of(workspace, members.find(session, workspace, who.user))


def _look_up(client: WebClient, slack_team_id: str, slack_user_id: str) -> SlackProfile:
    try:
        answer = client.users_info(user=slack_user_id)
    except SlackApiError as failure:
        if failure.response.get("error") not in _NOT_THERE:
            raise
        sentence = translatable(
            "I can't find one of these people here. Please choose them again from Slack's list."
        )
        raise InvalidDraft([Refusal(Field.PEOPLE, sentence)]) from failure
    return person(answer["user"], slack_team_id=slack_team_id)


def _remember_gone(context: Context, slack_team_id: str, slack_user_id: str) -> None:
    with context.sessions.begin() as session:
        workspace = workspaces.find(session, slack_team_id)
        member = members.find(session, workspace, slack_user_id) if workspace else None
        if member is not None:
            member.left = True


def _remember(context: Context, slack_team_id: str, people: list[SlackProfile]) -> None:
    with context.sessions.begin() as session:
        if workspace := workspaces.find(session, slack_team_id):
            welcome = erasure.without_erased(session, Pseudonyms(context.keys.path), workspace, people)
            members.upsert_all(session, workspace, welcome)
