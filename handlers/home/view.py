"""The Home tab by role, on two phone screens for a member. No totals, no ranking.

A leader's team comes first, then what everybody has: a way to thank, the open check-in, the newest
thank-yous, and one line about settings. One button on a screen is primary.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from handlers.aims import aims_view
from handlers.home import admin_view, leader_view, own_settings_view
from handlers.home.admin_view import AdminOverview
from handlers.home.leader_view import Leadership
from handlers.privacy import data_requests_view
from handlers.pulse import readers_view, survey_view
from handlers.pulse.readers_view import OwnReaders
from handlers.recognition import form_view
from handlers.recognition.history_view import Reader, entries, kept, short_entries
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
from slackapp.teams.aims import Aim

RECEIVED = "home_received"
GIVEN = "home_given"
NEWER = "home_newer"
OLDER = "home_older"
KEPT = "home_kept"
ALL_PROMISES = "home_promises_all"
PROMISES_SHOWN = 3
_LISTED, _QUOTED = 40, 160
NEWEST = 3
"""Thank-yous on the tab itself; all of them are one press away."""


@dataclass(frozen=True, slots=True)
class CheckIn:
    """The open check-in. Whether the reader has answered is not known here, nor anywhere.

    `counted_with` is the level above, for a leader: with whom theirs is counted.
    """

    poll_id: str
    closes_at: datetime
    counted_with: str = ""


@dataclass(frozen=True, slots=True)
class Sections:
    """What the tab shows beside the reader's own thanks: settings, led teams, admin's overview.

    `promised` is what the reader's team was told; `is_ready` is whether there is any team here yet; `admin`
    is None for everybody but admins. `waiting` waits for the reader's answer, `sent_up` is from their team;
    `readers` is None for whoever is in no team; `in_doubt` is how many messages with their thanks may not
    have arrived.
    """

    member: Member
    leads: Leadership
    admin: AdminOverview | None
    promised: Sequence[PromiseDetails] = ()
    is_ready: bool = True
    waiting: Sequence[ObstacleDetails] = ()
    sent_up: Sequence[ObstacleDetails] = ()
    aims: Sequence[Aim] = ()
    readers: OwnReaders | None = None
    in_doubt: int = 0


def home(say: Voice, reader: Reader, page: Page, check_in: CheckIn | None, sections: Sections) -> View:
    """The whole tab."""
    layout = [
        *obstacle_view.waiting(say, sections.waiting),
        *leader_view.part(say, reader.zone, sections.leads),
        *_start(say, sections),
        *(admin_view.part(say, reader.zone, reader.now, sections.admin) if sections.admin else []),
        *_check_in(say, reader, check_in),
        *_promised(say, sections.promised),
        *aims_view.on_home(say, sections.aims),
        *obstacle_view.sent_up(say, sections.sent_up),
        *_thanks(say, reader, page, sections.in_doubt),
        *readers_view.part(say, sections.readers),
        *own_settings_view.part(say, sections.member, KEPT),
    ]
    return {"type": "home", "blocks": layout}


def thanks(say: Voice, reader: Reader, page: Page) -> View:
    """A page of the reader's thank-yous of one side, in a window that nobody else sees."""
    titles = {Side.RECEIVED: say("Thanks you received"), Side.GIVEN: say("Thanks you gave")}
    layout = [*all_in_doubt(say, page.in_doubt), *entries(say, reader, page), *_pager(say, page)]
    return blocks.notice(say, titles[page.side], layout)


def kept_about_me(say: Voice, periods: Retention) -> View:
    """What is kept about the reader, for how long, and the buttons to export and to erase it."""
    layout = [*kept(say, periods), *data_requests_view.buttons(say)]
    return blocks.notice(say, say("Kept about me"), layout)


def _start(say: Voice, sections: Sections) -> list[Block]:
    start = form_view.open_button(say("Appreciate someone"))
    if not sections.leads.teams and sections.is_ready:
        start |= {"style": "primary"}
    divider = [blocks.divider()] if sections.leads.teams else []
    first_steps = admin_view.first_steps(say, is_admin=sections.admin is not None)
    return [
        *divider,
        *([] if sections.is_ready else first_steps),
        blocks.actions([start, draft_view.open_button(say)], block_id="home_start"),
    ]


def _check_in(say: Voice, reader: Reader, check_in: CheckIn | None) -> list[Block]:
    if check_in is None:
        return []
    closing = say.moment(check_in.closes_at, reader.zone)
    notes = [say("Anonymous. Open until {closing}.", closing=closing)]
    counted = (
        [blocks.plain_section(say("Yours is counted with {team}.", team=check_in.counted_with))]
        if check_in.counted_with
        else []
    )
    answer = survey_view.answer_button(say, check_in.poll_id)
    answer.pop("style")
    return [
        blocks.divider(),
        blocks.section(say("*How were your last few shifts?* Five questions, under a minute.")),
        *counted,
        blocks.context(*notes),
        blocks.actions([answer], block_id="home_check_in"),
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


def _thanks(say: Voice, reader: Reader, page: Page, in_doubt: int) -> list[Block]:
    buttons = [
        blocks.button(say("All thank-yous"), RECEIVED, Side.RECEIVED),
        blocks.button(say("Thank-yous you gave"), GIVEN, Side.GIVEN),
    ]
    return [
        blocks.divider(),
        blocks.heading(say("Thank-yous you received")),
        *all_in_doubt(say, in_doubt),
        *short_entries(say, reader, page, most=NEWEST),
        blocks.actions(buttons, block_id="home_thanks"),
    ]


def _pager(say: Voice, page: Page) -> list[Block]:
    places = ((page.newer, say("Newer"), NEWER), (page.older, say("Older"), OLDER))
    buttons = [
        blocks.button(text, action_id, f"{page.side}:{place.written()}")
        for place, text, action_id in places
        if place is not None
    ]
    return [blocks.actions(buttons, block_id="home_pages")] if buttons else []
