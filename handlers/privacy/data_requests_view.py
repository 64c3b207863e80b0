"""The buttons for export and erasure, and their answers."""

from slack_sdk.models.blocks import ButtonElement, ConfirmObject, PlainTextObject

from slackapp import blocks
from slackapp.blocks import Block, TextAndBlocks, View
from slackapp.core.i18n import Voice

EXPORT = "rights_export"
ERASE = "rights_erase"
RETURN = "rights_return"


def buttons(say: Voice) -> list[Block]:
    """[Export] [Erase], below "What is kept about me" on Home."""
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
    return [blocks.actions([export, erase], block_id="rights")]


def export_begun(say: Voice) -> View:
    """The answer to [Export]."""
    sentence = say("Your export is on its way. It comes as a message from me with two files, only to you.")
    return blocks.notice(say, say("Your export"), [blocks.section(sentence)])


def export_message(say: Voice) -> TextAndBlocks:
    """The message whose thread holds the files."""
    sentence = say(
        "This is what is kept about you: a page to read and a file for machines, in this thread. "
        "Answers to check-ins are not in it: nobody can tell which were yours."
    )
    return TextAndBlocks(sentence, [blocks.section(sentence)])


def erased(say: Voice) -> View:
    """The answer to [Erase]."""
    return blocks.notice(say, say("Erased"), _gone(say))


def held(say: Voice) -> View:
    """The answer to [Erase] while a legal hold keeps the records."""
    sentence = say(
        "Your organisation has to keep your records for a legal reason, so they are not erased yet. "
        "Your answers to an open check-in are deleted. Please ask whoever answers for data protection."
    )
    return blocks.notice(say, say("Not yet"), [blocks.section(sentence)])


def erased_home(say: Voice) -> View:
    """The Home tab of somebody who was erased."""
    again = ButtonElement(text=_plain(say("Use Appreciate again")), action_id=RETURN)
    layout = [
        blocks.header(say("Appreciate")),
        *_gone(say),
        blocks.actions([again], block_id="rights_return"),
    ]
    return {"type": "home", "blocks": layout}


def _gone(say: Voice) -> list[Block]:
    return [
        blocks.section(say("What was kept about you here is erased.")),
        blocks.context(
            say(
                "Within minutes, messages in channels are changed, and what I sent to you goes from your own "
                "conversation with me."
            )
        ),
    ]


def _plain(text: str) -> PlainTextObject:
    return PlainTextObject(text=text, emoji=False)
