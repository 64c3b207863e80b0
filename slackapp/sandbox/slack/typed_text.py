"""Typed text as the rich text of Slack's clients and events."""

import html
import re
import zlib
from collections.abc import Iterator
from typing import Any

from slackapp.sandbox.core.state import Blocks

Element = dict[str, Any]
TOKEN = re.compile(r"<([^<>\s][^<>]*)>|:([a-z0-9_+'-]+):")


def rich_text(text: str, ts: str) -> Blocks:
    """Return the text as one rich_text block; its block_id depends on `ts` only."""
    if not text:
        return []
    section = {"type": "rich_text_section", "elements": list(_elements(text))}
    block_id = f"{zlib.crc32(ts.encode()):08x}"[:5]
    return [{"type": "rich_text", "block_id": block_id, "elements": [section]}]


def links(text: str) -> list[str]:
    """Return the distinct links in an escaped text, in order."""
    addresses = (match[1].partition("|")[0] for match in TOKEN.finditer(text) if match[1])
    return list(dict.fromkeys(html.unescape(address) for address in addresses if "://" in address))


def _elements(text: str) -> Iterator[Element]:
    end = 0
    for match in TOKEN.finditer(text):
        if match.start() > end:
            yield {"type": "text", "text": html.unescape(text[end : match.start()])}
        yield _token(match[1]) if match[1] else {"type": "emoji", "name": match[2]}
        end = match.end()
    if end < len(text):
        yield {"type": "text", "text": html.unescape(text[end:])}


def _token(inside: str) -> Element:
    name, _, label = inside.partition("|")
    if name.startswith("@"):
        return {"type": "user", "user_id": name[1:]}
    if name.startswith("#"):
        return {"type": "channel", "channel_id": name[1:]}
    if name.startswith("!subteam^"):
        return {"type": "usergroup", "usergroup_id": name.removeprefix("!subteam^")}
    if name.startswith("!"):
        return {"type": "broadcast", "range": name[1:]}
    link = {"type": "link", "url": html.unescape(name)}
    return link | ({"text": html.unescape(label)} if label else {})
