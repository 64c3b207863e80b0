"""A thank-you that its receiver found unkind: reporting it, and who hears of it."""

from slackapp import blocks
from slackapp.blocks import View
from slackapp.core.i18n import Voice

REPORT = "thanks_report"
REPORT_FORM = "thanks_report_form"
BLOCK = "block"
BLOCK_FIELD = "also"


def report_form(say: Voice, recognition_id: str, contacts: list[str]) -> View:
    """Asks before a thank-you is reported, and says who will hear of it."""
    explanation = (
        say(
            "It is hidden at once. {people} will see it and talk with you first.",
            people=_people(say, contacts),
        )
        if contacts
        else say("It is hidden at once. Nobody is named here yet to hear of it: talk to somebody you trust.")
    )
    label = say("I want no more thank-yous from this person. They are not told.")
    checkboxes = {
        "type": "checkboxes",
        "action_id": BLOCK_FIELD,
        "options": [{"text": blocks.plain(label), "value": BLOCK}],
    }
    return {
        "type": "modal",
        "callback_id": REPORT_FORM,
        "private_metadata": recognition_id,
        "title": blocks.plain(say("Was it unkind?")),
        "submit": blocks.plain(say("Report it")),
        "close": blocks.plain(say("Cancel")),
        "blocks": [
            blocks.section(explanation),
            {
                "type": "input",
                "block_id": BLOCK_FIELD,
                "optional": True,
                "label": blocks.plain(say("If you like")),
                "element": checkboxes,
            },
        ],
    }


def reported(say: Voice, contacts: tuple[str, ...]) -> str:
    """What its receiver reads in place of a thank-you that was reported."""
    if not contacts:
        return say("You found this thank-you unkind, and it is hidden.")
    return say(
        "You found this thank-you unkind, and it is hidden. {people} will talk with you first.",
        people=_people(say, contacts),
    )


def _people(say: Voice, contacts: list[str] | tuple[str, ...]) -> str:
    return say.listing(blocks.person(user_id, say) for user_id in contacts)
