"""The message a leader reads: short, complete, and accepted by Slack."""

import re
from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from reports.charts import side_by_side
from reports.figures.findings import Finding, Findings
from reports.figures.spans import Span
from reports.figures.team_month import SHORT_LABELS, EarlierPromise, OtherQuestion, TeamMonth
from reports.publishing.message import message, modal
from reports.publishing.page import page
from reports.text.prompts import question
from reports.text.summary import WORDS_AT_MOST, brief, lines
from reports.text.topics import TOPICS
from slackapp.core.i18n import voice
from slackapp.digest.promises import PromiseDetails
from slackapp.models import PromiseState
from slackapp.outbox.rendered import Message
from slackapp.pulse.disclosure import Cell, Change, Turnout
from slackapp.pulse.questions import NHS_SOURCE
from slackapp.sandbox.blocks import problems
from tests.reports import samples

say = voice()
PICTURES = {"four": "F1"}
TODAY = date(2025, 12, 1)
NUMBER = re.compile(r"under 5|\d+\.\d(?: to \d+\.\d| or higher| or lower)|\b\d+\b")
every_sample = pytest.mark.parametrize("month", samples.ALL.values(), ids=samples.ALL.keys())


def spoken(block: object) -> str:
    """All the words of a block that a reader sees or hears, alt text left out."""
    if isinstance(block, dict):
        return " ".join(spoken(value) for key, value in block.items() if key in {"text", "elements"})
    if isinstance(block, list):
        return " ".join(map(spoken, block))
    return str(block)


def leaders_message(month: TeamMonth, pictures: dict[str, str] | None = None) -> Message:
    files = PICTURES if pictures is None else pictures
    return message(say, month, digest_id="d1", pictures=files, today=TODAY)


def named(
    month: TeamMonth, *needs: str, good: tuple[str, ...] = (), above: tuple[str, ...] = ()
) -> TeamMonth:
    """The month with such questions named in its lines."""
    findings = Findings(
        going_well=tuple(map(Finding, good)),
        needs=tuple(map(Finding, needs)),
        from_above=tuple(Finding(key, is_low=True) for key in above),
        is_early=False,
    )
    return replace(month, pulse=replace(month.pulse, findings=findings))


def brief_lines(month: TeamMonth, *, is_for_team: bool = False) -> list[str]:
    return [
        f"{line.label} {line.words}".strip() for line in lines(say, month, TODAY, is_for_team=is_for_team)
    ]


@every_sample
def test_slack_accepts_every_digest_and_its_modal(month: TeamMonth) -> None:
    for pictures in (PICTURES, {}):
        sent = leaders_message(month, pictures)
        assert problems(sent.blocks, surface="message") == []
        assert problems(sent.without_pictures or [], surface="message") == []
        assert len(sent.text) < 4000
    view = modal(say, month, TODAY)
    assert problems(view["blocks"], surface="modal") == []
    assert len(view["title"]["text"]) <= 24


@every_sample
def test_a_digest_has_at_most_ninety_words_above_its_button(month: TeamMonth) -> None:
    above = leaders_message(month).blocks[:-1]
    assert leaders_message(month).blocks[-1]["type"] == "actions"
    # A team's name is as long as it is: it counts as one word.
    assert len(" ".join(map(spoken, above)).replace(month.team, "Team").split()) <= 90


@every_sample
def test_the_text_holds_every_figure_of_the_picture(month: TeamMonth) -> None:
    chart = side_by_side.chart(say, month)
    assert (chart.alt if chart else "") in leaders_message(month).text


@every_sample
def test_alt_text_and_table_hold_the_same_figures(month: TeamMonth) -> None:
    chart = side_by_side.chart(say, month)
    if chart is None:
        return
    table = [value for row in chart.table.rows for value in row[1:]]
    figures = chart.alt.partition(". Attending")[2]
    assert sorted(NUMBER.findall(", ".join(table))) == sorted(NUMBER.findall(figures))
    missing = "not enough answers"
    assert chart.alt.count(missing) == "".join(table).count(missing)


def test_the_alt_text_reads_as_it_was_designed() -> None:
    chart = side_by_side.chart(say, samples.RICH)
    assert chart is not None
    assert chart.alt == (
        "Ranges from 0 to 10, and thank-yous. Ward 7, November 2025, October in brackets. "
        "Attending: 6.1 to 6.9 (5.7 to 6.7), 12 thank-yous (10). "
        "Understanding: 5.0 to 5.8 (4.5 to 5.5), 9 thank-yous (11). "
        "Empathising: 8.4 or higher (7.0 to 8.0), 19 thank-yous (12). "
        "Helping: 1.5 to 2.4 (2.0 to 3.0), under 5 thank-yous (6)."
    )


def test_a_rich_month_reads_as_one_short_message() -> None:
    quoted = tuple(replace(thanks, is_quoted=True) for thanks in samples.RICH.highlights[:1])
    month = named(
        replace(samples.RICH, highlights=quoted), "helping", good=("empathising",), above=("burnt_out",)
    )
    blocks = leaders_message(month).blocks
    kinds = [block["type"] for block in blocks]
    line = ["rich_text"] * 4
    assert kinds == ["header", *line, "image", "rich_text", "context", "section", "context", "actions"]
    assert [spoken(block) for block in blocks[:5]] == [
        "Ward 7 in November",
        "Going well:  showing care.",
        "Needs you:  practical help.",
        "Needs help from above:  relief from burnout. On balance, people say their work burns them out.",
        "You promised:  nothing yet. One small thing is enough.",
    ]
    assert blocks[5]["slack_file"] == {"id": "F1"}
    assert spoken(blocks[6]) == "Stayed after the shift to find us a bed."
    assert spoken(blocks[7]) == "Carys Bevan to Tomos Rees. Shared by Tomos Rees."
    assert spoken(blocks[8]) == (
        "*Ask at the next handover:* What one thing gets in the way of practical help?"
    )
    assert spoken(blocks[9]) == (
        "Half to three quarters of the team answered. Small numbers are not shown. "
        "A good result can hide people who feel otherwise."
    )
    labels = [button["text"]["text"] for button in blocks[10]["elements"]]
    assert labels == ["Say what we will do", "Share with the team", "Figures as text"]
    assert blocks[10]["elements"][0]["value"] == "d1"


def test_a_picture_that_is_missing_becomes_text() -> None:
    words = " ".join(map(spoken, leaders_message(samples.RICH, {}).blocks))
    assert "The picture could not be drawn. The figures are below as text." in words
    assert "People say, 0 to 10 8.4 or higher (7.0 to 8.0); Thanks 19 (12)" in words


@pytest.mark.parametrize(
    ("month", "sentence"),
    [
        (samples.UNDER_FIVES, "There was no check-in in November."),
        (samples.EMPTY, "Going well: a quiet month, with too few thank-yous to show."),
        (
            samples.EMPTY,
            "Too few answers to show; they are counted with Medicine. Not answering is everybody's right.",
        ),
        (samples.FIRST, "Going well: nearly everyone in the team was thanked in the last 90 days."),
        (samples.FIRST, "Too early to say more: that takes three check-ins within 60 days."),
        (named(replace(samples.RICH, reach=None)), "Going well: thanks were most often for empathising."),
        (named(replace(samples.SPREAD, reach=None)), "Going well: no one thing stands out."),
        (named(samples.SPREAD), "Needs you: nothing stands out."),
        (
            named(replace(samples.RICH, mix=None), good=("empathising",)),
            "Going well: showing care. Too few thank-yous to show them.",
        ),
        (named(samples.RICH, good=("burnt_out",)), "Going well: not being burnt out by work."),
        (named(samples.RICH, good=("own_1",)), "Going well: “Handover starts on time.”."),
    ],
)
def test_each_kind_of_month_says_what_it_is(month: TeamMonth, sentence: str) -> None:
    own = OtherQuestion("Handover starts on time.", None, key="own_1")
    assert sentence in brief_lines(replace(month, pulse=replace(month.pulse, also=(own,))))


def test_a_clear_change_is_said_with_the_month_it_is_compared_with() -> None:
    month = named(samples.SPREAD)
    findings = replace(
        month.pulse.findings,
        going_well=(Finding("attending", Change.HIGHER), Finding("empathising")),
        needs=(Finding("helping", Change.LOWER),),
    )
    month = replace(month, pulse=replace(month.pulse, findings=findings))
    assert brief_lines(month)[:2] == [
        "Going well: making time to listen, clearly higher than in October; showing care.",
        "Needs you: practical help, clearly lower than in October.",
    ]


@pytest.mark.parametrize(
    ("state", "due", "sentence"),
    [
        ("open", date(2025, 12, 31), "You promised: “a hoist”, by Wednesday 31 December."),
        ("open", date(2025, 11, 30), "“a hoist”, by Sunday 30 November. That date has passed. Is it done?"),
        ("done", date(2025, 11, 30), "You promised: done: “a hoist”."),
        ("dropped", date(2025, 11, 30), "You promised: nothing is open."),
    ],
)
def test_the_promise_due_next_is_quoted_with_its_date(state: str, due: date, sentence: str) -> None:
    promise = replace(carried(state), settled=samples.NOVEMBER if state != "open" else None)
    month = replace(samples.RICH, promises=(replace(promise, details=replace(promise.details, due=due)),))
    assert sentence in brief_lines(month)[-1]
    more = replace(month, promises=month.promises * 3)
    assert ("2 more are open." in brief_lines(more)[-1]) == (state == "open")


def test_an_overdue_promise_is_asked_about_first() -> None:
    blocks = leaders_message(named(replace(samples.RICH, promises=(carried("open"),)), "helping")).blocks
    rows = [block for block in blocks if block["type"] == "actions"]
    first = rows[0]["elements"]
    assert [button["text"]["text"] for button in first] == ["Done", "Not yet", "Changed"]
    assert {button["value"] for button in first} == {"open"}
    styles = [button.get("style") for row in rows for button in row["elements"]]
    assert styles == ["primary", *[None] * 6], "one button a message is the first to press"
    assert "What is in the way of what we promised?" in " ".join(map(spoken, blocks))


def test_the_question_follows_the_first_need() -> None:
    for key, topic in TOPICS.items():
        assert question(say, named(samples.RICH, key, "breaks"), TODAY) == topic.question
    assert question(say, named(samples.RICH, above=("burnt_out",)), TODAY).startswith("What takes most")
    assert question(say, samples.TOO_FEW, TODAY) == "What would make the check-in worth answering?"
    assert question(say, samples.UNDER_FIVES, TODAY) == "Who made your last shift easier?"


def test_the_team_reads_what_it_was_promised_first_and_is_not_pressed() -> None:
    month = named(replace(samples.RICH, promises=(carried("open"),)), "helping")
    assert brief_lines(month, is_for_team=True) == [
        "You said: “beds”",
        "We will: “a hoist” Elin, by Sunday 30 November.",
        "Going well: thanks were most often for empathising.",
        "Needs work: practical help.",
    ]


@pytest.mark.parametrize("language", ["en", "cy"])
def test_whatever_comes_together_a_leader_reads_at_most_ninety_words(language: str) -> None:
    voiced, longest = voice(language), 0
    keys = sorted(TOPICS, key=lambda key: -len(voiced(TOPICS[key].need).split()))
    for month, bands in product(samples.ALL.values(), ((), tuple(Turnout))):
        full = named(month, *keys[:2], good=tuple(keys[2:4]), above=("time_pressures", "burnt_out"))
        full = replace(
            full,
            pulse=replace(full.pulse, turnout=bands),
            promises=tuple(carried(state) for state in ("done", "open", "open")),
        )
        for is_for_team in (False, True):
            read = brief(voiced, full, TODAY, is_for_team=is_for_team)
            longest = max(longest, read.length(full.team))
    assert 60 < longest <= WORDS_AT_MOST


def carried(state: str) -> EarlierPromise:
    details = PromiseDetails(
        "beds", "a hoist", "U1", "Elin", samples.NOVEMBER.replace(day=30), PromiseState(state), None
    )
    return EarlierPromise(state, samples.NOVEMBER.replace(month=10), details, None)


def test_other_questions_and_the_staff_surveys_wording_stand_with_their_source() -> None:
    also = (
        OtherQuestion("I feel burnt out because of my work.", Span(Cell(10, 38, 42), 1), True, "burnt_out"),
        OtherQuestion("Handover starts on time.", None, key="own_1"),
    )
    pulse = replace(samples.RICH.pulse, also=also, labels=SHORT_LABELS["nhs"], source=NHS_SOURCE)
    month = replace(samples.RICH, pulse=pulse)
    view, html = spoken(modal(say, month, TODAY)["blocks"]), page(say, month, {}, TODAY)
    for text in (
        "Not burnt out by work (higher is better)",
        "7.0 to 8.0",
        "Handover starts on time.",
        NHS_SOURCE,
    ):
        assert text in view
        assert text in html.replace("&#39;", "'")
    assert "Takes effective action" in html
    assert "did something practical" not in html.casefold()
    assert "turned round" not in view + html
    assert problems(modal(say, month, TODAY)["blocks"], surface="modal") == []


def test_a_teams_name_is_shown_literally_and_cannot_ring_the_channel() -> None:
    name = "<!channel> *Ward* & <https://evil.example|7>"
    sent = leaders_message(replace(samples.RICH, team=name))
    assert sent.blocks[0]["text"] == {"type": "plain_text", "text": f"{name} in November", "emoji": False}
    assert "<!channel>" not in sent.text
