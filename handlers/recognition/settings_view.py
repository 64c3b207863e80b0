"""What people choose about thanks, and the help for `/appreciate`."""

from dataclasses import dataclass
from typing import Any

from handlers.recognition.form_view import open_button
from slackapp import blocks
from slackapp.blocks import Block, TextAndBlocks, View
from slackapp.core.behaviours import WORDING
from slackapp.core.i18n import Voice
from slackapp.models import SharingChoice

FORM = "thanks_settings_form"
OPEN = "thanks_settings_open"
SHARING = "sharing"
HABITS = "habits"
BLOCKED = "blocked"
CONTACT = "contact"
NUDGES = "nudges"
DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Choices:
    """A person's settings. `blocked` are Slack ids; `contact` is None for those who may not choose it."""

    sharing: SharingChoice = SharingChoice.ASK
    nudges: bool = False
    accepts_thanks: bool = True
    blocked: tuple[str, ...] = ()
    contact: str | None = None
    may_name_contact: bool = False


def form(say: Voice, first: list[Block], choices: Choices) -> View:
    """The settings: `first` what concerns every message (the language foremost), then the thank-yous."""
    layout = [*first, _sharing(say, choices), _habits(say, choices), _blocked(say, choices)]
    if choices.may_name_contact:
        layout.append(_contact(say, choices))
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": blocks.plain(say("My settings")),
        "submit": blocks.plain(say("Save")),
        "close": blocks.plain(say("Cancel")),
        "blocks": layout,
    }


def saved(say: Voice) -> list[Block]:
    """Said once they are stored."""
    return [
        blocks.section(say("Saved. It holds from now on.")),
        blocks.context(say("You can always answer an open check-in from my Home tab or with `/pulse`.")),
    ]


def help_text(say: Voice) -> TextAndBlocks:
    """How `/appreciate` is used: text and blocks."""
    examples = [
        say("`/appreciate @colleague helping Found us a bed and stayed until it was made`"),
        say("`/appreciate @ward-7 attending with the team You listened to every one of us`"),
        say("`/appreciate` alone opens a form."),
    ]
    four = [
        say("*{behaviour}*: {meaning}", behaviour=say(wording.label), meaning=say(wording.meaning))
        for wording in WORDING.values()
    ]
    private = say("It is private unless you add “with the team” and they agree.")
    more = [
        say("`/appreciate mine` shows what you were thanked for."),
        say("`/appreciate undo` takes your latest back, `/appreciate edit` changes it, for 24 hours."),
        say("`/appreciate settings` is where you say who may see it."),
        say("`/appreciate privacy` tells what is kept."),
    ]
    parts = ["\n".join(examples), "\n".join(four), private, "\n".join(more)]
    layout = [*map(blocks.section, parts), blocks.actions([open_button(say("Open the form"))])]
    return TextAndBlocks("\n".join(parts), layout)


def open_settings(say: Voice) -> Block:
    """[My settings]."""
    return blocks.button(say("My settings"), OPEN, "settings")


def _sharing(say: Voice, choices: Choices) -> Block:
    options = {
        SharingChoice.ASK: _option(say("Ask me each time"), SharingChoice.ASK),
        SharingChoice.ALWAYS: _option(say("Share it without asking"), SharingChoice.ALWAYS),
        SharingChoice.NEVER: _option(say("Always keep it private"), SharingChoice.NEVER),
    }
    element = {
        "type": "radio_buttons",
        "action_id": SHARING,
        "options": list(options.values()),
        "initial_option": options[choices.sharing],
    }
    return _input(say("When somebody would like my team to see their thanks"), SHARING, element)


def _habits(say: Voice, choices: Choices) -> Block:
    options = {
        NUDGES: _option(
            say("Ask me on Fridays who helped me this week"),
            NUDGES,
            say("And tell me, at most once a week, which of the four my team seldom names."),
        ),
        DECLINED: _option(
            say("Please don't recognise me here"), DECLINED, say("Whoever tries is told kindly.")
        ),
    }
    chosen = [
        options[name] for name, on in ((NUDGES, choices.nudges), (DECLINED, not choices.accepts_thanks)) if on
    ]
    element = {"type": "checkboxes", "action_id": HABITS, "options": list(options.values())}
    if chosen:
        element["initial_options"] = chosen
    return _input(say("If you like"), HABITS, element) | {"optional": True}


def _blocked(say: Voice, choices: Choices) -> Block:
    element: dict[str, Any] = {
        "type": "multi_users_select",
        "action_id": BLOCKED,
        "placeholder": blocks.plain(say("Choose people")),
    }
    if choices.blocked:
        element["initial_users"] = list(choices.blocked)
    label = say("Stop thank-yous from these people (they are not told)")
    return _input(label, BLOCKED, element) | {"optional": True}


def _contact(say: Voice, choices: Choices) -> Block:
    element: dict[str, Any] = {
        "type": "users_select",
        "action_id": CONTACT,
        "placeholder": blocks.plain(say("Choose a person")),
    }
    if choices.contact:
        element["initial_user"] = choices.contact
    label = say("For the whole workspace: who hears about an unkind thank-you?")
    hint = say("You see this because you are an admin. Without a choice, the admins hear of it.")
    return _input(label, CONTACT, element) | {"optional": True, "hint": blocks.plain(hint)}


def _option(text: str, value: str, description: str | None = None) -> Block:
    option: Block = {"text": blocks.plain(text), "value": value}
    return option | {"description": blocks.plain(description)} if description else option


def _input(label: str, block_id: str, element: dict[str, Any]) -> Block:
    return {"type": "input", "block_id": block_id, "label": blocks.plain(label), "element": element}
