"""Texts are what a person reads: names, labels and words, no markup."""

from pathlib import Path
from typing import Any

import pytest

from slackapp.sandbox.core.manifest import read_manifest
from slackapp.sandbox.core.seeds import practice_workspace
from slackapp.sandbox.person.plain_text import Reader
from slackapp.sandbox.server import Sandbox
from slackapp.sandbox.standalone import serve_standalone


@pytest.fixture(scope="module")
def reader() -> Reader:
    sandbox = Sandbox(manifest={"display_information": {"name": "Kettle"}})
    sandbox.seed(practice_workspace())
    return Reader(sandbox.slack, sandbox.state.workspaces["T0PRACTICE1"])


@pytest.mark.parametrize(
    ("markup", "read"),
    [
        ("*Tea* for _you_ and ~me~ in `a cup`", "Tea for you and me in a cup"),
        ("*_both_*", "both"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("snake_case_name", "snake_case_name"),
        ("5*6*7", "5*6*7"),
        ("<@U0PRACTICE1> and <@U0PRACTICE2|someone>", "@Ada Morgan and @Ben Okoro"),
        ("<@U0NOSUCH|somebody>", "@somebody"),
        ("in <#C0PRACTICE1> or <#C0PRACTICE2|old-name>", "in #general or #random"),
        ("<!here> <!channel>", "@here @channel"),
        ("<https://nhs.uk|the page> <https://nhs.uk?a=1&amp;b=2>", "the page https://nhs.uk?a=1&b=2"),
        ("<mailto:a@b.uk>", "a@b.uk"),
        ("<!date^1762721100^{date_short} at {time}|soon>", "Nov 9, 2025 at 20:45"),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"),
        ("&lt;@U0PRACTICE1&gt;", "<@U0PRACTICE1>"),
        ("&amp;lt;", "&lt;"),
    ],
)
def test_markup_is_read_as_a_person_reads_it(reader: Reader, markup: str, read: str) -> None:
    assert reader.mrkdwn(markup) == read


def test_every_kind_of_block_says_its_words(reader: Reader) -> None:
    def plain(text: str) -> dict[str, Any]:
        return {"type": "plain_text", "text": text}

    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": plain("*Ward 7*")},
        {"type": "section", "text": {"type": "mrkdwn", "text": "*A*"}, "fields": [plain("b"), plain("c")]},
        {"type": "context", "elements": [plain("d"), {"type": "mrkdwn", "text": "_e_"}]},
        {"type": "divider"},
        {"type": "input", "label": plain("Who?"), "hint": plain("Anyone."), "element": {}},
        {"type": "image", "title": plain("A chart"), "alt_text": "not read aloud here"},
        {"type": "markdown", "text": "**bold**"},
        {"type": "unheard_of", "text": plain("still read")},
    ]
    lines = reader.blocks(blocks).splitlines()
    assert lines == ["*Ward 7*", "A", "b", "c", "d e", "Who?", "Anyone.", "A chart", "bold", "still read"]


def test_rich_text_is_read_in_full(reader: Reader) -> None:
    section = [
        {"type": "text", "text": "<thanks> ", "style": {"bold": True}},
        {"type": "user", "user_id": "U0PRACTICE1"},
        {"type": "emoji", "name": "tea"},
        {"type": "link", "url": "https://nhs.uk", "text": "here"},
        {"type": "broadcast", "range": "here"},
        {"type": "channel", "channel_id": "C0PRACTICE1"},
    ]
    items = [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]} for text in ("x", "y")
    ]
    block = {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_quote", "elements": section},
            {"type": "rich_text_list", "style": "ordered", "elements": items},
        ],
    }
    assert reader.block(block) == "<thanks> @Ada Morgan:tea:here@here#general\n1. x\n2. y"


def test_the_manifest_may_be_yaml_json_or_parsed(tmp_path: Path) -> None:
    written = tmp_path / "manifest.json"
    written.write_text('{"display_information": {"name": "Kettle"}}')
    assert read_manifest(written) == read_manifest({"display_information": {"name": "Kettle"}})


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("{", "neither YAML nor JSON"),
        ("features: {}", "/: missing required field: display_information"),
        ("display_information: {}", "/display_information: missing required field: name"),
        ("- a list", "/: must be of type object"),
        ("display_information: {name: Kettle}\nfeatures: []", "/features: must be of type object"),
        (
            "display_information: {name: Kettle}\nfeatures: {slash_commands: [{description: x}]}",
            "/features/slash_commands/0: missing required field: command",
        ),
    ],
)
def test_what_is_no_manifest_is_said_in_words(tmp_path: Path, written: str, words: str) -> None:
    file = tmp_path / "manifest.yml"
    file.write_text(written)
    with pytest.raises(SystemExit, match=words) as ended:
        serve_standalone(manifest=file, port=0)
    assert str(file) in str(ended.value)


def test_a_port_that_is_taken_is_said_in_words(tmp_path: Path) -> None:
    file = tmp_path / "manifest.yml"
    file.write_text("display_information: {name: Kettle}")
    with Sandbox(manifest=file) as sandbox:
        taken = int(sandbox.url.rpartition(":")[2])
        with pytest.raises(SystemExit, match=f"port {taken}.*--port"):
            serve_standalone(manifest=file, port=taken)
