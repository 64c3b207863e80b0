"""What Slack publishes about its Web API: methods, scopes, tiers, arguments, error names and events."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Method:
    """A Web API method. `scopes`: a bot needs one of them. `tier`: "t1" to "t5" (special), or None.

    `user_only`: no bot token is accepted.
    """

    name: str
    scopes: tuple[str, ...]
    tier: str | None
    reads_json: bool
    user_only: bool
    arguments: frozenset[str]
    required: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contract:
    """The condensed reference (see README.md beside contract.json)."""

    methods: dict[str, Method]
    events: dict[str, tuple[str, ...]]
    errors: frozenset[str]


@cache
def read_contract() -> Contract:
    """Read contract.json once."""
    raw = orjson.loads(files("slackapp.sandbox").joinpath("contract.json").read_bytes())
    return Contract(
        methods={name: _method(name, entry) for name, entry in raw["methods"].items()},
        events={name: tuple(scopes) for name, scopes in raw["events"].items()},
        errors=frozenset(raw["errors"]),
    )


def _method(name: str, entry: dict[str, Any]) -> Method:
    return Method(
        name=name,
        scopes=tuple(entry["bot"]),
        tier=entry["tier"],
        reads_json=bool(entry["json"]),
        user_only=entry.get("user_only", False),
        arguments=frozenset(entry.get("args", ())),
        required=tuple(entry.get("required", ())),
    )
