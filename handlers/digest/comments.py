"""Published comments: a leader hides one, or shows it again."""

from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.digest import comments_view
from handlers.shared.context import Context
from handlers.shared.modals import replace_or_open
from handlers.shared.payloads import Payload, press
from handlers.shared.request import Request, Scope
from reports.publishing import message, schedule
from slackapp.core.errors import UserError
from slackapp.digest import readers
from slackapp.models import Digest
from slackapp.pulse import comments
from slackapp.workspace.audit_log import Action


@dataclass(frozen=True, slots=True)
class Comments:
    """The listeners. Only the team's leader gets here, and nobody can learn who wrote what."""

    context: Context

    def open(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Hide a comment], or turning a page of the list."""
        pressed = press(body)
        digest_id, _, rest = pressed.value.partition(":")
        page = int(rest.partition(":")[0] or 0)
        with Request(self.context, client, pressed.caller).read() as scope:
            published = _published(scope, _led_digest(scope, digest_id))
        view = comments_view.comment_list(scope.say, digest_id, published, page)
        replace_or_open(client, pressed, view)
        ack()

    def change(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Hide] or [Show it again]."""
        pressed = press(body)
        digest_id, page, comment_id = pressed.value.split(":")
        is_hidden = pressed.action_id == comments_view.HIDE
        with Request(self.context, client, pressed.caller).write() as scope:
            digest = _led_digest(scope, digest_id)
            if comments.hide(scope.session, digest.team_id, comment_id, hidden=is_hidden):
                scope.record(Action.COMMENT_HIDDEN if is_hidden else Action.COMMENT_SHOWN, comment_id)
                schedule.enqueue_comments_update(scope.session, digest, scope.now)
            published = _published(scope, digest)
        view = comments_view.comment_list(scope.say, digest_id, published, int(page))
        replace_or_open(client, pressed, view)
        ack()


def register(bolt: App, context: Context) -> None:
    """Listen for the list and its buttons."""
    listeners = Comments(context)
    bolt.action(message.OPEN_COMMENTS)(listeners.open)
    bolt.action(comments_view.TURN)(listeners.open)
    bolt.action(comments_view.HIDE)(listeners.change)
    bolt.action(comments_view.SHOW)(listeners.change)


def _led_digest(scope: Scope, digest_id: str) -> Digest:
    """A digest of a team that the caller leads; UserError when there is none."""
    digest = scope.session.get(Digest, digest_id)
    if digest is None:
        raise UserError(readers.NOT_A_LEADER)
    readers.require_led_team(scope.session, digest.team_id, scope.member, scope.now)
    return digest


def _published(scope: Scope, digest: Digest) -> list[comments.PublishedComment]:
    by_team = comments.published(scope.session, [digest.team_id], digest.month)
    return by_team.get(digest.team_id, [])
