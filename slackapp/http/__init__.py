"""Slack's requests over HTTP: a guard in front, Bolt behind it, installation through OAuth beside it."""
