"""A person's rights in Slack: two buttons, what they answer, and messages about somebody who was erased."""

from dataclasses import dataclass

from slack_sdk.models.blocks import ButtonElement, ConfirmObject, PlainTextObject

from slackapp.behaviours import WORDING, Behaviour
from slackapp.i18n import Voice
from slackapp.views import words as piece
from slackapp.views.words import Block, View

EXPORT = "rights_export"
ERASE = "rights_erase"
RETURN = "rights_return"


@dataclass(frozen=True, slots=True)
class FormerPerson:
    """One side of a thank-you: Slack's id, or None for somebody who was erased."""

    slack_user_id: str | None


@dataclass(frozen=True, slots=True)
class RemainingText:
    """What is left of a thank-you: its words, unless its giver was erased, and how many joined in."""

    words: str | None = None
    boosters: int = 0


def buttons(say: Voice) -> list[Block]:
    """[Export] [Erase], to stand under "What is kept about me" on Home."""
    certain = ConfirmObject(
        title=say("Erase what is kept?"),
        text=PlainTextObject(
            text=say(
                "Your thank-yous lose their words and your name. What I sent you goes too: export it first "
                "to keep it. Your settings and your answers to an open check-in are deleted. "
                "This cannot be undone."
            ),
            emoji=False,
        ),
        confirm=say("Erase"),
        deny=say("Keep it"),
        style="danger",
    )
    erase = ButtonElement(
        text=_plain(say("Erase what is kept about me")), action_id=ERASE, style="danger", confirm=certain
    )
    export = ButtonElement(text=_plain(say("Export what is kept about me")), action_id=EXPORT)
    return [piece.actions([export, erase], block_id="rights")]


def export_begun(say: Voice) -> View:
    """The answer to [Export]."""
    told = say("Your export is on its way. It comes as a message from me with two files, only to you.")
    return piece.notice(say, say("Your export"), [piece.section(told)])


def export_message(say: Voice) -> tuple[str, list[Block]]:
    """The message whose thread holds the files."""
    told = say(
        "This is what is kept about you: a page to read and a file for machines, in this thread. "
        "Answers to check-ins are not in it: nobody can tell which were yours."
    )
    return told, [piece.section(told)]


def erased(say: Voice) -> View:
    """The answer to [Erase]."""
    return piece.notice(say, say("Erased"), _gone(say))


def held(say: Voice) -> View:
    """The answer to [Erase] while a legal hold keeps the records."""
    told = say(
        "Your organisation has to keep your records for a legal reason, so they are not erased yet. "
        "Your answers to an open check-in are deleted. Please ask whoever answers for data protection."
    )
    return piece.notice(say, say("Not yet"), [piece.section(told)])


def erased_home(say: Voice) -> View:
    """The Home tab of somebody who was erased."""
    again = ButtonElement(text=_plain(say("Use Appreciate again")), action_id=RETURN)
    blocks = [piece.header(say("Appreciate")), *_gone(say), piece.actions([again], block_id="rights_return")]
    return {"type": "home", "blocks": blocks}


def former_direct_message(say: Voice, behaviour: Behaviour) -> tuple[str, list[Block]]:
    """To its receiver, a thank-you whose giver was erased."""
    told = say(
        "A former colleague thanked you and named this as *{behaviour}*. Their words were erased.",
        behaviour=say(WORDING[behaviour].label).lower(),
    )
    return told, [piece.section(told)]


def former_post(
    say: Voice, behaviour: Behaviour, *, giver: FormerPerson, receiver: FormerPerson, left: RemainingText
) -> tuple[str, list[Block]]:
    """In the team's channel, a thank-you in which giver, receiver or both were erased."""
    told = _told(say, say(WORDING[behaviour].label), giver, receiver)
    texts, blocks = [told], [piece.section(told)]
    if left.words is not None:
        texts.append(f"“{piece.literal(left.words)}”")
        blocks.append(piece.quote(left.words))
    if left.boosters:
        joined = say.count("{n} other said me too.", "{n} others said me too.", left.boosters)
        texts.append(joined)
        blocks.append(piece.context(joined))
    return " ".join(texts), blocks


def _told(say: Voice, behaviour: str, giver: FormerPerson, receiver: FormerPerson) -> str:
    if giver.slack_user_id is not None:
        return say(
            "*{behaviour}.* {giver} thanked a former colleague.",
            behaviour=behaviour,
            giver=piece.person(giver.slack_user_id),
        )
    if receiver.slack_user_id is not None:
        return say(
            "*{behaviour}.* A former colleague thanked {receiver}.",
            behaviour=behaviour,
            receiver=piece.person(receiver.slack_user_id),
        )
    return say("*{behaviour}.* A former colleague thanked a former colleague.", behaviour=behaviour)


def _gone(say: Voice) -> list[Block]:
    return [
        piece.section(say("What was kept about you here is erased.")),
        piece.context(
            say(
                "Within minutes, messages in channels are changed, and what I sent to you goes from your own "
                "conversation with me."
            )
        ),
    ]


def _plain(text: str) -> PlainTextObject:
    return PlainTextObject(text=text, emoji=False)
