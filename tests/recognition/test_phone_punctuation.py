"""Whatever a phone makes of a thank-you, it is understood and arrives in its own words."""
# ruff: noqa: RUF001 - the characters are what it is about

import pytest

from slackapp.core.behaviours import Behaviour
from slackapp.models import Visibility
from slackapp.recognition import parser
from slackapp.recognition.vocabulary import Subcommand, parse_subcommand
from tests.support.practice import Practice

WORDS = "Found us a bed and stayed until it was made"
THANKS = (
    f"[@col] [helping] [{WORDS}]",
    f"@col++ helping {WORDS}",
    f"@col helping ++ {WORDS}",
    f"@col — helping — “{WORDS}”",
    f"“@col helping {WORDS}”",
    f"@col “helping” {WORDS}",
    f"@col\u202fhelping\u202f‘{WORDS}’",
    f"— @col helping: {WORDS}",
    f"@col [helping] [in private] {WORDS}",
    f"“{WORDS}” @col helping",
    f"@col “Helping” ”{WORDS}”",
)
KEPT = (
    "Stayed “until it was done” with us",
    "[Bay 3] was empty and you noticed",
    "Found us a bed ++ and a nurse",
    "It was 3–4 hours – and you stayed",
    "‘Right’, you said, and made the bed",
)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_thank_you_arrives_in_its_own_words(practice: Practice) -> None:
    for number, typed in enumerate(THANKS[:10]):
        words = f"{WORDS} {number}"
        practice.nurse.types(f"/appreciate {typed.replace(WORDS, words)}")
        practice.nurse.sees("Filed under helping.")
        text = practice.colleague.sees(words)["messages"][-1]["text"]
        assert text.startswith(f"{words}\n@Nia Nurse thanked you for helping."), typed


@pytest.mark.parametrize("typed", THANKS)
def test_the_same_is_parsed_with_people_as_slack_writes_them(typed: str) -> None:
    draft = parser.parse(typed.replace("@col", "<@U1|col>"))
    assert (draft.people, draft.behaviour, draft.words) == (("U1",), Behaviour.HELPING, WORDS)
    assert draft.visibility is Visibility.PRIVATE


@pytest.mark.parametrize("words", KEPT)
def test_marks_that_belong_to_the_words_stay(words: str) -> None:
    assert parser.parse(f"<@U1> helping {words}").words == words


@pytest.mark.parametrize(
    ("typed", "subcommand"),
    [
        ("— help", Subcommand.HELP),
        ("“Help”", Subcommand.HELP),
        ("[undo]", Subcommand.UNDO),
        ("‘edit’", Subcommand.EDIT),
        ("\u202fmine\u202f", Subcommand.MINE),
        ("–settings", Subcommand.SETTINGS),
    ],
)
def test_a_subcommand_is_one(typed: str, subcommand: Subcommand) -> None:
    assert parse_subcommand(typed) is subcommand
