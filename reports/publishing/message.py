"""A digest as a Slack message and, one press away, its figures as text."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from slack_sdk.models.blocks import (
    ButtonElement,
)

from reports.charts.from_figures import ChartContent, chart_contents
from reports.figures.team_month import TeamMonth
from reports.text import follow_up as answering
from reports.text import prompts as questions
from reports.text import sentences as words
from reports.text.sentences import Table
from reports.text.summary import Labelled, brief, small_print, summary
from slackapp import blocks as piece
from slackapp.blocks import (
    Block,
    View,
    actions,
    context,
    divider,
    header,
    literal,
    notice,
    plain_section,
    quote,
    section,
)
from slackapp.core.i18n import Voice
from slackapp.digest.promises import GOING_ON
from slackapp.models import Pace
from slackapp.outbox.rendered import Message

WRITE = "promise_write"


"""The button whose value is the digest's id."""


SHARE = "digest_share"


"""The button whose value is the digest's id."""


OPEN_LIST = "promise_list"


"""The button whose value is the digest's id."""


OPEN_COMMENTS = "comments_open"


"""The button whose value is the digest's id."""


def comments_button(say: Voice, digest_id: str) -> Block:
    """Under the message with the comments."""
    return piece.button(say("Hide a comment"), OPEN_COMMENTS, digest_id)


def comments_value(digest_id: str, page: int, comment_id: str = "") -> str:
    """What a button in the list carries."""
    return f"{digest_id}:{page}:{comment_id}"


FIGURES = "digest_figures"
"""The button whose value is the digest's id."""
MONTHLY, PAUSE, KEEP = "pace_monthly", "pace_paused", "pace_every"
"""The answers to whether a slower check-in would help; their value is the digest's id."""
SEND = "digest_send"
"""The button under a digest read on demand; its value is the team's id and the month."""
_HEADER_LONGEST = 150
_COMMENT_BLOCKS = 40
_COMMENTS_SHOWN = 9_000
"""Characters; all blocks of a message together may hold about 13,200."""


def message(say: Voice, team: TeamMonth, *, digest_id: str, pictures: Mapping[str, str]) -> Message:
    """The leader's digest with its pictures, given as Slack file ids by name; a missing one becomes text."""
    below = [actions(_buttons(say, team, digest_id)), *_slower(say, team, digest_id)]
    return _message(say, team, pictures, below=below, ours=False)


def for_team(
    spoken: Sequence[Voice], team: TeamMonth, *, digest_id: str, pictures: Mapping[str, str]
) -> Message:
    """The digest as the team reads it in its channel, in each language that is read there.

    The pictures stand once, in the first; the others have the same figures one press away.
    """
    first, *others = spoken
    below = [actions([_figures_button(first, digest_id)])]
    for say in others:
        button = actions([_figures_button(say, digest_id)])
        below += [divider(), *_above(say, team, [], ours=True), button]
    made = _message(first, team, pictures, below=below, ours=True)
    return replace(made, text="\n".join([made.text, *(text(say, team, ours=True) for say in others)]))


def on_demand(say: Voice, team: TeamMonth, *, send: str | None) -> tuple[str, list[Block]]:
    """The digest as the answer to a command: text only, at once. `send` is what a leader's button carries."""
    tables = [_list(chart.table) for chart in chart_contents(say, team)]
    button = ButtonElement(text=say("Send me the pictures"), action_id=SEND, value=send) if send else None
    below = [actions([button])] if button else []
    ours = send is None
    return text(say, team, ours=ours), [*_above(say, team, tables, ours=ours), *below]


def comments(say: Voice, team: TeamMonth, digest_id: str) -> tuple[str, list[Block]]:
    """What people wrote, as far as one message holds it; the page has all of it."""
    head = say(
        "{team}, {month}: what people wrote, in no order.", team=team.team, month=say.month(team.month)
    )
    blocks, room = [plain_section(head)], _COMMENTS_SHOWN
    for wrote in team.comments:
        room -= len(wrote)
        if room < 0 or len(blocks) >= _COMMENT_BLOCKS:
            blocks.append(context(say("The rest stands in the page.")))
            break
        blocks.append(quote(wrote))
    blocks.append(actions([comments_button(say, digest_id)]))
    return literal("\n".join([head, *team.comments])), blocks


def _message(
    say: Voice, team: TeamMonth, pictures: Mapping[str, str], *, below: list[Block], ours: bool
) -> Message:
    charts = chart_contents(say, team)
    said = text(say, team, ours=ours)
    blocks = [*_above(say, team, _charts(say, charts, pictures), ours=ours), *below]
    if not any(chart.name in pictures for chart in charts):
        return Message(text=said, blocks=blocks)
    follow = section(say("Slack may still show the pictures in the thread."))
    without = [*_above(say, team, [*_charts(say, charts, {}), follow], ours=ours), *below]
    return Message(text=said, blocks=blocks, without_pictures=without)


def text(say: Voice, team: TeamMonth, *, ours: bool = False) -> str:
    """The same facts in one piece of text, for notifications and for readers without blocks."""
    parts = [words.heading(say, team)]
    parts += [". ".join(filter(None, line)) for line in summary(say, team)]
    parts += answering.progress(say, team, ours=ours)
    parts += [chart.alt for chart in chart_contents(say, team)]
    parts += [words.reach(say, team.reach), *questions.suggested(say, team), small_print(say, team)]
    return literal("\n".join(parts))


def modal(say: Voice, team: TeamMonth, *, ours: bool = False) -> View:
    """The figures as text: what the pictures show, and what there is without any. `ours` is for the team."""
    tables = [chart.table for chart in chart_contents(say, team)]
    tables += answering.extra_tables(say, team)
    kept = answering.kept_promises(say, team)
    sentences = [words.reach(say, team.reach), *answering.mutual_thanks(say, team)]
    promised = answering.promise_lines(say, team)
    blocks = [
        header(words.heading(say, team)[:_HEADER_LONGEST]),
        _lines(summary(say, team), answering.progress(say, team, ours=ours)),
        *map(_list, tables),
        *([context(say(team.pulse.source))] if team.pulse.source else []),
        plain_section(" ".join(sentences)),
        *map(_paragraph, promised),
        *(block for told, table in kept for block in (_paragraph(told), _list(table))),
        context(small_print(say, team)),
    ]
    return notice(say, say("Figures as text"), blocks)


def _above(say: Voice, team: TeamMonth, middle: Sequence[Block], *, ours: bool) -> list[Block]:
    told = brief(say, team, ours=ours)
    return [
        header(told.heading[:_HEADER_LONGEST]),
        _lines(told.summary, told.progress),
        *middle,
        plain_section(told.reach),
        section(f"*{told.asking}* {' '.join(told.questions)}"),
        context(told.small_print),
    ]


def _buttons(say: Voice, team: TeamMonth, digest_id: str) -> list[ButtonElement]:
    buttons = [
        ButtonElement(text=say("Write what we will do"), action_id=WRITE, value=digest_id, style="primary"),
        _figures_button(say, digest_id),
        ButtonElement(text=say("Share with the team"), action_id=SHARE, value=digest_id),
    ]
    if any(one.told.state in GOING_ON for one in answering.current(team)):
        buttons.append(ButtonElement(text=say("Update promises"), action_id=OPEN_LIST, value=digest_id))
    return buttons


def _figures_button(say: Voice, digest_id: str) -> ButtonElement:
    return ButtonElement(text=say("Figures as text"), action_id=FIGURES, value=digest_id)


def _slower(say: Voice, team: TeamMonth, digest_id: str) -> list[Block]:
    """After two digests without a reply, a kind question; at a slower pace, the way back."""

    def button(text: str, action_id: str) -> ButtonElement:
        return ButtonElement(text=text, action_id=action_id, value=digest_id)

    if team.pace is not Pace.EVERY:
        told = " ".join(answering.frequency(say, team))
        return [section(told), actions([button(say("Ask as often as before"), KEEP)])]
    if not team.silent:
        return []
    choices = [
        button(say("Once a month"), MONTHLY),
        button(say("Pause"), PAUSE),
        button(say("Keep it"), KEEP),
    ]
    question = say("Two digests have had no reply. Would a slower check-in help?")
    return [section(question), actions(choices)]


def _charts(say: Voice, charts: Sequence[ChartContent], pictures: Mapping[str, str]) -> list[Block]:
    lost = [chart for chart in charts if chart.name not in pictures]
    blocks = [_image(chart, pictures[chart.name]) for chart in charts if chart.name in pictures]
    if lost:
        blocks.append(section(say("The pictures could not be drawn. The figures are below as text.")))
        blocks.extend(_list(chart.table) for chart in lost)
    return blocks


def _image(chart: ChartContent, file_id: str) -> Block:
    return {"type": "image", "slack_file": {"id": file_id}, "alt_text": chart.alt}


def _lines(told: Sequence[Labelled], progress: Sequence[str]) -> Block:
    elements: list[dict[str, Any]] = []
    for label, sentence in told:
        elements += [_run(f"\n{label}. ", bold=True)] if label else []
        elements.append(_run(sentence))
    elements += [_run(f"\n{sentence}") for sentence in progress]
    return {"type": "rich_text", "elements": [_section(elements)]}


def _paragraph(told: str) -> Block:
    return {"type": "rich_text", "elements": [_section([_run(told)])]}


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
