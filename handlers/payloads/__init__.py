"""Slack's JSON on its way in: dictionaries become small frozen values, and `Any` ends here."""
