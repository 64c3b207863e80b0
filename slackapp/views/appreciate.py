"""The form for thanks, and what is said when something is in the way. Nothing typed is ever lost."""

import json
from typing import Any

from slack_sdk.models.blocks import (
    ButtonElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    RadioButtonsElement,
    UserMultiSelectElement,
)

from slackapp.behaviours import WORDING, Behaviour
from slackapp.errors import UserError
from slackapp.i18n import Voice
from slackapp.models import Visibility
from slackapp.recognitions.drafts import LONGEST, MOST_PEOPLE, Draft, Field, UnknownBehaviour
from slackapp.views import words as piece
from slackapp.views.words import Block, View

OPEN = "appreciate_open"
FORM = "appreciate_form"
EDIT_FORM = "appreciate_edit_form"
BEHAVIOUR = "appreciate_behaviour"

_BUTTON_VALUE = 2_000
_QUOTED = 9_000
"""All blocks of a message together may hold about 13,200 characters."""


def form(say: Voice, draft: Draft) -> View:
    """The form, filled with whatever is known."""
    blocks = [_people(say, draft), *_what(say, draft), _who_may_see(say, draft)]
    return _modal(say, FORM, say("Appreciate someone"), say("Send thanks")) | {"blocks": blocks}


def edit_form(say: Voice, draft: Draft, recognition_id: str) -> View:
    """The form for changing what was sent: the behaviour and the words."""
    head = _modal(say, EDIT_FORM, say("Edit your thanks"), say("Save"))
    return head | {"private_metadata": recognition_id, "blocks": _what(say, draft)}


def refusal(say: Voice, reason: UserError, draft: Draft) -> tuple[str, list[Block]]:
    """The sentence, the person's own words to copy or keep, and the way to the form: text and blocks."""
    sentence = reason.words(say)
    # Only this sentence is written with emphasis, and its values are letters.
    shown = piece.section(sentence) if isinstance(reason, UnknownBehaviour) else piece.plain_section(sentence)
    blocks = [shown]
    if draft.words:
        blocks.append(piece.quote(piece.shortened(draft.words, _QUOTED)))
    blocks.append(piece.actions([open_button(say("Open the form"), draft)]))
    return piece.literal(sentence), blocks


def open_button(text: str, draft: Draft | None = None) -> ButtonElement:
    """A button that opens the form, filled with the draft as far as a button can carry it."""
    return ButtonElement(
        text=PlainTextObject(text=text, emoji=False), action_id=OPEN, value=_carried(draft or Draft())
    )


def _carried(draft: Draft) -> str:
    values: dict[str, Any] = {
        Field.PEOPLE: list((draft.people or draft.suggested)[:MOST_PEOPLE]),
        Field.BEHAVIOUR: draft.behaviour,
        Field.VISIBILITY: draft.visibility,
    }
    whole = json.dumps(values | {Field.WORDS: draft.words}, ensure_ascii=False)
    return whole if len(whole) <= _BUTTON_VALUE else json.dumps(values)


def _modal(say: Voice, callback_id: str, title: str, submit: str) -> View:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": _plain(title).to_dict(),
        "submit": _plain(submit).to_dict(),
        "close": _plain(say("Cancel")).to_dict(),
    }


def _people(say: Voice, draft: Draft) -> Block:
    chosen = list((draft.people or draft.suggested)[:MOST_PEOPLE])
    select = UserMultiSelectElement(
        action_id=Field.PEOPLE,
        placeholder=_plain(say("Choose people")),
        initial_users=chosen or None,
        max_selected_items=MOST_PEOPLE,
    )
    return _input(say("Who would you like to thank?"), Field.PEOPLE, select)


def _what(say: Voice, draft: Draft) -> list[Block]:
    options = {
        one: Option(value=one, text=_plain(say(wording.label)), description=_plain(say(wording.meaning)))
        for one, wording in WORDING.items()
    }
    radio = RadioButtonsElement(
        action_id=BEHAVIOUR,
        options=list(options.values()),
        initial_option=options[draft.behaviour] if draft.behaviour else None,
    )
    # The choice is told at once, so that the words below are asked for in that behaviour's own question.
    what = _input(say("What did they do?"), Field.BEHAVIOUR, radio) | {"dispatch_action": True}
    return [what, _words(say, draft)]


def _words(say: Voice, draft: Draft) -> Block:
    text = PlainTextInputElement(
        action_id=Field.WORDS,
        multiline=True,
        initial_value=draft.words if 0 < len(draft.words) <= LONGEST else None,
    )
    hint = say("A sentence or two. Leave out patients' names and anyone's health.")
    return _input(question(say, draft.behaviour), Field.WORDS, text, hint=hint)


def question(say: Voice, behaviour: Behaviour | None) -> str:
    """What the words answer: the behaviour's own question once one is chosen."""
    return say(WORDING[behaviour].prompt) if behaviour else say("What happened, in your own words?")


def _who_may_see(say: Voice, draft: Draft) -> Block:
    options = {
        Visibility.PRIVATE: Option(value=Visibility.PRIVATE, text=_plain(say("Only them"))),
        Visibility.TEAM: Option(value=Visibility.TEAM, text=_plain(say("Their team, if they agree"))),
    }
    radio = RadioButtonsElement(
        action_id=Field.VISIBILITY, options=list(options.values()), initial_option=options[draft.visibility]
    )
    hint = say("They decide. If they prefer private, it stays private.")
    return _input(say("Who may see it?"), Field.VISIBILITY, radio, hint=hint)


def _input(label: str, field: Field, element: Any, *, hint: str | None = None) -> Block:  # noqa: ANN401 - any input
    block = InputBlock(
        label=_plain(label),
        block_id=field,
        element=element,
        hint=_plain(hint) if hint else None,
        optional=False,
    )
    return dict(block.to_dict())


def _plain(text: str) -> PlainTextObject:
    return PlainTextObject(text=text, emoji=False)
