"""What Slack refuses: one row per rule, with the sentence and the place it must name."""

import copy

import pytest

from slackapp.sandbox.blocks import problems
from tests.sandbox.block_parts import acts, button, mrkdwn, section
from tests.sandbox.refused_blocks.buttons_and_menus import BUTTONS_AND_MENUS
from tests.sandbox.refused_blocks.inputs import INPUTS
from tests.sandbox.refused_blocks.rich_text_and_tables import RICH_TEXT_AND_TABLES
from tests.sandbox.refused_blocks.words_and_pictures import WORDS_AND_PICTURES

REFUSED = {**WORDS_AND_PICTURES, **BUTTONS_AND_MENUS, **INPUTS, **RICH_TEXT_AND_TABLES}


@pytest.mark.parametrize("name", REFUSED)
def test_each_broken_block_is_refused_with_its_reason_and_its_place(name: str) -> None:
    surface, blocks, words, place = REFUSED[name]
    before = copy.deepcopy(blocks)

    findings = problems(blocks, surface=surface)  # type: ignore[arg-type]  # the table holds plain words

    assert len(findings) == 1, findings
    assert words in findings[0]
    assert findings[0].endswith(f" [json-pointer:{place}]"), findings[0]
    assert blocks == before, "checking must change nothing"


def test_every_problem_is_told_and_not_only_the_first() -> None:
    findings = problems(
        [section(text=mrkdwn("")), {"type": "hologram"}, *acts(button(text=mrkdwn(), style="loud"))],
        surface="message",
    )

    assert len(findings) == 4


@pytest.mark.parametrize("junk", [None, 7, True, [], [[]], [None], [7], "x", {"type": "section"}])
def test_no_junk_makes_the_check_itself_fail(junk: object) -> None:
    for surface in ("message", "modal", "home"):
        assert isinstance(problems(junk, surface=surface), list)
        assert isinstance(problems([{"type": "actions", "elements": junk}], surface=surface), list)
        assert isinstance(problems([{"type": "section", "text": junk}], surface=surface), list)
