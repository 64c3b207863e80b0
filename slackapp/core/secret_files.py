"""Settings that come from files: NAME_FILE names a file whose content is the setting NAME.

So a container or a systemd unit passes a secret without its standing in the environment.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from slackapp.core.errors import SettingsError

NAMES = (
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_CLIENT_SECRET",
    "SLACK_CONFIGURATION_TOKEN",
    "TOKEN_KEYS",
    "DATABASE_URL",
)
"""Settings that may come from a file: those with a secret in them."""


def environment() -> dict[str, str]:
    """Return this process's settings, those from files among them.

    Raises:
        SettingsError: A file cannot be read, or a setting is given twice; it names all of them.
    """
    return with_files(os.environ)


def with_files(environ: Mapping[str, str]) -> dict[str, str]:
    """Return `environ` with the content of each file that a NAME_FILE names, as NAME.

    A newline at a file's end is dropped: most editors add one.

    Raises:
        SettingsError: A file cannot be read, or a setting is given twice; it names all of them.
    """
    settings, problems = dict(environ), list[str]()
    for name in NAMES:
        path = environ.get(f"{name}_FILE")
        if not path:
            continue
        if environ.get(name):
            problems.append(f"{name}: set either {name} or {name}_FILE, not both.")
            continue
        try:
            settings[name] = Path(path).read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
        except (OSError, UnicodeError) as problem:
            reason = problem.strerror if isinstance(problem, OSError) else "it is not text"
            problems.append(f"{name}_FILE: {path} cannot be read ({reason}).")
    if problems:
        raise SettingsError("\n".join(problems))
    return settings
