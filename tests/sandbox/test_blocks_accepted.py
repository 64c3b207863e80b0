"""What Slack takes: every kind of block and element at least once, and the limits to the last character."""

import json
import time
from pathlib import Path
from typing import Any

import blockkit
import pytest
from slack_sdk.models.blocks import Block

from slackapp.sandbox.blocks import (
    TEXT_WEIGHT_LIMIT,
    Surface,
    contents,
    problems,
    text_weight,
)
from slackapp.sandbox.blocks.elements import ELEMENTS
from slackapp.sandbox.blocks.layout import _blocks_of
from tests.sandbox.block_parts import Json, plain
from tests.sandbox.good_blocks import EVERYWHERE, FILE_IMAGE, IMAGE, MESSAGES, MODALS, beside, verbatim

GOOD: list[tuple[Surface, str, Json]] = [
    *(
        (surface, name, block)
        for name, block in EVERYWHERE.items()
        for surface in ("message", "modal", "home")
    ),
    *(("modal", name, block) for name, block in MODALS.items()),
    *(("message", name, block) for name, block in MESSAGES.items()),
    ("home", "carousel", MESSAGES["carousel"]),
]


@pytest.mark.parametrize(("surface", "name", "block"), GOOD, ids=[f"{name} in {s}" for s, name, _ in GOOD])
def test_each_good_block_is_taken(surface: Surface, name: str, block: Json) -> None:
    assert problems([block], surface=surface) == [], name


def test_the_good_examples_cover_every_block_and_every_element() -> None:
    text = json.dumps([EVERYWHERE, MODALS, MESSAGES])
    kinds = {*_blocks_of("message"), *_blocks_of("modal"), *_blocks_of("home"), *ELEMENTS}

    assert {kind for kind in kinds if f'"type": "{kind}"' not in text} == set()


def test_a_full_message_modal_and_home_are_taken() -> None:
    limits: tuple[tuple[Surface, int], ...] = (("message", 50), ("modal", 100), ("home", 100))
    for surface, most in limits:
        assert problems([{"type": "divider"}] * most, surface=surface) == []


def test_a_message_may_have_no_blocks() -> None:
    assert problems([], surface="message") == []


def test_the_same_action_id_may_stand_in_two_blocks() -> None:
    assert problems([EVERYWHERE["menu of people"], EVERYWHERE["menu of channels"]], surface="message") == []


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, block in {**EVERYWHERE, **MODALS, **MESSAGES}.items()
        # Newer than the models.
        if block["type"] not in {"data_table", "data_visualization"}
    ],
)
def test_slacks_own_models_read_the_good_examples_alike(name: str) -> None:
    block = {**EVERYWHERE, **MODALS, **MESSAGES}[name]
    parsed = Block.parse(block)

    assert parsed is not None
    assert parsed.to_dict()["type"] == block["type"]


def built() -> list[Any]:
    """Blocks as another library builds and checks them."""
    choices = [blockkit.Option(text=blockkit.Text("One", type="plain_text"), value="1")]
    words = blockkit.Text("Label", type="plain_text")
    return [
        blockkit.Section(text="Hello", accessory=blockkit.Button("Press", action_id="a", style="primary")),
        blockkit.Header("Hello"),
        blockkit.Context(
            [blockkit.Text("Words"), blockkit.ImageEl(image_url="https://e.org/a.png", alt_text="A")]
        ),
        blockkit.Divider(),
        blockkit.Image(image_url="https://e.org/a.png", alt_text="A"),
        blockkit.Actions(
            [blockkit.StaticSelect(options=choices, action_id="s"), blockkit.DatePicker(action_id="d")]
        ),
        blockkit.Input(words, element=blockkit.PlainTextInput(multiline=True, max_length=3000)),
        blockkit.Input(words, element=blockkit.RadioButtons(options=choices)),
        blockkit.Input(words, element=blockkit.MultiUsersSelect(max_selected_items=3)),
        blockkit.Input(words, element=blockkit.Checkboxes(options=choices)),
    ]


@pytest.mark.parametrize("place", range(10))
def test_what_another_library_builds_is_taken(place: int) -> None:
    assert problems([built()[place].build()], surface="modal") == []


def test_a_task_needs_no_state_although_slacks_models_ask_for_one() -> None:
    # https://docs.slack.dev/reference/block-kit/blocks/task-card-block says that `status` is optional.
    task = {"type": "task_card", "task_id": "1", "title": "T"}
    assert problems([task, {"type": "plan", "title": "P", "tasks": [task]}], surface="message") == []


def test_files_and_pictures_are_found_wherever_they_stand() -> None:
    by_url = {"url": "https://e.org/f"}
    blocks = [
        FILE_IMAGE,
        beside("image", slack_file=by_url, alt_text="A"),
        {"type": "context", "elements": [IMAGE, {**FILE_IMAGE, "slack_file": {"id": "F2"}}]},
        {"type": "container", "child_blocks": [{"type": "image", "slack_file": {"id": "F3"}}]},
    ]

    held = contents(blocks)
    assert held.files == {
        "/blocks/0/slack_file": {"id": "F0123ABC"},
        "/blocks/1/accessory/slack_file": by_url,
        "/blocks/2/elements/1/slack_file": {"id": "F2"},
        "/blocks/3/child_blocks/0/slack_file": {"id": "F3"},
    }
    assert held.pictures == {"/blocks/2/elements/0/image_url": "https://e.org/a.png"}
    assert contents(None).files == {}


def test_the_weight_is_what_people_would_read() -> None:
    blocks = [{"type": "section", "text": verbatim("x" * 3000), "block_id": "not read"}] * 4

    assert text_weight(blocks) == 12_000 < TEXT_WEIGHT_LIMIT
    assert text_weight([*blocks, EVERYWHERE["section of 3,000"]]) > TEXT_WEIGHT_LIMIT


def test_recorded_messages_are_taken() -> None:
    here = Path(__file__).with_name("recorded_blocks.json")
    recorded = json.loads(here.read_text())

    assert len(recorded) >= 5
    for block in recorded:
        assert problems(block["blocks"], surface=block["surface"]) == [], block


def test_two_thousand_messages_a_second_are_checked() -> None:
    message = [
        {**EVERYWHERE["button to the limit"], "block_id": "1"},
        {"type": "section", "block_id": "2", "text": verbatim("Hello")},
        {"type": "context", "block_id": "3", "elements": [plain()]},
    ]
    started = time.process_time()
    for _ in range(2000):
        assert problems(message, surface="message") == []
    assert time.process_time() - started < 1
