"""The digest in Welsh: every sentence has a draft, fits Slack, and holds the same figures."""

import re

import pytest

from handlers.digest import admin_view, command_view, promise_form_view
from reports.charts import side_by_side
from reports.charts.from_figures import chart_contents
from reports.publishing import csv_export
from reports.publishing.message import comments, for_team, message, modal, on_demand
from reports.publishing.page import page
from slackapp.core.i18n import voice
from slackapp.digest import actions
from slackapp.models import Pace
from slackapp.sandbox.blocks import problems, view_problems
from tests.reports import samples
from tests.reports.test_answering import FULL
from tests.reports.test_message import PICTURES, TODAY, spoken

welsh, english = voice("cy"), voice()
FIGURE = re.compile(r"\d+(?:\.\d+)?")
# What stands in both languages alike: names, what people wrote, a source.
ALIKE = {"Ward 7", "NHS Staff Survey, 2024, ENG"}
MONTHS = {**samples.ALL, "full": FULL}


def sentences(blocks: object) -> list[str]:
    """Every piece of text that a reader sees, one by one; quotes of people's words are left out."""
    if isinstance(blocks, dict):
        if blocks.get("type") == "rich_text_quote":
            return []
        own = [blocks["text"]] if isinstance(blocks.get("text"), str) else []
        own += [blocks["alt_text"]] if "alt_text" in blocks else []
        return own + [text for value in blocks.values() for text in sentences(value)]
    return [text for block in blocks for text in sentences(block)] if isinstance(blocks, list) else []


@pytest.mark.parametrize("name", list(MONTHS))
def test_every_sentence_of_a_digest_has_a_draft_that_fits_and_holds_the_same_figures(name: str) -> None:
    month = MONTHS[name]

    def everything(language: str) -> list[object]:
        say = voice(language)
        return [
            message(say, month, digest_id="d", pictures=PICTURES, today=TODAY).blocks,
            message(say, month, digest_id="d", pictures={}, today=TODAY).blocks,
            for_team([say], month, digest_id="d", pictures=PICTURES, today=TODAY).blocks,
            on_demand(say, month, send="t:2025-11", today=TODAY)[1],
            modal(say, month, TODAY)["blocks"],
            comments(say, month, digest_id="d")[1],
        ]

    in_welsh, in_english = everything("cy"), everything("en")
    assert [problems(post, surface="message") for post in in_welsh] == [[]] * len(in_welsh)
    plain = {text for post in in_english for text in sentences(post)}
    left = {
        text for post in in_welsh for text in sentences(post) if text in plain and re.search("[a-z]{3}", text)
    }
    names = {month.team, *ALIKE}
    assert [text for text in left if text not in names and "hoist" not in text and "beds" not in text] == []
    charts = [(*chart_contents(say, month), side_by_side.chart(say, month)) for say in (welsh, english)]
    for chart, other in zip(*charts, strict=True):
        if chart is None or other is None:
            continue
        assert FIGURE.findall(chart.alt) == FIGURE.findall(other.alt)
        assert len(chart.alt) <= 2000
    assert len(view_problems(modal(welsh, month, TODAY))) == 0
    html = page(welsh, month, {}, TODAY)
    assert '<html lang="cy">' in html
    for heading in ("How we were", "What the team said", "Ask at the next"):
        assert heading not in html
    assert "Thank-yous" not in csv_export.sheet(welsh, month).decode()


def test_the_forms_around_a_digest_fit_slack_in_welsh() -> None:
    group = promise_form_view.Group(0, "gwelyau", "teclyn codi", "U1")
    offered = [
        *actions.suggested(["breaks"], month="2025-11", promised=()),
        *map(actions.by_key, ["helping:0"]),
    ]
    days = [samples.NOVEMBER]
    filled = promise_form_view.FormContent("Ward 7", [action for action in offered if action], days)
    views = [
        promise_form_view.form(welsh, "d", [group, promise_form_view.Group(1)], more=True, content=filled),
        promise_form_view.saved(welsh, "d", is_posted=False),
        promise_form_view.share_form(welsh, "d", "Ward 7", has_promises=True),
        promise_form_view.shared(welsh, "Ward 7"),
        promise_form_view.outcome_form(welsh, "p", FULL.promises[0].details, days=days),
        promise_form_view.put_off_form(welsh, "p", FULL.promises[0].details, days=days),
        promise_form_view.change_form(welsh, "p", FULL.promises[0].details, days=days),
        promise_form_view.promise_list(welsh, [("p", FULL.promises[0].details)]),
        admin_view.form(
            welsh,
            admins_read=False,
            new_leaders=[admin_view.NewLeader("t", "Ward 7", "Nia", samples.NOVEMBER)],
        ),
        *(command_view.frequency_saved(welsh, "Ward 7", pace) for pace in Pace),
    ]
    assert [view_problems(view) for view in views] == [[]] * len(views)
    words_shown = " ".join(spoken(view["blocks"]) for view in views)
    for left in ("You said", "We will", "Share", "Saved", "Only", "The digest"):
        assert left not in words_shown
