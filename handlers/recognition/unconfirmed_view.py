"""To the giver: thank-yous that may have arrived, and what came out."""

from collections.abc import Iterable

from slackapp import blocks
from slackapp.blocks import Block, TextAndBlocks
from slackapp.core.i18n import Voice
from slackapp.recognition.unconfirmed import Doubts

SEND_ALL_AGAIN, THEY_HAVE_IT = "thanks_send_all_again", "thanks_they_have_it"
SEVERAL = 2
EVERYTHING = "all"
"""Value of the buttons for all that is in doubt, in place of one message about it."""

_NAMED = 20
"""So many names fit each line; a section has 3,000 characters."""


def about(say: Voice, notice_id: str, doubts: Doubts) -> TextAndBlocks:
    """Ask about all that is in doubt at once, or say what came out: text and blocks."""
    lines = [*_questions(say, doubts), *_answers(say, doubts)]
    layout = [blocks.section("\n".join(lines))]
    if doubts.unsure:
        layout.append(blocks.actions(_buttons(say, say("Send again"), notice_id)))
    return TextAndBlocks("\n".join(lines), layout)


def all_in_doubt(say: Voice, count: int) -> list[Block]:
    """[Send all again] [They have it], where more than one message with thanks may not have arrived."""
    if count < SEVERAL:
        return []
    sentence = say(
        "We can't tell if Slack delivered {n} of your thank-yous. Check before sending them again: "
        "somebody may get one twice.",
        n=count,
    )
    buttons = _buttons(say, say("Send all again"), EVERYTHING)
    return [blocks.section(sentence), blocks.actions(buttons, block_id="thanks_in_doubt")]


def they_have_it(say: Voice) -> TextAndBlocks:
    """The giver's answer after [They have it]."""
    return blocks.only(say("Good. Nothing is sent again."))


def _questions(say: Voice, doubts: Doubts) -> list[str]:
    if not doubts.unsure:
        return []
    return [
        say(
            "*We can't tell if Slack delivered your thank-you to {people}.*",
            people=_named(say, doubts.unsure),
        ),
        say("Check before you send it again: they may get it twice."),
    ]


def _answers(say: Voice, doubts: Doubts) -> Iterable[str]:
    if doubts.arrived:
        yield say("It arrived after all: {people}.", people=_named(say, doubts.arrived))
    if doubts.again:
        yield say("On its way once more: {people}.", people=_named(say, doubts.again))
    if doubts.confirmed:
        yield say("You said that they have it: {people}.", people=_named(say, doubts.confirmed))
    if doubts.refused:
        yield say(
            "This did not reach {people}: Slack does not let Appreciate send just now.",
            people=_named(say, doubts.refused),
        )


def _named(say: Voice, people: tuple[str, ...]) -> str:
    names = [blocks.person(user_id, say) for user_id in people[:_NAMED]]
    more = len(people) - _NAMED
    others = [say.count("{n} more person", "{n} more people", more)] if more > 0 else []
    return say.listing([*names, *others])


def _buttons(say: Voice, send_again: str, value: str) -> list[Block]:
    return [
        blocks.button(send_again, SEND_ALL_AGAIN, value),
        blocks.button(say("They have it"), THEY_HAVE_IT, value),
    ]
