"""Parse the JSON of `POST /control/fault`."""

from typing import Any

from slackapp.sandbox.core.clock import SandboxClock
from slackapp.sandbox.core.contract import Contract
from slackapp.sandbox.core.faults import ALWAYS_DONE, BESIDE_THE_API, KINDS, NEVER_DONE, Fault, Where
from slackapp.sandbox.core.json_input import get_boolean, get_number, get_string
from slackapp.sandbox.core.responses import RequestError

# The Web API reference does not list these.
RESPONSE_URL_ERRORS = frozenset({"expired_url", "used_url", "invalid_payload"})


def read_fault(order: dict[str, Any], contract: Contract, clock: SandboxClock) -> Fault:
    """Return the requested fault.

    Raises:
        RequestError: The request is invalid; where names are limited, the answer lists them.
    """
    kind = str(order.get("kind"))
    if kind not in KINDS:
        raise RequestError(400, f"“kind” must be one of {', '.join(KINDS)}.", kinds=list(KINDS))
    method = _method(order, contract, kind)
    window = get_number(order, "for", 0) if "for" in order else None
    rate = _rate(order)
    return Fault(
        method=method,
        kind=kind,
        count=_count(order, is_open=window is not None or "rate" in order or kind == "away"),
        retry_after=int(get_number(order, "retry_after", 1)),
        seconds=get_number(order, "seconds", 60.0 if kind == "late" else 5.0),
        error=_error(order, contract, method) if kind == "error" else "",
        is_done=_is_done(order, kind),
        rate=rate,
        until=None if window is None else clock.epoch() + window,
        where=_where(order),
    )


def _method(order: dict[str, Any], contract: Contract, kind: str) -> str:
    method = get_string(order, "method", "*" if kind == "away" else None)
    if method != "*" and method not in BESIDE_THE_API and method not in contract.methods:
        raise RequestError(400, f"Slack has no method {method}. “method” may be “*”, too.")
    if kind == "away" and method in BESIDE_THE_API:
        raise RequestError(400, "“away” is for methods of the Web API only.")
    return method


def _error(order: dict[str, Any], contract: Contract, method: str) -> str:
    """Return the error name; it must be documented by Slack unless `undocumented` is set."""
    name = get_string(order, "error")
    if method == "response_url":
        known = documented = RESPONSE_URL_ERRORS
    else:
        known, documented = contract.errors, contract.errors_of(method)
    is_allowed = name in known and method != "upload"
    if not is_allowed and not ("undocumented" in order and get_boolean(order, "undocumented")):
        raise RequestError(400, f"Slack documents no error {name} for {method}.", errors=sorted(documented))
    return name


def _count(order: dict[str, Any], *, is_open: bool) -> int | None:
    """Return how many calls the fault applies to; None if something else ends it."""
    return None if is_open and "count" not in order else int(get_number(order, "count", 1))


def _rate(order: dict[str, Any]) -> float:
    rate = get_number(order, "rate", 1.0)
    if rate > 1:
        raise RequestError(400, "“rate” must be a number from 0 to 1.")
    return rate


def _is_done(order: dict[str, Any], kind: str) -> bool:
    is_done = get_boolean(order, "done") if "done" in order else KINDS[kind]
    if (is_done and kind in NEVER_DONE) or (not is_done and kind in ALWAYS_DONE):
        raise RequestError(400, f"“done” cannot be {str(is_done).lower()} with {kind}.")
    return is_done


def _where(order: dict[str, Any]) -> Where:
    place = order.get("where", {})
    if not isinstance(place, dict) or not place.keys() <= {"channel", "user", "workspace"}:
        raise RequestError(400, "“where” must be an object with channel, user or workspace.")
    return Where(
        workspace=get_string(place, "workspace", ""),
        channel=get_string(place, "channel", ""),
        user=get_string(place, "user", ""),
    )
