"""You said / we will: the form, sharing it, and saying what became of a promise."""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from slack_sdk.models.blocks import (
    ButtonElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    RadioButtonsElement,
    StaticSelectElement,
    UserSelectElement,
)

from reports.publishing import obstacle_view
from reports.publishing.message import SHARE
from reports.publishing.promise_view import TITLE, plain_context, promise_block
from slackapp import blocks
from slackapp.blocks import Block, FormQuestion, View
from slackapp.core.i18n import Voice
from slackapp.digest.actions import Action
from slackapp.digest.promises import GOING_ON, LONGEST, Part, PromiseDetails
from slackapp.models import PromiseState

MORE = "promise_more"
FORM = "promise_form"
UPDATE = "promise_update"
"""The button whose value is the promise's id."""
SETTLE = "promise_settle"
STATE = "promise_state"
REASON = "promise_reason"
BY = "promise_by"
NOT_YET_FORM, CHANGED_FORM = "promise_not_yet_form", "promise_changed_form"
SHARE_FORM = "digest_share_form"
WITH = "digest_share_with"
ALL, ONLY_DIGEST = "with", "without"

_LISTED = 40
"""Of the hundred blocks that a modal may have, each promise takes two."""


@dataclass(frozen=True, slots=True)
class Group:
    """One group of fields of the form, as it is filled so far; `who` is a Slack user id."""

    place: int
    you_said: str = ""
    we_will: str = ""
    who: str = ""
    due: date | None = None
    suggested: str = ""
    """The key of the action chosen from the bank."""


@dataclass(frozen=True, slots=True)
class FormContent:
    """What stands around the fields: the digest, the actions offered, the days to choose from."""

    heading: str
    actions: Sequence[Action] = ()
    days: Sequence[date] = ()
    usual_day: date | None = None
    sends_for: str = ""
    """The team whose leader can send something up instead; empty when nobody leads above it."""


@dataclass(frozen=True, slots=True)
class Became:
    """The outcome of a promise, as it is filled in so far."""

    state: PromiseState
    reason: str
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Led:
    """A team on its leader's Home tab: promises by their ids, and the last digest's first sentence."""

    team_id: str
    team: str
    promises: tuple[tuple[str, PromiseDetails], ...]
    sentence: str = ""


def form(
    say: Voice,
    digest_id: str,
    groups: Sequence[Group],
    *,
    more: bool,
    content: FormContent,
    question: FormQuestion | None = None,
) -> View:
    """The form: one group of fields for each promise, and a way to add another.

    With a question above it, its button saves all the same.
    """
    layout = [*blocks.asked_above(question), plain_context(content.heading)]
    for number, group in enumerate(groups):
        layout += [blocks.divider()] if number else []
        # Numbered where there are several, so that a screen reader can tell the groups apart.
        layout += _fields(say, group, number if len(groups) > 1 else None, content)
    if more:
        layout.append(blocks.actions([_button(say("Add another"), MORE, digest_id)], block_id=MORE))
    if content.sends_for:
        layout += [
            blocks.context(say("Is it something that you can't move yourselves?")),
            blocks.actions([obstacle_view.send_button(say, content.sends_for)], block_id="send_up"),
        ]
    layout.append(blocks.context(say("Your team reads this once you share it. Leave out names of patients.")))
    submit = say("Save anyway") if question and question.sentence else say("Promise this")
    head = _modal(say, FORM, say(TITLE), submit)
    return head | {"private_metadata": blocks.unseen(digest_id, question), "blocks": layout}


def _submit(say: Voice, question: FormQuestion | None) -> str:
    return say("Save anyway") if question and question.sentence else say("Save")


def field(part: Part, place: int) -> str:
    """The block id of a field."""
    return f"{part}:{place}"


def saved(say: Voice, digest_id: str, *, is_posted: bool) -> View:
    """After [Save]: what happens now. `is_posted` is whether the team's post shows it already."""
    if is_posted:
        sentence = say("Saved. Your team's post now says the same.")
        return blocks.notice(say, say(TITLE), [blocks.section(sentence)])
    sentence = say("Saved. Nobody else sees it yet. Share it, and the next check-in carries it too.")
    button = _button(say("Share with the team"), SHARE, digest_id, primary=True)
    return blocks.notice(say, say(TITLE), [blocks.section(sentence), blocks.actions([button])])


def share_form(say: Voice, digest_id: str, team: str, *, has_promises: bool) -> View:
    """[Share with the team]: what goes to the team's channel."""
    layout = [blocks.plain_section(say("It goes to the channel of {team}. Comments stay out.", team=team))]
    if has_promises:
        options = [
            Option(value=ALL, text=_plain(say("The digest, and what we will do"))),
            Option(value=ONLY_DIGEST, text=_plain(say("The digest only"))),
        ]
        radio = RadioButtonsElement(action_id=WITH, options=options, initial_option=options[0])
        block = InputBlock(label=_plain(say("What shall they see?")), block_id=WITH, element=radio)
        layout.append(dict(block.to_dict()))
    head = _modal(say, SHARE_FORM, say("Share with the team"), say("Share"))
    return head | {"private_metadata": digest_id, "blocks": layout}


def shared(say: Voice, team: str) -> View:
    """After [Share]."""
    sentence = say("It is on its way to the channel of {team}.", team=team)
    return blocks.notice(say, say("Share with the team"), [blocks.plain_section(sentence)])


def outcome_form(
    say: Voice,
    promise_id: str,
    details: PromiseDetails,
    *,
    days: Sequence[date],
    became: Became | None = None,
    question: FormQuestion | None = None,
) -> View:
    """[Update]: what became of a promise; with what was filled in before a question about it, if any."""
    became = became or Became(details.state, details.reason or details.obstacle or "")
    head = _modal(say, SETTLE, say(TITLE), _submit(say, question))
    fields = [
        promise_block(say, details),
        _state_field(say, became.state),
        _text_field(
            say("What will you do instead, why was it dropped, or what is in the way?"),
            became.reason,
            hint=say("One sentence. Your team can read it under the promise."),
            is_optional=True,
        ),
        _day_field(say, say("By when, then?"), BY, days, became.due or details.due, is_optional=True),
    ]
    return head | {
        "private_metadata": blocks.unseen(promise_id, question),
        "blocks": [*blocks.asked_above(question), *fields],
    }


def put_off_form(
    say: Voice,
    promise_id: str,
    details: PromiseDetails,
    *,
    days: Sequence[date],
    became: Became | None = None,
    question: FormQuestion | None = None,
) -> View:
    """[Not yet]: until when, and what is in the way."""
    became = became or Became(PromiseState.OPEN, details.obstacle or "")
    obstacle = _text_field(
        say("What is in the way?"),
        became.reason,
        hint=say("Your team can read this under the promise."),
        is_optional=True,
    )
    day = _day_field(say, say("By when, then?"), BY, days, became.due)
    head = _modal(say, NOT_YET_FORM, say("Not yet"), _submit(say, question))
    return head | {
        "private_metadata": blocks.unseen(promise_id, question),
        "blocks": [*blocks.asked_above(question), promise_block(say, details), day, obstacle],
    }


def change_form(
    say: Voice,
    promise_id: str,
    details: PromiseDetails,
    *,
    days: Sequence[date],
    became: Became | None = None,
    question: FormQuestion | None = None,
) -> View:
    """[Changed]: what will be done instead, and by when."""
    became = became or Became(PromiseState.CHANGED, "")
    instead = _text_field(
        say("What will you do instead?"),
        became.reason,
        hint=say("Your team can read this under the promise."),
        is_optional=False,
    )
    day = _day_field(say, say("By when?"), BY, days, became.due or details.due)
    head = _modal(say, CHANGED_FORM, say("Changed"), _submit(say, question))
    return head | {
        "private_metadata": blocks.unseen(promise_id, question),
        "blocks": [*blocks.asked_above(question), promise_block(say, details), instead, day],
    }


def _state_field(say: Voice, chosen: PromiseState) -> Block:
    states = {
        PromiseState.OPEN: say("Still going on"),
        PromiseState.DONE: say("Done"),
        PromiseState.CHANGED: say("Changed"),
        PromiseState.DROPPED: say("Dropped"),
    }
    options = {value: Option(value=value, text=_plain(text)) for value, text in states.items()}
    radio = RadioButtonsElement(
        action_id=STATE, options=list(options.values()), initial_option=options[chosen]
    )
    return dict(InputBlock(label=_plain(say("What became of it?")), block_id=STATE, element=radio).to_dict())


def _text_field(label: str, text: str, *, hint: str, is_optional: bool) -> Block:
    element = PlainTextInputElement(
        action_id=REASON, multiline=True, max_length=LONGEST, initial_value=text or None
    )
    field = InputBlock(
        label=_plain(label), block_id=REASON, element=element, optional=is_optional, hint=_plain(hint)
    )
    return dict(field.to_dict())


def _day_field(
    say: Voice,
    label: str,
    block_id: str,
    days: Sequence[date],
    chosen: date | None,
    *,
    is_optional: bool = False,
) -> Block:
    """A choice of days, each shown as a date."""
    menu = _days(say, block_id.partition(":")[0], days, chosen)
    block = InputBlock(label=_plain(label), block_id=block_id, element=menu, optional=is_optional)
    return dict(block.to_dict())


def _days(say: Voice, action_id: str, days: Sequence[date], chosen: date | None) -> StaticSelectElement:
    several = sorted({*days, *([chosen] if chosen else [])})
    options = {day: Option(value=f"{day}", text=_plain(say.day(day))) for day in several}
    return StaticSelectElement(
        action_id=action_id,
        options=list(options.values()),
        initial_option=options[chosen] if chosen else None,
        placeholder=_plain(say("Choose a day")),
    )


def outcome_saved(say: Voice, *, is_posted: bool) -> View:
    """After a promise was updated."""
    sentence = say("Saved. Your team's post now says the same.") if is_posted else say("Saved.")
    return blocks.notice(say, say(TITLE), [blocks.section(sentence)])


def promise_list(say: Voice, promises: Sequence[tuple[str, PromiseDetails]]) -> View:
    """[Is it done?]: the oldest that go on, each with its state and a way to say what became of it."""
    layout = updatable(say, promises[:_LISTED])
    if len(promises) > _LISTED:
        note = say("These are the {n} oldest. Once one is done or dropped, the next one shows.", n=_LISTED)
        layout.append(blocks.context(note))
    return blocks.notice(
        say, say(TITLE), layout or [blocks.section(say("There is no promise that is still open."))]
    )


def updatable(say: Voice, promises: Iterable[tuple[str, PromiseDetails]]) -> list[Block]:
    """Promises by their ids; those that are still open have [Update]."""
    layout: list[Block] = []
    for promise_id, details in promises:
        layout.append(promise_block(say, details))
        if details.state in GOING_ON:
            button = _button(say("Update"), UPDATE, promise_id)
            layout.append(blocks.actions([button]))
    return layout


def _fields(say: Voice, group: Group, number: int | None, content: FormContent) -> list[Block]:
    you_said, we_will = (
        PlainTextInputElement(action_id=part, multiline=True, max_length=LONGEST, initial_value=text or None)
        for part, text in ((Part.YOU_SAID, group.you_said), (Part.WE_WILL, group.we_will))
    )
    who = UserSelectElement(
        action_id=Part.WHO, placeholder=_plain(say("Choose a person")), initial_user=group.who or None
    )
    by = _days(say, Part.BY, content.days, group.due or content.usual_day)
    offered = not number and content.actions
    fields: list[tuple[str, Part, Any]] = [
        (say("What I understood"), Part.YOU_SAID, you_said),
        (say("We will"), Part.WE_WILL, we_will),
        *([(say("Or one of these:"), Part.SUGGESTED, _suggestions(say, group, content))] if offered else []),
        (say("Who will do it?"), Part.WHO, who),
        (say("By when?"), Part.BY, by),
    ]
    return [
        dict(
            InputBlock(
                label=_plain(label if number is None else f"{number + 1}. {label}"),
                block_id=field(part, group.place),
                element=element,
                optional=bool(number) or part is Part.SUGGESTED or bool(offered and part is Part.WE_WILL),
                hint=_plain(say("In your own words.")) if part is Part.WE_WILL else None,
            ).to_dict()
        )
        for label, part, element in fields
    ]


def _suggestions(say: Voice, group: Group, content: FormContent) -> RadioButtonsElement:
    """The actions offered; a long one goes on in the choice's second line."""
    options = {}
    for action in content.actions:
        first, *rest = textwrap.wrap(say(action.text), 75)
        second = _plain(rest[0]) if rest else None
        options[action.key] = Option(value=action.key, text=_plain(first), description=second)
    return RadioButtonsElement(
        action_id=Part.SUGGESTED,
        options=list(options.values()),
        initial_option=options.get(group.suggested),
    )


def _button(text: str, action_id: str, value: str, *, primary: bool = False) -> ButtonElement:
    style = "primary" if primary else None
    return ButtonElement(text=_plain(text), action_id=action_id, value=value, style=style)


def _modal(say: Voice, callback_id: str, title: str, submit: str) -> View:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": _plain(title).to_dict(),
        "submit": _plain(submit).to_dict(),
        "close": _plain(say("Cancel")).to_dict(),
    }


def _plain(text: str) -> PlainTextObject:
    return PlainTextObject(text=text, emoji=False)
