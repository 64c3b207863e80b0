"""The catalogue of samples is complete, at its longest, and Slack's rules hold for each."""

import inspect
from typing import get_type_hints

import pytest

from handlers.pulse import survey_view
from handlers.recognition import thanks_view
from slackapp import check
from slackapp.blocks import View, plain, plain_section
from slackapp.check.samples import Sample, samples, view_functions
from slackapp.core.i18n import Voice, languages, voice
from slackapp.recognition import draft
from slackapp.sandbox.api.validation import sentences

ALL = list(samples())
BY_NAME = {(sample.name, sample.language): sample for sample in ALL if not sample.is_bare}
BARE = {(sample.name, sample.language): sample for sample in ALL if sample.is_bare}


def test_every_view_function_has_a_sample_in_every_language() -> None:
    functions = view_functions()
    assert {(name, language) for name in functions for language in languages()} == set(BY_NAME)
    assert functions["handlers.pulse.survey_view.modal"] is survey_view.modal
    assert functions["handlers.recognition.thanks_view.direct_message"] is thanks_view.direct_message
    assert len(functions) > 90


@pytest.mark.parametrize(
    "sample", ALL, ids=lambda sample: f"{sample.name}-{sample.language}-{sample.is_bare}"
)
def test_slack_takes_it(sample: Sample) -> None:
    kind = sample.surface if sample.surface == "view" else "blocks"
    payload = sample.payload if kind == "view" else sample.payload["blocks"]
    assert list(sentences(kind, payload)) == []


def test_the_samples_are_at_their_longest_and_in_both_languages() -> None:
    # Once it has been reported, the words are gone: only the bare one has them.
    message = BARE["handlers.recognition.thanks_view.direct_message", "en"].payload
    assert len(str(message["blocks"])) > draft.LONGEST
    digest = BY_NAME["reports.publishing.message.message", "en"].payload
    assert [block["type"] for block in digest["blocks"]].count("image") == 1
    home = [BY_NAME["handlers.home.view.home", language].payload for language in ("en", "cy")]
    assert "Y diolch a gawsoch" in str(home[1])
    assert home[0] != home[1]


def test_a_name_that_is_known_by_hand_is_one_of_a_view() -> None:
    assert check.samples.KNOWN.keys() <= view_functions().keys()


def test_no_view_function_escapes_the_catalogue_by_its_annotation() -> None:
    functions, escaped = view_functions(), []
    for module in check.samples.view_modules():
        for name, member in inspect.getmembers(module, inspect.isfunction):
            if member.__module__ == module.__name__ and not name.startswith("_"):
                returned = str(get_type_hints(member).get("return"))
                is_content = "dict" in returned or "TextAndBlocks" in returned
                if f"{module.__name__}.{name}" not in functions and is_content:
                    escaped.append(f"{module.__name__}.{name}")
    assert escaped == []


def test_a_view_that_grows_beyond_slacks_limits_is_found() -> None:
    """What the samples are for: a title that is too long in one language only."""

    def form(say: Voice, team: str) -> View:
        title = say("Appreciate someone") if say.language == "en" else say("Appreciate someone") * 2
        return {"type": "modal", "title": plain(title), "blocks": [plain_section(team)]}

    broken = [check.samples.sample("form", form, voice(language), is_bare=False) for language in languages()]
    texts = [list(sentences("view", each.payload)) for each in broken if each]
    assert texts[0] == []
    assert texts[1] == ["must be less than 25 characters [json-pointer:/title/text]"]
