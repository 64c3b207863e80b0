"""Conversion of markup to plain text."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from slackapp.sandbox.core.clock import moment_of
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Workspace

ANGLED = re.compile(r"<([^<>\n]+)>")
# Bold, italic, strike and code marks count only at word boundaries, as in Slack.
MARKS = re.compile(r"(?<![\w*_~`])([*_~`])(?=\S)([^\n]*?\S)\1(?![\w*_~`])")
DATE_PARTS = {
    "{date_num}": "%Y-%m-%d",
    "{date}": "%B %-d, %Y",
    "{date_short}": "%b %-d, %Y",
    "{date_long}": "%A, %B %-d, %Y",
    "{date_pretty}": "%B %-d, %Y",
    "{date_short_pretty}": "%b %-d, %Y",
    "{date_long_pretty}": "%A, %B %-d, %Y",
    "{time}": "%H:%M",
    "{time_secs}": "%H:%M:%S",
}


class Reader:
    """Converts texts and blocks of one workspace to plain text."""

    def __init__(self, slack: Simulator, space: Workspace) -> None:
        self._slack = slack
        self._space = space

    def text_object(self, text: dict[str, Any] | None) -> str:
        """Convert a text object."""
        if not text:
            return ""
        return self.mrkdwn(text["text"]) if text["type"] == "mrkdwn" else text["text"]

    def mrkdwn(self, text: str) -> str:
        """Convert mrkdwn: mentions by name, links by label, without formatting marks."""
        replacements: list[str] = []

        def put_aside(match: re.Match[str]) -> str:
            replacements.append(self._angled(match.group(1)))
            return f"\x00{len(replacements) - 1}\x00"

        text = ANGLED.sub(put_aside, text)
        for _ in range(3):
            text = MARKS.sub(r"\2", text)
        text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        return re.sub(r"\x00(\d+)\x00", lambda match: replacements[int(match.group(1))], text)

    def blocks(self, blocks: list[dict[str, Any]]) -> str:
        """Convert blocks, each on its own lines."""
        return "\n".join(line for block in blocks if (line := self.block(block)))

    def attachment(self, attached: dict[str, Any]) -> str:
        """Convert an attachment: its blocks, else its legacy fields."""
        if "blocks" in attached:
            return self.blocks(attached["blocks"])
        parts = [self.mrkdwn(str(attached.get("pretext") or "")), str(attached.get("author_name") or "")]
        parts += [str(attached.get("title") or ""), self.mrkdwn(str(attached.get("text") or ""))]
        for field in attached.get("fields") or ():
            parts += [str(field.get("title") or ""), self.mrkdwn(str(field.get("value") or ""))]
        parts.append(str(attached.get("footer") or ""))
        return "\n".join(part for part in parts if part) or self.mrkdwn(str(attached.get("fallback") or ""))

    def block(self, block: dict[str, Any]) -> str:
        """Convert one block, without the labels of its controls."""
        read = READERS.get(block["type"])
        if read is None:
            return "\n".join(_any_text(block))
        return "\n".join(line for line in read(self, block) if line)

    def _section(self, block: dict[str, Any]) -> Iterator[str]:
        yield self.text_object(block.get("text"))
        for field in block.get("fields", ()):
            yield self.text_object(field)

    def _header(self, block: dict[str, Any]) -> Iterator[str]:
        yield self.text_object(block["text"])

    def _context(self, block: dict[str, Any]) -> Iterator[str]:
        yield " ".join(
            self.text_object(element) for element in block["elements"] if element["type"] != "image"
        )

    def _input(self, block: dict[str, Any]) -> Iterator[str]:
        yield self.text_object(block["label"])
        yield self.text_object(block.get("hint"))

    def _nothing(self, _block: dict[str, Any]) -> Iterator[str]:
        return iter(())

    def _titled(self, block: dict[str, Any]) -> Iterator[str]:
        yield self.text_object(block.get("title"))

    def _markdown(self, block: dict[str, Any]) -> Iterator[str]:
        yield re.sub(
            r"\*\*(.+?)\*\*|__(.+?)__", lambda match: match.group(1) or match.group(2), block["text"]
        )

    def _card(self, block: dict[str, Any]) -> Iterator[str]:
        for part in ("title", "subtitle", "body"):
            yield self.text_object(block.get(part))

    def _cards(self, block: dict[str, Any]) -> Iterator[str]:
        yield self.blocks(block["elements"])

    def _container(self, block: dict[str, Any]) -> Iterator[str]:
        titled = block.get("rich_text_title")
        yield self.block(titled) if titled else self.text_object(block.get("title"))
        yield self.text_object(block.get("subtitle"))
        yield self.blocks(block["child_blocks"])

    def _table(self, block: dict[str, Any]) -> Iterator[str]:
        yield str(block.get("caption", ""))
        for row in block["rows"]:
            yield " | ".join(self._cell(cell) for cell in row)

    def _cell(self, cell: dict[str, Any]) -> str:
        if cell["type"] == "rich_text":
            return self.block(cell)
        return str(cell.get("text") or cell.get("value", ""))

    def _chart(self, block: dict[str, Any]) -> Iterator[str]:
        yield block["title"]
        chart = block["chart"]
        for point in chart.get("segments", ()):
            yield f"{point['label']}: {point['value']}"
        for series in chart.get("series", ()):
            points = ", ".join(f"{point['label']} {point['value']}" for point in series["data"])
            yield f"{series['name']}: {points}"

    def _task(self, block: dict[str, Any]) -> Iterator[str]:
        status = f" ({block['status'].replace('_', ' ')})" if "status" in block else ""
        yield block["title"] + status
        for part in ("details", "output"):
            if part in block:
                yield self.block(block[part])
        for source in block.get("sources", ()):
            yield source["text"]

    def _plan(self, block: dict[str, Any]) -> Iterator[str]:
        yield block["title"]
        yield self.blocks(block.get("tasks", []))

    def _provider(self, block: dict[str, Any]) -> Iterator[str]:
        for part in ("name", "description", "connected_identity", "connected_context"):
            yield self.text_object(block.get(part))

    def _rich(self, block: dict[str, Any]) -> Iterator[str]:
        for element in block["elements"]:
            yield self._rich_element(element)

    def _rich_element(self, element: dict[str, Any]) -> str:
        if element["type"] == "rich_text_list":
            lines = [self._rich_element(inner) for inner in element["elements"]]
            ordered = element.get("style") == "ordered"
            return "\n".join(
                f"{number}. {line}" if ordered else f"• {line}" for number, line in enumerate(lines, 1)
            )
        return "".join(self._rich_inline(inner) for inner in element.get("elements", ()))

    def _rich_inline(self, element: dict[str, Any]) -> str:  # noqa: PLR0911  # one answer per kind of inline element
        kind = element["type"]
        if kind == "user":
            return self._person(element["user_id"])
        if kind == "usergroup":
            return self._group(element["usergroup_id"])
        if kind == "channel":
            return self._channel(element["channel_id"])
        if kind == "link":
            return str(element.get("text") or element["url"])
        if kind == "emoji":
            return f":{element['name']}:"
        if kind == "broadcast":
            return f"@{element['range']}"
        if kind == "date":
            return self._date(f"{element['timestamp']}", element["format"], element.get("fallback", ""))
        return str(element.get("text", element.get("value", "")))

    def _angled(self, inside: str) -> str:
        target, _, label = inside.partition("|")
        if target.startswith("@"):
            return self._person(target[1:], label)
        if target.startswith("#"):
            return self._channel(target[1:])
        if target.startswith("!subteam^"):
            return self._group(target.removeprefix("!subteam^"))
        if target.startswith("!date^"):
            _, moment, pattern, *_ = [*target.split("^"), ""]
            return self._date(moment, pattern, label)
        if target.startswith("!"):
            return "@" + target[1:]
        return (label or target.removeprefix("mailto:")).replace("&amp;", "&")

    def _person(self, user: str, label: str = "") -> str:
        person = self._space.people.get(user)
        return f"@{person.name if person else label or user}"

    def _channel(self, channel: str) -> str:
        known = self._space.channels.get(channel)
        return f"#{known.name if known else channel}"

    def _group(self, group: str) -> str:
        known = self._space.usergroups.get(group)
        return f"@{known.handle if known else group}"

    def _date(self, moment: str, pattern: str, otherwise: str) -> str:
        when = moment_of(moment)
        if when is None:
            return otherwise
        for part, form in DATE_PARTS.items():
            pattern = pattern.replace(part, when.strftime(form))
        return pattern


READERS: dict[str, Callable[[Reader, dict[str, Any]], Iterator[str]]] = {
    "section": Reader._section,  # noqa: SLF001  # the class's own table
    "header": Reader._header,  # noqa: SLF001
    "context": Reader._context,  # noqa: SLF001
    "input": Reader._input,  # noqa: SLF001
    "rich_text": Reader._rich,  # noqa: SLF001
    "markdown": Reader._markdown,  # noqa: SLF001
    "image": Reader._titled,  # noqa: SLF001
    "video": Reader._titled,  # noqa: SLF001
    "divider": Reader._nothing,  # noqa: SLF001
    "actions": Reader._nothing,  # noqa: SLF001
    "context_actions": Reader._nothing,  # noqa: SLF001
    "card": Reader._card,  # noqa: SLF001
    "carousel": Reader._cards,  # noqa: SLF001
    "container": Reader._container,  # noqa: SLF001
    "table": Reader._table,  # noqa: SLF001
    "data_table": Reader._table,  # noqa: SLF001
    "data_visualization": Reader._chart,  # noqa: SLF001
    "task_card": Reader._task,  # noqa: SLF001
    "plan": Reader._plan,  # noqa: SLF001
    "auth_provider": Reader._provider,  # noqa: SLF001
}


def _any_text(value: Any) -> Iterator[str]:  # noqa: ANN401  # a block this module does not know in detail
    if isinstance(value, dict):
        text = value.get("text")
        if isinstance(text, str):
            yield text
        for inner in value.values():
            yield from _any_text(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _any_text(inner)
