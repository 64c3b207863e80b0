"""What deliveries are about is read back as it was written, and texts written before are still understood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackapp.models import ProposalKind
from slackapp.outbox import references
from slackapp.outbox.references import (
    ChartRef,
    ProposalOutcomeRef,
    RecipientRef,
    Reference,
    ThresholdsRef,
    TrialRef,
)
from slackapp.teams.proposals import Answer

IDS = st.text("0123456789abcdef", min_size=24, max_size=24)
NUMBERS = st.integers(min_value=0, max_value=99)


@given(IDS, IDS)
def test_two_ids_are_read_back(first: str, second: str) -> None:
    recipient = RecipientRef(first, second)
    assert str(recipient) == f"{first}:{second}"
    assert RecipientRef.parse(str(recipient)) == recipient


@given(IDS, st.sampled_from(["", "cy", "en"]))
def test_a_chart_is_read_back_with_its_language_and_without(digest: str, language: str) -> None:
    chart = ChartRef(digest, "mix", language)
    assert str(chart).endswith(":mix") is not bool(language)
    assert ChartRef.parse(str(chart)) == chart


@given(NUMBERS, NUMBERS, NUMBERS)
def test_numbers_stay_numbers(k: int, c: int, comments: int) -> None:
    assert ThresholdsRef.parse(f"{k}:{c}:{comments}") == ThresholdsRef(k, c, comments)


def test_a_test_is_about_nothing() -> None:
    assert TrialRef.parse("test") == TrialRef()


@pytest.mark.parametrize("text", ["a", "a:b:c", "a:b:"])
def test_text_of_another_kind_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="RecipientRef"):
        RecipientRef.parse(text)


def test_no_reference_is_longer_than_its_column() -> None:
    for name in dir(references):
        kind = getattr(references, name)
        if isinstance(kind, type) and issubclass(kind, Reference) and kind is not Reference:
            fields = kind.__dataclass_fields__.values()
            # A month and a day are shorter than an id.
            dates = {"month": "2026-12", "due": "2026-12-31"}
            values = [7 if field.type is int else dates.get(field.name, "x" * 24) for field in fields]
            # A chart's name and its language, what was proposed and the answer, are shorter than an id.
            values = values if kind is not ChartRef else ["x" * 24, "x" * 24, "cy"]
            if kind is ProposalOutcomeRef:
                values = ["x" * 24, max(ProposalKind, key=len), "x" * 24, max(Answer, key=len)]
            assert len(str(kind(*values))) <= 64
