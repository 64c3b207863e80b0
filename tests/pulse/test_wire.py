"""Whoever sees how long a submission is on its way learns nothing of the scores."""

import json
from typing import Any

import pytest

from handlers.pulse import survey_view as view
from slackapp.core.i18n import voice
from slackapp.pulse.audience import Group
from slackapp.pulse.questions import FOUR, OPTIONS


def sent_lengths(language: str, *, padded: bool) -> set[int]:
    """How long Slack's JSON of each choice is; without its filling for the naive twin."""
    form = view.SurveyForm(FOUR, comments_on=False)
    modal = view.modal(voice(language), "p", form, Group("Ward 7", 9, 5, None))
    lengths = set()
    for block in modal["blocks"]:
        element: dict[str, Any] = block.get("element") or {}
        for option in element.get("options", []):
            value = option["value"] if padded else option["value"].rstrip(view.FILLING)
            # As PHP writes it: everything that is not ASCII is escaped, and so are slashes.
            lengths.add(len(json.dumps(option | {"value": value}).replace("/", "\\/")))
    return lengths


@pytest.mark.parametrize("language", ["en", "cy"])
def test_every_choice_has_one_length_in_slacks_json(language: str) -> None:
    assert len(sent_lengths(language, padded=True)) == 1
    assert len(sent_lengths(language, padded=False)) > 1
    assert len(OPTIONS) == 6
