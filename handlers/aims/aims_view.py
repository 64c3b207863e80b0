"""A team's aims: the form of its leader, and what its members read on Home."""

from collections.abc import Sequence

from slackapp import blocks
from slackapp.blocks import Block, FormQuestion, View
from slackapp.core.i18n import Voice, translatable
from slackapp.models.aims import Term
from slackapp.teams.aims import LONGEST, MOST, Aim

OPEN, FORM = "aims_open", "aims_form"
_NAME = 40
"""A button holds 75 characters."""

_TERMS = {
    Term.SHORT: translatable("Short term"),
    Term.MEDIUM: translatable("Medium term"),
    Term.LONG: translatable("Long term"),
}
_TITLE = translatable("What we are for")


def form(
    say: Voice, team_id: str, team: str, aims: Sequence[Aim], question: FormQuestion | None = None
) -> View:
    """Up to three aims, each with its term and who decides what."""
    padded = [*aims, *(Aim("") for _ in range(MOST))][:MOST]
    fields = [block for place, aim in enumerate(padded) for block in _fields(say, place, aim)]
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": blocks.plain(say(_TITLE)),
        "submit": blocks.plain(say("Save anyway") if question and question.sentence else say("Save")),
        "close": blocks.plain(say("Cancel")),
        "private_metadata": blocks.unseen(team_id, question),
        "blocks": [
            *blocks.asked_above(question),
            blocks.plain_section(team),
            blocks.context(say("Write them with the team, and look at them together once a quarter.")),
            *fields,
        ],
    }


def saved(say: Voice) -> View:
    """After [Save]."""
    sentence = say("Saved. Your team reads it on Home.")
    return blocks.notice(say, say(_TITLE), [blocks.section(sentence)])


def on_home(say: Voice, aims: Sequence[Aim]) -> list[Block]:
    """The aims of the reader's team, in one block; empty when it has none."""
    if not aims:
        return []
    runs: list[Block] = [blocks.run(say(_TITLE)) | {"style": {"bold": True}}]
    for aim in aims[:MOST]:
        words = blocks.shortened(aim.words, LONGEST)
        runs.append(blocks.run(f"\n{say(_TERMS[aim.term])}: {words}"))
        if aim.decides:
            runs.append(blocks.run("\n" + say("Who decides what: {words}", words=aim.decides)))
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": runs}]}]


def open_button(say: Voice, team_id: str, team: str, *, place: int, needs_a_look: bool) -> Block:
    """The way to the form; after a quarter it says so. `place` is the team's in a list."""
    name = blocks.shortened(team, _NAME)
    label = (
        say("Look at our aims again: {team}", team=name) if needs_a_look else say("Aims: {team}", team=name)
    )
    return blocks.button(label, f"{OPEN}:{place}", team_id)


def _fields(say: Voice, place: int, aim: Aim) -> list[Block]:
    options = [blocks.option(term, say(name)) for term, name in _TERMS.items()]
    chosen = next(option for option in options if option["value"] == aim.term)
    term: Block = {
        "type": "static_select",
        "action_id": f"term:{place}",
        "options": options,
        "initial_option": chosen,
    }
    label = say("Aim {n}", n=place + 1)
    return [
        _input(label, _text(f"aim:{place}", aim.words)),
        _input(say("How far ahead? (aim {n})", n=place + 1), term),
        _input(say("Who decides what? (aim {n})", n=place + 1), _text(f"decides:{place}", aim.decides)),
    ]


def _text(name: str, value: str) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": name, "max_length": LONGEST}
    return element | {"initial_value": value} if value else element


def _input(label: str, element: Block) -> Block:
    return {
        "type": "input",
        "block_id": element["action_id"],
        "optional": True,
        "label": blocks.plain(label),
        "element": element,
    }
