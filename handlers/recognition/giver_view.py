"""What somebody is told about the thanks they gave, or might give."""

from collections.abc import Iterable
from dataclasses import dataclass

from handlers.recognition.form_view import open_button
from handlers.recognition.thanks_view import SETTINGS
from slackapp import blocks as piece
from slackapp.blocks import Block, View
from slackapp.core.behaviours import WORDING, Behaviour
from slackapp.core.i18n import Voice
from slackapp.models import Visibility
from slackapp.recognition.undelivered import Undelivered


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the giver is told, in the language they read."""

    say: Voice
    text: str
    blocks: list[Block]

    def as_view(self) -> View:
        """The answer as a modal."""
        return piece.notice(self.say, self.say("Your thanks"), self.blocks)


EDIT = "appreciate_edit"
UNDO = "appreciate_undo"
SEND_AGAIN = "thanks_send_again"


def sent(
    say: Voice, recognition_id: str, behaviour: Behaviour, *, visibility: Visibility, asked: bool
) -> tuple[str, list[Block]]:
    """The giver's answer. `asked` says whether any receiver is asked, or has agreed, to share it."""
    if visibility == Visibility.PRIVATE:
        told = say("Sent. They will see it in private. You can edit or undo it for 24 hours.")
    elif asked:
        told = say(
            "Sent. They will see it in private and choose whether their team sees it. "
            "You can edit or undo it for 24 hours."
        )
    else:
        told = say(
            "Sent. They will see it in private: it can't be shared with their team just now. "
            "You can edit or undo it for 24 hours."
        )
    # A behaviour may have been read out of the sentence, so the giver sees which.
    named = say("You named it *{behaviour}*.", behaviour=say(WORDING[behaviour].label).lower())
    blocks = [piece.section(told), piece.context(named)]
    return f"{told} {named}", [*blocks, piece.actions(changing_buttons(say, recognition_id))]


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
    when = say("Sent: {moment}.", moment=sent)
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
                "Slack took no message for {name} from here. They may have left.", name=piece.person(one, say)
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
