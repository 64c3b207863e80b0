"""Search files, rows and logs for answers, comments and keys that should not be there."""

import base64
import gzip
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from slackapp.core.errors import SettingsError
from slackapp.models import Comment, Member
from slackapp.pulse import held_comments
from slackapp.pulse.keys import KeyDirectory
from slackapp.verify.copies import Opened
from slackapp.verify.findings import Checked

ANSWER_MARKS = (
    b'"selected_option"', b'"view_submission"', b'"answers":{', b'"answers": {', b"pulse_choice",
    b"pulse_comment", b"'selected_option'", b"'answers': {", b"pulse_submit", b"pulse_withdraw",
)  # fmt: skip
"""Text that an answer contains in its payload, when withdrawn, and before it is sealed."""

KEY_BYTES = 32
_LONG_ENOUGH = 12
_SHORTEST_NAME = 5
_OF_A_CHECK_IN = re.compile(r"pulse|ballot|check-?in|answer|poll\b", re.IGNORECASE)
_CHUNK = 8 << 20
_PACKED = b"\x1f\x8b"


def checked(opened: Opened, session: Session, keys: Path | None) -> Checked:
    """Search every byte of the database for answers in plain text, and for the existing keys."""
    needles = {mark: f"something that looks like an answer ({mark.decode()})" for mark in ANSWER_MARKS}
    if keys is not None:
        needles |= dict(_key_forms(sorted(keys.glob("*.key"))))
    sources = ((path.name, _chunks(path)) for path in opened.files) if opened.files else _rows(session)
    return Checked(
        "Every byte of the database",
        "No answer and no key lies anywhere in the database in the open, deleted parts included.",
        tuple(_search(sources, needles)),
    )


def logs(session: Session, paths: Iterable[Path], keys: Path | None) -> Checked:
    """Search logs for answers and for the words of comments, published or held with the keys."""
    needles = dict.fromkeys(ANSWER_MARKS, "something that looks like an answer")
    for words in [*session.scalars(select(Comment.words)), *(_held_words(keys) if keys else ())]:
        if len(words) >= _LONG_ENOUGH:
            needles |= dict.fromkeys(_spellings(words), "the words of a comment")
    sources = list(paths)
    findings = _search(((path.name, _chunks(path)) for path in sources), needles)
    people = _people(session)
    findings += [
        f"{path.name} names somebody in a line about a check-in." for path in sources if _names(path, people)
    ]
    return Checked(
        "Logs",
        "No answer, no comment, and nobody's name beside a check-in stands in the logs that were given.",
        tuple(findings),
    )


def _spellings(words: str) -> set[bytes]:
    """Return the spellings of words in a log: plain, in JSON, in a URL."""
    escaped, plain = json.dumps(words)[1:-1], json.dumps(words, ensure_ascii=False)[1:-1]
    return {spelling.encode() for spelling in (words, escaped, plain, quote(words), quote_plus(words))}


def _people(session: Session) -> re.Pattern[str]:
    """Return a pattern of all members' ids and names, if long enough to identify them."""
    rows = session.execute(select(Member.slack_user_id, Member.id, Member.name))
    names = {name for row in rows for name in row if len(name) >= _SHORTEST_NAME}
    either = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)" if either else r"(?!)")


def _names(path: Path, people: re.Pattern[str]) -> bool:
    return any(
        _OF_A_CHECK_IN.search(line) and people.search(line)
        for chunk in _chunks(path)
        for line in chunk.decode("utf-8", "replace").splitlines()
    )


def _held_words(keys: Path) -> Iterator[str]:
    for comments in held_comments.held(KeyDirectory(keys)).values():
        yield from (comment.words for comment in comments)


def _search(sources: Iterable[tuple[str, Iterable[bytes]]], needles: dict[bytes, str]) -> list[str]:
    findings: dict[str, None] = {}
    for name, chunks in sources:
        for chunk in chunks:
            for needle, words in needles.items():
                if needle in chunk:
                    findings[f"{name} holds {words}."] = None
    return list(findings)


def _key_forms(held: Iterable[Path]) -> Iterator[tuple[bytes, str]]:
    for path in held:
        secret = path.read_bytes()
        if len(secret) == KEY_BYTES:
            words = f"the key {path.name}"
            yield secret, words
            yield secret.hex().encode(), words
            yield base64.b64encode(secret).rstrip(b"="), words


def _chunks(path: Path) -> Iterator[bytes]:
    """Read a file in overlapping chunks, so that nothing is missed between two."""
    overlap = b""
    with path.open("rb") as beginning:
        is_packed = beginning.read(len(_PACKED)) == _PACKED
    # Older logs are often compressed.
    try:
        with gzip.open(path) if is_packed else path.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                yield overlap + chunk
                overlap = chunk[-4096:]
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise SettingsError(f"{path} cannot be read: it is damaged or not complete.") from None


def _rows(session: Session) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Read every row of every table as text, as PostgreSQL's files are not available."""
    quote = session.get_bind().dialect.identifier_preparer.quote
    for table in inspect(session.connection()).get_table_names():
        rows = session.execute(text(f"SELECT t::text FROM {quote(table)} AS t"))  # noqa: S608 - a quoted table name
        yield f"The table “{table}”", (str(row).replace('""', '"').encode() for (row,) in rows)
