"""The command line: `slackapp` and its subcommands, for whoever runs the app."""
