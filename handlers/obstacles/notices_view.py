"""Messages about obstacles to one person: the question, the warning, the answer."""

from reports.publishing import obstacle_view
from slackapp import blocks
from slackapp.blocks import TextAndBlocks
from slackapp.core.i18n import Voice
from slackapp.models import ObstacleState
from slackapp.obstacles.listing import ObstacleDetails


def question(say: Voice, obstacle: ObstacleDetails, *, is_theirs: bool) -> TextAndBlocks:
    """The question to whoever leads the level; `is_theirs` while it waits for this reader."""
    if obstacle.state is ObstacleState.WITHDRAWN:
        sentence = say("{team} sent you an obstacle and has taken it back.", team=obstacle.team)
        return TextAndBlocks(blocks.literal(sentence), [blocks.plain_section(sentence)])
    sentence = say("{team} sends you an obstacle.", team=obstacle.team)
    layout = [blocks.plain_section(sentence), *obstacle_view.together(say, obstacle)]
    if is_theirs:
        button = blocks.button(say("Answer"), obstacle_view.ANSWER, obstacle.id, style="primary")
        layout.append(blocks.actions([button]))
    text = f"{sentence}\n{obstacle_view.together_text(say, obstacle)}"
    return TextAndBlocks(blocks.literal(text), layout)


def warning(say: Voice, obstacle: ObstacleDetails) -> TextAndBlocks:
    """Three days are left."""
    if obstacle.passes_on is not None:
        sentence = say(
            "{team} still waits for your answer. On {day} it is passed up by itself, and the team "
            "reads that.",
            team=obstacle.team,
            day=say.day(obstacle.passes_on),
        )
    else:
        sentence = say(
            "{team} still waits for your answer. In three days the team reads: not answered since {day}.",
            team=obstacle.team,
            day=say.day(obstacle.sent_on),
        )
    button = blocks.button(say("Answer"), obstacle_view.ANSWER, obstacle.id, style="primary")
    layout = [
        blocks.plain_section(sentence),
        *obstacle_view.together(say, obstacle),
        blocks.actions([button]),
    ]
    text = f"{sentence}\n{obstacle_view.together_text(say, obstacle)}"
    return TextAndBlocks(blocks.literal(text), layout)


def answer(say: Voice, obstacle: ObstacleDetails) -> TextAndBlocks:
    """The answer, to whoever leads the team."""
    sentence = say("About what {team} sent up:", team=obstacle.team)
    layout = [blocks.plain_section(sentence), *obstacle_view.together(say, obstacle)]
    text = f"{sentence}\n{obstacle_view.together_text(say, obstacle)}"
    return TextAndBlocks(blocks.literal(text), layout)
