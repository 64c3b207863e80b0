"""Every view within Slack's limits, and people's words shown literally whatever they hold."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from handlers.home import view as home_view
from handlers.home.leader_view import Leadership
from handlers.recognition import form_view, giver_view, history_view, report_view, settings_view, thanks_view
from handlers.recognition.payloads import carried
from handlers.shared.payloads import storable
from slackapp.blocks import FormQuestion, literal
from slackapp.core.behaviours import Behaviour
from slackapp.core.i18n import Voice, voice
from slackapp.models import Member, Sharing, SharingChoice, Visibility
from slackapp.recognition.draft import LONGEST, Draft, Field, InvalidDraft, Refusal
from slackapp.recognition.history import Cursor, HistoryEntry, Page, Side
from slackapp.recognition.undelivered import Undelivered
from slackapp.sandbox.blocks import TEXT_WEIGHT_LIMIT, problems, text_weight, view_problems

SAY = voice()
NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
hostile = st.one_of(
    st.text(min_size=1, max_size=300),
    st.sampled_from(
        [
            "<!channel>",
            "@here",
            "<!subteam^S1>",
            "*_~`",
            "<b>x</b>",
            "&" * 3000,
            "😀" * 3000,
            "\u202e\u200b",
            "\n" * 50,
        ]
    ),
    st.text(alphabet="<>&@*_`~|!:\n\u202e", min_size=1, max_size=LONGEST),
).map(storable)
drafts = st.builds(
    Draft,
    people=st.lists(st.from_regex(r"U[A-Z0-9]{4,10}", fullmatch=True), max_size=22, unique=True).map(tuple),
    behaviour=st.none() | st.sampled_from(Behaviour),
    words=st.just("") | hostile,
    visibility=st.sampled_from(Visibility),
)


def thanks(words: str | None, sharing: Sharing = Sharing.ASKED) -> thanks_view.Thanks:
    return thanks_view.Thanks("a" * 24, "U1", "U2", Behaviour.HELPING, words, sharing)


def post(words: str | None, *receivers: str, boosters: int = 3) -> thanks_view.Post:
    return thanks_view.Post("a" * 24, "U1", receivers or ("U2", "U3"), Behaviour.HELPING, words, boosters)


def accepted_questions(text: str, blocks: list[dict[str, Any]]) -> None:
    assert problems(blocks, surface="message") == []
    assert text_weight(blocks) <= TEXT_WEIGHT_LIMIT
    assert Block.parse_all(blocks)
    assert 0 < len(text) <= 4_000


def plain_texts(node: object) -> Iterator[str]:
    """Every text that Slack shows literally."""
    if isinstance(node, dict):
        if node.get("type") in {"text", "plain_text"} and isinstance(node.get("text"), str):
            yield node["text"]
        for inner in node.values():
            yield from plain_texts(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from plain_texts(inner)


def mrkdwn_texts(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("type") == "mrkdwn":
            yield node["text"]
        for inner in node.values():
            yield from mrkdwn_texts(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from mrkdwn_texts(inner)


@given(hostile.filter(str.strip), st.sampled_from(Sharing))
def test_message_and_post_are_accepted_and_show_the_words_literally(words: str, sharing: Sharing) -> None:
    for text, blocks in (
        thanks_view.direct_message(SAY, thanks(words, sharing)),
        thanks_view.team_post([SAY, voice("cy")], post(words)),
        thanks_view.for_contact(SAY, thanks(words, sharing)),
    ):
        accepted_questions(text, blocks)
        # What its receiver found unkind is not shown to them again.
        is_shown = "unkind, and it is hidden" not in text
        assert (words in list(plain_texts(blocks))) is is_shown
        assert not [part for part in mrkdwn_texts(blocks) if len(words) > 2 and words in part]
        assert "<!channel>" not in text


LINK = "https://hospital.slack.com/archives/C0WARD/p1700000000000100?thread_ts=1.1&cid=C0WARD"
DRAFT = Draft(people=("U1",), behaviour=Behaviour.HELPING, words="Stayed with Mrs Jones <all> night & day")


def told_messages(say: Voice) -> dict[str, tuple[str, list[dict[str, Any]]]]:
    """Every message about a thank-you in which there is more than one thing to read."""
    refused, form_question = (
        Refusal(Field.PEOPLE, "That group is empty just now."),
        FormQuestion("Is it?", ("m",)),
    )
    linked, linked_post = replace(thanks(DRAFT.words), link=LINK), replace(post(DRAFT.words), link=LINK)
    thanks_given = giver_view.OnItsWay(
        "a" * 24, ("U1", "U2"), Behaviour.HELPING, DRAFT.words, "Monday", is_for_team=True
    )
    question = form_view.question(say, form_question, DRAFT)
    assert question is not None
    return {
        "to its receiver": thanks_view.direct_message(say, linked),
        "to its giver": thanks_view.for_giver(say, linked, is_one_of_several=False),
        "to the team": thanks_view.team_post([voice("cy"), say], linked_post),
        "to whoever hears of unkind ones": thanks_view.for_contact(say, thanks(DRAFT.words)),
        "refused": form_view.refusal(say, refused, DRAFT),
        "asked": question,
        "on its way": giver_view.with_hint(
            say, giver_view.on_its_way(say, thanks_given), Behaviour.UNDERSTANDING
        ),
        "undone": giver_view.undone(say, ["U1", "U2"]),
        "help": settings_view.help_text(say),
        "on Fridays": giver_view.nudge(say),
        "unreached": giver_view.unreached(
            say, "a" * 24, Undelivered(("U1",), ("U2",), ("U3",)), sent="Monday", is_changeable=True
        ),
    }


def to_read(block: dict[str, Any]) -> Iterator[str]:
    """What stands in a block as words, as the text beside the blocks has to say it."""
    if block["type"] == "actions":
        return
    for text in mrkdwn_texts(block):
        yield from (
            (LINK.replace("&", "&amp;"), text.split("|")[1][:-1]) if text.startswith("<http") else [text]
        )
    yield from map(literal, plain_texts(block))


@pytest.mark.parametrize("language", ["en", "cy"])
def test_the_text_beside_the_blocks_says_all_that_they_say(language: str) -> None:
    for name, (text, blocks) in told_messages(voice(language)).items():
        accepted_questions(text, blocks)
        texts = [part for block in blocks for part in to_read(block)]
        assert texts, name
        assert [part for part in texts if part not in text] == [], name


@pytest.mark.parametrize(
    "draw",
    [
        lambda: thanks_view.direct_message(SAY, thanks(None)),
        lambda: thanks_view.for_contact(SAY, thanks(None)),
        lambda: thanks_view.for_giver(SAY, thanks(None), is_one_of_several=True),
        lambda: thanks_view.team_post([SAY], post(None)),
    ],
)
def test_nothing_of_the_words_is_left_once_taken_back(
    draw: Callable[[], tuple[str, list[dict[str, Any]]]],
) -> None:
    text, blocks = draw()
    accepted_questions(text, blocks)
    assert [block["type"] for block in blocks] == ["section"]


@pytest.mark.parametrize("language", ["en", "cy"])
def test_the_settings_and_the_report_of_an_unkind_one_open_in_either_language(language: str) -> None:
    say = voice(language)
    everything = settings_view.Choices(
        SharingChoice.NEVER, nudges=True, accepts_thanks=False, may_name_contact=True
    )
    forms = [
        settings_view.form(say, [], settings_view.Choices()),
        settings_view.form(say, [], everything),
        report_view.report_form(say, "a" * 24, []),
        report_view.report_form(say, "a" * 24, ["U1", "U2", "U3"]),
    ]
    # Slack takes at most 75 characters for an option; a draft is easily longer than the English.
    assert [view_problems(form) for form in forms] == [[]] * len(forms)


BUTTONS = {
    Sharing.PRIVATE: [],
    Sharing.ASKED: ["Share with my team"],
    Sharing.SHARED: ["Hide from the team"],
    Sharing.KEPT: [],
    Sharing.HIDDEN: ["Share with my team"],
}


@pytest.mark.parametrize("meant_a_lot", [False, True])
@pytest.mark.parametrize("sharing", BUTTONS)
def test_a_receiver_has_the_buttons_that_still_do_something(sharing: Sharing, *, meant_a_lot: bool) -> None:
    received = replace(thanks("x" * 30, sharing), meant_a_lot=meant_a_lot)
    text, blocks = thanks_view.direct_message(SAY, received)
    (row,) = [block for block in blocks if block["type"] == "actions"]
    *buttons, dots = row["elements"]
    first = [] if meant_a_lot else ["That meant a lot"]
    assert [button["text"]["text"] for button in buttons] == [*first, *BUTTONS[sharing]]
    assert ("You told <@U1> that it meant a lot." in text) is meant_a_lot
    keep = ["Keep it between us"] if sharing == Sharing.ASKED else []
    assert [option["text"]["text"] for option in dots["options"]] == [
        *("Thank them back", *keep, "Who sees my thank-yous", "This was unkind")
    ]


@tried(max_examples=30)
@given(drafts)
def test_the_form_is_accepted_and_keeps_what_was_typed(draft: Draft) -> None:
    view = form_view.form(SAY, draft)
    assert view_problems(view) == []
    filled = json.dumps(view, ensure_ascii=False)
    if draft.words:
        assert json.dumps(draft.words, ensure_ascii=False) in filled
    assert view_problems(form_view.edit_form(SAY, draft, "a" * 24)) == []


@tried(max_examples=30)
@given(drafts)
def test_the_button_carries_the_draft_and_drops_only_words_that_do_not_fit(draft: Draft) -> None:
    button = form_view.open_button("Open the form", draft)
    back = carried(button["value"])
    assert len(button["value"]) <= 2_000
    assert (back.people, back.behaviour, back.visibility) == (
        draft.people[:20],
        draft.behaviour,
        draft.visibility,
    )
    assert back.words in {draft.words, ""}
    if len(json.dumps(draft.words, ensure_ascii=False)) < 1_500:
        assert back.words == draft.words


@given(st.text(max_size=60) | st.sampled_from(["[]", "1", '{"people": [1], "behaviour": {}, "words": 3}']))
def test_a_button_value_that_cannot_be_read_is_an_empty_draft(value: str) -> None:
    assert carried(value).people == ()


@tried(max_examples=30)
@given(hostile, drafts)
def test_a_refusal_is_accepted_and_gives_the_words_back(name: str, draft: Draft) -> None:
    reason = InvalidDraft(
        [Refusal(Field.PEOPLE, "{name} has left, so this can't reach them.", name=name[:80])]
    )
    text, blocks = form_view.refusal(SAY, reason, draft)
    accepted_questions(text, blocks)
    if draft.words:
        assert draft.words in list(plain_texts(blocks))


def test_even_forty_thousand_characters_are_refused_with_an_answer_that_slack_accepts() -> None:
    reason = InvalidDraft(
        [Refusal(Field.WORDS, "That is {n} characters; 3,000 fit. Please shorten it.", n="40,000")]
    )
    accepted_questions(*form_view.refusal(SAY, reason, Draft(words="x" * 40_000)))


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("words", ["x" * LONGEST, "😀" * LONGEST, "&<>" * 1000, "\u202e" * LONGEST])
def test_a_full_home_tab_and_a_full_page_of_thank_yous_are_accepted(side: Side, words: str) -> None:
    people = tuple(f"U{number:010}" for number in range(20))
    entries = tuple(
        HistoryEntry("a" * 24, people, Behaviour.HELPING, words, NOW - timedelta(hours=1)) for _ in range(10)
    )
    place = Cursor(NOW, "a" * 24)
    page = Page(side, entries, newer=place, older=place)
    member = Member(
        quiet_from=time(20),
        quiet_until=time(8),
        days_off=96,
        sharing=SharingChoice.ASK,
        nudges=True,
        accepts_thanks=False,
        pulse_messages=True,
    )
    standing = home_view.Sections(member, Leadership((), 0, None), admin=None, in_doubt=30)
    reader = history_view.Reader("Europe/London", NOW)
    for view in (
        home_view.home(SAY, reader, page, home_view.CheckIn("b" * 24, NOW), standing),
        home_view.thanks(SAY, reader, page),
    ):
        assert view_problems(view) == []
        assert len(view["blocks"]) <= 100
        assert len(json.dumps(view)) < 250_000


@given(st.text(max_size=5_000))
def test_text_for_notifications_holds_no_markup(text: str) -> None:
    safe = literal(text)
    assert "<" not in safe
    assert ">" not in safe
    assert len(safe) < 3_600
    assert not safe.removesuffix("…").endswith(("&", "&a", "&am", "&amp", "&l", "&lt", "&g", "&gt"))


def test_words_put_into_markup_would_be_noticed() -> None:
    naive = [{"type": "section", "text": {"type": "mrkdwn", "text": "thanks: <!channel> *hi*"}}]
    assert [text for text in mrkdwn_texts(naive) if "<!channel> *hi*" in text]
    assert "<!channel> *hi*" not in list(plain_texts(naive))


ids = st.integers(0, 10**6).map(lambda number: f"U{number:030}")


@given(
    people=st.lists(ids, max_size=400, unique=True),
    named=st.integers(0, 25),
    words=st.text(max_size=3_500),
    marks=st.lists(st.text(alphabet="0123456789abcdef", min_size=10, max_size=10), max_size=300),
)
def test_a_button_carries_no_more_than_slack_takes(
    people: list[str], named: int, words: str, marks: list[str]
) -> None:
    link = (
        f"https://{'w' * 60}.slack.com/archives/C{'0' * 30}/p{'1' * 30}?thread_ts={'1' * 40}&cid=C{'0' * 30}"
    )
    draft = Draft(
        people=tuple(people),
        group_members=tuple(people[named:]),
        behaviour=Behaviour.HELPING,
        words=words,
        accepted_questions=tuple(marks),
        link=link,
    )
    reason = Refusal(Field.PEOPLE, "That group is empty just now.")
    form_question = FormQuestion("This may give somebody away.", tuple(marks[:3]), "1.2.3")
    answers = [form_view.refusal(voice(), reason, draft), form_view.question(voice(), form_question, draft)]
    for _, blocks in filter(None, answers):
        buttons = [control for block in blocks if block["type"] == "actions" for control in block["elements"]]
        assert buttons
        assert all(len(button["value"]) <= 2_000 for button in buttons)
