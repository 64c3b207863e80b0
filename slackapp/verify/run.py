"""Run all checks on one copy, and report the results."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from slackapp import migrations
from slackapp.core.errors import SettingsError
from slackapp.verify import (
    attack,
    ballots,
    canary,
    contents,
    figures,
    key_files,
    sealing,
    server_logs,
    shape,
    traces,
)
from slackapp.verify.copies import opened
from slackapp.verify.findings import CANNOT_SHOW, Checked


@dataclass(frozen=True, slots=True)
class Asked:
    """What to check: a copy of the database, and optionally its keys and logs."""

    database: str
    keys: Path | None = None
    logs: tuple[Path, ...] = ()
    is_stored_only: bool = False
    """Leave out the test check-in."""


def verify(request: Asked) -> list[Checked]:
    """Run every check, in the order of the report. Nothing that is checked is changed.

    Raises:
        SettingsError: There is no such copy, directory or log.
    """
    for path in (*([request.keys] if request.keys else []), *request.logs):
        if not path.exists():
            raise SettingsError(f"There is no {path}.")
    with opened(request.database) as copy, copy.read() as session:
        if not migrations.is_current(copy.sessions):
            raise SettingsError(
                "This copy was made by another version of Appreciate, or is no copy of it. "
                "Check it with the version that made it."
            )
        shape_check = shape.checked(session)
        if shape_check.is_incomplete:
            return [shape_check]
        checks = [
            shape_check,
            figures.settings(session),
            ballots.checked(session),
            figures.checked(session),
            figures.comments(session),
            attack.checked(session),
            traces.checked(copy, session, request.keys),
            contents.checked(session),
            sealing.checked(session, request.keys),
        ]
        if not copy.sessions.is_sqlite:
            checks.append(server_logs.checked(session))
        if request.keys is not None:
            checks.append(ballots.keys(session, request.keys))
            checks.append(key_files.checked(session, request.keys))
        if request.logs:
            checks.append(traces.logs(session, request.logs, request.keys))
    return checks if request.is_stored_only else [*checks, canary.checked()]


def run(request: Asked, *, as_json: bool = False) -> tuple[bool, str]:
    """Return whether everything is in order, and the report as text or JSON."""
    checks = verify(request)
    words = written(checks) if as_json else told(checks, request)
    return all(check.is_clean for check in checks), words


def told(checks: Sequence[Checked], request: Asked) -> str:
    """Return the report as text."""
    lines = ["Is what is stored as anonymous as was promised?", ""]
    for number, check in enumerate(checks, start=1):
        verdict = "in order" if check.is_clean else f"{len(check.findings)} found"
        lines.append(f"{number}. {check.title}: {verdict}")
        lines += [f"   ! {finding}" for finding in check.findings] or [f"   {check.looked_at}"]
    lines += ["", *_not_looked_at(request), "What these checks cannot show:"]
    lines += [f"- {limit}" for limit in CANNOT_SHOW]
    count = sum(len(check.findings) for check in checks)
    verdict = "Nothing was found." if not count else f"Found: {count}. The promise is not kept; see ! above."
    return "\n".join([*lines, "", verdict])


def written(checks: Sequence[Checked]) -> str:
    """Return the report as JSON."""
    report = {"checks": [asdict(check) for check in checks], "cannot_show": CANNOT_SHOW}
    return json.dumps(
        report | {"clean": all(check.is_clean for check in checks)}, ensure_ascii=False, indent=2
    )


def _not_looked_at(request: Asked) -> list[str]:
    lines = []
    if request.keys is None:
        lines.append("Not looked at: the keys (name their directory with --keys).")
    if not request.logs:
        lines.append("Not looked at: logs (name them with --log).")
    if request.is_stored_only:
        lines.append("Not done: the made-up check-in through the program (leave --stored-only out).")
    return [*lines, ""] if lines else []
