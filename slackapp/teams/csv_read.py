"""Read a CSV file of teams; its changes and problems in words."""

import csv
import io
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

from slackapp.core.errors import UserError
from slackapp.core.i18n import Voice, translatable

COLUMNS = ("team", "parent", "leader", "deputy", "channel", "person")
MOST_ROWS = 20_000
CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{2,30}")


class Kind(StrEnum):
    """What changes. The values are part of the JSON output."""

    TEAM = "new team"
    PARENT = "parent"
    LEADER = "leader"
    DEPUTY = "deputy"
    CHANNEL = "channel"
    PERSON = "person"


_SENTENCES = {
    Kind.TEAM: translatable("{team}: a new team."),
    Kind.PARENT: translatable("{team}: becomes part of {after}."),
    Kind.LEADER: translatable("{team}: led by {after} from now on."),
    Kind.DEPUTY: translatable("{team}: {after} stands in for its leader from now on."),
    Kind.CHANNEL: translatable("{team}: thanks are shared in {after} from now on."),
    Kind.PERSON: translatable("{team}: {after} joins."),
}
_WITH_BEFORE = {
    Kind.PARENT: translatable("{team}: becomes part of {after}, no longer of {before}."),
    Kind.LEADER: translatable("{team}: led by {after} from now on, no longer by {before}."),
    Kind.DEPUTY: translatable("{team}: {after} stands in for its leader from now on, no longer {before}."),
    Kind.CHANNEL: translatable("{team}: thanks are shared in {after} from now on, no longer in {before}."),
    Kind.PERSON: translatable("{team}: {after} joins, and leaves {before}."),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One change, planned or applied: names as people read them."""

    kind: Kind
    team: str
    after: str = ""
    before: str | None = None

    def words(self, say: Voice) -> str:
        """Return it as a sentence."""
        sentences = _SENTENCES if self.before is None else _WITH_BEFORE
        return say(sentences[self.kind], team=self.team, after=self.after, before=self.before)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be applied. `row` counts as a spreadsheet does; the heading is row 1."""

    row: int
    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)

    def words(self, say: Voice) -> str:
        """Return it as a sentence."""
        return say("Row {row}: {what}", row=self.row, what=say(self.sentence, **self.values))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file: its cells by column; blank ones are empty strings."""

    number: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes, in an order in which they can be applied, and the problems."""

    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]


def read(content: bytes) -> list[Row]:
    """Parse a file whose cells are separated by commas, semicolons or tabs.

    Raises:
        UserError: It is not UTF-8, has no column `team`, an unknown column, or too many rows; or a row
            has quotation marks that do not close, or more cells than there are columns.
    """
    lines = _lines(_text(content))
    columns = [cell.strip().lower() for cell in lines[0]] if lines else []
    unknown = [column for column in columns if column not in COLUMNS]
    if "team" not in columns or unknown or len(set(columns)) != len(columns):
        raise UserError(
            translatable("The first row must name the columns: team, and any of {others}."),
            others=", ".join(COLUMNS[1:]),
        )
    if len(lines) > MOST_ROWS:
        raise UserError(translatable("The file has more than {most} rows."), most=f"{MOST_ROWS:,}")
    for number, line in enumerate(lines, start=1):
        if any(cell.strip() for cell in line[len(columns) :]):
            # Left out, the rest of a name with a comma in it would stand in the next column.
            raise UserError(
                translatable(
                    "Row {row} has more cells than the first row. Put a name with a comma in it in quotes."
                ),
                row=number,
            )
    return [
        Row(number, dict(zip(columns, (" ".join(cell.split()) for cell in line), strict=False)))
        for number, line in enumerate(lines[1:], start=2)
        if any(cell.strip() for cell in line)
    ]


def _text(content: bytes) -> str:
    # Another encoding of Excel's, without a mark, reads as UTF-8 with a NUL beside every letter.
    if b"\0" not in content:
        with suppress(UnicodeDecodeError):
            return content.decode("utf-8-sig")
    raise UserError(translatable("The file is not UTF-8. In Excel, save it as “CSV UTF-8”."))


def _lines(text: str) -> list[list[str]]:
    heading = next(iter(text.splitlines()), "")
    separator = max(",;\t", key=heading.count)
    lines: list[list[str]] = []
    try:
        # Line ends as they are: Excel on a Mac writes old ones. Strict, or a quotation mark that does not
        # close takes every row after it into one name.
        lines.extend(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error:
        sentence = translatable("Row {row} can't be read. Do its quotation marks come in pairs?")
        raise UserError(sentence, row=len(lines) + 1) from None
    return lines
