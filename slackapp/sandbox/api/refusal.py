"""How the Web API says no."""

from typing import Any


class Refused(Exception):  # noqa: N818  # Slack refuses; this is its answer, not a failure of ours
    """An `ok: false` answer. `messages` go into response_metadata, `extra` beside the error."""

    def __init__(self, error: str, *messages: str, **extra: Any) -> None:  # noqa: ANN401  # any JSON
        super().__init__(error)
        self.error = error
        self.messages = messages
        self.extra = extra

    def answer(self) -> dict[str, Any]:
        """The answer's JSON."""
        answer: dict[str, Any] = {"ok": False, "error": self.error, **self.extra}
        if self.messages:
            told = [one if one.startswith("[ERROR] ") else f"[ERROR] {one}" for one in self.messages]
            answer["response_metadata"] = {"messages": told}
        return answer


def missing(field: str) -> Refused:
    """What Slack says when a required argument is not there."""
    return Refused("invalid_arguments", f"[ERROR] missing required field: {field}")
