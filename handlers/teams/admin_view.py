"""The admin's views of teams: a list with a search, a team's form, a team's members."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.teams.wizard_view import FIELD_PARENT, team_select
from slackapp import blocks
from slackapp.blocks import Block, View, option
from slackapp.core.i18n import Voice
from slackapp.models import SourceKind
from slackapp.teams import Assigned, MemberPage, TeamSummary
from slackapp.teams.edit import FIELD_DEPUTY, FIELD_NAME
from slackapp.teams.listing import PAGE, PEOPLE_PAGE

TEAMS, NEW_TEAM = "office_teams", "office_new_team"
TURN, FIND, OPEN = "office_teams_turn", "office_find_team", "office_open_team"
FORM, END, PEOPLE, PEOPLE_TURN, PEOPLE_FORM = (
    "office_team_form",
    "office_end_team",
    "office_team_people",
    "office_people_turn",
    "office_people_form",
)
LEADER, DEPUTY, FOLLOWS = "team_leads", FIELD_DEPUTY, "team_follows"
CHANNEL, NOWHERE = "team_channel", "team_shares_nowhere"
PUT_IN, TAKE_OUT = "people_in", "people_out"
BY_HAND, BY_CHANNEL = "hand", "channel"
_MOST_CHOSEN = 100
_NAME_LONGEST = 80


@dataclass(frozen=True, slots=True)
class TeamDetails:
    """One team as its form shows it; people and channel by Slack's ids. A new one has no id.

    `parent` is an id of ours and a name.
    """

    id: str = ""
    name: str = ""
    parent: tuple[str, str] | None = None
    leader: str | None = None
    deputy: str | None = None
    channel: str | None = None
    follows: tuple[SourceKind, str, str] | None = None
    """The channel or group that its membership follows: its kind, Slack's id, and its name."""
    people: int = 0
    below: int = 0


def team_list(say: Voice, teams: Sequence[TeamSummary], *, skip: int, total: int) -> View:
    """A page of all teams, and a way to find one by name."""
    find = team_select(say, FIND) | {"placeholder": blocks.plain(say("Find a team"))}
    new = blocks.button(say("New team"), NEW_TEAM, "new")
    layout = [
        blocks.actions([find, new], block_id="office_teams"),
        *(_row(say, team) for team in teams),
        *blocks.pager(say, TURN, skip=skip, page=PAGE, total=total),
    ]
    if not total:
        layout.append(blocks.section(say("There is no team yet.")))
    return blocks.notice(say, say("Teams"), layout)


def form(say: Voice, team: TeamDetails, *, note: str = "") -> View:
    """One team, to be changed; or a new one."""
    layout = [blocks.context(note)] if note else []
    if team.id:
        layout += _size(say, team)
    layout += [
        _input(say("What is it called?"), FIELD_NAME, _name(team)),
        _optional(say("What is it part of?"), FIELD_PARENT, team_select(say, FIELD_PARENT, team.parent)),
        _optional(say("Who leads it?"), LEADER, _user(LEADER, team.leader)),
        _optional(
            say("Who is the deputy?"),
            DEPUTY,
            _user(DEPUTY, team.deputy),
            hint=say("They read and decide while the leader is on leave."),
        ),
        *_sharing(say, team),
        _input(say("Who belongs to it?"), FOLLOWS, _follows(say, team)),
    ]
    if team.id:
        layout.append(blocks.actions([_end(say)], block_id="office_end"))
    title = say("Team") if team.id else say("New team")
    return _modal(say, title, FORM, submit=say("Save")) | {
        "private_metadata": carried(team),
        "blocks": layout,
    }


def carried(team: TeamDetails) -> str:
    """What the form carries: the team's id, and its values as shown, so that only changed ones are saved."""
    if not team.id:
        return ""
    values = {
        "name": team.name,
        "parent": team.parent[0] if team.parent else None,
        "leader": team.leader,
        "deputy": team.deputy,
        "follows": followed(team),
    }
    return f"{team.id} {json.dumps(values)}"


def followed(team: TeamDetails) -> str:
    """The choice in the form for what the team's membership follows."""
    if team.follows is None:
        return BY_HAND
    kind, slack_id, _name = team.follows
    return BY_CHANNEL if kind is SourceKind.CHANNEL else f"group:{slack_id}"


def following_options(say: Voice, groups: Sequence[tuple[str, str]]) -> list[Block]:
    """What a team can follow; `groups` are Slack's ids and names."""
    first = [option(BY_HAND, say("People I choose")), option(BY_CHANNEL, _in_channel(say))]
    return [*first, *(option(f"group:{group_id}", _in_group(say, name)) for group_id, name in groups)]


def people(say: Voice, team: TeamDetails, page: MemberPage, *, note: str = "", saved: int = 0) -> View:
    """The members of a team, a page at a time; an admin can add and remove them.

    `saved` is how often this form was saved: each time its fields are new ones, or Slack would keep who
    was chosen before.
    """
    count = say.count(
        "{n} person belongs to {team}.", "{n} people belong to {team}.", page.total, team=team.name
    )
    layout = [blocks.context(note)] if note else []
    layout.append(blocks.plain_section(count))
    if page.people:
        layout.append(blocks.section(say.listing(blocks.person(user_id, say) for user_id in page.people)))
    layout += blocks.pager(say, PEOPLE_TURN, skip=page.skipped, page=PEOPLE_PAGE, total=page.total)
    if team.follows is not None:
        note = say("They follow the channel or group: whoever joins or leaves it joins or leaves the team.")
        notice = blocks.notice(say, say("People"), [*layout, blocks.context(note)])
        return notice | {"private_metadata": team.id}
    layout += [
        _optional(
            say("Put these people in"),
            f"{PUT_IN}:{saved}",
            _users(PUT_IN),
            hint=say("Whoever belongs to another team changes over: everybody has one team."),
        ),
        _optional(say("Take these people out"), f"{TAKE_OUT}:{saved}", _users(TAKE_OUT)),
    ]
    return _modal(say, say("People"), PEOPLE_FORM, submit=say("Save")) | {
        "private_metadata": f"{team.id}:{saved}",
        "blocks": layout,
    }


def people_changed(say: Voice, assigned: Assigned, removed: int) -> str:
    """A sentence about the added and removed people."""
    parts = [
        say.count("{n} person came in.", "{n} people came in.", assigned.joined) if assigned.joined else "",
        say.count("{n} of them was in another team.", "{n} of them were in another team.", assigned.moved)
        if assigned.moved
        else "",
        say.count("{n} person was taken out.", "{n} people were taken out.", removed) if removed else "",
        say.count(
            "{n} could not: an app, from another organisation, or the leader of a team.",
            "{n} could not: apps, people from other organisations, or leaders of teams.",
            assigned.passed_over,
        )
        if assigned.passed_over
        else "",
    ]
    return " ".join(part for part in parts if part) or say("Nothing was changed.")


def ended(say: Voice, name: str) -> View:
    """After a team was ended."""
    sentence = say("{team} is no team any more. Its figures stay, for whoever leads above it.", team=name)
    return blocks.notice(say, say("Team"), [blocks.plain_section(sentence)])


def _row(say: Voice, team: TeamSummary) -> Block:
    first = say("{team}, part of {parent}", team=team.name, parent=team.parent) if team.parent else team.name
    second = say.count("{n} person.", "{n} people.", team.people)
    third = say("Led by {leader}.", leader=team.leader) if team.leader else say("Nobody leads it yet.")
    button = blocks.button(say("Open"), OPEN, team.id)
    return blocks.plain_section(f"{first}\n{second} {third}") | {"accessory": button}


def _size(say: Voice, team: TeamDetails) -> list[Block]:
    size = say.count("{n} person.", "{n} people.", team.people)
    if team.below:
        size += " " + say.count("{n} team is part of it.", "{n} teams are part of it.", team.below)
    button = blocks.button(say("Who belongs to it"), PEOPLE, team.id)
    return [blocks.section(size) | {"accessory": button}]


def _follows(say: Voice, team: TeamDetails) -> Block:
    chosen = option(BY_HAND, say("People I choose"))
    if team.follows is not None:
        kind, slack_id, name = team.follows
        in_channel = option(BY_CHANNEL, _in_channel(say))
        chosen = (
            in_channel if kind is SourceKind.CHANNEL else option(f"group:{slack_id}", _in_group(say, name))
        )
    return {
        "type": "external_select",
        "action_id": FOLLOWS,
        "min_query_length": 0,
        "initial_option": chosen,
    }


def _in_channel(say: Voice) -> str:
    return say("Whoever is in its channel")


def _in_group(say: Voice, name: str) -> str:
    return say("Whoever is in the group {group}", group=name)


def _name(team: TeamDetails) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": FIELD_NAME, "max_length": _NAME_LONGEST}
    return element | {"initial_value": team.name} if team.name else element


def _user(name: str, chosen: str | None) -> Block:
    element: Block = {"type": "users_select", "action_id": name}
    return element | {"initial_user": chosen} if chosen else element


def _users(name: str) -> Block:
    return {"type": "multi_users_select", "action_id": name, "max_selected_items": _MOST_CHOSEN}


def _sharing(say: Voice, team: TeamDetails) -> list[Block]:
    """Where it shares. The current channel is text: a field shows a private one to its members only."""
    element: Block = {
        "type": "conversations_select",
        "action_id": CHANNEL,
        "filter": {"include": ["public", "private"], "exclude_external_shared_channels": True},
    }
    hint = say("Please invite me there first. The channel is told.")
    if team.channel is None:
        return [_optional(say("Which channel does it share thank-yous in?"), CHANNEL, element, hint=hint)]
    nowhere = option("nowhere", say("Share nowhere from now on"))
    box: Block = {"type": "checkboxes", "action_id": NOWHERE, "options": [nowhere]}
    return [
        blocks.section(say("It shares thank-yous in {channel}.", channel=f"<#{team.channel}>")),
        _optional(say("Share in another channel from now on"), CHANNEL, element, hint=hint),
        _optional(say("Or in none"), NOWHERE, box),
    ]


def _end(say: Voice) -> Block:
    text = say(
        "Its people then belong to no team until you put them somewhere. Its figures stay, for whoever leads "
        "above it. Answers to an open check-in are counted as they were asked for."
    )
    confirm = {
        "title": blocks.plain(say("End this team?")),
        "text": blocks.plain(text),
        "confirm": blocks.plain(say("End it")),
        "deny": blocks.plain(say("Keep it")),
        "style": "danger",
    }
    return blocks.button(say("End this team"), END, "end", style="danger") | {"confirm": confirm}


def _input(label: str, block_id: str, element: Block) -> Block:
    return {"type": "input", "block_id": block_id, "label": blocks.plain(label), "element": element}


def _optional(label: str, block_id: str, element: Block, *, hint: str = "") -> Block:
    block = _input(label, block_id, element) | {"optional": True}
    return block | {"hint": blocks.plain(hint)} if hint else block


def _modal(say: Voice, title: str, callback_id: str, *, submit: str) -> View:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": blocks.plain(title),
        "submit": blocks.plain(submit),
        "close": blocks.plain(say("Back")),
    }
