"""The form for a leader's own words before the line about her team."""

from collections.abc import Sequence

from slack_sdk.models.blocks import InputBlock, PlainTextInputElement, PlainTextObject

from slackapp import blocks
from slackapp.blocks import FormQuestion, View
from slackapp.core.i18n import Voice
from slackapp.digest.leader_words import LONGEST

FORM, WORDS = "leader_words_form", "leader_words_text"


def form(
    say: Voice, about: str, words: str, *, readers: Sequence[str], question: FormQuestion | None = None
) -> View:
    """One field; `about` is the team's id and the month."""
    who = say.listing(readers)
    hint = say("A few words, as in: short of two nurses. {readers} will read them.", readers=who)
    element = PlainTextInputElement(action_id=WORDS, max_length=LONGEST, initial_value=words or None)
    field = InputBlock(
        label=_plain(say("What should they know about it?")),
        block_id=WORDS,
        element=element,
        optional=True,
        hint=_plain(blocks.shortened(hint, 150)),
    )
    submit = say("Save anyway") if question and question.sentence else say("Save")
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": blocks.plain(say("My own words")),
        "submit": blocks.plain(submit),
        "close": blocks.plain(say("Cancel")),
        "private_metadata": blocks.unseen(about, question),
        "blocks": [*blocks.asked_above(question), dict(field.to_dict())],
    }


def saved(say: Voice, *, has_words: bool) -> View:
    """After [Save]."""
    sentence = say("Saved. Your words stand first.") if has_words else say("Saved. The line stands alone.")
    return blocks.notice(say, say("My own words"), [blocks.section(sentence)])


def _plain(text: str) -> PlainTextObject:
    return PlainTextObject(text=text, emoji=False)
