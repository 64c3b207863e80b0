"""What the tests of acting people put on screen: a button, words, choices."""

from typing import Any

from tests.sandbox.block_parts import plain

ME_TOO = {
    "type": "button",
    "action_id": "me_too",
    "value": "7",
    "text": plain("Me too"),
}


def option(text: str, value: str) -> dict[str, Any]:
    return {"text": plain(text), "value": value}
