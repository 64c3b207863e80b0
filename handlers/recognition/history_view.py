"""A page of the thank-yous that somebody gave or received, and what is kept about them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.recognition.giver_view import (
    changing_buttons,
    send_again_button,
    undelivered_line,
)
from handlers.recognition.thanks_view import THANKED_YOU, receivers_buttons
from slackapp import blocks
from slackapp.blocks import Block
from slackapp.core.behaviours import Behaviour
from slackapp.core.i18n import Voice, translatable
from slackapp.models import Retention
from slackapp.recognition.give import CHANGEABLE_FOR
from slackapp.recognition.history import HistoryEntry, Page, Side

YOU_THANKED = {
    Behaviour.ATTENDING: translatable("You thanked {receivers} for *attending*."),
    Behaviour.UNDERSTANDING: translatable("You thanked {receivers} for *understanding*."),
    Behaviour.EMPATHISING: translatable("You thanked {receivers} for *empathising*."),
    Behaviour.HELPING: translatable("You thanked {receivers} for *helping*."),
}
_ON_HOME = 200
"""Characters: about six lines on a phone."""

_QUOTED = 600
"""A view may be 250 kB; ten long texts in a script of four bytes a character must fit, and more beside."""


@dataclass(frozen=True, slots=True)
class Reader:
    """The reader's time zone, and now."""

    zone: str
    now: datetime


def entries(say: Voice, reader: Reader, page: Page) -> list[Block]:
    """The thank-yous of one page, or what to say when there are none."""
    layout = [block for entry in page.entries for block in _entry(say, reader, page.side, entry)]
    return layout or [blocks.section(_nothing(say, page.side))]


def short_entries(say: Voice, reader: Reader, page: Page, *, most: int) -> list[Block]:
    """The newest of them for the Home tab: the words, whose, for what, and the day."""
    layout = []
    for entry in page.entries[:most]:
        day = say.short_day(entry.given_at.astimezone(ZoneInfo(reader.zone)).date())
        layout.append(blocks.quote(blocks.shortened(entry.words, _ON_HOME)))
        layout.append(blocks.context(f"{_who(say, page.side, entry)} {day}"))
    return layout or [blocks.section(_nothing(say, page.side))]


def _entry(say: Voice, reader: Reader, side: Side, entry: HistoryEntry) -> Iterable[Block]:
    yield blocks.quote(blocks.shortened(entry.words, _QUOTED))
    joined = [_joined(say, entry)] if entry.joined_by else []
    missed = undelivered_line(say, entry.undelivered)
    undelivered = ["\n".join(missed)] if missed else []
    when = f"{_who(say, side, entry)} {say.moment(entry.given_at, reader.zone)}"
    yield blocks.context(when, *joined, *undelivered)
    if buttons := [*_buttons(say, reader, side, entry)]:
        yield blocks.actions(buttons)


def _who(say: Voice, side: Side, entry: HistoryEntry) -> str:
    names = say.listing(blocks.person(user_id, say) for user_id in entry.people)
    if side is Side.RECEIVED:
        return say(THANKED_YOU[entry.behaviour], giver=names)
    return say(YOU_THANKED[entry.behaviour], receivers=names)


def _buttons(say: Voice, reader: Reader, side: Side, entry: HistoryEntry) -> Iterable[Block]:
    if entry.sharing:
        yield from receivers_buttons(say, entry.id, entry.sharing)
    if entry.undelivered.unsure:
        yield send_again_button(say, entry.id)
    if side is Side.GIVEN and reader.now - entry.given_at < CHANGEABLE_FOR:
        yield from changing_buttons(say, entry.id)


def _joined(say: Voice, entry: HistoryEntry) -> str:
    people = say.listing(blocks.person(user_id, say) for user_id in entry.joined_by)
    return say("Me too, said {people}.", people=people)


def _nothing(say: Voice, side: Side) -> str:
    if side is Side.RECEIVED:
        return say("No thank-yous yet. You could start: who made your last shift easier?")
    return say("You have not thanked anybody here yet. Who made your last shift easier?")


def kept(say: Voice, periods: Retention) -> list[Block]:
    """What is kept about the reader and for how long, in a few lines."""
    lines = [
        say("Your name, your time zone and your team."),
        say.count(
            "The thank-yous you gave and received, with their words, for {n} month.",
            "The thank-yous you gave and received, with their words, for {n} months.",
            periods.recognitions_months,
        ),
        say(
            "For {hours} hours the giver can take a thank-you back. Then its words are deleted here at once.",
            hours=CHANGEABLE_FOR // timedelta(hours=1),
        ),
        say("Where you said “me too”, whose thanks you don't want, and the other settings you chose."),
        say.count(
            "Which messages were sent to you and when, without their text, for {n} month. "
            "Those that show somebody's words stay on this list as long as the words.",
            "Which messages were sent to you and when, without their text, for {n} months. "
            "Those that show somebody's words stay on this list as long as the words.",
            periods.messages_months,
        ),
        say("While a check-in is open: that you were asked. Never whether you answered, nor what you said."),
        say("For a legal reason your organisation may have to keep some of this for longer."),
    ]
    return [blocks.section("\n".join(f"• {line}" for line in lines))]
