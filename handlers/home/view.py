"""The Home tab: a way to thank, the open check-in, one's own thanks, what is kept. No totals, no ranking."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from slack_sdk.models.blocks import ButtonElement, PlainTextObject

from handlers.home import admin_view as home_office
from handlers.home import leader_view as home_leading
from handlers.home import own_settings_view as home_mine
from handlers.home.admin_view import Office
from handlers.home.leader_view import Leadership
from handlers.privacy import data_requests_view as rights
from handlers.pulse import survey_view as pulse
from handlers.recognition import form_view as appreciate
from handlers.recognition.giver_view import (
    all_in_doubt,
)
from handlers.recognition.history_view import Reader, entries, kept
from slackapp import blocks as piece
from slackapp.blocks import Block, View
from slackapp.core.i18n import Voice
from slackapp.models import Member, Retention
from slackapp.recognition.history import Page, Side

RECEIVED = "home_received"
GIVEN = "home_given"
NEWER = "home_newer"
OLDER = "home_older"


@dataclass(frozen=True, slots=True)
class CheckIn:
    """The open check-in. Whether this person has answered is not known here, nor anywhere."""

    poll_id: str
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What the tab holds beside one's own thanks: settings, the teams one leads, what an admin looks after.

    `is_ready` is whether there is any team here yet; `office` is None for everybody but admins; `periods` is
    how long things are kept here.
    """

    member: Member
    language: str
    leads: Leadership
    office: Office | None
    periods: Retention
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
        *kept(say, standing.periods),
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
        *all_in_doubt(say, page.in_doubt),
        *entries(say, reader, page),
        *_pager(say, page),
    ]


def _tabs(say: Voice, side: Side) -> Iterable[ButtonElement]:
    for one, text, action_id in (
        (Side.RECEIVED, say("Received"), RECEIVED),
        (Side.GIVEN, say("Given"), GIVEN),
    ):
        style = "primary" if one is side else None
        yield ButtonElement(text=_plain(text), action_id=action_id, value=one, style=style)


def _pager(say: Voice, page: Page) -> list[Block]:
    places = ((page.newer, say("Newer"), NEWER), (page.older, say("Older"), OLDER))
    buttons = [
        ButtonElement(text=_plain(text), action_id=action_id, value=f"{page.side}:{place.written()}")
        for place, text, action_id in places
        if place is not None
    ]
    return [piece.actions(buttons, block_id="home_pages")] if buttons else []


def _plain(text: str) -> PlainTextObject:
    return PlainTextObject(text=text, emoji=False)
