"""Seeding of a workspace, and a snapshot on disk from which a sandbox continues."""

import asyncio
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from slackapp.sandbox.core.seeds import WorkspaceSeed
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import (
    Channel,
    File,
    Message,
    Person,
    ResponseUrl,
    State,
    UserGroup,
    View,
    Workspace,
)

VERSION = 1
SAVE_SECONDS = 1.0


def seed_workspace(slack: Simulator, seed: WorkspaceSeed) -> None:
    """Add a workspace to the state; saved data stays, tokens are the seed's."""
    state = slack.state
    space = state.workspaces.setdefault(seed.team_id, _workspace(seed))
    space.bot_token, space.app_token = seed.bot_token, seed.app_token
    created = int(state.clock.epoch())
    for person in (_bot_user(slack, seed), *(_person(seed, each) for each in seed.people)):
        space.people.setdefault(person.id, person)
    for each in seed.channels:
        channel = Channel(
            id=each.id,
            team_id=seed.team_id,
            name=each.name,
            is_private=each.is_private,
            members=list(each.members),
            archived=each.archived,
            created=created,
        )
        space.channels.setdefault(each.id, channel)
    for group in seed.usergroups:
        space.usergroups.setdefault(
            group.id, UserGroup(group.id, group.handle, group.name, list(group.members))
        )
    slack.index_tokens()
    state.touch()


def _workspace(seed: WorkspaceSeed) -> Workspace:
    return Workspace(
        id=seed.team_id,
        domain=seed.domain,
        name=seed.name,
        bot_token=seed.bot_token,
        app_token=seed.app_token,
        bot_user_id=seed.bot_user_id,
        bot_id=seed.bot_id,
        installed=seed.installed,
        enterprise_id=seed.enterprise_id,
        enterprise_name=seed.enterprise_name,
        plan=seed.plan or ("grid" if seed.enterprise_id else "paid"),
    )


def _person(seed: WorkspaceSeed, each: Any) -> Person:  # noqa: ANN401  # a PersonSeed; asdict wants a plain type
    fields = asdict(each)
    return Person(team_id=seed.team_id, **{**fields, "roles": list(fields["roles"])})


def _bot_user(slack: Simulator, seed: WorkspaceSeed) -> Person:
    name = slack.manifest.bot_name
    handle = name.lower().replace(" ", "_")
    return Person(id=seed.bot_user_id, team_id=seed.team_id, name=name, handle=handle, is_bot=True)


class Store:
    """Saves the state in `path` (file contents in `<path>.files/`) and loads it."""

    def __init__(self, slack: Simulator, path: Path) -> None:
        self._slack = slack
        self._path = path
        self._contents = path.with_name(path.name + ".files")
        self._saved = -1

    def load(self) -> None:
        """Load the saved state, if there is one. Raises ValueError for a file of another version."""
        if not self._path.exists():
            return
        raw = orjson.loads(self._path.read_bytes())
        if raw.get("version") != VERSION:
            raise ValueError(f"{self._path} was written by another version. Move it away to start afresh.")
        self._slack.clock.offset = raw["offset"]
        restore(self._slack.state, raw)
        for file_id in self._slack.state.files:
            content = self._contents / file_id
            if content.exists():
                self._slack.state.contents[file_id] = content.read_bytes()
        self._slack.index_tokens()

    async def save_periodically(self) -> None:
        """Save about once a second while the state changes."""
        while True:
            await self._slack.state.changes.after(self._saved)
            await asyncio.sleep(SAVE_SECONDS)
            self.save()

    def save(self) -> None:
        """Save now; the old file is replaced atomically."""
        state = self._slack.state
        self._saved = state.changes.number
        self._save_contents(state)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_name(self._path.name + ".new")
        # It holds the practice tokens and everything written in the demo: readable by the owner only.
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(orjson.dumps(snapshot(self._slack)))
        fresh.replace(self._path)

    def _save_contents(self, state: State) -> None:
        self._contents.mkdir(parents=True, exist_ok=True, mode=0o700)
        known = {path.name for path in self._contents.iterdir()}
        for file_id, content in state.contents.items():
            if file_id not in known:
                (self._contents / file_id).write_bytes(content)
        for gone in known - state.contents.keys():
            (self._contents / gone).unlink()


def snapshot(slack: Simulator) -> dict[str, Any]:
    """Return the state as JSON-serialisable objects.

    Open modals are left out: a half-filled form, perhaps with an anonymous answer, stays on the
    person's device in Slack and is never stored.
    """
    state = slack.state
    return {
        "version": VERSION,
        "offset": slack.clock.offset,
        "last_ts": state.last_ts,
        "workspaces": state.workspaces,
        "homes": state.homes,
        "files": state.files,
        "response_urls": state.response_urls,
        "toured": sorted(state.completed_steps),
    }


def restore(state: State, raw: dict[str, Any]) -> None:
    """Fill the state from a snapshot."""
    state.last_ts = raw["last_ts"]
    state.workspaces = {key: _load_workspace(each) for key, each in raw["workspaces"].items()}
    state.homes = {user: View(**view) for user, view in raw["homes"].items()}
    state.files = {key: File(**each) for key, each in raw["files"].items()}
    state.response_urls = {key: ResponseUrl(**each) for key, each in raw["response_urls"].items()}
    state.completed_steps = set(raw.get("toured", ()))


def _load_workspace(raw: dict[str, Any]) -> Workspace:
    people = {key: Person(**each) for key, each in raw["people"].items()}
    channels = {key: _load_channel(each) for key, each in raw["channels"].items()}
    groups = {key: UserGroup(**each) for key, each in raw["usergroups"].items()}
    return Workspace(**{**raw, "people": people, "channels": channels, "usergroups": groups})


def _load_channel(raw: dict[str, Any]) -> Channel:
    messages = {ts: Message(**each) for ts, each in raw["messages"].items()}
    return Channel(**{**raw, "messages": messages})
