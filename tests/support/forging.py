"""The app with two full workspaces in one database, and forged requests to it."""

import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

from slack_bolt import Ack, App, BoltRequest
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier
from sqlalchemy import select

import handlers
from handlers.shared.context import Context
from slackapp.core.db import Base, Sessions, connect
from slackapp.digest import reader_lists
from slackapp.models import (
    Comment,
    Delivery,
    DeliveryState,
    Digest,
    Leadership,
    Obstacle,
    Poll,
    PollMember,
    PollState,
    PollUnit,
    Promise,
    Question,
    Recipient,
    Recognition,
    Retention,
    TeamReader,
    Workspace,
)
from slackapp.pulse import charter_tables
from slackapp.pulse.charter import CharterUnit, Invitee
from slackapp.pulse.keys import KeyDirectory
from slackapp.workspace import members, registry
from slackapp.workspace.members import SlackProfile
from slackapp.workspace.permissions import Role
from tests.support.agreeable_slack import AgreeableSlack
from tests.support.presses import Door, World

SECRET = "a-signing-secret-for-tests"
NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
OUR_OWN = {Role.NOBODY: "GONE", Role.MEMBER: "NURSE", Role.LEADER: "LEADER", Role.ADMIN: "ADMIN"}
NAIVE = "a_listener_that_asks_nobody"
_KEPT_ASIDE = {"inbound", "bucket"}


class Slack(AgreeableSlack):
    """Both workspaces'."""

    def __init__(self) -> None:
        super().__init__(answer_of_slack)


def _readable(body: str) -> str:
    return body if body.startswith("{") else json.dumps(parse_qs(body))


def answer_of_slack(method: str, body: str) -> dict[str, Any]:
    """What Slack answers to a look-up."""
    if method == "users.info":
        user = parse_qs(body)["user"][0]
        return {"user": {"id": user, "team_id": "T0ELSEWHERE", "name": "somebody"}}
    known: dict[str, dict[str, Any]] = {
        "conversations.members": {"members": [f"U0{role}{p}" for role in OUR_OWN.values() for p in "AB"]},
        "conversations.info": {"channel": {"id": "C0NEW", "name": "new-place", "is_member": True}},
        "usergroups.list": {"usergroups": []},
        "auth.test": {
            "team_id": "T0A",
            "user_id": "U0BOTA",
            "bot_id": "B0A",
            "team": "A",
            "user": "appreciate",
        },
    }
    return known.get(method, {})


class Front:
    """The app's listeners, reached as Slack reaches them: by signed requests."""

    def __init__(self, folder: Path, slack: Slack) -> None:
        self.slack, self.path = slack, folder / "appreciate.db"
        self.sessions: Sessions = connect(f"sqlite:///{self.path}")
        self.keys = KeyDirectory(folder / "keys")
        self.keys.attach(self.sessions)
        self.said = ""
        client = WebClient("xoxb-made-up", base_url=slack.url, retry_handlers=[])
        self.bolt = App(
            client=client,
            signing_secret=SECRET,
            process_before_response=True,
            token_verification_enabled=False,
        )
        handlers.register(self.bolt, Context(self.sessions, lambda: NOW, self.keys))
        self.bolt.action(NAIVE)(self._naive)
        self.worlds = {suffix: build(self.sessions, self.keys, suffix) for suffix in "AB"}
        self._kept = sqlite3.connect(":memory:")
        with sqlite3.connect(self.path) as now:
            now.backup(self._kept)
        self._watch = sqlite3.connect(self.path)
        self.before, self._version = self.dump(), self._now()

    def _naive(self, ack: Ack) -> None:
        """A listener without a permission check: the naive twin, an open door."""
        with self.sessions.begin() as session:
            for workspace in session.scalars(select(Workspace)):
                workspace.k = 30
        ack()

    def restore(self) -> None:
        """Restore the database as it was before any press."""
        with sqlite3.connect(self.path) as now:
            self._kept.backup(now)
        now.close()

    def _now(self) -> int:
        """A number that changes with every commit."""
        return int(self._watch.execute("PRAGMA data_version").fetchone()[0])

    def _has_changed(self) -> bool:
        now = self._now()
        if now == self._version:
            return False
        self._version = now
        changed = self.dump() != self.before
        if changed:
            self.restore()
            self._version = self._now()
        return changed

    def dump(self) -> dict[str, list[str]]:
        """Everything that is stored, but for who a stranger is and which request has come in."""
        with self.sessions.read() as session:
            return {
                table.name: sorted(
                    repr(tuple(row))
                    for row in session.execute(select(table))
                    if not (table.name == "member" and row.is_stranger)
                )
                for table in Base.metadata.sorted_tables
                if table.name not in _KEPT_ASIDE
            }

    def opens(self, door: Door, role: Role, *, about: str, workspace: str) -> bool:
        """Whether the door opened: it showed what is behind it, or changed something."""
        user = f"U0{OUR_OWN[role]}A"
        self.slack.calls.clear()
        answer = self._send(door.body(door, self.worlds[about]), user, f"T0{workspace}")
        calls = [f"{path} {_readable(body.decode())}" for path, body in self.slack.calls]
        output = self.said = "\n".join([answer, *calls])
        assert "went wrong on our side" not in output, (door, role, output)
        changed = self._has_changed()
        return door.shows in output if door.shows else changed

    def _send(self, body: Mapping[str, Any], user: str, team: str) -> str:
        if "command" in body:
            form = {**body, "user_id": user, "team_id": team, "team_domain": "x", "api_app_id": "A1"}
        else:
            who = {"user": {"id": user, "team_id": team}, "team": {"id": team, "domain": "x"}}
            form = {"payload": json.dumps({**body, **who, "api_app_id": "A1", "token": "t"})}
        encoded, stamp = urlencode(form), str(int(time.time()))
        signature = SignatureVerifier(SECRET).generate_signature(timestamp=stamp, body=encoded)
        headers: dict[str, str | Sequence[str]] = {
            "content-type": ["application/x-www-form-urlencoded"],
            "x-slack-request-timestamp": [stamp],
            "x-slack-signature": [signature or ""],
        }
        answer = self.bolt.dispatch(BoltRequest(body=encoded, headers=headers))
        assert answer.status == 200, (body, answer.status, answer.body)
        return str(answer.body)


def build(sessions: Sessions, keys: KeyDirectory, suffix: str) -> World:
    """One workspace with something behind every door."""
    with sessions.begin() as session:
        here = registry.install(
            session, slack_team_id=f"T0{suffix}", name=suffix, bot_user_id=f"U0BOT{suffix}"
        )
        here.pulse_on, here.digests_from = True, "2026-08"
        session.add(Retention(workspace_id=here.id))
        names = [*OUR_OWN.values(), "OTHER", "LONELY", *(f"MORE{number}" for number in range(6))]
        for name in names:
            person = SlackProfile(
                f"U0{name}{suffix}", name.title(), is_admin=name == "ADMIN", left=name == "GONE"
            )
            members.upsert_one(session, here, person)
        people = members.get_all(session, here, [f"U0{name}{suffix}" for name in names])
        known = {name: people[f"U0{name}{suffix}"] for name in names}
        top = members.create_team(session, here, f"Medicine of {suffix}")
        team = members.create_team(session, here, f"Ward of {suffix}", parent=top, channel=f"C0WARD{suffix}")
        for name in set(names) - {"LEADER", "LONELY"}:
            members.put_in_team(session, known[name], team)
        members.set_leader(session, team, known["LEADER"])
        digest = Digest(team_id=team.id, month="2026-10", recipient_id=known["LEADER"].id, made_at=NOW)
        promise = Promise(
            team_id=team.id,
            month="2026-10",
            place=1,
            you_said="It is cold",
            we_will=f"Promised in {suffix}",
            who_id=known["LEADER"].id,
            written_by_id=known["LEADER"].id,
            due=date(2026, 12, 31),
            made_at=NOW,
        )
        led = Leadership(team_id=team.id, member_id=known["LEADER"].id, since=NOW - timedelta(days=90))
        led.before_id = known["OTHER"].id
        question = Question(workspace_id=here.id, wording=f"Question of {suffix}", place=2)
        above = Question(workspace_id=here.id, wording="Another question", place=1)
        delivery = Delivery(
            key=f"unknown:{suffix}",
            workspace_id=here.id,
            method="chat.postMessage",
            target=f"U0OTHER{suffix}",
            kind="poll",
            reference="none",
            priority=0,
            due=NOW,
            state=DeliveryState.UNKNOWN,
            last_try=NOW,
        )
        poll = Poll(
            workspace_id=here.id,
            opens_on=date(2026, 11, 2),
            opens_at=NOW - timedelta(days=1),
            closes_at=NOW + timedelta(days=6),
            state=PollState.OPEN,
            items=["attending"],
            k=5,
            c=1,
            comment_threshold=8,
        )
        written = [Comment(unit_id=team.id, month="2026-10", words=f"Written in {suffix}") for _ in range(8)]
        thanks = Recognition(
            workspace_id=here.id,
            giver_id=known["OTHER"].id,
            behaviour="helping",
            given_at=NOW,
            words=f"Between two in {suffix}",
        )
        # Its leader has read its results from the start.
        session.add(TeamReader(team_id=team.id, member_id=known["LEADER"].id))
        below = members.create_team(session, here, f"Bay of {suffix}", parent=team)
        obstacles = [
            Obstacle(
                workspace_id=here.id,
                team_id=asking.id,
                level_id=level.id,
                in_our_way=f"In the way in {suffix}",
                would_help=f"Would help in {suffix}",
                needed_by=date(2026, 11, 30),
                sent_by_id=known["LEADER"].id,
                sent_at=NOW,
                asked_at=NOW,
            )
            for asking, level in ((team, top), (below, team))
        ]
        session.add_all(obstacles)
        session.add_all([digest, promise, led, question, above, delivery, poll, thanks, *written])
        session.flush()
        session.add(Recipient(recognition_id=thanks.id, member_id=known["MORE0"].id, given_at=NOW))
        session.add(PollUnit(poll_id=poll.id, unit_id=team.id, parent_id=top.id, invited=9))
        session.add(PollUnit(poll_id=poll.id, unit_id=top.id, parent_id=None, invited=0))
        polled = [member for name, member in known.items() if name != "LONELY"]
        session.add_all(
            PollMember(poll_id=poll.id, member_id=member.id, unit_id=team.id) for member in polled
        )
        world = World(
            suffix,
            team.id,
            digest.id,
            promise.id,
            delivery.id,
            question.id,
            poll.id,
            written[0].id,
            thanks.id,
            obstacles[0].id,
            obstacles[1].id,
        )
        invitees = {
            member.slack_user_id: Invitee(team.id, member.name, "en", "Europe/London")
            for member in polled
            if member.can_be_reached
        }
        units = {top.id: CharterUnit(top.name, None), team.id: CharterUnit(team.name, top.id)}
        # As the app does every minute: who reads which team's results, and since when.
        reader_lists.record(session, here, NOW)
        charter = replace(charter_tables.draw(session, poll), people=invitees, units=units)
    keys.create(world.poll)
    keys.settle_charter(world.poll, lambda: charter)
    return world
