"""What people wrote in check-ins, as the team's leader goes through it to hide something."""

from collections.abc import Sequence

from reports.publishing.message import comments_value
from slackapp import blocks as piece
from slackapp.blocks import Block, View
from slackapp.core.i18n import Voice
from slackapp.pulse.comments import PublishedComment

HIDE, SHOW, TURN = "comment_hide", "comment_show", "comments_turn"
"""Buttons in the list; their values are a digest's id, a page, and for the first two a comment's id."""

PAGE = 20


def listed(say: Voice, digest_id: str, found: Sequence[PublishedComment], page: int = 0) -> View:
    """Twenty comments, each with its button."""
    page = max(0, min(page, (len(found) - 1) // PAGE))
    told = say(
        "Hide a comment that could point to somebody, or hurt them. It is left out of the message and of "
        "every page made from now on; a page that was sent before keeps it. Nobody, you included, can find "
        "out who wrote it."
    )
    blocks = [piece.section(told), piece.divider()]
    for one in found[page * PAGE : (page + 1) * PAGE]:
        blocks += _comment(say, one, comments_value(digest_id, page, one.id))
    turns = [
        piece.button(words, TURN, comments_value(digest_id, to))
        for words, to in ((say("Earlier"), page - 1), (say("Later"), page + 1))
        if 0 <= to * PAGE < len(found)
    ]
    # The two would share an action id, which Slack allows in two rows and not in one.
    blocks += [piece.actions([one], block_id=f"turn_{place}") for place, one in enumerate(turns)]
    return piece.notice(say, say("What people wrote"), blocks)


def _comment(say: Voice, one: PublishedComment, carried: str) -> list[Block]:
    if one.is_hidden:
        shown = [piece.context(say("Hidden:")), piece.quote(one.words)]
        press = piece.button(say("Show it again"), SHOW, carried)
    else:
        shown, press = [piece.quote(one.words)], piece.button(say("Hide"), HIDE, carried)
    return [*shown, piece.actions([press], block_id=f"comment_{one.id}")]
