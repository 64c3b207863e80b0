"""Check the directory of keys for files that do not belong there, and for alarms."""

import re
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.models import Poll, PollState
from slackapp.verify.findings import Checked

FILES = frozenset({"identity", "identity.pending", "marks.secret", "erased.marks", "alarms", ".lock"})
"""Written by hand, so that the list cannot grow unnoticed."""

_PART = re.compile(r"(?P<poll>[0-9A-Za-z_-]{1,64})\.(?:key|charter|taken|counted)")
_ALSO = re.compile(r"[0-9A-Za-z_-]{1,64}\.(?:\d{4}-\d{2}\.said|telling)")
_TAKING = (PollState.OPENING, PollState.OPEN, PollState.CLOSING)


def checked(session: Session, directory: Path) -> Checked:
    """Check that every file is one that Appreciate writes, for a check-in that is not over."""
    polls: dict[str, str] = dict(session.execute(select(Poll.id, Poll.state)).all())
    findings = []
    for path in sorted(directory.iterdir()):
        part = _PART.fullmatch(path.name)
        if not path.is_file() or not (part or _ALSO.fullmatch(path.name) or path.name in FILES):
            findings.append(f"There is “{path.name}” beside the keys, which Appreciate does not write.")
        elif part and path.suffix != ".key" and polls.get(part["poll"], PollState.OPEN) not in _TAKING:
            findings.append(f"A check-in is over, but a file of it is still there: {path.name}.")
    alarms = directory / "alarms"
    if alarms.is_file():
        lines = alarms.read_text(encoding="utf-8", errors="replace").splitlines()
        findings += [f"The app has noticed a change in the database: {line}." for line in lines]
    return Checked(
        "Beside the keys",
        "Nothing lies beside the keys that does not belong there, and no alarm was raised.",
        tuple(findings),
    )
