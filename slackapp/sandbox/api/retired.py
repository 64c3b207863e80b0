"""Retired methods: they answer method_deprecated, unknown ones unknown_method."""

from typing import Final

# https://docs.slack.dev/changelog: conversations.* replaced these families in February 2021.
FAMILIES: Final = frozenset({"channels", "groups", "im", "mpim"})
METHODS: Final = frozenset(
    {"files.upload", "rtm.start", "files.comments.add", "files.comments.delete", "files.comments.edit"}
    | {"workflows.stepCompleted", "workflows.stepFailed", "workflows.updateStep"}
)


def is_retired(method: str) -> bool:
    """Whether Slack has retired this method."""
    return method in METHODS or method.partition(".")[0] in FAMILIES
