"""Checks of an app manifest: Slack's published schema, and rules that are not in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import orjson

from slackapp.sandbox.core.contract import Contract, read_contract

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

MOST_SHORTCUTS_OF_A_KIND = 5
_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ManifestProblem:
    """A problem for which Slack refuses a manifest, and the JSON pointer to it."""

    pointer: str
    message: str

    def __str__(self) -> str:
        return f"{self.pointer}: {self.message}"


def manifest_problems(raw: object, *, has_address: bool = False) -> list[ManifestProblem]:
    """Return every problem that apps.manifest.validate would report.

    `has_address`: the app's address is known, so the manifest need not contain it.
    """
    schema = [_problem_of(error) for error in _leaves(_validator(_major_version(raw)).iter_errors(raw))]
    if schema or not isinstance(raw, dict):
        return schema or [ManifestProblem("/", "must be an object")]
    delivery = () if has_address else _delivery(raw)
    return [*_appearance(raw), *_permissions(raw, read_contract()), *delivery, *_features(raw)]


def _major_version(raw: object) -> int:
    metadata = raw.get("_metadata") if isinstance(raw, dict) else None
    version = metadata.get("major_version") if isinstance(metadata, dict) else None
    return 2 if version == 2 else 1  # noqa: PLR2004  # the two versions that there are


@cache
def _validator(version: int) -> Any:  # noqa: ANN401  # jsonschema brings no types
    from jsonschema import Draft7Validator  # noqa: PLC0415  # the sandbox starts faster without it

    text = files("slackapp.sandbox").joinpath(f"manifest.schema.{version}.json").read_bytes()
    return Draft7Validator(orjson.loads(text))


def _leaves(errors: "Iterator[ValidationError]") -> "Iterator[ValidationError]":
    """Yield the innermost errors, one for each alternative of a schema."""
    for error in errors:
        if error.context:
            yield from _leaves(iter(error.context))
        else:
            yield error


def _problem_of(error: "ValidationError") -> ManifestProblem:
    pointer = "/" + "/".join(str(step) for step in error.absolute_path)
    limit = error.validator_value
    messages = {
        "maxLength": f"must be less than {limit + 1 if isinstance(limit, int) else limit} characters",
        "minLength": "must not be empty" if limit == 1 else f"must be at least {limit} characters",
        "maxItems": f"no more than {limit} items allowed",
        "minItems": f"no fewer than {limit} items allowed",
        "uniqueItems": "must not name anything twice",
        "enum": f"must be one of {', '.join(map(str, limit)) if isinstance(limit, list) else limit}",
        "type": f"must be of type {limit}",
        "pattern": "must begin with /" if limit == r"^\/" else f"must match {limit}",
    }
    if error.validator == "required":
        missing = next(name for name in limit if name not in error.instance)
        return ManifestProblem(pointer, f"missing required field: {missing}")
    # For an unknown property the library's own message is used; it contains the name.
    return ManifestProblem(pointer, messages.get(str(error.validator), error.message))


def _appearance(raw: Json) -> Iterator[ManifestProblem]:
    colour = raw["display_information"].get("background_color")
    if colour and not _COLOUR.fullmatch(colour):
        # The schema states this rule under a keyword that validators ignore.
        yield ManifestProblem("/display_information/background_color", "must be a color such as #1F5F66")


def _permissions(raw: Json, contract: Contract) -> Iterator[ManifestProblem]:
    scopes = raw.get("oauth_config", {}).get("scopes", {})
    known = {"bot": contract.bot_scopes, "bot_optional": contract.bot_scopes}
    for kind, listed in scopes.items():
        for place, scope in enumerate(listed):
            at = f"/oauth_config/scopes/{kind}/{place}"
            if scope not in known.get(kind, contract.scopes):
                yield ManifestProblem(at, f"Illegal {kind.removesuffix('_optional')} scope found `{scope}`")
            elif scope in listed[:place]:
                yield ManifestProblem(at, f"the scope `{scope}` is named twice")
    subscribed = raw.get("settings", {}).get("event_subscriptions", {})
    for kind in ("bot_events", "user_events"):
        for place, event in enumerate(subscribed.get(kind, ())):
            if event not in contract.app_events:
                at = f"/settings/event_subscriptions/{kind}/{place}"
                yield ManifestProblem(at, f"Illegal event found `{event}`")


def _delivery(raw: Json) -> Iterator[ManifestProblem]:
    """Check that events, interactions and commands have a request URL or Socket Mode."""
    settings = raw.get("settings", {})
    if settings.get("socket_mode_enabled"):
        return
    events, interactivity = settings.get("event_subscriptions", {}), settings.get("interactivity", {})
    at = "/settings/event_subscriptions"
    if (events.get("bot_events") or events.get("user_events")) and not events.get("request_url"):
        yield ManifestProblem(at, "Event Subscription requires either Request URL or Socket Mode Enabled")
    at = "/settings/interactivity"
    if interactivity.get("is_enabled") and not interactivity.get("request_url"):
        yield ManifestProblem(at, "Interactivity requires a Request URL")
        yield ManifestProblem(at, "Interactivity requires Socket Mode enabled")
    for place, command in enumerate(raw.get("features", {}).get("slash_commands", ())):
        if not command.get("url"):
            at = f"/features/slash_commands/{place}/url"
            yield ManifestProblem(at, "Slash command requires a Request URL or Socket Mode enabled")


def _features(raw: Json) -> Iterator[ManifestProblem]:
    features = raw.get("features", {})
    names = [command["command"] for command in features.get("slash_commands", ())]
    for place, name in enumerate(names):
        at = f"/features/slash_commands/{place}/command"
        if " " in name or name == "/":
            yield ManifestProblem(at, "must be one word after the slash")
        if name in names[:place]:
            yield ManifestProblem(at, f"the command {name} is named twice")
    kinds = [shortcut["type"] for shortcut in features.get("shortcuts", ())]
    for kind in ("global", "message"):
        if kinds.count(kind) > MOST_SHORTCUTS_OF_A_KIND:
            message = f"no more than {MOST_SHORTCUTS_OF_A_KIND} {kind} shortcuts allowed"
            yield ManifestProblem("/features/shortcuts", message)
