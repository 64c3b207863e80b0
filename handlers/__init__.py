"""Every listener, and the one place where a failure is answered."""

from slack_bolt import App

from handlers import (
    appreciate,
    appreciate_settings,
    appreciated,
    boundary,
    comments,
    digest,
    home,
    office_rooms,
    office_teams,
    organisations,
    pulse,
    rights,
    team_steps,
    teams,
)
from handlers.desk import Context


def register(bolt: App, desk: Context) -> None:
    """Let every story listen, and answer what fails in any of them."""
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
        story.register(bolt, desk)
    boundary.register(bolt, desk)
