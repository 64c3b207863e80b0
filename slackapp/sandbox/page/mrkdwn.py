"""Slack's markup as HTML. Text of people and apps is always escaped."""

import re
from collections.abc import Iterator
from typing import Protocol

from markupsafe import Markup, escape

from slackapp.sandbox.page.emoji import WRITTEN, sign


class Names(Protocol):
    """Looks up the names of the ids in a text."""

    def person(self, user_id: str) -> str:
        """Return the name of a person or an app."""

    def channel(self, channel_id: str) -> str:
        """Return the name of a channel without #."""

    def group(self, group_id: str) -> str:
        """Return the handle of a user group without @."""

    def moment(self, epoch: str | int, form: str, otherwise: str = "") -> str:
        """Format a time in the reader's time zone by Slack's date format; `otherwise` if invalid."""


_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_FENCE = re.compile(r"```\n?(.+?)\n?```", re.DOTALL)
_INLINE = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|<(?P<reference>[^<>\n]+)>"
    r"|(?<![\w*])\*(?P<bold>[^*\n]+)\*(?![\w*])"
    r"|(?<![\w_])_(?P<italic>[^_\n]+)_(?![\w_])"
    r"|(?<![\w~])~(?P<strike>[^~\n]+)~(?![\w~])"
    rf"|{WRITTEN.replace('(', '(?P<emoji>', 1)}"
)
_TAGS = {"bold": "strong", "italic": "em", "strike": "s"}
_SAFE_LINK = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)
_MARKDOWN = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|\[(?P<words>[^\]\n]+)\]\((?P<address>[^)\s]+)\)"
    r"|\*\*(?P<bold>[^*\n]+)\*\*"
    r"|(?<![\w*])\*(?P<italic>[^*\n]+)\*(?![\w*])"
    r"|~~(?P<strike>[^~\n]+)~~"
)
_HEADING = re.compile(r"#{1,6}\s+(.+)")
_BULLET = re.compile(r"\s*[-*+]\s+(.+)")


def plain(text: object) -> Markup:
    """Render a plain_text: line breaks and emoji are kept, markup is not interpreted."""
    parts = re.split(WRITTEN, str(text))
    drawn = (emoji(part) if place % 2 else escape(part) for place, part in enumerate(parts))
    return Markup("").join(drawn).replace("\n", Markup("<br>"))


def emoji(name: str, *, unicode: str = "", tone: int = 0) -> Markup:
    """Render an emoji with its name as label; an unknown name keeps its colons."""
    drawn = sign(name, unicode=unicode, tone=tone)
    if drawn is None:
        return escape(f":{name}:")
    words = name.partition("::")[0].replace("_", " ")
    return Markup('<span class="sign" role="img" aria-label="{}">{}</span>').format(words, drawn)


def mrkdwn(text: object, names: Names) -> Markup:
    """Render a mrkdwn text."""
    drawn = []
    for place, part in enumerate(_FENCE.split(str(text))):
        drawn.append(Markup("<pre>{}</pre>").format(_unescape(part)) if place % 2 else _lines(part, names))
    return Markup("").join(drawn)


def _unescape(text: str) -> str:
    for entity, meant in _ENTITIES:
        text = text.replace(entity, meant)
    return text


def _lines(text: str, names: Names) -> Markup:
    """Render lines; consecutive lines that start with > form a quote."""
    drawn: list[Markup] = []
    for quoted, lines in _runs(text.strip("\n").split("\n")):
        inside = Markup("<br>").join(_inline(line, names) for line in lines)
        drawn.append(Markup("<blockquote>{}</blockquote>").format(inside) if quoted else inside)
    return Markup("").join(drawn)


def _runs(lines: list[str]) -> Iterator[tuple[bool, list[str]]]:
    run: list[str] = []
    was = False
    for line in lines:
        mark = "&gt;" if line.startswith("&gt;") else ">"
        quoted = line.startswith(mark)
        if run and quoted != was:
            yield was, run
            run = []
        was = quoted
        run.append(line.removeprefix(mark).lstrip(" ") if quoted else line)
    yield was, run


def _inline(text: str, names: Names) -> Markup:
    drawn: list[Markup] = []
    end = 0
    for match in _INLINE.finditer(text):
        drawn.append(escape(_unescape(text[end : match.start()])))
        kind, inside = str(match.lastgroup), match[str(match.lastgroup)]
        drawn.append(_inline_element(kind, inside, names))
        end = match.end()
    drawn.append(escape(_unescape(text[end:])))
    return Markup("").join(drawn)


def _inline_element(kind: str, inside: str, names: Names) -> Markup:
    if kind == "code":
        return Markup("<code>{}</code>").format(_unescape(inside))
    if kind == "emoji":
        return emoji(inside)
    if kind == "reference":
        return _reference(inside, names)
    tag = Markup(_TAGS[kind])  # noqa: S704  # one of three tags of ours
    return Markup("<{0}>{1}</{0}>").format(tag, _inline(inside, names))


def _reference(inside: str, names: Names) -> Markup:
    target, _, label = inside.partition("|")
    label = _unescape(label)
    if target.startswith("@"):
        return mention(f"@{label or names.person(target[1:])}")
    if target.startswith("#"):
        return mention(f"#{label or names.channel(target[1:])}")
    if target.startswith("!subteam^"):
        return mention(label or f"@{names.group(target.removeprefix('!subteam^'))}")
    if target.startswith("!date^"):
        return _date(target, label, names)
    if target.startswith("!"):
        return mention(f"@{target[1:]}")
    return link(_unescape(target), label)


def _date(target: str, label: str, names: Names) -> Markup:
    _, epoch, form, *_rest = [*target.split("^"), "", ""]
    return escape(names.moment(epoch, form, label))


def mention(words: str) -> Markup:
    """Render a mention."""
    return Markup('<span class="mention">{}</span>').format(words)


def link(address: str, label: str = "") -> Markup:
    """Render a link that opens in a new tab; an unsafe address stays text."""
    if not _SAFE_LINK.match(address):
        return escape(label or address)
    return Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(
        address, label or address.removeprefix("mailto:")
    )


def markdown(text: object) -> Markup:
    """Render the common part of Markdown of a markdown block."""
    drawn: list[Markup] = []
    for line in str(text).split("\n"):
        heading, bullet = _HEADING.fullmatch(line), _BULLET.fullmatch(line)
        if heading:
            drawn.append(Markup('<p class="heading">{}</p>').format(_markdown_inline(heading[1])))
        elif bullet:
            drawn.append(Markup('<p class="bullet">{}</p>').format(_markdown_inline(bullet[1])))
        elif line.strip():
            drawn.append(Markup("<p>{}</p>").format(_markdown_inline(line)))
    return Markup("").join(drawn)


def _markdown_inline(text: str) -> Markup:
    drawn: list[Markup] = []
    end = 0
    for match in _MARKDOWN.finditer(text):
        drawn.append(escape(text[end : match.start()]))
        if match["address"]:
            drawn.append(link(match["address"], match["words"]))
        elif match["code"]:
            drawn.append(Markup("<code>{}</code>").format(match["code"]))
        else:
            tag = Markup(_TAGS[str(match.lastgroup)])  # noqa: S704  # one of three tags of ours
            drawn.append(Markup("<{0}>{1}</{0}>").format(tag, match[str(match.lastgroup)]))
        end = match.end()
    return Markup("").join([*drawn, escape(text[end:])])
