"""The part of the Home tab for admins, and what anybody reads while the app is being set up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from handlers.home import leader_view
from handlers.pulse import admin_view
from handlers.shared.onboarding import first_words
from handlers.talk import routes_view
from handlers.teams.admin_view import NEW_TEAM, TEAMS
from handlers.workspace.settings_view import MESSAGES
from slackapp import blocks
from slackapp.blocks import Block, TextAndBlocks
from slackapp.core.i18n import Voice
from slackapp.workspace.attention import NeedsAttention, Refusals

MORE = "office_more"


class More(StrEnum):
    """The choices behind the dots of an admin's part."""

    SETTINGS = "settings"
    KEEPING = "keeping"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class AdminOverview:
    """What an admin sees at a glance. `next_poll` is None while the check-in is off."""

    attention: NeedsAttention
    teams: int
    next_poll: datetime | None


def part(say: Voice, zone: str, now: datetime, overview: AdminOverview) -> list[Block]:
    """One thing to do with its button, one line of state, and the ways to everything an admin looks after."""
    things = [*health(say, zone, now, overview), *_refused(say, zone, overview.attention.refusals)]
    layout = [blocks.divider(), blocks.heading(say("For admins"))]
    if not things:
        layout.append(blocks.section(say("All well.")))
    for place, thing in enumerate(things):
        sentence = say("*One thing to do:* {thing}", thing=thing) if place == 0 else thing
        layout.append(blocks.section(sentence))
    if overview.attention.unknown:
        look = blocks.button(say("Look at these messages"), MESSAGES, "0", style="primary")
        layout.append(blocks.actions([look], block_id="office_to_do"))
    teams = say.count("{n} team.", "{n} teams.", overview.teams)
    state = f"{teams} {leader_view.next_check_in(say, zone, overview.next_poll)}"
    return [*layout, blocks.context(state), blocks.actions(_buttons(say), block_id="office")]


def health(say: Voice, zone: str, now: datetime, overview: AdminOverview) -> list[str]:
    """What needs attention, a sentence each, the gravest first; nothing where all is well."""
    attention, lines = overview.attention, []
    if not overview.teams:
        lines.append(say("There is no team yet, so nobody is asked and no digest comes. Press [Teams]."))
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
    return lines


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


def _refused(say: Voice, zone: str, refusals: Refusals) -> Iterator[str]:
    """What Slack does not take just now, and what becomes of it."""
    if refusals.posts_since is not None:
        yield say(
            "Slack answers with errors since {moment}. Messages wait: one is tried now and then, and all go "
            "out once Slack takes it.",
            moment=say.moment(refusals.posts_since, zone),
        )
    for channel, reason in refusals.channels:
        yield say(
            "I can't post in {channel} just now: Slack calls it “{reason}”. What is meant for it waits.",
            channel=f"<#{channel}>",
            reason=reason,
        )
    if refusals.people:
        yield say.count(
            "Slack takes no message for {n} person just now. What is meant for them waits.",
            "Slack takes no message for {n} people just now. What is meant for them waits.",
            refusals.people,
        )
    if refusals.for_next_version:
        yield say.count(
            "{n} message waits for another version of Appreciate: Slack does not take it as this one "
            "writes it. Please tell whoever runs the server.",
            "{n} messages wait for another version of Appreciate: Slack does not take them as this one "
            "writes them. Please tell whoever runs the server.",
            refusals.for_next_version,
        )
    if refusals.without_files:
        yield say(
            "Digests come without pictures and pages: Slack does not let me upload files. It calls it "
            "“{reason}”.",
            reason=refusals.without_files,
        )


def first_steps(say: Voice, *, is_admin: bool) -> list[Block]:
    """For a workspace without a single team: the first steps, or a request for patience."""
    if not is_admin:
        return [blocks.section(first_words(say, is_admin=False))]
    return [
        blocks.section(say("*Three steps, and Appreciate is ready.* Thanking works already.")),
        blocks.section(_steps(say)),
        blocks.actions(_step_buttons(say), block_id="unready"),
    ]


def first_steps_message(say: Voice) -> TextAndBlocks:
    """The same in a message to whoever installed the app: text and blocks."""
    head = say("*Appreciate is here.* Three steps, and it is ready. Thanking works already: `/appreciate`.")
    note = say("You get this because you installed Appreciate. Nobody else here has been written to yet.")
    return TextAndBlocks(
        "\n".join([head, _steps(say), note]),
        [
            blocks.section(head),
            blocks.section(_steps(say)),
            blocks.context(note),
            blocks.actions(_step_buttons(say), block_id="unready"),
        ],
    )


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


def _buttons(say: Voice) -> list[Block]:
    options = {
        More.SETTINGS: say("Settings for everyone"),
        More.KEEPING: say("How long it is kept"),
        More.AUDIT: say("Who changed what"),
    }
    more = {
        "type": "overflow",
        "action_id": MORE,
        "options": [blocks.option(choice, label) for choice, label in options.items()],
    }
    return [
        blocks.button(say("Teams"), TEAMS, "0"),
        blocks.button(say("Set up the check-in"), admin_view.OPEN, "admin"),
        blocks.button(say("Formal routes"), routes_view.OPEN, "all"),
        more,
    ]
