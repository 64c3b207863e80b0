"""Commands for whoever runs the app: people's rights, teams, backups. `slackapp.cli` adds them to its own."""

from slackapp.commands.backups import backup, restore
from slackapp.commands.digests import benchmarks, digest
from slackapp.commands.governing import audit_log, hold, retention
from slackapp.commands.rights import erase, export
from slackapp.commands.setting_up import manifest, tokens
from slackapp.commands.teams import teams

ALL = (
    export,
    erase,
    hold,
    retention,
    audit_log,
    teams,
    digest,
    benchmarks,
    backup,
    restore,
    manifest,
    tokens,
)
