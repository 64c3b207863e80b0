"""Two full workspaces in one database of either kind, whose texts say whose they are; kept, and put back."""

import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

from sqlalchemy import Table, delete, event, insert, select, text
from sqlalchemy.orm import Session

from reports.publishing import schedule
from slackapp.core.db import Base, Sessions
from slackapp.models import (
    AuditEntry,
    Delivery,
    DeliveryState,
    Digest,
    DigestReader,
    Leadership,
    Member,
    Promise,
    Recipient,
    Recognition,
    SharedDigest,
    Sharing,
    Team,
    Workspace,
)
from slackapp.outbox import queue
from slackapp.outbox.references import DigestRef, PollRef, RecipientRef, TrialRef
from slackapp.pulse import notices, opening
from slackapp.pulse.keys import KeyDirectory
from slackapp.recognition import notifications, sharing
from slackapp.teams import TeamForm, proposals
from slackapp.workspace import members
from slackapp.workspace.audit_log import Action
from slackapp.workspace.members import SlackProfile
from tests.support.forging import build
from tests.support.presses import World

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
_KEPT_ASIDE = {"inbound", "bucket", "alembic_version"}
"""Which request has come in, and how fast messages go: no right depends on it."""
_ROWS, _PEOPLE = 16, 52
"""Enough for a second page of any list, and of a team's people."""

_ON_SQLITE = "PRAGMA defer_foreign_keys = ON"
_ON_POSTGRESQL = "SET LOCAL session_replication_role = replica"
"""Lets rows come back in any order."""

Rows = Mapping[str, list[Mapping[str, Any]]]


def fill(sessions: Sessions, keys: KeyDirectory, suffix: str) -> World:
    """One workspace with something behind every control, on more pages than one."""
    world = build(sessions, keys, suffix)
    with sessions.begin() as session:
        workspace = session.get_one(Workspace, session.get_one(Team, world.team).workspace_id)
        known = _people(session, workspace, suffix)
        _teams(session, workspace, world, known, suffix)
        _month(session, workspace, world, known)
        _lists(session, workspace, known, suffix)
        _messages(session, workspace, world, known)
        _thanks(session, workspace, known, suffix)
    return world


def _people(session: Session, workspace: Workspace, suffix: str) -> dict[str, Member]:
    names = (
        "DIRECTOR",
        "DEPUTY",
        "FORMER",
        "STRANGER",
        "DEMOTED",
        "CHIEF",
        *(f"EXTRA{n}" for n in range(_PEOPLE)),
    )
    profiles = [
        SlackProfile(f"U0{name}{suffix}", name.title(), is_stranger=name == "STRANGER") for name in names
    ]
    members.upsert_all(session, workspace, profiles)
    people = session.scalars(select(Member).where(Member.workspace_id == workspace.id))
    return {member.slack_user_id[2:-1]: member for member in people}


def _teams(
    session: Session, workspace: Workspace, world: World, known: Mapping[str, Member], suffix: str
) -> None:
    ward = session.get_one(Team, world.team)
    top = session.get_one(Team, ward.parent_id)
    ward.deputy_id = known["DEPUTY"].id
    members.put_in_team(session, known["DEPUTY"], ward)
    members.put_in_team(session, known["FORMER"], ward)
    members.set_leader(session, top, known["DIRECTOR"])
    for number in range(_PEOPLE):
        known[f"EXTRA{number}"].team_id = top.id
    for number in range(_ROWS):
        small = members.create_team(session, workspace, f"X-ray {number} of {suffix}", parent=top)
        members.set_leader(session, small, known["DIRECTOR"])
    session.get_one(Leadership, ward.id).before_id = known["FORMER"].id
    # Made by a member: a leader who has not accepted, a parent that nobody has confirmed.
    form = TeamForm(
        f"Yoga club of {suffix}", parent=ward.id, leader=f"U0MORE1{suffix}", channel=f"C0YOGA{suffix}"
    )
    proposals.make(session, workspace, form, by=known["MORE2"], now=NOW)


def _month(session: Session, workspace: Workspace, world: World, known: Mapping[str, Member]) -> None:
    """Digests of a month that is out, with a promise that is overdue, and one that the team has read."""
    ward = session.get_one(Team, world.team)
    digest = session.get_one(Digest, world.digest)
    overdue = session.get_one(Promise, world.promise)
    overdue.month, overdue.due = "2026-09", NOW.date() - timedelta(days=3)
    session.add(
        SharedDigest(team_id=ward.id, month="2026-09", shared_by_id=known["LEADER"].id, shared_at=NOW)
    )
    session.flush()
    _readers(session, workspace, world, known)
    # What was sent to whoever led the team before stands in their messages still.
    for reader in ("LEADER", "FORMER", "DIRECTOR"):
        row = (
            digest
            if reader == "LEADER"
            else Digest(team_id=ward.id, month=digest.month, recipient_id=known[reader].id, made_at=NOW)
        )
        session.add(row)
        session.flush()
        for kind in (schedule.MESSAGE, schedule.COMMENTS):
            about = DigestRef(row.id)
            target = known[reader].slack_user_id
            queue.enqueue(session, workspace, kind.new(about, target, NOW, key=f"{kind}:{about}"))


def _readers(session: Session, workspace: Workspace, world: World, known: Mapping[str, Member]) -> None:
    """Who may read the months that are out: the ward's leader, and whoever leads above all of them."""
    team_ids = session.scalars(select(Team.id).where(Team.workspace_id == workspace.id)).all()
    for team_id, month in product(team_ids, ("2026-09", "2026-10")):
        names = ("DIRECTOR", "LEADER") if team_id == world.team else ("DIRECTOR",)
        for name in names:
            row = DigestReader(team_id=team_id, month=month, member_id=known[name].id, readable_from=NOW)
            session.merge(row)
    session.flush()


def _lists(session: Session, workspace: Workspace, known: Mapping[str, Member], suffix: str) -> None:
    for number in range(_ROWS):
        moment = NOW - timedelta(hours=number)
        entry = AuditEntry(
            workspace_id=workspace.id, at=moment, actor=f"somebody of {suffix}", deed=Action.EXPORTED
        )
        delivery = Delivery(
            key=f"unknown:{suffix}:{number}",
            workspace_id=workspace.id,
            method="chat.postMessage",
            target=known["OTHER"].slack_user_id,
            kind="poll",
            reference="none",
            priority=0,
            due=NOW,
            state=DeliveryState.UNKNOWN,
            last_try=NOW,
        )
        session.add_all([entry, delivery])


def _messages(session: Session, workspace: Workspace, world: World, known: Mapping[str, Member]) -> None:
    admin = known["ADMIN"].slack_user_id
    queue.enqueue(session, workspace, notices.TEST.new(TrialRef(), admin, NOW, key=f"test:{workspace.id}"))
    poll = PollRef(world.poll)
    for name in ("NURSE", "LEADER"):
        target = known[name].slack_user_id
        queue.enqueue(
            session, workspace, opening.INVITATION.new(poll, target, NOW, key=f"poll:{world.poll}:{name}")
        )


def _thanks(session: Session, workspace: Workspace, known: Mapping[str, Member], suffix: str) -> None:
    """Thank-yous that a nurse received and gave, one of them shared with the ward, one that never arrived."""
    giver, nurse = known["OTHER"], known["NURSE"]
    for number in range(2 * _ROWS):
        by, to = (giver, nurse) if number % 2 else (nurse, giver)
        thanks = Recognition(
            workspace_id=workspace.id,
            giver_id=by.id,
            behaviour="helping",
            given_at=NOW - timedelta(minutes=number),
            words=f"Number {number} in {suffix}",
        )
        session.add(thanks)
        session.flush()
        recipient = Recipient(
            recognition_id=thanks.id, member_id=to.id, team_id=to.team_id, given_at=thanks.given_at
        )
        session.add(recipient)
        session.flush()
        about = RecipientRef(thanks.id, to.id)
        kind = notifications.Kind.THANKS
        if number in {1, 3}:
            queue.enqueue(session, workspace, kind.new(about, to.slack_user_id, NOW, key=f"{kind}:{about}"))
            recipient.sharing = Sharing.ASKED
        if number == 3:
            sharing.share(session, workspace, recipient, now=NOW)
        if number in {2, 4}:
            queue.enqueue(session, workspace, kind.new(about, to.slack_user_id, NOW, key=f"{kind}:{about}"))
            row = session.scalars(select(Delivery).where(Delivery.key == f"{kind}:{about}")).one()
            row.state, row.last_try, row.first_try = DeliveryState.UNKNOWN, NOW, NOW
    session.flush()


class Kept:
    """What both workspaces held at first: rows and key files. Tells what changed, and puts it back."""

    def __init__(self, sessions: Sessions, keys: KeyDirectory) -> None:
        self._sessions, self._folder = sessions, keys.path
        self._aside = keys.path.with_name("keys-kept")
        shutil.copytree(self._folder, self._aside)
        self._commits = 0
        event.listen(sessions.engine, "commit", self._count)
        self.rows = self._read()
        self._seen = self._commits

    def _count(self, _connection: object) -> None:
        self._commits += 1

    def _read(self) -> Rows:
        with self._sessions.read() as session:
            return {
                table.name: [dict(row) for row in session.execute(select(table)).mappings()]
                for table in Base.metadata.sorted_tables
                if table.name not in _KEPT_ASIDE
            }

    def changes(self) -> dict[str, tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]]:
        """Rows by table that are gone or were otherwise, and rows that are new or otherwise now."""
        if self._commits == self._seen:
            return {}
        self._seen = self._commits
        now, changed = self._read(), {}
        for name, before in self.rows.items():
            old, new = {repr(row): row for row in before}, {repr(row): row for row in now[name]}
            gone = [row for key, row in old.items() if key not in new]
            come = [row for key, row in new.items() if key not in old]
            if gone or come:
                changed[name] = (gone, come)
        return changed

    def restore(self, tables: Iterator[str] | list[str]) -> None:
        """Put these tables and the key files back as they were."""
        by_name: dict[str, Table] = {table.name: table for table in Base.metadata.sorted_tables}
        with self._sessions.engine.begin() as connection:
            is_sqlite = self._sessions.is_sqlite
            relaxed = (
                "PRAGMA defer_foreign_keys = ON"
                if is_sqlite
                else "SET LOCAL session_replication_role = replica"
            )
            connection.execute(text(relaxed))
            for name in tables:
                connection.execute(delete(by_name[name]))
                if self.rows[name]:
                    connection.execute(insert(by_name[name]), list(self.rows[name]))
        shutil.rmtree(self._folder)
        shutil.copytree(self._aside, self._folder)
        self._seen = self._commits


class Owners:
    """Which workspace each row belongs to, by the ids in it."""

    def __init__(self, rows: Rows) -> None:
        self._by_id: dict[str, str] = {}
        for workspace in rows["workspace"]:
            self._by_id[workspace["id"]] = workspace["slack_team_id"][-1]
        # Rows refer to rows that refer to a workspace: three rounds reach all of them.
        for _ in range(3):
            for row in (row for name in rows for row in rows[name]):
                owner = self.of(row)
                if owner and isinstance(row.get("id"), str):
                    self._by_id.setdefault(row["id"], owner)

    def of(self, row: Mapping[str, Any]) -> str | None:
        """Whose row it is; nobody's without a known id."""
        values = [row.get("workspace_id"), *row.values()]
        return next(
            (self._by_id[value] for value in values if isinstance(value, str) and value in self._by_id), None
        )

    def ids(self, suffix: str) -> set[str]:
        """All our ids of one workspace's rows."""
        return {row_id for row_id, owner in self._by_id.items() if owner == suffix}


def twins(rows: Rows, owners: Owners) -> dict[str, str]:
    """For each id of workspace A the one of B that stands for the same thing, by what else its row says."""

    def told(row: Mapping[str, Any], owner: str) -> str:
        words = [str(value) for value in row.values() if not (isinstance(value, str) and value in known)]
        return (
            "|".join(words)
            .replace(f"of {owner}", "of _")
            .replace(f"in {owner}", "in _")
            .replace(f"{owner}'", "_'")
        )

    known = owners.ids("A") | owners.ids("B")
    pairs: dict[str, str] = {}
    for name in rows:
        sides: dict[str, list[Mapping[str, Any]]] = {"A": [], "B": []}
        for row in rows[name]:
            owner = owners.of(row)
            if owner and isinstance(row.get("id"), str):
                sides[owner].append(row)
        ordered = [sorted(sides[owner], key=lambda row: told(row, owner)) for owner in "AB"]
        pairs.update({a["id"]: b["id"] for a, b in zip(*ordered, strict=False)})
    return pairs


__all__ = ["NOW", "Kept", "Owners", "fill", "twins"]
