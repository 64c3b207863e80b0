"""The check-in's messages: it opens, it is still open, a rule changed, it was lost.

A message is never edited and says nothing about who has answered.
"""

from typing import Any

from handlers.pulse.admin_view import ANSWER_TEST
from handlers.pulse.survey_view import ABOUT, answer_button
from reports.publishing import promise_view
from slackapp import blocks
from slackapp.blocks import TextAndBlocks
from slackapp.core.i18n import Voice
from slackapp.digest.promises import PromiseSummary
from slackapp.pulse.alarm_notices import Sentence

Block = dict[str, Any]


def message(
    say: Voice, poll_id: str, *, closing: str, has_earlier: bool, line: PromiseSummary | None = None
) -> list[Block]:
    """The direct message. It is never edited and says nothing about who has answered.

    `line` is what the team was promised last.
    """
    lines = [blocks.section(say("*How were your last few shifts?* A few short questions, under a minute."))]
    if line:
        lines.append(promise_view.line(say, line))
    elif has_earlier:
        lines.append(blocks.section(say("Nothing has been recorded yet.")))
    return [
        *lines,
        blocks.context(say("Anonymous. Open until {closing}.", closing=closing)),
        {
            "type": "actions",
            "block_id": "pulse_actions",
            "elements": [
                answer_button(say, poll_id),
                blocks.button(say("How it stays anonymous"), ABOUT, poll_id),
            ],
        },
    ]


def message_text(say: Voice, *, closing: str, has_earlier: bool, line: PromiseSummary | None = None) -> str:
    """The same facts without blocks."""
    if line:
        question = say("How were your last few shifts? A few short questions, under a minute.")
        closes = say("Anonymous. Open until {closing}.", closing=closing)
        return "\n".join([question, promise_view.line_text(say, line), closes])
    if has_earlier:
        return say(
            "How were your last few shifts? A few short questions, under a minute. Nothing has been "
            "recorded yet. Anonymous. Open until {closing}.",
            closing=closing,
        )
    return say(
        "How were your last few shifts? A few short questions, under a minute. "
        "Anonymous. Open until {closing}.",
        closing=closing,
    )


def help_text(say: Voice) -> TextAndBlocks:
    """How `/pulse` is used: text and blocks."""
    sentences = [
        say("`/pulse` opens the check-in: five questions, under a minute. You need not answer."),
        say("`/pulse settings` is where you say when I may write to you, and in which language."),
        say("`/pulse admin` is where admins set the check-in up."),
    ]
    about = {
        "type": "actions",
        "elements": [blocks.button(say("How it stays anonymous"), ABOUT, "help")],
    }
    return TextAndBlocks("\n".join(sentences), [blocks.section("\n".join(sentences)), about])


def note(words: str) -> Block:
    """A quiet line."""
    return {"type": "context", "elements": [blocks.plain(words)]}


def trial_button(say: Voice) -> Block:
    """[Answer] in a test to oneself."""
    button = blocks.button(say("Answer"), ANSWER_TEST, "test", style="primary")
    return {"type": "actions", "block_id": "pulse_actions", "elements": [button]}


def reminder_text(say: Voice, *, closing: str) -> str:
    """The one line in a team's channel, the same for everyone."""
    return say(
        "The check-in is open until {closing}. Answer from your message, from Appreciate's Home tab or with "
        "/pulse. If you have already, thank you.",
        closing=closing,
    )


def rules_text(say: Voice, *, k: int, c: int, comments: int) -> str:
    """What people are told when a threshold was raised."""
    rules = say(
        "Check-in results are now shown only for groups of {k} or more, and comments only where at least "
        "{comments} answered. This holds from the next check-in on and can't be lowered again.",
        k=k,
        comments=comments,
    )
    stricter = say("Very low and very high results are merged more widely than usual.")
    return f"{rules} {stricter}" if c > 1 else rules


def loss_text(say: Voice) -> str:
    """What people are told once when a check-in's key was lost."""
    return say("This check-in was lost, so no answer can be read. The next will work.")


def alteration_text(say: Voice) -> str:
    """What people are told when a check-in was changed in the database."""
    return say(
        "Somebody changed what is stored for this check-in. Nobody could read an answer by that. Answers "
        "that were changed are left out, and all others are counted as you were told. If you want to know "
        "more, ask whoever runs the server."
    )


def alarm_text(say: Voice, sentence: Sentence) -> str:
    """What people are told directly when something was noticed about a check-in."""
    return loss_text(say) if sentence is Sentence.LOST else alteration_text(say)


def loss(words: str, *, plain: bool = False) -> list[Block]:
    """The same as a block; `plain` when it holds something that people wrote."""
    return [blocks.plain_section(words) if plain else blocks.section(words)]
