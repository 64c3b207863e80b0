"""Every listener, and the one place where a failure is answered."""

from dataclasses import replace

from slack_bolt import App

from handlers import error_handler as boundary
from handlers.digest import command as digest
from handlers.digest import comments
from handlers.home import listeners as home
from handlers.privacy import data_requests as rights
from handlers.pulse import survey as pulse
from handlers.recognition import actions as appreciated
from handlers.recognition import command as appreciate
from handlers.recognition import settings as appreciate_settings
from handlers.shared.context import Context
from handlers.teams import admin as office_teams
from handlers.teams import sync as teams
from handlers.teams import wizard as team_steps
from handlers.workspace import lifecycle as organisations
from handlers.workspace import settings as office_rooms


def register(bolt: App, context: Context) -> None:
    """Let every story listen, and answer what fails in any of them."""
    context = replace(context, publish_home=home.publish)
    stories = (
        appreciate,
        appreciated,
        appreciate_settings,
        home,
        office_teams,
        office_rooms,
        organisations,
        pulse,
        digest,
        comments,
        rights,
        teams,
        team_steps,
    )
    for story in stories:
        story.register(bolt, context)
    boundary.register(bolt, context)
