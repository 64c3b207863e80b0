"""The four behaviours of compassionate leadership, in the order of the sequence.

Source: "Compassionate Leadership: A Call to Action" (The King's Fund with Health
Education and Improvement Wales), after Michael West. The words are ours.
"""

from dataclasses import dataclass
from enum import StrEnum

from slackapp.core.i18n import translatable


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
        label=translatable("Attending"),
        meaning=translatable("stopped, and really listened"),
        prompt=translatable("When did they stop and listen, and what did you notice?"),
        named_most=translatable("Attending was named most."),
        named_least=translatable("Attending was named least."),
    ),
    Behaviour.UNDERSTANDING: Wording(
        label=translatable("Understanding"),
        meaning=translatable("talked it through with you"),
        prompt=translatable("How did they help you see the problem the same way?"),
        named_most=translatable("Understanding was named most."),
        named_least=translatable("Understanding was named least."),
    ),
    Behaviour.EMPATHISING: Wording(
        label=translatable("Empathising"),
        meaning=translatable("felt it with you"),
        prompt=translatable("What did they do that showed they cared how it felt?"),
        named_most=translatable("Empathising was named most."),
        named_least=translatable("Empathising was named least."),
    ),
    Behaviour.HELPING: Wording(
        label=translatable("Helping"),
        meaning=translatable("did something practical that made it easier"),
        prompt=translatable("What did they do, and what became easier?"),
        named_most=translatable("Helping was named most."),
        named_least=translatable("Helping was named least."),
    ),
}
