"""Register every listener and the error handler."""

from dataclasses import replace

from slack_bolt import App

import handlers.aims.listeners
import handlers.digest.command
import handlers.digest.comments
import handlers.digest.leader_words
import handlers.home.listeners
import handlers.obstacles.answering
import handlers.obstacles.sending
import handlers.privacy.data_requests
import handlers.pulse.survey
import handlers.recognition.actions
import handlers.recognition.arrivals
import handlers.recognition.command
import handlers.recognition.settings
import handlers.talk.listeners
import handlers.teams.admin
import handlers.teams.proposals
import handlers.teams.sync
import handlers.teams.wizard
import handlers.workspace.lifecycle
import handlers.workspace.settings
from handlers import error_handler
from handlers.shared.context import Context


def register(bolt: App, context: Context) -> None:
    """Register the listeners of every story, and the error handler for all of them."""
    context = replace(
        context,
        publish_home=handlers.home.listeners.publish,
        open_settings=handlers.recognition.settings.open_for,
    )
    modules = (
        handlers.recognition.arrivals,
        handlers.recognition.command,
        handlers.recognition.actions,
        handlers.recognition.settings,
        handlers.home.listeners,
        handlers.teams.admin,
        handlers.workspace.settings,
        handlers.workspace.lifecycle,
        handlers.pulse.survey,
        handlers.digest.command,
        handlers.digest.comments,
        handlers.digest.leader_words,
        handlers.obstacles.sending,
        handlers.obstacles.answering,
        handlers.talk.listeners,
        handlers.aims.listeners,
        handlers.privacy.data_requests,
        handlers.teams.sync,
        handlers.teams.wizard,
        handlers.teams.proposals,
    )
    for module in modules:
        module.register(bolt, context)
    error_handler.register(bolt, context)
