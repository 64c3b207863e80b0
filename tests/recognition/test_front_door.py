"""People type and press in a real Socket Mode connection; what they see is what is asserted."""
# ruff: noqa: ANN401 - the practice is made in conftest.py, whose types tests do not import

from typing import Any

WORDS = "Stayed after the shift to find us a bed"


def test_a_typed_thank_you_reaches_the_colleague_in_private(practice: Any) -> None:
    practice.nurse.types(f"/appreciate @col helping {WORDS}")
    practice.nurse.sees("Sent. They will see it in private. You can edit or undo it for 24 hours.")
    seen = practice.colleague.sees(WORDS)
    (message,) = seen["messages"]
    assert "A colleague thanked you." in message["text"]
    assert "took thoughtful action" in message["text"]
    assert "Only you can see this." in message["text"]
    assert message["controls"] == []
    assert WORDS not in practice.third.screen(practice.ward.channel).texts


def test_with_the_team_only_the_receivers_press_shares_it(practice: Any) -> None:
    practice.nurse.types(f"/appreciate @col helping with the team {WORDS}")
    practice.nurse.sees("choose whether their team sees it")
    practice.colleague.sees(WORDS)
    assert WORDS not in practice.third.screen(practice.ward.channel).texts
    practice.colleague.presses("Share with the team")
    post = practice.third.sees(WORDS, practice.ward.channel)["messages"][-1]
    assert "agreed to be thanked here" in post["text"]
    seen = practice.colleague.sees("You shared this with your team.")
    assert [one["label"] for one in seen["messages"][-1]["controls"]] == []
    assert len(seen["messages"]) == 1


def test_kept_between_us_is_never_posted(practice: Any) -> None:
    practice.nurse.types(f"/appreciate @col helping with the team {WORDS}")
    practice.colleague.sees(WORDS)
    practice.colleague.presses("Keep between us")
    practice.colleague.sees("You kept it between the two of you.")
    assert WORDS not in practice.third.screen(practice.ward.channel).texts


def test_nothing_typed_opens_the_form_and_the_form_sends(practice: Any) -> None:
    practice.nurse.types("/appreciate")
    modal = practice.nurse.sees("Appreciate someone")["modal"]
    assert "Who would you like to thank?" in modal["text"]
    practice.nurse.fills("Who would you like to thank?", ["Col League"])
    practice.nurse.fills("What did they do?", "Attending")
    practice.nurse.sees("When did they stop and listen, and what did you notice?")
    practice.nurse.fills("When did they stop and listen, and what did you notice?", WORDS)
    practice.nurse.submits()
    practice.nurse.sees("Sent. They will see it in private.")
    assert "attending" in practice.colleague.sees(WORDS)["messages"][-1]["text"]
