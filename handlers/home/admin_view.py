"""The part of the Home tab for admins, and what anybody reads while the app is being set up."""

from dataclasses import dataclass
from datetime import datetime

from handlers.home import leader_view as home_leading
from handlers.pulse import admin_view as admin_pulse
from handlers.shared.onboarding import first_words
from handlers.teams.admin_view import NEW_TEAM, TEAMS
from handlers.workspace.settings_view import AUDIT, KEEPING, MESSAGES, SETTINGS
from slackapp import blocks as piece
from slackapp.blocks import Block
from slackapp.core.i18n import Voice
from slackapp.workspace.attention import NeedsAttention


@dataclass(frozen=True, slots=True)
class Office:
    """What an admin sees at a glance. `next_poll` is None while the check-in is off."""

    troubles: NeedsAttention
    teams: int
    next_poll: datetime | None


def part(say: Voice, zone: str, now: datetime, office: Office) -> list[Block]:
    """How everything is, and the way to everything an admin looks after."""
    teams = say.count("{n} team.", "{n} teams.", office.teams)
    return [
        piece.divider(),
        piece.header(say("For admins")),
        piece.section("\n".join(wellbeing(say, zone, now, office.troubles))),
        piece.context(teams, home_leading.coming(say, zone, office.next_poll)),
        piece.actions(_buttons(say, office), block_id="office"),
    ]


def wellbeing(say: Voice, zone: str, now: datetime, troubles: NeedsAttention) -> list[str]:
    """All well, or what there is to do."""
    lines = []
    if troubles.is_clock_doubted:
        lines.append(
            say(
                "The server's clock may be wrong. Until it is right, nothing is deleted, no check-in opens "
                "or closes, and no digest comes. Please ask whoever runs the server to look at its clock."
            )
        )
    if troubles.held is not None:
        # What waits, waits for this.
        lines.append(
            say(
                "*Slack does not let Appreciate send just now.* Slack calls it “{reason}”, since {moment}. "
                "Messages wait, and go out by themselves once Slack lets them. If this does not pass within "
                "an hour, please ask whoever installed Appreciate to install it again.",
                reason=troubles.held.reason,
                moment=say.moment(troubles.held.since, zone),
            )
        )
    elif troubles.waiting_since is not None:
        minutes = max(1, int((now - troubles.waiting_since).total_seconds()) // 60)
        lines.append(
            say.count(
                "A message has been waiting for {n} minute. Please ask whoever runs the server to look at "
                "the health page.",
                "A message has been waiting for {n} minutes. Please ask whoever runs the server to look at "
                "the health page.",
                minutes,
            )
        )
    if troubles.unknown:
        lines.append(
            say.count(
                "We can't tell whether Slack delivered {n} message.",
                "We can't tell whether Slack delivered {n} messages.",
                troubles.unknown,
            )
        )
    if troubles.without_leader:
        lines.append(
            say.count(
                "{n} team has nobody at work who leads it.",
                "{n} teams have nobody at work who leads them.",
                troubles.without_leader,
            )
        )
    return lines or [say("All well.")]


def unready(say: Voice, *, is_admin: bool) -> list[Block]:
    """For a workspace without a single team: the first steps, or a word of patience."""
    if not is_admin:
        return [piece.section(first_words(say, is_admin=False))]
    steps = [
        say("Invite me to a team's channel: I ask you three short questions there. Or press [New team]."),
        say("Choose who leads each team. Leaders get the monthly digest."),
        say("Set up the check-in: see every message, try it out on yourself, then go live."),
    ]
    buttons = [
        piece.button(say("New team"), NEW_TEAM, "new", style="primary"),
        piece.button(say("Set up the check-in"), admin_pulse.OPEN, "admin"),
    ]
    return [
        piece.section(say("*Three steps, and Appreciate is ready.* Thanking works already.")),
        piece.section("\n".join(f"{number}. {step}" for number, step in enumerate(steps, start=1))),
        piece.actions(buttons, block_id="unready"),
    ]


def _buttons(say: Voice, office: Office) -> list[Block]:
    buttons = [
        piece.button(say("Teams"), TEAMS, "0"),
        piece.button(say("Set up the check-in"), admin_pulse.OPEN, "admin"),
        piece.button(say("Settings for everyone"), SETTINGS, "all"),
        piece.button(say("How long it is kept"), KEEPING, "all"),
        piece.button(say("Who changed what"), AUDIT, "0"),
    ]
    if office.troubles.unknown:
        buttons.insert(0, piece.button(say("Look at these messages"), MESSAGES, "0", style="primary"))
    return buttons
