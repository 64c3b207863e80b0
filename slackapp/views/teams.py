"""Making a team of a channel: the question to whoever invited the app, and three short steps."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from slackapp.i18n import Voice
from slackapp.views import words as piece
from slackapp.views.words import Block, View

OPEN = "team_offer_open"
NAME, PEOPLE, CONFIRM = "team_step_name", "team_step_people", "team_step_confirm"
FIELD_NAME, FIELD_LEADER, FIELD_PARENT = "team_name", "team_leader", "team_parent"
MOST_PARENTS = 100
_NAME_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Begun:
    """How far the three steps have come; carried by the modal itself. Ids are Slack's, `parent` is ours."""

    channel: str
    name: str = ""
    leader: str = ""
    parent: str = ""

    def written(self) -> str:
        """As text, for the modal."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would happen: who would join, and who belongs elsewhere and stays there."""

    joining: int
    elsewhere: int
    parent: str | None


def begun(written: str) -> Begun:
    """Read back what a modal carried."""
    return Begun(**json.loads(written))


def suggested(channel_name: str) -> str:
    """A team's name out of a channel's: "ward-7" becomes "Ward 7"."""
    name = " ".join(channel_name.replace("_", "-").split("-")).strip()
    return (name[:1].upper() + name[1:])[:_NAME_LONGEST]


def offer(say: Voice, channel: str) -> tuple[str, list[Block]]:
    """The message to whoever invited the app."""
    told = say(
        "You invited me to <#{channel}>. Shall it be a team here? Then its members can share thank-yous "
        "in it, and a check-in counts their answers together. It takes three short steps.",
        channel=channel,
    )
    return told, [
        piece.section(told),
        piece.actions([piece.button(say("Make it a team"), OPEN, channel, style="primary")]),
    ]


def first(say: Voice, steps: Begun) -> View:
    """What is it called?"""
    field = {"type": "plain_text_input", "action_id": FIELD_NAME, "max_length": _NAME_LONGEST}
    if steps.name:
        field["initial_value"] = steps.name
    blocks = [
        piece.context(say("Step 1 of 3")),
        _input(FIELD_NAME, say("What is the team called?"), field),
    ]
    return _modal(say, NAME, steps, say("Next"), blocks)


def second(say: Voice, steps: Begun, parents: list[tuple[str, str]]) -> View:
    """Who leads it, and what is it part of? `parents` are our ids and names."""
    leader: Block = {"type": "users_select", "action_id": FIELD_LEADER, "initial_user": steps.leader}
    blocks = [
        piece.context(say("Step 2 of 3")),
        _input(FIELD_LEADER, say("Who leads it?"), leader),
    ]
    if parents:
        options = [
            {"text": piece.plain(piece.shortened(name, 75)), "value": team_id}
            for team_id, name in parents[:MOST_PARENTS]
        ]
        select: Block = {"type": "static_select", "action_id": FIELD_PARENT, "options": options}
        part = _input(FIELD_PARENT, say("What is it part of?"), select)
        blocks.append(part | {"optional": True})
    return _modal(say, PEOPLE, steps, say("Next"), blocks)


def third(say: Voice, steps: Begun, outlook: Outlook) -> View:
    """What will happen."""
    lines = [
        say("{team} is led by {leader}.", team=piece.literal(steps.name), leader=piece.person(steps.leader)),
        say.count("{n} person joins it.", "{n} people join it.", outlook.joining),
        say("From now on, whoever joins or leaves the channel joins or leaves the team."),
    ]
    if outlook.elsewhere:
        lines.insert(
            2,
            say.count(
                "{n} person belongs to another team and stays there.",
                "{n} people belong to other teams and stay there.",
                outlook.elsewhere,
            ),
        )
    if outlook.parent:
        lines.insert(1, say("It is part of {parent}.", parent=piece.literal(outlook.parent)))
    blocks = [piece.context(say("Step 3 of 3")), piece.section("\n".join(f"• {line}" for line in lines))]
    return _modal(say, CONFIRM, steps, say("Make the team"), blocks)


def made(say: Voice, name: str) -> View:
    """It is done."""
    told = say("{team} is a team now.", team=name)
    return piece.notice(say, say("A new team"), [piece.plain_section(told)])


def _input(block_id: str, label: str, element: dict[str, Any]) -> Block:
    return {"type": "input", "block_id": block_id, "label": piece.plain(label), "element": element}


def _modal(say: Voice, callback_id: str, steps: Begun, submit: str, blocks: list[Block]) -> View:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "private_metadata": steps.written(),
        "title": piece.plain(say("A new team")),
        "submit": piece.plain(submit),
        "close": piece.plain(say("Cancel")),
        "blocks": blocks,
    }
