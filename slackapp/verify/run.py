"""All checks on one copy, and how they are told."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from slackapp import migrations
from slackapp.core.errors import SettingsError
from slackapp.verify import attack, ballots, canary, contents, figures, key_files, sealing, shape, traces
from slackapp.verify.copies import opened
from slackapp.verify.findings import CANNOT_SHOW, Checked


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked at: a copy of the database, and where they are given, its keys and logs."""

    database: str
    keys: Path | None = None
    logs: tuple[Path, ...] = ()
    is_stored_only: bool = False
    """Leave the made-up check-in out."""


def verify(asked: Asked) -> list[Checked]:
    """Every check, in the order in which they are told. Nothing that was asked about is changed.

    Raises:
        SettingsError: There is no such copy, directory or log.
    """
    for path in (*([asked.keys] if asked.keys else []), *asked.logs):
        if not path.exists():
            raise SettingsError(f"There is no {path}.")
    with opened(asked.database) as copy, copy.read() as session:
        if not migrations.is_current(copy.sessions):
            raise SettingsError(
                "This copy was made by another version of Appreciate, or is no copy of it. "
                "Check it with the version that made it."
            )
        shaped = shape.checked(session)
        if shaped.is_incomplete:
            return [shaped]
        found = [
            shaped,
            figures.settings(session),
            ballots.checked(session),
            figures.checked(session),
            figures.comments(session),
            attack.checked(session),
            traces.checked(copy, session, asked.keys),
            contents.checked(session),
            sealing.checked(session, asked.keys),
        ]
        if asked.keys is not None:
            found.append(ballots.keys(session, asked.keys))
            found.append(key_files.checked(session, asked.keys))
        if asked.logs:
            found.append(traces.logs(session, asked.logs, asked.keys))
    return found if asked.is_stored_only else [*found, canary.checked()]


def run(asked: Asked, *, as_json: bool = False) -> tuple[bool, str]:
    """Whether everything is in order, and the words (or the JSON) that say what was found."""
    checks = verify(asked)
    words = written(checks) if as_json else told(checks, asked)
    return all(check.is_clean for check in checks), words


def told(checks: Sequence[Checked], asked: Asked) -> str:
    """The result for a reader."""
    lines = ["Is what is stored as anonymous as was promised?", ""]
    for number, check in enumerate(checks, start=1):
        verdict = "in order" if check.is_clean else f"{len(check.findings)} found"
        lines.append(f"{number}. {check.title}: {verdict}")
        lines += [f"   ! {finding}" for finding in check.findings] or [f"   {check.looked_at}"]
    lines += ["", *_not_looked_at(asked), "What these checks cannot show:"]
    lines += [f"- {limit}" for limit in CANNOT_SHOW]
    found = sum(len(check.findings) for check in checks)
    verdict = "Nothing was found." if not found else f"Found: {found}. The promise is not kept; see ! above."
    return "\n".join([*lines, "", verdict])


def written(checks: Sequence[Checked]) -> str:
    """The result for a program."""
    told = {"checks": [asdict(check) for check in checks], "cannot_show": CANNOT_SHOW}
    return json.dumps(told | {"clean": all(check.is_clean for check in checks)}, ensure_ascii=False, indent=2)


def _not_looked_at(asked: Asked) -> list[str]:
    lines = []
    if asked.keys is None:
        lines.append("Not looked at: the keys (name their directory with --keys).")
    if not asked.logs:
        lines.append("Not looked at: logs (name them with --log).")
    if asked.is_stored_only:
        lines.append("Not done: the made-up check-in through the program (leave --stored-only out).")
    return [*lines, ""] if lines else []
