"""Make a channel a team: the question to the inviter, and the modals of three short steps."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from slackapp import blocks
from slackapp.blocks import Block, TextAndBlocks, View, option
from slackapp.core.i18n import Voice
from slackapp.teams.edit import FIELD_NAME

OPEN = "team_offer_open"
NAME, PEOPLE, CONFIRM = "team_step_name", "team_step_people", "team_step_confirm"
FIELD_LEADER, FIELD_PARENT = "team_leader", "team_parent"
_NAME_LONGEST = 80


@dataclass(frozen=True, slots=True)
class WizardState:
    """The values of the three steps, carried by the modal. Ids are Slack's, `parent` is ours.

    `called` is the team's name that the channel's name suggests.
    """

    channel: str
    called: str = ""
    name: str = ""
    leader: str = ""
    parent: str = ""

    def as_text(self) -> str:
        """As text, for the modal."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class Outlook:
    """How many people would join, and how many belong to another team or lead one and stay there.

    `leader_stays_in` is the leader's own team, `leader_joins` the one they would belong to from now on.
    """

    joining: int
    elsewhere: int
    parent: str | None
    is_parent_asked: bool = False
    """Whether the parent's leader or an admin is asked first."""
    is_leader_asked: bool = False
    """Whether the leader is asked first: until then nobody joins."""
    leader_stays_in: str | None = None
    leader_joins: str | None = None


def read_state(text: str) -> WizardState:
    """The state that a modal carries."""
    return WizardState(**json.loads(text))


def offer(say: Voice, channel: str) -> TextAndBlocks:
    """The message to the person who invited the app: text and blocks."""
    text = say(
        "You invited me to <#{channel}>. Shall it be a team here? Then its members can share thank-yous "
        "in it, and a check-in counts their answers together. It takes three short steps.",
        channel=channel,
    )
    return TextAndBlocks(
        text,
        [
            blocks.section(text),
            blocks.actions([blocks.button(say("Make it a team"), OPEN, channel, style="primary")]),
        ],
    )


def name_step(say: Voice, state: WizardState) -> View:
    """Step 1: what is it called?"""
    field = {"type": "plain_text_input", "action_id": FIELD_NAME, "max_length": _NAME_LONGEST}
    if state.name:
        field["initial_value"] = state.name
    layout = [
        blocks.context(say("Step 1 of 3")),
        _input(FIELD_NAME, say("What is the team called?"), field),
    ]
    return _modal(say, NAME, state, say("Next"), layout)


def people_step(say: Voice, state: WizardState, *, has_parents: bool) -> View:
    """Step 2: who leads it, and what is it part of? Teams are looked up as somebody types."""
    leader: Block = {"type": "users_select", "action_id": FIELD_LEADER, "initial_user": state.leader}
    layout = [
        blocks.context(say("Step 2 of 3")),
        _input(FIELD_LEADER, say("Who leads it?"), leader),
    ]
    if has_parents:
        part = _input(FIELD_PARENT, say("What is it part of?"), team_select(say, FIELD_PARENT))
        layout.append(part | {"optional": True})
    return _modal(say, PEOPLE, state, say("Next"), layout)


def team_select(say: Voice, action_id: str, chosen: tuple[str, str] | None = None) -> Block:
    """A list of teams to search by name, however many there are; `chosen` is an id and a name."""
    element: Block = {
        "type": "external_select",
        "action_id": action_id,
        "min_query_length": 0,
        "placeholder": blocks.plain(say("Type a team's name")),
    }
    return element | {"initial_option": option(*chosen)} if chosen else element


def confirm_step(say: Voice, state: WizardState, outlook: Outlook) -> View:
    """Step 3: what will happen."""
    layout = [blocks.context(say("Step 3 of 3")), *_leader(say, state, outlook)]
    if outlook.parent:
        sentence = say("It is part of {parent}.", parent=outlook.parent)
        if outlook.is_parent_asked:
            sentence = say(
                "The leader of {parent} or an admin is asked whether it is part of {parent}. "
                "Until they accept, it stands by itself.",
                parent=outlook.parent,
            )
        layout.append(blocks.plain_section(sentence))
    lines = [_joining(say, outlook)]
    if outlook.elsewhere:
        lines.append(
            say.count(
                "{n} person belongs to another team and stays there.",
                "{n} people belong to other teams and stay there.",
                outlook.elsewhere,
            )
        )
    lines.append(say("From now on, whoever joins or leaves the channel joins or leaves the team."))
    lines.append(say("The channel is told that you made it a team."))
    layout.append(blocks.section("\n".join(f"• {line}" for line in lines)))
    return _modal(say, CONFIRM, state, say("Make the team"), layout)


def _leader(say: Voice, state: WizardState, outlook: Outlook) -> list[Block]:
    """Who leads it, whether they are asked first, and where they belong from then on."""
    places = {"team": blocks.run(state.name), "leader": blocks.someone(state.leader, say)}
    sentence = say("{team} is led by {leader}.")
    if outlook.is_leader_asked:
        sentence = say("{leader} is asked whether to lead {team}. Until they accept, nobody leads it.")
    layout = [blocks.filled(sentence, places)]
    if outlook.leader_stays_in:
        places["own"] = blocks.run(outlook.leader_stays_in)
        layout.append(blocks.filled(say("{leader} stays in {own} and answers check-ins there."), places))
    elif outlook.leader_joins:
        places["own"] = blocks.run(outlook.leader_joins)
        sentence = say("{leader} belongs to {own} from then on and answers check-ins there.")
        layout.append(blocks.filled(sentence, places))
    return layout


def _joining(say: Voice, outlook: Outlook) -> str:
    if outlook.is_leader_asked:
        return say.count(
            "Nobody joins it before that. Then {n} person joins, who is in no team now.",
            "Nobody joins it before that. Then {n} people join, who are in no team now.",
            outlook.joining,
        )
    return say.count("{n} person joins it.", "{n} people join it.", outlook.joining)


def done(say: Voice, name: str) -> View:
    """After [Make the team]."""
    text = say("{team} is a team now.", team=name)
    note = say("Its channel is told. Thank-yous can be shared there, and the next check-in asks its people.")
    return blocks.notice(say, say("A new team"), [blocks.plain_section(text), blocks.context(note)])


@dataclass(frozen=True, slots=True)
class NewTeam:
    """A channel that became a team; `maker` and `leader` are Slack ids."""

    team: str
    maker: str
    leader: str | None
    follows: bool
    """Whether its members follow the channel's."""


def announced(say: Voice, new_team: NewTeam) -> TextAndBlocks:
    """The message in the channel: who made it a team, who leads it, and what follows from that."""
    places = {"maker": blocks.someone(new_team.maker, say), "team": blocks.run(new_team.team)}
    people = {"maker": blocks.person(new_team.maker, say), "team": blocks.literal(new_team.team)}
    sentence = say("{maker} made this channel a team in Appreciate: {team}.")
    if new_team.leader is not None:
        sentence = say("{maker} made this channel a team in Appreciate: {team}, led by {leader}.")
        places["leader"] = blocks.someone(new_team.leader, say)
        people["leader"] = blocks.person(new_team.leader, say)
    notes = [
        say(
            "Answers to a check-in are only shown for groups, never for one person. "
            "My Home tab tells what is kept."
        )
    ]
    if new_team.follows:
        notes.insert(0, say("Whoever joins the channel joins the team, unless they belong to another."))
    text = " ".join([sentence.format(**people), *notes])
    return TextAndBlocks(text, [blocks.filled(sentence, places), blocks.context(" ".join(notes))])


def archived(say: Voice, team: str) -> TextAndBlocks:
    """The message to the leader of a team whose channel was archived."""
    text = say(
        "The channel of {team} was archived. The team keeps its people and can still be thanked; nothing is "
        "shared there until it is opened again. If it stays closed, an admin can choose another channel.",
        team=team,
    )
    return TextAndBlocks(blocks.literal(text), [blocks.plain_section(text)])


def removed(say: Voice, team: str) -> TextAndBlocks:
    """The message to the leader of a team when the app was removed from its channel."""
    text = say(
        "I was removed from the channel of {team}. The team keeps its channel and its people: nobody joins "
        "or leaves it through the channel, and posts wait. To go on, invite me there again. An admin can "
        "choose another channel.",
        team=team,
    )
    return TextAndBlocks(blocks.literal(text), [blocks.plain_section(text)])


def _input(block_id: str, label: str, element: dict[str, Any]) -> Block:
    return {"type": "input", "block_id": block_id, "label": blocks.plain(label), "element": element}


def _modal(say: Voice, callback_id: str, state: WizardState, submit: str, layout: list[Block]) -> View:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "private_metadata": state.as_text(),
        "title": blocks.plain(say("A new team")),
        "submit": blocks.plain(submit),
        "close": blocks.plain(say("Cancel")),
        "blocks": layout,
    }
