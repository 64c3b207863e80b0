"""The Home tab: a way to thank, the open check-in, one's own thanks, what is kept. No totals, no ranking."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from slack_sdk.models.blocks import ButtonElement, PlainTextObject

from slackapp.behaviours import WORDING
from slackapp.i18n import Voice
from slackapp.models import Member
from slackapp.recognitions.giving import CHANGEABLE_FOR
from slackapp.recognitions.reading import HistoryEntry, Page, Side
from slackapp.views import appreciate, home_leading, home_mine, home_office, pulse, rights
from slackapp.views import words as piece
from slackapp.views.given import changing_buttons, send_again_button, undelivered_line
from slackapp.views.home_leading import Leadership
from slackapp.views.home_office import Office
from slackapp.views.recognition import receivers_buttons
from slackapp.views.words import Block, View

RECEIVED = "home_received"
GIVEN = "home_given"
NEWER = "home_newer"
OLDER = "home_older"

_QUOTED = 600
"""A view may be 250 kB; ten long texts in a script of four bytes a character must fit, and more beside."""


@dataclass(frozen=True, slots=True)
class CheckIn:
    """The open check-in. Whether this person has answered is not known here, nor anywhere."""

    poll_id: str
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose Home tab it is: their zone and moment."""

    zone: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What the tab holds beside one's own thanks: settings, the teams one leads, what an admin looks after.

    `is_ready` is whether there is any team here yet; `office` is None for everybody but admins.
    """

    member: Member
    language: str
    leads: Leadership
    office: Office | None
    is_ready: bool = True


def home(say: Voice, reader: Reader, page: Page, check_in: CheckIn | None, standing: Standing) -> View:
    """The whole tab."""
    start = appreciate.open_button(say("Appreciate someone"))
    is_admin = standing.office is not None
    blocks = [
        piece.header(say("Appreciate")),
        *([] if standing.is_ready else home_office.unready(say, is_admin=is_admin)),
        piece.actions([start], block_id="home_start"),
        *_check_in(say, reader, check_in),
        *_thanks(say, reader, page),
        *home_leading.part(say, reader.zone, standing.leads),
        *home_mine.part(say, standing.member, standing.language),
        *(home_office.part(say, reader.zone, reader.now, standing.office) if standing.office else []),
        piece.divider(),
        piece.header(say("What is kept about me")),
        *kept(say),
        *rights.buttons(say),
    ]
    return {"type": "home", "blocks": blocks}


def _check_in(say: Voice, reader: Reader, check_in: CheckIn | None) -> list[Block]:
    if check_in is None:
        return []
    closing = say.moment(check_in.closes_at, reader.zone)
    return [
        piece.section(say("*How were your last few shifts?* A few short questions, under a minute.")),
        piece.context(say("Anonymous. Open until {closing}.", closing=closing)),
        piece.actions([pulse.answer_button(say, check_in.poll_id)], block_id="home_check_in"),
    ]


def _thanks(say: Voice, reader: Reader, page: Page) -> list[Block]:
    return [
        piece.divider(),
        piece.header(say("Thank-yous")),
        piece.actions(_tabs(say, page.side), block_id="home_tabs"),
        *entries(say, reader, page),
        *_pager(say, page),
    ]


def entries(say: Voice, reader: Reader, page: Page) -> list[Block]:
    """The thank-yous of one page, or what to say when there are none."""
    shown = [block for entry in page.entries for block in _entry(say, reader, page.side, entry)]
    return shown or [piece.section(_nothing(say, page.side))]


def _tabs(say: Voice, side: Side) -> Iterable[ButtonElement]:
    for one, text, action_id in (
        (Side.RECEIVED, say("Received"), RECEIVED),
        (Side.GIVEN, say("Given"), GIVEN),
    ):
        style = "primary" if one is side else None
        yield ButtonElement(text=_plain(text), action_id=action_id, value=one, style=style)


def _entry(say: Voice, reader: Reader, side: Side, entry: HistoryEntry) -> Iterable[Block]:
    label = say(WORDING[entry.behaviour].label)
    names = say.listing(piece.person(one, say) for one in entry.people)
    if side is Side.RECEIVED:
        yield piece.section(say("*{behaviour}.* {giver} thanked you.", behaviour=label, giver=names))
    else:
        yield piece.section(say("*{behaviour}.* You thanked {receivers}.", behaviour=label, receivers=names))
    yield piece.quote(piece.shortened(entry.words, _QUOTED))
    joined = [_joined(say, entry)] if entry.joined_by else []
    missed = undelivered_line(say, entry.unreached)
    told = ["\n".join(missed)] if missed else []
    yield piece.context(say.moment(entry.given_at, reader.zone), *joined, *told)
    if buttons := [*_buttons(say, reader, side, entry)]:
        yield piece.actions(buttons)


def _buttons(say: Voice, reader: Reader, side: Side, entry: HistoryEntry) -> Iterable[Block]:
    if entry.sharing:
        yield from receivers_buttons(say, entry.id, entry.sharing)
    if entry.unreached.unsure:
        yield send_again_button(say, entry.id)
    if side is Side.GIVEN and reader.now - entry.given_at < CHANGEABLE_FOR:
        yield from changing_buttons(say, entry.id)


def _joined(say: Voice, entry: HistoryEntry) -> str:
    people = say.listing(piece.person(one, say) for one in entry.joined_by)
    return say("Me too, said {people}.", people=people)


def _nothing(say: Voice, side: Side) -> str:
    if side is Side.RECEIVED:
        return say("No thank-yous yet. You could start: who made your last shift easier?")
    return say("You have not thanked anybody here yet. Who made your last shift easier?")


def _pager(say: Voice, page: Page) -> list[Block]:
    places = ((page.newer, say("Newer"), NEWER), (page.older, say("Older"), OLDER))
    buttons = [
        ButtonElement(text=_plain(text), action_id=action_id, value=f"{page.side}:{place.written()}")
        for place, text, action_id in places
        if place is not None
    ]
    return [piece.actions(buttons, block_id="home_pages")] if buttons else []


def kept(say: Voice) -> list[Block]:
    """What is kept about the reader, in a few lines."""
    lines = [
        say("Your name, your time zone and your team."),
        say("The thank-yous you gave and received, with their words, until the giver takes them back."),
        say("Where you said “me too”, whose thanks you don't want, and the other settings you chose."),
        say("Which messages were sent to you and when, without their text."),
        say("While a check-in is open: that you were asked. Never whether you answered, nor what you said."),
    ]
    return [piece.section("\n".join(f"• {line}" for line in lines))]


def _plain(text: str) -> PlainTextObject:
    return PlainTextObject(text=text, emoji=False)
