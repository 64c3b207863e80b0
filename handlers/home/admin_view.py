"""The part of the Home tab for admins, and what anybody reads while the app is being set up."""

from dataclasses import dataclass
from datetime import datetime

from handlers.home import leader_view
from handlers.pulse import admin_view
from handlers.shared.onboarding import first_words
from handlers.talk import routes_view
from handlers.teams.admin_view import NEW_TEAM, TEAMS
from handlers.workspace.settings_view import AUDIT, KEEPING, MESSAGES, SETTINGS
from slackapp import blocks
from slackapp.blocks import Block
from slackapp.core.i18n import Voice
from slackapp.workspace.attention import NeedsAttention


@dataclass(frozen=True, slots=True)
class AdminOverview:
    """What an admin sees at a glance. `next_poll` is None while the check-in is off."""

    attention: NeedsAttention
    teams: int
    next_poll: datetime | None


def part(say: Voice, zone: str, now: datetime, overview: AdminOverview) -> list[Block]:
    """What needs attention, and the buttons to everything an admin looks after."""
    teams = say.count("{n} team.", "{n} teams.", overview.teams)
    return [
        blocks.divider(),
        blocks.header(say("For admins")),
        blocks.section("\n".join(health(say, zone, now, overview.attention))),
        blocks.context(teams, leader_view.next_check_in(say, zone, overview.next_poll)),
        blocks.actions(_buttons(say, overview), block_id="office"),
    ]


def health(say: Voice, zone: str, now: datetime, attention: NeedsAttention) -> list[str]:
    """What needs attention, a sentence each; or that all is well."""
    lines = []
    if attention.is_clock_doubted:
        lines.append(
            say(
                "The server's clock may be wrong. Until it is right, nothing is deleted, no check-in opens "
                "or closes, and no digest comes. Please ask whoever runs the server to look at its clock."
            )
        )
    if attention.unfinished_close is not None:
        lines.append(
            say(
                "*A check-in could not be counted yet.* It ought to have closed on {moment}. It is tried "
                "again by itself. Please ask whoever runs the server to look at it: seven days after the "
                "close its key is destroyed, and then its answers are lost.",
                moment=say.moment(attention.unfinished_close, zone),
            )
        )
    lines += _delay(say, zone, now, attention)
    if attention.unknown:
        lines.append(
            say.count(
                "We can't tell whether Slack delivered {n} message.",
                "We can't tell whether Slack delivered {n} messages.",
                attention.unknown,
            )
        )
    if attention.without_leader:
        lines.append(
            say.count(
                "{n} team has nobody at work who leads it.",
                "{n} teams have nobody at work who leads them.",
                attention.without_leader,
            )
        )
    return lines or [say("All well.")]


def _delay(say: Voice, zone: str, now: datetime, attention: NeedsAttention) -> list[str]:
    """Why messages wait, where they do."""
    if attention.held is not None:
        # What waits, waits for this.
        return [
            say(
                "*Slack does not let Appreciate send just now.* Slack calls it “{reason}”, since {moment}. "
                "Messages wait, and go out by themselves once Slack lets them. If this does not pass within "
                "an hour, please ask whoever installed Appreciate to install it again.",
                reason=attention.held.reason,
                moment=say.moment(attention.held.since, zone),
            )
        ]
    if attention.waiting_since is None:
        return []
    minutes = max(1, int((now - attention.waiting_since).total_seconds()) // 60)
    return [
        say.count(
            "A message has been waiting for {n} minute. Please ask whoever runs the server to look at "
            "the health page.",
            "A message has been waiting for {n} minutes. Please ask whoever runs the server to look at "
            "the health page.",
            minutes,
        )
    ]


def first_steps(say: Voice, *, is_admin: bool) -> list[Block]:
    """For a workspace without a single team: the first steps, or a request for patience."""
    if not is_admin:
        return [blocks.section(first_words(say, is_admin=False))]
    return [
        blocks.section(say("*Three steps, and Appreciate is ready.* Thanking works already.")),
        blocks.section(_steps(say)),
        blocks.actions(_step_buttons(say), block_id="unready"),
    ]


def first_steps_message(say: Voice) -> tuple[str, list[Block]]:
    """The same in a message to whoever installed the app: text and blocks."""
    head = say("*Appreciate is here.* Three steps, and it is ready. Thanking works already: `/appreciate`.")
    note = say("You get this because you installed Appreciate. Nobody else here has been written to yet.")
    return "\n".join([head, _steps(say), note]), [
        blocks.section(head),
        blocks.section(_steps(say)),
        blocks.context(note),
        blocks.actions(_step_buttons(say), block_id="unready"),
    ]


def _steps(say: Voice) -> str:
    steps = [
        say(
            "Invite me to a team's channel. I then send you a message, and three short steps make it a team. "
            "Or press [New team]."
        ),
        say("Choose who leads each team. Leaders get the monthly digest."),
        say("Set up the check-in: see every message, try it out on yourself, then go live."),
    ]
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, start=1))


def _step_buttons(say: Voice) -> list[Block]:
    return [
        blocks.button(say("New team"), NEW_TEAM, "new", style="primary"),
        blocks.button(say("Set up the check-in"), admin_view.OPEN, "admin"),
    ]


def _buttons(say: Voice, overview: AdminOverview) -> list[Block]:
    buttons = [
        blocks.button(say("Teams"), TEAMS, "0"),
        blocks.button(say("Set up the check-in"), admin_view.OPEN, "admin"),
        blocks.button(say("Settings for everyone"), SETTINGS, "all"),
        blocks.button(say("Formal routes"), routes_view.OPEN, "all"),
        blocks.button(say("How long it is kept"), KEEPING, "all"),
        blocks.button(say("Who changed what"), AUDIT, "0"),
    ]
    if overview.attention.unknown:
        buttons.insert(0, blocks.button(say("Look at these messages"), MESSAGES, "0", style="primary"))
    return buttons
