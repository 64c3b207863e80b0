"""Messages about a proposal for a new team, the answer to it, and a change of team."""

from dataclasses import dataclass

from slackapp import blocks
from slackapp.blocks import Block, TextAndBlocks, View
from slackapp.core.i18n import Voice
from slackapp.models import ProposalKind
from slackapp.teams import Answer

ACCEPT_LEAD, DECLINE_LEAD = "team_lead_accept", "team_lead_decline"
ACCEPT_PART, DECLINE_PART = "team_part_accept", "team_part_decline"


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal as its message shows it. `maker` and `leader` are Slack ids."""

    team_id: str
    team: str
    maker: str
    leader: str = ""
    parent: str = ""


def nomination(say: Voice, proposed: Proposed) -> TextAndBlocks:
    """The message to a person who was named as leader."""
    sentence = say("{maker} made a team in Appreciate, {team}, and named you as its leader. Do you accept?")
    note = say(
        "Until you accept, nobody leads it and nobody joins it. If you belong to a team, you stay in it: "
        "your answers to check-ins are still counted there. A leader gets the team's monthly digest."
    )
    return _question(say, sentence, note, proposed, accept=ACCEPT_LEAD, decline=DECLINE_LEAD)


def place(say: Voice, proposed: Proposed) -> TextAndBlocks:
    """The message to a person who may confirm a team's parent."""
    sentence = say("{maker} made a team in Appreciate, {team}, and would like it to be part of {parent}.")
    note = say(
        "Until you accept, it stands by itself. As a part, its figures also count for {parent}.",
        parent=proposed.parent,
    )
    return _question(say, sentence, note, proposed, accept=ACCEPT_PART, decline=DECLINE_PART)


def outcome(say: Voice, proposed: Proposed, kind: ProposalKind, answer: Answer) -> TextAndBlocks:
    """The message to the proposer."""
    if kind is ProposalKind.LEADER:
        sentence = (
            say("{leader} leads {team} from now on.")
            if answer is Answer.ACCEPTED
            else say(
                "{leader} will not lead {team}. Nobody leads it and nobody joined it. "
                "An admin can name somebody else."
            )
        )
    else:
        sentence = (
            say("{team} is part of {parent} from now on.")
            if answer is Answer.ACCEPTED
            else say("{team} does not become part of {parent}. It stands by itself.")
        )
    text, layout = _filled(say, sentence, proposed)
    return TextAndBlocks(text, [layout])


def answered(say: Voice, team: str, kind: ProposalKind, answer: Answer) -> View:
    """The modal after [Accept] or [No, thank you]."""
    sentences = {
        (ProposalKind.LEADER, Answer.ACCEPTED): say("You lead {team} from now on.", team=team),
        (ProposalKind.LEADER, Answer.DECLINED): say(
            "You will not lead {team}. Whoever made it gets a message.", team=team
        ),
        (ProposalKind.PARENT, Answer.ACCEPTED): say("{team} is a part from now on.", team=team),
        (ProposalKind.PARENT, Answer.DECLINED): say(
            "{team} stands by itself. Whoever made it gets a message.", team=team
        ),
    }
    return blocks.notice(say, say("A new team"), [blocks.plain_section(sentences[kind, answer])])


def moved(say: Voice, team: str | None) -> TextAndBlocks:
    """The message to a person who now belongs to another team, or to none."""
    if team is None:
        text = say(
            "You belong to no team in Appreciate any more. From the next check-in on you are not asked. "
            "If that is a mistake, please tell an admin."
        )
    else:
        text = say(
            "You belong to {team} in Appreciate now. From the next check-in on, your answers are counted "
            "there. An open check-in is counted as it was asked. If that is a mistake, please tell an admin.",
            team=team,
        )
    return TextAndBlocks(blocks.literal(text), [blocks.plain_section(text)])


def _question(
    say: Voice, sentence: str, note: str, proposed: Proposed, *, accept: str, decline: str
) -> TextAndBlocks:
    text, layout = _filled(say, sentence, proposed)
    buttons = [
        blocks.button(say("Accept"), accept, proposed.team_id, style="primary"),
        blocks.button(say("No, thank you"), decline, proposed.team_id),
    ]
    return TextAndBlocks(
        f"{text} {blocks.literal(note)}", [layout, blocks.plain_section(note), blocks.actions(buttons)]
    )


def _filled(say: Voice, sentence: str, proposed: Proposed) -> tuple[str, Block]:
    names = {"team": proposed.team, "parent": proposed.parent}
    people = {"maker": proposed.maker, "leader": proposed.leader}
    texts = {
        **{key: blocks.literal(name) for key, name in names.items()},
        **{key: blocks.person(user, say) for key, user in people.items()},
    }
    places = {
        **{key: blocks.run(name) for key, name in names.items()},
        **{key: blocks.someone(user, say) for key, user in people.items()},
    }
    return sentence.format(**texts), blocks.filled(sentence, places)
