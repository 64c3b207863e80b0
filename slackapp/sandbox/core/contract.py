"""What Slack publishes about its Web API: methods, scopes, tiers, arguments, error names and events."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Method:
    """A Web API method. `scopes`: a bot needs one of them. `tier`: "t1" to "t5" (special), or None.

    `user_only`: no bot token is accepted. `errors`: those of its own page, without the common ones.
    """

    name: str
    scopes: tuple[str, ...]
    tier: str | None
    reads_json: bool
    user_only: bool
    arguments: frozenset[str]
    required: tuple[str, ...]
    errors: frozenset[str]


@dataclass(frozen=True, slots=True)
class Contract:
    """The condensed reference (see README.md beside contract.json).

    `common_errors` may answer any method. `bot_scopes` are those a bot may ask for; `app_events` are those
    an app can subscribe to.
    """

    methods: dict[str, Method]
    events: dict[str, tuple[str, ...]]
    errors: frozenset[str]
    common_errors: frozenset[str]
    scopes: frozenset[str]
    bot_scopes: frozenset[str]
    app_events: frozenset[str]

    def errors_of(self, method: str) -> frozenset[str]:
        """Return the error names that Slack documents for this method ("*": any method)."""
        if method == "*":
            return self.errors
        entry = self.methods.get(method)
        return entry.errors | self.common_errors if entry else frozenset()


@cache
def read_contract() -> Contract:
    """Read contract.json once."""
    raw = orjson.loads(files("slackapp.sandbox").joinpath("contract.json").read_bytes())
    scopes = frozenset(raw["scopes"])
    return Contract(
        methods={name: _method(name, entry) for name, entry in raw["methods"].items()},
        events={name: tuple(needed) for name, needed in raw["events"].items()},
        errors=frozenset(raw["errors"]),
        common_errors=frozenset(raw["common_errors"]),
        scopes=scopes,
        bot_scopes=scopes.difference(raw["no_bot_scopes"]),
        app_events=frozenset(raw["events"]).difference(raw["not_in_events_api"]),
    )


def _method(name: str, entry: dict[str, Any]) -> Method:
    return Method(
        name=name,
        scopes=tuple(entry["bot"]),
        tier=entry["tier"],
        reads_json=bool(entry["json"]),
        user_only=entry.get("user_only", False),
        arguments=frozenset(entry["args"]),
        required=tuple(entry["required"]),
        errors=frozenset(entry["errors"]),
    )
