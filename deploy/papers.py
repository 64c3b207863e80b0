"""Writes the tables that documents take from the code: `make papers`."""

from pathlib import Path

from slackapp.models import Retention
from slackapp.privacy.records import as_markdown

_PAPER = Path(__file__).parent.parent / "docs" / "privacy.md"
_BEGIN, _END = "<!-- what is kept: made by `make papers` -->", "<!-- end -->"


def main() -> None:
    """Put the table of what is kept into docs/privacy.md."""
    periods = {
        column.name: column.default.arg
        for column in Retention.__table__.columns
        if column.default is not None
    }
    paper = _PAPER.read_text()
    before, after = paper[: paper.index(_BEGIN)], paper[paper.index(_END) :]
    _PAPER.write_text(f"{before}{_BEGIN}\n{as_markdown(periods)}\n{after}")


if __name__ == "__main__":
    main()
