"""`/digest admin`: who may read digests, and handing a team's earlier ones on to its new leader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reports.publishing import notices_view as digests
from slackapp import blocks as piece
from slackapp.blocks import Block, View
from slackapp.core.i18n import Voice

FORM = "digest_admin_form"
READERS = "digest_readers"
EVERY, SHARED = "every", "shared"
_MOST = 15


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A team whose leader took over on a day and has not been handed the digests before it."""

    team_id: str
    team: str
    leader: str
    since: date


def form(say: Voice, *, admins_read: bool, taken_over: Sequence[TakenOver]) -> View:
    """The form."""
    blocks = [_readers(say, admins_read=admins_read), piece.context(_who_reads(say))]
    if taken_over:
        blocks.append(piece.divider())
        blocks += [block for one in taken_over[:_MOST] for block in _one(say, one)]
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": piece.plain(say("Digests")),
        "submit": piece.plain(say("Save")),
        "close": piece.plain(say("Cancel")),
        "blocks": blocks,
    }


def saved(say: Voice) -> View:
    """After [Save]."""
    told = say("Saved. Everybody can read who may read their team's digest under “How it stays anonymous”.")
    return piece.notice(say, say("Digests"), [piece.section(told)])


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
        "label": piece.plain(say("What may the admins of this workspace read?")),
        "element": {
            "type": "radio_buttons",
            "action_id": READERS,
            "options": list(options.values()),
            "initial_option": options[admins_read],
        },
    }


def _one(say: Voice, found: TakenOver) -> list[Block]:
    told = say(
        "{leader} has led {team} since {day} and cannot read its earlier digests.",
        leader=found.leader,
        team=found.team,
        day=say.day(found.since),
    )
    button = piece.button(say("Hand them on"), digests.HAND_ON, found.team_id)
    return [piece.plain_section(told), piece.actions([button], block_id=f"hand_on:{found.team_id}")]


def _option(text: str, value: str) -> Block:
    return {"text": piece.plain(text), "value": value}
