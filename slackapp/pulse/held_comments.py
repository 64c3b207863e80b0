"""Comments of closed check-ins, held in KEY_DIR until their month is over: one file a workspace and month.

They are in no table before that, so that no backup can tell in which week a comment came. Nobody
knows any more who wrote one, and in the file they lie in the order of their random ids.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from slackapp.core.calendar import month_of
from slackapp.core.db import Sessions, purge_deleted_rows
from slackapp.models import Comment, Workspace
from slackapp.outbox.queue import insert_for
from slackapp.pulse import comments
from slackapp.pulse.ballots import comment_ids
from slackapp.pulse.charter import Charter
from slackapp.pulse.keys import SAID, KeyDirectory


@dataclass(frozen=True, slots=True)
class HeldComment:
    """A comment that waits: the id that it will have, its unit and its words."""

    id: str
    unit: str
    words: str


def hold(
    keys: KeyDirectory,
    secret: bytes,
    charter: Charter,
    month: tuple[str, str],
    by_unit: Mapping[str, list[str]],
) -> None:
    """Add a check-in's comments to those of its workspace and month. Repeating it adds nothing.

    `month` is the workspace's id and the month: `("6f3a...", "2026-11")`.
    """
    # Sorted by their words, so that neither an id nor the order depends on whose ballot it was.
    rows = sorted((unit, words) for unit, written in by_unit.items() for words in written)
    ids = comment_ids(secret, charter.poll_id, len(rows))
    fresh = [HeldComment(number, *row) for number, row in zip(ids, rows, strict=True)]
    if fresh:
        with keys.files.locked():
            present = _read(keys, *month)
            _write(keys, *month, {comment.id: comment for comment in (*present, *fresh)}.values())


def discard(keys: KeyDirectory, secret: bytes, charter: Charter, month: tuple[str, str]) -> None:
    """Remove the comments of a check-in that is lost after all. There were never more than people."""
    ids = set(comment_ids(secret, charter.poll_id, len(charter.people)))
    with keys.files.locked():
        present = _read(keys, *month)
        left = [comment for comment in present if comment.id not in ids]
        if len(left) != len(present):
            _write(keys, *month, left)


def held(keys: KeyDirectory) -> dict[tuple[str, str], list[HeldComment]]:
    """Everything that waits, by the workspace's id and the month."""
    months = [(name.partition(".")[0], name.partition(".")[2]) for name in keys.files.names(SAID)]
    return {month: _read(keys, *month) for month in months}


def release(sessions: Sessions, keys: KeyDirectory, now: datetime) -> None:
    """Publish the comments of the months that are over, all of a month at once. Repeating it is harmless."""
    waiting = held(keys)
    for (workspace_id, month), written in waiting.items():
        with sessions.begin() as session:
            workspace = session.get(Workspace, workspace_id)
            if workspace is not None:
                if not _is_over(keys, workspace, month, now):
                    continue
                _insert(session, month, written)
                comments.collect_month(session, workspace_id, month)
        # Those of a workspace that took the app away, and of which everything is gone, go too.
        forget(keys, workspace_id, month)
        purge_deleted_rows(sessions)


def forget(keys: KeyDirectory, workspace_id: str, month: str) -> None:
    """Overwrite and remove the file of a workspace and month."""
    with keys.files.locked():
        keys.files.destroy(_name(workspace_id, month))


def _is_over(keys: KeyDirectory, workspace: Workspace, month: str, now: datetime) -> bool:
    """Whether no further comment of this month can come."""
    zone = workspace.time_zone
    return month_of(now, zone) > month and not any(
        charter.team == workspace.slack_team_id and month_of(charter.close_at, zone) == month
        for charter in keys.readable_charters()
    )


def _insert(session: Session, month: str, written: Iterable[HeldComment]) -> None:
    units = {comment.unit for comment in written}
    insert = insert_for(session)(Comment).on_conflict_do_nothing(index_elements=["id"])
    rows = [
        {"id": comment.id, "unit_id": comment.unit, "month": month, "words": comment.words}
        for comment in sorted(written, key=lambda comment: comment.id)
    ]
    if rows and units:
        session.execute(insert, rows)


def _read(keys: KeyDirectory, workspace_id: str, month: str) -> list[HeldComment]:
    content = keys.files.read(_name(workspace_id, month))
    return [HeldComment(*row) for row in json.loads(content)] if content else []


def _write(keys: KeyDirectory, workspace_id: str, month: str, written: Iterable[HeldComment]) -> None:
    rows = sorted([comment.id, comment.unit, comment.words] for comment in written)
    keys.files.replace(_name(workspace_id, month), json.dumps(rows, ensure_ascii=False).encode())


def _name(workspace_id: str, month: str) -> str:
    return f"{workspace_id}.{month}{SAID}"
