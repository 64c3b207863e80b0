"""The bank of actions: three at a time, for what needs attention, none that was promised lately."""

import textwrap

import pytest

from reports.text.topics import TOPICS
from slackapp.core.i18n import voice
from slackapp.digest import actions

EVERY = [text for several in actions.BANK.values() for text in several]


def keys(*needs: str, month: str = "2026-11", promised: tuple[str, ...] = ()) -> list[str]:
    return [action.key for action in actions.suggested(needs, month=month, promised=promised)]


@pytest.mark.parametrize("language", ["en", "cy"])
def test_every_action_fits_the_two_lines_of_a_choice(language: str) -> None:
    say = voice(language)
    assert [text for text in EVERY if len(textwrap.wrap(say(text), 75)) > 2] == []
    assert len(EVERY) == len(set(EVERY)) == 4 * len(actions.BANK)


def test_three_are_offered_for_the_first_need_and_they_rotate() -> None:
    assert {key.partition(":")[0] for key in keys("breaks", "helping")} == {"breaks"}
    months = [tuple(keys("breaks", month=f"2026-{month:02}")) for month in range(1, 5)]
    assert len(set(months)) == 4
    assert {len(several) for several in months} == {3}


def test_what_was_promised_lately_is_not_offered() -> None:
    first = actions.by_key(keys("breaks")[0])
    assert first is not None
    assert first.key not in keys("breaks", promised=(first.text,))
    assert len(keys("breaks", promised=(first.text,))) == 3
    welsh = voice("cy")
    assert actions.texts(welsh, {welsh(first.text)}) == {first.text}


def test_without_a_need_there_is_one_from_each_of_three_topics() -> None:
    for needs in ((), ("own_1",)):
        assert len({key.partition(":")[0] for key in keys(*needs)}) == 3


def test_every_question_that_can_be_needed_has_actions() -> None:
    for key in TOPICS:
        assert len({one.partition(":")[0] for one in keys(key)}) == 1


@pytest.mark.parametrize("key", ["", "breaks", "breaks:9", "unknown:1", "breaks:-1"])
def test_a_key_that_no_form_offered_is_no_action(key: str) -> None:
    assert actions.by_key(key) is None
