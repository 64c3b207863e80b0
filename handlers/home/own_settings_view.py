"""The part of the Home tab about the reader's own settings, and two buttons to change them."""

from handlers.pulse.settings_view import day_names, open_button
from handlers.recognition.settings_view import open_settings
from slackapp import blocks
from slackapp.blocks import Block
from slackapp.core import i18n
from slackapp.core.calendar import days_in
from slackapp.core.i18n import Voice, translatable
from slackapp.models import Member, SharingChoice

_SHARING = {
    SharingChoice.ASK: translatable(
        "You are asked each time somebody would like your team to see their thanks."
    ),
    SharingChoice.ALWAYS: translatable(
        "Thanks that are meant for your team too are shared without asking you."
    ),
    SharingChoice.NEVER: translatable("Your thank-yous always stay private."),
}


def part(say: Voice, member: Member, language: str) -> list[Block]:
    """What this person has chosen."""
    lines = [
        say("You read {language}.", language=i18n.language_name(language)),
        say(_SHARING[SharingChoice(member.sharing)]),
        _messages(say, member),
        *_hours(say, member),
        *_leave(say, member),
    ]
    if not member.accepts_thanks:
        lines.append(say("You would rather not be recognised here."))
    if member.nudges:
        lines.append(say("You are asked on Fridays who helped you, and get a hint now and then."))
    buttons = [open_settings(say), open_button(say)]
    return [
        blocks.divider(),
        blocks.header(say("My settings")),
        blocks.section("\n".join(f"• {line}" for line in lines)),
        blocks.actions(buttons, block_id="home_settings"),
    ]


def _messages(say: Voice, member: Member) -> str:
    if member.pulse_messages:
        return say("You get a message when a check-in opens.")
    return say("You get no message when a check-in opens.")


def _hours(say: Voice, member: Member) -> list[str]:
    lines = [say("You have no quiet hours.")]
    if member.quiet_from != member.quiet_until:
        hours = {"first": f"{member.quiet_from:%H:%M}", "last": f"{member.quiet_until:%H:%M}"}
        lines = [say("Check-ins and reminders come between {last} and {first}.", **hours)]
    if off := sorted(days_in(member.days_off)):
        lines.append(say("Days off: {days}.", days=say.listing(day_names(say, off))))
    return lines


def _leave(say: Voice, member: Member) -> list[str]:
    if member.away_from is None or member.away_until is None:
        return []
    return [
        say("On leave: {first} to {last}.", first=say.day(member.away_from), last=say.day(member.away_until))
    ]
