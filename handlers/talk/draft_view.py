"""The form that prepares a hard conversation. Nothing that is typed in it is stored, counted or logged."""

from collections.abc import Mapping

from reports.publishing.promise_view import plain_context
from slackapp import blocks
from slackapp.blocks import Block, View
from slackapp.core.i18n import Voice, translatable
from slackapp.workspace.formal_routes import Routes

SOMEBODY_IS_UNSAFE, NOBODY_IS = "talk_unsafe", "talk_safe"
FORM = "talk_form"
OPEN = "talk_open"
SAW, MAY_NOT_KNOW, NEED, WILL_ASK, SIT_WITH_US = "saw", "may_not_know", "need", "will_ask", "sit_with_us"
LONGEST = 500
_EMERGENCY = "999"

FIELDS: Mapping[str, str] = {
    SAW: translatable("What I saw"),
    MAY_NOT_KNOW: translatable("What I may not know"),
    NEED: translatable("What I need"),
    WILL_ASK: translatable("What I will ask"),
    SIT_WITH_US: translatable("Who could sit with us"),
}
_LINES: Mapping[str, str] = {
    SAW: translatable("What I saw: {words}"),
    MAY_NOT_KNOW: translatable("What I may not know: {words}"),
    NEED: translatable("What I need: {words}"),
    WILL_ASK: translatable("What I will ask: {words}"),
    SIT_WITH_US: translatable("Who could sit with us: {words}"),
}
_TITLE = translatable("Clear the air")


def open_button(say: Voice) -> Block:
    """The way in on Home."""
    return blocks.button(say("Prepare a hard conversation"), OPEN, "home")


def first_question(say: Voice) -> View:
    """Before anything else: is somebody unsafe?"""
    buttons = [
        blocks.button(say("Yes, or I am not sure"), SOMEBODY_IS_UNSAFE, "yes"),
        blocks.button(say("No"), NOBODY_IS, "no"),
    ]
    layout = [
        blocks.section(say("*Is somebody unsafe, bullied or harassed?*")),
        blocks.actions(buttons, block_id="talk_first"),
        blocks.context(_promise(say)),
    ]
    return blocks.notice(say, say(_TITLE), layout)


def formal_routes(say: Voice, routes: Routes) -> View:
    """In place of the form: whom to turn to."""
    labelled = (
        (say("In danger now"), routes.emergency or _EMERGENCY),
        (say("Speaking up"), routes.speaking_up),
        (say("Union"), routes.staff_union),
        (say("Human resources"), routes.human_resources),
    )
    layout = [blocks.section(say("This is not for you to carry alone. Please turn to:"))]
    layout += [blocks.plain_section(f"{label}\n{words}") for label, words in labelled if words]
    if routes.is_empty:
        layout.append(
            blocks.section(
                say("No contacts have been entered here yet. Please tell the person in charge of your shift.")
            )
        )
    layout.append(blocks.context(say("Nobody is told that you looked at this.")))
    return blocks.notice(say, say(_TITLE), layout)


def form(say: Voice) -> View:
    """What I saw, what I may not know, what I need, what I will ask, who could sit with us."""
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": blocks.plain(say(_TITLE)),
        "submit": blocks.plain(say("Show me the draft")),
        "close": blocks.plain(say("Cancel")),
        "blocks": [
            blocks.context(say("For a conversation of two. Fill in what helps, and leave out the rest.")),
            *(_field(say(label), name) for name, label in FIELDS.items()),
            blocks.context(_promise(say)),
        ],
    }


def draft(say: Voice, words: Mapping[str, str], warning: str = "") -> View:
    """The draft, once, to its writer alone, as plain text to copy."""
    lines = [say(line, words=words[name]) for name, line in _LINES.items() if words.get(name)]
    text = {"type": "text", "text": "\n\n".join(lines)}
    preformatted: Block = {
        "type": "rich_text",
        "elements": [{"type": "rich_text_preformatted", "elements": [text]}],
    }
    layout = [
        *([plain_context(warning)] if warning else []),
        preformatted,
        blocks.context(say("Copy it now: once you close this, it is gone. Nobody else has seen it.")),
    ]
    return blocks.notice(say, say(_TITLE), layout)


def _promise(say: Voice) -> str:
    return say("Nothing you write here is kept, counted or shown to anybody else.")


def _field(label: str, name: str) -> Block:
    element: Block = {
        "type": "plain_text_input",
        "action_id": name,
        "multiline": name != SIT_WITH_US,
        "max_length": LONGEST,
    }
    return {
        "type": "input",
        "block_id": name,
        "optional": True,
        "label": blocks.plain(label),
        "element": element,
    }
