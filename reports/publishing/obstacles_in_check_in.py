"""A check-in's message with the team's newest answer from above."""

from dataclasses import replace

from reports.publishing import obstacle_view
from slackapp.core.i18n import Voice
from slackapp.obstacles.listing import ObstacleDetails
from slackapp.outbox.rendered import Message


def placed(say: Voice, message: Message, answered: ObstacleDetails | None) -> Message:
    """The check-in's message with the team's newest answer from above under its first line."""
    if answered is None:
        return message
    in_short = obstacle_view.shortened(answered)
    first, _, rest = message.text.partition("\n")
    text = "\n".join(filter(None, (first, obstacle_view.check_in_text(say, in_short), rest)))
    layout = [message.blocks[0], *obstacle_view.check_in_line(say, in_short), *message.blocks[1:]]
    return replace(message, text=text, blocks=layout)
