"""Messages to a giver about the thanks they gave, or might give."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from handlers.recognition.form_view import open_button
from handlers.recognition.thanks_view import SETTINGS
from slackapp import blocks
from slackapp.blocks import Block, TextAndBlocks, View
from slackapp.core import log
from slackapp.core.behaviours import WORDING, Behaviour
from slackapp.core.i18n import Voice
from slackapp.recognition.undelivered import Undelivered

_REPLACED_WITHIN = 2
"""Seconds. Slack itself waits three for the answer to a press."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """An answer to the giver, in the language they read."""

    say: Voice
    text: str
    blocks: list[Block]

    def as_view(self) -> View:
        """The answer as a modal."""
        return blocks.notice(self.say, self.say("Your thanks"), self.blocks)


def replace_receipt(client: WebClient, receipt_url: str, answer: Confirmation) -> None:
    """Replace an ephemeral message that is no longer true.

    The answer is shown in a modal besides, so a failure is only logged.
    """
    receipt = WebhookClient(receipt_url, timeout=_REPLACED_WITHIN, proxy=client.proxy, ssl=client.ssl)
    try:
        receipt.send(text=answer.text, blocks=answer.blocks, replace_original=True)
    except OSError as failure:
        log.failure(_logger, "a giver's receipt", failure)


EDIT = "appreciate_edit"
UNDO = "appreciate_undo"
SEND_AGAIN = "thanks_send_again"


@dataclass(frozen=True, slots=True)
class OnItsWay:
    """A stored thank-you for its giver, before Slack has accepted any message about it.

    `receivers` are Slack ids; `is_for_team` is what the giver chose, whatever a receiver has settled; `until`
    says in words how long it can be changed.
    """

    id: str
    receivers: tuple[str, ...]
    behaviour: Behaviour
    words: str
    until: str
    is_for_team: bool = False


def on_its_way(say: Voice, thanks: OnItsWay) -> TextAndBlocks:
    """The giver's answer at once: top-level text and blocks. Nothing is called sent before Slack took it."""
    people = say.listing(blocks.person(receiver, say) for receiver in thanks.receivers)
    head = say("On its way to {people}, in private:", people=people)
    # A behaviour may have been read out of the sentence, so the giver sees which.
    filed = say(
        "Filed under {behaviour}. You can edit or undo it until {time}.",
        behaviour=say(WORDING[thanks.behaviour].label).lower(),
        time=thanks.until,
    )
    quiet = [*_about_the_team(say, thanks), filed]
    layout = [blocks.section(head), blocks.quote(thanks.words), blocks.context(*quiet)]
    text = " ".join([head, f"“{blocks.literal(thanks.words)}”", *quiet])
    return TextAndBlocks(text, [*layout, blocks.actions(changing_buttons(say, thanks.id))])


def _about_the_team(say: Voice, thanks: OnItsWay) -> list[str]:
    # The same for everybody: whoever keeps all their thank-yous private has told only us.
    return [say("They can choose whether their team sees it.")] if thanks.is_for_team else []


def changed(say: Voice, recognition_id: str, people: Iterable[str], words: str) -> list[Block]:
    """The giver's answer after an edit: whose it is, and the words as they are now."""
    recipients = say.listing(blocks.person(user_id, say) for user_id in people)
    return [
        blocks.section(say("Changed. {people} will see:", people=recipients)),
        blocks.quote(words),
        blocks.context(
            say("Where a team can see it, its receiver is asked again first."),
            say("You can edit or undo it for 24 hours from when you sent it."),
        ),
        blocks.actions(changing_buttons(say, recognition_id)),
    ]


def undone(say: Voice, people: Iterable[str]) -> TextAndBlocks:
    """The giver's answer after an undo. A typed undo takes the latest, so the answer names the recipients."""
    sentence = say("Taken back. The words are deleted here, and taken out of the messages about it.")
    recipients = say(
        "It was for {people}.", people=say.listing(blocks.person(user_id, say) for user_id in people)
    )
    return TextAndBlocks(f"{sentence} {recipients}", [blocks.section(sentence), blocks.context(recipients)])


def changing_buttons(say: Voice, recognition_id: str) -> list[Block]:
    """[Edit] [Undo], offered for 24 hours."""
    return [blocks.button(say("Edit"), EDIT, recognition_id), undo_button(say, recognition_id)]


def undo_button(say: Voice, recognition_id: str) -> Block:
    """[Undo], which asks once more."""
    certain = {
        "title": blocks.plain(say("Take it back?")),
        "text": blocks.plain(say("They will no longer see what you wrote.")),
        "confirm": blocks.plain(say("Undo")),
        "deny": blocks.plain(say("Keep it")),
    }
    return blocks.button(say("Undo"), UNDO, recognition_id) | {"confirm": certain}


def unreached(
    say: Voice, recognition_id: str, undelivered: Undelivered, *, sent: str, is_changeable: bool
) -> TextAndBlocks:
    """To the giver: whom a thank-you did not reach. `sent` is the moment, in words."""
    head = say("*Your thank-you did not reach everyone it was for.*")
    lines = [head, *undelivered_line(say, undelivered)]
    when = say("You wrote it on {moment}.", moment=sent)
    buttons = [undo_button(say, recognition_id)] if is_changeable else []
    layout = [blocks.section("\n".join(lines)), blocks.context(when)]
    return TextAndBlocks(
        "\n".join([*lines, when]), [*layout, *([blocks.actions(buttons)] if buttons else [])]
    )


def undelivered_line(say: Voice, undelivered: Undelivered) -> list[str]:
    """A sentence for each receiver whom a thank-you did not reach, or may not have."""
    return [
        *(
            say("{name} has left, so this can't reach them.", name=blocks.person(user_id, say))
            for user_id in undelivered.left
        ),
        *(
            say(
                "This did not reach {name}: Slack does not let Appreciate send just now.",
                name=blocks.person(user_id, say),
            )
            for user_id in undelivered.refused
        ),
        *(
            say(
                "We can't tell if Slack delivered this to {name}. Check before sending it again.",
                name=blocks.person(user_id, say),
            )
            for user_id in undelivered.unsure
        ),
    ]


def send_again_button(say: Voice, recognition_id: str) -> Block:
    """[Send again], to everyone who may not have had it."""
    return blocks.button(say("Send again"), SEND_AGAIN, recognition_id)


def sent_again(say: Voice) -> TextAndBlocks:
    """The giver's answer after that."""
    return blocks.only(say("It goes once more to whoever may not have had it."))


def nudge(say: Voice) -> TextAndBlocks:
    """The Friday question: text and blocks."""
    question = say("*Who helped you this week?* A sentence is enough, and it stays between the two of you.")
    reason = say("You asked for this question on Fridays.")
    buttons = [open_button(say("Appreciate someone")), blocks.button(say("Settings"), SETTINGS, "nudge")]
    return TextAndBlocks(
        f"{question} {reason}", [blocks.section(question), blocks.context(reason), blocks.actions(buttons)]
    )


def with_hint(say: Voice, answer: TextAndBlocks, seldom: Behaviour | None) -> TextAndBlocks:
    """The answer with a hint at the behaviour that the giver's team rarely names, if they want hints."""
    if seldom is None:
        return answer
    hint = say(
        "Your team seldom names *{behaviour}*: {meaning}. Who did that lately?",
        behaviour=say(WORDING[seldom].label).lower(),
        meaning=say(WORDING[seldom].meaning),
    )
    return TextAndBlocks(f"{answer.text} {hint}", [*answer.blocks, blocks.context(hint)])
