"""Everything on screen is in words of the people who read it: none of the code's own."""

import re
from collections.abc import Iterator

import pytest

from slackapp.check.samples import Sample, samples

_INTERNAL = re.compile(
    r"\b(?:k|c|\w+_\w+|bundles?|slices?|polls?|pulse|units?|ballots?|recognitions?|payloads?|metadata|"
    r"outbox|enqueued?|put in by hand|messages go out|shows in its ends|deliver(?:y|ies))\b"
)
"""Words of the code. `/pulse` is a name that people type, and `_` joins no words that people read."""

_NAMES = re.compile(r"/pulse\b|`[^`]*`|:[a-z_]+:|https?://\S+|[A-Z]\w*/\w*")
_MADE_UP = "Stayed & listened"
"""How the texts that stand for people's own words begin."""

_DOUBLED = re.compile(r"(?<!\.)\.\.(?!\.)|\.:|\?\.|,\.|;;|: :")


def texts(node: object) -> Iterator[str]:
    """Yield everything that is read in a payload."""
    if isinstance(node, dict):
        if node.get("type") in {"plain_text", "mrkdwn", "text"} and isinstance(node.get("text"), str):
            yield node["text"]
        for inner in node.values():
            yield from texts(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from texts(inner)


def internal_words(text: str) -> list[str]:
    """Return the words of the code in a text, and punctuation that is doubled."""
    if _MADE_UP in text:
        return []
    plain = _NAMES.sub(" ", text)
    return [*_INTERNAL.findall(plain), *_DOUBLED.findall(plain)]


@pytest.mark.parametrize("language", ["en", "cy"])
def test_no_message_window_or_home_has_a_word_of_the_code(language: str) -> None:
    checked = 0
    for sample in samples():
        if sample.language == language:
            checked += 1
            assert _internal(sample) == [], sample.name
    assert checked > 100


def _internal(sample: Sample) -> list[tuple[str, str]]:
    return [(word, text) for text in texts(sample.payload) for word in internal_words(text)]


@pytest.mark.parametrize(
    "text",
    [
        "A bundle of fewer than 5 is never shown.",
        "The comment_threshold was None.",
        "k: 5",
        "Next time.: December",
        "Answer the poll.",
    ],
)
def test_a_word_of_the_code_would_be_noticed(text: str) -> None:
    assert internal_words(text)
