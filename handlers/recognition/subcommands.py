"""The single words behind `/appreciate`: help, mine, undo, edit, settings, privacy."""

from dataclasses import dataclass

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers.pulse import anonymity_view as anonymity
from handlers.recognition import actions as appreciated
from handlers.recognition import form_view as ask
from handlers.recognition import giver_view as given
from handlers.recognition import history_view
from handlers.recognition import settings as appreciate_settings
from handlers.recognition import settings_view as settings
from handlers.shared import onboarding as unready
from handlers.shared.context import Context
from handlers.shared.modals import open_modal
from handlers.shared.payloads import Caller
from handlers.shared.people import voice_for, workspace_of
from slackapp import blocks as piece
from slackapp.blocks import View
from slackapp.core.behaviours import Behaviour
from slackapp.core.db import purge_old_copies
from slackapp.core.i18n import Voice
from slackapp.privacy import retention
from slackapp.recognition import edit as changing
from slackapp.recognition import give as giving
from slackapp.recognition.draft import Draft
from slackapp.recognition.vocabulary import Subcommand


@dataclass(frozen=True, slots=True)
class Subcommands:
    """Each answers the command it was typed with."""

    context: Context
    who: Caller
    client: WebClient
    ack: Ack

    def help(self) -> None:
        """How it is used."""
        text, blocks = unready.message_with_setup_note(
            self.context, self.who, settings.help_text(self._say())
        )
        self.ack(text=text, blocks=blocks)

    def mine(self) -> None:
        """The newest thanks one received, in a window that nobody else sees."""
        self._open(appreciated.received(self.context, self.client, self.who))

    def undo(self) -> None:
        """Take the latest back."""
        with self.context.sessions.begin() as session:
            workspace = workspace_of(session, self.who)
            taken_back = changing.undo_latest(session, workspace, self._occasion())
            people = changing.recipients_of(session, taken_back)
        purge_old_copies(self.context.sessions)
        self.context.wake()
        text, blocks = given.undone(self._say(), people)
        self.ack(text=text, blocks=blocks)

    def edit(self) -> None:
        """Change the latest."""
        with self.context.sessions.read() as session:
            workspace = workspace_of(session, self.who)
            found = changing.latest(session, workspace, self._occasion())
            draft = Draft(behaviour=Behaviour(found.behaviour), words=found.words or "")
        self._open(ask.edit_form(self._say(), draft, found.id))

    def settings(self) -> None:
        """What one chooses for oneself."""
        self._open(appreciate_settings.form_for(self.context, self.client, self.who))

    def privacy(self) -> None:
        """What is kept, and who could find out what somebody answered in a check-in."""
        say = self._say()
        with self.context.sessions.read() as session:
            periods = retention.in_force(session, workspace_of(session, self.who))
            about_me = history_view.kept(say, periods)
        self._open(piece.notice(say, say("Privacy"), [*about_me, *anonymity.threats(say)]))

    def _open(self, view: View) -> None:
        open_modal(self.client, self.who.trigger_id, view)
        self.ack()

    def _say(self) -> Voice:
        return voice_for(self.context, self.who)

    def _occasion(self) -> giving.GiveContext:
        return giving.GiveContext(self.who.user, f"command:{self.who.trigger_id}", self.context.now())


def run(context: Context, errand: Subcommand, who: Caller, client: WebClient, ack: Ack) -> None:
    """Run one errand."""
    errands = Subcommands(context, who, client, ack)
    deeds = {
        Subcommand.HELP: errands.help,
        Subcommand.MINE: errands.mine,
        Subcommand.UNDO: errands.undo,
        Subcommand.EDIT: errands.edit,
        Subcommand.SETTINGS: errands.settings,
        Subcommand.PRIVACY: errands.privacy,
    }
    deeds[errand]()
