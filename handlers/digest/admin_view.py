"""`/digest admin`: who may read digests, and handing a team's earlier ones on to its new leader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from handlers.shared import revisions
from reports.publishing import notices_view
from slackapp import blocks
from slackapp.blocks import Block, View
from slackapp.core.i18n import Voice

FORM = "digest_admin_form"
READERS = "digest_readers"
EVERY, SHARED = "every", "shared"
_MOST = 15


@dataclass(frozen=True, slots=True)
class NewLeader:
    """A team whose new leader, since `since`, has not been handed its earlier digests."""

    team_id: str
    team: str
    leader: str
    since: date


def form(say: Voice, *, admins_read: bool, new_leaders: Sequence[NewLeader]) -> View:
    """The form."""
    layout = [_readers(say, admins_read=admins_read), blocks.context(_who_reads(say))]
    if new_leaders:
        layout.append(blocks.divider())
        layout += [block for team in new_leaders[:_MOST] for block in _hand_on(say, team)]
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": revisions.carried({READERS: EVERY if admins_read else SHARED}),
        "title": blocks.plain(say("Digests")),
        "submit": blocks.plain(say("Save")),
        "close": blocks.plain(say("Cancel")),
        "blocks": layout,
    }


def saved(say: Voice) -> View:
    """After [Save]."""
    sentence = say(
        "Saved. A new reader reads from the next month on. Everybody whose results they can read then "
        "is told now, and it stands on their Home."
    )
    return blocks.notice(say, say("Digests"), [blocks.section(sentence)])


def _who_reads(say: Voice) -> str:
    return say(
        "Leaders read the digests of their teams and of the teams below. "
        "Members read what their leader shares."
    )


def _readers(say: Voice, *, admins_read: bool) -> Block:
    options = {
        False: _option(say("What is shared with their own team, as everybody"), SHARED),
        True: _option(say("Every team's digest, with released comments"), EVERY),
    }
    return {
        "type": "input",
        "block_id": READERS,
        "label": blocks.plain(say("What may the admins of this workspace read?")),
        "element": {
            "type": "radio_buttons",
            "action_id": READERS,
            "options": list(options.values()),
            "initial_option": options[admins_read],
        },
    }


def _hand_on(say: Voice, team: NewLeader) -> list[Block]:
    sentence = say(
        "{leader} has led {team} since {day} and cannot read its earlier digests.",
        leader=team.leader,
        team=team.team,
        day=say.day(team.since),
    )
    button = blocks.button(say("Hand them on"), notices_view.HAND_ON, team.team_id)
    return [blocks.plain_section(sentence), blocks.actions([button], block_id=f"hand_on:{team.team_id}")]


def _option(text: str, value: str) -> Block:
    return {"text": blocks.plain(text), "value": value}
