"""Whatever is typed: every payload within Slack's limits, and the words shown literally.

Each example is many texts, so that ten thousand are read in the time that a few hundred take to generate.
"""

import json
from collections.abc import Iterator
from typing import Any

import blockkit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.payloads.common import storable
from slackapp import guard
from slackapp.behaviours import Behaviour
from slackapp.i18n import voice
from slackapp.models import Sharing
from slackapp.recognitions import grammar
from slackapp.recognitions.drafts import LONGEST, Draft, NotYet, Unclear
from slackapp.recognitions.giving import about_the_words
from slackapp.sandbox.blocks import TEXT_WEIGHT_LIMIT, problems, text_weight, view_problems
from slackapp.views import appreciate, recognition
from slackapp.views.appreciate import Asked

SAY = voice()
TEXTS = 40
PIECES = [
    *(
        "<!channel>",
        "<!here|here>",
        "@here",
        "@channel",
        "<!subteam^S1|@ward>",
        "<@U1|sam>",
        "<@U2>",
        "<#C1|x>",
    ),
    *(
        "*bold*",
        "_it_",
        "~s~",
        "`code`",
        "```",
        "> quote",
        ":fire:",
        "&lt;",
        "&amp;",
        "&",
        "<b>",
        "</script>",
    ),
    *(
        "\u202e",
        "\u200b",
        "\u200f",
        "\ufeff",
        "\0",
        "\x1b[31m",
        "\n",
        "\r\n",
        "\t",
        "\u2028",
        "😀",
        "👩🏽‍⚕️",
        "é",
    ),
    *(
        "helping",
        "helpng",
        "with the team",
        "bed 4",
        "Mrs Jones",
        "9434765919",
        "https://a.uk|b",
        "{name}",
        "%s",
    ),
    *("x" * 2_990, "&" * 3_000, "😀" * 1_000, " " * 500, "\ud800"),
]
texts = st.lists(
    st.one_of(st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join), st.text(max_size=30)).map(
        lambda text: storable(text)[:10_000]
    ),
    min_size=TEXTS,
    max_size=TEXTS,
)


def literal_texts(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("type") in {"text", "plain_text"} and isinstance(node.get("text"), str):
            yield node["text"]
        for inner in node.values():
            yield from literal_texts(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from literal_texts(inner)


def told(text: str) -> tuple[Draft, list[tuple[str, list[dict[str, Any]]]]]:
    """The draft that a text is read as, and every message it may lead to."""
    try:
        draft = grammar.parse(text)
    except Unclear as unclear:
        return unclear.draft, [appreciate.refusal(SAY, unclear, unclear.draft)]
    refusals = list(about_the_words(draft.about(behaviour=Behaviour.HELPING), guard.standard()))
    if not refusals:
        return draft, []
    refused = NotYet(refusals)
    asked = appreciate.question(SAY, Asked(refused.words(SAY), refused.questions), draft)
    return draft, [appreciate.refusal(SAY, refused, draft), *([asked] if asked else [])]


def accepted(text: str, blocks: list[dict[str, Any]]) -> None:
    assert problems(blocks, surface="message") == [], json.dumps(blocks)[:500]
    assert text_weight(blocks) <= TEXT_WEIGHT_LIMIT
    assert 0 < len(text) <= 4_000
    assert "<!" not in text


@settings(max_examples=15, deadline=None)
@given(texts)
def test_any_text_is_answered_within_slacks_limits(several: list[str]) -> None:
    answered(several)


@pytest.mark.long
@settings(max_examples=250, deadline=None)
@given(texts)
def test_ten_thousand_texts_are_answered_within_slacks_limits(several: list[str]) -> None:
    answered(several)


def answered(several: list[str]) -> None:
    for text in several:
        draft, messages = told(text)
        for message in messages:
            accepted(*message)
        view = appreciate.form(SAY, draft)
        assert view_problems(view) == []


@settings(max_examples=15, deadline=None)
@given(texts)
def test_any_words_are_shown_literally_to_receiver_and_team(several: list[str]) -> None:
    shown(several)


@pytest.mark.long
@settings(max_examples=250, deadline=None)
@given(texts)
def test_ten_thousand_words_are_shown_literally_to_receiver_and_team(several: list[str]) -> None:
    shown(several)


def shown(several: list[str]) -> None:
    for words in several:
        if not words.strip() or len(words) > LONGEST:
            continue
        thanks = recognition.Thanks("a" * 24, "U1", "U2", Behaviour.HELPING, words, Sharing.ASKED)
        post = recognition.Post("a" * 24, "U1", ("U2", "U3"), Behaviour.HELPING, words, boosters=2)
        for message in (recognition.direct_message(SAY, thanks), recognition.team_post([SAY], post)):
            accepted(*message)
            assert words in list(literal_texts(message[1]))


def test_blockkits_own_validators_accept_what_is_sent() -> None:
    words = "*b* <!channel> &lt; 😀 \u202e" * 100
    thanks = recognition.Thanks("a" * 24, "U1", "U2", Behaviour.HELPING, words, Sharing.ASKED)
    _, blocks = recognition.direct_message(SAY, thanks)
    made = {
        "section": lambda block: blockkit.Section(blockkit.Text(block["text"]["text"])),
        "context": lambda block: blockkit.Context([blockkit.Text(one["text"]) for one in block["elements"]]),
        "actions": lambda block: blockkit.Actions(
            [
                blockkit.Button(text=one["text"]["text"], action_id=one["action_id"], value=one["value"])
                for one in block["elements"]
            ]
        ),
    }
    for block in blocks:
        if block["type"] in made:
            assert made[block["type"]](block).build()["type"] == block["type"]


def test_a_view_that_puts_words_into_mrkdwn_would_be_caught() -> None:
    words = "Thank you <!channel>"
    naive = [{"type": "section", "text": {"type": "mrkdwn", "text": words}}]
    assert words not in list(literal_texts(naive))
    long = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3_001}}]
    assert problems(long, surface="message")
