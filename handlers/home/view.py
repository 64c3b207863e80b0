"""The Home tab: a way to thank, the open check-in, one's own thanks, what is kept. No totals, no ranking."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from slack_sdk.models.blocks import ButtonElement, PlainTextObject

from handlers.home import admin_view, leader_view, own_settings_view
from handlers.home.admin_view import AdminOverview
from handlers.home.leader_view import Leadership
from handlers.privacy import data_requests_view
from handlers.pulse import readers_view, survey_view
from handlers.pulse.readers_view import OwnReaders
from handlers.recognition import form_view
from handlers.recognition.history_view import Reader, entries, kept
from handlers.recognition.unconfirmed_view import all_in_doubt
from handlers.talk import draft_view
from reports.publishing import obstacle_view, promise_view
from slackapp import blocks
from slackapp.blocks import Block, View
from slackapp.core.i18n import Voice
from slackapp.digest.promises import PromiseDetails
from slackapp.models import Member, Retention
from slackapp.obstacles.listing import ObstacleDetails
from slackapp.recognition.history import Page, Side

RECEIVED = "home_received"
GIVEN = "home_given"
NEWER = "home_newer"
OLDER = "home_older"
ALL_PROMISES = "home_promises_all"
PROMISES_SHOWN = 3
_LISTED, _QUOTED = 40, 160


@dataclass(frozen=True, slots=True)
class CheckIn:
    """The open check-in. Whether the reader has answered is not known here, nor anywhere."""

    poll_id: str
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Sections:
    """What the tab shows beside the reader's own thanks: settings, led teams, admin's overview.

    `promised` is what the reader's team was told; `is_ready` is whether there is any team here yet; `admin`
    is None for everybody but admins; `periods` is how long things are kept here. `waiting` waits for the
    reader's answer, `sent_up` is from their team; `readers` is None for whoever is in no team.
    """

    member: Member
    language: str
    leads: Leadership
    admin: AdminOverview | None
    periods: Retention
    promised: Sequence[PromiseDetails] = ()
    is_ready: bool = True
    waiting: Sequence[ObstacleDetails] = ()
    sent_up: Sequence[ObstacleDetails] = ()
    readers: OwnReaders | None = None


def home(say: Voice, reader: Reader, page: Page, check_in: CheckIn | None, sections: Sections) -> View:
    """The whole tab."""
    start = form_view.open_button(say("Appreciate someone"))
    is_admin = sections.admin is not None
    layout = [
        blocks.header(say("Appreciate")),
        *obstacle_view.waiting(say, sections.waiting),
        *([] if sections.is_ready else admin_view.first_steps(say, is_admin=is_admin)),
        blocks.actions([start, draft_view.open_button(say)], block_id="home_start"),
        *_check_in(say, reader, check_in),
        *_promised(say, sections.promised),
        *obstacle_view.sent_up(say, sections.sent_up),
        *_thanks(say, reader, page),
        *leader_view.part(say, reader.zone, sections.leads),
        *own_settings_view.part(say, sections.member, sections.language),
        *(admin_view.part(say, reader.zone, reader.now, sections.admin) if sections.admin else []),
        # In place of a line: a full Home has a hundred blocks, and Slack takes no more.
        *(readers_view.part(say, sections.readers) or [blocks.divider()]),
        blocks.header(say("What is kept about me")),
        *kept(say, sections.periods),
        *data_requests_view.buttons(say),
    ]
    return {"type": "home", "blocks": layout}


def _check_in(say: Voice, reader: Reader, check_in: CheckIn | None) -> list[Block]:
    if check_in is None:
        return []
    closing = say.moment(check_in.closes_at, reader.zone)
    return [
        blocks.section(say("*How were your last few shifts?* A few short questions, under a minute.")),
        blocks.context(say("Anonymous. Open until {closing}.", closing=closing)),
        blocks.actions([survey_view.answer_button(say, check_in.poll_id)], block_id="home_check_in"),
    ]


def _promised(say: Voice, promised: Sequence[PromiseDetails]) -> list[Block]:
    """What the reader's team was promised, the next due first, and what was done lately."""
    if not promised:
        return []
    layout = [blocks.divider(), blocks.header(say("Your team was promised"))]
    layout.append(promise_view.told(say, map(_shortened, promised[:PROMISES_SHOWN])))
    if len(promised) > PROMISES_SHOWN:
        button = blocks.button(say("All promises"), ALL_PROMISES, "0")
        layout.append(blocks.actions([button], block_id="home_promises"))
    return layout


def all_promises(say: Voice, promised: Sequence[PromiseDetails]) -> View:
    """[All promises]: the same list to its end."""
    layout = [promise_view.told(say, [details]) for details in promised[:_LISTED]]
    return blocks.notice(say, say("Your team was promised"), layout)


def _shortened(details: PromiseDetails) -> PromiseDetails:
    """A promise's own words can be long, and Home is an overview."""
    return replace(
        details,
        we_will=blocks.shortened(details.we_will, _QUOTED),
        reason=blocks.shortened(details.reason, _QUOTED) if details.reason else None,
        obstacle=blocks.shortened(details.obstacle, _QUOTED) if details.obstacle else None,
    )


def _thanks(say: Voice, reader: Reader, page: Page) -> list[Block]:
    return [
        blocks.divider(),
        blocks.header(say("Thank-yous")),
        blocks.actions(_tabs(say, page.side), block_id="home_tabs"),
        *all_in_doubt(say, page.in_doubt),
        *entries(say, reader, page),
        *_pager(say, page),
    ]


def _tabs(say: Voice, side: Side) -> Iterable[ButtonElement]:
    for tab, text, action_id in (
        (Side.RECEIVED, say("Received"), RECEIVED),
        (Side.GIVEN, say("Given"), GIVEN),
    ):
        style = "primary" if tab is side else None
        yield ButtonElement(text=_plain(text), action_id=action_id, value=tab, style=style)


def _pager(say: Voice, page: Page) -> list[Block]:
    places = ((page.newer, say("Newer"), NEWER), (page.older, say("Older"), OLDER))
    buttons = [
        ButtonElement(text=_plain(text), action_id=action_id, value=f"{page.side}:{place.written()}")
        for place, text, action_id in places
        if place is not None
    ]
    return [blocks.actions(buttons, block_id="home_pages")] if buttons else []


def _plain(text: str) -> PlainTextObject:
    return PlainTextObject(text=text, emoji=False)
