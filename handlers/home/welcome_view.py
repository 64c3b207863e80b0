"""The welcome before a person's first check-in: in every language at first, then in the one they press."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.pulse.settings_view import OPEN
from handlers.pulse.survey_view import ABOUT
from handlers.recognition.form_view import open_button as open_form
from slackapp import blocks
from slackapp.blocks import Block, TextAndBlocks
from slackapp.core.i18n import Voice, language_name, translatable
from slackapp.models import Cadence

LANGUAGE = "welcome_language"
NO_MESSAGES = "welcome_no_messages"

_HOW_OFTEN = {
    Cadence.WEEKLY: translatable(
        "Every week I ask five questions about how the team is led. You need not answer."
    ),
    Cadence.FORTNIGHTLY: translatable(
        "Every two weeks I ask five questions about how the team is led. You need not answer."
    ),
    Cadence.MONTHLY: translatable(
        "Once a month I ask five questions about how the team is led. You need not answer."
    ),
}


@dataclass(frozen=True, slots=True)
class Introduction:
    """Who set the app up, for which team, how often it asks, and the smallest group that is shown.

    `admins` are the Slack ids of those who answer questions about it.
    """

    workspace: str
    team: str
    cadence: Cadence
    k: int
    admins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for a person who has pressed a button: hours as "08:00", the first check-in in words."""

    wants_messages: bool
    first_check_in: str
    hours: tuple[str, str] | None = None


def both(languages: Sequence[Voice], introduction: Introduction) -> TextAndBlocks:
    """The welcome before any press, the site's own language first: text and blocks."""
    title = " / ".join(dict.fromkeys(say("Welcome") for say in languages))
    layout, texts = [blocks.header(title)], [title]
    for number, say in enumerate(languages):
        layout += [blocks.divider()] if number else []
        layout += _introduced(say, introduction)
        texts.append(_introduced_text(say, introduction))
    buttons = [
        blocks.button(language_name(say.language), f"{LANGUAGE}:{say.language}", say.language)
        for say in languages
    ]
    first = languages[0]
    buttons.append(blocks.button(first("How it stays anonymous"), ABOUT, "welcome"))
    refusal = " / ".join(dict.fromkeys(say("No messages, please") for say in languages))
    buttons.append(blocks.button(refusal, NO_MESSAGES, "welcome"))
    layout.append(blocks.actions(buttons, block_id="welcome"))
    return TextAndBlocks("\n\n".join(texts), layout)


def chosen(say: Voice, standing: Standing) -> TextAndBlocks:
    """The welcome after a press: shorter, and in one language."""
    sentences = _after_a_press(say, standing)
    change = blocks.button(say("Change when I write"), OPEN, "settings")
    buttons = [open_form(say("Appreciate someone")) | {"style": "primary"}, change]
    return TextAndBlocks(
        " ".join(sentences),
        [
            blocks.header(say("Welcome")),
            *map(blocks.section, sentences),
            blocks.actions(buttons, block_id="welcome"),
        ],
    )


def _introduced(say: Voice, introduction: Introduction) -> list[Block]:
    names = {"workspace": blocks.run(introduction.workspace), "team": blocks.run(introduction.team)}
    ask = [blocks.context(_whom_to_ask(say, introduction))] if introduction.admins else []
    return [
        blocks.filled(say("I am Appreciate. {workspace} set me up for your team, {team}."), names),
        blocks.section("\n".join(f"• {line}" for line in _does(say, introduction))),
        blocks.section("\n".join(_promises(say, introduction))),
        *ask,
    ]


def _introduced_text(say: Voice, introduction: Introduction) -> str:
    first = say(
        "I am Appreciate. {workspace} set me up for your team, {team}.",
        workspace=blocks.literal(introduction.workspace),
        team=blocks.literal(introduction.team),
    )
    ask = [_whom_to_ask(say, introduction)] if introduction.admins else []
    return "\n".join([first, *_does(say, introduction), *_promises(say, introduction), *ask])


def _does(say: Voice, introduction: Introduction) -> list[str]:
    return [
        say("I pass on thanks, in private."),
        say(_HOW_OFTEN[introduction.cadence]),
        say("Once a month your lead reads what the team said, and can tell you what will be done."),
    ]


def _promises(say: Voice, introduction: Introduction) -> list[str]:
    return [
        say("Why: so that thanks are said, and what you say leads to something."),
        say(
            "Who sees what: a thank-you, only the two of you, unless you share it. Your answers, nobody: "
            "your lead sees rounded results of {k} or more people.",
            k=introduction.k,
        ),
        say(
            "Never: points, best-of lists, or who answered what. It is never used in appraisal, capability "
            "or pay. Taking no part is everybody's right, and it is shown to nobody."
        ),
    ]


def _whom_to_ask(say: Voice, introduction: Introduction) -> str:
    people = say.listing(blocks.person(user_id, say) for user_id in introduction.admins)
    return say("Questions? Ask {people}.", people=people)


def _after_a_press(say: Voice, standing: Standing) -> list[str]:
    # Each language's catalogue names the language itself.
    language = say("I write to you in English.")
    if not standing.wants_messages:
        return [
            language,
            say(
                "You get no messages about check-ins, and nobody is told. You can answer one on my Home tab "
                "or with `/pulse`, and change this there."
            ),
        ]
    hours = say("Check-ins and reminders come at any hour; thank-yous come at once.")
    if standing.hours:
        first, last = standing.hours
        hours = say(
            "Check-ins and reminders come between {first} and {last}; thank-yous come at once.",
            first=first,
            last=last,
        )
    coming = say("The first check-in comes on: {moment}.", moment=standing.first_check_in)
    start = say("You could start now: who made your last shift easier?")
    return [f"{language} {hours}", f"{coming} {start}"]
