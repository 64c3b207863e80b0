"""The line of the Home tab about the reader's settings, with the button to change them."""

from handlers.pulse.settings_view import day_names
from handlers.recognition.settings_view import open_settings
from slackapp import blocks
from slackapp.blocks import Block
from slackapp.core.calendar import days_in
from slackapp.core.i18n import Voice
from slackapp.models import Member


def part(say: Voice, member: Member, kept_action: str) -> list[Block]:
    """What this person has chosen, in a line. `kept_action` is the action id of [What is kept about me]."""
    sentences = [
        # Each language's catalogue names the language itself.
        say("You read English."),
        _messages(say, member),
        *_rest(say, member),
    ]
    buttons = [open_settings(say), blocks.button(say("What is kept about me"), kept_action, "kept")]
    return [
        blocks.divider(),
        blocks.context(" ".join(sentences)),
        blocks.actions(buttons, block_id="home_settings"),
    ]


def _messages(say: Voice, member: Member) -> str:
    if not member.pulse_messages:
        return say("You get no message when a check-in opens.")
    if member.quiet_from == member.quiet_until:
        return say("You have no quiet hours.")
    hours = {"first": f"{member.quiet_from:%H:%M}", "last": f"{member.quiet_until:%H:%M}"}
    return say("Check-ins and reminders come between {last} and {first}.", **hours)


def _rest(say: Voice, member: Member) -> list[str]:
    """What differs from what most people have."""
    sentences = []
    if off := sorted(days_in(member.days_off)):
        sentences.append(say("Days off: {days}.", days=say.listing(day_names(say, off))))
    if member.away_from is not None and member.away_until is not None:
        first, last = say.day(member.away_from), say.day(member.away_until)
        sentences.append(say("On leave: {first} to {last}.", first=first, last=last))
    if not member.accepts_thanks:
        sentences.append(say("You would rather not be recognised here."))
    return sentences
