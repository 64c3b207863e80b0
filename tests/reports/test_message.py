"""The message a leader reads: short, complete, and accepted by Slack."""

import re
from dataclasses import replace
from itertools import product

import pytest

from reports.charts.from_figures import chart_contents
from reports.figures.team_month import (
    SHORT_LABELS,
    CheckInStatus,
    EarlierPromise,
    OtherQuestion,
    Span,
    TeamMonth,
)
from reports.publishing.message import message, modal
from reports.publishing.page import page
from reports.text.prompts import suggested
from reports.text.summary import WORDS_AT_MOST, brief
from slackapp.core.i18n import voice
from slackapp.digest.promises import PromiseDetails
from slackapp.models import By, PromiseState
from slackapp.pulse.disclosure import Cell, Turnout
from slackapp.pulse.questions import NHS_SOURCE
from slackapp.sandbox.blocks import problems
from tests.reports import samples

say = voice()
PICTURES = {"mix": "F1", "ranges": "F2"}
NUMBER = re.compile(r"under 5|\d+\.\d(?: to \d+\.\d| or higher| or lower)|\b\d+\b")
every_sample = pytest.mark.parametrize("month", samples.ALL.values(), ids=samples.ALL.keys())


def spoken(block: object) -> str:
    """All the words of a block that a reader sees or hears, alt text left out."""
    if isinstance(block, dict):
        return " ".join(spoken(value) for key, value in block.items() if key in {"text", "elements"})
    if isinstance(block, list):
        return " ".join(map(spoken, block))
    return str(block)


@every_sample
def test_slack_accepts_every_digest_and_its_modal(month: TeamMonth) -> None:
    for pictures in (PICTURES, {"mix": "F1"}, {}):
        made = message(say, month, digest_id="d1", pictures=pictures)
        assert problems(made.blocks, surface="message") == []
        assert problems(made.without_pictures or [], surface="message") == []
        assert len(made.text) < 4000
    view = modal(say, month)
    assert problems(view["blocks"], surface="modal") == []
    assert len(view["title"]["text"]) <= 24


@every_sample
def test_a_digest_has_at_most_ninety_words_above_its_button(month: TeamMonth) -> None:
    made = message(say, month, digest_id="d1", pictures=PICTURES)
    above = made.blocks[:-1]
    assert made.blocks[-1]["type"] == "actions"
    # A team's name is as long as it is: it counts as one word.
    assert len(" ".join(map(spoken, above)).replace(month.team, "Team").split()) <= 90


@every_sample
def test_the_text_holds_every_figure_of_the_pictures(month: TeamMonth) -> None:
    said = message(say, month, digest_id="d1", pictures=PICTURES).text
    for chart in chart_contents(say, month):
        assert chart.alt in said


@every_sample
def test_alt_text_and_table_hold_the_same_figures(month: TeamMonth) -> None:
    for chart in chart_contents(say, month):
        table = [value for row in chart.table.rows for value in row[1:]]
        assert sorted(NUMBER.findall(", ".join(table))) == sorted(NUMBER.findall(chart.alt.split(":", 1)[1]))
        missing = "not enough answers"
        assert chart.alt.count(missing) == table.count(missing)


def test_the_alt_text_reads_as_it_was_designed() -> None:
    mix, ranges = chart_contents(say, samples.RICH)
    assert mix.alt == (
        "Bars. Ward 7, November 2025, thank-yous by behaviour, with October in brackets: "
        "attending 12 (10), understanding 9 (11), empathising 19 (12), helping under 5 (6)."
    )
    assert ranges.alt.startswith(
        "Ranges on a 0 to 10 scale. Ward 7, November 2025: made time to listen 6.1 to 6.9; "
        "worked to understand 5.0 to 5.8; showed they cared 8.4 or higher; "
        "did something practical 1.5 to 2.4. Earlier: made time to listen, June 5.0 to 5.8, July 5.3 to 6.3, "
    )


def test_a_rich_month_reads_as_one_short_message() -> None:
    blocks = message(say, samples.RICH, digest_id="d1", pictures=PICTURES).blocks
    kinds = [block["type"] for block in blocks]
    assert kinds == ["header", "rich_text", "image", "image", "section", "section", "context", "actions"]
    assert blocks[0]["text"]["text"] == "Ward 7 in November"
    assert blocks[2]["slack_file"] == {"id": "F1"}
    assert blocks[7]["elements"][0]["value"] == "d1"
    assert spoken(blocks[6]) == "Half to three quarters of the team answered. Small numbers are not shown."


def test_a_picture_that_is_missing_becomes_text_and_the_other_stays() -> None:
    blocks = message(say, samples.RICH, digest_id="d1", pictures={"mix": "F1"}).blocks
    assert [block["slack_file"]["id"] for block in blocks if block["type"] == "image"] == ["F1"]
    said = " ".join(map(spoken, blocks))
    assert "The pictures could not be drawn. The figures are below as text." in said
    assert "November 8.4 or higher; October 7.0 to 8.0; September not enough answers" in said


@pytest.mark.parametrize(
    ("month", "sentence"),
    [
        (samples.UNDER_FIVES, "There was no check-in in November."),
        (samples.EMPTY, "A quiet month: too few thank-yous to show a mix."),
        (samples.EMPTY, "Fewer than 5 people answered, so their answers were counted with Medicine."),
        (samples.TOO_FEW, "More thanks were given than in October."),
        (samples.TOO_FEW, "Too few people to show how far thanks reached."),
        (samples.TWO_MONTHS, "Sunday 9 November (few answered; counted with Medicine)"),
        (samples.TWO_MONTHS, "Sunday 30 November (lost)"),
        (samples.UNDER_FIVES, "About half the people in Medicine were thanked in the last 90 days."),
        (samples.UNDER_FIVES, "No behaviour stands out clearly."),
    ],
)
def test_what_is_missing_is_said(month: TeamMonth, sentence: str) -> None:
    assert sentence in " ".join(map(spoken, message(say, month, digest_id="d1", pictures={}).blocks))


def asked(month: TeamMonth) -> str:
    return spoken(message(say, month, digest_id="d1", pictures={}).blocks[-3])


def test_the_questions_follow_the_figures() -> None:
    assert "What gets in the way of practical help? What is one thing we could remove?" in asked(samples.RICH)
    assert "What would make the check-in worth answering?" in asked(samples.TOO_FEW)
    assert samples.EMPTY.pulse.held is CheckInStatus.TOO_FEW
    assert "Who made your last shift easier?" in asked(samples.EMPTY)
    assert "Which work here goes unseen?" in " ".join(suggested(say, samples.TWO_MONTHS))
    quiet = replace(samples.UNDER_FIVES, mix=None)
    assert asked(quiet).endswith("To ask the team:* Who made your last shift easier?")


@pytest.mark.parametrize("language", ["en", "cy"])
def test_whatever_comes_together_a_leader_reads_ninety_words_and_two_questions_or_three(
    language: str,
) -> None:
    voiced, longest, numbers = voice(language), 0, set()
    for mix, pulse, reach in product(samples.ALL.values(), repeat=3):
        for bands in (pulse.pulse.turnout, tuple(Turnout)):
            month = replace(
                mix,
                pulse=replace(pulse.pulse, turnout=bands),
                reach=reach.reach,
                promises=tuple(carried(state) for state in ("done", "open", "open")),
            )
            told = brief(voiced, month)
            longest = max(longest, told.length(month.team))
            numbers.add(len(told.questions))
    assert 80 < longest <= WORDS_AT_MOST
    assert numbers == {2, 3}


def carried(state: str) -> EarlierPromise:
    told = PromiseDetails(
        "beds", "a hoist", "U1", "Elin", By.MONTH, samples.NOVEMBER.replace(day=30), PromiseState(state), None
    )
    return EarlierPromise(state, samples.NOVEMBER.replace(month=10), told, None)


def test_other_questions_and_the_staff_surveys_wording_stand_with_their_source() -> None:
    also = (
        OtherQuestion("I feel burnt out because of my work.", Span(Cell(10, 38, 42), 1), is_turned=True),
        OtherQuestion("Handover starts on time.", None),
    )
    pulse = replace(samples.RICH.pulse, also=also, labels=SHORT_LABELS["nhs"], source=NHS_SOURCE)
    month = replace(samples.RICH, pulse=pulse)
    view, html = spoken(modal(say, month)["blocks"]), page(say, month, {})
    for told in (
        "I feel burnt out because of my work. (turned round: higher is better)",
        "7.0 to 8.0",
        "Handover starts on time.",
        NHS_SOURCE,
        "Takes effective action",
    ):
        assert told in view
        assert told in html.replace("&#39;", "'")
    assert "did something practical" not in html.casefold()
    assert problems(modal(say, month)["blocks"], surface="modal") == []


def test_a_teams_name_is_shown_literally_and_cannot_ring_the_channel() -> None:
    name = "<!channel> *Ward* & <https://evil.example|7>"
    made = message(say, replace(samples.RICH, team=name), digest_id="d1", pictures=PICTURES)
    assert made.blocks[0]["text"] == {"type": "plain_text", "text": f"{name} in November", "emoji": False}
    assert "<!channel>" not in made.text
