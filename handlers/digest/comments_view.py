"""The list of published comments, in which a leader hides some."""

from collections.abc import Sequence

from reports.publishing.message import comments_value
from slackapp import blocks
from slackapp.blocks import Block, View
from slackapp.core.i18n import Voice
from slackapp.pulse.comments import PublishedComment

HIDE, SHOW, TURN = "comment_hide", "comment_show", "comments_turn"
"""Buttons in the list; their values are a digest's id, a page, and for the first two a comment's id."""

PAGE = 20


def comment_list(say: Voice, digest_id: str, comments: Sequence[PublishedComment], page: int = 0) -> View:
    """Twenty comments, each with its button."""
    page = max(0, min(page, (len(comments) - 1) // PAGE))
    explanation = say(
        "Hide a comment that could point to somebody, or hurt them. It is left out of the message and of "
        "every page made from now on; a page that was sent before keeps it. Nobody, you included, can find "
        "out who wrote it."
    )
    layout = [blocks.section(explanation), blocks.divider()]
    for comment in comments[page * PAGE : (page + 1) * PAGE]:
        layout += _comment(say, comment, comments_value(digest_id, page, comment.id))
    turns = [
        blocks.button(label, TURN, comments_value(digest_id, to))
        for label, to in ((say("Earlier"), page - 1), (say("Later"), page + 1))
        if 0 <= to * PAGE < len(comments)
    ]
    # The two would share an action id, which Slack allows in two rows and not in one.
    layout += [blocks.actions([button], block_id=f"turn_{place}") for place, button in enumerate(turns)]
    return blocks.notice(say, say("What people wrote"), layout)


def _comment(say: Voice, comment: PublishedComment, value: str) -> list[Block]:
    if comment.is_hidden:
        text = [blocks.context(say("Hidden:")), blocks.quote(comment.words)]
        button = blocks.button(say("Show it again"), SHOW, value)
    else:
        text, button = [blocks.quote(comment.words)], blocks.button(say("Hide"), HIDE, value)
    return [*text, blocks.actions([button], block_id=f"comment_{comment.id}")]
