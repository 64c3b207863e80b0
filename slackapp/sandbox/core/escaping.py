"""Typed text as Slack delivers it: `&<>` escaped, mentions replaced by ids."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from slackapp.sandbox.core.state import Person, Workspace

# A mention in Slack's own form, as a client's completion inserts it.
CLIENT_MENTION = re.compile(r"<(?:@[UW][A-Z0-9]+|#C[A-Z0-9]+|!subteam\^S[A-Z0-9]+)(?:\|[^<>]*)?>")
ADDRESS = re.compile(r"https?://[^\s<>|]+")
BROADCASTS = ("here", "channel", "everyone")


@dataclass(frozen=True, slots=True)
class Name:
    """A name that can follow @ or #, and the token that replaces it."""

    sign: str
    words: str
    token: str


def escape_text(text: str, space: Workspace, person: Person, *, resolve: bool, labels: bool) -> str:
    """Return the text as Slack delivers it.

    With `resolve`, `@name`, `#channel`, user groups and addresses become `<...>` tokens; with `labels` those
    of people carry `|handle`, as in slash commands. Without `resolve` only `&<>` are escaped.
    """
    names = sorted(_names(space, person, labels=labels), key=lambda name: -len(name.words)) if resolve else []
    out, at = [], 0
    while at < len(text):
        token, length = _token(text, at, space, names, resolve=resolve, labels=labels)
        out.append(token)
        at += length
    return "".join(out)


def _token(  # one position of one text
    text: str, at: int, space: Workspace, names: list[Name], *, resolve: bool, labels: bool
) -> tuple[str, int]:
    character = text[at]
    if resolve and character == "<" and (ready := CLIENT_MENTION.match(text, at)):
        return _client_mention(ready.group(), space, labels=labels), len(ready.group())
    if resolve and character in "@#" and (at == 0 or not text[at - 1].isalnum()):
        for name in names:
            if name.sign == character and _matches(text, at + 1, name.words):
                return name.token, 1 + len(name.words)
    if resolve and character == "h" and (address := ADDRESS.match(text, at)):
        url = address.group().rstrip(".,;:!?)")
        return f"<{escape_characters(url)}>", len(url)
    return escape_characters(character), 1


def escape_characters(text: str) -> str:
    """Escape the three characters that Slack escapes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _matches(text: str, at: int, words: str) -> bool:
    end = at + len(words)
    if text[at:end].casefold() != words.casefold():
        return False
    return end >= len(text) or not (text[end].isalnum() or text[end] == "_")


def _client_mention(token: str, space: Workspace, *, labels: bool) -> str:
    named = token[1:-1].partition("|")[0]
    if named.startswith("@") and labels:
        person = space.people.get(named[1:])
        return f"<{named}|{person.handle}>" if person else token
    if named.startswith("#"):
        channel = space.channels.get(named[1:])
        return f"<{named}|{'' if channel.is_private else channel.name}>" if channel else token
    if named.startswith("!subteam^"):
        group = space.usergroups.get(named.removeprefix("!subteam^"))
        return f"<{named}|@{group.handle}>" if group else token
    return f"<{named}>" if named.startswith("@") else token


def _names(space: Workspace, person: Person, *, labels: bool) -> Iterator[Name]:
    for member in space.people.values():
        token = f"<@{member.id}|{member.handle}>" if labels else f"<@{member.id}>"
        yield Name("@", member.handle, token)
        yield Name("@", member.name, token)
    for group in space.usergroups.values():
        yield Name("@", group.handle, f"<!subteam^{group.id}|@{group.handle}>")
    for channel in space.channels.values():
        if not channel.is_direct and (not channel.is_private or person.id in channel.members):
            yield Name("#", channel.name, f"<#{channel.id}|{'' if channel.is_private else channel.name}>")
    for word in BROADCASTS:
        yield Name("@", word, f"<!{word}>")
