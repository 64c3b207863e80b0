"""blocks.validate and apps.manifest.validate: checks without effects."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import orjson

from slackapp.sandbox.api.calls import Call
from slackapp.sandbox.blocks import MOST_VIEW_BYTES, TEXT_WEIGHT_LIMIT, problems, text_weight, view_problems
from slackapp.sandbox.core.json_input import read_json
from slackapp.sandbox.core.manifest_rules import manifest_problems
from slackapp.sandbox.core.responses import Refused

KINDS = ("blocks", "message", "view")
_PLACED = re.compile(r"(?P<message>.*) \[json-pointer:(?P<pointer>[^\]]*)\]")
_NUMBER = re.compile(r"\d+")
# The beginning of a sentence -> its code and constraint.
_CODES = (
    ("missing required field", "missing_required_field", "required"),
    ("must define", "missing_required_field", "required"),
    ("invalid additional property", "additional_property", "properties"),
    ("must provide", "invalid_type", "type"),
    ("unsupported type", "failed_constraint", "enum"),
    ("must be a valid enum value", "failed_constraint", "enum"),
    ("must be less than", "failed_constraint", "max_length"),
    ("must be more than", "failed_constraint", "min_length"),
    ("no more than", "failed_constraint", "max_items"),
    ("no fewer than", "failed_constraint", "min_items"),
    ("failed to match", "failed_constraint", "pattern"),
)


def blocks_validate(call: Call) -> dict[str, Any]:
    """blocks.validate: exactly one of blocks, message and view."""
    given = [kind for kind in KINDS if kind in call.args]
    if len(given) != 1:
        raise Refused("invalid_arguments", "[ERROR] provide exactly one of blocks, message and view")
    (kind,) = given
    refused_sentences = list(sentences(kind, call.args[kind]))
    if refused_sentences:
        raise Refused(f"invalid_{kind}", errors=[_error(sentence) for sentence in refused_sentences])
    return {}


def sentences(kind: str, value: Any) -> Iterator[str]:  # noqa: ANN401  # not yet checked
    """Yield the problems of blocks, a message or a view, each with its JSON pointer."""
    return _CHECKS[kind](value)


def _blocks(blocks: list[Any], at: str = "") -> Iterator[str]:
    """Yield the problems of a message's blocks; pointers start at the list."""
    yield from problems(blocks, surface="message", at=at)
    if text_weight(blocks) > TEXT_WEIGHT_LIMIT:
        yield f"must be less than {TEXT_WEIGHT_LIMIT + 1} characters in all texts [json-pointer:{at or '/'}]"


def _message(message: dict[str, Any]) -> Iterator[str]:
    attachments = message.get("attachments", [])
    if not isinstance(attachments, list):
        yield "must provide an array [json-pointer:/attachments]"
        return
    if not message.get("blocks") and not attachments:
        yield "missing required field: blocks [json-pointer:/]"
    if "blocks" in message:
        yield from _blocks(message["blocks"], "/blocks")
    for place, attachment in enumerate(attachments):
        if not isinstance(attachment, dict):
            yield f"must provide an object [json-pointer:/attachments/{place}]"
        elif "blocks" in attachment:
            yield from _blocks(attachment["blocks"], f"/attachments/{place}/blocks")


def _view(view: dict[str, Any]) -> Iterator[str]:
    for sentence in view_problems(view):
        yield sentence.replace("[json-pointer:/view", "[json-pointer:").replace("pointer:]", "pointer:/]")
    if len(orjson.dumps(view)) > MOST_VIEW_BYTES:
        yield f"must be less than {MOST_VIEW_BYTES + 1} bytes [json-pointer:/]"


_CHECKS: dict[str, Callable[[Any], Iterator[str]]] = {"blocks": _blocks, "message": _message, "view": _view}


def _error(sentence: str) -> dict[str, Any]:
    placed = _PLACED.fullmatch(sentence)
    message, pointer = (placed["message"], placed["pointer"]) if placed else (sentence, "/")
    code, kind = next(
        ((code, kind) for start, code, kind in _CODES if message.startswith(start)),
        ("failed_constraint", "rule"),
    )
    constraint: dict[str, Any] = {"type": kind}
    if kind.startswith(("max", "min")) and (number := _NUMBER.search(message)):
        # "less than 25" names the first length that is too long, "more than 0" the last that is too short.
        limit = int(number.group())
        constraint["limit"] = limit + {"max_length": -1, "min_length": 1}.get(kind, 0)
    return {"pointer": pointer, "code": code, "message": message, "constraint": constraint}


def manifest_validate(call: Call) -> dict[str, Any]:
    """apps.manifest.validate, with a configuration token."""
    try:
        manifest = read_json(call.args["manifest"])
    except ValueError as error:
        raise Refused("invalid_manifest", errors=[{"pointer": "/", "message": f"is {error}"}]) from None
    if manifest_errors := manifest_problems(manifest):
        errors = [{"pointer": problem.pointer, "message": problem.message} for problem in manifest_errors]
        raise Refused("invalid_manifest", errors=errors)
    return {"errors": []}
