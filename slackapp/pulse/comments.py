"""What people write in a check-in: cleaned before it is sealed, without a date when it is published."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from slackapp.core.errors import UserError
from slackapp.core.text import strip_invisible
from slackapp.models import Comment, HiddenComment, Team
from slackapp.pulse.disclosure import bundles


@dataclass(frozen=True, slots=True)
class PublishedComment:
    """A comment that came out with a digest."""

    id: str
    words: str
    is_hidden: bool


LONGEST = 500
SMALLEST_RELEASE = 3
# A skin tone, like what nobody sees, can set one writer apart from all others.
_TONES = re.compile("[\U0001f3fb-\U0001f3ff]")
_LANDS = ("gbeng", "gbsct", "gbwls")
_HIDDEN = "|".join("".join(chr(0xE0000 + ord(sign)) for sign in land) for land in _LANDS)
# The flags of England, Scotland and Wales are written with signs that by themselves nobody sees.
_FLAGS = re.compile(f"(\U0001f3f4(?:{_HIDDEN})\U000e007f)")


def clean(written: str | None) -> str:
    """The words without invisible marks, at most 500 characters; a UserError when there are more."""
    parts = _FLAGS.split(written or "")
    # Every second part is a flag.
    words = "".join(
        part if place % 2 else strip_invisible(_TONES.sub("", part)) for place, part in enumerate(parts)
    )
    words = words.strip()
    if len(words) > LONGEST:
        raise UserError(
            "That is {n} characters; {most} fit. Please shorten it.", n=f"{len(words):,}", most=LONGEST
        )
    return words


def collect_month(session: Session, workspace_id: str, month: str) -> dict[str, list[Comment]]:
    """The month's comments by the unit that may read them, at least three in each.

    Fewer move up to the next unit; what is left at the top is deleted. To be called
    once a month has ended, before its digest; calling it again changes nothing.
    """
    parents = dict(
        session.execute(select(Team.id, Team.parent_id).where(Team.workspace_id == workspace_id)).all()
    )
    statement = (
        select(Comment).where(Comment.month == month, Comment.unit_id.in_(parents)).order_by(Comment.id)
    )
    waiting: dict[str, list[Comment]] = defaultdict(list)
    for comment in session.scalars(statement):
        waiting[comment.unit_id].append(comment)
    bundled = bundles(parents, waiting, SMALLEST_RELEASE)
    for unit, gathered in bundled.items():
        for comment in gathered:
            comment.unit_id = unit
    ids = [comment.id for gathered in bundled.values() for comment in gathered]
    session.execute(
        delete(Comment).where(Comment.month == month, Comment.unit_id.in_(parents), Comment.id.not_in(ids))
    )
    session.flush()
    return bundled


def published(session: Session, units: Iterable[str], month: str) -> dict[str, list[PublishedComment]]:
    """A month's comments by the unit that may read them; their ids are random, and so is their order.

    Those that were hidden are among them and count: hiding one never takes the others back.
    """
    rows = (
        select(Comment, HiddenComment.comment_id)
        .outerjoin(HiddenComment, HiddenComment.comment_id == Comment.id)
        .where(Comment.month == month, Comment.unit_id.in_(list(units)))
    )
    by_unit: dict[str, list[PublishedComment]] = defaultdict(list)
    for comment, hidden in session.execute(rows.order_by(Comment.id)):
        by_unit[comment.unit_id].append(PublishedComment(comment.id, comment.words, hidden is not None))
    # Fewer than may be released have not been gathered yet.
    return {unit: several for unit, several in by_unit.items() if len(several) >= SMALLEST_RELEASE}


def hide(session: Session, unit: str, comment_id: str, *, hidden: bool) -> bool:
    """Hide one of a unit's comments, or show it again; False when it is not there or stands so already.

    Nothing is noted beside it: not who wrote it, which nobody knows, nor when it was hidden.
    """
    comment = session.get(Comment, comment_id)
    if comment is None or comment.unit_id != unit:
        return False
    row = session.get(HiddenComment, comment_id)
    if (row is not None) is hidden:
        return False
    if row is None:
        session.add(HiddenComment(comment_id=comment_id))
    else:
        session.delete(row)
    session.flush()
    return True
