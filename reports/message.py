"""A digest as a Slack message and, one press away, its figures as text."""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import ButtonElement

from reports import questions, words
from reports.figures import TeamMonth
from reports.showing import Shown, Table, shown
from slackapp.i18n import Voice
from slackapp.letters import Message
from slackapp.views.words import (
    Block,
    View,
    actions,
    context,
    header,
    literal,
    notice,
    plain_section,
    section,
)

FIGURES = "digest_figures"
"""The button whose value is the digest's id."""
_HEADER_LONGEST = 150


def message(say: Voice, team: TeamMonth, *, digest_id: str, pictures: Mapping[str, str]) -> Message:
    """The digest with its pictures, given as Slack file ids by name; a missing one becomes text."""
    charts = shown(say, team)
    blocks = _blocks(say, team, digest_id=digest_id, middle=_charts(say, charts, pictures))
    if not any(chart.name in pictures for chart in charts):
        return Message(text=text(say, team), blocks=blocks)
    without = _blocks(say, team, digest_id=digest_id, middle=_charts(say, charts, {}))
    return Message(text=text(say, team), blocks=blocks, without_pictures=without)


def text(say: Voice, team: TeamMonth) -> str:
    """The same facts in one piece of text, for notifications and for readers without blocks."""
    parts = [words.heading(say, team)]
    parts += [". ".join(filter(None, line)) for line in words.summary(say, team)]
    parts += [chart.alt for chart in shown(say, team)]
    parts += [words.reach(say, team.reach), *questions.suggested(say, team), words.small_print(say, team)]
    return literal("\n".join(parts))


def modal(say: Voice, team: TeamMonth) -> View:
    """The figures as text: what the pictures show, and what there is without any."""
    blocks = [header(words.heading(say, team)[:_HEADER_LONGEST]), _summary(say, team)]
    blocks += [_list(chart.table) for chart in shown(say, team)]
    blocks += [plain_section(words.reach(say, team.reach)), context(words.small_print(say, team))]
    return notice(say, say("Figures as text"), blocks)


def _blocks(say: Voice, team: TeamMonth, *, digest_id: str, middle: Sequence[Block]) -> list[Block]:
    button = ButtonElement(text=say("Figures as text"), action_id=FIGURES, value=digest_id)
    return [
        header(words.heading(say, team)[:_HEADER_LONGEST]),
        _summary(say, team),
        *middle,
        plain_section(words.reach(say, team.reach)),
        section(f"*{say('To ask the team:')}* {' '.join(questions.suggested(say, team))}"),
        context(words.small_print(say, team)),
        actions([button]),
    ]


def _charts(say: Voice, charts: Sequence[Shown], pictures: Mapping[str, str]) -> list[Block]:
    lost = [chart for chart in charts if chart.name not in pictures]
    blocks = [_image(chart, pictures[chart.name]) for chart in charts if chart.name in pictures]
    if lost:
        blocks.append(section(say("The pictures could not be drawn. The figures are below as text.")))
        blocks.extend(_list(chart.table) for chart in lost)
    return blocks


def _image(chart: Shown, file_id: str) -> Block:
    return {"type": "image", "slack_file": {"id": file_id}, "alt_text": chart.alt}


def _summary(say: Voice, team: TeamMonth) -> Block:
    elements: list[dict[str, Any]] = []
    for label, sentence in words.summary(say, team):
        elements += [_run(f"\n{label}. ", bold=True)] if label else []
        elements.append(_run(sentence))
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def _list(table: Table) -> Block:
    """A table as a list, because columns do not fit a phone: each row under its own name."""
    rows = [_section([_run(f"{row[0]}: ", bold=True), _run(_row(table, row))]) for row in table.rows]
    return {
        "type": "rich_text",
        "elements": [
            _section([_run(table.caption, bold=True)]),
            {"type": "rich_text_list", "style": "bullet", "elements": rows},
        ],
    }


def _row(table: Table, row: tuple[str, ...]) -> str:
    return "; ".join(f"{column} {value}" for column, value in zip(table.columns[1:], row[1:], strict=True))


def _section(elements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": elements}


def _run(words_said: str, *, bold: bool = False) -> dict[str, Any]:
    run: dict[str, Any] = {"type": "text", "text": words_said}
    return run | {"style": {"bold": True}} if bold else run
