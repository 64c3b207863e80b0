"""Parsing and checking of arguments: form, JSON and multipart bodies."""

from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from slackapp.sandbox.core.contract import Method
from slackapp.sandbox.core.json_input import read_json
from slackapp.sandbox.core.responses import Refused, missing_field

BOOLEANS = frozenset(
    {"as_user", "exclude_archived", "full", "include_count", "include_disabled", "include_locale"}
    | {"include_num_members", "include_users", "link_names", "mrkdwn", "reply_broadcast", "test"}
    | {"unfurl_links", "unfurl_media", "return_im", "inclusive", "is_private", "user_auth_required"}
    | {"include_all_metadata", "prevent_creation", "include_labels"}
)
WHOLE_NUMBERS = frozenset({"length", "limit", "post_at"})
STRUCTURES: dict[str, type | tuple[type, ...]] = {
    "attachments": list,
    "blocks": list,
    "dialog": dict,
    "file_ids": list,
    "files": list,
    "message": dict,
    "metadata": dict,
    "prompts": list,
    "unfurls": dict,
    "unfurled_attachments": list,
    "view": dict,
}
# Slack's errors instead of invalid_arguments for an unreadable or missing argument.
UNREADABLE = {
    "blocks": "invalid_blocks_format",
    "dialog": "validation_errors",
    "metadata": "invalid_metadata_format",
    "unfurls": "invalid_unfurls_format",
}
ABSENT = {
    ("chat", "channel"): "channel_not_found",
    ("chat", "ts"): "message_not_found",
    ("chat", "message_ts"): "message_not_found",
    ("dialog", "dialog"): "missing_dialog",
    ("dialog", "trigger_id"): "missing_trigger",
    ("users", "user"): "user_not_found",
    ("files", "file"): "file_not_found",
}
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
JSON = "application/json"


async def decode(request: web.Request, *, reads_json: bool) -> tuple[dict[str, Any], str]:
    """Return the arguments as sent, and "json" or "form". Some methods ignore a JSON body."""
    arguments: dict[str, Any] = dict(request.query)
    kind = request.content_type
    if kind == JSON:
        if reads_json:
            arguments.update(_json_body(await request.read()))
        return arguments, "json"
    if kind == MULTIPART:
        arguments.update(await _multipart_body(request))
    else:
        arguments.update(_form_body(await request.read()))
    return arguments, "form"


def _json_body(body: bytes) -> dict[str, Any]:
    try:
        decoded = read_json(body) if body else {}
    except ValueError as error:
        raise Refused("invalid_arguments", f"[ERROR] the body is {error}") from None
    if not isinstance(decoded, dict):
        raise Refused("invalid_arguments", "[ERROR] the body must be a JSON object")
    # Slack takes tokens from the header or a form field, never from a JSON body.
    return {name: value for name, value in decoded.items() if value is not None and name != "token"}


async def _multipart_body(request: web.Request) -> dict[str, str]:
    try:
        fields = await request.post()
    except (ValueError, LookupError):
        # No boundary, a part without a name, or an unknown character set.
        raise Refused("invalid_arguments", "[ERROR] the body is not valid multipart/form-data") from None
    return {name: value for name, value in fields.items() if isinstance(value, str)}


def _form_body(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    except UnicodeDecodeError:
        raise Refused("invalid_arguments", "[ERROR] the body is not valid UTF-8") from None


def check(method: Method, sent: dict[str, Any]) -> dict[str, Any]:
    """Return the method's arguments, converted to their types; unknown ones are ignored."""
    arguments = {
        name: _value(name, value)
        for name, value in sent.items()
        if name in method.arguments and name != "token"
    }
    for name in method.required:
        if name not in arguments:
            family = method.name.split(".")[0]
            error = ABSENT.get((family, name))
            raise Refused(error) if error else missing_field(name)
    return arguments


def _value(name: str, value: Any) -> Any:  # noqa: ANN401  # whatever was sent, to whatever it means
    if name in STRUCTURES:
        return _structure(name, value)
    if name in BOOLEANS:
        return _boolean(name, value)
    if name in WHOLE_NUMBERS:
        return _whole_number(name, value)
    if not isinstance(value, str):
        raise Refused("invalid_arguments", f"[ERROR] must be a string [json-pointer:/{name}]")
    return value


def _structure(name: str, value: Any) -> Any:  # noqa: ANN401  # likewise
    error = UNREADABLE.get(name, "invalid_arguments")
    if isinstance(value, str):
        try:
            value = read_json(value)
        except ValueError as problem:
            raise Refused(error, f"[ERROR] {problem} [json-pointer:/{name}]") from None
    if not isinstance(value, STRUCTURES[name]):
        raise Refused(error, f"[ERROR] must be {_article(name)} [json-pointer:/{name}]")
    return value


def _article(name: str) -> str:
    return "an array" if STRUCTURES[name] is list else "an object"


def _boolean(name: str, value: Any) -> bool:  # noqa: ANN401  # likewise
    known = {"true": True, "1": True, "false": False, "0": False, "": False}.get(str(value).lower())
    if known is None:
        raise Refused("invalid_arguments", f"[ERROR] must be a boolean [json-pointer:/{name}]")
    return known


def _whole_number(name: str, value: Any) -> int:  # noqa: ANN401  # likewise
    error = {"limit": "invalid_limit", "post_at": "invalid_time"}.get(name, "invalid_arguments")
    if isinstance(value, bool):
        raise Refused(error, f"[ERROR] must be an integer [json-pointer:/{name}]")
    try:
        return int(value)
    except (TypeError, ValueError):
        raise Refused(error, f"[ERROR] must be an integer [json-pointer:/{name}]") from None
