"""The check for confidential details: sentences that identify somebody, and sentences that do not."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackapp.core import confidentiality
from slackapp.core.confidentiality import Kind
from tests.support.practice import Practice

SENTENCES = Path(__file__).parents[1] / "data" / "sentences"
# What these tests show does not depend on the database; the tests around them run on both.
ON_ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def figures(watch: confidentiality.ConfidentialityCheck, suffix: str = "") -> tuple[float, float]:
    """Precision and recall over two lists of sentences."""
    warned = {
        name: [
            bool(watch.check(line)) for line in (SENTENCES / f"{name}{suffix}.txt").read_text().splitlines()
        ]
        for name in ("give_away", "fine")
    }
    hits, alarms = sum(warned["give_away"]), sum(warned["fine"])
    assert min(len(several) for several in warned.values()) >= (60 if not suffix else 30)
    return hits / (hits + alarms), hits / len(warned["give_away"])


def test_what_the_lists_were_written_with_is_found() -> None:
    precision, recall = figures(confidentiality.standard())
    assert precision >= 0.95
    assert recall >= 0.95


def test_sentences_the_lists_have_never_seen_are_mostly_found_and_seldom_by_mistake() -> None:
    precision, recall = figures(confidentiality.standard(), "_unseen")
    assert precision >= 0.95
    assert recall >= 0.7


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("You swapped nights while Priya was pregnant", "Priya was pregnant"),
        ("Thanks for covering when Sanjay was ill", "Sanjay was ill"),
        ("You were kind when Ben had a panic attack", "Ben had a panic attack"),
        ("Thank you for covering Ann, who has cancer", "Ann, who has cancer"),
        ("You told me that Colin had passed away", "Colin had passed away"),
        ("Roedd hi'n feichiog ac fe wnest ti helpu", "Roedd hi'n feichiog"),
        ("Diolch am helpu pan oedd Rhian yn sâl", "oedd Rhian yn sâl"),
    ],
)
def test_a_colleagues_health_is_found_under_their_name_and_in_welsh_order(
    written: str, expected: str
) -> None:
    assert [finding.text for finding in confidentiality.standard().check(written)] == [expected]


@pytest.mark.parametrize(
    "written",
    [
        "You knew I was ill prepared and said nothing",
        "Everyone was ill prepared but you",
        "Handover was poorly run until you rewrote the sheet",
        "Kirsty was sick of the old trolley and you found a new one",
        "Tea died out on nights until you brought the kettle back",
        "You had covid swabs ready before I asked",
        "Thank you for being there while I was off with depression",
    ],
)
def test_what_only_sounds_so_and_ones_own_health_are_left_alone(written: str) -> None:
    assert confidentiality.standard().check(written) == ()


def test_a_guard_that_warns_of_everything_or_knows_no_words_would_fail() -> None:
    class Always:
        def check(self, words: str) -> tuple[str, ...]:
            return (words,)

    assert figures(Always())[0] < 0.6  # type: ignore[arg-type]  # the naive twin
    assert figures(confidentiality.ConfidentialityCheck(()))[1] < 0.2


@pytest.mark.parametrize(
    "written",
    [
        "9434765919",
        "943 476 5919",
        "943-476-5919",
        "943.476.5919",
        "943‑476‑5919",  # noqa: RUF001 - the dash that does not break
        "９４３４７６５９１９",  # noqa: RUF001 - full width
        "943\u200b476\u200b5919",
        "٩٤٣٤٧٦٥٩١٩",
    ],
)
def test_an_nhs_number_is_known_however_it_is_written(written: str) -> None:
    kinds = [
        finding.kind
        for finding in confidentiality.standard().check(f"You found {written} in the wrong notes")
    ]
    assert Kind.NHS_NUMBER in kinds


@pytest.mark.parametrize("number", ["9434765918", "0000000000", "1111111111", "94347659190", "09434765919"])
def test_other_numbers_are_not_taken_for_one(number: str) -> None:
    assert Kind.NHS_NUMBER not in [
        finding.kind for finding in confidentiality.standard().check(f"Order {number} arrived")
    ]


@given(st.integers(0, 999_999_999))
def test_exactly_one_check_digit_at_most_fits(first_nine: int) -> None:
    fitting = [digit for digit in range(10) if confidentiality.is_nhs_number(f"{first_nine:09}{digit}")]
    assert len(fitting) <= 1


@given(st.text(max_size=400))
def test_any_text_is_read_and_what_is_found_stands_in_it(words: str) -> None:
    for finding in confidentiality.standard().check(words):
        assert 0 < len(finding.text) <= 60
        assert len(finding.mark) == 10


def test_long_hostile_texts_are_read_without_delay() -> None:
    import time

    began = time.process_time()
    for prefix in ("a ", "her ", "Mr ", "0 ", "1 1-", "a'b ", "the lady ", "bed ", "you were "):
        confidentiality.standard().check((prefix * 3000)[:3000])
    assert time.process_time() - began < 5


def test_an_organisation_adds_its_own_words(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('places = ["pod"]\nnumbers = []\ntold_alone = ["wellbeing leave"]\n')
    watch = confidentiality.standard(own)
    assert watch.check("You stayed with pod 4 all night")
    assert watch.check("You covered my wellbeing leave")
    assert watch.check("Thanks for sitting with Mrs Jones")
    assert not confidentiality.standard().check("You stayed with pod 4 all night")


@pytest.mark.parametrize("broken", ['places = "pod"', "places = [1]", "places = ['']", "places ="])
def test_a_broken_list_is_told_at_once(tmp_path: Path, broken: str) -> None:
    own = tmp_path / "own.toml"
    own.write_text(broken)
    with pytest.raises(ValueError):  # noqa: PT011 - TOML's own and ours are both ValueErrors
        confidentiality.standard(own)


WARNED = "Stayed with Mrs Jones in bed 4 until her daughter came"


@ON_ONE_DATABASE
def test_a_typed_warning_can_be_sent_anyway_or_edited(practice: Practice) -> None:
    practice.nurse.types(f"/appreciate @col helping {WARNED}")
    seen = practice.nurse.sees(
        "This may point to a patient: “Mrs Jones” and “bed 4”. Could you say it without?"
    )
    labels = [control["label"] for control in seen["messages"][-1]["controls"]]
    assert labels == ["Edit", "Send anyway"]
    assert practice.calls("chat.postMessage") == []
    practice.nurse.presses("Edit")
    practice.nurse.waits(lambda seen: seen["modal"] is not None)
    practice.nurse.fills(
        "What did they do, and what became easier?", "Stayed until the daughter came, all night"
    )
    practice.nurse.submits()
    practice.nurse.sees("On its way to")
    practice.colleague.sees("Stayed until the daughter came")
    practice.nurse.does("dismiss")
    practice.nurse.presses("Send anyway")
    practice.nurse.waits(lambda seen: seen["modal"] and "On its way to" in seen["modal"]["text"])
    practice.colleague.sees(WARNED)


@ON_ONE_DATABASE
def test_the_form_asks_above_and_asks_again_for_what_is_new(practice: Practice) -> None:
    practice.nurse.types(f"/appreciate @col {WARNED}")
    practice.nurse.waits(lambda seen: seen["modal"] is not None)
    practice.nurse.fills("What did they do?", "Helping")
    practice.nurse.sees("what became easier?")
    practice.nurse.submits()
    practice.nurse.sees("This may point to a patient: “Mrs Jones” and “bed 4”.")
    practice.nurse.fills("What did they do, and what became easier?", f"{WARNED}. Her husband died.")
    practice.nurse.submits()
    seen = practice.nurse.sees("This may tell of somebody's health or loss: “Her husband died”.")
    assert "Mrs Jones”" not in seen.texts
    practice.nurse.submits()
    practice.nurse.sees("On its way to")
    practice.colleague.sees(WARNED)


@ON_ONE_DATABASE
def test_an_nhs_number_cannot_be_sent_in_any_way(practice: Practice) -> None:
    words = "You found 943 476 5919 on the wrong list"
    practice.nurse.types(f"/appreciate @col helping {words}")
    seen = practice.nurse.sees("This looks like an NHS number, so it cannot be sent. Please take it out.")
    assert [control["label"] for control in seen["messages"][-1]["controls"]] == ["Open the form"]
    practice.nurse.presses("Open the form")
    practice.nurse.waits(lambda seen: seen["modal"] is not None)
    practice.nurse.submits()
    practice.nurse.waits(lambda seen: seen["modal"] and "NHS number" in str(seen["modal"]["errors"]))
    practice.nurse.does("dismiss")
    practice.nurse.types("/appreciate @col helping Stayed after the shift to find us a bed")
    practice.colleague.sees("Stayed after the shift")
    practice.nurse.presses("Edit")
    practice.nurse.waits(lambda seen: seen["modal"] is not None)
    practice.nurse.fills("What did they do, and what became easier?", words)
    practice.nurse.submits()
    practice.nurse.waits(lambda seen: seen["modal"] and "NHS number" in str(seen["modal"]["errors"]))
    assert "943" not in practice.colleague.screen().texts
