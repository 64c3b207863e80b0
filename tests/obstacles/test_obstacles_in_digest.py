"""The way up stands under the line that names what needs help from above, in either language."""

import pytest

from reports.publishing.obstacle_view import SEND
from reports.publishing.obstacles_in_digest import Beside, placed
from slackapp.blocks import header, plain_section
from slackapp.core.i18n import voice
from slackapp.outbox.rendered import Message


def line(label: str) -> dict[str, object]:
    runs = [{"type": "text", "text": f"{label} "}, {"type": "text", "text": "breaks."}]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": runs}]}


@pytest.mark.parametrize("language", ["en", "cy"])
def test_the_way_up_stands_under_its_line(language: str) -> None:
    say = voice(language)
    layout = [header("Ward 7"), line(say("Needs you:")), line(say("Needs help from above:")), line("x")]
    message = Message("Ward 7\nrest", layout, without_pictures=[*layout, plain_section("y")])
    result = placed(say, message, Beside(sends_for="t"))
    for blocks in (result.blocks, result.without_pictures or []):
        kinds = [block["type"] for block in blocks]
        assert kinds[:5] == ["header", "rich_text", "rich_text", "actions", "rich_text"]
        assert blocks[3]["elements"][0]["action_id"].startswith(SEND)
    assert result.text == "Ward 7\nrest"


def test_without_a_level_above_there_is_no_way_up() -> None:
    say = voice("en")
    layout = [header("Ward 7"), line(say("Needs help from above:"))]
    assert placed(say, Message("Ward 7", layout), Beside()).blocks == layout
