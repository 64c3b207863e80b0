"""What a digest says of promises, of thanks both ways and of others' figures, and what leaves as a file."""

import csv
import io
from dataclasses import replace
from datetime import date

import pytest

from handlers.digest import promise_form_view
from reports.figures import team_month
from reports.figures.team_month import EarlierPromise, MutualThanks, Official, Sides, TeamMonth
from reports.publishing import csv_export
from reports.publishing.message import for_team, message, modal
from reports.publishing.page import page
from reports.text import follow_up
from slackapp.core.behaviours import Behaviour
from slackapp.core.i18n import voice
from slackapp.digest.promises import PromiseDetails
from slackapp.models import Pace, PromiseState
from slackapp.sandbox.blocks import problems, view_problems
from tests.reports import samples
from tests.reports.test_message import PICTURES, TODAY, spoken

say = voice()
OCTOBER = date(2025, 10, 1)


def carried(
    state: PromiseState, *, month: date = OCTOBER, we_will: str = "buy a second hoist"
) -> EarlierPromise:
    details = PromiseDetails(
        you_said="nobody helps with beds",
        we_will=we_will,
        who="U1",
        name="Elin Morgan",
        due=date(2025, 12, 31),
        state=state,
        reason="no money" if state in {PromiseState.CHANGED, PromiseState.DROPPED} else None,
    )
    return EarlierPromise(
        f"p{month:%m}{state}", month, details, None if state is PromiseState.OPEN else month
    )


def with_promises(*states: PromiseState) -> TeamMonth:
    return replace(samples.RICH, promises=tuple(carried(state) for state in states))


FULL = replace(
    with_promises(PromiseState.DONE, PromiseState.OPEN),
    counts_by_direction=Sides((10, 10, 15, None), (10, None, 15, None)),
    mutual_thanks=MutualThanks.SOMETIMES,
    rarely_used=Behaviour.HELPING,
    comments=("A quieter staff room.", "=1+1", "More porters at night."),
    officials=(Official(Behaviour.HELPING, 6.84, "NHS Staff Survey", 2024, "ENG"),),
    silent=True,
)


@pytest.mark.parametrize("name", list(samples.ALL))
def test_with_promises_and_a_question_the_message_still_has_at_most_ninety_words(name: str) -> None:
    month = replace(
        FULL,
        **{
            field: getattr(samples.ALL[name], field)
            for field in ("team", "mix", "pulse", "reach", "is_first")
        },
    )
    digest = message(say, month, digest_id="d1", pictures=PICTURES, today=TODAY)
    assert problems(digest.blocks, surface="message") == []
    first_buttons = next(place for place, block in enumerate(digest.blocks) if block["type"] == "actions")
    above = " ".join(map(spoken, digest.blocks[:first_buttons])).replace(month.team, "Team")
    assert len(above.split()) <= 90, above
    view = modal(say, month, TODAY)
    assert problems(view["blocks"], surface="modal") == []


@pytest.mark.parametrize("language", ["en", "cy"])
def test_years_of_promises_that_nobody_ended_still_open_the_oldest_first(language: str) -> None:
    details = carried(PromiseState.CHANGED, we_will="w" * 500).details
    promises = [(f"p{number}", replace(details, you_said=f"nr {number}")) for number in range(108)]
    view = promise_form_view.promise_list(voice(language), promises)
    assert view_problems(view) == []
    pressed = [block["elements"][0]["value"] for block in view["blocks"] if block["type"] == "actions"]
    assert pressed == [f"p{number}" for number in range(40)]
    assert "40" in spoken(view["blocks"][-1])
    # As many as fit are told without a word of others.
    assert len(promise_form_view.promise_list(voice(language), promises[:40])["blocks"]) == 80


def test_the_team_has_no_button_of_the_leaders() -> None:
    post = for_team([say], FULL, digest_id="d1", pictures=PICTURES, today=TODAY)
    assert [button["text"]["text"] for button in post.blocks[-1]["elements"]] == ["Figures as text"]
    leader = message(say, FULL, digest_id="d1", pictures=PICTURES, today=TODAY)
    leaders_text = " ".join(map(spoken, leader.blocks))
    for words in ("Is it done?", "Two digests have had no reply. Would a slower check-in help?", "Pause"):
        assert words in leaders_text
        assert words not in " ".join(map(spoken, post.blocks))


def test_at_a_slower_pace_the_digest_says_so_and_offers_the_way_back() -> None:
    text = " ".join(
        map(
            spoken,
            message(say, replace(FULL, pace=Pace.PAUSED), digest_id="d", pictures={}, today=TODAY).blocks,
        )
    )
    assert "The check-in is paused for this team." in text
    assert "Ask as often as before" in text
    assert "Would a slower check-in help?" not in text


def test_a_promise_kept_stands_beside_then_and_now_and_claims_no_cause() -> None:
    [(heading, table)] = follow_up.kept_promises(say, with_promises(PromiseState.DONE, PromiseState.OPEN))
    assert heading == "We will: buy a second hoist (done in October 2025)"
    assert table.columns == ("Item", "October", "November")
    assert table.rows[2] == ("Showed they cared", "7.0 to 8.0", "8.4 or higher")
    assert "this does not show why" in table.caption
    assert follow_up.kept_promises(say, with_promises(PromiseState.OPEN, PromiseState.DROPPED)) == []
    html = page(say, FULL, {}, TODAY)
    for words in (table.caption, "Other things changed too", "by Wednesday 31 December", "Elin Morgan"):
        assert words in html


def test_a_promise_from_a_month_without_figures_is_compared_with_the_last_that_has_some() -> None:
    september = replace(samples.RICH, promises=(carried(PromiseState.DONE, month=date(2025, 9, 1)),))
    [(_, table)] = follow_up.kept_promises(say, september)
    assert table.columns == ("Item", "August", "November")
    april = replace(samples.RICH, promises=(carried(PromiseState.DONE, month=date(2025, 4, 1)),))
    assert follow_up.kept_promises(say, april) == []


def test_official_figures_carry_their_source_and_their_label() -> None:
    table = follow_up.officials(say, FULL)
    assert table is not None
    assert table.caption.endswith("Different method: not directly comparable.")
    assert table.rows == (("Helping", "6.8", "NHS Staff Survey, 2024, ENG"),)
    assert "Different method: not directly comparable." in page(say, FULL, {}, TODAY)


def test_given_and_received_cannot_be_subtracted_from_the_mix() -> None:
    sides = team_month.sides({"attending": 4, "understanding": 7, "helping": 23}, {"helping": 22})
    assert sides == Sides((None, 5, None, 25), (None, None, None, 20))
    for count in range(5, 57):
        alike = [
            n
            for n in range(5, 60)
            if team_month.sides({"helping": n}, {}) == team_month.sides({"helping": count}, {})
        ]
        assert len(alike) >= 3, "a rounded count stands for at least three"


def test_thanks_both_ways_are_told_only_of_enough_pairs_and_only_as_a_band() -> None:
    assert team_month.ways(9, 9) is None
    assert [team_month.ways(10, both) for both in (1, 2, 5)] == [
        MutualThanks.SELDOM,
        MutualThanks.SOMETIMES,
        MutualThanks.OFTEN,
    ]


def test_a_behaviour_is_seldom_named_only_when_it_alone_is_and_thanks_are_many() -> None:
    plenty = {"attending": 10, "understanding": 10, "empathising": 10}
    assert team_month.seldom({**plenty, "helping": 3}) is Behaviour.HELPING
    assert team_month.seldom({**plenty, "helping": 4}) is None
    assert team_month.seldom({"attending": 19}) is None
    assert team_month.seldom({"attending": 40}) is None


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "＝", "|", "%"])  # noqa: RUF001 - the wide sign is meant
def test_no_cell_of_the_csv_begins_a_formula(start: str) -> None:
    hostile = f"{start}cmd|' /C calc'!A0"
    month = replace(FULL, team=hostile, officials=(replace(FULL.officials[0], source=hostile),))
    rows = list(csv.reader(io.StringIO(csv_export.sheet(say, month).decode("utf-8-sig"), newline="")))
    cells = [cell for row in rows for cell in row]
    assert sum("cmd|" in cell for cell in cells) > 10
    assert [cell for cell in cells if cell.lstrip()[:1] in {*"=+-@|%\t\r＝"}] == []  # noqa: RUF001 - likewise
    naive = io.StringIO()
    csv.writer(naive).writerow([hostile])
    assert naive.getvalue().lstrip('"\t\r\n ')[:1] in {*"=+-@|%＝"}, "written plainly it would be one"  # noqa: RUF001 - likewise


def test_the_csv_has_one_number_in_a_cell_and_no_person_and_no_comment() -> None:
    written = csv_export.sheet(say, FULL).decode("utf-8-sig")
    rows = {(row["Measure"], row["Item"], row["Month"]): row for row in csv.DictReader(io.StringIO(written))}
    numbers = ("Low", "High", "Count", "Hidden", "Rounded")

    def of(measure: str, item: str, month: str) -> list[str]:
        return [rows[measure, item, month][name] for name in numbers]

    assert of("led", "attending", "2025-11") == ["6.1", "6.9", "", "0", "0"]
    assert of("led", "empathising", "2025-11") == ["8.4", "", "", "0", "0"], "8.4 or higher"
    assert of("led", "helping", "2025-09") == ["", "", "", "1", "0"], "not enough answers"
    assert of("thanks", "attending", "2025-10") == ["", "", "10", "0", "0"]
    assert of("thanks", "helping", "2025-11") == ["", "", "", "1", "0"], "under 5"
    assert of("given", "empathising", "2025-11") == ["", "", "15", "0", "1"]
    assert of("official", "helping", "2025-11") == ["6.8", "6.8", "", "0", "0"]
    for row in rows.values():
        assert all(not row[name] or float(row[name]) >= 0 for name in numbers)
    for name in ("Elin Morgan", "Carys Bevan", "porters"):
        assert name not in written
    assert len({len(row) for row in csv.reader(io.StringIO(written))}) == 1


def test_comments_stand_in_the_page_as_they_were_written() -> None:
    html = page(say, replace(FULL, comments=("<b>loud</b>", "two", "three")), {}, TODAY)
    assert "&lt;b&gt;loud&lt;/b&gt;" in html
    assert "What people wrote, in no order" in html
    assert "What people wrote" not in page(say, samples.RICH, {}, TODAY)
