"""Emoji are drawn from their names, and what is no emoji stays as it was written."""

import pytest

from slackapp.sandbox.page.emoji import OFFERED, sign
from slackapp.sandbox.page.mrkdwn import plain


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        ("+1", "👍"),
        ("thumbsup", "👍"),
        ("heart", "❤️"),
        ("flag-wales", "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"),
        ("one", "1️⃣"),
        ("face_with_peeking_eye", "🫣"),
        ("wave::skin-tone-3", "👋🏼"),
        ("the-trusts-own", None),
        ("30", None),
    ],
)
def test_each_name_has_its_sign(name: str, drawn: str | None) -> None:
    assert sign(name) == drawn


def test_the_code_points_beside_an_unknown_name_are_drawn_but_letters_are_not() -> None:
    assert sign("newer_than_this", unicode="1f44b-1f3fc") == "👋🏼"
    assert sign("wave", tone=6) == "👋🏿"
    assert sign("x_ray", unicode="3c-62") is None
    assert sign("x_ray", unicode="110000") is None
    assert sign("x_ray", unicode="<b>") is None


def test_in_a_text_only_emoji_are_replaced() -> None:
    drawn = str(plain("At 10:30:45 :our-ward: says :pray::skin-tone-5: <b>"))
    assert ">🙏🏾</span>" in drawn
    assert drawn.startswith("At 10:30:45 :our-ward: says ")
    assert drawn.endswith("&lt;b&gt;")


def test_what_the_menu_offers_can_be_drawn() -> None:
    assert all(sign(name) for name in OFFERED)
