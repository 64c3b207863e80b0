from dataclasses import dataclass

from slackapp import blocks
from slackapp.blocks import TextAndBlocks
from slackapp.core.behaviours import WORDING, Behaviour
from slackapp.core.i18n import Voice


@dataclass(frozen=True, slots=True)
class FormerPerson:
    """The giver or a receiver: a Slack id, or None for one who was erased."""

    slack_user_id: str | None


@dataclass(frozen=True, slots=True)
class RemainingText:
    """What is left of a thank-you: its words, unless its giver was erased, and how many joined in."""

    words: str | None = None
    boosters: int = 0


def former_direct_message(say: Voice, behaviour: Behaviour) -> TextAndBlocks:
    """The receiver's message about a thank-you whose giver was erased."""
    sentence = say(
        "A former colleague thanked you and named this as *{behaviour}*. Their words were erased.",
        behaviour=say(WORDING[behaviour].label).lower(),
    )
    return TextAndBlocks(sentence, [blocks.section(sentence)])


def former_post(
    say: Voice, behaviour: Behaviour, *, giver: FormerPerson, receiver: FormerPerson, left: RemainingText
) -> TextAndBlocks:
    """The team's post about a thank-you whose giver, receiver or both were erased."""
    sentence = _told(say, say(WORDING[behaviour].label), giver, receiver)
    texts, layout = [sentence], [blocks.section(sentence)]
    if left.words is not None:
        texts.append(f"“{blocks.literal(left.words)}”")
        layout.append(blocks.quote(left.words))
    if left.boosters:
        joined = say("Others said “me too”.")
        texts.append(joined)
        layout.append(blocks.context(joined))
    return TextAndBlocks(" ".join(texts), layout)


def _told(say: Voice, behaviour: str, giver: FormerPerson, receiver: FormerPerson) -> str:
    if giver.slack_user_id is not None:
        return say(
            "*{behaviour}.* {giver} thanked a former colleague.",
            behaviour=behaviour,
            giver=blocks.person(giver.slack_user_id),
        )
    if receiver.slack_user_id is not None:
        return say(
            "*{behaviour}.* A former colleague thanked {receiver}.",
            behaviour=behaviour,
            receiver=blocks.person(receiver.slack_user_id),
        )
    return say("*{behaviour}.* A former colleague thanked a former colleague.", behaviour=behaviour)
