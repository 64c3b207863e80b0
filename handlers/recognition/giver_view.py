"""What somebody is told about the thanks they gave, or might give."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from handlers.recognition.form_view import open_button
from handlers.recognition.thanks_view import SETTINGS
from slackapp import blocks as piece
from slackapp.blocks import Block, View
from slackapp.core import log
from slackapp.core.behaviours import WORDING, Behaviour
from slackapp.core.i18n import Voice
from slackapp.recognition.undelivered import Undelivered

_REPLACED_WITHIN = 2


"""Seconds. Slack itself waits three for the answer to a press."""


_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the giver is told, in the language they read."""

    say: Voice
    text: str
    blocks: list[Block]

    def as_view(self) -> View:
        """The answer as a modal."""
        return piece.notice(self.say, self.say("Your thanks"), self.blocks)


def replace_receipt(client: WebClient, receipt_url: str, answer: Confirmation) -> None:
    """Put an answer in the place of the one that only this person sees, which is not true any more.

    Whoever pressed is told in a window besides. So a failure is logged, and changes nothing else.
    """
    receipt = WebhookClient(receipt_url, timeout=_REPLACED_WITHIN, proxy=client.proxy, ssl=client.ssl)
    try:
        receipt.send(text=answer.text, blocks=answer.blocks, replace_original=True)
    except OSError as problem:
        log.failure(_logger, "a giver's receipt", problem)


SEVERAL = 2
EDIT = "appreciate_edit"
UNDO = "appreciate_undo"
SEND_AGAIN, SEND_ALL_AGAIN = "thanks_send_again", "thanks_send_all_again"


@dataclass(frozen=True, slots=True)
class OnItsWay:
    """What a giver is told about a thank-you that is stored, before Slack has taken any message of it.

    `receivers` are Slack ids; `can_be_shared` is None where the team was not meant to see it; `until` says in
    words how long it can be changed.
    """

    id: str
    receivers: tuple[str, ...]
    behaviour: Behaviour
    words: str
    until: str
    can_be_shared: bool | None = None


def on_its_way(say: Voice, thanks: OnItsWay) -> tuple[str, list[Block]]:
    """The giver's answer at once: top-level text and blocks. Nothing is called sent before Slack took it."""
    people = say.listing(piece.person(receiver, say) for receiver in thanks.receivers)
    head = say("On its way to {people}, in private:", people=people)
    # A behaviour may have been read out of the sentence, so the giver sees which.
    filed = say(
        "Filed under {behaviour}. You can edit or undo it until {time}.",
        behaviour=say(WORDING[thanks.behaviour].label).lower(),
        time=thanks.until,
    )
    quiet = [*_about_the_team(say, thanks), filed]
    blocks = [piece.section(head), piece.quote(thanks.words), piece.context(*quiet)]
    text = " ".join([head, f"“{piece.literal(thanks.words)}”", *quiet])
    return text, [*blocks, piece.actions(changing_buttons(say, thanks.id))]


def _about_the_team(say: Voice, thanks: OnItsWay) -> list[str]:
    if thanks.can_be_shared is None:
        return []
    if thanks.can_be_shared:
        return [say("They can choose whether their team sees it.")]
    return [say("It can't be shared with their team just now.")]


def changed(say: Voice, recognition_id: str) -> list[Block]:
    """The giver's answer after an edit."""
    told = say(
        "Changed. They will see the new words. You can edit or undo it for 24 hours from when you sent it."
    )
    return [piece.section(told), piece.actions(changing_buttons(say, recognition_id))]


def undone(say: Voice, people: Iterable[str]) -> tuple[str, list[Block]]:
    """The giver's answer after taking it back. A typed undo takes the latest: it says whose that was."""
    told = say("Taken back. The words are deleted here, and taken out of the messages about it.")
    whose = say("It was for {people}.", people=say.listing(piece.person(one, say) for one in people))
    return f"{told} {whose}", [piece.section(told), piece.context(whose)]


def changing_buttons(say: Voice, recognition_id: str) -> list[Block]:
    """[Edit] [Undo], offered for 24 hours."""
    return [piece.button(say("Edit"), EDIT, recognition_id), undo_button(say, recognition_id)]


def undo_button(say: Voice, recognition_id: str) -> Block:
    """[Undo], which asks once more."""
    certain = {
        "title": piece.plain(say("Take it back?")),
        "text": piece.plain(say("They will no longer see what you wrote.")),
        "confirm": piece.plain(say("Undo")),
        "deny": piece.plain(say("Keep it")),
    }
    return piece.button(say("Undo"), UNDO, recognition_id) | {"confirm": certain}


def unreached(
    say: Voice, recognition_id: str, found: Undelivered, *, sent: str, is_changeable: bool
) -> tuple[str, list[Block]]:
    """To the giver: whom a thank-you did not reach, or may not have. `sent` is the moment, in words."""
    if found.left or found.refused:
        head = say("*Your thank-you did not reach everyone it was for.*")
    else:
        head = say("*Your thank-you may not have arrived.*")
    lines = [head, *undelivered_line(say, found)]
    when = say("You wrote it on {moment}.", moment=sent)
    buttons = [
        *([send_again_button(say, recognition_id)] if found.unsure else []),
        *([undo_button(say, recognition_id)] if is_changeable else []),
    ]
    blocks = [piece.section("\n".join(lines)), piece.context(when)]
    return "\n".join([*lines, when]), [*blocks, *([piece.actions(buttons)] if buttons else [])]


def undelivered_line(say: Voice, found: Undelivered) -> list[str]:
    """A sentence for each receiver whom a thank-you did not reach, or may not have."""
    return [
        *(
            say("{name} has left, so this can't reach them.", name=piece.person(one, say))
            for one in found.left
        ),
        *(
            say(
                "This did not reach {name}: Slack does not let Appreciate send just now.",
                name=piece.person(one, say),
            )
            for one in found.refused
        ),
        *(
            say(
                "We can't tell if Slack delivered this to {name}. Check before sending it again.",
                name=piece.person(one, say),
            )
            for one in found.unsure
        ),
    ]


def send_again_button(say: Voice, recognition_id: str) -> Block:
    """[Send again], to everyone who may not have had it."""
    return piece.button(say("Send again"), SEND_AGAIN, recognition_id)


def all_in_doubt(say: Voice, count: int) -> list[Block]:
    """[Send all again], where more than one message with thanks may not have arrived."""
    if count < SEVERAL:
        return []
    told = say(
        "We can't tell if Slack delivered {n} of your thank-yous. Check before sending them again: "
        "somebody may get one twice.",
        n=count,
    )
    button = piece.button(say("Send all again"), SEND_ALL_AGAIN, "all")
    return [piece.section(told), piece.actions([button], block_id="thanks_in_doubt")]


def sent_again(say: Voice) -> tuple[str, list[Block]]:
    """The giver's answer after that."""
    return piece.only(say("It goes once more to whoever may not have had it."))


def nudge(say: Voice) -> tuple[str, list[Block]]:
    """The Friday question: text and blocks."""
    asked = say("*Who helped you this week?* A sentence is enough, and it stays between the two of you.")
    why = say("You asked for this question on Fridays.")
    buttons = [open_button(say("Appreciate someone")), piece.button(say("Settings"), SETTINGS, "nudge")]
    return f"{asked} {why}", [piece.section(asked), piece.context(why), piece.actions(buttons)]


def with_hint(
    say: Voice, answer: tuple[str, list[Block]], seldom: Behaviour | None
) -> tuple[str, list[Block]]:
    """The answer to a giver who asked for it, with which of the four their team seldom names."""
    if seldom is None:
        return answer
    text, blocks = answer
    told = say(
        "Your team seldom names *{behaviour}*: {meaning}. Who did that lately?",
        behaviour=say(WORDING[seldom].label).lower(),
        meaning=say(WORDING[seldom].meaning),
    )
    return f"{text} {told}", [*blocks, piece.context(told)]
