"""The single words behind `/appreciate`: help, mine, undo, edit, settings, privacy, talk."""

from dataclasses import dataclass

from slack_bolt import Ack

from handlers.pulse import anonymity_view
from handlers.recognition import actions, form_view, giver_view, history_view, settings, settings_view
from handlers.shared.modals import open_modal
from handlers.shared.onboarding import message_with_setup_note
from handlers.shared.request import Request
from handlers.talk.listeners import open_from_command
from slackapp import blocks
from slackapp.blocks import View
from slackapp.privacy import retention
from slackapp.recognition import edit
from slackapp.recognition.give import GiveContext
from slackapp.recognition.vocabulary import Subcommand


@dataclass(frozen=True, slots=True)
class Subcommands:
    """Each answers the command it was typed with."""

    request: Request
    ack: Ack

    def help(self) -> None:
        """How it is used."""
        message = settings_view.help_text(self.request.say)
        text, layout = message_with_setup_note(self.request, message)
        self.ack(text=text, blocks=layout)

    def mine(self) -> None:
        """The newest thanks received, in a modal that nobody else sees."""
        self._open(actions.received(self.request))

    def undo(self) -> None:
        """Take the latest back."""
        with self.request.write() as scope:
            recognition = edit.undo_latest(scope.session, scope.workspace, self._occasion())
            recipients = edit.recipients_of(scope.session, recognition)
        text, layout = giver_view.undone(scope.say, recipients)
        self.ack(text=text, blocks=layout)

    def edit(self) -> None:
        """Change the latest."""
        with self.request.read() as scope:
            recognition = edit.latest(scope.session, scope.workspace, self._occasion())
            draft = edit.as_draft(scope.session, recognition)
        self._open(form_view.edit_form(scope.say, draft, recognition.id))

    def settings(self) -> None:
        """The caller's own settings."""
        self._open(settings.form_for(self.request))

    def privacy(self) -> None:
        """What is kept, and who could find out what somebody answered in a check-in."""
        with self.request.read(look_up=False) as scope:
            periods = retention.in_force(scope.session, scope.workspace)
        say = scope.say
        layout = [*history_view.kept(say, periods), *anonymity_view.threats(say)]
        self._open(blocks.notice(say, say("Privacy"), layout))

    def talk(self) -> None:
        """Prepare a hard conversation. Nothing of it is kept."""
        open_from_command(self.request, self.ack)

    def _open(self, view: View) -> None:
        open_modal(self.request.client, self.request.caller.trigger_id, view)
        self.ack()

    def _occasion(self) -> GiveContext:
        caller = self.request.caller
        return GiveContext(caller.user, f"command:{caller.trigger_id}", self.request.context.now())


def run(subcommand: Subcommand, request: Request, ack: Ack) -> None:
    """Answer one subcommand."""
    answers = Subcommands(request, ack)
    by_subcommand = {
        Subcommand.HELP: answers.help,
        Subcommand.MINE: answers.mine,
        Subcommand.UNDO: answers.undo,
        Subcommand.EDIT: answers.edit,
        Subcommand.SETTINGS: answers.settings,
        Subcommand.PRIVACY: answers.privacy,
        Subcommand.TALK: answers.talk,
    }
    by_subcommand[subcommand]()
