"""The form in which an admin enters the formal routes."""

from handlers.shared import revisions
from slackapp import blocks
from slackapp.blocks import Block, View
from slackapp.core.i18n import Voice
from slackapp.workspace.formal_routes import LONGEST, Routes

OPEN, FORM = "formal_routes", "formal_routes_form"


def form(say: Voice, routes: Routes) -> View:
    """Speaking Up contact, union, human resources, emergency."""
    labelled = (
        ("speaking_up", say("Speaking Up contact"), routes.speaking_up),
        ("staff_union", say("Union"), routes.staff_union),
        ("human_resources", say("Human resources"), routes.human_resources),
        ("emergency", say("In danger now"), routes.emergency),
    )
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": revisions.carried({name: value or "" for name, _, value in labelled}),
        "title": blocks.plain(say("Formal routes")),
        "submit": blocks.plain(say("Save")),
        "close": blocks.plain(say("Cancel")),
        "blocks": [
            blocks.section(
                say(
                    "Shown when somebody is unsafe, bullied or harassed; the first one also beside the "
                    "comment in a check-in, which can't be switched on without it."
                )
            ),
            *(_field(name, label, value) for name, label, value in labelled),
        ],
    }


def saved(say: Voice) -> View:
    """After [Save]."""
    return blocks.notice(say, say("Formal routes"), [blocks.section(say("Saved."))])


def _field(name: str, label: str, value: str | None) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": name, "max_length": LONGEST}
    if value:
        element["initial_value"] = value
    return {
        "type": "input",
        "block_id": name,
        "optional": True,
        "label": blocks.plain(label),
        "element": element,
    }
