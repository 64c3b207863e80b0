"""What a leader's digest says of obstacles: what waits for them, the way up, and how many were answered."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from reports.publishing import obstacle_view
from slackapp import blocks
from slackapp.blocks import Block
from slackapp.core.i18n import Voice
from slackapp.models import Digest, Team, Workspace
from slackapp.obstacles import listing, routing
from slackapp.obstacles.listing import ObstacleDetails, Tally
from slackapp.outbox.rendered import Message
from slackapp.workspace import permissions


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands in a digest beside its figures; `sends_for` is a team that can send something up."""

    waiting: tuple[ObstacleDetails, ...] = ()
    counted: Tally | None = None
    sends_for: str = ""
    is_level: bool = False
    """Whether other teams are part of this one: its reader sees what their leaders did."""


def load(session: Session, digest: Digest, now: datetime) -> Beside:
    """Read it for the team of a digest."""
    team = session.get_one(Team, digest.team_id)
    tree = permissions.teams(session, team.workspace_id)
    workspace = session.get_one(Workspace, team.workspace_id)
    is_level = any(other.parent_id == team.id and other.closed_at is None for other in tree.values())
    return Beside(
        waiting=tuple(listing.waiting_at(session, team, now)),
        counted=listing.tallies(session, workspace, [team.id], digest.month).get(team.id),
        sends_for=team.id if routing.first_above(session, tree, team, now) else "",
        is_level=is_level,
    )


def placed(say: Voice, message: Message, beside: Beside) -> Message:
    """The digest with it: what waits comes first, the way up stands under what needs help from above."""

    def place(layout: list[Block]) -> list[Block]:
        first, *others = layout
        return [
            first,
            *obstacle_view.waiting(say, beside.waiting),
            *_with_way_up(say, others, beside.sends_for),
            *_at_the_end(say, beside),
        ]

    first, _, rest = message.text.partition("\n")
    waiting = [obstacle_view.waiting_text(say, beside.waiting)] if beside.waiting else []
    return replace(
        message,
        text="\n".join([first, *waiting, rest]),
        blocks=place(message.blocks),
        without_pictures=_unless_none(place, message.without_pictures),
    )


def _with_way_up(say: Voice, layout: list[Block], team_id: str) -> list[Block]:
    """Put [Send it up] under the line that names what needs help from above."""
    if not team_id:
        return layout
    label = say("Needs help from above:")
    row = blocks.actions([obstacle_view.send_button(say, team_id)], block_id=f"{obstacle_view.SEND}:digest")
    with_row: list[Block] = []
    for block in layout:
        with_row.append(block)
        if block["type"] == "rich_text" and _begins_with(block, label):
            with_row.append(row)
    return with_row


def _at_the_end(say: Voice, beside: Beside) -> list[Block]:
    never = say("Never used in appraisal, capability, discipline or pay, for staff or leaders.")
    return [
        *obstacle_view.tally(say, beside.counted),
        *([blocks.context(never)] if beside.is_level else []),
    ]


def _begins_with(block: Block, label: str) -> bool:
    first = block["elements"][0]["elements"][0]
    return str(first.get("text", "")).startswith(label)


def _unless_none(
    place: Callable[[list[Block]], list[Block]], layout: list[Block] | None
) -> list[Block] | None:
    return place(layout) if layout is not None else None
