"""`/digest admin`: who may read digests, and handing a team's earlier ones on to its new leader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reports.publishing import notices_view
from slackapp import blocks as piece
from slackapp.blocks import Block, View
from slackapp.core.i18n import Voice

FORM = "digest_admin_form"
READERS = "digest_readers"
EVERY, SHARED = "every", "shared"
_MOST = 15


@dataclass(frozen=True, slots=True)
class NewLeader:
    """A team whose leader took over on a day and has not been handed the digests before it."""

    team_id: str
    team: str
    leader: str
    since: date


def form(say: Voice, *, admins_read: bool, new_leaders: Sequence[NewLeader]) -> View:
    """The form."""
    blocks = [_readers(say, admins_read=admins_read), piece.context(_who_reads(say))]
    if new_leaders:
        blocks.append(piece.divider())
        blocks += [block for team in new_leaders[:_MOST] for block in _hand_on(say, team)]
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
    sentence = say(
        "Saved. Everybody can read who may read their team's digest under “How it stays anonymous”."
    )
    return piece.notice(say, say("Digests"), [piece.section(sentence)])


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


def _hand_on(say: Voice, team: NewLeader) -> list[Block]:
    sentence = say(
        "{leader} has led {team} since {day} and cannot read its earlier digests.",
        leader=team.leader,
        team=team.team,
        day=say.day(team.since),
    )
    button = piece.button(say("Hand them on"), notices_view.HAND_ON, team.team_id)
    return [piece.plain_section(sentence), piece.actions([button], block_id=f"hand_on:{team.team_id}")]


def _option(text: str, value: str) -> Block:
    return {"text": piece.plain(text), "value": value}
