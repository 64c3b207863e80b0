"""The scopes that the app requests, each with its purpose."""

from collections.abc import Collection
from dataclasses import dataclass

NEEDED_FOR = {
    "commands": "/appreciate, /pulse, /digest and the two shortcuts",
    "chat:write": "messages to people, and posts in their teams' channels",
    "files:write": "the digest's charts and its page, and people's own exports",
    "users:read": "who was thanked, in which time zone they are, and who has left",
    "channels:read": "who joins and leaves the public channels that are teams",
    "groups:read": "the same for private channels into which somebody has invited the app",
    "usergroups:read": "thanking a user group, and teams that follow one",
    "reactions:read": "joining a thank-you by reacting to it",
}


@dataclass(frozen=True, slots=True)
class ScopeGrant:
    """A scope, its purpose, and whether the workspace has granted it."""

    scope: str
    needed_for: str
    is_granted: bool

    def __str__(self) -> str:
        state = "granted" if self.is_granted else "NOT GRANTED"
        return f"{self.scope} ({state}): {self.needed_for}"


def compare(granted: Collection[str]) -> list[ScopeGrant]:
    """Compare the scopes that features need with those granted."""
    return [ScopeGrant(scope, purpose, scope in granted) for scope, purpose in NEEDED_FOR.items()]
