"""A digest as a Slack message, and its figures as text in a modal."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from slack_sdk.models.blocks import (
    ButtonElement,
)

from reports.charts import side_by_side
from reports.charts.content import ChartContent
from reports.figures.team_month import Highlight, TeamMonth
from reports.publishing import team_lines_view
from reports.publishing.promise_view import is_it_done, plain_context
from reports.publishing.team_lines_view import WRITE
from reports.text import follow_up, promised, pulse, sentences
from reports.text.sentences import Table
from reports.text.summary import Line, brief
from slackapp import blocks
from slackapp.blocks import (
    Block,
    TextAndBlocks,
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
from slackapp.models import Pace
from slackapp.outbox.rendered import Message

SHARE = "digest_share"
"""The button whose value is the digest's id."""


OPEN_LIST = "promise_list"
"""The button whose value is the digest's id."""


OPEN_COMMENTS = "comments_open"
"""The button whose value is the digest's id."""


def comments_button(say: Voice, digest_id: str) -> Block:
    """The button under the message with the comments."""
    return blocks.button(say("Hide a comment"), OPEN_COMMENTS, digest_id)


def comments_value(digest_id: str, page: int, comment_id: str = "") -> str:
    """The value of a button in the list of comments."""
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


def message(
    say: Voice, team: TeamMonth, *, digest_id: str, pictures: Mapping[str, str], today: date
) -> Message:
    """The leader's digest with its chart, given as a Slack file id by name; else its figures as text."""
    below = [actions(_buttons(say, team, digest_id, today)), *_slower(say, team, digest_id)]
    return _with_below(_message(say, team, pictures, today, is_for_team=False), below)


def for_team(
    spoken: Sequence[Voice], team: TeamMonth, *, digest_id: str, pictures: Mapping[str, str], today: date
) -> Message:
    """The digest for the team's channel, in each language that is read there.

    The chart is in the first language only; the others show the same figures in a modal.
    """
    first, *others = spoken
    team = replace(team, teams=())
    below = [actions([_figures_button(first, digest_id)])]
    for say in others:
        button = actions([_figures_button(say, digest_id)])
        below += [divider(), *_above(say, team, [], today, is_for_team=True), button]
    message = _with_below(_message(first, team, pictures, today, is_for_team=True), below)
    return replace(
        message, text="\n".join([message.text, *(text(say, team, today, is_for_team=True) for say in others)])
    )


def on_demand(say: Voice, team: TeamMonth, *, send: str | None, today: date) -> TextAndBlocks:
    """The digest as the answer to a command, text only. `send` is the value of a leader's button."""
    chart = side_by_side.chart(say, team)
    tables = [_list(chart.table)] if chart else []
    button = ButtonElement(text=say("Send me the pictures"), action_id=SEND, value=send) if send else None
    below = [actions([button])] if button else []
    is_for_team = send is None
    return TextAndBlocks(
        text(say, team, today, is_for_team=is_for_team),
        [
            *_above(say, team, tables, today, is_for_team=is_for_team),
            *below,
        ],
    )


def comments(say: Voice, team: TeamMonth, digest_id: str) -> TextAndBlocks:
    """The message with the comments, as many as fit into one message; the page has all of them."""
    head = say(
        "{team}, {month}: what people wrote, in no order.", team=team.team, month=say.month(team.month)
    )
    parts, room = [plain_section(head)], _COMMENTS_SHOWN
    for wrote in team.comments:
        room -= len(wrote)
        if room < 0 or len(parts) >= _COMMENT_BLOCKS:
            parts.append(context(say("The rest stands in the page.")))
            break
        parts.append(quote(wrote))
    parts.append(actions([comments_button(say, digest_id)]))
    return TextAndBlocks(literal("\n".join([head, *team.comments])), parts)


def comments_withdrawn(say: Voice, team: TeamMonth) -> TextAndBlocks:
    """The message that replaces the comments when their reader may not read them any more."""
    sentence = say(
        "{team}, {month}: what people wrote is for whoever leads the team now.",
        team=team.team,
        month=say.month(team.month),
    )
    return TextAndBlocks(literal(sentence), [plain_section(sentence)])


def _message(
    say: Voice, team: TeamMonth, pictures: Mapping[str, str], today: date, *, is_for_team: bool
) -> Message:
    """The message without its buttons."""
    chart = side_by_side.chart(say, team)
    fallback = text(say, team, today, is_for_team=is_for_team)
    if chart is None:
        return Message(text=fallback, blocks=_above(say, team, [], today, is_for_team=is_for_team))
    failed = section(say("The picture could not be drawn. The figures are below as text."))
    as_text = [failed, _list(chart.table)]
    if chart.name not in pictures:
        return Message(text=fallback, blocks=_above(say, team, as_text, today, is_for_team=is_for_team))
    follow = section(say("Slack may still show the picture in the thread."))
    return Message(
        text=fallback,
        blocks=_above(say, team, [_image(chart, pictures[chart.name])], today, is_for_team=is_for_team),
        without_pictures=_above(say, team, [*as_text, follow], today, is_for_team=is_for_team),
    )


def _with_below(message: Message, below: list[Block]) -> Message:
    """The message with its lower blocks, with and without its chart."""
    without = message.without_pictures
    return replace(
        message,
        blocks=[*message.blocks, *below],
        without_pictures=[*without, *below] if without is not None else None,
    )


def text(say: Voice, team: TeamMonth, today: date, *, is_for_team: bool = False) -> str:
    """The same content as one text, for notifications and for clients without blocks."""
    summary, chart, quoted = (
        brief(say, team, today, is_for_team=is_for_team),
        side_by_side.chart(say, team),
        team.quote,
    )
    parts = [summary.heading, *(" ".join(filter(None, (line.label, line.words))) for line in summary.lines)]
    parts += [chart.alt] if chart else []
    parts += [f"“{quoted.words}” {_from_whom(say, quoted)}"] if quoted else []
    below = f"{summary.asking} {summary.question}", summary.small_print
    teams = team_lines_view.text(say, team.teams) if team.teams else []
    return "\n".join([literal("\n".join(parts)), *teams, literal("\n".join(below))])


def modal(say: Voice, team: TeamMonth, today: date, *, is_for_team: bool = False) -> View:
    """The figures as text: those of the chart, and those without one. `ours` is for the team."""
    summary, chart = brief(say, team, today, is_for_team=is_for_team), side_by_side.chart(say, team)
    tables = [chart.table] if chart else []
    tables += follow_up.extra_tables(say, team)
    promise_tables = follow_up.kept_promises(say, team)
    notes = [
        sentences.reach(say, team.reach),
        *follow_up.mutual_thanks(say, team),
        *pulse.notes(say, team),
    ]
    lines = follow_up.promise_lines(say, team)
    parts = [
        header(summary.heading[:_HEADER_LONGEST]),
        *map(_line, summary.lines),
        *map(_list, tables),
        *([context(say(team.pulse.source))] if team.pulse.source else []),
        plain_section(" ".join(notes)),
        *map(_paragraph, lines),
        *(block for words_kept, table in promise_tables for block in (_paragraph(words_kept), _list(table))),
        context(summary.small_print),
    ]
    return notice(say, say("Figures as text"), parts)


def _above(
    say: Voice, team: TeamMonth, middle: Sequence[Block], today: date, *, is_for_team: bool
) -> list[Block]:
    summary = brief(say, team, today, is_for_team=is_for_team)
    late = None if is_for_team else promised.overdue(team, today)
    return [
        header(summary.heading[:_HEADER_LONGEST]),
        *map(_line, summary.lines),
        *([actions(is_it_done(say, late.id))] if late else []),
        *(team_lines_view.part(say, team.teams) if team.teams else []),
        *middle,
        *_quote(say, team),
        section(f"*{summary.asking}* {summary.question}"),
        context(summary.small_print),
        *([team_lines_view.small_print(say)] if team.teams else []),
    ]


def _quote(say: Voice, team: TeamMonth) -> list[Block]:
    """The quoted thank-you in its own words, with giver and receiver."""
    quoted = team.quote
    return [quote(quoted.words), plain_context(_from_whom(say, quoted))] if quoted else []


def _from_whom(say: Voice, quoted: Highlight) -> str:
    return say("{giver} to {receiver}. Shared by {receiver}.", giver=quoted.giver, receiver=quoted.receiver)


def _buttons(say: Voice, team: TeamMonth, digest_id: str, today: date) -> list[ButtonElement]:
    late = promised.overdue(team, today)
    write = ButtonElement(
        text=say("Say what we will do"), action_id=WRITE, value=digest_id, style=None if late else "primary"
    )
    buttons = [
        write,
        ButtonElement(
            text=say("Share with your leaders") if team.teams else say("Share with the team"),
            action_id=SHARE,
            value=digest_id,
        ),
        _figures_button(say, digest_id),
    ]
    if promised.open_promises(team):
        buttons.append(ButtonElement(text=say("Is it done?"), action_id=OPEN_LIST, value=digest_id))
    return buttons


def _figures_button(say: Voice, digest_id: str) -> ButtonElement:
    return ButtonElement(text=say("Figures as text"), action_id=FIGURES, value=digest_id)


def _slower(say: Voice, team: TeamMonth, digest_id: str) -> list[Block]:
    """A question after two digests without a reply; at a slower pace, the button to go back."""

    def button(text: str, action_id: str) -> ButtonElement:
        return ButtonElement(text=text, action_id=action_id, value=digest_id)

    if team.pace is not Pace.EVERY:
        sentence = " ".join(follow_up.frequency(say, team))
        return [section(sentence), actions([button(say("Ask as often as before"), KEEP)])]
    if not team.silent:
        return []
    choices = [
        button(say("Once a month"), MONTHLY),
        button(say("Pause"), PAUSE),
        button(say("Keep it"), KEEP),
    ]
    question = say("Two digests have had no reply. Would a slower check-in help?")
    return [section(question), actions(choices)]


def _image(chart: ChartContent, file_id: str) -> Block:
    return {"type": "image", "slack_file": {"id": file_id}, "alt_text": chart.alt}


def _line(line: Line) -> Block:
    """One line; a leader's words in it are shown literally."""
    label = [_run(f"{line.label} ", bold=True)] if line.label else []
    return {"type": "rich_text", "elements": [_section([*label, _run(line.words)])]}


def _paragraph(content: str) -> Block:
    return {"type": "rich_text", "elements": [_section([_run(content)])]}


def _list(table: Table) -> Block:
    """A table as a list, each row under its own name: columns do not fit a phone."""
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
