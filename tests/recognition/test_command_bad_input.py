"""Whatever is typed: every payload within Slack's limits, and the words shown literally.

Each example is many texts, so that ten thousand are read in the time that a few hundred take to generate.
Three judge each payload: Slack's limits as they are documented, the sandbox, and blockkit's validators.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import blockkit
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from handlers.recognition import form_view, giver_view, history_view, report_view, settings_view, thanks_view
from handlers.shared.payloads import storable
from slackapp.blocks import Block, FormQuestion
from slackapp.core import confidentiality
from slackapp.core.behaviours import Behaviour
from slackapp.core.i18n import Voice, voice
from slackapp.models import Sharing, SharingChoice
from slackapp.recognition import parser
from slackapp.recognition.draft import LONGEST, MOST_PEOPLE, Draft, InvalidDraft, ParseError
from slackapp.recognition.give import check_words
from slackapp.recognition.history import HistoryEntry, Page, Side
from slackapp.sandbox.blocks import TEXT_WEIGHT_LIMIT, problems, text_weight, view_problems
from tests.support.practice import Practice

SAY = voice()
WELSH = voice("cy")
TEXTS = 40
LONGEST_TYPED = 10_000
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
    st.one_of(
        st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join),
        st.text(max_size=30),
        st.sampled_from(PIECES).map(lambda text: text * (LONGEST_TYPED // len(text) + 1)),
    ).map(lambda text: storable(text)[:LONGEST_TYPED]),
    min_size=TEXTS,
    max_size=TEXTS,
)


NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
COMPONENTS = {
    "plain_text": blockkit.Text,
    "mrkdwn": blockkit.Text,
    "text": blockkit.RichTextEl,
    "rich_text": blockkit.RichText,
    "rich_text_quote": blockkit.RichTextQuote,
    "section": blockkit.Section,
    "context": blockkit.Context,
    "actions": blockkit.Actions,
    "divider": blockkit.Divider,
    "header": blockkit.Header,
    "input": blockkit.Input,
    "button": blockkit.Button,
    "plain_text_input": blockkit.PlainTextInput,
    "multi_users_select": blockkit.MultiUsersSelect,
    "overflow": blockkit.Overflow,
    "radio_buttons": blockkit.RadioButtons,
    "checkboxes": blockkit.Checkboxes,
    "users_select": blockkit.UsersSelect,
    "modal": blockkit.Modal,
    "home": blockkit.Home,
}


def component(node: Any) -> Any:
    """The same block or view as one of blockkit's own objects, which validates itself when it is built."""
    if not isinstance(node, dict):
        return [component(item) for item in node] if isinstance(node, list) else node
    parts = {name: component(value) for name, value in node.items() if name != "type"}
    kind = node.get("type")
    if kind in {"plain_text", "mrkdwn"}:
        return blockkit.Text(type=kind, **parts)
    if kind is None:
        return blockkit.Confirm(**parts) if "confirm" in node else blockkit.Option(**parts)
    return COMPONENTS[kind](**parts)


def blockkit_accepts(view: Block | list[Block]) -> None:
    """Assert that blockkit accepts it and builds exactly what is sent."""
    for item in view if isinstance(view, list) else [view]:
        built = component(item).build()
        if "private_metadata" not in item:
            # blockkit writes a null where there is none.
            built.pop("private_metadata", None)
        assert built == item


def literal_texts(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("type") in {"text", "plain_text"} and isinstance(node.get("text"), str):
            yield node["text"]
        for inner in node.values():
            yield from literal_texts(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from literal_texts(inner)


Told = tuple[str, list[dict[str, Any]]]


def accepted_questions(form: Told) -> None:
    text, blocks = form
    assert problems(blocks, surface="message") == [], json.dumps(blocks)[:500]
    assert text_weight(blocks) <= TEXT_WEIGHT_LIMIT
    blockkit_accepts(blocks)
    assert 0 < len(text) <= 4_000
    assert "<!" not in text


def accepted_view(view: dict[str, Any]) -> None:
    assert view_problems(view) == []
    assert len(json.dumps(view)) < 250_000
    blockkit_accepts(view)


def is_answered(say: Voice, text: str) -> None:
    """Text typed after the command: the answer, and the form that opens."""
    try:
        draft = parser.parse(text)
    except ParseError as unclear:
        draft = unclear.draft
        accepted_questions(form_view.refusal(say, unclear, draft))
    form_question: FormQuestion | None = None
    if refusals := list(check_words(draft.about(behaviour=Behaviour.HELPING), confidentiality.standard())):
        refused = InvalidDraft(refusals)
        form_question = FormQuestion(refused.words(say), refused.questions)
        accepted_questions(form_view.refusal(say, refused, draft))
        if question := form_view.question(say, form_question, draft):
            accepted_questions(question)
    accepted_view(form_view.form(say, draft, form_question))
    accepted_view(form_view.edit_form(say, draft, "a" * 24, form_question))


def is_shown(say: Voice, words: str) -> None:
    """Written into the form: to its receiver, the team, whoever hears of unkind ones, and on Home."""
    thanks = thanks_view.Thanks("a" * 24, "U1", "U2", Behaviour.HELPING, words, Sharing.ASKED)
    post = thanks_view.Post("a" * 24, "U1", ("U2", "U3"), Behaviour.HELPING, words, boosters=2)
    messages = [
        thanks_view.direct_message(say, thanks),
        thanks_view.team_post([WELSH, SAY], post),
        thanks_view.for_contact(say, thanks),
    ]
    for message in messages:
        accepted_questions(message)
        assert words in list(literal_texts(message[1]))
    entry = HistoryEntry("a" * 24, ("U1",), Behaviour.HELPING, words, NOON, sharing=Sharing.SHARED)
    reader = history_view.Reader("Europe/London", NOON)
    blocks = history_view.entries(say, reader, Page(Side.RECEIVED, (entry,), None, None))
    accepted_view({"type": "home", "blocks": blocks})
    assert words[:100].rstrip() in "".join(literal_texts(blocks))


def judged(examples: int) -> list[int]:
    """Check forty texts for each example; returns the length of each."""
    lengths: list[int] = []

    # A failing example of forty texts would be shrunk for minutes, and says enough as it is.
    @settings(max_examples=examples, deadline=None, database=None, phases=[Phase.generate])
    @given(texts)
    def everything(several: list[str]) -> None:
        lengths.extend(map(len, several))
        for number, text in enumerate(several):
            say = WELSH if number % 2 else SAY
            is_answered(say, text)
            if text.strip() and len(text) <= LONGEST:
                is_shown(say, text)

    everything()
    return lengths


def test_any_text_is_answered_and_shown_literally_within_slacks_limits() -> None:
    assert len(judged(4)) >= 4 * TEXTS


@pytest.mark.long
@pytest.mark.timeout(1_200)
def test_ten_thousand_texts_are_answered_and_shown_literally_within_slacks_limits() -> None:
    lengths = judged(260)
    assert len(lengths) >= 10_000
    assert (min(lengths), max(lengths)) == (0, LONGEST_TYPED)
    assert sum(length > LONGEST for length in lengths) > 500


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_slack_shows_each_text_as_it_was_typed(practice: Practice) -> None:
    """A few pieces to each of thirty people, since Slack takes one message a second to the same one."""
    pieces = [piece_text for piece_text in map(storable, PIECES) if len(piece_text) < 1_000]
    for number in range(30):
        words = f"Words: {' '.join(pieces[number::30])} and no more"
        thanks = thanks_view.Thanks("a" * 24, "U1", "U2", Behaviour.HELPING, words, Sharing.ASKED)
        text, blocks = thanks_view.direct_message(SAY, thanks)
        practice.bolt.client.chat_postMessage(channel=f"U0CROWD{number}", text=text, blocks=blocks)
        (message,) = type(practice.nurse)(practice.http, f"U0CROWD{number}").screen()["messages"]
        assert words in message["text"]


@pytest.mark.parametrize("say", [SAY, WELSH])
def test_what_a_giver_is_told_is_accepted_in_both_languages(say: Voice) -> None:
    for is_for_team in (True, False):
        for words in ("Stayed", "<&>" * 1_000, "\N{HONEYBEE}" * LONGEST):
            people = tuple(f"U{number:010}" for number in range(MOST_PEOPLE))
            until = say.moment(datetime(2026, 11, 4, 12, tzinfo=UTC), "Europe/London")
            thanks = giver_view.OnItsWay("a" * 24, people, Behaviour.UNDERSTANDING, words, until, is_for_team)
            accepted_questions(giver_view.on_its_way(say, thanks))
    accepted_questions(giver_view.undone(say, ["U1", "U2"]))
    accepted_questions(giver_view.nudge(say))
    accepted_questions(("Changed.", giver_view.changed(say, "a" * 24, ["U1"], "Stayed")))
    accepted_questions(
        giver_view.with_hint(say, giver_view.undone(say, ["U1", "U2"]), Behaviour.UNDERSTANDING)
    )
    accepted_questions(settings_view.help_text(say))


@pytest.mark.parametrize("say", [SAY, WELSH])
def test_every_window_about_thanks_is_accepted_in_both_languages(say: Voice) -> None:
    choices = settings_view.Choices(
        SharingChoice.NEVER,
        nudges=True,
        accepts_thanks=False,
        blocked=("U1", "U2"),
        contact="U3",
        may_name_contact=True,
    )
    for chosen in (settings_view.Choices(), choices):
        accepted_view(settings_view.form(say, [], chosen))
    for contacts in ([], ["U1", "U2"]):
        accepted_view(report_view.report_form(say, "a" * 24, contacts))
    for behaviour in (None, *Behaviour):
        draft = Draft(
            people=("U1",), behaviour=behaviour, words="Stayed", link="https://a.slack.com/archives/C1/p1"
        )
        for form_question in (None, FormQuestion("This may point to a patient.", ("m",))):
            accepted_view(form_view.form(say, draft, form_question))
            accepted_view(form_view.edit_form(say, draft, "a" * 24, form_question))


def test_a_view_that_puts_words_into_mrkdwn_or_is_too_long_would_be_caught() -> None:
    words = "Thank you <!channel>"
    naive = [{"type": "section", "text": {"type": "mrkdwn", "text": words}}]
    assert words not in list(literal_texts(naive))
    long = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3_001}}
    assert problems([long], surface="message")
    with pytest.raises(blockkit.core.FieldValidationError):
        blockkit_accepts([long])
