"""The form for thanks, and the answers to a draft that cannot be sent. No typed text is lost."""

import json
from typing import Any

from slack_sdk.models.blocks import (
    InputBlock,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    RadioButtonsElement,
    UserMultiSelectElement,
)

from slackapp import blocks
from slackapp.blocks import Block, FormQuestion, TextAndBlocks, View
from slackapp.core.behaviours import WORDING, Behaviour
from slackapp.core.errors import UserError
from slackapp.core.i18n import Voice
from slackapp.models import Visibility
from slackapp.recognition.draft import LONGEST, MOST_PEOPLE, Draft, Field, UnknownBehaviourError

OPEN = "appreciate_open"
FORM = "appreciate_form"
EDIT_FORM = "appreciate_edit_form"
BEHAVIOUR = "appreciate_behaviour"
ANYWAY = "appreciate_anyway"

_BUTTON_VALUE = 2_000
_MOST_MARKS = 150
"""Ids of questions that fit into a view's `private_metadata`, which holds 3,000 characters."""

_QUOTED = 9_000
"""All blocks of a message together may hold about 13,200 characters."""


def form(say: Voice, draft: Draft, question: FormQuestion | None = None) -> View:
    """The form, filled with the known values.

    With a question above it that may be answered by sending, its button sends all the same.
    """
    layout = [
        *blocks.asked_above(question),
        *_about(say, draft),
        _people(say, draft),
        *_what(say, draft),
        _who_may_see(say, draft),
    ]
    sends_all_the_same = question is not None and question.marks
    button = say("Send anyway") if sends_all_the_same else say("Send thanks")
    head = _modal(say, FORM, say("Appreciate someone"), button)
    return head | {"private_metadata": _kept("", draft, question), "blocks": layout}


def edit_form(
    say: Voice,
    draft: Draft,
    recognition_id: str,
    question: FormQuestion | None = None,
) -> View:
    """The form for changing what was sent to the draft's people."""
    head = _modal(say, EDIT_FORM, say("Edit your thanks"), say("Save anyway") if question else say("Save"))
    layout = [*blocks.asked_above(question), *_sent_to(say, draft), *_what(say, draft)]
    metadata = _kept(recognition_id, draft, question)
    return head | {"private_metadata": metadata, "blocks": layout}


def refusal(say: Voice, reason: UserError, draft: Draft) -> TextAndBlocks:
    """The sentence, the person's own words to copy or keep, and the way to the form: text and blocks."""
    sentence = reason.words(say)
    # Only this sentence is written with emphasis, and its values are letters.
    sentence_block = (
        blocks.section(sentence)
        if isinstance(reason, UnknownBehaviourError)
        else blocks.plain_section(sentence)
    )
    buttons = [open_button(say("Open the form"), draft)]
    whole = _carried(draft)
    if isinstance(reason, UnknownBehaviourError) and draft.can_be_carried and len(whole) <= _BUTTON_VALUE:
        buttons.insert(0, blocks.button(say("Yes, send it"), ANYWAY, whole))
    return TextAndBlocks(
        _said(sentence, draft), [sentence_block, *_own_words(draft), blocks.actions(buttons)]
    )


def question(say: Voice, form_question: FormQuestion, draft: Draft) -> TextAndBlocks | None:
    """The question about a typed thank-you, with [Edit] and [Send anyway]: text and blocks.

    None when a button cannot carry that much; then the form asks.
    """
    anyway = _carried(
        draft.about(accepted_questions=(*draft.accepted_questions, *form_question.marks)),
        ticket=form_question.ticket,
    )
    if len(anyway) > _BUTTON_VALUE:
        return None
    buttons = [open_button(say("Edit"), draft), blocks.button(say("Send anyway"), ANYWAY, anyway)]
    layout = [blocks.plain_section(form_question.sentence), *_own_words(draft), blocks.actions(buttons)]
    return TextAndBlocks(_said(form_question.sentence, draft), layout)


def open_button(text: str, draft: Draft | None = None) -> Block:
    """A button that opens the form, filled with the draft as far as a button can carry it.

    Words that are too long are left out first, then which questions were read: these are asked again.
    """
    whole = draft or Draft()
    shorter = (whole, whole.about(words=""), whole.about(words="", accepted_questions=()))
    fitting = next(
        (value for value in map(_carried, shorter) if len(value) <= _BUTTON_VALUE), _carried(Draft())
    )
    return blocks.button(text, OPEN, fitting)


def _to_choose_from(draft: Draft) -> list[str]:
    """The people preselected in the form: none of a group too large for it, not twenty at random."""
    people = draft.people or draft.suggested
    if len(people) > MOST_PEOPLE:
        people = tuple(user_id for user_id in people if user_id not in draft.group_members)
    return list(people[:MOST_PEOPLE])


def _carried(draft: Draft, **more: str) -> str:
    people = _to_choose_from(draft)
    values: dict[str, Any] = {
        Field.PEOPLE: people,
        Field.BEHAVIOUR: draft.behaviour,
        Field.VISIBILITY: draft.visibility,
        Field.WORDS: draft.words,
    }
    group_members = [user_id for user_id in draft.group_members if user_id in people]
    seldom = {
        "accepted": list(draft.accepted_questions),
        "link": draft.link,
        "author": draft.link_author,
        "gathered": group_members,
    } | more
    return json.dumps(values | {name: value for name, value in seldom.items() if value}, ensure_ascii=False)


def _kept(recognition_id: str, draft: Draft, question: FormQuestion | None) -> str:
    """The form's `private_metadata`: never a text that a person wrote."""
    accepted_questions = [*draft.accepted_questions, *(question.marks if question else ())][:_MOST_MARKS]
    metadata = {
        "id": recognition_id,
        "accepted": accepted_questions,
        "link": draft.link,
        "author": draft.link_author,
    }
    if recognition_id:
        metadata["people"] = list(draft.people[:MOST_PEOPLE])
    return json.dumps(metadata)


def _sent_to(say: Voice, draft: Draft) -> list[Block]:
    if not draft.people:
        return []
    people = say.listing(blocks.person(user_id, say) for user_id in draft.people[:MOST_PEOPLE])
    return [blocks.context(say("Your thank-you to {people}.", people=people))]


def _about(say: Voice, draft: Draft) -> list[Block]:
    return (
        [blocks.context(say("Whoever of them is in its channel finds a link to the message with it."))]
        if draft.link
        else []
    )


def _said(sentence: str, draft: Draft) -> str:
    return blocks.literal(f"{sentence} “{draft.words}”" if draft.words else sentence)


def _own_words(draft: Draft) -> list[Block]:
    return [blocks.quote(blocks.shortened(draft.words, _QUOTED))] if draft.words else []


def _modal(say: Voice, callback_id: str, title: str, submit: str) -> View:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": blocks.plain(title),
        "submit": blocks.plain(submit),
        "close": blocks.plain(say("Cancel")),
    }


def _people(say: Voice, draft: Draft) -> Block:
    chosen = _to_choose_from(draft)
    select = UserMultiSelectElement(
        action_id=Field.PEOPLE,
        placeholder=_plain(say("Choose people")),
        initial_users=chosen or None,
        max_selected_items=MOST_PEOPLE,
    )
    return _input(say("Who would you like to thank?"), Field.PEOPLE, select)


def _what(say: Voice, draft: Draft) -> list[Block]:
    options = {
        behaviour: Option(
            value=behaviour, text=_plain(say(wording.label)), description=_plain(say(wording.meaning))
        )
        for behaviour, wording in WORDING.items()
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
    return _input(prompt(say, draft.behaviour), Field.WORDS, text, hint=hint)


def prompt(say: Voice, behaviour: Behaviour | None) -> str:
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
