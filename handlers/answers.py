"""What somebody is told after what they did."""

from dataclasses import dataclass

from slackapp.i18n import Voice
from slackapp.views import words as piece
from slackapp.views.words import Block, View


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the giver is told, in the language they read."""

    say: Voice
    text: str
    blocks: list[Block]

    def as_view(self) -> View:
        """The answer as a modal."""
        return piece.notice(self.say, self.say("Your thanks"), self.blocks)
