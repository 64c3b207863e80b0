"""The four behaviours of compassionate leadership, in the order of the sequence.

Source: "Compassionate Leadership: A Call to Action" (The King's Fund with Health
Education and Improvement Wales), after Michael West. The words are ours.
"""

from dataclasses import dataclass
from enum import StrEnum

from slackapp.i18n import marked


class Behaviour(StrEnum):
    """Stored by key; the order is attending, understanding, empathising, helping."""

    ATTENDING = "attending"
    UNDERSTANDING = "understanding"
    EMPATHISING = "empathising"
    HELPING = "helping"


@dataclass(frozen=True, slots=True)
class Wording:
    """Catalogue messages for one behaviour."""

    label: str
    meaning: str
    prompt: str
    named_most: str
    named_least: str


WORDING: dict[Behaviour, Wording] = {
    Behaviour.ATTENDING: Wording(
        label=marked("Attending"),
        meaning=marked("was present and really listened"),
        prompt=marked("When did they stop and listen, and what did you notice?"),
        named_most=marked("Attending was named most."),
        named_least=marked("Attending was named least."),
    ),
    Behaviour.UNDERSTANDING: Wording(
        label=marked("Understanding"),
        meaning=marked("worked it out with you, through dialogue"),
        prompt=marked("How did they help you see the problem the same way?"),
        named_most=marked("Understanding was named most."),
        named_least=marked("Understanding was named least."),
    ),
    Behaviour.EMPATHISING: Wording(
        label=marked("Empathising"),
        meaning=marked("felt it with you, without taking over"),
        prompt=marked("What did they do that showed they cared how it felt?"),
        named_most=marked("Empathising was named most."),
        named_least=marked("Empathising was named least."),
    ),
    Behaviour.HELPING: Wording(
        label=marked("Helping"),
        meaning=marked("took thoughtful action: removed an obstacle, found a resource"),
        prompt=marked("What did they do, and what became easier?"),
        named_most=marked("Helping was named most."),
        named_least=marked("Helping was named least."),
    ),
}
